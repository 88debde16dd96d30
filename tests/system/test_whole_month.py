"""A month of 集中申报 by script alone, and layout files of it (INTG-01, CONS-01 … CONS-15, PRNT-02).

It moves the clock of the shared system, and makes layout files: both after all other tests of this folder.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from singlewindow.contract.pdf_seals import Trust, Verdict, check
from tests.system.integrator import CHEN, WANG, integrator
from tests.system.running import CHINA, System

pytestmark = pytest.mark.serial
PRICES = {1: Decimal("2.4"), 2: Decimal("0.9")}
IMPORTED = {1: Decimal("3215.5"), 2: Decimal("4455")}
"""What remains of month.py's lots, added up by hand: B2 weighed again (745), C1 called off (640)."""
EXPORTED = {1: Decimal("500"), 2: Decimal("250")}


@pytest.fixture
def own_time(system: System) -> Iterator[None]:
    """The real time again, whatever a script did to the clock; and the card that was in the reader."""
    yield
    command = [sys.executable, "-m", "singlewindow", "clock", "real"]
    subprocess.run(command, env=system.environment(), check=True, capture_output=True)
    system.put_card(WANG)


def next_month() -> str:
    return f"{(datetime.now(CHINA).date().replace(day=1) + timedelta(days=31)):%Y-%m}"


@pytest.mark.usefixtures("own_time")
async def test_a_whole_month(system: System, tmp_path: Path) -> None:
    """A lot on its own; then the month, and what became of it on both sides; then there is nothing left to do."""
    program = await integrator(system, CHEN)
    lot = program.done("consolidated.py", "--quantity", "120.5")
    assert lot[-1].endswith("总价 289.2"), lot
    month = next_month()
    waits = program.done("month.py", month, "--folder", str(tmp_path))
    assert waits == [f"今日已办完，请于 {month}-01 再运行 Done for today; start again on that day"]
    said = program.done("month.py", month, "--folder", str(tmp_path), "--training")
    assert "相符 All agrees: 9 票清单 lists, 2 票报关单 declarations" in said
    merged = [line for line in said if line.startswith("汇总")]
    assert merged == [
        f"汇总 Merging: {lists} 票清单 → 1 票报关单，{total(goods):.2f} USD"
        for lists, goods in ((7, IMPORTED), (2, EXPORTED))
    ]
    entries = sealed(system, tmp_path)
    assert len(entries) == 2
    await saw(system, month, entries)
    assert (tmp_path / f"{month}.pdf").read_bytes().startswith(b"%PDF")
    again = program.done("month.py", month, "--folder", str(tmp_path))
    assert not [line for line in again if line.startswith(("申报成功", "汇总", "有签章"))], (
        "all of it was done before"
    )


async def saw(system: System, month: str, entries: list[str]) -> None:
    """What both sides hold of the month: each list's status, and the closed declarations as customs publish them."""
    lists = await system.sql(
        "singlewindow",
        """select split_part(s.sender_number, ' ', 2) as lot, d.status from sender_number s
           join document d using (number) where s.sender_number like $1""",
        f"{month} %",
    )
    statuses = {row["lot"]: row["status"] for row in lists}
    assert statuses == dict.fromkeys(("A1", "A2", "B1", "B2", "B3", "C2", "D1", "D2", "E1"), "13") | {
        "C1": "14"
    }
    for entry_no in entries:
        [published] = await system.sql(
            "singlewindow",
            "select data from register_entry where kind = 'declaration' and key = $1",
            entry_no,
        )
        data = json.loads(published["data"])
        goods = {int(each["record_no"]): Decimal(each["quantity"]) for each in data["goods"]}
        assert (data["status_name"], data["vessel"]) == ("结关", "集中申报")
        assert goods == (IMPORTED if data["ie_flag"] == "I" else EXPORTED)
        assert sum(Decimal(each["total"]) for each in data["goods"]) == total(goods)


def total(quantities: dict[int, Decimal]) -> Decimal:
    return sum((PRICES[item] * quantity for item, quantity in quantities.items()), Decimal())


def sealed(system: System, folder: Path) -> list[str]:
    """The declarations whose layout file is there with a seal that holds."""
    pki = system.data / "pki"
    files = sorted(each for each in folder.glob("*.pdf") if re.fullmatch("[0-9]{18}", each.stem))
    trust = Trust((pki / "ca.pem").read_bytes(), (pki / "crl.pem").read_bytes(), datetime.now(UTC))
    assert {check(each.read_bytes(), trust).verdict for each in files} == {Verdict.VALID}
    return [each.stem for each in files]
