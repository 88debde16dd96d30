"""The portal as a company's programs see it (INTG-01): what is refused, and what passes by itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from singlewindow.client.window import (
    BadAddress,
    NoToken,
    Problem,
    Trouble,
    Window,
    patiently,
    token_of_environment,
)


def window(*answers: httpx.Response | Exception) -> tuple[Window, list[httpx.Request]]:
    """A window to a portal that answers so, one after the other; and what it was asked."""
    left, asked = list(answers), []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        said = left.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    return Window("http://portal.test/", "swt_x", transport=httpx.MockTransport(handle)), asked


def refusal(status: int, slug: str, **more: Any) -> httpx.Response:
    said = {"type": f"/problems/{slug}", "title": "", "status": status, "detail": "不行", "violations": []}
    return httpx.Response(status, json={**said, **more})


def test_a_token_goes_with_each_request_and_a_refusal_keeps_all_that_was_said() -> None:
    wrong = {"path": "goods/1/weight", "rule": "X-1", "message": "太重"}
    more = refusal(422, "rules", advice="请分开", clause="手册 1", violations=[wrong], current={"version": 3})
    portal, asked = window(httpx.Response(200, json={"a": 1}), httpx.Response(204), more)
    assert portal.call("GET", "/api/x", params={"n": 1}) == {"a": 1}
    assert portal.call("DELETE", "/api/x") is None
    assert str(asked[0].url) == "http://portal.test/api/x?n=1"
    assert asked[0].headers["authorization"] == "Bearer swt_x"
    with pytest.raises(Problem) as refused:
        portal.call("POST", "/api/x", json={})
    said = refused.value
    assert (said.status, said.slug, said.detail, said.advice) == (422, "rules", "不行", "请分开")
    assert (list(said.violations), said.extra, str(said)) == (
        [wrong],
        {"current": {"version": 3}},
        "不行。请分开",
    )


def test_what_is_no_answer_of_the_portal_is_said_as_such() -> None:
    portal, _ = window(httpx.Response(403, text="<html>proxy</html>"), httpx.Response(400, json=["x"]))
    for status in (403, 400):
        with pytest.raises(Problem, match="不是本系统的答复") as refused:
            portal.call("GET", "/api/x")
        assert (refused.value.status, refused.value.slug) == (status, "unknown")
    portal, _ = window(httpx.Response(200, text="<html>proxy</html>"), httpx.DecodingError("gzip"))
    for words in ("不是本系统的答复", "连不上"):  # both may pass
        with pytest.raises(Trouble, match=words):
            portal.call("GET", "/api/x")
    for wrong in ("http://[::1", "http://a:b"):
        with pytest.raises(BadAddress, match="不是网址"):
            Window(wrong, "swt_x")


def test_what_passes_is_waited_for_and_not_for_ever() -> None:
    busy = httpx.Response(
        429, json={"type": "/problems/too-many", "detail": "太频繁"}, headers={"Retry-After": "7"}
    )
    away = (httpx.ConnectError("x"), busy, httpx.Response(503, text=""), httpx.Response(200, json=[1]))
    slept: list[float] = []
    heard: list[str] = []
    portal, asked = window(*away)
    found = patiently(
        lambda: portal.call("GET", "/api/x"),
        seconds=60,
        sleep=slept.append,
        say=lambda t: heard.append(str(t)),
    )
    assert (found, slept, len(asked)) == ([1], [0.5, 7.0, 2.0], 4)
    assert ["连不上" in heard[0], heard[1]] == [True, "太频繁"]
    portal, asked = window(*[httpx.ReadTimeout("x") for _ in range(9)])
    slept.clear()
    with pytest.raises(Trouble):
        patiently(lambda: portal.call("GET", "/api/x"), seconds=4, sleep=slept.append)
    assert sum(slept) == 4


def test_no_token_is_said_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINGLEWINDOW_TOKEN", " \n")
    with pytest.raises(NoToken, match="SINGLEWINDOW_TOKEN"):
        token_of_environment()
    monkeypatch.setenv("SINGLEWINDOW_TOKEN", "swt_…")
    with pytest.raises(NoToken, match="不是接口令牌"):
        token_of_environment()
    monkeypatch.setenv("SINGLEWINDOW_TOKEN", " swt_a\n")
    assert token_of_environment() == "swt_a"
