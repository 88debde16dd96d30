"""Registers from files: differences, all or nothing, published (OPER-02)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from singlewindow.customs import register_import, registers
from singlewindow.customs.__main__ import _said
from singlewindow.customs.register_files import Unreadable, read_file
from singlewindow.customs.register_import import Changed, Difference
from singlewindow.customs.register_kinds import (
    COMPANY,
    DECLARATION,
    LICENCE,
    PILOT_DISTRICT,
    PORT_CALENDAR,
    Register,
)
from singlewindow.customs.registers import Entry
from singlewindow.customs.times import CHINA, local_day
from tests.customs.conftest import Customs
from tests.customs.portal import Portal

CALENDAR = """port,name,day,from,to,provisional
5301,皇岗海关,2027-01-04,09:00,12:00,否
5301,皇岗海关,2027-01-04,13:30,17:00,否
5301,皇岗海关,2027-01-05,,,否
5301,皇岗海关,2027-02-08,09:00,12:00,否
"""
NUMBER = "223320261000000001"
DECLARATIONS = f"""key,open_process,open_process_name,self_paid,freight_mark,freight,freight_currency,\
released_at,goods.no,goods.code,goods.attribute,containers.no,containers.lcl
{NUMBER},是,修改申请在办,否,3,7000,USD,2026-11-20 23:30,1,0202300090,"12,19",COSU7000001,是
{NUMBER},,,,,,,,2,0402210000,,COSU7000017,否
"""
LICENCES = """key,code,company,goods.no,goods.code,goods.quantity,valid_from,valid_to
27-AE-1,7,3122960001,1,0202300090,1000,2027-01-01,2027-06-30
27-AE-1,,,2,0402210000,2000.5,,
27-AE-2,7,3122960001,1,1201901100,50,2027-01-01,
"""


async def take(customs: Customs, register: Register, file: Path, *, complete: bool = False) -> Difference:
    async with customs.database.transaction() as transaction:
        found = await register_import.compare(transaction, register, read_file(register, file))
        await register_import.apply(transaction, found, complete=complete)
    return found


def written(folder: Path, name: str, content: Any) -> Path:
    file = folder / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    file.write_text(text, encoding="gb18030" if name.startswith("gb") else "utf-8")
    return file


@pytest.mark.parametrize(
    ("register", "content"),
    [
        (COMPANY, "[" * 100_000),
        (COMPANY, '[{"key": "1", "name": ' + "[" * 900 + "]" * 900 + "}]"),
        (COMPANY, '[{"key": ' + "9" * 5_000 + "}]"),
        (DECLARATION, [{"key": NUMBER, "goods": "all"}, {"key": NUMBER, "goods.no": 1}]),
        (PORT_CALENDAR, [{"key": "5301-202701", "days": "x"}, {"port": "5301", "day": "2027-01-04"}]),
        (PORT_CALENDAR, [{"key": "5301-202701", "days": {"04": "x"}}, {"port": "5301", "day": "2027-01-04"}]),
        (PORT_CALENDAR, [{"port": [], "day": {}}, {"port": 1, "day": 2027}]),
        (LICENCE, LICENCES.replace("2027-06-30", "9999-12-31")),
        (LICENCE, LICENCES.replace("2027-06-30", "0001-01-01")),
        (LICENCE, [{"key": {"a": 1}, "goods": [1, None], "valid_from": 20270101}]),
    ],
)
def test_bombs_and_nonsense(register: Register, content: Any, tmp_path: Path) -> None:
    """A file that cannot be taken, with the reason."""
    with pytest.raises(Unreadable) as unreadable:
        read_file(register, written(tmp_path, "file.csv" if content[0] == "k" else "file.json", content))
    assert all(len(problem) < 500 for problem in unreadable.value.problems)


async def test_a_calendar_by_intervals(customs: Customs, portal: Portal, tmp_path: Path) -> None:
    """OPER-02, CUST-02: months out of days; later files change the days that they name; a day without hours rests."""
    found = await take(customs, PORT_CALENDAR, written(tmp_path, "gb.csv", CALENDAR))
    assert [entry.key for entry in found.new] == ["5301-202701", "5301-202702"]
    assert found.new[0].data == {
        "port": "5301", "name": "皇岗海关", "month": "2027-01", "provisional": False,
        "days": {"04": ["09:00-12:00", "13:30-17:00"]},
    }  # fmt: skip
    again = await take(customs, PORT_CALENDAR, written(tmp_path, "gb.csv", CALENDAR))
    assert (again.new, again.changed, again.unchanged) == ([], [], 2)
    later = "port,day,from,to\n5301,2027-01-06,09:00,17:00\n5301,2027-01-04,,\n"
    changed = (await take(customs, PORT_CALENDAR, written(tmp_path, "b.csv", later))).changed[0]
    assert changed.after.data
    assert changed.after.data["days"] == {"06": ["09:00-17:00"]}
    assert changed.said() == ("5301-202701 days/04: 09:00-12:00, 13:30-17:00 → –; days/06: – → 09:00-17:00")
    await customs.sender(portal).send_due()
    assert [(n.key, n.seq) for n in portal.notices] == [
        ("5301-202701", 1),
        ("5301-202702", 1),
        ("5301-202701", 2),
    ]


async def test_licences_with_rows_and_days(customs: Customs, tmp_path: Path) -> None:
    """OPER-02: lines of one key belong together; days are inclusive."""
    found = await take(customs, LICENCE, written(tmp_path, "a.csv", LICENCES))
    first = found.new[0]
    assert first.data
    assert [row["code"] for row in first.data["goods"]] == ["0202300090", "0402210000"]
    assert (str(first.valid_from), str(first.valid_to)) == (
        "2027-01-01 00:00:00+08:00",
        "2027-07-01 00:00:00+08:00",
    )
    assert found.new[1].valid_to is None
    later = LICENCES.replace("2000.5", "1999")
    later = later.replace("27-AE-2,7,3122960001,", "27-AE-2,7,3122960001,2,0402210000,7,,\n27-AE-2,,,")
    changed = (await take(customs, LICENCE, written(tmp_path, "b.csv", later))).changed
    assert [each.said() for each in changed] == [  # a row that others pushed on is no difference
        "27-AE-1 goods/2/quantity: 2000.5 → 1999",
        "27-AE-2 goods/1: – → no 2 code 0402210000 quantity 7",
    ]
    before, after = (replace(found.new[1], data={"remark": f"{'注' * 80}{end}"}) for end in "甲乙")
    assert Changed(before, after).said() == f"27-AE-2 remark: …{'注' * 15}甲 → …{'注' * 15}乙"


async def test_the_days_of_an_entry_change_where_a_file_has_them(customs: Customs, tmp_path: Path) -> None:
    """OPER-02: a file without these columns leaves them; null makes them open, and the difference says so."""
    await take(customs, LICENCE, written(tmp_path, "a.csv", LICENCES))
    without = "".join(f"{line.rsplit(',', 2)[0]}\n" for line in LICENCES.splitlines())
    kept = await take(customs, LICENCE, written(tmp_path, "b.csv", without))
    assert (kept.new, kept.changed, kept.unchanged) == ([], [], 2)
    later = [{"key": "27-AE-1", "valid_from": None, "valid_to": "2027-09-30"}]
    [changed] = (await take(customs, LICENCE, written(tmp_path, "c.json", later))).changed
    assert changed.said() == "27-AE-1 valid: 2027-01-01 to before 2027-07-01 → … to before 2027-10-01"
    [end] = await customs.rows("select valid_from, valid_to from entry where key = '27-AE-1'")
    assert [moment and str(moment.astimezone(CHINA)) for moment in end] == [None, "2027-10-01 00:00:00+08:00"]
    [changed] = (await take(customs, LICENCE, written(tmp_path, "a.csv", LICENCES))).changed
    assert changed.after.seq == 3


async def test_what_ends_in_the_future_is_gone_and_what_has_ended_is_not(
    customs: Customs, tmp_path: Path
) -> None:
    """OPER-02: with --complete an entry that is still in force ends today; its past, and what ended before, stays."""
    ended, ending = (
        "27-AE-1,7,3122960001,1,0202300090,1,2020-01-01,2020-06-30",
        "27-AE-2,7,3122960001,1,1201901100,1,,",
    )
    head = LICENCES.splitlines()[0]
    await take(customs, LICENCE, written(tmp_path, "a.csv", f"{head}\n{ended}\n{ending}2199-12-31\n"))
    other = written(tmp_path, "b.csv", f"{head}\n27-AE-3,7,3122960001,1,1201901100,1,,\n")
    assert [entry.key for entry in (await take(customs, LICENCE, other)).gone] == ["27-AE-2"]
    assert [entry.key for entry in (await take(customs, LICENCE, other, complete=True)).gone] == ["27-AE-2"]
    assert await customs.rows("select key, seq, valid_to <= now() from entry where key ~ '^27-AE-' order by key") == [
        ("27-AE-1", 1, True), ("27-AE-2", 2, True), ("27-AE-3", 1, None),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["full.json", "full.csv"])
async def test_the_right_file_mends_what_a_file_that_lacked_entries_ended(
    customs: Customs, portal: Portal, tmp_path: Path, name: str
) -> None:
    """OPER-02: of a register whose days officers do not set, what the file has again is in force again, and said to
    change; a last day that the file itself names counts."""
    keys = ["3122960001", "4403160002"]
    rows = [{"key": key} for key in keys]
    full = written(tmp_path, name, rows if name.endswith("json") else "\n".join(["key", *keys]))
    await take(customs, COMPANY, written(tmp_path, "part.json", rows[1:]), complete=True)
    assert await customs.value("select valid_to <= now() from entry where key = $1", keys[0]) is True
    found = await take(customs, COMPANY, full, complete=True)
    assert ([each.after.key for each in found.changed], found.unchanged, found.ended) == (keys[:1], 1, [])
    today = local_day(datetime.now(CHINA))
    assert found.changed[0].said() == f"{keys[0]} valid: … to before {today} → … to …"
    await customs.sender(portal).send_due()
    assert [(n.key, n.seq, n.valid_to is None) for n in portal.notices] == [
        (keys[0], 2, False),
        (keys[0], 3, True),
    ]
    assert (await take(customs, COMPANY, full, complete=True)).unchanged == 2
    past = written(tmp_path, "past.json", [{"key": keys[0], "valid_to": "2020-06-30"}])
    for _ in range(2):
        found = await take(customs, COMPANY, past)
        assert ([entry.key for entry in found.ended], found.unchanged) == (keys[:1], 0)


async def test_what_the_file_has_and_has_ended_is_told(customs: Customs, tmp_path: Path) -> None:
    """OPER-02: where officers set the days an entry stays ended, and is neither unchanged nor unsaid."""
    now = datetime.now(CHINA)
    past = LICENCES.replace("2027-01-01,2027-06-30", "2020-01-01,2020-06-30").replace("2027-01-01,\n", ",\n")
    without = "".join(f"{line.rsplit(',', 2)[0]}\n" for line in past.splitlines())
    found = await take(customs, LICENCE, written(tmp_path, "a.csv", past))
    assert ([entry.key for entry in found.new], [entry.key for entry in found.ended]) == (
        ["27-AE-1", "27-AE-2"],
        ["27-AE-1"],
    )
    found = await take(customs, LICENCE, written(tmp_path, "b.csv", without))
    assert (found.changed, [entry.key for entry in found.ended], found.unchanged) == ([], ["27-AE-1"], 1)
    counts, *lines = _said("licence", found, 20, complete=False)
    assert counts.endswith(" they stay, 1 unchanged, 1 in the file, but ended")
    assert lines == ["  in the file, but ended: 27-AE-1"]
    found = await take(customs, LICENCE, written(tmp_path, "c.csv", without.replace("2000.5", "1999")))
    assert (len(found.changed), [entry.key for entry in found.ended]) == (1, ["27-AE-1"])
    again = written(tmp_path, "d.json", [{"key": "27-AE-1", "valid_to": None}])
    assert (await take(customs, LICENCE, again)).ended == []
    assert not (await customs.rows("select from entry where key = '27-AE-1' and valid_to < $1", now))


async def test_a_declaration_with_all_its_rows(customs: Customs, portal: Portal, tmp_path: Path) -> None:
    """OPER-02 (PRNT-09, PRNT-10): goods and containers line by line, flags in words, and what is open at customs."""
    found = await take(customs, DECLARATION, written(tmp_path, "gb.csv", DECLARATIONS))
    [changed] = found.changed
    data = changed.after.data
    assert data
    assert (data["open_process"], data["self_paid"], data["freight_mark"]) == (True, False, "3")
    assert [(row["no"], row.get("attribute")) for row in data["goods"]] == [("1", "12,19"), ("2", None)]
    assert [row["lcl"] for row in data["containers"]] == [True, False]
    assert data["released_at"] == "2026-11-20 23:30+08:00"  # a spreadsheet's time is Chinese time
    assert data["trade_mode"] == "0110"  # what the file does not name stays
    await customs.sender(portal).send_due()
    assert [(n.key, n.data and n.data["open_process_name"]) for n in portal.notices] == [
        (NUMBER, "修改申请在办")
    ]


async def test_an_entry_that_a_desk_adds_meanwhile_is_followed_by_the_files(
    customs: Customs, portal: Portal, tmp_path: Path
) -> None:
    """CUST-02, OPER-02: under the desk's own seq the portal would pass over what customs then have."""
    file = written(tmp_path, "a.json", [{"key": "5399", "enabled": True}])
    async with customs.database.transaction() as importing:
        found = await register_import.compare(importing, PILOT_DISTRICT, read_file(PILOT_DISTRICT, file))
        async with customs.database.transaction() as desks:
            await registers.put_all(desks, [Entry("pilot_district", "5399", 1, {"enabled": False})])
        async with customs.database.transaction() as officers:
            await registers.change(officers, "pilot_district", "5399", 1, {"enabled": False})
        await register_import.apply(importing, found, complete=False)
    [[seq, data]] = await customs.rows("select seq, data from entry where key = '5399'")
    assert (seq, data["enabled"]) == (3, True)
    await customs.sender(portal).send_due()
    last = max((n for n in portal.notices if n.key == "5399"), key=lambda n: n.seq)
    assert (last.seq, last.data) == (3, data)


async def test_differences_and_what_is_gone(customs: Customs, tmp_path: Path) -> None:
    """OPER-02: members that the file lacks stay; what is gone ends only with --complete, and keeps its past."""
    file = written(tmp_path, "a.json", [{"key": "4403160002", "grade": "4", "customs_qualified": True}])
    found = await take(customs, COMPANY, file)
    said = found.changed[0].said()
    assert "grade: 3 → 4" in said
    assert "grade_name: 一般信用企业 → 失信企业" in said
    assert [entry.key for entry in found.gone] == ["3122960001"]
    assert await customs.value("select valid_to from entry where key = '3122960001'") is None
    assert (
        await customs.value("select data ->> 'name' from entry where key = '4403160002'")
        == "深圳乙贸易有限公司"
    )
    await take(customs, COMPANY, file, complete=True)
    gone = await customs.rows(
        "select seq, data ->> 'name', valid_to < now() from entry where key = '3122960001'"
    )
    assert gone == [(2, "上海甲进出口有限公司", True)]
    assert (await take(customs, COMPANY, file, complete=True)).gone == []


BAD: list[tuple[Register, str, Any, str]] = [
    (
        LICENCE,
        "a.csv",
        LICENCES.replace("2000.5", "viel"),
        "lines 2 to 3 (27-AE-1): 许可商品：第 2 行许可数量：应为数字",
    ),
    (LICENCE, "a.csv", LICENCES.replace("code,company", "cod,company"), "line 1: unknown column 'cod'"),
    (LICENCE, "a.csv", LICENCES.replace("2027-06-30", "2026-06-30"), "截止日期不能早于起始日期"),
    (LICENCE, "a.csv", LICENCES.replace("2027-06-30", "30.6."), "line 2: Invalid isoformat"),
    (LICENCE, "a.csv", LICENCES.replace("27-AE-1,,,", "27-AE-1,4,,"), "line 3: code is '4' here and '7'"),
    (LICENCE, "a.csv", "key,code,company\nX1,7,3122960001\n", "line 2 (X1): 许可商品：必须填写"),
    (PORT_CALENDAR, "a.csv", CALENDAR.replace("13:30", "11:30"), "04 日的时间应从早到晚"),
    (PORT_CALENDAR, "a.csv", "port,day\n5301,2027-01-06\n", "line 2 (5301-202701): 口岸名称：必须填写"),
    (COMPANY, "a.json", [{"key": "4403160002", "grade": "9"}], "信用等级：没有 9 这个代码"),
    (COMPANY, "a.json", [{"key": "4403160002", "guarantee_mode": []}], "担保方式：没有 [] 这个代码"),
    (
        COMPANY,
        "a.csv",
        "key,qualification_until\n4403160002,20271231\n",
        "资质有效期：应为日期，如 2026-12-31",
    ),
    (COMPANY, "a.json", [{"key": "44", "grade": "3"}], "44 的格式不符合规定"),
    (COMPANY, "a.json", [{"key": "4403160002", "colour": "red"}], "colour：没有这一项"),
    (COMPANY, "a.json", {"key": "4403160002"}, "no list of objects"),
    (COMPANY, "a.json", "[", "no JSON"),
    (COMPANY, "a.csv", "key,name\n4403160002,a,b\n", "line 2: more values than columns"),
    (COMPANY, "a.csv", "key,name\n", "no entries"),
]


@pytest.mark.parametrize(("register", "name", "content", "words"), BAD, ids=lambda value: str(value)[:24])
async def test_a_wrong_file_is_refused_as_a_whole(
    customs: Customs, tmp_path: Path, register: Register, name: str, content: Any, words: str
) -> None:
    """OPER-02, UI-16: line and reason; nothing is saved by halves."""
    before = await customs.value("select sum(seq) from entry")
    with pytest.raises(Unreadable) as refused:
        await take(customs, register, written(tmp_path, name, content))
    assert words in "\n".join(refused.value.problems)
    assert await customs.value("select sum(seq) from entry") == before
    assert await customs.value("select count(*) from outgoing where state = 'queued'") == 0
