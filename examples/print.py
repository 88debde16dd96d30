"""报关单证查询打印: sealed layout files of closed declarations, as one PDF each. The card must be the company's 法人卡.

    python examples/print.py --folder papers                         those of the last 30 days
    python examples/print.py --folder papers 530120261000000001 …    these

Everything that is made stays a natural month in 自助打印/导出: until the end of the same day of the next month.
"""

import time
from argparse import Namespace
from datetime import timedelta
from pathlib import Path

from window import Window, run

BASE = "/api/declarations"
AT_ONCE = 100  # results on a page
GOING, MADE = ("queued", "running"), "1"  # states of an application; 有签章已生成 of a result


def closed(window: Window, numbers: list[str], days: int = 30) -> list[str]:
    """Which of the company's closed declarations: these numbers, or all that were declared in the last days."""
    today = window.today()
    span = {"declared_from": today - timedelta(days), "declared_to": today}
    asked = {"number": numbers} if numbers else span
    return window.call("GET", f"{BASE}/closed/numbers", params=asked)["numbers"]


def layout_files(window: Window, numbers: list[str], folder: Path) -> list[Path]:
    """Apply for those that the folder lacks (自助打印批量申请, 有签章), wait until they are made, and fetch them.

    What could not be made is said, and is not among the answered files.
    """
    numbers = [number for number in numbers if not (folder / f"{number}.pdf").exists()]
    if not numbers:
        return []
    wanted = {"kind": "print", "sealed": True, "numbers": numbers, "card_no": window.ask("SpcGetCardID")}
    asked = window.call("POST", f"{BASE}/applications/prepare", json=wanted)
    key = {"Idempotency-Key": asked["token"]}  # sent again after a lost answer, it is the same application
    applied = window.call("POST", f"{BASE}/applications", json=window.sign(asked), headers=key)
    print(f"申请编号 Application: {applied['number']}，受理 {applied['accepted']} 票")
    for each in (each for each in applied["items"] if not each["accepted"]):
        print(f"不受理 Refused: {each['number']} {each['why']}（{each['advice']}）")
    while (seen := window.call("GET", f"{BASE}/applications/{applied['number']}"))["state"] in GOING:
        time.sleep(1)
    print(f"{seen['state_name']}: {seen['done']} / {seen['total']}")
    folder.mkdir(parents=True, exist_ok=True)
    pages = range(1, seen["total"] // AT_ONCE + 2)
    return [path for page in pages for path in fetch(window, applied["number"], page, folder)]


def fetch(window: Window, application: str, page: int, folder: Path) -> list[Path]:
    asked = {"kind": "print", "application": application, "page": page, "size": AT_ONCE}
    files = []
    for row in window.call("GET", f"{BASE}/results", params=asked)["items"]:
        if row["state"] != MADE:
            print(f"未生成 Not made: {row['number']} {row['state_name']} {row['why']}".rstrip())
            continue
        path = folder / f"{row['number']}.pdf"
        path.write_bytes(window.call("GET", f"{BASE}/results/{row['id']}/pdf", params={"for": "print"}))
        print(f"有签章 Sealed: {path}")
        files.append(path)
    return files


def work(window: Window, given: Namespace) -> None:
    numbers = closed(window, given.numbers)
    if not numbers:
        raise SystemExit("没有可申请的报关单 Nothing is closed")
    layout_files(window, numbers, given.folder)
    if missing := [number for number in numbers if not (given.folder / f"{number}.pdf").exists()]:
        raise SystemExit(f"{len(missing)} 票没有版式文件 Not made: {' '.join(missing)}")


if __name__ == "__main__":
    run(
        work,
        __doc__,
        numbers={"nargs": "*", "help": "报关单号; none: all of the last 30 days"},
        **{"--folder": {"type": Path, "required": True, "help": "where the files go"}},
    )
