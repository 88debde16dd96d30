"""Where the cluster lives and as whom it runs.

PostgreSQL refuses to run as root, so root gives it to a named user; what that user cannot reach (a clone
under a home of mode 700) is put under /var/lib/singlewindow.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from singlewindow.launch.binaries import Binaries
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.process import User, run_as

USER_SETTING = "SINGLEWINDOW_DATABASE_USER"
STATE = Path("/var/lib/singlewindow")
_LONGEST_FOLDER = 85  # a socket's address has 107 bytes at most, of which the name takes 15
_NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "doc")
log = structlog.get_logger()


@dataclass(frozen=True)
class Residence:
    """The folder that holds cluster, lock and log, and the user to run as (None: ourselves)."""

    home: Path
    user: User | None

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.home / "cluster"

    @property
    def major(self) -> int | None:
        """The major version that made the cluster, None when there is none yet."""
        try:
            return int((self.cluster / "PG_VERSION").read_text().strip())
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise LaunchError(
                f"{self.cluster} belongs to another user ({_owner(self.cluster)}): start as that user or as root, "
                "or choose another SINGLEWINDOW_DATA."
            ) from error


def settle(data: Path, state: Path = STATE) -> Residence:
    """Choose home and user for the database of a data folder; both folders exist afterwards. Raises LaunchError."""
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Residence(data, None)
    moved = data / "moved-to"
    home = Path(moved.read_text().strip()) if moved.exists() else data
    user = _user(home / "cluster")
    if not moved.exists() and not _reaches(user, data):
        home = state / f"{_digest(data)}-{secrets.token_hex(3)}"
        moved.write_text(f"{home}\n")
        log.warning(
            "database placed elsewhere", why=f"user {user.name} cannot reach {data}", folder=str(home)
        )
    _make_open(home)
    return Residence(home, user)


def clear(data: Path) -> None:
    """Take out what was made elsewhere for a data folder's database; nothing where nothing was."""
    moved = data / "moved-to"
    if moved.exists():
        shutil.rmtree(moved.read_text().strip(), ignore_errors=True)


def within_reach(binaries: Binaries, user: User | None, state: Path = STATE) -> Binaries:
    """The programs themselves, or a copy that the user can run."""
    if user is None or run_as(user, ["sh", "-c", 'test -x "$0"', binaries.postgres]).returncode == 0:
        return binaries
    target = state / f"postgresql-{binaries.version}-{_digest(binaries.folder)}"
    if not target.exists():
        log.warning(
            "PostgreSQL's programs copied",
            why=f"user {user.name} cannot reach {binaries.folder}",
            folder=str(target),
        )
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        _make_open(unfinished)
        for folder in binaries.parts:
            place = unfinished / folder.relative_to(binaries.base)
            shutil.copytree(folder, place, symlinks=True, ignore=_NOT_NEEDED)
        unfinished.rename(target)
    return replace(binaries, folder=target / binaries.folder.relative_to(binaries.base))


def socket_folder(residence: Residence) -> Path:
    """A folder of mode 0700 for the socket; under /tmp when the home's path is too long for one."""
    folder = residence.home / "socket"
    if len(bytes(folder)) > _LONGEST_FOLDER or not re.fullmatch(r"[\w./-]+", str(folder), re.ASCII):
        folder = Path("/tmp") / f"singlewindow-{_digest(residence.home)}"  # noqa: S108 - owner checked below
    owner = residence.user.uid if residence.user else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, -1)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise LaunchError(f"{folder} is not a folder of the database's user: remove it and start again.")
    folder.chmod(0o700)
    return folder


def _user(cluster: Path) -> User:
    """The owner of an existing cluster; else the setting's user, else postgres, else nobody."""
    if cluster.exists() and cluster.stat().st_uid != 0:
        owner = cluster.stat()
        return User(_owner(cluster), owner.st_uid, owner.st_gid)
    chosen = os.environ.get(USER_SETTING)
    for name in [chosen] if chosen else ["postgres", "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return User(name, entry.pw_uid, entry.pw_gid)
    raise LaunchError(
        "PostgreSQL does not run as root, and no other user was found for it: "
        f"name one in {USER_SETTING} ({chosen or 'postgres and nobody do not exist'})."
    )


def _reaches(user: User, folder: Path) -> bool:
    return run_as(user, ["sh", "-c", 'cd "$0"', folder]).returncode == 0


def _make_open(folder: Path) -> None:
    """Make a folder, and let others pass through what had to be made."""
    for part in [*reversed(folder.parents), folder]:
        if not part.exists():
            part.mkdir()
            part.chmod(0o755)


def _owner(path: Path) -> str:
    uid = path.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _digest(path: Path) -> str:
    return hashlib.sha256(bytes(path)).hexdigest()[:12]
