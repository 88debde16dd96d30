"""Checkpoints of the history: what its entries were at a moment, signed, and kept outside the database (PORT-08).

    FOLDER/00000001.leaves   the entries that the first checkpoint vouches for, LEAF bytes each
    FOLDER/checkpoints       one line for each checkpoint: a compact JWS (RFC 7515, ES256) of a `Checkpoint`

The leaves of a checkpoint are those of a Merkle tree as RFC 6962 (2.1) has it, so that one entry can be proven without
the others. Each checkpoint names the digest of the line before it: none can be taken out of the middle.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from singlewindow.contract import base64url
from singlewindow.contract.signatures import (
    SignatureRefused,
    UnknownSignature,
    canonical,
    sign_jws,
    verify_jws,
)

LINES = "checkpoints"
MOST = 65_536  # leaves of one checkpoint
UNKNOWN = "signed by no key whose certificate is in portal-signing.pem"
KEY = "portal-signing"
_LEAF = struct.Struct(">QIB32s")


@dataclass(frozen=True)
class Leaf:
    """An entry: of which document (its id), its number there, whether it is a 申报, and its hash."""

    document: int
    no: int
    submitted: bool
    hash: bytes

    def encode(self) -> bytes:
        """The bytes that stand in the file and are hashed into the tree."""
        return _LEAF.pack(self.document, self.no, self.submitted, self.hash)

    @classmethod
    def decode(cls, data: bytes) -> Leaf:
        """The leaf of these bytes. Raises ValueError for others."""
        try:
            document, no, submitted, digest = _LEAF.unpack(data)
        except struct.error as problem:
            raise ValueError("not a leaf") from problem
        return cls(document, no, bool(submitted), digest)


@dataclass(frozen=True)
class Checkpoint:
    """What is signed: `root` and `previous` in hexadecimal, `at` RFC 3339 of real time, of documents with ids from
    `lowest` to `highest`.

    `first` and `next` are transaction ids of the cluster `cluster` (its system identifier): every entry written by a
    transaction from `first` to before `next` is a leaf of this checkpoint or of one before it.
    """

    no: int
    entries: int
    lowest: int
    highest: int
    root: str
    previous: str
    first: int
    next: int
    cluster: str
    at: str


class BrokenCheckpoint(Exception):
    """A checkpoint that is not as it was signed; the text says which and how."""


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The tree's root (RFC 6962, 2.1): SHA-256, leaves with a 0 before them, nodes with a 1."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path_to(leaves: Sequence[bytes], at: int) -> list[tuple[bool, bytes]]:
    """The siblings from a leaf up to the root: whether each stands on the left, and its hash."""
    level, path = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves], []
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            path.append((beside < at, level[beside]))
        level, at = _above(level), at // 2
    return path


def root_by(leaf: bytes, path: Iterable[tuple[bool, bytes]]) -> bytes:
    """The root to which a leaf leads by its path."""
    digest = hashlib.sha256(b"\0" + leaf).digest()
    for left, beside in path:
        digest = _node(beside, digest) if left else _node(digest, beside)
    return digest


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The level above; who has nobody beside goes up alone, which is RFC 6962's tree."""
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(frozen=True)
class Book:
    """The folder in which checkpoints are kept."""

    folder: Path

    def lines(self) -> list[str]:
        """The checkpoints as they were signed, the oldest first; a line that was not finished is none."""
        try:
            text = (self.folder / LINES).read_text("ascii", errors="replace")
        except FileNotFoundError:
            return []
        return text.split("\n")[:-1]

    def last_line(self) -> str:
        """The newest line, "" where there is none; the book is long, so only its end is read."""
        try:
            with (self.folder / LINES).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
                ends = file.read().decode("ascii", errors="replace").split("\n")
        except FileNotFoundError:
            return ""
        return ends[-2] if len(ends) > 1 else ""

    def add(self, checkpoint: Checkpoint, leaves: Sequence[bytes], key: bytes) -> str:
        """Write a checkpoint, its leaves first, both to the disk; answers its line."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.folder / _name(checkpoint.no), b"".join(leaves), "wb")
        line = sign_jws(canonical(asdict(checkpoint)), key, KEY)
        self._end_line()
        _write(self.folder / LINES, f"{line}\n".encode("ascii"), "ab")
        return line

    def leaves(self, no: int) -> list[bytes]:
        """The leaves of a checkpoint. Raises BrokenCheckpoint where they are not there or cut off."""
        try:
            data = (self.folder / _name(no)).read_bytes()
        except FileNotFoundError as problem:
            raise BrokenCheckpoint(f"checkpoint {no}: its leaves are missing") from problem
        if len(data) % _LEAF.size:
            raise BrokenCheckpoint(f"checkpoint {no}: its leaves are cut off")
        return [data[at : at + _LEAF.size] for at in range(0, len(data), _LEAF.size)]

    def copy(self, to: Path) -> None:
        """Copy the book, also while it is written: first the lines, so that the leaves of each are there by then."""
        to.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            shutil.copy2(self.folder / LINES, to)
        for each in sorted(self.folder.glob("*.leaves")):
            shutil.copy2(each, to)

    def _end_line(self) -> None:
        """What a killed writer left of a line becomes a line of its own, which no reader takes for a checkpoint."""
        try:
            with (self.folder / LINES).open("rb+") as file:
                if file.seek(0, os.SEEK_END) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                    file.seek(0)
                    file.truncate(file.read().rfind(b"\n") + 1)
        except FileNotFoundError:
            return


def read(line: str, certificate: bytes) -> Checkpoint:
    """What a line says, if the certificate's key (PEM) signed it. Raises BrokenCheckpoint."""
    try:
        return Checkpoint(**json.loads(verify_jws(line, certificate)))
    except UnknownSignature as problem:
        raise BrokenCheckpoint(f"not a checkpoint of this portal: {UNKNOWN}") from problem
    except (SignatureRefused, ValueError, TypeError) as problem:
        raise BrokenCheckpoint(f"not a checkpoint of this portal: {problem}") from problem


def vouches(line: str, leaf: bytes, path: Iterable[tuple[bool, bytes]]) -> bool:
    """Whether a leaf leads by its path to the root that a line names; whose line it is, is not asked."""
    try:
        root: object = json.loads(base64url.decoded(line.split(".")[1]))["root"]
    except (ValueError, LookupError, TypeError):
        return False
    return root_by(leaf, path).hex() == root


def digest_of(line: str) -> str:
    """What the next checkpoint says of this line."""
    return hashlib.sha256(line.encode("ascii", errors="replace")).hexdigest() if line else ""


def walk(book: Book, certificate: bytes) -> Iterator[tuple[Checkpoint, list[bytes]] | BrokenCheckpoint]:
    """Every checkpoint with its leaves, in order, or what is wrong with one."""
    before = ""
    for at, line in enumerate(book.lines(), start=1):
        try:
            checkpoint = read(line, certificate)
            leaves = book.leaves(checkpoint.no)
            if (checkpoint.no, checkpoint.previous) != (at, digest_of(before)):
                yield BrokenCheckpoint(f"checkpoint {at}: not the one that followed there")
            elif (len(leaves), root_of(leaves).hex()) != (checkpoint.entries, checkpoint.root):
                yield BrokenCheckpoint(f"checkpoint {at}: its leaves are not those that were signed")
            else:
                yield checkpoint, leaves
        except BrokenCheckpoint as broken:
            yield BrokenCheckpoint(f"line {at}: {broken}")
        before = line


def _name(no: int) -> str:
    return f"{no:08}.leaves"


def _write(path: Path, data: bytes, mode: str) -> None:
    with path.open(mode) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
