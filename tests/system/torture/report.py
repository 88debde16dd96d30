"""What is written down of a run, and whether it says anything: who did not torture proves nothing."""

from __future__ import annotations

import json
import os
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.conditions import commit
from tests.system.torture.chaos import BESIDE, KILLS, NO_DISK
from tests.system.torture.ledger import Told
from tests.system.torture.verdict import Verdict
from tests.system.torture.world import World

WORK = ("draft", "save", "upload", "submit", "delete", "job", "token", "revoke token", "print")
"""What companies do while everything is struck."""
SIGNED = (
    ("gate.trip", "declare"), ("inspection.declaration", "apply"), ("appointment.application", "apply"),
    ("consolidated.list", "declare"),
)  # fmt: skip
"""Of that, what is signed, of each kind of document."""
AT_FIRST = (("gate.trip", "change"), ("consolidated.list", "modify"), ("consolidated.booklet", "declare"))
"""Signed at some time, before the first blow at the latest."""
LEAST = 1.0
"""Operations that are acknowledged for each kill, at least; runs of 300 have had 3.1 (load 11) and 3.2."""
MET = 0.25
"""The share of blows that must fall on work, something having been acknowledged since the one before: what is struck
while it is down proves nothing. A run of 300 has had 0.74."""
FOR_A_CUT = 20
"""For so many web processes killed there is at least one request that writes, was sent and had no answer."""


@dataclass(frozen=True)
class Ran:
    """How a run went, whatever it found: blows by kind as they were planned, as they were struck, and why one was left
    out; whether everything came to rest; the driver's exit code; when the blows began, and for how many seconds; the
    moment of each blow; the commit that began to run."""

    planned: Mapping[str, int]
    struck: Mapping[str, int]
    left_out: Mapping[str, int]
    settled: bool
    driver: int | None
    began: float
    seconds: float
    moments: Sequence[float] = ()
    code: str = ""


def lacking(ran: Ran, told: Told, receipts: Mapping[str, int]) -> Iterator[str]:
    """Why a run proves nothing although nothing may be damaged: what was planned, and did not come about. Only that a
    disk needs root is no reason."""
    if not ran.settled:
        yield "it did not come to rest"
    if ran.driver != 0:
        yield f"the companies' programs ended with exit code {ran.driver}"
    for kind, wanted in ran.planned.items():
        struck = ran.struck.get(kind, 0) + (ran.left_out.get(NO_DISK, 0) if kind == "disk full" else 0)
        if struck != wanted:
            yield f"{kind}: {struck} of {wanted} blows"
    yield from (f"left out: {why}" for why in ran.left_out if why != NO_DISK)
    done = [op for op in told.ops.values() if op.done is not None]
    types = {op.facts["number"]: op.facts["type"] for op in done if op.kind == "draft"}
    during = [op for op in done if op.sent["at"] >= ran.began]
    kinds = {op.kind for op in during} | {op.kind for op in done if op.kind == "hook"}
    yield from (
        f"never acknowledged while it was struck: {kind}" for kind in ("hook", *WORK) if kind not in kinds
    )
    for wanted_acts, ops in ((SIGNED, during), (AT_FIRST, done)):
        acts = {(types.get(op.facts["number"], ""), op.facts["action"]) for op in ops if op.kind == "submit"}
        yield from (f"never acknowledged: {' '.join(act)}" for act in wanted_acts if act not in acts)
    yield from (f"receipts at customs: none {name}" for name, count in receipts.items() if not count)
    yield from _too_little(ran, told, len(during))


def _too_little(ran: Ran, told: Told, during: int) -> Iterator[str]:
    """What was done, but hardly: so many operations were acknowledged while the system was struck."""
    kills = sum(ran.struck.get(kind, 0) for kind in KILLS)
    if during < LEAST * kills:
        yield f"hardly any work: {during} operations acknowledged, for {kills} kills at least {LEAST * kills:.0f}"
    met, least = on_work(ran, told), MET * len(ran.moments)
    if met < least:
        yield f"hardly any work between blows: {met} of {len(ran.moments)} fell on any, at least {least:.0f} should"
    cut, wanted = len(told.noted("cut off")), ran.struck.get("web process", 0) // FOR_A_CUT
    if cut < wanted:
        yield f"hardly any request was cut off: {cut} that write, at least {wanted} should be"


def on_work(ran: Ran, told: Told) -> int:
    """How many blows fell on a system that had acknowledged something since the one before."""
    done = sorted(op.done["at"] for op in told.ops.values() if op.done)
    counted = [bisect(done, at) for at in (ran.began, *ran.moments)]
    return sum(later > earlier for earlier, later in pairwise(counted))


def report_of(
    ran: Ran, options: Mapping[str, int], world: World, verdict: Verdict, blows: Path
) -> dict[str, Any]:
    """What is written down of a run."""
    told, receipts = world.told, _receipts(world)
    done = [op for op in told.ops.values() if op.done is not None]
    kills = {kind: ran.struck.get(kind, 0) for kind in KILLS}
    lacks = list(lacking(ran, told, receipts))
    return {
        "good": not lacks and not verdict.found,
        "commit": commits(ran.code, commit()), "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "lacking": lacks,
        **options, "kills": sum(kills.values()), "kills by kind": kills,
        "besides": {kind: ran.struck.get(kind, 0) for kind in BESIDE},
        "full disks": full_disks(blows),
        "receipts at customs": receipts,
        "left out": dict(ran.left_out),
        "seconds": round(ran.seconds), "settled": ran.settled, "driver's exit code": ran.driver,
        "machine": {"processors": os.cpu_count(), "load at the end": [round(load, 1) for load in os.getloadavg()]},
        "documents": dict(Counter(row["type"] for row in world.documents.values())),
        "sent": len(told.ops), "acknowledged": len(done),
        "acknowledged by kind": dict(Counter(op.kind for op in done)),
        "acknowledged a second": round(len(done) / ran.seconds, 1),
        "never acknowledged": len(told.ops) - len(done),
        "blows that fell on work": on_work(ran, told),
        "cut off while they write": dict(Counter(note["problem"] for note in told.noted("cut off"))),
        "answers of customs that were seen": len(told.noted("answered")),
        "answers of customs waited for in vain": len(told.noted("unanswered")),
        "repeated": {n: v for note in told.noted("repeated") for n, v in note.items() if isinstance(v, int)},
        "events heard": len(world.heard), "submissions at customs": len(world.customs["submissions"]),
        **verdict.damage,
        "damaged": {name: what[:20] for name, what in verdict.found.items()},
        "longest recovery": recoveries(blows, told),
    }  # fmt: skip


def commits(began: str, ended: str) -> str:
    """The commit that ran; both where it was another one at the end, for parts are started anew all the time."""
    return began if began == ended else f"{began} to {ended}"


def moments_of(blows: Path) -> list[float]:
    """When each blow fell; what lasts for a while is one, from its begin on."""
    struck = map(json.loads, blows.read_text().splitlines())
    return [blow["at"] for blow in struck if not blow.get("over")]


def _receipts(world: World) -> dict[str, int]:
    """How many there were, and how many of them the faults of delivery struck."""
    return {name: count for row in world.customs["struck"] for name, count in row.items()}


def full_disks(blows: Path) -> list[dict[str, float]]:
    """For how many seconds each full disk was full for the database, and how often it was refused a write."""
    found, began = [], 0.0
    for blow in map(json.loads, blows.read_text().splitlines()):
        if blow["kind"] == "disk full" and not blow.get("over"):
            began = blow["at"]
        elif blow["kind"] == "disk full":
            found.append({"seconds": round(blow["at"] - began, 1), "writes refused": blow["refused"]})
    return found


def recoveries(blows: Path, told: Told) -> dict[str, dict[str, float]]:
    """By kind of blow the longest time in seconds until something was acknowledged that was asked for after it, and
    until an answer of customs was seen; after the end of what lasts."""
    asked = sorted(
        (op.done["asked"], op.done["at"]) for op in told.ops.values() if op.done and "asked" in op.done
    )
    answered = sorted(note["at"] for note in told.noted("answered"))
    struck = [json.loads(line) for line in blows.read_text().splitlines()]
    lasting = {blow["kind"] for blow in struck if blow.get("over")}
    longest: dict[str, dict[str, float]] = defaultdict(dict)
    for blow in struck:
        if blow["kind"] in lasting and not blow.get("over"):
            continue
        found = {
            "acknowledged": min((at for began, at in asked if began >= blow["at"]), default=None),
            "answered by customs": min((at for at in answered if at >= blow["at"]), default=None),
        }
        for name, at in found.items():
            if at is not None:
                longest[blow["kind"]][name] = max(
                    longest[blow["kind"]].get(name, 0.0), round(at - blow["at"], 1)
                )
    return dict(longest)
