"""Registers as a table of kinds: pages, changes with steps and stamps, what is published (CUST-02, CUST-03)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from singlewindow.customs import registers
from singlewindow.customs.problems import Refused, StaleVersion
from singlewindow.customs.register_catalogue import all_registers
from singlewindow.customs.register_differences import differences
from singlewindow.customs.register_docs import describe
from singlewindow.customs.register_kinds import DECLARATION_STATUSES, DECLARATION_STEPS, Member, Register
from singlewindow.customs.register_values import change_of, wrong, wrong_entry
from singlewindow.customs.registers import Entry
from singlewindow.customs.seed import entries_of
from singlewindow.demo.world import make_world
from tests.customs.conftest import Customs
from tests.customs.portal import Portal
from tests.demo.test_world import ANCHOR, NOW

NUMBER = "223320261000000001"
PATH = f"/api/registers/declaration/{NUMBER}"


def test_every_entry_of_the_demonstration_world_fits_its_register() -> None:
    """CUST-02: keys, members, rows, working hours."""
    entries = list(entries_of(make_world(ANCHOR)))
    assert {entry.kind for entry in entries} == set(all_registers())
    wrong_ones = {
        e.key: found for e in entries if (found := wrong_entry(all_registers()[e.kind], e.key, e.data or {}))
    }
    assert wrong_ones == {}


def test_the_document_is_written_from_the_table() -> None:
    """CUST-02: docs/registers.md is what `registers describe` prints."""
    assert Path("docs/registers.md").read_text(encoding="utf-8") == describe()


def test_the_steps_of_a_declaration() -> None:
    """CUST-03: every state is named, no way leads back from the end, and no draft is released."""
    assert set(DECLARATION_STEPS) == set(DECLARATION_STATUSES)
    assert DECLARATION_STEPS["10"] == DECLARATION_STEPS["1"] == ()
    assert [code for code, following in DECLARATION_STEPS.items() if "10" in following] == ["9"]
    assert {code for code, following in DECLARATION_STEPS.items() if "9" in following} == {"7", "11"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("consignee_name", "别人", "不能修改"),
        ("nothing", "1", "不能修改"),
        ("status", "10", "不能改为「结关」，可以改为：审结、放行、退单、删单"),
        ("status", "99", "没有 99 这个代码"),
        ("status", True, "没有 True 这个代码"),
        ("open_process_name", "事" * 501, "未办结的事项：至多 500 个字符，现为 501 个"),
    ],
)
def test_what_an_officer_cannot_change_is_told(name: str, value: Any, words: str) -> None:
    """CUST-03, UI-16."""
    with pytest.raises(Refused) as refused:
        change_of(all_registers()["declaration"], {"status": "11"}, {name: value}, NOW)
    assert words in refused.value.detail


@pytest.mark.parametrize(
    ("days", "fits"),
    [
        ({"02": ["09:00-12:00", "13:30-17:00"]}, True),
        ({"31": ["00:00-24:00"]}, True),
        ({"32": ["09:00-12:00"]}, False),
        ({"02": ["12:00-09:00"]}, False),
        ({"02": ["09:00-12:00", "11:00-17:00"]}, False),
        ({"02": "09:00-12:00"}, False),
        ({"02": ["9:00-12:00"]}, False),
    ],
)
def test_working_hours(days: Any, fits: bool) -> None:
    """CUST-02: intervals in order that do not touch."""
    member = all_registers()["port_calendar"].member("days")
    assert member is not None
    assert (wrong(member, days) == "") is fits


@pytest.mark.parametrize(
    ("kind", "name", "text", "fits"),
    [
        ("company", "qualification_until", "2026-01-31", True),
        ("company", "qualification_until", "20260131", False),
        ("company", "qualification_until", "2026-W05-6", False),
        ("company", "qualification_until", "2026W056", False),
        ("company", "qualification_until", "2026-02-30", False),
        ("company", "qualification_until", "2026-01-31T09:00", False),
        ("declaration", "declared_at", "2026-01-31", True),
        ("declaration", "declared_at", "2026-01-31 09:00", True),
        ("declaration", "declared_at", "2026-01-31T09:00:00+08:00", True),
        ("declaration", "declared_at", "2026-01-31T09:00:00.5Z", True),
        ("declaration", "declared_at", "20260131T090000+08:00", False),
        ("declaration", "declared_at", "2026-W05-6T09:00:00+08:00", False),
        ("declaration", "declared_at", "2026-01-31T25:00:00+08:00", False),
    ],
)
def test_a_day_has_one_way_of_writing(kind: str, name: str, text: str, fits: bool) -> None:
    """CUST-02: readers compare days as texts: 20260131 would be later than every day of 2026 (APPT-06)."""
    member = all_registers()[kind].member(name)
    assert member is not None
    assert (wrong(member, text) == "") is fits
    assert fits or "2026-12-31" in wrong(member, text)


EDITABLE = [
    (register, member)
    for register in all_registers().values()
    for member in register.members
    if member.editable
]


@pytest.mark.parametrize(
    ("register", "member"), EDITABLE, ids=[f"{register.name}.{member.name}" for register, member in EDITABLE]
)
async def test_a_value_of_another_kind_is_told_at_its_field(
    customs: Customs, register: Register, member: Member
) -> None:
    """CUST-03, UI-16: whatever an officer's program sends, the field says what is wrong with it; nothing fails."""
    headers, path = await customs.log_in(), f"/api/registers/{register.name}/1"
    held = Entry(register.name, "1", 1, {})
    async with customs.database.transaction() as transaction:
        await registers.put_all(transaction, [held])
    values: tuple[Any, ...] = ([], {}, True, 1, None)
    for value in values:
        asked = {"seq": 1, "data": {member.name: value}}
        for answer in (
            await customs.client.post(f"{path}/trial", json=asked, headers=headers),
            await customs.client.put(path, json=asked, headers=headers),
        ):
            may = value is None and not member.required
            may |= member.kind == "flag" and value in (True, 1)
            may |= member.kind == "hours" and value == {}
            assert (answer.status_code == 200) is may, (value, answer.text)
            assert may or answer.status_code == 422
            paths = [] if may else [each["path"] for each in answer.json()["violations"]]
            assert all(each.startswith(f"data/{member.name}") for each in paths), (value, paths)
            async with customs.database.transaction() as transaction:
                await transaction.run("update entry set seq = 1, data = '{}' where kind = $1", register.name)


def test_an_empty_list_is_empty_rows_and_nothing_else() -> None:
    """CUST-02: in a member of another kind it is as wrong as a full one."""
    for register in all_registers().values():
        for member in register.members:
            said = wrong(member, [])
            assert bool(said) is (member.kind != "rows" or member.required), (register.name, member.name)


async def test_release_and_close_leave_their_moments(customs: Customs, portal: Portal) -> None:
    """CUST-03: 放行, then 结关; closing first is refused with what is possible; two officers: the second is told."""
    headers = await customs.log_in()

    async def put(seq: int, status: str) -> tuple[int, dict[str, Any]]:
        answer = await customs.client.put(
            PATH, json={"seq": seq, "data": {"status": status}}, headers=headers
        )
        return answer.status_code, answer.json()

    status, refused = await put(1, "10")
    assert (status, refused["violations"][0]["path"]) == (422, "data/status")
    assert "可以改为：审结、放行" in refused["detail"]
    assert (await put(1, "9"))[0] == 200
    assert (await put(1, "8"))[1]["detail"] == "这条数据刚刚被其他关员修改过，请刷新后重试"
    closed = (await put(2, "10"))[1]["data"]
    assert (closed["status_name"], closed["released_at"] <= closed["closed_at"]) == ("结关", True)
    assert (await put(3, "9"))[0] == 422
    await customs.sender(portal).send_due()
    assert [(n.seq, n.data and n.data["status"]) for n in portal.notices] == [(2, "9"), (3, "10")]


async def test_what_is_open_at_customs_is_told_to_the_portal(customs: Customs, portal: Portal) -> None:
    """PRNT-10: an officer sets and clears 修撤或转有纸未办结; each is a notice."""
    headers = await customs.log_in()

    async def put(seq: int, **data: object) -> dict[str, Any]:
        answer = await customs.client.put(PATH, json={"seq": seq, "data": data}, headers=headers)
        assert answer.status_code == 200, answer.text
        entry: dict[str, Any] = answer.json()
        return entry

    opened = await put(1, open_process=True, open_process_name="转有纸作业未办结")
    assert (opened["data"]["open_process"], opened["data"]["status"]) == (True, "11")
    await put(2, open_process=False, open_process_name="")
    await customs.sender(portal).send_due()
    assert [n.data and n.data["open_process"] for n in portal.notices] == [True, False]


async def test_officers_admit_districts_and_set_the_layout(customs: Customs, portal: Portal) -> None:
    """PRNT-01, PRNT-10: a new district is added on the page; a wrong key or day is refused at its field."""
    headers = await customs.log_in()

    async def put(key: str, seq: int, data: dict[str, Any], kind: str = "print_district") -> Any:
        path = f"/api/registers/{kind}/{key}"
        return await customs.client.put(path, json={"seq": seq, "data": data}, headers=headers)

    district = {"name": "深圳海关", "enabled": True, "since": "2027-01-01"}
    assert (await put("53", 0, district)).status_code == 200
    assert (await put("5301", 0, district)).status_code == 422
    assert "应为日期" in (await put("53", 1, {"since": "2027-02-30"})).json()["detail"]
    assert (await put("53", 1, {"enabled": False})).json()["data"] == district | {"enabled": False}
    assert (await put("goods", 0, {"since": "2027-01-01"}, "print_layout")).status_code == 422
    await customs.sender(portal).send_due()
    assert [(n.kind, n.key, n.seq) for n in portal.notices] == [
        ("print_district", "53", 1),
        ("print_district", "53", 2),
    ]


async def test_the_pages_learn_registers_from_the_table(customs: Customs) -> None:
    """CUST-02: titles, columns and what may be changed; a list shows those members only, an entry all."""
    await customs.log_in()
    registers = {each["name"]: each for each in (await customs.client.get("/api/registers")).json()}
    assert set(registers) == set(all_registers())
    status = next(m for m in registers["declaration"]["members"] if m["name"] == "status")
    assert (status["label"], status["editable"], status["steps"]["9"]) == ("状态", True, ["10", "8"])
    row = (await customs.client.get("/api/registers/declaration")).json()["items"][0]["data"]
    assert "trade_mode" not in row
    assert (await customs.client.get(PATH)).json()["data"]["trade_mode"] == "0110"
    for missing in ("/api/registers/nothing", "/api/registers/declaration/1", "/api/registers/nothing/1"):
        assert (await customs.client.get(missing)).status_code == 404


async def test_a_company_loses_its_grade(customs: Customs, portal: Portal) -> None:
    """CUST-02 (APPT-05): code and name change together; a company cannot be added by hand."""
    headers = await customs.log_in()
    path = "/api/registers/company/4403160002"
    answer = await customs.client.put(path, json={"seq": 1, "data": {"grade": "4"}}, headers=headers)
    assert answer.json()["data"]["grade_name"] == "失信企业"
    new = await customs.client.put(
        "/api/registers/company/4403160009", json={"seq": 0, "data": {"grade": "3"}}, headers=headers
    )
    assert (new.status_code, new.json()["detail"]) == (422, "企业不能在此新增")
    await customs.sender(portal).send_due()
    assert [(n.key, n.seq, n.data and n.data["grade"]) for n in portal.notices] == [("4403160002", 2, "4")]


CALENDAR = "/api/registers/port_calendar/5301-202611"


async def test_an_officer_publishes_a_month_and_corrects_a_day(customs: Customs, portal: Portal) -> None:
    """OPER-02, APPT-14: tried first, with the differences by day; then written, and a notice each."""
    headers = await customs.log_in()
    days = {"26": ["09:00-17:00"], "27": ["09:00-17:00"]}
    body = {"seq": 0, "data": {"name": "皇岗海关", "provisional": True, "days": days}}
    tried = await customs.client.post(f"{CALENDAR}/trial", json=body, headers=headers)
    assert [(each["label"], each["before"], each["after"]) for each in tried.json()] == [
        ("关区代码", "", "5301"), ("口岸名称", "", "皇岗海关"), ("年月", "", "2026-11"), ("暂定", "", "是"),
        ("26 日", "休息", "09:00-17:00"), ("27 日", "休息", "09:00-17:00"),
    ]  # fmt: skip
    assert (await customs.client.get(CALENDAR)).status_code == 404
    added = await customs.client.put(CALENDAR, json=body, headers=headers)
    assert (added.status_code, added.json()["data"]["month"]) == (200, "2026-11"), added.text
    fewer = {"26": ["09:00-12:00", "13:30-17:00"]}
    corrected = {"seq": 1, "data": {"provisional": False, "days": fewer}}
    tried = await customs.client.post(f"{CALENDAR}/trial", json=corrected, headers=headers)
    assert [tuple(each.values()) for each in tried.json()] == [
        ("暂定", "是", "否"), ("26 日", "09:00-17:00", "09:00-12:00，13:30-17:00"), ("27 日", "09:00-17:00", "休息"),
    ]  # fmt: skip
    assert (await customs.client.get(CALENDAR)).json()["seq"] == 1
    assert (await customs.client.put(CALENDAR, json=corrected, headers=headers)).json()["seq"] == 2
    late = await customs.client.post(f"{CALENDAR}/trial", json=corrected, headers=headers)
    assert late.status_code == 412
    await customs.sender(portal).send_due()
    assert [(n.key, n.seq, n.data and n.data["days"]) for n in portal.notices] == [
        ("5301-202611", 1, days), ("5301-202611", 2, fewer),
    ]  # fmt: skip
    listed = (await customs.client.get("/api/registers/port_calendar", params={"key": "5301-202611"})).json()
    assert "days" not in listed["items"][0]["data"]


@pytest.mark.parametrize(
    ("key", "days", "words"),
    [
        ("5301-202602", {"29": ["09:00-12:00"]}, "2026-02 没有 29 日"),
        ("5301-202602", {"27": ["9点"]}, "27 日的时间应如 09:00-12:00"),
        ("5301-202602", {"27": ["13:00-17:00", "09:00-12:00"]}, "27 日的时间应从早到晚，且不相接"),
        ("5301-202613", {}, "格式不符合规定"),
        ("皇岗", {}, ""),
    ],
)
async def test_a_calendar_that_cannot_be_is_told(customs: Customs, key: str, days: Any, words: str) -> None:
    """OPER-02, UI-16: tried or saved, the same words, and nothing is written."""
    headers = await customs.log_in()
    body = {"seq": 0, "data": {"name": "皇岗海关", "provisional": False, "days": days}}
    path = f"/api/registers/port_calendar/{key}"
    for answer in (
        await customs.client.post(f"{path}/trial", json=body, headers=headers),
        await customs.client.put(path, json=body, headers=headers),
    ):
        assert (answer.status_code, words in answer.json()["detail"]) == (422, True), answer.text
    assert await customs.value("select count(*) from entry where kind = 'port_calendar'") == 0


@pytest.mark.parametrize("bill", ["COSU1*H01", "99912345675_12345678", "SITG/2026.11-A", "A"])
@pytest.mark.parametrize("kind", ["bill_of_lading", "manifest"])
async def test_a_house_bill_is_published_under_its_number(
    customs: Customs, portal: Portal, kind: str, bill: str
) -> None:
    """INSP-09, CUST-02: 提运单号*分提运单号 and 总运单号_分运单号 are keys, and can be opened and changed."""
    filled = next(e.data for e in entries_of(make_world(ANCHOR)) if e.kind == kind)
    assert filled is not None
    assert wrong_entry(all_registers()[kind], bill, filled) == []
    async with customs.database.transaction() as transaction:
        await registers.add(transaction, [Entry(kind, bill, 1, filled)])
    headers = await customs.log_in()
    path = f"/api/registers/{kind}/{quote(bill, safe='')}"
    opened = await customs.client.get(path, headers=headers)
    assert (opened.status_code, opened.json().get("key")) == (200, bill), opened.text
    change = {"inspection_district": "5316"} if kind == "bill_of_lading" else {"packages": "7"}
    body = {"seq": 1, "data": change}
    tried = await customs.client.post(f"{path}/trial", json=body, headers=headers)
    assert (tried.status_code, len(tried.json())) == (200, 1), tried.text
    assert (await customs.client.put(path, json=body, headers=headers)).status_code == 200
    await customs.sender(portal).send_due()
    assert [(n.key, n.seq) for n in portal.notices] == [(bill, 1), (bill, 2)]


@pytest.mark.parametrize("bill", ["", "*H01", "COSU1/", "..", "cosu1", "提单1", "A" * 33])
def test_what_is_no_number_of_a_bill(bill: str) -> None:
    """INSP-09: nothing is published under it."""
    assert wrong_entry(all_registers()["bill_of_lading"], bill, {"inspection_district": "5301"})


async def test_registers_keep_the_same_key_apart(customs: Customs, portal: Portal) -> None:
    """CUST-02: what is read, locked, changed and published of one register leaves another's entry of that key alone."""
    async with customs.database.transaction() as transaction:
        mine, other = (Entry(kind, "K1", 3, {"of": kind}) for kind in ("licence", "account_book"))
        sibling = replace(mine, key="K2")
        await registers.add(transaction, [mine, other, sibling])
        assert await registers.get(transaction, "licence", "K1", lock=True) == mine
        assert await registers.get(transaction, "account_book", "K1") == other
        assert await registers.lock_all(transaction, "account_book") == [other]
        changed = await registers.change(transaction, "licence", "K1", 3, {"more": "1"})
        assert changed == replace(mine, seq=4, data={"of": "licence", "more": "1"})
        assert await registers.get(transaction, "licence", "K1") == changed
        assert await registers.find(transaction, "account_book", "K", 1, 9) == (1, [other])
        assert await registers.find(transaction, "licence", "K", 1, 9) == (2, [changed, sibling])
        with pytest.raises(StaleVersion):
            await registers.add_one(transaction, replace(mine, seq=1))
    await customs.sender(portal).send_due()
    assert [(n.kind, n.seq, n.data) for n in portal.notices] == [
        ("licence", 3, mine.data), ("account_book", 3, other.data), ("licence", 3, sibling.data),
        ("licence", 4, changed.data),
    ]  # fmt: skip


@pytest.mark.parametrize("by_file", [False, True])
async def test_of_two_at_once_the_second_is_told(customs: Customs, by_file: bool) -> None:
    """CUST-02, OPER-02: who comes while an officer's change or a file is being written waits for it, and overwrites
    nothing."""
    async with customs.database.transaction() as transaction:
        await registers.add(transaction, [Entry("licence", "K1", 1, {})])

    async def change(by: str) -> None:
        async with customs.database.transaction() as transaction:
            await registers.change(transaction, "licence", "K1", 1, {"by": by})

    async with customs.database.transaction() as transaction:
        if by_file:
            [held] = await registers.lock_all(transaction, "licence")
        else:
            await registers.change(transaction, "licence", "K1", 1, {"by": "first"})
        second = asyncio.create_task(change("second"))
        done, _ = await asyncio.wait([second], timeout=0.5)
        assert not done
        if by_file:
            await registers.put_all(transaction, [replace(held, seq=2, data={"by": "first"})])
    with pytest.raises(StaleVersion):
        await second
    assert await customs.rows("select seq, data from entry where key = 'K1'") == [(2, {"by": "first"})]


@pytest.mark.parametrize("by_file", [False, True])
async def test_what_a_file_adds_nobody_adds_meanwhile(customs: Customs, by_file: bool) -> None:
    """CUST-02, OPER-02: a key that is not there yet has no row to be locked; an officer who adds it is told, a second
    file sees it and goes on from it; another register is free all the while."""

    async def second() -> list[Entry]:
        async with customs.database.transaction() as transaction:
            if by_file:
                return await registers.lock_all(transaction, "licence")
            return [await registers.add_one(transaction, Entry("licence", "K1", 1, {"by": "second"}))]

    new = Entry("licence", "K1", 1, {"by": "first"})
    async with customs.database.transaction() as transaction:
        assert await registers.lock_all(transaction, "licence") == []
        waiting = asyncio.create_task(second())
        async with customs.database.transaction() as other:
            await registers.add_one(other, replace(new, kind="account_book"))
            assert len(await registers.lock_all(other, "account_book")) == 1
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
        await registers.put_all(transaction, [new])
    if by_file:
        assert await waiting == [new]
    else:
        with pytest.raises(StaleVersion):
            await waiting


async def test_an_entry_is_in_force_as_long_as_nobody_says_otherwise(customs: Customs) -> None:
    """CUST-02: a change without days leaves those that there are; with days it sets them, open ones too."""
    first, last = (datetime(2027, month, 1, tzinfo=UTC) for month in (1, 7))
    async with customs.database.transaction() as transaction:
        await registers.add(transaction, [Entry("licence", "K1", 1, {"a": "1"}, first, last)])
        kept = await registers.change(transaction, "licence", "K1", 1, {"a": "2"})
        assert (kept.valid_from, kept.valid_to) == (first, last)
        opened = await registers.change(transaction, "licence", "K1", 2, {}, (first, None))
        assert await registers.get(transaction, "licence", "K1") == opened
        assert (opened.data, opened.valid_from, opened.valid_to) == ({"a": "2"}, first, None)


async def test_a_page_of_a_register_by_the_beginning_of_keys(customs: Customs) -> None:
    """CUST-02: in the order of the keys, with how many there are; what stands for any sign elsewhere is itself here."""
    keys = ["A%1", "A1", "A2", "A_1", "B1"]
    async with customs.database.transaction() as transaction:
        await registers.add(transaction, [Entry("licence", key, 1, {}) for key in reversed(keys)])

        async def found(prefix: str, page: int = 1, size: int = 9) -> tuple[int, list[str]]:
            total, entries = await registers.find(transaction, "licence", prefix, page, size)
            return total, [entry.key for entry in entries]

        _, ordered = await found("")
        assert sorted(ordered) == keys
        assert await found("", 2, 2) == (5, ordered[2:4])
        assert [await found(prefix) for prefix in ("A%", "A_", "\\", "B")] == [
            (1, ["A%1"]), (1, ["A_1"]), (0, []), (1, ["B1"]),
        ]  # fmt: skip


def test_what_a_change_alters_is_told_in_words() -> None:
    """OPER-02: codes with their names, rows counted, flags in words, and nothing of what stays."""
    book, company = (all_registers()[name] for name in ("account_book", "company"))
    before = {"kind": "B", "kind_name": "来料加工手册", "company": "3122960001", "items": [{"no": "1"}]}
    after = {
        **before,
        "kind": "H",
        "kind_name": "账册",
        "trade_mode": "0615",
        "items": [{"no": "1"}, {"no": "2"}],
    }
    assert [(each.label, each.before, each.after) for each in differences(book, before, after)] == [
        ("类别", "B 来料加工手册", "H 账册"), ("监管方式", "", "0615"), ("备案商品", "1 行", "2 行"),
    ]  # fmt: skip
    assert differences(book, after, after) == []
    [lost] = differences(company, {"customs_qualified": True}, {"customs_qualified": False})
    assert (lost.label, lost.before, lost.after) == ("报关资质", "是", "否")


def test_a_key_and_its_data_agree() -> None:
    """CUST-02: a file cannot put one port's month under another's key."""
    register = all_registers()["port_calendar"]
    data = {"port": "5304", "name": "蛇口海关", "month": "2026-11", "provisional": False, "days": {}}
    assert wrong_entry(register, "5301-202611", data) == [("关区代码", "与关区代码-年月不符，应为 5301")]
    assert wrong_entry(register, "5304-202611", data) == []
