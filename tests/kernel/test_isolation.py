"""One company never sees another's document: by the application's own check and by row-level security (PORT-10).

The routes are those of the API's description: a new one fails here until a case says how a stranger would ask it for
another company's document, or until it is listed among those that name none.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from singlewindow.contract.demo_pki import DemoCard
from singlewindow.kernel.database.connection import NOBODY, Actor
from singlewindow.kernel.documents import amendment_list, form_templates, search, statistics, store
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.jobs import desk as jobs_desk
from singlewindow.kernel.jobs import files
from singlewindow.kernel.people import account_log, accounts, challenges, tokens
from singlewindow.kernel.registers.found import register_indexes
from tests.house import House, Member
from tests.kernel import jobs
from tests.kernel.people.stage import PASSWORD, answer, id_of, new_card
from tests.kernel.test_documents import TYPE, applied, letter, reference
from tests.strangers import chapters_with_routes, routes_of
from tests.workbooks import letters

BASE, AMENDMENTS = "/api/documents/{type}", "/api/amendments/{type}"
ABSENT = "202600000099999999"
FENCES = ("both", "row-level security alone", "the application alone")


@dataclass(frozen=True)
class Guess:
    """A stranger asks for the document of this number; `attachment` is the id of the foreign document's file."""

    stranger: Member
    number: str
    attachment: int

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.stranger.http.request(method, f"/api/documents/{TYPE}{path}", **more)

    async def of(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        return await self.send(method, f"/{self.number}{path}", **more)


Case = Callable[[Guess], Awaitable[httpx.Response]]
MATCH = {"If-Match": '"1"'}

NOT_FOUND: dict[str, Case] = {
    f"GET {BASE}/{{number}}": lambda g: g.of("GET"),
    f"PUT {BASE}/{{number}}": lambda g: g.of("PUT", json={"content": {}}, headers=MATCH),
    f"DELETE {BASE}/{{number}}": lambda g: g.of("DELETE"),
    f"PUT {BASE}/{{number}}/amendment": lambda g: g.of(
        "PUT", "/amendment", json={"action": "change", "content": {}}, headers=MATCH
    ),
    f"DELETE {BASE}/{{number}}/amendment": lambda g: g.of("DELETE", "/amendment", headers=MATCH),
    f"GET {BASE}/{{number}}/receipts": lambda g: g.of("GET", "/receipts"),
    f"GET {BASE}/{{number}}/history": lambda g: g.of("GET", "/history"),
    f"GET {BASE}/{{number}}/evidence": lambda g: g.of("GET", "/evidence"),
    f"GET {BASE}/{{number}}/prints/{{name}}": lambda g: g.of("GET", "/prints/form"),
    f"GET {BASE}/{{number}}/attachments/{{attachment_id}}": lambda g: g.of(
        "GET", f"/attachments/{g.attachment}"
    ),
    f"DELETE {BASE}/{{number}}/attachments/{{attachment_id}}": lambda g: g.of(
        "DELETE", f"/attachments/{g.attachment}"
    ),
    f"POST {BASE}/{{number}}/attachments/prepare": lambda g: g.stranger.upload(TYPE, g.number, "1"),
    f"POST {BASE}/{{number}}/attachments": lambda g: g.of(
        "POST",
        "/attachments",
        data={"token": "x", "signature": "eA==", "certificate": "eA=="},
        files={"file": ("a.pdf", b"%PDF", "application/pdf")},
    ),
    f"POST {BASE}/{{number}}/prepare": lambda g: g.of(
        "POST", "/prepare", json={"action": "apply", "card_no": g.stranger.card_no}, headers=MATCH
    ),
    f"POST {BASE}/{{number}}/submit": lambda g: g.of(
        "POST", "/submit", json={"token": "x", "signature": "eA==", "certificate": "eA=="}
    ),
    f"GET {AMENDMENTS}/{{number}}": lambda g: g.stranger.http.get(f"/api/amendments/{TYPE}/{g.number}-01"),
    f"POST {BASE}/lookup": lambda g: g.send(
        "POST", "/lookup", json={"field": "x", "content": {}, "number": g.number}
    ),
    f"POST {BASE}/check": lambda g: g.send("POST", "/check", json={"content": {}, "number": g.number}),
}
"""Asked for a document that is not there, these answer 404."""

NOTHING_FOUND: dict[str, Case] = {
    f"GET {BASE}": lambda g: g.send("GET", "", params={**this_week(), "number": g.number}),
    f"GET {AMENDMENTS}": lambda g: g.stranger.http.get(
        f"/api/amendments/{TYPE}", params={"action": "change", "document": g.number}
    ),
    f"POST {BASE}/prepare": lambda g: g.send(
        "POST",
        "/prepare",
        json={
            "card_no": g.stranger.card_no,
            "documents": [{"number": g.number, "version": 1, "action": "apply"}],
        },
    ),
    f"POST {BASE}/submit": lambda g: g.send(
        "POST",
        "/submit",
        json={
            "certificate": "eA==",
            "documents": [{"number": g.number, "token": "x", "signature": "eA=="}],
        },
    ),
    f"GET {BASE}/statistics": lambda g: g.send("GET", "/statistics", params={**counted(), "by": "status"}),
    f"GET {BASE}/statistics/export": lambda g: g.send(
        "GET", "/statistics/export", params={**counted(), "by": "status"}
    ),
    f"POST {BASE}/delete": lambda g: g.send("POST", "/delete", json={"numbers": [g.number]}),
}
"""These answer that there is none."""

NAME_NO_DOCUMENT = {
    f"POST {BASE}",
    f"GET {BASE}/new",
    f"GET {BASE}/list/print",  # its rows are those of the query
    f"GET {BASE}/statistics/print",  # its figures are those of the route above it
    "GET /api/definitions",
    "GET /api/definitions/{type}",
    "GET /api/codes/{table}",
    "GET /api/codes/{table}/{code}",
    "GET /api/applications",
    "GET /api/config",
    "GET /api/seal/key",
    "GET /api/clock",
    "GET /api/captcha",
    "GET /api/session",
    "DELETE /api/session",
    "POST /api/session/password",
    "POST /api/session/card",
    "POST /api/session/card/challenge",
    "POST /api/registration/card",
    "POST /api/registration/prepare",
    "POST /api/registration",
    "POST /api/account/password",
    "GET /api/account/logins",
    "POST /api/account/card/challenge",
    "POST /api/account/card",
    "GET /api/company/accounts",
    "POST /api/company/accounts",
    "GET /api/company/log",
    "GET /api/tokens",
    "GET /api/autosaves/{type}",  # the account's own: tests/kernel/test_autosave.py
    "PUT /api/autosaves/{type}/{key}",
    "DELETE /api/autosaves/{type}/{key}",
    "POST /api/files",
    "GET /api/jobs",
    "GET /api/samples/{type}",
    "GET /api/spreadsheets/{type}",
    "GET /api/form-templates/{type}",
    "POST /api/form-templates/{type}",
    "GET /api/preferences/{key}",
    "PUT /api/preferences/{key}",
    "POST /exchange/messages",
    "GET /api/events",  # the company's own feed: tests/kernel/test_feed.py
    "GET /api/events/stream",
    "GET /api/news",
    "POST /api/news/read",
    "GET /api/reminders",  # the company's own: tests/kernel/test_reminders.py
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
}
"""Routes that take no number of a document and no other company's id."""

SYSTEM = "/api/system/"
"""Routes of system administrators, who belong to no company: tests/kernel/people/test_system.py asks them all."""

HOOKS = "/api/webhooks"
"""Routes of an administrator's endpoints: tests/kernel/test_webhooks.py asks them all."""


@dataclass(frozen=True)
class AccountGuess:
    """An administrator asks for the account of this id, or its token; `signed` is what a card of his company answered
    to a challenge of his."""

    stranger: Member
    id: int
    token: int
    signed: dict[str, str]

    async def of(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self.stranger.http.request(method, f"/api/company/accounts/{self.id}{path}", json=body)


ACCOUNT = "/api/company/accounts/{id}"
ACCOUNT_NOT_FOUND: dict[str, Callable[[AccountGuess], Awaitable[httpx.Response]]] = {
    f"PUT {ACCOUNT}/role": lambda g: g.of("PUT", "/role", {"role": "operator"}),
    f"PUT {ACCOUNT}/active": lambda g: g.of("PUT", "/active", {"active": False}),
    f"PUT {ACCOUNT}/password": lambda g: g.of("PUT", "/password", {"password": PASSWORD}),
    f"POST {ACCOUNT}/card/challenge": lambda g: g.of(
        "POST", "/card/challenge", {"certificate": g.signed["certificate"]}
    ),
    f"POST {ACCOUNT}/card": lambda g: g.of("POST", "/card", g.signed),
    f"DELETE {ACCOUNT}/card": lambda g: g.of("DELETE", "/card"),
    "POST /api/tokens": lambda g: g.stranger.http.post(
        "/api/tokens", json={"name": "偷", "account_id": g.id, "right": "read"}
    ),
    "DELETE /api/tokens/{id}": lambda g: g.stranger.http.delete(f"/api/tokens/{g.token}"),
    "GET /api/tokens/{id}/uses": lambda g: g.stranger.http.get(f"/api/tokens/{g.token}/uses"),
}
"""Asked for an account or a token that is not there, these answer 404."""


@dataclass(frozen=True)
class RowGuess:
    """A stranger asks for the job, the file or the form template of these ids."""

    stranger: Member
    job: int
    file: int
    template: int

    async def of(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self.stranger.http.request(method, path, json=body)


JOB, FORM_TEMPLATE = "/api/jobs/{id}", "/api/form-templates/{type}/{id}"
ROW_NOT_FOUND: dict[str, Callable[[RowGuess], Awaitable[httpx.Response]]] = {
    f"GET {JOB}": lambda g: g.of("GET", f"/api/jobs/{g.job}"),
    f"GET {JOB}/failures": lambda g: g.of("GET", f"/api/jobs/{g.job}/failures"),
    f"GET {JOB}/result": lambda g: g.of("GET", f"/api/jobs/{g.job}/result"),
    f"POST {JOB}/stop": lambda g: g.of("POST", f"/api/jobs/{g.job}/stop"),
    f"POST {JOB}/resume": lambda g: g.of("POST", f"/api/jobs/{g.job}/resume"),
    "POST /api/jobs": lambda g: g.of("POST", "/api/jobs", {"kind": "import", "type": TYPE, "file": g.file}),
    f"GET {FORM_TEMPLATE}": lambda g: g.of("GET", f"/api/form-templates/{TYPE}/{g.template}"),
    f"PUT {FORM_TEMPLATE}": lambda g: g.of("PUT", f"/api/form-templates/{TYPE}/{g.template}", {"name": "偷"}),
    f"DELETE {FORM_TEMPLATE}": lambda g: g.of("DELETE", f"/api/form-templates/{TYPE}/{g.template}"),
}
"""Asked for a job, file or template that is not there, these answer 404."""


def this_week() -> dict[str, str]:
    """The obligatory span of a query."""
    today = datetime.now(CHINA).date()
    return {"updated_from": str(today - timedelta(days=7)), "updated_to": str(today)}


def counted() -> dict[str, str]:
    """The obligatory span of statistics."""
    return {name.replace("updated", "filed_on"): day for name, day in this_week().items()}


def leave_standing(house: House, fences: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take one fence away: the application's check, or (as the tables' owner) row-level security."""
    if fences == "row-level security alone":
        monkeypatch.setattr(accounts, "OWN", "($1::bigint is not null)")
        monkeypatch.setattr(tokens, "OWN", "($1::bigint is not null)")
        monkeypatch.setattr(tokens, "USES_OWN", "($1::bigint is not null)")
        monkeypatch.setattr(account_log, "OWN", "($1::bigint is not null)")
        monkeypatch.setattr(jobs_desk, "OWN", "($1::bigint is not null and $2::bigint is not null)")
        monkeypatch.setattr(files, "OWN", "($2::bigint is not null and $3::bigint is not null)")
        monkeypatch.setattr(form_templates, "OWN", "($1::bigint is not null and $2::text is not null)")
        monkeypatch.setattr(store, "SEEN", "($3::bigint is not null)")
        monkeypatch.setattr(
            amendment_list, "own", lambda person: ("{}::bigint is not null", person.company_id)
        )
        for module in (search, statistics):
            monkeypatch.setattr(
                module, "own_rows", lambda person: ("{}::bigint is not null", person.company_id)
            )
        monkeypatch.setattr(
            search, "party_rows", lambda person, column: ("{}::bigint is not null", person.company_id)
        )
    elif fences == "the application alone":
        house.app.state.database = house.owner


async def found_by(member: Member) -> int:
    """How many documents a query over all statuses finds."""
    found = await member.http.get(f"/api/documents/{TYPE}", params=this_week())
    total: int = found.json()["total"]
    return total


async def counted_by(member: Member) -> int:
    """How many documents the statistics count."""
    found = await member.http.get(f"/api/documents/{TYPE}/statistics", params={**counted(), "by": "status"})
    total: int = found.json()["total"]["count"]
    return total


def test_every_route_has_a_case(house: House) -> None:
    """PORT-10: a new route says here what a stranger gets from it, or that it names no document.

    Those of chapters: tests/kernel/test_chapter_isolation.py.
    """
    paths = house.app.openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    system = {each for each in routes if each.split(" ")[1].startswith((SYSTEM, HOOKS))}
    routes -= {each for chapter in chapters_with_routes() for each in routes_of(house, chapter)}
    guessed = {*NOT_FOUND, *NOTHING_FOUND, *ACCOUNT_NOT_FOUND, *ROW_NOT_FOUND}
    assert routes - system == guessed | NAME_NO_DOCUMENT
    assert not [each for each in NAME_NO_DOCUMENT if "{number}" in each or "{id}" in each]


@pytest.mark.parametrize("fences", FENCES)
async def test_a_foreign_document_answers_like_an_absent_one(
    house: House, fences: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: the same words and status on every route; each of the two fences holds by itself."""
    stranger = await house.member()
    owner, view = await approved(house)
    await amended(owner, view)
    view = await owner.view(TYPE, view["number"])
    guesses = [Guess(stranger, n, view["attachments"][0]["id"]) for n in (view["number"], ABSENT)]
    leave_standing(house, fences, monkeypatch)
    for route, ask in {**NOT_FOUND, **NOTHING_FOUND}.items():
        foreign, absent = [await answer_to(guess, ask) for guess in guesses]
        assert foreign == absent, route
        assert foreign[0] == (404 if route in NOT_FOUND else 200), (route, foreign)
    assert (await owner.view(TYPE, view["number"])) == view
    assert await found_by(stranger) == 0
    assert await counted_by(stranger) == 0


async def approved(house: House) -> tuple[Member, dict[str, Any]]:
    """A document in force, and whose it is."""
    owner, view = await applied(house)
    await house.hear(house.customs.receipt_for(TYPE, view["number"], 1, 1, "APPROVED"))
    return owner, await owner.view(TYPE, view["number"])


async def amended(owner: Member, view: dict[str, Any]) -> None:
    """A change of it is saved."""
    body = {"action": "change", "content": {**view["content"], "remark": "改"}}
    url, match = f"/api/documents/{TYPE}/{view['number']}/amendment", {"If-Match": f'"{view["version"]}"'}
    assert (await owner.http.put(url, json=body, headers=match)).status_code == 200


async def answer_to(guess: Guess, ask: Case) -> tuple[int, str]:
    """What the stranger got, without what differs between any two requests."""
    answer = await ask(guess)
    request_id = answer.headers["X-Request-Id"]
    text = parts_of(answer.content) if answer.content.startswith(b"PK") else answer.text
    return answer.status_code, text.replace(guess.number, "N").replace(request_id, "")


def parts_of(workbook: bytes) -> str:
    """What a workbook holds but for the second in which it was made."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return str({name: parts.read(name) for name in parts.namelist() if name != "docProps/core.xml"})


@pytest.mark.parametrize("fences", FENCES)
async def test_a_foreign_file_under_an_own_number(
    house: House, fences: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: the id of another company's file, guessed under a document of one's own, answers as an absent id."""
    owner, stranger = await house.member(), await house.member()
    foreign = await owner.save(TYPE, letter(reference()))
    foreign = (await owner.upload(TYPE, foreign["number"], "1")).json()
    own = await stranger.save(TYPE, letter(reference()))
    leave_standing(house, fences, monkeypatch)
    for method in ("GET", "DELETE"):
        answers = []
        for attachment in (foreign["attachments"][0]["id"], 10**15):
            answer = await stranger.http.request(
                method, f"/api/documents/{TYPE}/{own['number']}/attachments/{attachment}"
            )
            answers.append((answer.status_code, answer.json()["detail"]))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
    assert len((await owner.view(TYPE, foreign["number"]))["attachments"]) == 1


async def test_without_a_session_no_number_answers(house: House) -> None:
    """PORT-07, PORT-10: nobody who is not logged in learns which numbers exist."""
    owner = await house.member()
    view = await owner.save(TYPE, letter(reference()))
    nobody = Member(house, house.client(), "", "", owner.card_no, owner.key, owner.certificate)
    for route, ask in {**NOT_FOUND, **NOTHING_FOUND}.items():
        foreign, absent = [await answer_to(Guess(nobody, n, 1), ask) for n in (view["number"], ABSENT)]
        assert foreign == absent, route
        assert foreign[0] == 401, (route, foreign)


@pytest.mark.parametrize("fences", FENCES)
async def test_a_foreign_account_answers_like_an_absent_one(
    house: House, fences: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: an administrator of one company and an account of another: each fence holds by itself."""
    head, stranger = await house.member(role="administrator"), await house.member(role="administrator")
    operator = await house.member(head.customs_code)
    foreign = await id_of(house, operator)
    await head.http.put(f"/api/company/accounts/{foreign}/active", json={"active": True})
    await head.http.put(f"/api/company/accounts/{foreign}/role", json={"role": "administrator"})
    program = await house.program(operator)
    assert (await program.http.get(f"/api/documents/{TYPE}/{ABSENT}")).status_code == 404
    [kept] = (await head.http.get("/api/tokens")).json()["items"]
    before = await house.sql("select * from account a left join card k on k.account_id = a.id order by a.id")
    leave_standing(house, fences, monkeypatch)
    card = new_card(house, stranger.customs_code)
    for route, ask in ACCOUNT_NOT_FOUND.items():
        answers = []
        for id, token in ((foreign, kept["id"]), (2**40, 2**40)):
            signed = answer(house, card, await _challenge(house, stranger, card))
            got = await ask(AccountGuess(stranger, id, token, signed))
            answers.append((got.status_code, got.text.replace(got.json().get("request_id", "-"), "")))
        assert answers[0] == answers[1], route
        assert answers[0][0] == 404, (route, answers)
    http = stranger.http
    listed = (await http.get("/api/company/accounts")).json()
    assert (listed["total"], [each["card_no"] for each in listed["items"]]) == (1, [stranger.card_no])
    assert (await http.get("/api/company/log")).json()["items"] == []
    assert (await http.get("/api/tokens")).json()["total"] == 0
    assert len((await head.http.get(f"/api/tokens/{kept['id']}/uses")).json()["items"]) == 1
    after = await house.sql("select * from account a left join card k on k.account_id = a.id order by a.id")
    assert [dict(each) for each in after] == [dict(each) for each in before]


@pytest.mark.parametrize("fences", FENCES)
async def test_a_foreign_job_file_or_template_answers_like_an_absent_one(
    house: House, fences: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: jobs and files are their account's, templates their company's; each fence holds by itself."""
    owner, stranger = await house.member(), await house.member()
    file = await jobs.hand_in(
        owner, letters([[1, reference(), "4", None, None], [2, "bad", "4", None, None]])
    )
    job = (await jobs.start(owner, file)).json()["id"]
    await jobs.work(house)
    body = {"name": "每日", "content": {"transport": "4"}}
    template = (await owner.http.post(f"/api/form-templates/{TYPE}", json=body)).json()["id"]
    before = [dict(row) for row in await house.sql("select * from job order by id")]
    leave_standing(house, fences, monkeypatch)
    for route, ask in ROW_NOT_FOUND.items():
        answers = []
        for ids in ((job, file, template), (2**40, 2**40, 2**40)):
            got = await ask(RowGuess(stranger, *ids))
            said = got.text.replace(got.json().get("request_id", "-"), "")
            answers.append((got.status_code, re.sub(r"编号为 [0-9]+ 的", "", said)))
        assert answers[0] == answers[1], route
        assert answers[0][0] == 404, (route, answers)
    assert (await stranger.http.get("/api/jobs")).json()["items"] == []
    assert (await stranger.http.get(f"/api/form-templates/{TYPE}")).json()["items"] == []
    assert [dict(row) for row in await house.sql("select * from job order by id")] == before
    kept = (await owner.http.get(f"/api/form-templates/{TYPE}/{template}")).json()
    assert (kept["name"], kept["content"]["transport"]) == ("每日", "4")


async def test_a_colleague_sees_the_companys_templates_but_not_ones_jobs(house: House) -> None:
    """GATE-11: a template is for all of the company; a job and its files are their account's own."""
    owner = await house.member()
    colleague = await house.member(owner.customs_code)
    job = await jobs.imported(house, owner, letters([[1, reference(), "4", None, None]]))
    await owner.http.post(f"/api/form-templates/{TYPE}", json={"name": "每日", "content": {}})
    assert [
        each["name"] for each in (await colleague.http.get(f"/api/form-templates/{TYPE}")).json()["items"]
    ] == ["每日"]
    assert (await colleague.http.get(f"/api/jobs/{job['id']}/result")).status_code == 404
    assert (await colleague.http.get("/api/jobs")).json()["items"] == []


async def _challenge(house: House, member: Member, card: DemoCard) -> dict[str, str]:
    """A binding's challenge, as for a colleague of the member's company."""
    facts = {"purpose": "bind", "company": member.customs_code, "username": "x", "card": card.card_no}
    made = await challenges.make(house.owner, "bind", facts, "10.0.0.1")
    return {"challenge": made.id, "signing_input": made.signing_input}


async def test_row_level_security_holds_without_the_applications_check(house: House) -> None:
    """PORT-10: with the web role, another company's rows are out of sight even for a query that forgot to ask."""
    member, view = await approved(house)
    await amended(member, view)
    await jobs.imported(house, member, letters([[1, reference(), "4", None, None]]))
    await member.http.post(f"/api/form-templates/{TYPE}", json={"name": "每日", "content": {}})
    head = await house.member(role="administrator")
    body = {"username": f"isolated{head.customs_code}", "display_name": "隔离", "password": PASSWORD}
    assert (await head.http.post("/api/company/accounts", json=body)).status_code == 201
    await (await house.program(member)).view(TYPE, view["number"])
    stranger = await house.member()
    me = (await house.sql("select company_id, id from account order by id desc limit 1"))[0]
    for actor in (Actor(me["company_id"], me["id"]), NOBODY):
        async with house.web.transaction(actor) as transaction:
            for table in ("document", "document_party", "submission", "receipt", "event", "attachment", "claim",
                          "prepared", "idempotency", "account_event", "autosave", "amendment",
                          "preference", "api_token", "api_token_use",
                          "find__template", "job", "job_item", "file", "form_template"):  # fmt: skip
                assert await transaction.value(f"select count(*) from {table}") == 0, table
    assert stranger.card_no


async def test_every_table_with_a_companys_rows_has_policies(house: House) -> None:
    """PORT-10: a new table with company data that the portal may read has row-level security from the beginning."""
    rows = await house.sql(
        """select distinct c.relname, c.relrowsecurity from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not a.attisdropped
             and a.attname in ('company_id', 'owner_id', 'document_id', 'account_id')
             and has_any_column_privilege('sw_web', c.oid, 'select, update')
           union select relname, relrowsecurity from pg_class where relname = any($1)""",
        [index.table for kinds in register_indexes().values() for index in kinds],
    )
    assert len(rows) > 10
    assert [row["relname"] for row in rows if not row["relrowsecurity"]] == []


async def test_companies_and_accounts_with_documents_stay(house: House) -> None:
    """PORT-08: no key from a document leads to them, so that it is said to whoever deletes one."""
    member = await house.member()
    await member.save(TYPE, letter(reference()))
    for table in ("account", "company"):
        column = "created_by" if table == "account" else "company_id"
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await house.sql(f"delete from {table} where id in (select {column} from document)")
