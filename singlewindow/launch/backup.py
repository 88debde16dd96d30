"""Backups of an installation's embedded database and of the files beside it, and what is made of them (OPER-03).

    FOLDER/base-20261126T160000000000Z/   one backup: `postgres/` (a whole cluster), `files/` (what lies beside it, by
                                          its name in the data folder, wherever it is)
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from singlewindow.contract.checkpoints import Book
from singlewindow.contract.lock import FolderLock, Held
from singlewindow.launch import lines
from singlewindow.launch import residence as residences
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.files import keep_small
from singlewindow.launch.lines import Line
from singlewindow.launch.postgres import LONG, Cluster
from singlewindow.launch.process import User, run_as
from singlewindow.launch.residence import Residence

BASE = re.compile(r"base-(\d{8}T\d{12}Z)")
STAMP = "%Y%m%dT%H%M%S%fZ"  # to the microsecond: two may be taken within a second
WAL, CLUSTER, FILES, DONE = "wal", "postgres", "files", "backup.json"
UNFINISHED = "unfinished-"
HISTORY, EXCHANGE = "history", "exchange"
LOG = Path("log", "restore.log")
LEFT_OUT = shutil.ignore_patterns("postgres", "log", "lock", "figures-*")
"""Of the data folder: the cluster goes its own way, the rest belongs to a run."""
ARCHIVE_SECONDS = 60
"""A change stands in `wal/` so long after it was made at the latest."""
BEGUN = (
    "this installation was restored: from now on {wal} follows it, and a restore without --to brings back this one, no "
    "longer the one that it was restored from"
)
SHORT = "recovery ended before configured recovery target was reached"
"""What PostgreSQL logs where the changes do not reach the moment."""
LAST_CHANGE = re.compile(r"last completed transaction was at log time (\S+ \S+)")
DAMAGED = (OSError, ValueError, LookupError, TypeError)
Report = Callable[[str], None]
Places = Mapping[str, Path]
"""Folders by their names in the data folder, wherever they are (`LaunchSettings.places`)."""


@dataclass(frozen=True)
class Backup:
    """One backup: its folder, and when it was begun and complete. An earlier moment than that cannot be had of it."""

    folder: Path
    began: datetime
    ended: datetime
    major: int

    @property
    def holds_exchange(self) -> bool:
        """Whether messages travelled as files: what customs put into InBox after it was begun, it may not hold, though
        a database of a later moment says that it was sent."""
        return (self.folder / FILES / EXCHANGE).is_dir()


def archiving(
    folder: Path, home: Residence, report: Report = lambda _: None, *, works: bool = True
) -> Sequence[str]:
    """The server's options for keeping every change in FOLDER/wal; makes the folder.

    A restored cluster that is only looked at (not `works`) begins no line there, or every later restore would follow it
    instead of the installation that is worked with (decision 0071): the server holds its changes back until `run`.
    Where work begins a line that is reported. Raises LaunchError where the database's user cannot get there, and where
    another installation's changes are there.
    """
    wal = _own(folder / WAL, home.user)
    if not lines.begun(home.cluster, wal):
        if not works:
            return ["archive_mode=on", "archive_command="]
        report(BEGUN.format(wal=wal))
    lines.keep(home.cluster, wal, home.user)
    place = shlex.quote(str(wal)).replace("%", "%%")
    # A file is there whole or not at all, and none is ever replaced by another (PostgreSQL asks again after a crash).
    command = (
        f"cmp -s %p {place}/%f || "
        f"{{ test ! -e {place}/%f && cp %p {place}/%f.part && sync {place}/%f.part && mv {place}/%f.part {place}/%f; }}"
    )
    return ["archive_mode=on", f"archive_command={command}", f"archive_timeout={ARCHIVE_SECONDS}"]


def not_kept(cluster: Cluster) -> str | None:
    """Why a running cluster's newest changes do not come into `wal`; None where they do, or are not to be kept.

    PostgreSQL tries for ever and holds them back meanwhile, so that its own disk fills: somebody must be told.
    """
    failing = cluster.query(
        "select last_failed_wal, last_failed_time from pg_stat_archiver"
        " where last_failed_time > coalesce(last_archived_time, '-infinity')"
    )
    for segment, at in failing:
        return (
            f"Changes are not kept any more in {WAL}/ of the folder for backups: {segment} could not be put there, "
            f"last at {at:%Y-%m-%d %H:%M:%S} UTC. The folder is away, its disk is full, or a file of that name with "
            "other changes is there (docs/operations.md); log/postgres.log says more. Until then they fill the "
            "database's disk."
        )
    return None


def take(cluster: Cluster, data: Path, places: Places, folder: Path, report: Report) -> Backup:
    """Back up a running cluster, its data folder and the places; readable for its owner only, for keys are in it.

    Raises LaunchError where PostgreSQL refuses, where another backup is under way there, and for a folder inside of
    what is backed up; OSError where something cannot be copied. Then nothing is left of it, nor of one that was killed.
    """
    for each in (data, *places.values()):
        if folder.resolve().is_relative_to(each.resolve()):
            raise LaunchError(f"{folder} is inside {each}: a backup belongs outside of what it saves.")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        lock = FolderLock(folder)
    except Held as held:
        raise LaunchError(
            f"Process {held.holder or 'unknown'} is backing up into {folder} already."
        ) from held
    began = datetime.now(UTC)
    unfinished = folder / f"{UNFINISHED}{began.strftime(STAMP)}"
    try:
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        return _taken(cluster, data, places, unfinished, began, report)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    finally:
        lock.release()


def _taken(
    cluster: Cluster, data: Path, places: Places, unfinished: Path, began: datetime, report: Report
) -> Backup:
    unfinished.mkdir(mode=0o700)
    # First the files: checkpoints of the history must not tell of entries that the cluster has not yet.
    _copy_files(data, places, unfinished / FILES)
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
    with (unfinished / DONE).open("w", encoding="utf-8") as file:
        file.write(json.dumps(facts) + "\n")
        file.flush()
        os.fsync(file.fileno())
    done = unfinished.with_name(f"base-{began.strftime(STAMP)}")
    unfinished.rename(done)
    report(f"backup: {done}")
    return Backup(done, began, ended, cluster.major)


def _copy_files(data: Path, places: Places, to: Path) -> None:
    """The data folder, and each place by its name, whether it is in there or elsewhere."""
    apart = {each.resolve() for each in places.values()} | {data / name for name in places}

    def left_out(folder: str, names: list[str]) -> set[str]:
        return {*LEFT_OUT(folder, names), *(name for name in names if Path(folder, name) in apart)}

    shutil.copytree(data, to, ignore=left_out, symlinks=True, copy_function=_copy)
    for name, place in places.items():
        if not place.is_dir():
            continue
        if name == HISTORY:
            Book(place).copy(to / name)
        else:  # a link in there may stand for a key that lies elsewhere
            shutil.copytree(place, to / name, copy_function=_copy, ignore_dangling_symlinks=True)


def backups(folder: Path, report: Report) -> list[Backup]:
    """The complete backups in a folder, the newest last; of one that is damaged is said why it does not count."""
    found = []
    for each in sorted(folder.iterdir()) if folder.is_dir() else []:
        if BASE.fullmatch(each.name):
            try:
                found.append(_read(each))
            except DAMAGED as error:  # not written to its end, say: the power was lost just then
                report(f"{each} does not count: its {DONE} cannot be read ({error!r})")
    return found


def _read(folder: Path) -> Backup:
    """A backup as it was put down. Raises one of DAMAGED."""
    facts = json.loads((folder / DONE).read_text(encoding="utf-8"))
    began, ended = (datetime.fromisoformat(facts[name]) for name in ("began", "ended"))
    if began.tzinfo is None or ended.tzinfo is None:
        raise ValueError("a time without its zone")
    return Backup(folder, began, ended, int(facts["major"]))


def choose(folder: Path, to: datetime | None, report: Report) -> Backup:
    """The backup from which a moment is had: the newest that was complete by then, of the line that was worked on then.
    Raises LaunchError without one."""
    line = lines.line_at(folder / WAL, to)
    for each in reversed(backups(folder, report)):
        if (to is None or each.ended <= to) and (line is None or _is_of(each, line, report)):
            return each
    before = f" that was complete by {to.isoformat()}" if to else ""
    raise LaunchError(f"{folder} holds no backup{before}: `singlewindow backup {folder}` makes one.")


def _is_of(backup: Backup, line: Line, report: Report) -> bool:
    """Whether a backup belongs to a line; what was written after a line was left does not."""
    try:
        return line.holds(*lines.end_of(backup.folder / CLUSTER))
    except DAMAGED as error:
        report(f"{backup.folder} does not count: its backup_manifest cannot be read ({error!r})")
        return False


@contextmanager
def restored(
    backup: Backup, data: Path, places: Places, to: datetime | None, report: Report
) -> Iterator[Cluster]:
    """Put a backup into an empty data folder and bring its cluster to that moment (None: the last that is known).

    A place elsewhere in which something lies is left as it is. Inside `with` the cluster runs. Raises LaunchError for a
    data folder in use, a moment in the future of what is known, and what PostgreSQL refuses; OSError where something
    cannot be written.
    """
    data.mkdir(parents=True, exist_ok=True)
    if any(entry.name != "log" for entry in data.iterdir()):
        raise LaunchError(f"{data} is not empty: move it away, or restore with another SINGLEWINDOW_DATA.")
    keep_small(data / LOG)
    occupied = occupied_places(places)
    free = {name: place for name, place in places.items() if name not in occupied}
    try:
        cluster = _restored(backup, data, to, report, free, occupied)
    except BaseException:
        residences.clear(data / CLUSTER)
        for folder in (data, *free.values()):
            _empty(folder)
        raise
    for name in sorted(occupied):
        report(f"{places[name]} is left as it is, for it is not empty")
    try:
        yield cluster
    finally:
        cluster.stop()


def occupied_places(places: Places) -> set[str]:
    """The names of those in which something lies."""
    return {name for name, place in places.items() if place.is_dir() and any(place.iterdir())}


def _empty(folder: Path) -> None:
    """Take out what a restore has put there; its log stays."""
    for made in folder.iterdir() if folder.is_dir() else ():
        if made.name != "log":
            shutil.rmtree(made) if made.is_dir() and not made.is_symlink() else made.unlink()


def _restored(
    backup: Backup, data: Path, to: datetime | None, report: Report, free: Places, occupied: set[str]
) -> Cluster:
    wal = backup.folder.parent / WAL
    if to is not None and not wal.is_dir():
        raise LaunchError(f"Without {wal} only the moment of the backup itself can be had: leave --to out.")
    files = backup.folder / FILES
    apart = {files / name for name in (*free, *occupied)}
    shutil.copytree(
        files, data, symlinks=True, dirs_exist_ok=True,
        ignore=lambda folder, names: {name for name in names if Path(folder, name) in apart},
    )  # fmt: skip
    for name, place in free.items():
        if (files / name).is_dir():
            shutil.copytree(files / name, place, symlinks=True, dirs_exist_ok=True)
    home = residences.settle(data / CLUSTER)
    unfinished = home.home / "cluster.unfinished"
    shutil.copytree(backup.folder / CLUSTER, unfinished, symlinks=True)
    if wal.is_dir():
        (unfinished / "recovery.signal").touch()
    _give(unfinished, home.user)
    unfinished.rename(home.cluster)
    options = _recovery(wal, to)
    cluster = Cluster(data / CLUSTER, log_file=data / LOG, options=lambda _: options)
    report(f"restoring {backup.folder.name}" + (f" to {to.isoformat()}" if to else ""))
    try:
        cluster.start(LONG)
    except LaunchError as error:
        if to is None or SHORT not in str(error):
            raise
        raise LaunchError(_not_so_far(str(error), wal, to)) from error
    return cluster


def _not_so_far(said: str, wal: Path, to: datetime) -> str:
    """That no change is known from a moment on, by PostgreSQL's log."""
    last = LAST_CHANGE.search(said)
    until = f"end at {last[1]}" if last else "hold none after the backup"
    return (
        f"The changes kept in {wal} {until}, before {to.isoformat()}: name an earlier moment, or leave --to out for "
        "the last one that is known."
    )


def _recovery(wal: Path, to: datetime | None) -> Sequence[str]:
    if not wal.is_dir():
        return ()
    place = shlex.quote(str(wal)).replace("%", "%%")
    line = lines.line_at(wal, to)
    target = (f"recovery_target_time={to.isoformat()}",) if to else ()
    # Without hot_standby the server is not called ready before it has taken in everything and may be written to.
    return (
        f'restore_command=cp {place}/%f "%p"',
        *target,
        f"recovery_target_timeline={line.number if line else 'current'}",
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
