"""What lies in OutBox: files that are whole, with all that goes with them; half-written ones are left alone."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from singlewindow.client.bridge import reports
from singlewindow.client.bridge.boxes import Folder, Found, digest_of, find
from singlewindow.client.bridge.filing import STUMBLED, Subjects, Work, refusal_of
from singlewindow.client.bridge.journal import Journal, Outcome, Progress
from singlewindow.client.bridge.orders import (
    MOST_ORDER,
    NUMBER,
    TYPE,
    Definition,
    NamedFile,
    Order,
    Refusal,
    Unfinished,
    files_named_in,
    read_order,
)
from singlewindow.client.window import Problem
from singlewindow.contract.folder import GRACE_SECONDS, MOST_BYTES

FILES_SECONDS = 600.0  # so long a document waits for a file that is to lie beside it
TOO_LARGE = Refusal(f"文件超过 {MOST_ORDER // 1024 // 1024} MB", "请拆分后重新放入 OutBox")


class Awaited(Exception):
    """The file is left where it is; the text says what it waits for, `subjects` which document it is about, if that is
    known."""

    subjects: Subjects = frozenset()


@dataclass(frozen=True)
class Taking:
    """Reads files of OutBox; `version_of` asks the portal for the version in which it has a document, `clock` is real
    time in seconds, as files' times are."""

    folder: Folder
    journal: Journal
    definition: Callable[[str], Definition]
    version_of: Callable[[str, str], int]
    clock: Callable[[], float] = time.time

    def take(self, name: str) -> Work | Outcome:
        """A file to work on, or what became of it at once. Raises Awaited, OSError, and of `definition` Problem for
        what concerns all files, Trouble."""
        file = self._found(name)
        if isinstance(file, Outcome):
            return file
        if digest_of(self.folder.sent / name) == file.digest:
            return self._again(file)
        named: Sequence[str] = ()
        try:
            order = self._order(file)
            named = [each.file for each in order.attachments]
            work = Work(file, order, self._progress(file))
            work.attachments = self._attachments(work)
        except Refusal as refusal:
            return reports.refused(name, file.digest, refusal, beside=self._beside(named or refusal.files))
        return work

    def _again(self, file: Found) -> Outcome:
        """What becomes of a document that was handed in again, byte for byte: its files leave with it, once nobody
        writes to them any more. Raises Awaited, Problem (401), Trouble."""
        named = files_named_in(file.name, file.data)
        beside = self._beside(named)
        for other in named:
            if other not in beside and stat.S_ISREG(_mode(self.folder.out / other)):
                raise Awaited(f"等待附件 {other} 写完")
        said = reports.said_of(self.folder.sent, file.name)
        if self._is_lost(said):
            return reports.refused(file.name, file.digest, reports.lost(said["number"]), beside=beside)
        differ = [
            other for other in beside if digest_of(self.folder.sent / other) not in (None, beside[other])
        ]
        return reports.again(said, file.name, file.digest, beside, differ)

    def _is_lost(self, said: Mapping[str, Any]) -> bool:
        """Whether the portal no longer has what it answered then: the document is gone, or older than it was, as after
        a restore. Raises Awaited, Problem (401), Trouble."""
        type, number, version = (said.get(name) for name in ("type", "number", "version"))
        if not (TYPE.fullmatch(str(type)) and NUMBER.fullmatch(str(number)) and isinstance(version, int)):
            return False  # the company's own system has written over it: nothing can be asked
        try:
            return self.version_of(str(type), str(number)) < version
        except Problem as problem:
            if problem.status == 401:
                raise
            if problem.slug in STUMBLED:
                raise Awaited("系统内部错误，稍后重试") from problem
            return problem.status == 404

    def _attachments(self, work: Work) -> list[tuple[NamedFile, Found]]:
        """The files that go with a document, once all are whole. Raises Awaited, Refusal."""
        try:
            return [(each, self._attachment(each, work.file)) for each in work.order.attachments]
        except Awaited as awaited:
            awaited.subjects = work.subjects
            raise

    def _beside(self, named: Sequence[str]) -> dict[str, str]:
        """Those of these files that lie in OutBox and that nobody writes to any more, by digest: they go with the
        document that named them."""
        found = {}
        for name in named:
            with suppress(OSError):  # of any size, so none is read whole; links stay
                facts = os.lstat(self.folder.out / name)
                rests = abs(self.clock() - facts.st_mtime) >= GRACE_SECONDS
                if stat.S_ISREG(facts.st_mode) and rests and (digest := digest_of(self.folder.out / name)):
                    found[name] = digest
        return found

    def _found(self, name: str) -> Found | Outcome:
        try:
            file = find(self.folder.out, name, MOST_ORDER)
        except ValueError:
            return reports.refused(name, digest_of(self.folder.out / name) or "", TOO_LARGE)
        if file is None:
            raise Awaited("文件已被取走")
        return file

    def _progress(self, file: Found) -> Progress:
        progress = self.journal.read(file.name)
        if progress is None or progress.digest != file.digest:  # another file of that name
            return Progress(digest=file.digest)
        return progress

    def _order(self, file: Found) -> Order:
        """What the file says. Raises Awaited while it may still be written, Refusal."""
        try:
            return read_order(file.name, file.data, self.definition)
        except Unfinished as problem:
            if self._rests(file):
                raise Refusal(f"文件{problem}", problem.advice) from problem
            raise Awaited(f"等待文件写完（文件{problem}）") from problem
        except Problem as problem:
            if problem.status == 404:
                raise refusal_of(problem) from problem
            raise

    def _attachment(self, named: NamedFile, document: Found) -> Found:
        """A file that goes with a document, once it is whole. Raises Awaited, Refusal."""
        try:
            file = find(self.folder.out, named.file, MOST_BYTES)
        except (ValueError, OSError) as error:
            raise Refusal(f"附件 {named.file} 过大或不能读取", "请更正后重新放入 OutBox") from error
        if file and (file.digest == named.sha256 or (not named.sha256 and self._rests(file))):
            return file
        if file and not named.sha256:
            raise Awaited(f"等待附件 {named.file} 写完")
        what = "与所给的 sha256 不一致" if file else "没有放入 OutBox"
        if self.clock() - document.written_at > FILES_SECONDS:
            raise Refusal(f"附件 {named.file} {what}", "请将附件与单据文件一起重新放入 OutBox")
        raise Awaited(f"等待附件 {named.file}（{what}）")

    def _rests(self, file: Found) -> bool:
        """Whether nobody has written to a file for a while; times ahead of the clock say nothing else."""
        return abs(self.clock() - file.written_at) >= GRACE_SECONDS


def _mode(file: Path) -> int:
    """What kind of thing lies there; 0 for nothing."""
    try:
        return os.lstat(file).st_mode
    except OSError:
        return 0
