"""Log lines hold what strangers sent, and stay lines (OPER-01)."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from singlewindow.customs import logs as customs_logs
from singlewindow.kernel.http import logs as portal_logs

NASTY = (
    "a\nb", "a\r\nb", "a\x1b[2Jb", "a\x9b2Jb", "a\x85b", "a\u2028b", "a\u2029b", "a\u202eb", "a\u2066b", "a\x00b",
    "a\x7fb",
    "\ufeffa", 'a"}\n{"event": "granted', "\\u000a", "中文𠮷",
)  # fmt: skip
STEERS = "\n\r\x1b\x9b\x85\u2028\u2029\u202e\u2066\x00\x7f\ufeff"


@pytest.fixture(params=[portal_logs.configure, customs_logs.configure], ids=["portal", "customs"])
def written(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], str]]:
    """What a side writes of an event with these texts, by format."""
    root, before = logging.getLogger(), (logging.getLogger().handlers[:], logging.getLogger().level)
    configured = structlog.get_config()

    def write(format: str) -> str:
        out = io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", out)
        structlog.reset_defaults()
        configure: Any = request.param
        configure(format)
        for text in NASTY:
            structlog.get_logger().info("request", path=text)
        return out.getvalue()

    yield write
    root.handlers[:], root.level = before
    structlog.configure(**configured)  # the tests' own: by default errors are drawn in boxes, which is slow


def test_json_stays_one_line_and_tells_the_same(written: Callable[[str], str]) -> None:
    lines = written(
        "json"
    ).splitlines()  # which ends lines at every character that some program takes for an end
    assert [json.loads(line)["path"] for line in lines] == list(NASTY)
    assert not set("".join(lines)) & set(STEERS)


def test_lines_for_people_steer_nothing(written: Callable[[str], str]) -> None:
    lines = written("console").splitlines()
    assert len(lines) == len(NASTY)
    assert not set("".join(lines)) & set(STEERS)
    assert "a\\x1b[2Jb" in lines[2]
    assert "中文𠮷" in lines[-1]
