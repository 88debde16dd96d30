"""The documents of an import that have a number of their sender's: found again, or saved under it, once each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from singlewindow.kernel.documents import senders
from singlewindow.kernel.documents.senders import Known
from singlewindow.kernel.documents.store import Sender
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.jobs.kind import Work
from singlewindow.kernel.problems import API, Refused, Violation
from singlewindow.kernel.spreadsheets.draft import Judged

TRIES = 5  # of saving what somebody else saves at the same moment


@dataclass(frozen=True)
class SentBefore:
    """What the company has sent, beside one batch of documents."""

    desk: Desk
    work: Work

    async def unknown(self, drafts: Sequence[Judged]) -> list[Judged]:
        """Those of which nothing was sent before; the others have their document's number, or their findings."""
        known, new = await self._known(drafts), []
        for draft in drafts:
            if draft.sender in known and not draft.source.get("faults"):
                try:
                    draft.digest = senders.digest_of(self.desk.type, draft.content)
                except Refused as refused:
                    draft.refuse(refused.violations)  # the same that its judge would find
                    continue
            if not (draft.digest and self._settled(draft, known)):
                new.append(draft)
        return new

    async def save(self, status: str, good: Sequence[Judged]) -> None:
        """Store those with which nothing is wrong; of several with one number the first."""
        left = list(good)
        for _ in range(TRIES):
            if not left:
                return
            first = _first_of_each(left)
            made = await self.desk.create_sent(
                status,
                [each.content for each in first],
                [_sender(each) for each in first],
                {"job": self.work.job_id},
            )
            for draft, document in zip(first, made, strict=True):
                draft.number = document.number if document else ""
            left = [draft for draft in left if not draft.number]
            known = await self._known(left)
            left = [draft for draft in left if not self._settled(draft, known)]
        for draft in left:
            message = f"「{senders.LABEL}」{draft.sender} 正在被另一次提交使用"
            draft.refuse(
                [Violation(senders.FIELD, "sender.busy", message, "请稍后重新导入该单据", API, "field")]
            )

    async def compare(self, good: Sequence[Judged]) -> None:
        """Of a check: whether those with one number are the same, here and in what was checked of the file before."""
        numbers = {draft.sender for draft in good if draft.sender}
        seen = await self._checked(numbers) if numbers else {}
        for draft in good:
            if draft.sender and draft.digest != seen.setdefault(draft.sender, draft.digest):
                message = f"「{senders.LABEL}」{draft.sender} 在本文件中已用于另一份单据，内容不同"
                advice = f"同一{senders.LABEL}只对应一份单据；请改正其中之一"
                draft.refuse([Violation(senders.FIELD, "sender.twice", message, advice, API, "field")])

    async def _known(self, drafts: Sequence[Judged]) -> dict[str, Known]:
        wanted = {draft.sender for draft in drafts if draft.sender}
        return await senders.known(self.work.transaction, self.desk.type, wanted)

    def _settled(self, draft: Judged, known: Mapping[str, Known]) -> bool:
        earlier = known.get(draft.sender)
        if earlier is None:
            return False
        if earlier.digest == draft.digest:
            draft.number, draft.existing = earlier.number, True
        else:
            draft.refuse([senders.other_content(draft.sender, earlier.number)])
        return True

    async def _checked(self, numbers: set[str]) -> dict[str, str]:
        """Digests of what this job has checked already, by the senders' numbers."""
        rows = await self.work.transaction.rows(
            """select distinct on (sender) data->>'sender' as sender, data->>'digest' as digest from job_item
               where job_id = $1 and state = 'done' and data->>'sender' = any($2) order by sender, no""",
            self.work.job_id,
            sorted(numbers),
        )
        return {row["sender"]: row["digest"] for row in rows}


def _first_of_each(drafts: Sequence[Judged]) -> list[Judged]:
    """The drafts without those whose number an earlier one has."""
    first: dict[str, Judged] = {}
    return [draft for draft in drafts if not draft.sender or first.setdefault(draft.sender, draft) is draft]


def _sender(draft: Judged) -> Sender | None:
    return Sender(draft.sender, draft.digest) if draft.sender else None
