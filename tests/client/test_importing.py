"""`singlewindow import` against a portal that answers as asked (INTG-02): progress, exit codes, stop and resume."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from typer.testing import CliRunner

from singlewindow.cli import app
from singlewindow.client.importing import ALL, NOTHING, SOME, Errand, Import
from singlewindow.client.window import Problem, Trouble, Window

FINDING = {
    "sheet": "表头",
    "row": 3,
    "column": "B",
    "place": "第 3 行 content/a",
    "message": "太长",
    "advice": "请缩短",
}
DONE = {"state": "done", "total": 3, "done": 3}


def job(**more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "state": "queued",
        "total": None,
        "done": 0,
        "failed": 0,
        "message": "",
        "result": None,
        "options": {},
    }
    return {"id": 7, "type": "t", "file": "a.jsonl", **plain, **more}


class Portal:
    """Answers each look at the job with the next of `looks`; an exception is raised instead."""

    def __init__(self, *looks: Any, start: Any = None) -> None:
        self.looks, self.start = list(looks), start or job()
        self.failures = httpx.Response(200, json={"items": [{"no": 2, "data": {"findings": [FINDING]}}]})
        self.result = httpx.Response(200, content=b"made")
        self.asked: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = f"{request.method} {request.url.path}"
        self.asked.append(path)
        if path == "POST /api/files":
            return httpx.Response(201, json={"id": 5})
        if path == "POST /api/jobs":
            self.bodies.append({**json.loads(request.content), "key": request.headers["idempotency-key"]})
            return self._said(self.start)
        if path.endswith("/failures"):
            return self.failures
        if path.endswith("/result"):
            return self.result
        return self._said(self.looks.pop(0))

    def _said(self, what: Any) -> httpx.Response:
        if isinstance(what, BaseException):
            raise what
        return what if isinstance(what, httpx.Response) else httpx.Response(200, json=what)


def ran(portal: Portal, tmp_path: Path, **asked: Any) -> tuple[int, str]:
    """The exit code and what was printed; every wait is over at once."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"{}")
    out = io.StringIO()
    window = Window("http://portal.test", "swt_x", transport=httpx.MockTransport(portal.handle))
    errand = Errand(**{"file": file, "type": "t", "result": tmp_path / "made", **asked})
    code = Import(window, errand, Console(file=out, width=200), sleep=lambda seconds: None).run()
    return code, out.getvalue()


def test_a_file_goes_its_way_and_the_exit_code_says_how(tmp_path: Path) -> None:
    portal = Portal(job(state="running", total=3, done=1), job(**DONE, result={"id": 1}))
    code, said = ran(portal, tmp_path, check_only=True)
    assert (code, (tmp_path / "made").read_bytes()) == (ALL, b"made")
    assert "共 3 份，已暂存 3 份，有误 0 份" in said
    [body] = portal.bodies
    key = body.pop("key")
    assert body == {"kind": "import", "type": "t", "file": 5, "options": {"check_only": True}, "again": False}
    assert len(key) > 20

    code, said = ran(Portal(job(state="done", total=3, done=2, failed=1)), tmp_path)
    assert (code, "[2] 第 3 行 content/a：太长。请缩短" in said) == (SOME, True)
    assert ran(Portal(job(state="done", total=1, failed=1)), tmp_path)[0] == NOTHING
    code, said = ran(Portal(job(state="failed", message="文件是空的")), tmp_path)
    assert (code, "文件是空的" in said, "--resume" in said) == (NOTHING, True, False)


def test_a_result_that_cannot_be_kept_takes_nothing_back(tmp_path: Path) -> None:
    """INTG-02: exit code 2 says that nothing was done: before anything is, or else it is another one."""
    portal, made = Portal(job(state="done", total=3, done=2, failed=1, result={"id": 1})), tmp_path / "made"
    for place in (tmp_path / "missing" / "made", tmp_path):  # no folder, a folder
        with pytest.raises(OSError, match="逐份结果不能存放在此处"):
            ran(portal, tmp_path, result=place)
    assert portal.asked == []
    made.write_bytes(b"earlier")
    portal.failures = portal.result = httpx.Response(403, json={})
    code, said = ran(portal, tmp_path, result=made)
    assert (code, "已暂存 2 份" in said, "逐份结果未能取得或写入" in said) == (SOME, True, True)
    assert "有误的单据未能列出" in said
    assert f"--resume 7 --result {made}" in said.replace("\n", ""), said
    assert made.read_bytes() == b"earlier"


def test_a_job_that_is_lost_sight_of_is_not_said_to_be_undone(tmp_path: Path) -> None:
    """INTG-02: it goes on in the system; neither followed nor stopped can it be by a token that counts no more."""
    gone = httpx.Response(401, json={})
    for looks in ((gone,), (KeyboardInterrupt(), gone)):
        code, said = ran(Portal(*looks), tmp_path)
        assert (code, "任务仍在系统中" in said, "singlewindow import --resume 7" in said) == (
            SOME,
            True,
            True,
        )
    assert not (tmp_path / "made").exists()


def test_what_passes_is_waited_for_and_a_lost_answer_starts_no_second_job(tmp_path: Path) -> None:
    away = httpx.Response(503, json={})
    portal = Portal(httpx.ReadTimeout("x"), away, job(**DONE))
    lost = [httpx.ReadTimeout("x"), job()]
    portal.start = None
    portal._said, plain = (lambda what: plain(lost.pop(0)) if what is None else plain(what)), portal._said  # type: ignore[method-assign]
    code, said = ran(portal, tmp_path)
    assert (code, said.count("稍后再试")) == (ALL, 3)
    assert len({body["key"] for body in portal.bodies}) == 1, "the same job, asked for twice"
    with pytest.raises(Trouble):
        ran(Portal(start=httpx.ConnectError("x")), tmp_path)


def test_ctrl_c_stops_and_says_how_to_go_on(tmp_path: Path) -> None:
    stopped = job(state="stopped", total=3, done=1)
    portal = Portal(KeyboardInterrupt(), job(stopping=True), job(state="running"), stopped)
    code, said = ran(portal, tmp_path)
    assert (code, "singlewindow import --resume 7" in said) == (SOME, True)
    assert "POST /api/jobs/7/stop" in portal.asked

    portal = Portal(stopped, job(state="running", total=3, done=1), job(**DONE))
    assert ran(portal, tmp_path, file=None, resume=7)[0] == ALL
    assert portal.asked[:2] == ["GET /api/jobs/7", "POST /api/jobs/7/resume"]
    portal = Portal(job(**DONE))
    assert ran(portal, tmp_path, file=None, resume=7)[0] == ALL, "one that has ended is only told of"


def test_what_is_refused_at_once_is_said_with_what_to_do(tmp_path: Path) -> None:
    refused = {"type": "/problems/sent-before", "detail": "该文件已提交过", "violations": []}
    with pytest.raises(Problem) as problem:
        ran(Portal(start=httpx.Response(409, json=refused)), tmp_path)
    assert problem.value.slug == "sent-before"


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is never an argument; file and type belong together."""
    monkeypatch.delenv("SINGLEWINDOW_TOKEN", raising=False)
    (tmp_path / "a.xml").write_text("<Documents/>")
    command = CliRunner()
    for wrong in (
        ["import"],
        ["import", str(tmp_path / "a.xml")],
        ["import", str(tmp_path / "a.xml"), "--resume", "3"],
    ):
        assert command.invoke(app, wrong).exit_code == 2, wrong
    told = command.invoke(app, ["import", str(tmp_path / "a.xml"), "--type", "t"])
    assert (told.exit_code, "SINGLEWINDOW_TOKEN" in told.output) == (NOTHING, True)
