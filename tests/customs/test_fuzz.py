"""The same of customs' side: its description from both sides, by an officer, by nobody, and from another site's page
(CUST-03)."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Mapping
from pathlib import Path

from tests.customs.company import Company
from tests.customs.conftest import WORLD, Customs
from tests.fuzz.asking import Asker
from tests.fuzz.judging import Judge
from tests.fuzz.test_portal import described

CASES = int(os.environ.get("FUZZ_CASES", "1000")) // 4
ENOUGH = 1_000  # of which each operation must have succeeded; with fewer, chance decides
SEED = int(os.environ.get("FUZZ_SEED", "1"))
REPORT = Path(os.environ.get("FUZZ_REPORT", "var/test")) / "fuzz-customs.json"
HERE = "http://127.0.0.1:8001"
NEVER_REFUSED = {"GET /healthz", "GET /readyz", "GET /metrics", "GET /clock"}
NEVER_DONE = {
    "POST /api/session": "passwords are hashed slowly: tests/customs/test_officers.py",
    "POST /exchange/messages": "an envelope that the portal sealed: tests/customs/test_reception.py",
    "PUT /api/registers/{kind}/{key}": "an entry with all its members: tests/customs/test_registers.py",
    "POST /api/registers/{kind}/{key}/trial": "an entry with all its members: tests/customs/test_registers.py",
    "POST /api/gate/lanes/{lane}/keys": "a lane: tests/customs/test_lanes.py",
    "DELETE /api/gate/lanes/{lane}/keys/{identifier}": "a lane: tests/customs/test_lanes.py",
    "GET /api/gate/lanes/{lane}/passages": "a lane: tests/customs/test_lanes.py",
    "POST /exchange/lanes": "a lane's key and XML: tests/customs/test_lanes.py",
    "POST /api/gate/lanes/{lane}/passages": "a trip that is let in: tests/customs/test_lanes.py",
    "POST /api/appointment/bookings/{identifier}/declaration": "a booking: tests/customs/test_appointment_desk.py",
    "GET /api/submissions/{identifier}/attachments/{sha256}": "a file: tests/customs/test_desk.py",
    "POST /api/submissions/{identifier}/decision": "once for each: tests/customs/test_desk.py",
}
"""What no request here need achieve, and which test does."""


async def test_whatever_is_asked(customs: Customs, own: Company) -> None:
    judge = Judge(described(customs.app))
    numbers = [f"20260000000000{n:04d}" for n in range(8)]
    ids = [await customs.receive(own, number) for number in numbers]

    async def whole() -> Mapping[str, Mapping[str, str]]:
        """Everybody's headers, with a session that is new."""
        customs.client.cookies.clear()
        csrf = await customs.log_in()
        cookie = "; ".join(f"{name}={value}" for name, value in customs.client.cookies.items())
        officer = {**csrf, "Origin": HERE, "Cookie": cookie}
        return {"officer": officer, "nobody": {}, "elsewhere": officer | {"Origin": "https://evil.example"}}

    asker = Asker(
        customs.app, judge, await whole(), lambda operation: "officer", random.Random(SEED), mend=whole
    )
    for id in ids:
        asker.known.add("/api/submissions", {"identifier": id})
    for kind in ("company", "pilot_district", "declaration"):
        asker.known.add("/api/registers", {"kind": kind})
    asker.known.add(
        "/api/registers/{kind}", {"kind": "company", "key": WORLD["companies"][0]["customs_code"]}
    )
    asker.known.add("/api/gate/lanes", {"lane": "5301A01"})
    await asyncio.to_thread(asker.run, asyncio.get_running_loop(), CASES, SEED)
    counts = judge.counts
    counts.write(REPORT, seed=SEED, known_again=asker.lost)
    assert not counts.wrong, "\n".join(
        f"{name}: {what}\n    {case}" for (name, what), case in counts.wrong.items()
    )
    assert {name for name in counts.asked if not counts.share(name, "4")} <= NEVER_REFUSED
    if CASES >= ENOUGH:
        assert {name for name in counts.asked if not counts.share(name, "2")} <= set(NEVER_DONE)
    assert set(counts.asked) == set(judge.operations)
