"""Two companies with everything that a route may name, and everybody who may ask for it.

Every text that a company gives stands in this world with its mark: the foreign one's is the canary, which must be heard
in no answer; the own one's shows that it would be heard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from singlewindow.kernel.http.sessions import cookie_name
from singlewindow.kernel.live.sequencer import sequence
from singlewindow.kernel.people import challenges
from singlewindow.kernel.people.session_store import digest
from singlewindow.kernel.people.token_store import new_token
from singlewindow.kernel.subsystem import document_types, subsystem_of
from tests.house import ORIGIN, PDF, House, Member
from tests.kernel import jobs
from tests.kernel.people.stage import answer, new_card, system_administrator
from tests.kernel.test_documents import letter, reference
from tests.marked import draft_with
from tests.strangers import chapters_with_routes, strangers_of
from tests.workbooks import letters

TYPE = "_template"
FOREIGN, OWN = "QZKANARIE", "QZHEIMISCH"
"""The marks."""
CONSIGNEE = "4403960099"
"""Whom documents of both companies name as consignee."""

VERSIONED = ("draft", "inforce", "amended")
ABSENT: dict[str, Any] = {
    "draft": "202600000099999991",
    "inforce": "202600000099999992",
    "amended": "202600000099999993",
    "attachment": 999999937,
    "account": 999999938,
    "company": 999999936,
    "spare": 999999939,
    "bound": 999999940,
    "token": 999999941,
    "job": 999999942,
    "queued": 999999943,
    "stopped": 999999944,
    "file": 999999945,
    "template": 999999946,
    "webhook": 999999947,
    "autosave": "f" * 32,
    "preference": "columns.absent",
    "sender": "S-absent-0000",
    "key": "K-absent-0000",
    "card": "TC5A999999999",
    "cursor": "1-00000000",
    "amendment": "202600000099999994-01",
    "prepared": {"token": "A" * 32},
    "uploading": {"token": "A" * 32},
    "binding": {"challenge": "A" * 22},
}
"""What stands for each kind of thing where there is none; as long as what there is. Of what was prepared the rest is
as another company signed it."""


@dataclass(frozen=True)
class Role:
    """Somebody who asks, and as what: `level` "" is nobody, "token" a program; `over`: the session or token is."""

    name: str
    headers: Mapping[str, str]
    level: str = ""
    role: str = ""
    bound: bool = True
    kind: str = "操作员卡"
    right: str = ""
    chapters: tuple[str, ...] | None = None
    over: bool = False
    waits: bool = False  # the password has to be changed first
    person: Member | None = None
    whose: str = ""  # "clerk": the account whose things the world has


@dataclass
class World:
    """The house, the things of both companies, and who asks."""

    house: House
    foreign: Mapping[str, Any]
    own: Mapping[str, Any]
    absent: Mapping[str, Any]
    roles: Mapping[str, Role]
    foreign_company: int
    own_company: int


@dataclass
class Side:
    """One company while it is furnished."""

    house: House
    mark: str
    clerk: Member
    head: Member
    legal: Member
    things: dict[str, Any] = field(default_factory=dict)
    other: str = ""  # the other company's customs code

    def __post_init__(self) -> None:
        self.things["clerk"] = self.clerk

    @property
    def code(self) -> str:
        """Its customs code."""
        return self.clerk.customs_code

    async def id(self) -> int:
        """The company's."""
        [row] = await self.house.sql("select id from company where customs_code = $1", self.code)
        return int(row["id"])


async def build(house: House) -> World:
    """The whole world."""
    await _many_digits(house)
    sides = [await _side(house, mark) for mark in (FOREIGN, OWN)]
    for side, other in zip(sides, reversed(sides), strict=True):
        side.other = other.code
        await _furnished(side)
    while await sequence(house.worker):
        pass
    for side in sides:
        await _at_last(side)
    foreign, own = sides
    roles = await _roles(own)
    await house.sql("update api_token set last_used_at = now() + interval '1 day'")
    for table in ("prepared", "challenge"):  # however slow the machine is
        await house.sql(f"update {table} set expires_at = now() + interval '1 day'")
    absent = _absent(foreign.things)
    return World(house, foreign.things, own.things, absent, roles, await foreign.id(), await own.id())


async def _furnished(side: Side) -> None:
    for part in (_documents, _work, _people, _webhooks):
        await part(side)
    for chapter in chapters_with_routes():
        if said := strangers_of(chapter):
            side.things |= await said.furnish(side.house, side.clerk, side.legal, side.mark)
    await side.house.sql("update clock set frozen = null, shift = '0'")
    await _other_types(side)


async def _at_last(side: Side) -> None:
    """What waits for the worker, and what the worker wrote."""
    side.things["queued"] = await _queued(side)
    for chapter in chapters_with_routes():
        if (said := strangers_of(chapter)) and said.waiting:
            side.things |= await said.waiting(side.house, side.clerk, side.legal, side.mark)
    side.things["cursor"] = (await side.head.http.get("/api/events?most=1")).json()["next"]
    await _marked(side)


def _absent(foreign: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands for each kind of thing where there is none."""
    found = dict(ABSENT) | {kind: "202600000088888888" for kind in foreign if kind.startswith("of ")}
    for chapter in chapters_with_routes():
        if said := strangers_of(chapter):
            found |= said.absent
    return {
        kind: {**foreign[kind], **value} if isinstance(value, dict) else value
        for kind, value in found.items()
    }


async def _many_digits(house: House) -> None:
    """So that what was asked is found in an answer where it is repeated, and not in a page's or a clause's number."""
    await house.sql(
        """select setval(format('%I', sequencename)::regclass, 100000000 + 7654321 * row_number() over ())
           from pg_sequences where schemaname = 'public' and sequencename <> 'document_number'"""
    )


async def _side(house: House, mark: str) -> Side:
    code = await house.company(f"{mark}贸易公司")
    clerk = await house.member(code)
    head = await house.member(code, role="administrator")
    legal = await house.member(code, kind="法人卡", level="card")
    await house.sql(
        """update account set display_name = $2 || display_name, username = $2 || username
           where company_id = (select id from company where customs_code = $1)""",
        code,
        mark,
    )
    return Side(house, mark, clerk, head, legal)


async def _documents(side: Side) -> None:
    clerk, mark, things = side.clerk, side.mark, side.things
    content = letter(reference(), remark=mark, vessel=mark, note=mark)
    content["goods"][0]["name"] = mark
    view = await clerk.save(TYPE, {**content, "consignee_code": side.other})  # nothing to it yet
    content["consignee_code"] = CONSIGNEE
    view = (await clerk.upload(TYPE, view["number"], "1", name=f"{mark}.pdf")).json()
    things |= {"draft": view["number"], "attachment": view["attachments"][0]["id"]}
    prepared = (await clerk.prepare(TYPE, view)).json()
    things["prepared"] = {"token": prepared["token"], **clerk.sign(prepared["signing_input"])}
    things["uploading"] = await _uploading(side, view["number"])
    for name in ("inforce", "amended"):
        things[name] = await _in_force(side, content)
    view = await clerk.view(TYPE, things["amended"])
    change = await clerk.http.put(
        f"/api/documents/{TYPE}/{view['number']}/amendment",
        json={"action": "change", "content": {**view["content"], "remark": f"{mark}改"}},
        headers={"If-Match": f'"{view["version"]}"'},
    )
    assert change.status_code == 200, change.text
    things |= {f"version of {kind}": (await clerk.view(TYPE, things[kind]))["version"] for kind in VERSIONED}
    things["amendment"] = f"{view['number']}-01"
    things["sender"], things["key"] = f"S-{mark[:6]}-0001"[:13], f"K-{mark[:6]}-0001"[:13]
    sent = letter(reference(), remark=mark, consignee_code=side.code)
    body = {"content": sent, "sender_number": things["sender"]}
    made = await clerk.http.post(f"/api/documents/{TYPE}", json=body)
    assert made.status_code == 201, made.text
    await clerk.save(TYPE, letter("AB424242", remark=mark), **{"Idempotency-Key": things["key"]})


async def _uploading(side: Side, number: str) -> dict[str, str]:
    """A file that was prepared and waits for its signature."""
    clerk = side.clerk
    body = {"category": "2", "name": f"{side.mark}.pdf", "size": len(PDF), "card_no": clerk.card_no,
            "sha256": digest_of(PDF)}  # fmt: skip
    prepared = (
        await clerk.http.post(f"/api/documents/{TYPE}/{number}/attachments/prepare", json=body)
    ).json()
    return {"token": prepared["token"], **clerk.sign(prepared["signing_input"])}


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


async def _in_force(side: Side, content: dict[str, Any]) -> str:
    view = await side.clerk.save(TYPE, {**content, "reference": reference()})
    view = (await side.clerk.upload(TYPE, view["number"], "1", name=f"{side.mark}.pdf")).json()
    await side.clerk.apply(TYPE, view)
    number: str = view["number"]
    await side.house.hear(
        side.house.customs.receipt_for(TYPE, number, 1, 1, "APPROVED", customs_no=side.mark)
    )
    return number


async def _work(side: Side) -> None:
    """Files, jobs in every state, what the page remembers."""
    clerk, things, house = side.clerk, side.things, side.house
    name = f"{side.mark}.xlsx"
    rows = letters([[1, reference(), "4", None, None], [2, side.mark, "4", None, None]])
    things["file"] = await jobs.hand_in(clerk, rows, name)
    things["job"] = (await jobs.start(clerk, things["file"], key=things["key"])).json()["id"]
    await jobs.work(house)
    things["stopped"] = await _queued(side)
    assert (await clerk.http.post(f"/api/jobs/{things['stopped']}/stop")).status_code == 200
    await jobs.work(house)
    body = {"name": side.mark, "content": {"transport": "4", "remark": side.mark}}
    made = await clerk.http.post(f"/api/form-templates/{TYPE}", json=body)
    things["template"] = made.json()["id"]
    things["autosave"] = uuid4().hex
    typed: dict[str, Any] = {"content": {"reference": "ab71", "remark": side.mark}}
    kept = await clerk.http.put(f"/api/autosaves/{TYPE}/{things['autosave']}", json=typed)
    assert kept.status_code == 200, kept.text
    typed |= {"number": things["draft"], "base_version": things["version of draft"]}
    kept = await clerk.http.put(f"/api/autosaves/{TYPE}/{uuid4().hex}", json=typed)
    assert kept.status_code == 200, kept.text
    things["preference"] = f"columns.{side.mark[2:8].lower()}"
    asked = f"/api/preferences/{things['preference']}"
    assert (await clerk.http.put(asked, json={"value": side.mark})).status_code == 204


async def _queued(side: Side) -> int:
    """A job that waits."""
    file = await jobs.hand_in(side.clerk, letters([[1, reference(), "4", None, None]]), f"{side.mark}.xlsx")
    id: int = (await jobs.start(side.clerk, file)).json()["id"]
    return id


async def _people(side: Side) -> None:
    """Accounts, a token and its use, a card that is about to be bound."""
    house, things = side.house, side.things
    [row] = await house.sql("select account_id as id from card where card_no = $1", side.clerk.card_no)
    things |= {"company": await side.id(), "account": row["id"], "card": side.clerk.card_no}
    for kind, bound in (("spare", False), ("bound", True)):
        member = await house.member(side.code, bound=bound)
        [row] = await house.sql(
            "update account set display_name = $1 where id = (select max(id) from account) returning id, username",
            side.mark,
        )
        things[kind] = row["id"]
        if kind == "spare":
            card = new_card(house, side.code, name=member.company_name)
            facts = {
                "purpose": "bind",
                "company": side.code,
                "username": row["username"],
                "card": card.card_no,
            }
            made = await challenges.make(house.owner, "bind", facts, "10.0.0.1")
            signed = {"challenge": made.id, "signing_input": made.signing_input}
            things["binding"] = answer(house, card, signed)
    made_token = await side.head.http.post(
        "/api/tokens", json={"name": side.mark, "account_id": things["account"], "right": "submit"}
    )
    assert made_token.status_code == 201, made_token.text
    things["token"] = made_token.json()["kept"]["id"]
    bearer = {"Authorization": f"Bearer {made_token.json()['token']}"}
    assert (await house.client().get("/api/session", headers=bearer)).status_code == 200


async def _webhooks(side: Side) -> None:
    body = {"name": side.mark, "url": f"https://8.8.8.8/{side.mark}"}
    made = await side.head.http.post("/api/webhooks", json=body)
    assert made.status_code == 201, made.text
    side.things["webhook"] = made.json()["id"]
    await side.house.sql(
        """insert into webhook_delivery (webhook_id, company_id, event_id, fault, state)
           select id, company_id, $2, 'timeout', 'given up' from webhook where id = $1""",
        side.things["webhook"],
        f"{side.mark}-1",
    )


async def _other_types(side: Side) -> None:
    """A draft of every other type that is filled in here, with the mark wherever it fits."""
    for name, type in document_types().items():
        if name == TYPE or "save" not in {each.name for each in type.lifecycle.actions}:
            continue
        member = side.legal if subsystem_of(type).card_kind else side.clerk
        side.things[f"of {name}"] = await draft_with(member, name, side.mark)


async def _marked(side: Side) -> None:
    """Texts that customs or the system write: they too are the company's."""
    company = await side.id()
    for statement in (
        "update receipt set text = $2 where document_id in (select id from document where company_id = $1)",
        """update event set data = data || jsonb_build_object('text', $2::text)
           where company_id = $1 and kind = 'receipt'""",
        "update feed set text = $2 where company_id = $1",
        "update job set message = $2 where company_id = $1",
        "update api_token_use set address = $2 where company_id = $1",
        "update account_event set who = $2 where company_id = $1",
    ):
        await side.house.sql(statement, company, side.mark)
    await side.house.sql(
        "insert into login_attempt (username, address, level, succeeded) select username, $2, 'password', true "
        "from account where company_id = $1",
        company,
        side.mark,
    )


async def _roles(own: Side) -> Mapping[str, Role]:
    house = own.house
    clerk, head, legal = own.clerk, own.head, own.legal
    unbound = await house.member(own.code, bound=False)
    unbound_head = await house.member(own.code, bound=False, role="administrator")
    carded = await house.member(own.code, level="card")
    waiting = await house.member(own.code)
    await house.sql(
        "update account set must_change = true where id = (select account_id from card where card_no = $1)",
        waiting.card_no,
    )
    ended = await house.member(own.code)
    await house.sql(
        "update session set expires_at = now() - interval '1 minute' where token_hash = $1",
        digest(ended.http.cookies[cookie_name()]),
    )
    system = await system_administrator(house)
    made = [
        Role("nobody", {"Origin": ORIGIN}),
        Role("expired session", _page(ended), over=True),
        Role("operator", _page(clerk), "password", "operator", person=clerk, whose="clerk"),
        Role("operator without a card", _page(unbound), "password", "operator", bound=False, person=unbound),
        Role("administrator", _page(head), "password", "administrator", person=head),
        Role("administrator without a card", _page(unbound_head), "password", "administrator", bound=False,
             person=unbound_head),
        Role("operator by card", _page(carded), "card", "operator", person=carded),
        Role("operator by 法人卡", _page(legal), "card", "operator", kind="法人卡", person=legal),
        Role("operator whose password waits", _page(waiting), "password", "operator", waits=True, person=waiting),
        Role("system administrator", _cookies(system), "password", "system", bound=False),
    ]  # fmt: skip
    made += [await _token(own, f"token to {right}", right) for right in ("read", "draft", "submit")]
    made += [
        await _token(own, "token for another chapter", "submit", chapters=("gate",)),
        await _token(own, "revoked token", "submit", revoked=True),
        await _token(own, "expired token", "submit", ended=True),
        Role("unknown token", {"Authorization": f"Bearer {new_token()}"}, "token", over=True),
    ]
    return {each.name: each for each in made}


async def _token(
    own: Side,
    name: str,
    right: Any,
    *,
    chapters: tuple[str, ...] | None = None,
    revoked: bool = False,
    ended: bool = False,
) -> Role:
    token = await own.house.token_of(own.clerk, right, chapters)
    change = "revoked_at = now()" if revoked else "valid_until = now() - interval '1 day'"
    if revoked or ended:
        await own.house.sql(f"update api_token set {change} where hash = $1", digest(token))
    headers = {"Authorization": f"Bearer {token}"}
    return Role(
        name, headers, "token", "operator", right=right, chapters=chapters, over=revoked or ended,
        person=own.clerk, whose="clerk",
    )  # fmt: skip


def _page(member: Member) -> Mapping[str, str]:
    return _cookies(member.http)


def _cookies(client: Any) -> Mapping[str, str]:
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {"Origin": ORIGIN, "Cookie": cookie, "X-CSRF-Token": client.headers["X-CSRF-Token"]}
