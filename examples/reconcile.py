"""集中申报, reconciled: what was listed, what was declared and what is counted must be the same, to the last digit."""

import sys
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from consolidated import LIST
from window import Window

BASE = "/api/consolidated"


def relations(window: Window, numbers: list[str]) -> list[dict[str, Any]]:
    """归并关系: of each item of each list, the declaration's item that it went into."""
    asked = ({"list_number": number, "size": 100} for number in numbers)  # a list has 50 items at most
    return [row for each in asked for row in window.call("GET", f"{BASE}/relations", params=each)["items"]]


def reconcile(window: Window, lists: list[str], made: list[dict[str, Any]], counted: dict[str, Any]) -> None:
    """Lists by number, declarations as they are, and 业务统计 of the same days. Ends here where they do not agree."""
    related = relations(window, lists)
    contents = {n: window.call("GET", f"/api/documents/{LIST}/{n}")["content"] for n in lists}
    once = Counter((row["list_number"], row["list_item"]) for row in related)
    same("归并关系", once, Counter((n, at) for n in lists for at, _ in enumerate(contents[n]["goods"], 1)))
    for name in ("quantity", "total"):
        merged: defaultdict[Any, Decimal] = defaultdict(Decimal)
        for row in related:
            merged[row["declaration_number"], row["declaration_item"]] += Decimal(row[name])
        goods = (((v["number"], at), row) for v in made for at, row in enumerate(v["content"]["goods"], 1))
        same(name, dict(merged), {item: Decimal(row[name]) for item, row in goods})
    for flag in ("I", "E"):
        [line] = [each for each in counted["lines"] if each["ie_flag"] == flag]
        ours = [each for each in contents.values() if each["ie_flag"] == flag]
        same("清单票数", (line["lists"], line["merged"], line["unmerged"]), (len(ours), len(ours), 0))
        for name in ("packages", "gross_weight", "net_weight", "total"):
            same(name, Decimal(line[name]), sum(Decimal(each[name]) for each in ours))


def same(what: str, found: object, expected: object) -> None:
    if found != expected:
        sys.exit(f"不相符 Does not agree: {what}: {found} ≠ {expected}")
