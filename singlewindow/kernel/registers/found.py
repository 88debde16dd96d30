"""Which registers are indexed: those that chapters name in their `Subsystem`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from singlewindow.kernel.registers.index import RegisterIndex
from singlewindow.kernel.subsystem import subsystems


@cache
def register_indexes() -> Mapping[str, tuple[RegisterIndex, ...]]:
    """The indexes by their register's kind. Raises ValueError where two have one table."""
    found: dict[str, tuple[RegisterIndex, ...]] = {}
    tables: set[str] = set()
    for index in (index for subsystem in subsystems().values() for index in subsystem.registers):
        if index.table in tables:
            raise ValueError(f"two register indexes have the table {index.table}")
        tables.add(index.table)
        found[index.kind] = (*found.get(index.kind, ()), index)
    return found
