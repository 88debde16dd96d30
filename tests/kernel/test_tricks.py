"""Requests that no browser sends: bodies that explode, addresses and headers that pretend (PORT-10, UI-16)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from singlewindow.kernel.http.sessions import cookie_name
from tests.fuzz.wire import Answer, ask
from tests.house import ORIGIN, House, Member
from tests.kernel.test_documents import TYPE, letter, reference

DOCUMENTS = f"/api/documents/{TYPE}"
DEEP = 100_000
BOMBS: dict[str, bytes] = {
    "lists in lists": b'{"content": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "objects in objects": b'{"content": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    "lists that are not closed": b"[" * DEEP,
    "a number without end": b'{"content": {"vessel": ' + b"9" * 500_000 + b"}}",
    "an exponent": b'{"content": {"vessel": 1e400000}, "value": 1e400000}',
    "not a number": b'{"content": {"vessel": NaN}, "value": NaN}',
    "infinity": b'{"content": {"vessel": -Infinity}, "value": -Infinity}',
    "the same name twice": b'{"content": {"vessel": "a", "vessel": 1}, "content": 1}',
    "a long text": b'{"content": {"vessel": "' + b"a" * 5_000_000 + b'"}}',
    "many members": json.dumps({"content": {f"n{at}": at for at in range(100_000)}}).encode(),
    "GB 18030": '{"content": {"vessel": "远洋"}}'.encode("gb18030"),
    "half a sign": b'{"content": {"vessel": "\xe8\xbf"}}',
    "a mark before it": b"\xef\xbb\xbf[]",
    "zipped": gzip.compress(b'{"content": {}}'),
    "nothing": b"",
    "no JSON": b"<?xml version='1.0'?><a/>",
}
DOORS = [
    ("POST", DOCUMENTS), ("POST", f"{DOCUMENTS}/check"), ("PUT", f"{DOCUMENTS}/1"), ("POST", f"{DOCUMENTS}/1/prepare"),
    ("POST", f"{DOCUMENTS}/1/submit"), ("POST", f"/api/form-templates/{TYPE}"),
    ("PUT", f"/api/autosaves/{TYPE}/{'a' * 32}"),
    ("PUT", "/api/preferences/columns"), ("POST", "/api/jobs"), ("POST", "/api/session/password"),
    ("POST", "/exchange/messages"), ("POST", "/api/consolidated/merges/preview"),
]  # fmt: skip


def of(member: Member, **more: str) -> dict[str, str]:
    """The headers of a member's browser."""
    cookie = f"{cookie_name()}={member.http.cookies[cookie_name()]}"
    return {"origin": ORIGIN, "x-csrf-token": member.http.headers["x-csrf-token"], "cookie": cookie, **more}


def refusal(answer: Answer) -> dict[str, Any]:
    """A refusal in the one shape, and small."""
    assert 400 <= answer.status < 500, (answer.status, answer.body[:300])
    assert answer.header("content-type") == "application/problem+json"
    assert len(answer.body) < 20_000
    found: dict[str, Any] = json.loads(answer.body)
    assert found["detail"]
    assert found["advice"]
    return found


@pytest.mark.parametrize("name", BOMBS)
async def test_bodies_that_explode(house: House, name: str) -> None:
    """INTG-01: each door refuses each of them in words, or takes nothing of it."""
    member = await house.member()
    headers = of(member, **{"content-type": "application/json", "if-match": '"1"'})
    for method, path in DOORS:
        answer = await ask(house.app, method, ORIGIN + path, headers, BOMBS[name])
        if answer.status < 300:  # a dry run that says so, or a place where anything small may be kept
            assert b'"would_be":"refused"' in answer.body or path.startswith("/api/preferences/"), (
                answer.body[:200]
            )
        else:
            assert refusal(answer)["status"] in (404, 409, 413, 422), (path, answer.body[:200])


KINDS = (
    "application/json; charset=utf-16", "application/json; charset=gb18030", "text/plain", "application/xml", "",
    "application/x-www-form-urlencoded", "multipart/form-data", "application/json, text/html",
    "multipart/form-data; boundary=",
    "application/json\r\nX: 1",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_kinds_of_bodies(house: House, kind: str) -> None:
    """INTG-01: JSON is read as UTF-8 whatever the charset says; what is not called JSON is no JSON. A page of others
    may send texts and forms unasked, so nothing in them is taken."""
    member = await house.member()
    named = reference()
    body = json.dumps({"content": letter(named)}).encode()
    answer = await ask(house.app, "POST", ORIGIN + DOCUMENTS, of(member, **{"content-type": kind}), body)
    kept = await house.sql("select from document where content ->> 'reference' = $1", named)
    if kind.startswith("application/json;"):
        assert (answer.status, len(kept)) == (201, 1), answer.body[:300]
    else:
        assert refusal(answer)["status"] == 422, answer.body[:300]
        assert not kept


async def test_a_body_that_is_zipped_is_not_unzipped(house: House) -> None:
    member = await house.member()
    headers = of(member, **{"content-type": "application/json", "content-encoding": "gzip"})
    refusal(await ask(house.app, "POST", ORIGIN + DOCUMENTS, headers, gzip.compress(bytes(10_000_000))))


def spoofs() -> Iterator[dict[str, str]]:
    for name in ("x-forwarded-host", "x-original-host", "x-host", "forwarded", "host"):
        yield {name: "host=evil.example" if name == "forwarded" else "evil.example"}
    yield {"x-forwarded-proto": "https", "x-forwarded-port": "1"}
    yield {"x-original-url": "/api/system/companies", "x-rewrite-url": "/api/system/companies"}
    yield {"x-http-method-override": "DELETE", "x-http-method": "DELETE", "x-method-override": "DELETE"}
    yield {"range": "bytes=0-1", "if-range": "x", "if-none-match": "*", "if-modified-since": "x"}
    yield {"cookie": "a=" + "b" * 20_000}
    yield {
        "accept": "application/../../x",
        "accept-encoding": "gzip;q=x",
        "accept-language": "\xff",
        "te": "trailers",
    }
    yield {"x-request-id": "a\x1b[2J\u0161".encode("utf-8").decode("latin-1")}


@pytest.mark.parametrize("more", list(spoofs()), ids=" ".join)
async def test_headers_that_pretend(house: House, more: dict[str, str]) -> None:
    """PORT-10: nothing of them stands in an answer, and none makes a request another one."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    headers = of(member)
    cookies = "; ".join(filter(None, (more.get("cookie"), headers["cookie"])))
    answer = await ask(
        house.app, "GET", f"{ORIGIN}{DOCUMENTS}/{view['number']}", headers | more | {"cookie": cookies}, b""
    )
    assert (answer.status, json.loads(answer.body)["number"]) == (200, view["number"])
    said = answer.body.decode() + str(answer.headers)
    assert not any(word in said for word in ("evil.example", "\x1b", "set-cookie"))
    assert (await member.view(TYPE, view["number"]))["version"] == view["version"]


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", f"{ORIGIN}.evil.example", f"{ORIGIN}@evil.example", ""]
)
async def test_another_site_s_page(house: House, origin: str) -> None:
    """PORT-10: whatever host the request pretends to be for."""
    member = await house.member()
    body = json.dumps({"content": letter(reference())}).encode()
    headers = of(member, **{"content-type": "application/json"}) | {
        "origin": origin, "host": origin.partition("//")[2], "x-forwarded-host": origin.partition("//")[2],
    }  # fmt: skip
    assert refusal(await ask(house.app, "POST", ORIGIN + DOCUMENTS, headers, body))["status"] == 403


PATHS = (
    "/api//documents/_template/new", "//api/session", "/api/session/", "/API/session", "/api/%73ession/..",
    "/api/./session", "/api/x/../session", "/api/x/..;/session", "/api/session;x=1", "/api/session%2f",
    "/api%2fsession", "/api/session%00", "/api/session%0d%0aX-Evil:%201", "/api/%c0%ae%c0%ae/session", "/api/%ff",
    "/api/session\\",
    "/assets/..%2f..%2fetc%2fpasswd",
    "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/../../etc/passwd", "/..", "/.git/config", "/api/documents/%2e%2e/x",
    "/exchange/..%2fapi/session", "/api/definitions/" + "a" * 5000, "/api/codes/%25%30%30",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_addresses_that_pretend(house: House, path: str) -> None:
    """PORT-10: an address is the one that it is, or none; nothing outside is read, nobody is sent elsewhere."""
    member = await house.member()
    for method in ("GET", "POST", "DELETE", "OPTIONS", "HEAD", "TRACE", "PATCH", "PROPFIND"):
        answer = await ask(house.app, method, ORIGIN + path, of(member), b"")
        same = path == "/api%2fsession" and method in ("GET", "DELETE")  # a way of writing the very address
        allowed = (200, 204) if same else (307, 401, 403, 404, 405, 422)
        assert answer.status in allowed, (method, answer.status, answer.body[:200])
        assert b"root:" not in answer.body
        assert "x-evil" not in dict(answer.headers)
        if answer.status == 307:
            assert answer.header("location").startswith((ORIGIN, "/")), answer.headers
            assert "//" not in answer.header("location").removeprefix(ORIGIN)


@pytest.mark.parametrize(
    "match", ["", "*", '""', 'W/"x"', '"1", "2"', '"-1"', "1e9", '"9999999999"', "\xff", '"1" ']
)
async def test_versions_that_are_none(house: House, match: str) -> None:
    """What is no version is refused before anything is done; one with a blank behind it is one."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    headers = of(member, **{"content-type": "application/json", "if-match": match})
    body = json.dumps({"content": view["content"]}).encode()
    answer = await ask(house.app, "PUT", f"{ORIGIN}{DOCUMENTS}/{view['number']}", headers, body)
    if match == '"1" ':
        assert answer.status == 200
    else:
        assert [each["rule"] for each in refusal(answer)["violations"]] == ["request.version"]


def test_nothing_is_fetched_for_a_print() -> None:
    """UI-12: templates name neither packages nor addresses; what is printed is data, never markup."""
    root = Path(__file__).parents[2] / "singlewindow"
    templates = list(root.rglob("*.typ"))
    assert len(templates) > 5
    for each in templates:
        text = each.read_text("utf-8")
        assert "@preview" not in text, each
        assert "http" not in text, each
