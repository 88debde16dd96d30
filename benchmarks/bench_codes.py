"""How fast a complete goods table is imported and searched (UI-04, OPER-02): one JSON line with the conditions.

    .venv/bin/python benchmarks/bench_codes.py [FILE]

FILE is a table to import, default ../shared/data/hs_codes.csv with 12,030 goods. It goes into an embedded
PostgreSQL of its own over the tables that ship, and every keystroke of some texts is searched.
Milliseconds: `database` is PostgreSQL's own execution time, `portal` the whole way from statement to rows in Python.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from singlewindow.kernel.codes.files import read_file
from singlewindow.kernel.codes.importing import Order, import_tables
from singlewindow.kernel.codes.initials import initials_of
from singlewindow.kernel.codes.search import search_statement
from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.database.migrate import migrate_async
from singlewindow.kernel.seed import seed_codes
from singlewindow.launch.databases import create_roles
from singlewindow.launch.postgres import Cluster

DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "hs_codes.csv"
TYPED = (
    "8471301000",
    "0303",
    "9",
    "qtdy",
    "dnj",
    "zz",
    "x",
    "其他",
    "平板电脑",
    "小轿车",
    "的",
    "6.3mm",
    "gb",
)
ROUNDS = 5


def keystrokes() -> Iterator[str]:
    """Every beginning of the texts, as the field asks while they are typed, and the empty field."""
    yield ""
    yield from dict.fromkeys(text[:length] for text in TYPED for length in range(1, len(text) + 1))


async def measure(cluster: Cluster, file: Path) -> dict[str, Any]:
    """Import and search in a new database."""
    owner = cluster.dsn("singlewindow", "sw_migrate")
    await migrate_async(owner)
    await seed_codes(owner)
    initials_of("甲")  # its dictionary is loaded once
    began = time.perf_counter()
    [table] = read_file(file, "goods")
    read = time.perf_counter()
    for entry in table.entries:
        initials_of(entry.name)
    spelt = time.perf_counter()
    await import_tables(owner, [table], Order())
    ended = time.perf_counter()
    database = await Database.connect(cluster.dsn("singlewindow", "sw_web"), size=1)
    searches = [each async for each in _searches(database)]
    await database.close()
    slowest = max(searches, key=lambda each: each[1])
    return {
        "entries": len(table.entries),
        "read_seconds": round(read - began, 2),
        "initials_seconds": round(spelt - read, 2),
        "import_seconds": round(ended - spelt, 2),
        "keystrokes": len(searches),
        "database_ms": _spread([each[1] for each in searches]),
        "portal_ms": _spread([each[2] for each in searches]),
        "slowest": slowest[0],
    }


async def _searches(database: Database) -> Any:
    """For each keystroke the median of both times over the rounds."""
    for q in keystrokes():
        inside, whole = [], []
        for _ in range(ROUNDS):
            async with database.transaction() as transaction:
                began = time.perf_counter()
                statement = search_statement("goods", q, 20, transaction.now.date())
                await transaction.select(statement)
                whole.append((time.perf_counter() - began) * 1000)
                inside.append(await _executed(transaction, statement))
        yield q, statistics.median(inside), statistics.median(whole)


async def _executed(transaction: Transaction, statement: Any) -> float:
    dialect = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = [compiled.params[name] for name in compiled.positiontup or []]
    plan = await transaction.value(f"explain (analyze, timing off, format json) {compiled}", *values)
    return float(json.loads(plan)[0]["Execution Time"])


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
        "max": round(ordered[-1], 2),
    }


def main() -> None:
    """Print the line."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    if not file.is_file():
        sys.exit(f"No table at {file}: name a CSV file of goods codes.")
    with tempfile.TemporaryDirectory(prefix="singlewindow-bench-") as folder:
        Path(folder).chmod(0o755)  # under root another user runs the server
        with Cluster(Path(folder)) as cluster:
            create_roles(cluster)
            cluster.create_database("singlewindow", "sw_migrate")
            figures = asyncio.run(measure(cluster, file))
    conditions = {
        "file": file.name,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "postgresql": "embedded, durable settings, sockets",
        "limit": 20,
        "rounds": ROUNDS,
    }
    print(json.dumps({"benchmark": "codes", **figures, "conditions": conditions}, ensure_ascii=False))


if __name__ == "__main__":
    main()
