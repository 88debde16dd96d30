"""OPER-03: a backup while everything runs, and any later moment out of it.

The commands are tried in tests/system/test_backup.py.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from structlog.testing import capture_logs
from typer.testing import CliRunner

from singlewindow.cli import app
from singlewindow.contract.lock import FolderLock
from singlewindow.contract.postgres import RESTORES
from singlewindow.customs.migrate import migrate as migrate_customs
from singlewindow.kernel.database.migrate import migrate
from singlewindow.launch import backup, databases, lines, residence
from singlewindow.launch.binaries import Binaries
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.launcher import Launcher
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.residence import Residence
from singlewindow.launch.settings import LaunchSettings
from tests.launch.conftest import eventually

NEVER = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


def ignore(text: str) -> None:
    """What is reported is for people."""


@pytest.fixture
def installation(open_folder: Path, postgres_binaries: Binaries, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a file beside the database, and the programs to test on for whoever starts a cluster."""
    monkeypatch.setenv("SINGLEWINDOW_POSTGRES_BIN", str(postgres_binaries.folder))
    data = open_folder / "data"
    for name in (
        "pki/ca.pem",
        "log/portal.log",
        "figures-1/x.db",
        "../book/checkpoints",
        "../book/00000001.leaves",
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    (data / "pki" / "linked.pem").symlink_to(data / "log" / "portal.log")  # as mounted secrets are
    return data


def places(data: Path) -> dict[str, Path]:
    """All in the data folder but the history, which is elsewhere."""
    return {name: data / name for name in ("pki", "cards", "exchange")} | {"history": data.parent / "book"}


def keep(cluster: Cluster, *numbers: int) -> datetime:
    """Write rows, each in a transaction, and answer the moment after them."""
    cluster.query("create table if not exists kept (number int)")
    for number in numbers:
        cluster.query("insert into kept values ($1)", number)
    return datetime.fromisoformat(str(cluster.query("select clock_timestamp()::text")[0][0]))


def kept(cluster: Cluster) -> list[object]:
    return [number for (number,) in cluster.query("select number from kept order by number")]


def assert_archived(cluster: Cluster, folder: Path) -> None:
    """What was written so far comes into the folder, and nothing was refused."""
    last = str(cluster.query("select pg_walfile_name(pg_switch_wal())")[0][0])
    said = "select failed_count from pg_stat_archiver where last_archived_wal >= $1 or failed_count > 0"
    assert eventually(lambda: cluster.query(said, last))
    assert cluster.query(said, last) == [(0,)]
    assert (folder / "wal" / last).exists()


def assert_damaged_do_not_count(folder: Path, whole: list[Path]) -> None:
    """Each is named; what is whole beside them is found."""
    times = '"began": "2026-11-26T16:00:00", "ended": "2026-11-26T16:00:01"'
    for day, text in enumerate(("", "{}", "[]", f'{{{times}, "major": 17}}', None), 1):
        made = folder / f"base-2099010{day}T000000000000Z"
        (made / "backup.json" if text is None else made).mkdir(parents=True)  # a folder cannot be read either
        if text is not None:
            (made / "backup.json").write_text(text)
    said: list[str] = []
    assert [each.folder for each in backup.backups(folder, said.append)] == whole
    assert [each.partition(" does not count")[0] for each in said] == [
        str(folder / f"base-2099010{day}T000000000000Z") for day in range(1, 6)
    ]


def leaving(message: Path) -> Callable[[str, list[str]], Iterable[str]]:
    """What is left out; a message is taken away after the folders were listed."""
    left_out = backup.LEFT_OUT

    def listed(folder: str, names: list[str]) -> Iterable[str]:
        message.unlink(missing_ok=True)
        return left_out(folder, names)

    return listed


def assert_not_taken(
    cluster: Cluster, installation: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused inside of what is saved and beside another one; of one that fails or was killed nothing is left."""
    kept_at = places(installation)

    def refused(why: str, into: Path) -> None:
        with pytest.raises(LaunchError, match=why):
            backup.take(cluster, installation, kept_at, into, ignore)

    refused("is inside", installation / "backups")
    refused("is inside", kept_at["history"] / "backups")
    (folder / "unfinished-20260101T000000000000Z").mkdir()
    held = FolderLock(folder)
    refused(f"Process {os.getpid()} is backing up", folder)
    held.release()
    with monkeypatch.context() as failing:
        failing.setattr(Cluster, "run", verifying_fails(Cluster.run))
        refused("pg_verifybackup", folder)
    assert {each.name for each in folder.iterdir()} == {"wal", "lock"}


def verifying_fails(run: Callable[..., None]) -> Callable[..., None]:
    def instead(cluster: Cluster, program: str, *arguments: str | Path) -> None:
        if program == "pg_verifybackup":
            raise LaunchError("pg_verifybackup failed")
        run(cluster, program, *arguments)

    return instead


def test_any_moment_since_a_backup_can_be_had(
    installation: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest backup before the moment, the changes after it up to the moment, and not one more; the last moment
    by default. The computer is lost without a word: what counts is what lies in the folder. A message that leaves the
    exchange's folder meanwhile is no trouble. What is kept elsewhere is in it; what is still there is left alone. Of a
    backup that failed or was killed nothing is left."""
    message = installation / "message.jws"
    message.touch()
    monkeypatch.setattr(backup, "LEFT_OUT", leaving(message))
    folder, kept_at = open_folder / "a folder's %name", places(installation)
    with Cluster(installation / "postgres", options=lambda home: backup.archiving(folder, home)) as cluster:
        keep(cluster, 1)
        assert_not_taken(cluster, installation, folder, monkeypatch)
        first = backup.take(cluster, installation, kept_at, folder, ignore)
        between = keep(cluster, 2)
        keep(cluster, 3)
        second = backup.take(cluster, installation, kept_at, folder, ignore)
        keep(cluster, 4)
        assert_archived(cluster, folder)
        assert_damaged_do_not_count(folder, [first.folder, second.folder])
    shutil.rmtree(installation)
    shutil.rmtree(kept_at["history"])
    said: list[str] = []
    for restores, moment, numbers, origin in (
        (1, None, [1, 2, 3, 4], second),
        (2, None, [1, 2, 3, 4, 9], second),  # what was done since the first restore, out of the same backup
        (3, between, [1, 2], first),  # as it was then, not as it has become
    ):
        chosen = backup.choose(folder, moment, ignore)
        assert chosen == origin
        with backup.restored(chosen, installation, kept_at, moment, said.append) as cluster:
            assert kept(cluster) == numbers
            assert cluster.query(f"select {RESTORES}") == [(restores,)]
            keep(cluster, 9)  # it can be written to
        with Cluster(
            installation / "postgres", options=lambda home: backup.archiving(folder, home)
        ) as cluster:  # and starts as ever, each time
            assert kept(cluster) == [*numbers, 9]
            assert_archived(cluster, folder)
        assert (installation / "pki" / "ca.pem").read_text() == "pki/ca.pem"
        assert (installation / "pki" / "linked.pem").read_text() == "log/portal.log"
        assert not (installation / "figures-1").exists()
        assert not (installation / "history").exists()
        assert {each.name for each in kept_at["history"].iterdir()} == {"checkpoints", "00000001.leaves"}
        with (
            pytest.raises(LaunchError, match="not empty"),
            backup.restored(chosen, installation, kept_at, None, ignore),
        ):
            pass
        shutil.rmtree(installation)
    assert sum("left as it is" in each for each in said) == 2, said
    shutil.rmtree(kept_at["history"])
    assert backup.choose(folder, None, ignore) == first, "the newest line was begun before the second backup"
    with pytest.raises(LaunchError, match="no backup that was complete by 2000"):
        backup.choose(folder, NEVER, ignore)
    with (
        pytest.raises(
            LaunchError, match=r"^The changes kept in .* end at 2.*, before 2100-01-01.*leave --to out"
        ),
        backup.restored(first, installation, kept_at, FUTURE, ignore),
    ):
        pass
    assert [entry.name for entry in installation.iterdir()] == ["log"], (
        "a failed restore leaves its log alone"
    )
    assert not any(kept_at["history"].iterdir())


def test_a_restore_that_fails_leaves_no_cluster_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-03: where root's database user cannot reach the data folder, its cluster is not in there."""
    homes: list[Path] = []

    def settle(data: Path, settled: Callable[[Path], Residence] = residence.settle) -> Residence:
        homes.append(settled(data).home)
        return Residence(homes[-1], None)

    monkeypatch.setattr(residence, "settle", settle)
    (tmp_path / "base" / "files").mkdir(parents=True)  # and no cluster
    broken, data = backup.Backup(tmp_path / "base", NEVER, NEVER, 17), tmp_path / "data"
    (data / "log").mkdir(parents=True)
    with (data / "log" / "restore.log").open("wb") as log:
        log.truncate(11_000_000)
    with pytest.raises(FileNotFoundError), backup.restored(broken, data, places(data), None, ignore):
        pass
    assert [home.exists() for home in homes] == [False]
    assert [each.name for each in data.iterdir()] == ["log"]
    assert {each.name: each.stat().st_size for each in (data / "log").iterdir()} == {
        "restore.log": 0, "restore.log.1": 11_000_000,
    }  # fmt: skip


def test_a_restored_one_that_is_looked_at_leaves_the_changes_to_the_one_at_work(
    installation: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-03, decision 0071: the folder for backups is set for commands that look at a restored one too. Later
    restores and backups go on following the installation at work; what a command wrote is kept once it is worked with,
    and that is said."""
    folder, looked, again = open_folder / "backups", open_folder / "looked", open_folder / "again"
    kept_at = places(installation)
    said: list[str] = []
    restored = {data: {name: data / name for name in kept_at} for data in (looked, again)}

    def commands(cluster: Cluster) -> str:
        return str(cluster.query("show archive_command")[0][0])

    with Cluster(installation / "postgres", options=lambda home: backup.archiving(folder, home)) as working:
        keep(working, 1)
        first = backup.take(working, installation, kept_at, folder, ignore)
        keep(working, 2)
        assert_archived(working, folder)
        with backup.restored(first, looked, restored[looked], None, ignore) as cluster:
            assert kept(cluster) == [1, 2]
        monkeypatch.setenv("SINGLEWINDOW_DATA", str(looked))
        monkeypatch.setenv("SINGLEWINDOW_BACKUP_FOLDER", str(folder))
        launcher = Launcher(LaunchSettings(), Console(file=StringIO()))
        with launcher._existing() as looking:
            assert looking is not None
            assert commands(looking) == ""
            keep(looking, 8)
        assert not list((folder / "wal").glob("*.history"))
        keep(working, 3)
        assert_archived(working, folder)
        second = backup.take(working, installation, kept_at, folder, ignore)
        assert backup.choose(folder, None, ignore) == second
        with backup.restored(second, again, restored[again], None, ignore) as cluster:
            assert kept(cluster) == [1, 2, 3]
    with Cluster(
        looked / "postgres", options=lambda home: backup.archiving(folder, home, said.append)
    ) as cluster:
        assert kept(cluster) == [1, 2, 8]
        assert_archived(cluster, folder)
    shutil.rmtree(again)
    assert [each.partition(":")[0] for each in said] == ["this installation was restored"]
    assert backup.choose(folder, None, ignore) == first
    with backup.restored(first, again, restored[again], None, ignore) as cluster:
        assert kept(cluster) == [1, 2, 8]


def test_whoever_runs_or_backs_up_is_told_that_changes_are_not_kept(
    installation: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-03: as after an older copy of the data folder was put back: files of these names are there with something
    else in them. The backup is made all the same; its exit code is 1."""
    folder = open_folder / "backups"
    monkeypatch.setenv("SINGLEWINDOW_DATA", str(installation))
    monkeypatch.setenv("SINGLEWINDOW_BACKUP_FOLDER", str(folder))
    launcher = Launcher(LaunchSettings(), Console(file=StringIO()))
    with Cluster(installation / "postgres", options=lambda home: backup.archiving(folder, home)) as cluster:
        keep(cluster, 1)
        assert_archived(cluster, folder)
        assert backup.not_kept(cluster) is None
        with capture_logs() as quiet:
            launcher._look([], cluster)
        keep(
            cluster, 2
        )  # at the very end of a segment PostgreSQL names that one, which is in the folder already
        segment = str(cluster.query("select pg_walfile_name(pg_current_wal_insert_lsn())")[0][0])
        (folder / "wal" / segment).write_text("of another line")
        cluster.query("select pg_switch_wal()")
        assert eventually(lambda: backup.not_kept(cluster) is not None)
        assert segment in str(backup.not_kept(cluster))
        with capture_logs() as early:
            launcher._look([], cluster)
        launcher._changes_looked_after -= 60
        with capture_logs() as told:
            launcher._look([], cluster)
        assert (quiet, early, [each["event"] for each in told]) == ([], [], ["changes are not kept"])
        done = CliRunner().invoke(app, ["backup"])
        assert (done.exit_code, len(backup.backups(folder, ignore))) == (1, 1), done.output
        assert "Changes are not kept any more" in done.output


LOGGED_IN = {
    databases.PORTAL: (
        """insert into account (username, password_hash, display_name, role)
           values ('system1', '', '系统管理员', 'system')""",
        """insert into session (token_hash, account_id, level, csrf, expires_at)
           select '\\x00', id, 'password', '', now() + interval '1 hour' from account""",
    ),
    databases.CUSTOMS: (
        "insert into officer (username, name, password_hash) values ('guan1', '关员', '')",
        """insert into session (token_hash, officer_id, csrf, expires_at)
           select '\\x00', id, '', now() + interval '1 hour' from officer""",
    ),
}
"""Somebody with a session on either side."""


def test_what_customs_sent_since_a_backup_goes_again_after_a_restore(
    open_folder: Path, postgres_binaries: Binaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-03: the database is of a later moment than the copy of InBox, and says that what lay there was sent.
    Everybody has to log in again: a session that was ended since would count."""
    data, folder = open_folder / "data", open_folder / "backups"
    monkeypatch.setenv("SINGLEWINDOW_POSTGRES_BIN", str(postgres_binaries.folder))
    monkeypatch.setenv("SINGLEWINDOW_DATA", str(data))
    kept_at = {name: data / name for name in ("exchange", "history", "pki", "cards")}
    kept_at["exchange"].mkdir(parents=True)

    def put(name: str) -> None:
        cluster.query(
            """insert into outgoing (message_id, kind, topic, payload, state, sent_at)
               values ($1, 'notice', 'x', '{"key": "x"}', 'sent', clock_timestamp())""",
            name,
            database=databases.CUSTOMS,
        )

    with Cluster(data / "postgres", options=lambda home: backup.archiving(folder, home)) as cluster:
        databases.create(cluster)
        urls = databases.addresses(cluster)
        migrate(urls["SINGLEWINDOW_DATABASE_URL"])
        migrate_customs(urls["SINGLEWINDOW_CUSTOMS_DATABASE_URL"])
        for side, statements in LOGGED_IN.items():
            for statement in statements:
                cluster.query(statement, database=side)
        put("before")
        time.sleep(1.1)  # a moment is named in whole seconds
        backup.take(cluster, data, kept_at, folder, ignore)
        put("since")
        assert_archived(cluster, folder)
    shutil.rmtree(data)
    done = CliRunner().invoke(app, ["restore", str(folder)])
    assert done.exit_code == 0, done.output
    with Cluster(data / "postgres") as cluster:
        found = cluster.query(
            "select message_id, state from outgoing order by id", database=databases.CUSTOMS
        )
        sessions = [cluster.query("select count(*) from session", database=side) for side in LOGGED_IN]
    assert found == [("before", "sent"), ("since", "queued")]
    assert sessions == [[(0,)], [(0,)]], "one that was ended since would count again"


def test_two_installations_of_one_backup_do_not_keep_their_changes_together(tmp_path: Path) -> None:
    """OPER-03: both have called their line the second; what the first has kept stays its own."""
    wal, one, other = (tmp_path / name for name in ("wal", "one", "other"))
    wal.mkdir()
    for cluster, turn in ((one, "0/5000000"), (other, "0/4000000")):
        (cluster / "pg_wal").mkdir(parents=True)
        (cluster / "pg_wal" / "00000002.history").write_text(f"1\t{turn}\tbefore 2026-11-26\n\n")
    lines.keep(one, wal, None)
    kept = (wal / "00000002.history").read_text()
    lines.keep(one, wal, None)
    with pytest.raises(LaunchError, match=r"00000002\.history is of another installation"):
        lines.keep(other, wal, None)
    assert [each.read_text() for each in wal.iterdir()] == [kept]
    (wal / "00000003.history").write_text("torn")
    with pytest.raises(LaunchError, match="cannot be understood"):
        lines.line_at(wal, None)
