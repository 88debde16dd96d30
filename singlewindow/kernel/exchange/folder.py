"""The folder transport at the portal: messages leave as files in OutBox and come as files in InBox.

Sent is what customs moved to SentBox. Message ids are file names, so a message that is sent again lies there
once, and one that was taken is known: `kill -9` at any point loses and doubles nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from pydantic import ValidationError

from singlewindow.contract import folder
from singlewindow.contract.folder import ATTACHMENT, MESSAGE, Boxes
from singlewindow.contract.messages import Answer, Envelope, MessageKind
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.exchange.inbox import NOT_CUSTOMS, store, verified
from singlewindow.kernel.exchange.keys import ExchangeKeys
from singlewindow.kernel.exchange.transport import TemporaryFailure

WAIT_SECONDS = 2.0  # for customs to take what was put there; after that it is asked again later
LOOK_SECONDS = 0.05
REST_SECONDS = 0.2
BATCH = 200
KEEP_DAYS = 30
SWEEP_SECONDS = 3600.0
log = structlog.get_logger()


@dataclass(frozen=True)
class FolderTransport:
    """Carries messages as files; see `Transport`."""

    boxes: Boxes

    async def send(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """Put the files there and wait a little; what customs have not taken by then gets no answer yet."""
        try:
            await asyncio.to_thread(self._put, envelopes)
            deadline = time.monotonic() + WAIT_SECONDS
            while True:
                answers = await asyncio.to_thread(self._answers, envelopes)
                if len(answers) == len(envelopes) or time.monotonic() > deadline:
                    return answers
                await asyncio.sleep(LOOK_SECONDS)
        except OSError as error:
            raise TemporaryFailure(f"exchange folder: {error}") from error

    def _put(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            if self._where(name := _name(envelope)) is None:
                folder.write(self.boxes.out / name, _content(envelope))

    def _where(self, name: str) -> Path | None:
        """The box in which a file lies. OutBox first: customs move files from there, never back."""
        boxes = (self.boxes.out, self.boxes.sent, self.boxes.failed)
        return next((box for box in boxes if (box / name).exists()), None)

    def _answers(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        answers = [self._answer(envelope) for envelope in envelopes]
        return [answer for answer in answers if answer is not None]

    def _answer(self, envelope: Envelope) -> Answer | None:
        """What is known of an envelope. A file too is delivered when customs took it, and the submission that names it
        is written after that: one made with a key that they do not know yet they take away, to have it written again
        (decision 0075), and would refuse the submission for good. One that they did not take is refused once, and may
        be sent anew."""
        name = _name(envelope)
        if self._where(name) == self.boxes.sent:
            return Answer(id=envelope.id, stored=True)
        reason = folder.why_failed(self.boxes, name)
        if reason is not None and _is_file(envelope):
            (self.boxes.failed / name).rename(self.boxes.failed / f"{name}.{time.time_ns()}")
        return None if reason is None else Answer(id=envelope.id, stored=False, reason=reason)


def _is_file(envelope: Envelope) -> bool:
    return envelope.kind is MessageKind.ATTACHMENT


def _name(envelope: Envelope) -> str:
    return f"{envelope.id}{ATTACHMENT if _is_file(envelope) else MESSAGE}"


def _content(envelope: Envelope) -> bytes:
    """What stands in the file: of a message the envelope, of an attachment what is sealed."""
    return (envelope.body if _is_file(envelope) else envelope.model_dump_json()).encode()


@dataclass
class InBoxReader:
    """Takes what customs put into InBox: verified, stored raw, then taken away."""

    database: Database
    boxes: Boxes
    keys: ExchangeKeys
    _known: bytes = field(default=b"", init=False)  # customs' certificate by which files were judged last

    async def run(self) -> None:
        """Read for ever; a database or folder that is away is waited for."""
        sweep_at = time.monotonic() + SWEEP_SECONDS
        while True:
            try:
                while await self.take():
                    pass
                if time.monotonic() > sweep_at:
                    await asyncio.to_thread(folder.sweep, self.boxes.sent, KEEP_DAYS)
                    await asyncio.to_thread(folder.sweep_parts, self.boxes)
                    sweep_at = time.monotonic() + SWEEP_SECONDS
            except Exception as error:  # the files stay, and are read again
                log.warning("InBox waits", error=repr(error))
            await asyncio.sleep(REST_SECONDS)

    async def take(self) -> int:
        """Take one batch of files; answers how many were settled.

        Those whose signature was not known lie in FailBox; they come back once another certificate of customs' is.
        """
        certificate = self.keys.customs_certificate
        if self._known != certificate:
            await asyncio.to_thread(folder.bring_back, self.boxes, NOT_CUSTOMS)
            self._known = certificate
        files = await asyncio.to_thread(folder.complete, self.boxes.inbox, MESSAGE, BATCH)
        if not files:
            return 0
        read = [(file, await asyncio.to_thread(self._read, file)) for file in files]
        good = [(file, envelope) for file, envelope in read if isinstance(envelope, Envelope)]
        envelopes = [envelope for _, envelope in good]
        answers = await verified(envelopes, certificate)
        async with self.database.transaction() as transaction:
            await store(transaction, envelopes, answers, certificate)
        for (file, _), answer in zip(good, answers, strict=True):
            if answer.stored:
                await asyncio.to_thread(folder.take_away, file)
            else:
                await asyncio.to_thread(folder.fail, file, self.boxes, answer.reason)
        bad = [(file, reason) for file, reason in read if isinstance(reason, str) and reason]
        for file, reason in bad:
            await asyncio.to_thread(folder.fail, file, self.boxes, reason)
        return len(good) + len(bad)

    def _read(self, file: Path) -> Envelope | str:
        """The envelope, or why there is none; "" for a file to look at later."""
        if folder.too_large(file):
            return "the file is larger than any message"
        try:
            envelope = Envelope.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return ""  # another worker took it
        except ValidationError as error:
            return "" if folder.young(file) else f"no envelope: {error.error_count()} errors"
        return (
            envelope if f"{envelope.id}{MESSAGE}" == file.name else "the file's name is not the message's id"
        )
