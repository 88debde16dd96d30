"""What companies do: trips, batches of them, applications with files, appointments, lists, imports, tokens, prints."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.work import trip_content
from tests.system import consolidated
from tests.system.applicant import Away
from tests.system.running import CHINA, System
from tests.system.torture.person import Busy, Moved, Person, Unexpected

TRIP, INSPECTION = "gate.trip", "inspection.declaration"
APPOINTMENT, LIST = "appointment.application", "consolidated.list"
OF_TRIPS = {"10": "accepted", "20": "refused", "FF": "failed"}
OF_APPLICATIONS = {"4": "accepted", "5": "refused", "E1": "failed", "E2": "failed"}
OF_APPOINTMENTS = {"P": "accepted", "R": "refused", "F": "fed back", "C": "cancelled"}
OF_LISTS = {"15": "accepted", "8": "refused", "14": "withdrawn", "3": "failed", "5": "failed"}
OF_FILINGS = {"7": "accepted"}
IMPORTED = 20  # trips in one file
PRINTED = 3  # declarations in one application


@dataclass
class Stock:
    """What is handed out once, to whichever of a company's people comes first."""

    system: System
    serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    lists: dict[str, str] = field(default_factory=dict)  # company → its booklet
    closed: dict[str, list[str]] = field(
        default_factory=dict
    )  # company → its declarations that may be printed

    def trip(self) -> tuple[str, dict[str, Any]]:
        """A vehicle that has no other trip, and its trip."""
        content: dict[str, Any] = json.loads(trip_content(next(self.serials)))["content"]
        return str(content["bind_key_info"]), content

    def serial(self) -> str:
        return f"{next(self.serials):06d}"


Work = Callable[[Person, Stock], Awaitable[None]]


async def trip(person: Person, stock: Stock, fate: str = "") -> None:
    """A trip: most are declared and stay, some are changed or revoked then, some stay drafts."""
    mark, content = stock.trip()
    number = await person.save_new(TRIP, mark, content)
    if person.chance.random() < 0.5:
        await person.ponder()
        await person.save(TRIP, number, "remark", f"第二次 {mark}")
    fate = fate or person.chance.choices(("declared", "changed", "revoked", "draft"), (4, 3, 3, 1))[0]
    await person.ponder()
    if fate == "draft":
        return
    await person.submit(TRIP, number, "declare")
    await _follow(person, number, fate, mark)


async def _follow(person: Person, number: str, fate: str, mark: str) -> None:
    """What becomes of a declared trip: one that was returned is corrected and declared again, or left."""
    said = await person.answered(TRIP, number, OF_TRIPS)
    if said == "refused" and person.chance.random() < 0.5:
        await person.save(TRIP, number, "remark", f"更正 {mark}")
        await person.submit(TRIP, number, "declare")
    if said == "accepted" and fate == "revoked":
        await person.submit(TRIP, number, "revoke")
        await person.answered(TRIP, number, OF_TRIPS)
    if said == "accepted" and fate == "changed":
        in_force = (await person.look(TRIP, number))["content"]
        await person.submit(TRIP, number, "change", {**in_force, "remark": f"变更 {mark}"})
        await person.answered(TRIP, number, OF_TRIPS)


async def second_thoughts(person: Person, stock: Stock) -> None:
    """A draft that is saved, saved again, and deleted."""
    mark, content = stock.trip()
    number = await person.save_new(TRIP, mark, content)
    await person.save(TRIP, number, "remark", f"第二次 {mark}")
    await person.delete(TRIP, number)


async def batch(person: Person, stock: Stock) -> None:
    """Four trips, declared with one PIN entry."""
    numbers = [await person.save_new(TRIP, *stock.trip()) for _ in range(4)]
    await person.ponder()
    await person.submit_many(TRIP, numbers)


async def inspection(person: Person, stock: Stock) -> None:
    """免于到场协助查验: an application with a signed file."""
    try:
        declaration = stock.system.declaration(person.applicant.customs_code)
    except StopIteration:  # the demonstration world has no more of them
        await trip(person, stock)
        return
    content = {"declaration_no": declaration, "contact_name": "王芳", "contact_phone": "0755-84398888"}
    number = await person.save_new(INSPECTION, declaration, content)
    await person.ponder()
    await person.upload(INSPECTION, number, "00000002")
    await person.ponder()
    await person.submit(INSPECTION, number, "apply")
    await person.answered(INSPECTION, number, OF_APPLICATIONS)


async def appointment(person: Person, stock: Stock, fate: str = "") -> None:
    """预约通关: applied for; some are explained or cancelled after that."""
    mark = stock.serial()
    number = await person.save_new(
        APPOINTMENT, mark, _appointment(stock.system, person.applicant.customs_code, mark)
    )
    await person.ponder()
    await person.submit(APPOINTMENT, number, "apply")
    if await person.answered(APPOINTMENT, number, OF_APPOINTMENTS) != "accepted":
        return
    fate = fate or person.chance.choice(("stays", "explain", "cancel"))
    if fate == "explain":
        await person.submit(APPOINTMENT, number, fate, {"explanation": f"船期延误 {mark}"})
    if fate == "cancel":
        await person.submit(APPOINTMENT, number, fate)
    if fate != "stays":
        await person.answered(APPOINTMENT, number, OF_APPOINTMENTS)


def _appointment(system: System, code: str, mark: str) -> dict[str, Any]:
    return {
        "consignee_code": code, "contact": "王芳", "mobile": "13800000000", "declare_port": "5301",
        "entry_port": "5301", "transport": "4", "start": f"{_rest(system)} 10:00", "reason_kind": "2",
        "reason": f"鲜活货物 {mark}", "ie_flag": "I", "goods": [{"hs_code": "0805100000", "name": "鲜橙"}],
    }  # fmt: skip


def _rest(system: System) -> date:
    """A day on which the port rests, far enough ahead for everybody."""
    months = {each["key"]: each["data"]["days"] for each in system.world["registers"]["port_calendar"]}
    days = (datetime.now(CHINA).date() + timedelta(days=ahead) for ahead in range(12, 40))
    return next(day for day in days if f"{day:%d}" not in months[f"5301-{day:%Y%m}"])


async def file_booklet(person: Person, stock: Stock) -> None:
    """集报备案, before any list: the company's qualification and its goods."""
    kinds = {"consolidated.qualification": consolidated.qualification_of("1")}
    bonded = consolidated.qualification_of("2")
    numbers = []
    for type, content in [*kinds.items(), ("consolidated.qualification", bonded)]:
        numbers.append(await person.save_new(type, stock.serial(), content))
        await person.submit(type, numbers[-1], "declare")
    for number in numbers:
        await _in_force(person, "consolidated.qualification", number)
    booklet = await person.save_new(
        consolidated.BOOKLET, stock.serial(), consolidated.booklet_content(stock.system, numbers[0])
    )
    await person.submit(consolidated.BOOKLET, booklet, "declare")
    await _in_force(person, consolidated.BOOKLET, booklet)
    view = await person.look(consolidated.BOOKLET, booklet)
    stock.lists[person.applicant.customs_code] = view["header"]["book_no"]


async def _in_force(person: Person, type: str, number: str) -> None:
    if await person.answered(type, number, OF_FILINGS, seconds=120) != "accepted":
        raise Unexpected(f"{type} {number} is not approved")


async def begin(person: Person, stock: Stock) -> None:
    """One document of each kind that stays in force, while nothing is struck and customs refuse nothing."""
    await file_booklet(person, stock)
    await trip(person, stock, "changed")
    await inspection(person, stock)
    await appointment(person, stock, "stays")
    await goods_list(person, stock, "stays")
    await goods_list(person, stock, "modify")


async def goods_list(person: Person, stock: Stock, fate: str = "") -> None:
    """集报清单, of general trade or bonded; some are modified or withdrawn after that."""
    code, mark = person.applicant.customs_code, stock.serial()
    if code not in stock.lists:
        await trip(person, stock)
        return
    bonded = person.chance.random() < 0.5
    book = consolidated.account_book(stock.system) if bonded else stock.lists[code]
    kind = "BI" if bonded else "GI"
    quantity = str(person.chance.randint(1, 3))
    content = consolidated.list_of(person.applicant, book, kind, quantity) | {"note": mark}
    number = await person.save_new(LIST, mark, content)
    await person.ponder()
    await person.submit(LIST, number, "declare")
    if await person.answered(LIST, number, OF_LISTS) != "accepted":
        return
    fate = fate or person.chance.choice(("stays", "modify", "revoke"))
    if fate == "modify":
        more = consolidated.list_of(person.applicant, book, kind, str(int(quantity) + 1))
        await person.submit(LIST, number, fate, more | {"note": mark} | consolidated.ASKED)
    if fate == "revoke":
        await person.submit(LIST, number, fate, content | consolidated.ASKED)
    if fate != "stays":
        await person.answered(LIST, number, OF_LISTS)


async def import_file(person: Person, stock: Stock) -> None:
    """批量导入: a file with trips under numbers of the sender's own."""
    mark = f"T{stock.serial()}"
    lines = [{"sender_number": f"{mark}-{at}", "content": stock.trip()[1]} for at in range(1, IMPORTED + 1)]
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    key = uuid4().hex
    typed = {line["sender_number"]: line["content"] for line in lines}
    op = person.desk.ledger.sent("job", key=key, mark=mark, count=IMPORTED, who=person.who, typed=typed)
    state: dict[str, int] = {}

    async def step() -> int:
        if "file" not in state:
            handed = await person.call("POST", "/api/files", files={"file": ("trips.jsonl", data)})
            state["file"] = handed["id"]
        body = {"kind": "import", "type": TRIP, "file": state["file"], "again": True}
        job = await person.call("POST", "/api/jobs", json=body, headers={"Idempotency-Key": key})
        return int(job["id"])

    id, asked = await person.patiently(step)
    person.desk.ledger.done(op, job=id, asked=asked)


async def token(person: Person, stock: Stock) -> None:
    """接口令牌: the administrator makes one, a program saves a draft with it, then it is revoked and good no more."""
    accounts, _ = await person.patiently(lambda: person.call("GET", "/api/company/accounts"))
    [account] = [each["id"] for each in accounts["items"] if each["card_no"] == person.who]
    made: dict[str, Any] = {}
    while not made:  # an answer that was lost may have made one whose secret nobody has: it is left alone
        name = f"torture {stock.serial()}"
        op = person.desk.ledger.sent("token", name=name)
        body = {"name": name, "account_id": account, "right": "draft", "chapters": None, "last_day": None}
        try:
            made = await person.call("POST", "/api/tokens", json=body)
        except (httpx.TransportError, Away, Moved):
            await person.ponder()
    id = made["kept"]["id"]
    person.desk.ledger.done(op, token=id)
    headers = {"Authorization": f"Bearer {made['token']}"}
    async with httpx.AsyncClient(base_url=stock.system.portal, timeout=20, headers=headers) as http:
        await _use(person, http, stock)
        op = person.desk.ledger.sent("revoke token", token=id)
        _, asked = await person.patiently(lambda: person.call("DELETE", f"/api/tokens/{id}"))
        person.desk.ledger.done(op, asked=asked)
        status, _ = await person.patiently(lambda: _status(http))
        if status != 401:
            raise Unexpected(f"a revoked token is answered {status}")


async def _use(person: Person, http: httpx.AsyncClient, stock: Stock) -> None:
    """The same person, but with the token instead of the session."""
    own = person.applicant.http
    person.applicant.http = http
    try:
        mark, content = stock.trip()
        number = await person.save_new(TRIP, mark, content)
        await person.save(TRIP, number, "remark", f"接口 {mark}")
    finally:
        person.applicant.http = own


async def _status(http: httpx.AsyncClient) -> int:
    answer = await http.get("/api/session")
    if answer.status_code == 503:
        raise Away(answer.text)
    return answer.status_code


async def print_some(person: Person, stock: Stock) -> None:
    """自助打印: layout files of closed declarations, applied for with the 法人卡."""
    base = "/api/declarations"
    code = person.applicant.customs_code
    if code not in stock.closed:
        today = datetime.now(CHINA).date()
        days = {"declared_from": str(today - timedelta(days=80)), "declared_to": str(today)}
        found, _ = await person.patiently(lambda: person.call("GET", f"{base}/closed/numbers", params=days))
        stock.closed[code] = found["numbers"]
    numbers = person.chance.sample(stock.closed[code], PRINTED)
    body = {"kind": "print", "sealed": True, "numbers": numbers, "card_no": person.who}
    while True:  # a pinned statement may be lost in a crash: then another one is signed, under another key
        asked, _ = await person.patiently(
            lambda: person.call("POST", f"{base}/applications/prepare", json=body)
        )
        signed = {"token": asked["token"], **person.applicant._sign(asked["signing_input"])}
        headers = {"Idempotency-Key": uuid4().hex}
        op = person.desk.ledger.sent("print", numbers=numbers, key=headers["Idempotency-Key"], who=person.who)
        try:
            said, at = await _away(
                person,
                lambda: person.call("POST", f"{base}/applications", json=signed, headers=headers),  # noqa: B023
            )
        except Moved:
            continue
        person.desk.ledger.done(op, application=said["number"], accepted=said["accepted"], asked=at)
        return


async def _away(person: Person, step: Callable[[], Awaitable[Any]]) -> tuple[Any, float]:
    """As `patiently`, but a refusal is a refusal."""

    async def kept() -> Any:
        try:
            return await step()
        except Moved as moved:
            return moved

    said, asked = await person.patiently(kept)
    if isinstance(said, Moved):
        raise said
    return said, asked


async def read(person: Person, stock: Stock) -> None:
    """Whether what was acknowledged is still to be seen: version, files, what was signed."""
    known = [each for each in person.desk.known.values() if not each.deleting]
    if not known:
        return
    wanted = person.chance.choice(known)
    version, files, submitted = wanted.version, wanted.files, wanted.submitted
    path = f"/api/documents/{wanted.type}/{wanted.number}"

    async def step() -> tuple[dict[str, Any], int]:
        answer = await person.applicant.http.get(path)
        if answer.status_code == 404:
            return {}, 0
        return await person.call("GET", path), await person._counted(path)

    (view, counted), _ = await person.patiently(step)
    if wanted.deleting:
        return
    seen = view and (view["version"], len(view["attachments"]), counted)
    if not seen or seen[0] < version or seen[1] < files or seen[2] < submitted:
        person.desk.ledger.noted(
            "not visible", number=wanted.number, acknowledged=[version, files, submitted], seen=seen
        )


SHARES: dict[str, tuple[tuple[Work, int], ...]] = {
    "operator": (
        (trip, 8),
        (second_thoughts, 1),
        (batch, 2),
        (inspection, 3),
        (appointment, 3),
        (goods_list, 4),
    ),
    "administrator": ((trip, 3), (import_file, 1), (token, 2), (print_some, 1)),
    "reader": ((read, 1),),
}
"""What each kind of person does, in proportion."""


async def at_work(person: Person, stock: Stock, kind: str) -> None:
    """One piece of work after the other until it is over, of each kind one at first; what nobody should get is noted,
    and the next one begun."""
    works, weights = zip(*SHARES[kind], strict=True)
    first = person.chance.sample(works, len(works))
    while first or not person.desk.over.is_set():
        work: Work = first.pop() if first else person.chance.choices(works, weights)[0]
        try:
            await work(person, stock)
        except Busy:  # not taken: another time
            person.desk.repeated["Busy"] += 1
        except Exception as problem:  # the verdict counts them
            person.desk.ledger.noted("unexpected", work=work.__name__, problem=repr(problem)[:600])
            await asyncio.sleep(1)
        await person.ponder()


def chance_of(seed: int, at: int) -> random.Random:
    """Each person's own, so that what one does says nothing of another."""
    return random.Random(f"{seed}/{at}")
