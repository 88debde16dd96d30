"""How the benchmarks look into the databases of portal and customs, past row-level security."""

from __future__ import annotations

import asyncpg

Side = asyncpg.Connection | asyncpg.Pool  # one connection, or several for work that goes on at once
