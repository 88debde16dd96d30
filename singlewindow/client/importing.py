"""`singlewindow import`: hands a file in, follows its job, says what became of each document."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from singlewindow.client.window import (
    BadAddress,
    NoToken,
    Problem,
    Trouble,
    Window,
    patiently,
    token_of_environment,
)

ALL, SOME, NOTHING = 0, 1, 2  # exit codes
LOOK_SECONDS = 0.5
AWAY_SECONDS = 600.0  # for which a portal that went away is waited for
BEGIN_SECONDS = 10.0  # for which one that was not there is
STOP_SECONDS = 30.0
SHOWN = 20  # refused documents that are listed; the result has all
_GOING = ("queued", "running")


class Portal(Protocol):
    """What is needed of a `Window`."""

    def call(self, method: str, path: str, **request: Any) -> Any:
        """The JSON of an answer."""

    def fetch(self, path: str) -> bytes:
        """A file."""


@dataclass(frozen=True)
class Errand:
    """What was asked on the command line: a file of a type, or the number of a job that goes on (`resume`)."""

    file: Path | None = None
    type: str = ""
    check_only: bool = False
    again: bool = False
    resume: int | None = None
    result: Path | None = None


def run(errand: Errand, portal: str) -> int:
    """Do an errand with the token of the environment; the exit code."""
    out = Console(highlight=False, soft_wrap=True)
    try:
        with Window(portal, token_of_environment()) as window:
            return Import(window, errand, out).run()
    except (NoToken, BadAddress, Trouble, OSError) as error:
        out.print(f"未办理：{error}", markup=False)
    except Problem as problem:
        out.print(f"未办理：{problem}", markup=False)
        if problem.slug == "sent-before":
            out.print("确需再次导入时，请加 --again（有自编号的单据不会重复）。", markup=False)
    return NOTHING


@dataclass
class Import:
    """One errand on its way."""

    window: Portal
    errand: Errand
    out: Console
    sleep: Callable[[float], None] = time.sleep
    patience: float = BEGIN_SECONDS

    def run(self) -> int:
        """Start or take up the job, follow it to its end, and say what came of it. Raises Problem, Trouble, OSError."""
        if self.errand.result:
            _check_place(self.errand.result)  # before anything is done
        job = self._resumed(self.errand.resume) if self.errand.resume else self._started()
        self.patience = AWAY_SECONDS
        self.out.print(f"任务 {job['id']}：{job['file'] or ''} {job['type']}", markup=False)
        try:
            job = self._watched(job)
        except (Trouble, Problem) as lost:  # of what became of it nothing is known
            self.out.print(f"{lost}；任务仍在系统中，{_how_to_resume(job)}", markup=False)
            return SOME
        return self._ended(job)

    def _started(self) -> dict[str, Any]:
        file = self.errand.file
        assert file is not None
        data = file.read_bytes()
        stored = self._ask("POST", "/api/files", files={"file": (file.name, data)})
        body = {
            "kind": "import",
            "type": self.errand.type,
            "file": stored["id"],
            "options": {"check_only": self.errand.check_only},
            "again": self.errand.again,
        }
        return self._ask("POST", "/api/jobs", json=body, headers={"Idempotency-Key": uuid4().hex})

    def _resumed(self, id: int) -> dict[str, Any]:
        """The job, going on again unless it does so already or has ended."""
        job = self._ask("GET", f"/api/jobs/{id}")
        if job["state"] == "stopped" or (job["state"] == "failed" and job["total"] is not None):
            return self._ask("POST", f"/api/jobs/{id}/resume")
        return job

    def _watched(self, job: dict[str, Any]) -> dict[str, Any]:
        """The job at its end, or as it was stopped."""
        try:
            return self._followed(job)
        except KeyboardInterrupt:
            return self._stopped(job)

    def _followed(self, job: dict[str, Any]) -> dict[str, Any]:
        with _bar(self.out) as show:
            while job["state"] in _GOING:
                show(job)
                self.sleep(LOOK_SECONDS)
                job = self._ask("GET", f"/api/jobs/{job['id']}")
            show(job)
        return job

    def _stopped(self, job: dict[str, Any]) -> dict[str, Any]:
        """The job after Ctrl-C: the step under way ends, what is done stays done."""
        self.out.print("正在停止…", markup=False)
        try:
            self._ask("POST", f"/api/jobs/{job['id']}/stop")
        except Problem as problem:
            if problem.slug != "not-in-this-state":  # it ended meanwhile
                raise
        waited = 0.0
        while waited < STOP_SECONDS:
            job = self._ask("GET", f"/api/jobs/{job['id']}")
            if job["state"] not in _GOING:
                break
            self.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS
        return job

    def _ended(self, job: dict[str, Any]) -> int:
        """Say what came of it, keep the result, and answer the exit code."""
        self._list_refused(job)
        self.out.print(_summary(job), markup=False)
        if job["state"] in (*_GOING, "stopped") or (job["state"] == "failed" and job["total"] is not None):
            self.out.print(_how_to_resume(job), markup=False)
        if self.errand.result and job["result"]:
            self._keep_result(self.errand.result, job)
        if not job["done"]:
            return NOTHING
        return ALL if job["state"] == "done" and not job["failed"] else SOME

    def _keep_result(self, file: Path, job: Mapping[str, Any]) -> None:
        """What is done stays done, and is said so, where its result cannot be had now."""
        try:
            file.write_bytes(self._patiently(lambda: self.window.fetch(f"/api/jobs/{job['id']}/result")))
        except (Problem, Trouble, OSError) as error:
            again = f"singlewindow import --resume {job['id']} --result {file}"
            self.out.print(f"逐份结果未能取得或写入：{error}。再取：{again}", markup=False)
        else:
            self.out.print(f"逐份结果：{file}", markup=False)

    def _list_refused(self, job: Mapping[str, Any]) -> None:
        if not job["failed"]:
            return
        try:
            found = self._ask("GET", f"/api/jobs/{job['id']}/failures", params={"most": SHOWN})["items"]
        except (Problem, Trouble) as error:
            self.out.print(f"有误的单据未能列出：{error}", markup=False)
            return
        for item in found:
            for each in item["data"]["findings"]:
                place = each.get("place") or f"{each['sheet']} {each['column']}{each['row']}"
                self.out.print(f"[{item['no']}] {place}：{each['message']}。{each['advice']}", markup=False)
        if job["failed"] > len(found):
            self.out.print(
                f"……另有 {job['failed'] - len(found)} 份有误，见结果文件（--result）", markup=False
            )

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """A request that may be made twice, made until the portal is there."""
        answer: dict[str, Any] = self._patiently(lambda: self.window.call(method, path, **request))
        return answer

    def _patiently(self, ask: Callable[[], Any]) -> Any:
        return patiently(
            ask,
            seconds=self.patience,
            say=lambda trouble: self.out.print(f"{trouble}；稍后再试…", markup=False),
            sleep=self.sleep,
        )


def _check_place(file: Path) -> None:
    """Whether the file can be written; what stands in it stays. Raises OSError."""
    there = file.exists()
    try:
        with file.open("ab"):
            pass
        if not there:
            file.unlink()
    except OSError as error:
        raise OSError(error.errno, f"逐份结果不能存放在此处（{error.strerror}）", str(file)) from error


def _summary(job: Mapping[str, Any]) -> str:
    words = {"done": "已完成", "stopped": "已停止", "failed": "未能完成"}.get(job["state"], "仍在进行")
    if job["total"] is None:
        return f"{words}。{job['message']}" if job["message"] else words
    good = "可暂存" if job["options"].get("check_only") else "已暂存"
    left = job["total"] - job["done"] - job["failed"]
    counts = f"{words}：共 {job['total']} 份，{good} {job['done']} 份，有误 {job['failed']} 份"
    counts += f"，尚余 {left} 份" if left else ""
    return f"{counts}。{job['message']}" if job["message"] else counts


def _how_to_resume(job: Mapping[str, Any]) -> str:
    return f"继续：singlewindow import --resume {job['id']}"


@contextmanager
def _bar(out: Console) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A bar on a terminal; elsewhere nothing is drawn."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("排队中", total=None)

        def show(job: Mapping[str, Any]) -> None:
            words = "读取文件" if job["total"] is None else f"有误 {job['failed']} 份"
            progress.update(
                task, description=words, total=job["total"], completed=job["done"] + job["failed"]
            )

        yield show
