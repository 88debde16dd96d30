"""OPER-03: a backup while everything runs, and any later moment out of it.

The commands are tried in tests/system/test_backup.py.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from singlewindow.contract.lock import FolderLock
from singlewindow.launch import backup
from singlewindow.launch.binaries import Binaries
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.postgres import Cluster
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
        last = str(cluster.query("select pg_walfile_name(pg_switch_wal())")[0][0])
        assert eventually((folder / "wal" / last).exists)
        for name, text in (("base-20990101T000000000000Z", ""), ("base-20990102T000000000000Z", "{}")):
            (folder / name).mkdir()
            (folder / name / "backup.json").write_text(text)
        assert [each.folder for each in backup.backups(folder)] == [first.folder, second.folder]
    shutil.rmtree(installation)
    shutil.rmtree(kept_at["history"])
    said: list[str] = []
    for moment, numbers, origin in ((between, [1, 2], first), (None, [1, 2, 3, 4], second)):
        chosen = backup.choose(folder, moment)
        assert chosen == origin
        with backup.restored(chosen, installation, kept_at, moment, said.append) as cluster:
            assert kept(cluster) == numbers
            keep(cluster, 9)  # it can be written to
        with Cluster(installation / "postgres") as cluster:  # and starts as ever
            assert kept(cluster) == [*numbers, 9]
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
    assert sum("left as it is" in each for each in said) == 1, said
    shutil.rmtree(kept_at["history"])
    with pytest.raises(LaunchError, match="no backup that was complete by 2000"):
        backup.choose(folder, NEVER)
    with (
        pytest.raises(LaunchError, match="recovery ended before"),
        backup.restored(second, installation, kept_at, FUTURE, ignore),
    ):
        pass
    assert [entry.name for entry in installation.iterdir()] == ["log"], (
        "a failed restore leaves its log alone"
    )
    assert not any(kept_at["history"].iterdir())
