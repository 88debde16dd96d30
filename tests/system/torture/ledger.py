"""What companies' programs sent and what was acknowledged, outside the system: one line each, on the disk before they
go on. What was sent and never acknowledged has an unknown outcome: it is there wholly and once, or not at all."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Ledger:
    """Only ever added to. Lines carry the machine's monotonic clock, which all processes share."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._numbers = itertools.count(1)

    def sent(self, kind: str, **facts: Any) -> int:
        """Something is about to be asked for; its number in the ledger."""
        op = next(self._numbers)
        self._write({"phase": "sent", "op": op, "kind": kind, **facts})
        return op

    def done(self, op: int, **facts: Any) -> None:
        """It was acknowledged; `asked` is when the try was sent that was."""
        self._write({"phase": "done", "op": op, **facts})

    def noted(self, kind: str, **facts: Any) -> None:
        """Something was seen that nobody had asked for."""
        self._write({"phase": "noted", "kind": kind, **facts})

    def _write(self, line: dict[str, Any]) -> None:
        data = json.dumps({**line, "at": time.monotonic()}, ensure_ascii=False) + "\n"
        os.write(self._descriptor, data.encode())
        os.fsync(self._descriptor)


@dataclass
class Tail:
    """A ledger read on while it is written; each reader has one of its own."""

    file: Path
    _read: int = 0

    def lines(self) -> list[bytes]:
        """The whole lines that have come since the last time."""
        with self.file.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        self._read += len(whole) + 1 if whole else 0
        return whole.splitlines()


@dataclass
class Op:
    """One thing that was asked for: what was sent, and what was acknowledged (None: nothing)."""

    kind: str
    sent: dict[str, Any]
    done: dict[str, Any] | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """All that is known of it."""
        return {**self.sent, **(self.done or {})}


@dataclass
class Told:
    """A ledger as it was read back."""

    ops: dict[int, Op] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, file: Path) -> Told:
        """All whole lines of a ledger."""
        told = cls()
        for line in file.read_text("utf-8").splitlines():
            told.take(json.loads(line))
        return told

    def take(self, line: dict[str, Any]) -> None:
        """One line more."""
        if line["phase"] == "sent":
            self.ops[line["op"]] = Op(line["kind"], line)
        elif line["phase"] == "done":
            self.ops[line["op"]].done = line
        else:
            self.notes.append(line)

    def acknowledged(self, *kinds: str) -> Iterator[dict[str, Any]]:
        """The facts of what was acknowledged, of these kinds."""
        return (op.facts for op in self.ops.values() if op.kind in kinds and op.done is not None)

    def asked(self, *kinds: str) -> Iterator[dict[str, Any]]:
        """The facts of what was sent, whatever became of it."""
        return (op.facts for op in self.ops.values() if op.kind in kinds)

    def noted(self, kind: str) -> list[dict[str, Any]]:
        """What was seen of a kind."""
        return [note for note in self.notes if note["kind"] == kind]
