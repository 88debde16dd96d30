"""Fills customs' database from DATA/world.json by COPY and publishes all of it to the portal, once (CUST-02)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from singlewindow.customs import registers
from singlewindow.customs.database import Database, Transaction
from singlewindow.customs.officers.passwords import hash_password
from singlewindow.customs.registers import DECLARATION_STATUSES, Entry, Kind
from singlewindow.customs.times import end_of, start_of

World = Mapping[str, Any]
SEED_LOCK = 812_002
COMPANY_DATA = ("name", "scc", "ciq_code", "grade", "grade_name", "customs_qualified")
BILL_DATA = ("inspection_district", "vessel", "voyage")
DECLARATION_DATA = (
    "ie_flag", "consignee_code", "consignee_name", "declarant_code", "inspection_district", "declared_at",
)  # fmt: skip


def read_world(file: Path) -> World:
    """The world's JSON object; raises OSError, ValueError."""
    world: World = json.loads(file.read_text(encoding="utf-8"))
    return world


async def seed(database: Database, world: World) -> bool:
    """Load the world; answers False, and changes nothing, when it was loaded before. Raises KeyError."""
    async with database.transaction() as transaction:
        await transaction.run("select pg_advisory_xact_lock($1)", SEED_LOCK)
        if await transaction.value("select exists (select from entry)"):
            return False
        await registers.add(transaction, list(entries_of(world)))
        await _add_officers(transaction, world)
    return True


def entries_of(world: World) -> Iterator[Entry]:
    """The registers' first entries: what others refer to comes first."""
    yield Entry(Kind.PILOT_SWITCH, "exemption", 1, {"enabled": True})
    for company in world["companies"]:
        yield Entry(Kind.COMPANY, company["customs_code"], 1, {name: company[name] for name in COMPANY_DATA})
    for pilot in world["pilot_districts"]:
        yield _pilot_district(pilot)
    for bill in world.get("bills_of_lading", ()):
        data = {name: bill[name] for name in BILL_DATA}
        yield Entry(Kind.BILL_OF_LADING, bill["number"], 1, data)
    for declaration in world["declarations"]:
        yield Entry(Kind.DECLARATION, declaration["number"], 1, _declaration_data(declaration))


def _pilot_district(pilot: Mapping[str, Any]) -> Entry:
    first, last = pilot.get("from"), pilot.get("to")
    return Entry(
        Kind.PILOT_DISTRICT,
        pilot["district"],
        1,
        {"enabled": pilot["enabled"]},
        start_of(date.fromisoformat(first[:10])) if first else None,
        end_of(date.fromisoformat(last[:10])) if last else None,
    )


def _declaration_data(declaration: Mapping[str, Any]) -> dict[str, Any]:
    status = str(declaration["status"])
    return {
        "status": status,
        "status_name": DECLARATION_STATUSES[status],
        **{name: declaration[name] for name in DECLARATION_DATA},
    }


async def _add_officers(transaction: Transaction, world: World) -> None:
    officers = world["officers"]
    with ThreadPoolExecutor(2) as pool:
        hashes = list(pool.map(hash_password, (officer["password"] for officer in officers)))
    rows = [(o["username"], o["name"], h) for o, h in zip(officers, hashes, strict=True)]
    await transaction.copy("officer", ("username", "name", "password_hash"), rows)
