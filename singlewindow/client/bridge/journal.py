"""How far each file of OutBox is, on the disk before the next step: what a bridge that was killed goes on from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from singlewindow.client.bridge.boxes import Folder
from singlewindow.contract.folder import write

SUFFIX = ".progress"


class Pinned(BaseModel):
    """What the card has signed, before it is sent. The portal takes its token once: sent again, it doubles nothing.
    `digest` is that of the file for an upload."""

    token: str
    signature: str
    certificate: str
    digest: str = ""


class Outcome(BaseModel):
    """What became of a file: what is written beside it, and which files leave OutBox, by name and digest."""

    done: bool
    report: dict[str, Any]
    text: str = ""
    files: dict[str, str]


class Progress(BaseModel):
    """Of one file: the digest of the bytes that are worked on, the document's number and version once it is saved
    (`typed`: the content of this file is in it), the last entry of its history then that told of a submission
    (`after`), what was signed and not answered yet, and at last the outcome."""

    digest: str
    number: str = ""
    version: int = 0
    typed: bool = False
    after: int = 0
    action: Pinned | None = None
    upload: Pinned | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Journal:
    """The progress of all files, each in a file of its own that is there whole or not at all."""

    folder: Folder

    def read(self, name: str) -> Progress | None:
        """How far a file is; None for one that was not begun, or whose progress a failing disk has lost."""
        with suppress(FileNotFoundError, ValidationError):
            return Progress.model_validate_json(self._place(name).read_bytes())
        return None

    def write(self, name: str, progress: Progress) -> None:
        """Keep how far a file is; raises OSError."""
        write(self._place(name), progress.model_dump_json().encode())

    def forget(self, name: str) -> None:
        """A file is done with."""
        self._place(name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """The files that were begun."""
        return sorted(file.name.removesuffix(SUFFIX) for file in self.folder.work.glob(f"*{SUFFIX}"))

    def _place(self, name: str) -> Path:
        return self.folder.work / f"{name}{SUFFIX}"
