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
from singlewindow.customs.register_catalogue import all_registers
from singlewindow.customs.register_kinds import (
    BILL_OF_LADING,
    COMPANY,
    DECLARATION,
    PILOT_DISTRICT,
    PILOT_SWITCH,
    Register,
)
from singlewindow.customs.register_values import with_names
from singlewindow.customs.registers import Entry
from singlewindow.customs.times import end_of, start_of

World = Mapping[str, Any]
SEED_LOCK = 812_002


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
    """The registers' first entries: what others refer to comes first.

    Companies, pilot districts, bills and declarations stand under names of their own; every other register under
    `registers`: name → [{key, data, from, to}], the days inclusive.
    """
    yield Entry(PILOT_SWITCH.name, "exemption", 1, {"enabled": True})
    yield from (_entry(COMPANY, each["customs_code"], each) for each in world["companies"])
    yield from (_entry(PILOT_DISTRICT, each["district"], each, each) for each in world["pilot_districts"])
    for name, entries in world.get("registers", {}).items():
        yield from (_entry(all_registers()[name], each["key"], each["data"], each) for each in entries)
    yield from (_entry(BILL_OF_LADING, each["number"], each) for each in world.get("bills_of_lading", ()))
    yield from (_entry(DECLARATION, each["number"], each) for each in world["declarations"])


def _entry(
    register: Register, key: str, source: Mapping[str, Any], days: Mapping[str, Any] | None = None
) -> Entry:
    """The first entry of a key: the register's members out of `source`, in force on the days `from` to `to`."""
    data = {member.name: source[member.name] for member in register.members if member.name in source}
    first, last = (days.get("from"), days.get("to")) if days else (None, None)
    return Entry(
        register.name,
        key,
        1,
        with_names(register, data),
        start_of(date.fromisoformat(first[:10])) if first else None,
        end_of(date.fromisoformat(last[:10])) if last else None,
    )


async def _add_officers(transaction: Transaction, world: World) -> None:
    officers = world["officers"]
    with ThreadPoolExecutor(2) as pool:
        hashes = list(pool.map(hash_password, (officer["password"] for officer in officers)))
    rows = [(o["username"], o["name"], h) for o, h in zip(officers, hashes, strict=True)]
    await transaction.copy("officer", ("username", "name", "password_hash"), rows)
