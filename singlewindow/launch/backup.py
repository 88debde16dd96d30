"""Backups of an installation's embedded database and of the files beside it, and what is made of them (OPER-03).

    FOLDER/base-20261126T160000000000Z/   one backup: `postgres/` (a whole cluster), `files/` (what lies beside it)
    FOLDER/wal/                           every change since, as PostgreSQL writes it (`archiving`)

A backup alone brings back the moment at which it was taken. With the changes beside it any later moment can be had, up
to the last minute before the computer was lost.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from singlewindow.launch import residence as residences
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.process import User, run_as
from singlewindow.launch.residence import Residence

BASE = re.compile(r"base-(\d{8}T\d{12}Z)")
STAMP = "%Y%m%dT%H%M%S%fZ"  # to the microsecond: two may be taken within a second
WAL, CLUSTER, FILES, DONE = "wal", "postgres", "files", "backup.json"
LEFT_OUT = shutil.ignore_patterns("postgres", "log", "lock", "figures-*")
"""Of the data folder: the cluster goes its own way, the rest belongs to a run."""
ARCHIVE_SECONDS = 60
"""A change stands in `wal/` so long after it was made at the latest."""
PATIENCE = 24 * 3600.0  # seconds for applying what was written since a backup
Report = Callable[[str], None]


@dataclass(frozen=True)
class Backup:
    """One backup: its folder, and when it was begun and complete. An earlier moment than that cannot be had of it."""

    folder: Path
    began: datetime
    ended: datetime
    major: int


def archiving(folder: Path, home: Residence) -> Sequence[str]:
    """The server's options for keeping every change in FOLDER/wal; makes the folder.

    Raises LaunchError where the database's user cannot get there.
    """
    wal = _own(folder / WAL, home.user)
    place = shlex.quote(str(wal)).replace("%", "%%")
    # A file is there whole or not at all, and none is ever replaced by another (PostgreSQL asks again after a crash).
    command = (
        f"cmp -s %p {place}/%f || "
        f"{{ test ! -e {place}/%f && cp %p {place}/%f.part && sync {place}/%f.part && mv {place}/%f.part {place}/%f; }}"
    )
    return ["archive_mode=on", f"archive_command={command}", f"archive_timeout={ARCHIVE_SECONDS}"]


def take(cluster: Cluster, data: Path, folder: Path, report: Report) -> Backup:
    """Back up a running cluster and the rest of the data folder; readable for its owner only, for keys are in it.

    Raises LaunchError where PostgreSQL refuses, and for a folder inside the data folder, which would be in each backup.
    """
    if folder.resolve().is_relative_to(data.resolve()):
        raise LaunchError(f"{folder} is inside {data}: a backup belongs outside of what it saves.")
    began = datetime.now(UTC)
    name = began.strftime(STAMP)
    unfinished = folder / f"unfinished-{name}"
    unfinished.mkdir(parents=True, mode=0o700)
    # First the files: checkpoints of the history (in `history`) must not tell of entries that the cluster has not yet.
    shutil.copytree(data, unfinished / FILES, ignore=LEFT_OUT, symlinks=True, copy_function=_copy)
    user = cluster.residence.user
    if user is not None:
        os.chown(unfinished, user.uid, user.gid)
    target = _own(unfinished / CLUSTER, user)
    cluster.run(
        "pg_basebackup", "--pgdata", target, "--wal-method=stream", "--checkpoint=fast", "--no-password"
    )
    cluster.run("pg_verifybackup", "--quiet", target)
    ended = datetime.now(UTC)
    facts = {"began": began.isoformat(), "ended": ended.isoformat(), "major": cluster.major}
    (unfinished / DONE).write_text(json.dumps(facts) + "\n", encoding="utf-8")
    done = folder / f"base-{name}"
    unfinished.rename(done)
    report(f"backup: {done}")
    return Backup(done, began, ended, cluster.major)


def backups(folder: Path) -> list[Backup]:
    """The complete backups in a folder, the newest last."""
    found = []
    for each in sorted(folder.iterdir()) if folder.is_dir() else []:
        if BASE.fullmatch(each.name) and (each / DONE).is_file():
            facts = json.loads((each / DONE).read_text(encoding="utf-8"))
            began, ended = (datetime.fromisoformat(facts[name]) for name in ("began", "ended"))
            found.append(Backup(each, began, ended, facts["major"]))
    return found


def choose(folder: Path, to: datetime | None) -> Backup:
    """The backup from which a moment is had: the newest that was complete by then. Raises LaunchError without one."""
    found = [each for each in backups(folder) if to is None or each.ended <= to]
    if found:
        return found[-1]
    before = f" that was complete by {to.isoformat()}" if to else ""
    raise LaunchError(f"{folder} holds no backup{before}: `singlewindow backup {folder}` makes one.")


@contextmanager
def restored(backup: Backup, data: Path, to: datetime | None, report: Report) -> Iterator[Cluster]:
    """Put a backup into an empty data folder and bring its cluster to that moment (None: the last that is known).

    Inside `with` the cluster runs. Raises LaunchError for a data folder in use, a moment in the
    future of what is known, and what PostgreSQL refuses.
    """
    data.mkdir(parents=True, exist_ok=True)
    if any(entry.name != "log" for entry in data.iterdir()):
        raise LaunchError(f"{data} is not empty: move it away, or restore with another SINGLEWINDOW_DATA.")
    try:
        cluster = _restored(backup, data, to, report)
    except BaseException:
        for made in data.iterdir():
            if made.name != "log":
                shutil.rmtree(made) if made.is_dir() else made.unlink()
        raise
    try:
        yield cluster
    finally:
        cluster.stop()


def _restored(backup: Backup, data: Path, to: datetime | None, report: Report) -> Cluster:
    wal = backup.folder.parent / WAL
    if to is not None and not wal.is_dir():
        raise LaunchError(f"Without {wal} only the moment of the backup itself can be had: leave --to out.")
    shutil.copytree(backup.folder / FILES, data, symlinks=True, dirs_exist_ok=True)
    home = residences.settle(data / CLUSTER)
    unfinished = home.home / "cluster.unfinished"
    shutil.copytree(backup.folder / CLUSTER, unfinished, symlinks=True)
    if wal.is_dir():
        (unfinished / "recovery.signal").touch()
    _give(unfinished, home.user)
    unfinished.rename(home.cluster)
    options = _recovery(wal, to)
    cluster = Cluster(data / CLUSTER, log_file=data / "log" / "restore.log", options=lambda _: options)
    report(f"restoring {backup.folder.name}" + (f" to {to.isoformat()}" if to else ""))
    cluster.start(PATIENCE)
    return cluster


def _recovery(wal: Path, to: datetime | None) -> Sequence[str]:
    if not wal.is_dir():
        return ()
    place = shlex.quote(str(wal)).replace("%", "%%")
    target = (f"recovery_target_time={to.isoformat()}",) if to else ()
    # Without hot_standby the server is not called ready before it has taken in everything and may be written to.
    return (
        f'restore_command=cp {place}/%f "%p"',
        *target,
        "recovery_target_action=promote",
        "hot_standby=off",
    )


def _copy(file: str, to: str) -> None:
    """A file, unless it is gone meanwhile: messages in the exchange's folder come and go."""
    with suppress(FileNotFoundError):
        shutil.copy2(file, to)


def _own(folder: Path, user: User | None) -> Path:
    """A folder of the database's user alone. Raises LaunchError where that user cannot get there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(folder, user.uid, user.gid)
        if run_as(user, ["sh", "-c", 'cd "$0"', folder]).returncode:
            raise LaunchError(
                f"The database runs as {user.name}, who cannot reach {folder}: choose another folder."
            )
    return folder


def _give(folder: Path, user: User | None) -> None:
    if user is None:
        return
    for parent, _, names in os.walk(folder):
        for name in (".", *names):
            os.chown(Path(parent, name), user.uid, user.gid, follow_symlinks=False)
