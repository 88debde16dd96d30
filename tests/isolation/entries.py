"""What is said of each of the kernel's routes; of a chapter's own its `tests/strangers.py` says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.subsystem import get_document_type
from tests.house import PDF
from tests.isolation.world import CONSIGNEE, TYPE, digest_of
from tests.kernel.people.stage import PASSWORD
from tests.strangers import Ask, Entry, Things

BASE, ONE = "/api/documents/{type}", "/api/documents/{type}/{number}"
ACCOUNT, JOB = "/api/company/accounts/{id}", "/api/jobs/{id}"
EVERYBODYS = "the same for everybody"
COUNTED = "figures of the company's own documents"
CARD = {"signature": "eA==", "certificate": "eA=="}


def body(**members: Any) -> Callable[[Things], Ask]:
    """The same body whatever is asked for."""
    return lambda _: Ask(json=members)


def query(**members: Any) -> Callable[[Things], Ask]:
    """The same query."""
    return lambda _: Ask(params=members)


def span(name: str) -> dict[str, str]:
    """The days around today, in which the world was made: as few as the narrowest query allows."""
    today = datetime.now(CHINA).date()
    return {f"{name}_from": f"{today - timedelta(7)}", f"{name}_to": f"{today + timedelta(7)}"}


def listed(t: Things) -> dict[str, str]:
    """What the query of a type's list must say, and whose documents are asked for."""
    asked: dict[str, str] = {}
    for each in get_document_type(t.type).queries.conditions:
        if each.kind == "role":
            chosen = next((one for one in each.choices if one.code == t.box), each.choices[0])
            asked |= {each.name: chosen.code, **dict.fromkeys(chosen.needs, CONSIGNEE)}
        elif each.required:
            asked |= span(each.name)
    return asked


def numbered(t: Things) -> dict[str, str]:
    """The number that is asked for, where a type's query has it."""
    has = any(each.name == "number" for each in get_document_type(t.type).queries.conditions)
    return {"number": t["number"]} if has else {}


def counted(t: Things) -> Ask:
    """Figures of all that the world has of a type."""
    return Ask(params={"by": "status", **span("filed_on")})


def version(t: Things, kind: str) -> Mapping[str, str]:
    """The header that names the version of the own document; the foreign one is as old."""
    return {"If-Match": f'"{t.own[f"version of {kind}"]}"'}


def of(kind: str, name: str = "number") -> Mapping[str, str]:
    """One name, in the address."""
    return {name: kind}


def _signed(prepared: Mapping[str, str], number: str) -> dict[str, str]:
    return {"number": number, "token": prepared["token"], "signature": prepared["signature"]}


DOCUMENTS = (
    Entry(
        f"POST {BASE}",
        "chapter",
        {"key": "key", "sender": "sender"},
        lambda t: Ask(
            json={"content": {"reference": "AB424299"}, "sender_number": t["sender"]},
            headers={"Idempotency-Key": t["key"]},
        ),
        own=422,
        absent={"key": 201, "sender": 201, "key+sender": 201},
        fresh=("key", "sender"),
    ),
    Entry(
        f"GET {BASE}",
        "chapter",
        of("draft"),
        lambda t: Ask(params={**listed(t), **numbered(t)}),
        absent=200,
    ),
    Entry(
        f"PUT {ONE}", "chapter", of("draft"), lambda t: Ask(json={"content": {}}, headers=version(t, "draft"))
    ),
    Entry(f"GET {ONE}", "chapter", of("amended")),
    Entry(f"DELETE {ONE}", "chapter", of("draft"), own=204),
    Entry(
        f"POST {ONE}/prepare",
        "chapter",
        {"number": "draft", "card": "card"},
        lambda t: Ask(json={"action": "apply", "card_no": t["card"]}, headers=version(t, "draft")),
        absent={"number": 404, "card": 422, "number+card": 404},
    ),
    Entry(
        f"POST {ONE}/submit",
        "chapter",
        {"number": "draft", "prepared": "prepared"},
        lambda t: Ask(json=t["prepared"]),
        absent={"number": 404, "prepared": 409, "number+prepared": 404},
        others={"colleague": 409},
    ),
    Entry(
        f"GET {BASE}/statistics",
        "chapter",
        nothing=COUNTED,
        ask=counted,
    ),
    Entry(
        f"GET {BASE}/statistics/print",
        "chapter",
        nothing=COUNTED,
        ask=counted,
    ),
    Entry(
        f"GET {BASE}/statistics/export",
        "chapter",
        nothing=COUNTED,
        ask=counted,
    ),
    Entry(f"GET {BASE}/new", "typed", nothing="an empty form", unheard="an empty form"),
    Entry(
        f"POST {BASE}/delete",
        "chapter",
        of("draft"),
        lambda t: Ask(json={"numbers": [t["number"]]}),
        absent=200,
    ),
    Entry(
        f"POST {BASE}/lookup",
        "typed",
        of("draft"),
        lambda t: Ask(
            json={"field": "reference", "content": {"reference": "AB424242"}, "number": t["number"]}
        ),
        only_reads=True,
    ),
    Entry(
        f"POST {BASE}/check",
        "chapter",
        of("draft"),
        lambda t: Ask(json={"content": {}, "number": t["number"]}),
        only_reads=True,
    ),
    Entry(
        f"PUT {ONE}/amendment",
        "chapter",
        of("inforce"),
        lambda t: Ask(json={"action": "change", "content": {}}, headers=version(t, "inforce")),
    ),
    Entry(
        f"DELETE {ONE}/amendment",
        "chapter",
        of("amended"),
        lambda t: Ask(headers=version(t, "amended")),
        own=204,
    ),
    Entry(f"GET {ONE}/receipts", "chapter", of("inforce")),
    Entry(f"GET {ONE}/history", "chapter", of("inforce")),
    Entry(f"GET {ONE}/evidence", "chapter", of("inforce")),
    Entry(f"GET {ONE}/prints/{{name}}", "chapter", of("inforce"), varies="each seal is signed anew"),
    Entry(
        f"GET {BASE}/list/print",
        "chapter",
        nothing="its rows are those of the query",
        ask=lambda t: Ask(params=listed(t)),
    ),
    Entry(
        f"POST {BASE}/prepare",
        "chapter",
        {"number": "draft", "card": "card"},
        lambda t: Ask(
            json={
                "card_no": t["card"],
                "documents": [
                    {"number": t["number"], "version": t.own["version of draft"], "action": "apply"}
                ],
            }
        ),
        absent=200,
    ),
    Entry(
        f"POST {BASE}/submit",
        "chapter",
        {"number": "draft", "prepared": "prepared"},
        lambda t: Ask(
            json={
                "certificate": t["prepared"]["certificate"],
                "documents": [_signed(t["prepared"], t["number"])],
            }
        ),
        absent=200,
    ),
    Entry(
        "GET /api/amendments/{type}",
        "chapter",
        {"document": "amended"},
        lambda t: Ask(params={"action": "change", "document": t["document"]}),
        absent=200,
    ),
    Entry("GET /api/amendments/{type}/{number}", "chapter", of("amendment")),
    Entry(
        f"POST {ONE}/attachments/prepare",
        "chapter",
        {"number": "draft", "card": "card"},
        lambda t: Ask(
            json={
                "category": "2",
                "name": "a.pdf",
                "size": len(PDF),
                "sha256": digest_of(PDF),
                "card_no": t["card"],
            }
        ),
        absent={"number": 404, "card": 422, "number+card": 404},
    ),
    Entry(
        f"POST {ONE}/attachments",
        "chapter",
        {"number": "draft", "uploading": "uploading"},
        lambda t: Ask(data=t["uploading"], files={"file": ("a.pdf", PDF, "application/pdf")}),
        own=200,
        absent={"number": 404, "uploading": 409, "number+uploading": 404},
        others={"colleague": 409},
    ),
    Entry(
        f"GET {ONE}/attachments/{{attachment_id}}",
        "chapter",
        {"number": "draft", "attachment_id": "attachment"},
    ),
    Entry(
        f"DELETE {ONE}/attachments/{{attachment_id}}",
        "chapter",
        {"number": "draft", "attachment_id": "attachment"},
    ),
)

PAGES = (
    Entry(
        "GET /api/autosaves/{type}",
        "chapter",
        {"number": "draft"},
        lambda t: Ask(params={"number": t["number"]}),
        absent=200,
    ),
    Entry(
        "PUT /api/autosaves/{type}/{key}",
        "chapter",
        {"key": "autosave", "number": "draft"},
        lambda t: Ask(json={"content": {}, "number": t["number"], "base_version": 1}),
        absent=200,
    ),
    Entry("DELETE /api/autosaves/{type}/{key}", "chapter", {"key": "autosave"}, own=204, absent=204),
    Entry("GET /api/preferences/{key}", "person", {"key": "preference"}, absent=200),
    Entry(
        "PUT /api/preferences/{key}", "person", {"key": "preference"}, body(value="x"), own=204, absent=204
    ),
    Entry("GET /api/form-templates/{type}", "chapter", nothing="the company's own"),
    Entry(
        "POST /api/form-templates/{type}",
        "chapter",
        nothing="a new one",
        ask=body(name="新", content={}),
        own=201,
    ),
    Entry("GET /api/form-templates/{type}/{id}", "chapter", of("template", "id")),
    Entry("PUT /api/form-templates/{type}/{id}", "chapter", of("template", "id"), body(name="改")),
    Entry("DELETE /api/form-templates/{type}/{id}", "chapter", of("template", "id"), own=204),
    Entry("GET /api/definitions", "person", nothing="types", unheard=EVERYBODYS),
    Entry("GET /api/definitions/{type}", "typed", nothing="a type", unheard=EVERYBODYS),
    Entry("GET /api/codes/{table}", "person", nothing="code tables", unheard=EVERYBODYS),
    Entry("GET /api/codes/{table}/{code}", "person", nothing="code tables", unheard=EVERYBODYS),
    Entry("GET /api/spreadsheets/{type}", "chapter", nothing="an empty workbook", unheard=EVERYBODYS),
    Entry("GET /api/samples/{type}", "chapter", nothing="an invented document", unheard=EVERYBODYS),
    Entry(
        "GET /api/events",
        "bound",
        {"after": "cursor"},
        lambda t: Ask(params={"after": t["after"]}),
        absent=422,
    ),
    Entry(
        "GET /api/events/stream",
        "bound",
        nothing="a moment",
        ask=query(cursor="1"),
        varies="it says from which moment on one listens",
    ),
    Entry("GET /api/news", "bound", nothing="the company's own"),
    Entry("POST /api/news/read", "bound", nothing="a moment", ask=body(until="1795646815123456")),
    Entry("GET /api/reminders", "bound", nothing="the company's own"),
    Entry("GET /api/applications", "public", nothing="chapters"),
    Entry("GET /api/config", "public", nothing="settings for the page"),
    Entry("GET /api/clock", "public", nothing="the time"),
    Entry("GET /api/seal/key", "public", nothing="a public key"),
    Entry("GET /", "public", own=404, nothing="that the pages are not built, as in these tests"),
    Entry("GET /seal", "public", nothing="a page that asks nothing"),
    Entry("GET /api/openapi.json", "public", nothing="the description of the API"),
    Entry("HEAD /api/openapi.json", "public", nothing="the description of the API"),
    Entry("GET /healthz", "public", nothing="whether it lives"),
    Entry("GET /readyz", "public", nothing="whether it works"),
    Entry("GET /metrics", "public", nothing="figures of the process"),
    Entry("POST /exchange/messages", "public", nothing="customs' signed messages", ask=body(messages=[])),
)

JOBS = (
    Entry(
        "POST /api/files",
        "bound",
        nothing="a new file",
        own=201,
        ask=lambda _: Ask(files={"file": ("a.csv", b"x", "text/csv")}),
    ),
    Entry(
        "POST /api/jobs",
        "chapter",
        {"file": "file", "key": "key"},
        lambda t: Ask(
            json={"kind": "import", "type": TYPE, "file": t["file"], "again": True},
            headers={"Idempotency-Key": t["key"]},
        ),
        own=201,
        absent={"file": 404, "key": 201, "file+key": 404},
        others={"colleague": 404},
    ),
    Entry("GET /api/jobs", "bound", nothing="the account's own"),
    Entry(f"GET {JOB}", "bound", of("job", "id"), others={"colleague": 404, "elsewhere": 403}),
    Entry(f"GET {JOB}/failures", "bound", of("job", "id"), others={"colleague": 404, "elsewhere": 403}),
    Entry(f"POST {JOB}/stop", "bound", of("queued", "id"), others={"colleague": 404, "elsewhere": 403}),
    Entry(f"POST {JOB}/resume", "bound", of("stopped", "id"), others={"colleague": 404, "elsewhere": 403}),
    Entry(f"GET {JOB}/result", "bound", of("job", "id"), others={"colleague": 404, "elsewhere": 403}),
)

PEOPLE = (
    Entry("GET /api/captcha", "public", nothing="a new captcha"),
    Entry(
        "POST /api/session/password",
        "public",
        nothing="who logs in says who he is",
        own=422,
        ask=body(username="x", password="x", captcha_id="x", captcha="x"),
    ),
    Entry("POST /api/session/card/challenge", "public", nothing="a new challenge"),
    Entry(
        "POST /api/session/card",
        "public",
        nothing="who logs in shows his card",
        own=422,
        ask=body(challenge="x", **CARD),
    ),
    Entry("GET /api/session", "session", nothing="the own session"),
    Entry("DELETE /api/session", "session", nothing="the own session", own=204),
    Entry(
        "POST /api/registration/card",
        "public",
        nothing="a card that shows itself",
        own=422,
        ask=body(certificate="eA=="),
    ),
    Entry(
        "POST /api/registration/prepare", "public", nothing="a card that shows itself", own=422, ask=body()
    ),
    Entry("POST /api/registration", "public", nothing="a card that shows itself", own=422, ask=body()),
    Entry(
        "POST /api/account/password",
        "session",
        nothing="the own password",
        own=422,
        ask=body(old="x", password="Wrong-2026"),
    ),
    Entry("GET /api/account/logins", "account", nothing="the own log-ins"),
    Entry(
        "POST /api/account/card/challenge",
        "person",
        nothing="the own account, with a card that shows itself",
        own=409,
        others={"unbound": 422},
        ask=body(certificate="eA=="),
    ),
    Entry(
        "POST /api/account/card",
        "person",
        {"binding": "binding"},
        lambda t: Ask(json=t["binding"]),
        own=409,
        absent=422,
        others={"unbound": 422},
    ),
    Entry("GET /api/company/accounts", "administrator", nothing="the company's own"),
    Entry(
        "POST /api/company/accounts",
        "administrator",
        nothing="a new account",
        own=201,
        ask=body(username="quitenew26", display_name="新", password=PASSWORD),
    ),
    Entry(f"PUT {ACCOUNT}/role", "administrator", of("account", "id"), body(role="administrator")),
    Entry(f"PUT {ACCOUNT}/active", "administrator", of("account", "id"), body(active=False)),
    Entry(f"PUT {ACCOUNT}/password", "administrator", of("account", "id"), body(password=PASSWORD), own=204),
    Entry(
        f"POST {ACCOUNT}/card/challenge",
        "administrator",
        of("spare", "id"),
        lambda t: Ask(json={"certificate": t.own["binding"]["certificate"]}),
    ),
    Entry(
        f"POST {ACCOUNT}/card",
        "administrator",
        {"id": "spare", "binding": "binding"},
        lambda t: Ask(json=t["binding"]),
        absent={"id": 404, "binding": 422, "id+binding": 422},
    ),
    Entry(f"DELETE {ACCOUNT}/card", "administrator", of("bound", "id")),
    Entry("GET /api/company/log", "administrator", nothing="the company's own"),
    Entry("GET /api/tokens", "administrator", nothing="the company's own"),
    Entry(
        "POST /api/tokens",
        "administrator",
        {"account": "account"},
        lambda t: Ask(json={"name": "新", "account_id": t["account"], "right": "read"}),
        own=201,
    ),
    Entry("DELETE /api/tokens/{id}", "administrator", of("token", "id"), own=204),
    Entry("GET /api/tokens/{id}/uses", "administrator", of("token", "id")),
    Entry("GET /api/webhooks", "administrator", nothing="the company's own"),
    Entry(
        "POST /api/webhooks",
        "administrator",
        nothing="a new one",
        own=201,
        ask=body(name="新", url="https://8.8.8.8/"),
    ),
    Entry(
        "PUT /api/webhooks/{id}",
        "administrator",
        of("webhook", "id"),
        body(name="改", url="https://8.8.8.8/"),
    ),
    Entry("DELETE /api/webhooks/{id}", "administrator", of("webhook", "id"), own=204),
    Entry("POST /api/webhooks/{id}/secret", "administrator", of("webhook", "id")),
    Entry("POST /api/webhooks/{id}/test", "administrator", of("webhook", "id"), own=202),
    Entry(
        "POST /api/webhooks/{id}/replay",
        "administrator",
        {"id": "webhook", "after": "cursor"},
        lambda t: Ask(json={"after": t["after"]}),
        own=202,
        absent={"id": 404, "after": 422, "id+after": 422},
    ),
    Entry("GET /api/webhooks/{id}/deliveries", "administrator", of("webhook", "id")),
)

SYSTEM = (
    Entry("GET /api/system/companies", "system", nothing="companies are a system administrator's to see"),
    Entry("GET /api/system/companies/{id}/accounts", "system", of("company", "id")),
    Entry("PUT /api/system/companies/{id}/active", "system", of("company", "id"), body(active=True), own=204),
    Entry("PUT /api/system/accounts/{id}/active", "system", of("account", "id"), body(active=True), own=204),
    Entry("POST /api/system/accounts/{id}/unlock", "system", of("account", "id"), own=204),
    Entry(
        "GET /api/system/messages",
        "system",
        nothing="messages that nobody understood",
        unheard="they are no company's",
    ),
    Entry(
        "POST /api/system/messages/{id}/again", "system", nothing="messages that nobody understood", own=404
    ),
    Entry("GET /api/system/clock", "system", nothing="the time", unheard=EVERYBODYS),
)

KERNEL = (*DOCUMENTS, *PAGES, *JOBS, *PEOPLE, *SYSTEM)
