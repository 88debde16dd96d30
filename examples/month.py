"""A month of 集中申报 by script: filings, lists day by day, 修改申请, 撤销申请, 汇总, declarations until 结关.
Then all of it is reconciled (reconcile.py), and fetched on sealed paper. The card must be the company's 法人卡.

    python examples/month.py 2026-12 --folder papers              does what is due, and says when to be started again
    python examples/month.py 2026-12 --folder papers --training   the whole month at once

A real installation lets cron start the first line every morning: what was done is found again by our own numbers, and
done no second time. `--training` moves the business clock of `make run` instead (SINGLEWINDOW_DATA says of which).
"""

import subprocess
import sys
import time
from argparse import Namespace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from consolidated import LIST, clear, file_company, goods_list, own_code
from print import closed, layout_files
from reconcile import reconcile, relations
from window import Window, run

DECLARATION, BASE = "consolidated.declaration", "/api/consolidated"
DRAFT, REFUSED, CLOSED = "0", ("3", "5"), "10"  # of a declaration
MERGED = "13"  # of a list
LOTS = {  # our number of a lot: day of the month, imported or exported, kilograms of each good of the booklet
    "A1": (2, "GI", {1: "1000", 2: "2000"}), "A2": (2, "GI", {1: "500.5"}), "B1": (9, "GI", {2: "800"}),
    "B2": (9, "GI", {1: "750", 2: "120"}), "B3": (9, "GE", {1: "300"}), "C1": (16, "GI", {1: "640"}),
    "C2": (16, "GI", {2: "1500"}), "D1": (23, "GI", {1: "910", 2: "35"}), "D2": (23, "GE", {1: "200", 2: "250"}),
    "E1": (28, "GI", {1: "60"}),
}  # fmt: skip
WEIGHED_AGAIN, CALLED_OFF = {"B2": {1: "745", 2: "120"}}, "C1"  # 修改申请, 撤销申请
ASKED = {"revision_reason": "7", "revision_contact": "王芳", "revision_phone": "13800138000"}


def play(window: Window, given: Namespace) -> None:
    first = date.fromisoformat(f"{given.month}-01")
    after = (first + timedelta(days=31)).replace(day=3)
    merging_day = min(after, date(first.year, 12, 31))  # 一般贸易: by the 10th, and in the same year (令169)
    await_day(window, first, given.training)
    book_no, owner = file_company(window, date(first.year + 1, 12, 31)), own_code(window)

    def content(lot: str, quantities: dict[int, str]) -> dict[str, Any]:
        return goods_list(owner, book_no, first.replace(day=LOTS[lot][0]), quantities, LOTS[lot][1])

    lists: dict[str, dict[str, Any]] = {}
    for day in sorted({day for day, *_ in LOTS.values()}):
        await_day(window, first.replace(day=day), given.training)
        todays = {lot: content(lot, quantities) for lot, (on, _, quantities) in LOTS.items() if on == day}
        lists |= clear(window, given.month, todays)
    for lot, quantities in WEIGHED_AGAIN.items():
        amend(window, lists[lot], "modify", content(lot, quantities))
    amend(window, lists.pop(CALLED_OFF), "revoke", {})
    await_day(window, merging_day, given.training)
    for kind in ("GI", "GE"):  # imports and exports are declared apart
        merge(window, [view for lot, view in lists.items() if LOTS[lot][1] == kind], f"{given.month} {kind}")
    settle(window, [view["number"] for view in lists.values()], (first, merging_day), given.folder)


def settle(window: Window, numbers: list[str], days: tuple[date, date], folder: Path) -> None:
    """From the merged lists of these days to the papers."""
    related = relations(window, numbers)
    declarations = declare(window, sorted({row["declaration_number"] for row in related}))
    asked = {"declared_from": days[0], "declared_to": days[1]}
    reconcile(window, numbers, declarations, window.call("GET", f"{BASE}/statistics", params=asked))
    print(f"相符 All agrees: {len(numbers)} 票清单 lists, {len(declarations)} 票报关单 declarations")
    entries = [view["header"]["entry_no"] for view in declarations]
    while len(closed(window, entries)) < len(entries):
        time.sleep(1)  # customs publish what is closed; 报关单证查询打印 finds it then
    layout_files(window, entries, folder)
    counted = window.call("GET", f"{BASE}/statistics/print", params=asked)
    (folder / f"{days[0]:%Y-%m}.pdf").write_bytes(counted)


def await_day(window: Window, day: date, training: bool) -> None:
    if training and window.today() < day:
        command = [sys.executable, "-m", "singlewindow", "clock", "set", f"{day} 09:00"]
        if subprocess.run(command, check=False).returncode:
            sys.exit("训练时钟未能拨动 The clock was not moved")
    if window.today() < day:
        print(f"今日已办完，请于 {day} 再运行 Done for today; start again on that day")
        sys.exit()
    print(f"—— {day}")


def amend(window: Window, view: dict[str, Any], action: str, content: dict[str, Any]) -> None:
    """修改申请 or 撤销申请 of a closed list, where it was not agreed to before."""
    asked = {"action": action, "document": view["number"], "status": "agreed"}
    if window.call("GET", f"/api/amendments/{LIST}", params=asked)["items"]:
        return
    view = window.call("GET", f"/api/documents/{LIST}/{view['number']}")
    window.act(action, window.amend(view, action, content | ASKED))
    window.wait([view], "accepted", "refused", "failed", by="outcome")


def merge(window: Window, lists: list[dict[str, Any]], key: str) -> None:
    """汇总 of these lists, seen before it is done; declarations come by the portal's timed job."""
    if all(view["status"]["code"] == MERGED for view in lists):
        return
    wanted = {"numbers": [view["number"] for view in lists], "declarant_code": ""}
    seen = window.call("POST", f"{BASE}/merges/preview", json=wanted)
    print(f"汇总 Merging: {seen['lists']} 票清单 → {seen['count']} 票报关单，{seen['total_after']}")
    window.call("POST", f"{BASE}/merges", json=wanted, headers={"Idempotency-Key": key})
    window.wait(lists, MERGED)


def declare(window: Window, numbers: list[str]) -> list[dict[str, Any]]:
    """申报 of the merged declarations with one PIN entry, until 结关; as they are then."""
    paths = [f"/api/documents/{DECLARATION}/{number}" for number in numbers]
    views = [window.call("GET", path) for path in paths]
    if drafts := [view for view in views if view["status"]["code"] == DRAFT]:
        window.act("declare", *drafts)
    window.wait(views, CLOSED, *REFUSED)
    return [window.call("GET", path) for path in paths]


if __name__ == "__main__":
    options: dict[str, dict[str, Any]] = {
        "month": {"help": "YYYY-MM"},
        "--folder": {"type": Path, "required": True, "help": "where the papers go"},
        "--training": {"action": "store_true", "help": "move the business clock of make run"},
    }
    run(play, __doc__, **options)
