"""Many trips from one workbook, and templates of vehicles that come daily (GATE-11)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from singlewindow.kernel.spreadsheets.workbook import Book
from singlewindow.subsystems.gate import TRIP
from tests.house import House
from tests.kernel.jobs import findings, imported
from tests.workbooks import sheet_of

SAMPLE = Path(__file__).parents[1] / "samples" / "accepted" / "five_kinds_by_sea.json"
TRIPS = 200


def trip(at: int) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))["content"]
    return {**content, "bind_key_info": f"粤B{at:05d}"}


def trips(faulty: dict[int, dict[str, str]]) -> bytes:
    """A workbook of 200 trips with five rows each; some have other values, of the header or (rows/2/x) of a row."""
    book = Book(TRIP, {})
    for at in range(1, TRIPS + 1):
        content, wrong = trip(at), faulty.get(at, {})
        for path, value in wrong.items():
            if "/" in path:
                _, row, name = path.split("/")
                content["bodies"][int(row) - 1][name] = value
            else:
                content[path] = value
        book.sheets[""].add(str(at), {n: v for n, v in content.items() if n != "bodies"})
        for row in content["bodies"]:
            book.sheets["bodies"].add(str(at), row)
    return book.finish()


FAULTY = {
    7: {"customs_master": "9999"},
    23: {"vehicle_weight": "很重"},
    48: {"rows/1/conta_id1": "CSQU3054384"},
    77: {"rows/3/voyage_no": "x" * 100},
    101: {"bind_key_type": "??"},
    150: {"rows/1/conta_id2": "CSQU3054383"},
    200: {"ie_flag": "X"},
}


async def test_two_hundred_trips_with_seven_faulty_ones(house: House) -> None:
    """GATE-11: 193 drafts with numbers of their own, seven documents in the list of errors, none saved by halves."""
    member = await house.member()
    job = await imported(house, member, trips(FAULTY), TRIP.name)
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", TRIPS, 193, 7)
    listed = (await member.http.get(f"/api/jobs/{job['id']}/failures", params={"most": 100})).json()["items"]
    assert [int(item["data"]["key"]) for item in listed] == sorted(FAULTY)
    found = await findings(member, job["id"])
    assert [(f["sheet"], f["row"]) for f in found] == [
        ("表头", 9), ("表头", 25), ("表体", 5 * 47 + 3), ("表体", 5 * 76 + 5), ("表头", 103), ("表体", 5 * 149 + 3),
        ("表头", 202),
    ]  # fmt: skip
    assert all(f["message"] and f["advice"] and f["clause"] for f in found)
    rows = await house.sql(
        """select d.number, d.status, d.content from document d join company c on c.id = d.company_id
           where customs_code = $1 order by number""",
        member.customs_code,
    )
    contents = [json.loads(row["content"]) for row in rows]
    assert {content["bind_key_info"] for content in contents} == {
        f"粤B{at:05d}" for at in range(1, TRIPS + 1) if at not in FAULTY
    }
    assert {(row["status"], len(content["bodies"])) for row, content in zip(rows, contents, strict=True)} == {
        ("0", 5)
    }
    assert all(
        content["sure_id"].endswith(row["number"][-13:]) for row, content in zip(rows, contents, strict=True)
    )
    assert len({content["sure_id"] for content in contents}) == 193


async def test_what_is_doubtful_is_saved_and_listed(house: House) -> None:
    """GATE-10, GATE-11: a warning refuses nothing; it stands with its cell on a sheet of the result."""
    member = await house.member()
    book = Book(TRIP, {})
    book.sheets[""].add("1", {"bind_key_type": "VN", "bind_key_info": "ABC"})
    job = await imported(house, member, book.finish(), TRIP.name)
    assert (job["done"], job["failed"]) == (1, 0)
    made = await member.http.get(f"/api/jobs/{job['id']}/result")
    assert [row[:7] for row in sheet_of(made.content, "提醒")[1:]] == [
        ["1", "表头", "3", "D", "绑定介质关键信息", "ABC", "ABC 不像中国大陆机动车号牌"]
    ]


async def test_a_template_of_a_daily_vehicle(house: House) -> None:
    """GATE-11: without numbers, status and operator; a new trip out of it is saved and gets numbers of its own."""
    member = await house.member()
    saved = await member.save(TRIP.name, trip(1))
    address = f"/api/form-templates/{TRIP.name}"
    kept = await member.http.post(address, json={"name": "粤B00001 每日", "content": saved["content"]})
    assert kept.status_code == 201, kept.text
    content = (await member.http.get(f"{address}/{kept.json()['id']}")).json()["content"]
    assert content == trip(1)
    again = await member.save(TRIP.name, content)
    assert again["content"]["sure_id"] != saved["content"]["sure_id"]
