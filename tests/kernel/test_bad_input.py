"""Input that no page sends: refused with words, in bounded size and time, and never a 500."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from singlewindow.contract.messages import MessageKind
from singlewindow.kernel.definition.check import clean, find_day
from singlewindow.kernel.http.limits import MAX_BODY, MAX_EXCHANGE, MEGABYTE
from singlewindow.kernel.problems import Refused
from singlewindow.subsystems._template.document import Letter
from tests.house import House, Member
from tests.kernel.jobs import hand_in, start
from tests.kernel.spans import this_week
from tests.kernel.test_documents import TYPE, letter, reference

DOCUMENTS = f"/api/documents/{TYPE}"
TODAY = "updated_from=2026-11-01&updated_to=2026-11-02"


def refused(answer: httpx.Response) -> dict[str, Any]:
    """A refusal in the one shape, in Chinese, small enough to read."""
    assert answer.status_code == 422, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert re.search("[一-龥]", problem["detail"])
    assert len(answer.content) < 10_000
    return problem


async def send_json(member: Member, method: str, url: str, body: object) -> httpx.Response:
    """JSON with escapes as a program would write them, halves of surrogate pairs included."""
    headers = {"Content-Type": "application/json", "If-Match": '"1"'}
    return await member.http.request(method, url, content=json.dumps(body), headers=headers)


# ------------------------------------------------------------------------------------------- length


class Chunks:
    """A body of unknown length; `sent` counts its megabytes."""

    def __init__(self, megabytes: int, head: bytes = b"") -> None:
        self.megabytes = megabytes
        self.head = head
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.megabytes):
            self.sent += 1
            yield self.head if self.head and self.sent == 1 else b"x" * MEGABYTE


JSON = "application/json"
FORM = "multipart/form-data; boundary=b"
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'


@pytest.mark.parametrize(
    ("address", "content_type", "head", "limit"),
    [
        ("/api/session/password", JSON, b"", MAX_BODY),
        (DOCUMENTS, JSON, b"", MAX_BODY),
        (f"{DOCUMENTS}/1/attachments", FORM, FILE.ljust(MEGABYTE, b"x"), MAX_BODY),
        ("/exchange/messages", JSON, b"", MAX_EXCHANGE),
    ],
)
async def test_a_body_of_unknown_length_is_counted(
    house: House, address: str, content_type: str, head: bytes, limit: int
) -> None:
    """PORT-10: without a session and without a length, no more is read than the limit."""
    chunks = Chunks(40, head)
    answer = await house.client().post(address, content=chunks, headers={"Content-Type": content_type})
    assert answer.status_code == 413, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/too-large"
    whatever_was_sent = f"请求内容超过上限 {limit // MEGABYTE} MB"
    assert answer.json()["detail"] == whatever_was_sent
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert chunks.sent == limit // MEGABYTE + 1


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "9" * 30])
async def test_an_announced_length_above_the_limit_is_answered_at_once(house: House, length: str) -> None:
    chunks = Chunks(40)
    answer = await house.client().post(
        "/api/session/password", content=chunks, headers={"Content-Length": length}
    )
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-large"
    assert chunks.sent == 0


async def test_customs_may_send_more_than_a_page(house: House) -> None:
    """CUST-05: a batch of 8 MB is read (and this one found to be no batch)."""
    assert (await house.client().post("/exchange/messages", content=Chunks(8))).status_code == 422
    assert (await house.client().post("/api/session/password", content=Chunks(8))).status_code == 413


# ------------------------------------------------------------------------------------------- size of a content


@pytest.mark.parametrize(
    "content",
    [
        {"goods": [{f"unknown{n}": "" for n in range(200_000)}]},
        {"goods": [{f"unknown{n}": "" for n in range(400)}]},
        {"goods": [{"u" * 100_000: ""}]},
        {f"unknown{n}": "" for n in range(400)},
        {"remark": "备" * 1_000_001},
        {"goods": [{"name": "货" * 30_000} for _ in range(40)]},
        {"goods": [0] * 1_000_001},
        {"goods": [{"name": {str(n): 0 for n in range(1000)}}]},
    ],
    ids=["200,000 names", "400 names in a row", "a long name", "400 names", "a long text", "long rows",
         "a million rows", "an object for a text"],
)  # fmt: skip
async def test_more_than_any_form_holds(house: House, content: dict[str, Any]) -> None:
    """Refused in a small answer, at most 20 names with at most 40 characters each."""
    member = await house.member()
    problem = refused(await member.http.post(DOCUMENTS, json={"content": content}))
    assert len(problem["violations"]) <= 20
    assert all(len(v["path"]) <= 60 for v in problem["violations"])


def test_an_unknown_name_in_a_row_is_named_with_its_row() -> None:
    with pytest.raises(Refused) as error:
        clean(Letter, {"goods": [{"name": "苹果"}, {"colour": "red"}]})
    assert [v.path for v in error.value.violations] == ["goods/2/colour"]


def test_an_unknown_name_is_repeated_without_what_cannot_be_shown() -> None:
    with pytest.raises(Refused) as error:
        clean(Letter, {"a\x1b\ud800\u202eb": ""})
    assert [v.path for v in error.value.violations] == ["a\ufffd\ufffd\ufffdb"]


def test_a_great_content_is_refused_without_looking_at_its_names() -> None:
    """One refusal for the size, not one for each name."""
    with pytest.raises(Refused) as error:
        clean(Letter, {"goods": [{f"unknown{n}": "" for n in range(501)}]})
    assert [v.path for v in error.value.violations] == [""]


# ------------------------------------------------------------------------------------------- unknown members


UNKNOWN = "请求内容不正确：没有这一项，请核对名称"


@pytest.mark.parametrize(
    ("method", "path", "body", "at"),
    [
        ("POST", "", {"content": {}, "sendernumber": "ERP-1"}, "sendernumber"),
        ("PUT", "/1", {"content": {}, "sender_number": "ERP-1"}, "sender_number"),
        ("PUT", "/1/amendment", {"content": {}, "action": "change", "why": "x"}, "why"),
        ("POST", "/check", {"content": {}, "atachments": ["1"]}, "atachments"),
        ("POST", "/lookup", {"content": {}, "field": "vessel", "row": 1}, "row"),
        ("POST", "/delete", {"numbers": ["1"], "version": 1}, "version"),
        ("POST", "/1/prepare", {"action": "apply", "card_no": "1", "version": 1}, "version"),
        ("POST", "/1/submit", {"token": "t", "signature": "", "certificate": "", "pin": "1"}, "pin"),
        (
            "POST",
            "/prepare",
            {"card_no": "1", "documents": [{"number": "1", "version": 1, "action": "apply", "x": 1}]},
            "documents/1/x",
        ),
    ],
)
async def test_an_unknown_member_of_a_body_is_refused_where_it_stands(
    house: House, method: str, path: str, body: object, at: str
) -> None:
    """INTG-01: "Unknown names are refused" (docs/api.md); a misspelt sender_number would double the document."""
    member = await house.member()
    problem = refused(await send_json(member, method, f"{DOCUMENTS}{path}", body))
    assert [(v["path"], v["message"]) for v in problem["violations"]] == [(at, UNKNOWN)]


async def test_an_unknown_member_saves_nothing(house: House) -> None:
    member = await house.member()
    await send_json(member, "POST", DOCUMENTS, {"content": letter(reference()), "sendernumber": "ERP-1"})
    found = await member.http.get(DOCUMENTS, params=this_week())
    assert found.json()["total"] == 0


async def test_a_body_of_a_hundred_thousand_members_is_refused_once(house: House) -> None:
    """PORT-10: not one refusal for each."""
    member = await house.member()
    body: dict[str, Any] = {"content": {}} | {f"unknown{n}": 0 for n in range(100_000)}
    [violation] = refused(await send_json(member, "POST", DOCUMENTS, body))["violations"]
    assert (violation["path"], violation["message"]) == ("", "请求内容不正确：未知的成员过多")


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"options": {"checkonly": True}}, {"options/checkonly": UNKNOWN}),
        ({"optoins": {"check_only": True}}, {"optoins": UNKNOWN}),
        (
            {"options": {"check_only": "false"}},
            {"options/check_only": "请求内容不正确：应为 true 或 false，不加引号"},
        ),
        (
            {"options": {"check_only": 1, "n" * 99: 1}},
            {
                f"options/{'n' * 40}": UNKNOWN,
                "options/check_only": "请求内容不正确：应为 true 或 false，不加引号",
            },
        ),
    ],
)
async def test_a_job_is_not_started_with_what_it_does_not_know(
    house: House, sent: dict[str, Any], found: dict[str, str]
) -> None:
    """INTG-02: an import that was meant to check only would have saved everything."""
    member = await house.member()
    problem = refused(await start(member, await hand_in(member, b'{"content": {}}'), **sent))
    assert {v["path"]: v["message"] for v in problem["violations"]} == found
    assert (await member.http.get("/api/jobs")).json()["items"] == []


# ------------------------------------------------------------------------------------------- characters


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{DOCUMENTS}/%00"),
        ("DELETE", f"{DOCUMENTS}/1%002"),
        ("GET", f"{DOCUMENTS}/%00/receipts"),
        ("GET", f"{DOCUMENTS}/%00/history"),
        ("GET", f"{DOCUMENTS}/%00/attachments/1"),
        ("GET", f"{DOCUMENTS}?{TODAY}&reference=A%00"),
        ("GET", f"{DOCUMENTS}?{TODAY}&status=%00"),
        ("GET", f"{DOCUMENTS}?{TODAY}&sort=%00"),
        ("GET", f"{DOCUMENTS}?{TODAY}&%00=1"),
        ("GET", f"{DOCUMENTS}?updated_from=%00&updated_to=2026-11-02"),
        ("GET", "/api/codes/transport_modes?q=%00"),
        ("GET", "/api/codes/%00"),
        ("GET", f"{DOCUMENTS}/1/attachments/9223372036854775808"),
        ("DELETE", f"{DOCUMENTS}/1/attachments/9223372036854775808"),
        ("GET", f"{DOCUMENTS}/1/attachments/0"),
    ],
)
async def test_addresses_that_the_database_cannot_take(house: House, method: str, path: str) -> None:
    member = await house.member()
    refused(await member.http.request(method, path))


@pytest.mark.parametrize("bad", ["\0", "A\0B", "\ud800", "\udfff1"])
async def test_bodies_that_the_database_cannot_take(house: House, bad: str) -> None:
    """NUL and halves of surrogate pairs, in every text of every body."""
    member = await house.member()
    number = (await member.save(TYPE, letter(reference())))["number"]
    card, upload = member.card_no, {"category": "1", "name": "a.pdf", "size": 9, "sha256": "0" * 64}
    signed = {"token": "t", "signature": "", "certificate": ""}
    bodies: list[tuple[str, str, object]] = [
        ("POST", "/delete", {"numbers": [bad]}),
        ("POST", "/lookup", {"field": bad, "content": {}}),
        ("POST", "/lookup", {"field": "x", "content": {}, "number": bad}),
        ("POST", f"/{number}/prepare", {"action": bad, "card_no": card}),
        ("POST", f"/{number}/prepare", {"action": "apply", "card_no": bad}),
        *(("POST", f"/{number}/submit", {**signed, name: bad}) for name in signed),
        *(
            ("POST", f"/{number}/attachments/prepare", {**upload, "card_no": card, name: bad})
            for name in ("category", "name", "sha256", "card_no")
        ),
        ("POST", "", {"content": {bad: "1"}}),
        ("POST", "", {"content": {"vessel": bad}}),
        ("POST", "", {"content": {"goods": [{bad: "1"}]}}),
        ("POST", "", {"content": {"goods": [{"name": bad}]}}),
        ("PUT", f"/{number}", {"content": {bad: {bad: bad}}}),
        ("POST", "", {"content": bad}),
        ("POST", "", {"content": {}, bad: bad}),
    ]
    for method, path, body in bodies[:-1]:
        refused(await send_json(member, method, DOCUMENTS + path, body))
    assert (await send_json(member, *bodies[-1])).status_code != 500


async def test_a_key_that_the_database_cannot_take(house: House) -> None:
    member = await house.member()
    answer = await member.http.post(
        DOCUMENTS, json={"content": letter(reference())}, headers={"Idempotency-Key": "a\0b"}
    )
    refused(answer)


async def test_a_signed_upload_whose_token_the_database_cannot_take(house: House) -> None:
    member = await house.member()
    number = (await member.save(TYPE, letter(reference())))["number"]
    form = {"token": "a\0b", "signature": "", "certificate": ""}
    refused(
        await member.http.post(
            f"{DOCUMENTS}/{number}/attachments",
            data=form,
            files={"file": ("a.pdf", b"%PDF", "application/pdf")},
        )
    )


@pytest.mark.parametrize("bad", ["12345678\0", "1234567\ud800"])
async def test_messages_whose_id_the_database_cannot_take(house: House, bad: str) -> None:
    """CUST-05: not stored and no failure, also when customs signed that very id."""
    payload = json.dumps({"message_id": bad, "kind": "company", "key": "1", "seq": 1, "data": None})
    signed = house.customs.envelope(MessageKind.NOTICE, "12345678", payload).model_dump(mode="json")
    body = json.dumps({"messages": [{**signed, "id": bad}]})
    answer = await house.client().post("/exchange/messages", content=body, headers={"Content-Type": JSON})
    assert answer.status_code in (200, 422), answer.text
    assert not any(one["stored"] for one in answer.json().get("answers", []))


@pytest.mark.parametrize("inside", [False, True])
async def test_a_batch_with_many_unknown_members(house: House, inside: bool) -> None:
    """PORT-10: anyone may post here; one refusal, not one for each name."""
    unknown = {f"unknown{n}": 0 for n in range(100_000)}
    body: dict[str, Any] = {"messages": [unknown]} if inside else {"messages": [], **unknown}
    assert len(refused(await house.client().post("/exchange/messages", json=body))["violations"]) == 1


async def test_an_answer_that_repeats_what_utf8_cannot_hold(house: House) -> None:
    """The framework names members that it does not know, whatever is in their names."""
    body = json.dumps({"messages": [], "\ud800": 1})
    refused(await house.client().post("/exchange/messages", content=body, headers={"Content-Type": JSON}))


@pytest.mark.parametrize("field", ["username", "password", "captcha"])
async def test_a_log_in_with_half_a_surrogate_pair(house: House, field: str) -> None:
    """PORT-02."""
    body = {"username": "a", "password": "b", "captcha_id": "c", "captcha": "d", field: "\ud800"}
    answer = await house.client().post(
        "/api/session/password", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    refused(answer)


# ------------------------------------------------------------------------------------------- days


@pytest.mark.parametrize(
    "day", ["9999-12-31", "0001-01-01", "2201-01-01", "1899-12-31", "2026-W01-1", "20261101", "2026-02-30"]
)
@pytest.mark.parametrize("side", ["updated_from", "updated_to"])
async def test_days_that_no_calendar_here_has(house: House, side: str, day: str) -> None:
    """UI-09: a query says so; it neither fails nor takes another way of writing dates."""
    member = await house.member()
    span = {"updated_from": "2026-11-01", "updated_to": "2026-11-02", side: day}
    problem = refused(await member.http.get(DOCUMENTS, params=span))
    assert (side, "query.date") in [(v["path"], v["rule"]) for v in problem["violations"]]


def test_days() -> None:
    """YYYY-MM-DD, from 1900 to 2200, in fields as in queries."""
    assert [str(find_day(text)) for text in ("1900-01-01", "2200-12-31")] == ["1900-01-01", "2200-12-31"]
    for text in ("2026-W01-1", "2026-01-01T00", "٢٠٢٦-01-01", "1899-12-31", "2201-01-01", ""):
        assert find_day(text) is None, text


# ------------------------------------------------------------------------------------------- code tables


async def test_an_unknown_code_table(house: House) -> None:
    """UI-04: no table of that name is something else than a table without a fitting entry."""
    member = await house.member()
    assert (await member.http.get("/api/codes/nothing")).status_code == 404
    known = await member.http.get("/api/codes/transport_modes?q=没有这样的")
    assert (known.status_code, known.json()["items"]) == (200, [])


async def test_many_bad_requests_leave_the_others_alone(house: House) -> None:
    """PORT-10: while a body with 400,000 names is refused, another request is answered."""
    member = await house.member()
    body = json.dumps({"content": {"goods": [{f"unknown{n}": "" for n in range(200_000)}]}})
    headers = {"Content-Type": "application/json"}
    answers = await asyncio.gather(
        member.http.post(DOCUMENTS, content=body, headers=headers), member.http.get("/healthz")
    )
    assert [answer.status_code for answer in answers] == [422, 200]
