"""What a start prepares: on new, used, recreated and restored databases, and on older data folders.

Database, migrations, seeds and certificates are real.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from singlewindow.customs.desks import migration_folders
from singlewindow.launch import databases, setup
from singlewindow.launch.binaries import Binaries
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.settings import LaunchSettings
from singlewindow.launch.setup import Setup

ALL = {
    "tables of the portal",
    "tables of the customs",
    "demonstration world",
    "declarations at customs",
    "companies and accounts",
}


class Start:
    """Starts on one data folder; each answers what it had to do."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.settings = LaunchSettings(data=folder)

    def setup(self) -> Setup:
        databases.create(self.cluster)
        return Setup(self.settings, self.settings.environment(databases.addresses(self.cluster)))

    def migrate(self) -> set[str]:
        said: list[str] = []
        self.setup().migrate(said.append)
        return {line.partition(":")[0] for line in said}

    def __call__(self) -> set[str]:
        said: list[str] = []
        self.setup().run(said.append)
        assert said[-1].startswith("tables, certificates and world looked after: ")
        return {line.partition(":")[0] for line in said[:-1]}

    def count(self, table: str, database: str) -> int:
        return int(str(self.cluster.query(f"select count(*) from {table}", database=database)[0][0]))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, postgres_binaries: Binaries) -> Iterator[Cluster]:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="sw-setup-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with Cluster(Path(folder), fast=True, binaries=postgres_binaries) as running:
            yield running


@pytest.fixture(scope="module")
def start(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """After a first start, which did everything."""
    made = Start(cluster, tmp_path_factory.mktemp("data"))
    assert made() == ALL
    return made


LOST_INDEX = "select indexname from pg_indexes where indexdef like '%(id) WHERE (state = ''lost''::text)'"
"""What customs' migration c0004 makes."""
DESK_TABLES = f"""select tablename from pg_tables
    where tablename ~ '^({"|".join(folder.parent.name for folder in migration_folders())})_'"""
"""What desks' own migrations make; they depend on a later one."""


def recreate(cluster: Cluster, name: str) -> None:
    cluster.query(f"drop database {name} with (force)")


def test_second_start_does_nothing(start: Start) -> None:
    """OPER-04: it only looks; a long log is moved aside."""
    log = start.settings.logs / "setup.log"
    with log.open("r+b") as file:
        file.truncate(11_000_000)
    assert start() == set()
    assert (log.stat().st_size, log.with_name("setup.log.1").stat().st_size) == (0, 11_000_000)


def test_a_start_reads_who_there_is_and_no_declarations(start: Start) -> None:
    """OPER-04: beside the world stands what every start reads; without it the whole world does."""
    people = start.settings.folder / "people.json"
    world = json.loads((start.settings.folder / "world.json").read_text("utf-8"))
    told = json.loads(people.read_text("utf-8"))
    assert told == {name: world[name] for name in told}
    assert {"cards", "accounts", "companies", "officers", "examples"} <= set(told)
    assert "declarations" not in told
    people.unlink()
    try:
        assert start() == set()
    finally:
        people.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def test_recreated_database_gets_tables_and_seed(start: Start) -> None:
    """OPER-04: one database emptied, the data folder otherwise as it was."""
    accounts, entries = start.count("account", "singlewindow"), start.count("entry", "customs")
    assert accounts > 0
    assert entries > 0
    recreate(start.cluster, "singlewindow")
    assert (start.migrate(), start.migrate()) == ({"tables of the portal"}, set())
    # OPER-02: an installation without the demonstration has the code tables that ship, and nobody's accounts
    assert (start.count("account", "singlewindow"), name_of_a_unit(start)) == (0, "千克")
    assert start() == {"companies and accounts"}
    recreate(start.cluster, "customs")
    assert start() == {"tables of the customs", "declarations at customs"}
    assert start.count("account", "singlewindow") == accounts
    assert start.count("entry", "customs") == entries
    assert start() == set()


def test_migrations_correct_the_code_tables_of_an_older_version(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-02: `migrate` looks whether what ships is what the database has."""
    wrong = "update code_entry set name = '旧名' where table_name = 'units' and code = '035' returning code"
    start.cluster.query(wrong, database="singlewindow")
    assert (start.migrate(), name_of_a_unit(start)) == (set(), "旧名")
    now = setup._fingerprint
    monkeypatch.setattr(
        setup, "_fingerprint", lambda name, kinds: "later" if name == "codes" else now(name, kinds)
    )
    assert (start.migrate(), name_of_a_unit(start)) == ({"tables of the portal"}, "千克")
    monkeypatch.undo()
    start.migrate()


def test_a_demonstration_never_comes_among_real_accounts(start: Start, tmp_path: Path) -> None:
    """OPER-01, PORT-10: its passwords are known to everybody. Nothing is made, what there is stays as it is."""
    accounts = start.count("account", "singlewindow")
    start.cluster.query("delete from launch.step where name = 'seed' returning name", database="singlewindow")
    with pytest.raises(LaunchError, match=r"`singlewindow migrate`.*Without the demonstration"):
        Start(start.cluster, tmp_path)()
    assert (start.count("account", "singlewindow"), list(tmp_path.glob("*.json"))) == (accounts, [])
    assert start() == {"companies and accounts"}  # a data folder with its world is a demonstration's


def test_set_up_says_that_a_demonstration_s_passwords_are_known(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-01: where somebody else's databases get them."""
    start.cluster.query("delete from launch.step where name = 'seed' returning name", database="singlewindow")
    addresses = databases.addresses(start.cluster)
    for name, address in addresses.items():
        monkeypatch.setenv(name, address)
    said: list[str] = []
    Setup(LaunchSettings(data=start.settings.data), start.settings.environment(addresses)).run(said.append)
    assert said[1] == "companies and accounts: a demonstration's, whose passwords everybody can read"


def name_of_a_unit(start: Start) -> str:
    [[name]] = start.cluster.query(
        "select name from code_entry where table_name = 'units' and code = '035'", database="singlewindow"
    )
    return str(name)


def test_database_restored_from_before_a_migration_is_migrated(start: Start) -> None:
    """OPER-04: the tables, and with them the versions, are older than the last start left them."""
    [[index]] = start.cluster.query(LOST_INDEX, database="customs")
    since = (
        f"drop index {index}",
        "alter table submission drop column function",
        "drop table swept",
        "drop table publication",
        *(f"drop table {table} cascade" for [table] in start.cluster.query(DESK_TABLES, database="customs")),
        "delete from alembic_version",
        "insert into alembic_version values ('c0003')",
    )
    for statement in since:
        start.cluster.query(statement, database="customs")
    assert start() == {"tables of the customs"}
    assert start.cluster.query(LOST_INDEX, database="customs")


def test_new_data_folder_on_filled_databases_keeps_what_is_there(start: Start, tmp_path: Path) -> None:
    """OPER-04: the marks stand with the data, not in the folder."""
    another = Start(start.cluster, tmp_path)
    assert another() == {"demonstration world"}


def test_certificates_that_came_later_are_made(start: Start) -> None:
    """OPER-04: a folder from before the portal had a key gets it at the next start; what is there stays."""
    pki = start.settings.pki_folder
    authority = (pki / "ca.pem").read_bytes()
    later = [
        pki / f"{stem}{end}"
        for stem in ("portal-signing", "portal-seal", "print-seal")
        for end in (".pem", ".key.pem")
    ]
    for file in later:
        file.unlink()
    assert start() == set()
    assert all(file.exists() for file in later)
    assert (pki / "ca.pem").read_bytes() == authority


def test_chapters_that_come_to_count_get_their_tables(start: Start) -> None:
    """OPER-04: a start with the invented ones, after others without; and one without again, which does nothing."""
    others = start.settings.environment(databases.addresses(start.cluster))
    assert others["SINGLEWINDOW_WITH_TEMPLATE"] == "1"
    start.cluster.query(
        "delete from launch.step where name = 'tables, invented chapters too'", database="singlewindow"
    )
    assert start() == {"tables of the portal"}
    said: list[str] = []
    Setup(start.settings, others | {"SINGLEWINDOW_WITH_TEMPLATE": ""}).run(said.append)
    assert len(said) == 1, said


def test_database_that_is_away_is_named(start: Start) -> None:
    """OPER-04: without its password."""
    environment = start.settings.environment(databases.addresses(start.cluster))
    environment["SINGLEWINDOW_DATABASE_URL"] = "postgresql://sw_migrate:secret@127.0.0.1:1/nowhere"
    with pytest.raises(LaunchError, match=r"127\.0\.0\.1:1/nowhere") as caught:
        Setup(start.settings, environment).run(lambda _: None)
    assert "secret" not in str(caught.value)
