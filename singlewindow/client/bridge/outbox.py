"""OutBox, round by round: up to 100 files are read, saved, signed together and submitted together; then they leave.

A refusal concerns one file. The portal that is away, and the card that is not there, concern all that need them: those
stay where they are, and the next round goes on with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Protocol

from singlewindow.client.bridge import reports
from singlewindow.client.bridge.boxes import Folder, fit_name, leave, lend, put_back
from singlewindow.client.bridge.filing import (
    STUMBLED,
    Filing,
    SignedTooLate,
    Subjects,
    Watch,
    Work,
    raise_card_trouble,
    refusal_of,
    unwatched,
)
from singlewindow.client.bridge.journal import Journal, Outcome, Progress
from singlewindow.client.bridge.naming import Naming
from singlewindow.client.bridge.orders import SAVE, Definition, Refusal
from singlewindow.client.bridge.taking import Awaited, Taking
from singlewindow.client.card import Card, CardService, CardTrouble, PinRefused
from singlewindow.client.window import Problem, Trouble, Window

MOST = 100  # documents of one prepare
STUMBLES = 5  # so often the portal may stumble over a document before a person has to look
OFTEN = "多次办理都没有得到系统的正常答复（{}）"
CARD_SECONDS = 5.0  # between two tries to sign while the card is away
SIGNING_SECONDS = (
    120.0  # after which what is signed of a batch is submitted: the portal takes it for five minutes
)
TOO_LATE = "签名用时过长，单一窗口不再受理该签名，稍后重新签名"
CARD = "卡"


class Teller(Protocol):
    """Tells people: `say` each time, `waits` only when the words about a subject change ("": it waits no more)."""

    def say(self, words: str) -> None:
        """Something happened."""
        ...

    def waits(self, subject: str, words: str) -> None:
        """What a subject waits for."""
        ...


@dataclass(frozen=True)
class Stumble:
    """How often the portal has stumbled over a file, when that is tried again, and what it is about."""

    count: int
    again_at: float
    subjects: Subjects


@dataclass
class OutBox:
    """The documents' way from OutBox to SentBox or FailBox. `watch` hears before and after each effect, `clock` is real
    time in seconds, as files' times are."""

    folder: Folder
    window: Window
    card: CardService
    tell: Teller
    watch: Watch = unwatched
    clock: Callable[[], float] = time.time
    _stumbles: dict[str, Stumble] = field(default_factory=dict)
    _definitions: dict[str, Definition] = field(default_factory=dict)
    _card_away: str = ""  # why, in this round
    _card_at: float = 0.0  # when it is tried again
    _card_waits: dict[str, Subjects] = field(default_factory=dict)  # file → what it is about

    def __post_init__(self) -> None:
        self.journal = Journal(self.folder)
        self.filing = Filing(self.window, self._keep, self.watch)
        self.naming = Naming(self.folder)
        self.taking = Taking(self.folder, self.journal, self._definition, self.filing.version_of, self.clock)

    def recover(self) -> None:
        """Bring to its end what an earlier run had begun to put away; raises OSError."""
        for name in self.journal.names():
            progress = self.journal.read(name)
            if progress and progress.outcome:
                self._leave(name, progress.outcome)
        for left in list(self.folder.leaving.iterdir()):
            put_back(self.folder, left.name)

    def round(self) -> int:
        """One round over what lies there; answers how many files left OutBox.

        Raises Trouble (the portal is away), PinRefused, Problem (401: the token counts no more), OSError.
        """
        self._definitions.clear()
        self.naming.forget()
        self._card_away = ""
        settled, works = self._put_strangers_aside(), []
        names, later = self.folder.orders(), self._later()
        busy = set[tuple[str, str]]().union(*(later[name] for name in names if name in later))
        for name in names:
            if name in later:
                continue
            with self._patient(name, busy):
                taken = self.taking.take(name)
                if isinstance(taken, Outcome):
                    self._settle(name, Progress(digest=taken.files[name], outcome=taken))
                    settled += 1
                elif not taken.subjects & busy:
                    busy |= taken.subjects
                    works.append(taken)
            if len(works) == MOST:
                break
        self._file(works)
        self._await_card(works)
        return settled + sum(work.progress.outcome is not None for work in works)

    def _later(self) -> dict[str, Subjects]:
        """Files that are to be left alone for a while, with what they are about."""
        now = self.clock()
        later = {name: stumble.subjects for name, stumble in self._stumbles.items() if stumble.again_at > now}
        return later | (self._card_waits if self._card_at > now else {})

    def _await_card(self, works: Sequence[Work]) -> None:
        """What was to be signed in this round waits, and what needs no card goes before it meanwhile."""
        if self._card_at <= self.clock():
            self._card_waits.clear()
            self.tell.waits(CARD, self._card_away)
        if self._card_away:
            waits = [work for work in works if not work.progress.outcome and not work.progress.action]
            self._card_waits |= {work.file.name: work.subjects for work in waits}
            self._card_at = self.clock() + CARD_SECONDS

    def _file(self, works: Sequence[Work]) -> None:
        """Bring the works as far as they get."""
        ready = [work for work in works if self._is_ready(work)]
        for (type, _), group in _grouped(ready, lambda work: (work.order.type, "")):
            self._sign(type, [work for work in group if work.progress.action is None])
        pinned = [work for work in ready if work.progress.action and not work.progress.outcome]
        for (type, certificate), group in _grouped(pinned, _signed_by):
            with self._answered(group):
                self._submit(type, certificate, group)

    # One by one: saved, and its files with it

    def _is_ready(self, work: Work) -> bool:
        """Save a document and upload its files; answers whether it can be signed, or was."""
        if work.progress.action:
            return True
        with self._answered([work]):
            done_before = self._bring(work)
            if done_before or work.order.action == SAVE:
                self._finish(work, reports.done(work, before=done_before))
            else:
                return True
        return False

    def _bring(self, work: Work) -> bool:
        """The document is saved and has its files; or True: all was done before. Raises as `Filing`."""
        definition = self._definition(work.order.type)
        if work.progress.upload:
            self.filing.send_upload(work)
        elif work.progress.typed:
            self.filing.look(work, definition)
        if not work.progress.typed and self.filing.save(work, definition):
            return True
        if missing := work.missing():
            with self._card() as card:
                for named, file in missing:
                    self.filing.upload(work, named, file, card)
        return False

    # Together: signed by one card, submitted

    def _sign(self, type: str, works: Sequence[Work]) -> None:
        """Have the card sign the actions of documents of one type; what is refused is done with."""
        if not works:
            return
        with self._answered(works), self._card() as card:
            began = self.clock()
            items = self.filing.prepare(type, works, card)
            for work, item in zip(works, items, strict=True):
                if self.clock() - began > SIGNING_SECONDS:
                    return  # the rest is prepared anew in the next round, for a slow card
                with self._refusable(work):
                    self.filing.pin(work, item, card)

    def _submit(self, type: str, certificate: str, works: Sequence[Work]) -> None:
        answers = self.filing.submit(type, certificate, works)
        for work, answer in zip(works, answers, strict=True):
            with self._refusable(work):
                if self.filing.arrived(work, answer):
                    self._finish(work, reports.done(work))

    # What comes of it

    @contextmanager
    def _answered(self, works: Sequence[Work]) -> Iterator[None]:
        """A refusal inside concerns all these works; without the card they wait."""
        try:
            try:
                yield
            except (Refusal, SignedTooLate, Problem) as problem:
                for work in works:
                    with self._refusable(work):
                        raise problem
        except PinRefused:
            raise
        except CardTrouble as trouble:
            self._card_away = str(trouble)

    @contextmanager
    def _refusable(self, work: Work) -> Iterator[None]:
        """A refusal inside ends this work; where the portal stumbled, it is tried again a little later. Where the card
        took too long it waits for the card, as often as that happens.

        Raises CardTrouble where it is the card that is refused, Problem (401).
        """
        try:
            yield
        except Refusal as refusal:
            self._refuse(work, refusal)
        except SignedTooLate as late:
            self._card_away = str(late) or TOO_LATE
        except Problem as problem:
            raise_card_trouble(problem.violations)
            if problem.status == 401:
                raise
            if problem.slug not in STUMBLED:
                self._refuse(work, refusal_of(problem))
            elif self._stumbled(work):
                self._refuse(work, refusal_of(replace(problem, detail=OFTEN.format(problem.detail))))

    def _stumbled(self, work: Work) -> bool:
        """Count it; answers whether that was often enough."""
        name = work.file.name
        count = self._stumbles[name].count + 1 if name in self._stumbles else 1
        self._stumbles[name] = Stumble(count, self.clock() + 2.0**count, work.subjects)
        self.tell.waits(name, "系统内部错误，稍后重试")
        return count >= STUMBLES

    def _refuse(self, work: Work, refusal: Refusal) -> None:
        self._finish(work, reports.refused(work.file.name, work.file.digest, refusal, work))

    def _finish(self, work: Work, outcome: Outcome) -> None:
        work.progress.outcome = outcome
        self._settle(work.file.name, work.progress)

    def _settle(self, name: str, progress: Progress) -> None:
        """Keep the outcome, then put the files away."""
        assert progress.outcome is not None
        self._write(name, progress)
        self._leave(name, progress.outcome)
        self._stumbles.pop(name, None)
        self.tell.waits(name, "")
        self.tell.say(
            f"{name} → {'SentBox' if progress.outcome.done else 'FailBox'} {reports.line(progress.outcome)}"
        )

    def _leave(self, name: str, outcome: Outcome) -> None:
        """Write the report, move the files, forget the progress; done again, it ends the same."""
        box = self.folder.sent if outcome.done else self.folder.failed
        self.watch("before report")
        reports.write_beside(box, name, outcome)
        self.watch("after report")
        for file in sorted(outcome.files, key=lambda file: file == name):  # the document last
            if file != name and self.naming.is_named_besides(file, name):
                lend(self.folder, file, outcome.files[file], box, self.watch)
            else:
                leave(self.folder, file, outcome.files[file], box, self.watch)
        self.watch("before forgetting")
        self.journal.forget(name)
        self.watch("after forgetting")

    def _put_strangers_aside(self) -> int:
        """Files whose names cannot be used go to FailBox, under names that can."""
        strangers = self.folder.strangers()
        for name in strangers:
            fit = fit_name(name)
            reports.write_beside(self.folder.failed, fit, reports.strange(name, fit))
            self.folder.fail_stranger(name, fit)
            self.tell.say(f"{ascii(name)[1:-1][:100]} → FailBox/{fit}：{reports.STRANGE.detail}")
        return len(strangers)

    @contextmanager
    def _patient(self, name: str, busy: set[tuple[str, str]]) -> Iterator[None]:
        """What cannot be taken yet is left where it is, and said; what it is about is then `busy`."""
        try:
            yield
        except Awaited as words:
            busy |= words.subjects
            self.tell.waits(name, str(words))
        except OSError as error:
            self.tell.waits(name, f"文件读写失败（{error.strerror}）")
        except (Trouble, Problem):
            raise
        except Exception as error:  # a defect of ours, over this file: the others go on
            self.tell.waits(name, f"内部错误（{error!r:.200}）")

    @contextmanager
    def _card(self) -> Iterator[Card]:
        """The card in the reader. Raises CardTrouble, at once where it was away in this round."""
        if self._card_away:
            raise CardTrouble(self._card_away)
        with self.card.card() as card:
            yield card

    def _definition(self, type: str) -> Definition:
        if type not in self._definitions:
            self._definitions[type] = self.filing.definition(type)
        return self._definitions[type]

    def _keep(self, work: Work) -> None:
        self._write(work.file.name, work.progress)

    def _write(self, name: str, progress: Progress) -> None:
        self.watch("before keeping")
        self.journal.write(name, progress)
        self.watch("after keeping")


def _signed_by(work: Work) -> tuple[str, str]:
    assert work.progress.action is not None
    return work.order.type, work.progress.action.certificate


def _grouped(
    works: Iterable[Work], key: Callable[[Work], tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], list[Work]]]:
    for value, group in groupby(sorted(works, key=key), key):
        yield value, list(group)
