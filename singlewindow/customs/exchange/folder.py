"""The folder transport at customs: takes what the portal put into OutBox, and answers into InBox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import ValidationError

from singlewindow.contract import folder
from singlewindow.contract.folder import ATTACHMENT, MESSAGE, Boxes
from singlewindow.contract.messages import Answer, Envelope, MessageKind
from singlewindow.customs.database import Database
from singlewindow.customs.exchange.intake import store
from singlewindow.customs.exchange.sender import PortalAway, Sender
from singlewindow.customs.keys import Keys

REST_SECONDS = 0.1
BATCH = 100
log = structlog.get_logger()


@dataclass(frozen=True)
class OutBoxReader:
    """Takes messages and attachments. It looks for messages first: their attachments were written before them."""

    database: Database
    keys: Keys
    boxes: Boxes

    async def run(self) -> None:
        """Read for ever; a database or folder that is away is waited for."""
        while True:
            try:
                while await self.take():
                    pass
            except Exception as error:  # the files stay, and are read again
                log.warning("OutBox waits", reason=repr(error))
            await asyncio.sleep(REST_SECONDS)

    async def take(self) -> int:
        """Take all attachments that are there, then one batch of messages; answers how many were settled.

        All: a message whose attachment is left for the next round would be rejected.
        """
        messages = await asyncio.to_thread(folder.complete, self.boxes.out, MESSAGE, BATCH)
        attachments = await asyncio.to_thread(folder.complete, self.boxes.out, ATTACHMENT)
        for file in attachments:
            await self._take_attachment(file)
        return len(attachments) + await self._take_messages(messages)

    async def _take_attachment(self, file: Path) -> None:
        digest = file.name.removesuffix(ATTACHMENT)
        try:
            sealed = (await asyncio.to_thread(file.read_bytes)).decode("ascii", errors="replace")
            envelope = Envelope(id=digest, kind=MessageKind.ATTACHMENT, sender="portal", body=sealed)
            [answer] = await store(self.database, self.keys, [envelope])
        except FileNotFoundError:
            return  # another process took it
        except ValidationError:
            answer = Answer(id=digest, stored=False, reason="文件名不是摘要")
        await self._settle(file, answer)

    async def _take_messages(self, files: Sequence[Path]) -> int:
        read = [(file, await asyncio.to_thread(_read, file)) for file in files]
        good = [(file, envelope) for file, envelope in read if isinstance(envelope, Envelope)]
        bad = [(file, reason) for file, reason in read if isinstance(reason, str) and reason]
        answers = await store(self.database, self.keys, [envelope for _, envelope in good]) if good else []
        for (file, _), answer in zip(good, answers, strict=True):
            await self._settle(file, answer)
        for file, reason in bad:
            await self._settle(file, Answer(id=file.name, stored=False, reason=reason))
        return len(good) + len(bad)

    async def _settle(self, file: Path, answer: Answer) -> None:
        """Put a file where it belongs. One made with a key that is not known yet goes: the portal has it, and writes it
        again, with the key that it has by then."""
        if answer.stored:
            await asyncio.to_thread(folder.move, file, self.boxes.sent)
            return
        log.warning("file not taken", file=file.name, reason=answer.reason, comes_again=answer.later)
        if answer.later:
            await asyncio.to_thread(folder.take_away, file)
        else:
            await asyncio.to_thread(folder.fail, file, self.boxes, answer.reason)


def _read(file: Path) -> Envelope | str:
    """The envelope, or why there is none; "" for a file to look at later."""
    if folder.too_large(file):
        return "文件超过 16 MB"
    try:
        envelope = Envelope.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return ""
    except ValidationError as error:
        return "" if folder.young(file) else f"报文格式不符合规定（{error.error_count()} 处）"
    return envelope if f"{envelope.id}{MESSAGE}" == file.name else "文件名不是报文编号"


@dataclass
class FolderSender(Sender):
    """The outbox' way to the portal through InBox: delivered is what lies there, flushed to disk."""

    boxes: Boxes

    async def _post(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        try:
            await asyncio.to_thread(self._put, envelopes)
        except OSError as error:
            raise PortalAway(f"exchange folder: {error}") from error
        return [Answer(id=envelope.id, stored=True) for envelope in envelopes]

    def _put(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            folder.write(self.boxes.inbox / f"{envelope.id}{MESSAGE}", envelope.model_dump_json().encode())
