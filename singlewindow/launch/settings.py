"""The launcher's settings, and the environment that it gives to every part."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from pydantic import Field

from singlewindow.contract.environment import (
    PREFIX,
    DatabaseAddress,
    EnvironmentSettings,
    Origins,
    Port,
    Span,
    WebAddress,
    origin_of,
)
from singlewindow.launch.errors import LaunchError

CLONE = Path(__file__).resolve().parents[2]
DATABASE_SETTINGS = ("DATABASE_URL", "WEB_DATABASE_URL", "WORKER_DATABASE_URL", "CUSTOMS_DATABASE_URL")


class LaunchSettings(EnvironmentSettings):
    """Environment variables with the prefix SINGLEWINDOW_ (docs/operations.md); all have defaults."""

    data: Path = Path("var/data")
    host: str = "127.0.0.1"
    port: Port = 8000
    customs_port: Port = 8001
    card_port: Port = 61232
    drain_seconds: Span = 0
    start_seconds: Span = 300
    web_processes: int = Field(default_factory=lambda: min(2, os.cpu_count() or 1), ge=1, le=32)
    database_url: DatabaseAddress = ""
    web_database_url: DatabaseAddress = ""
    worker_database_url: DatabaseAddress = ""
    customs_database_url: DatabaseAddress = ""
    pki: Path | None = None
    cards: Path | None = None
    exchange_folder: Path | None = None
    history_folder: Path | None = None
    backup_folder: Path | None = None
    customs_url: WebAddress = ""
    portal_url: WebAddress = ""
    card_origins: Origins = ""
    web_dist: Path = CLONE / "web" / "dist"

    @property
    def folder(self) -> Path:
        """Everything that this installation keeps, as an absolute path."""
        return self.data.resolve()

    @property
    def logs(self) -> Path:
        """One log file for each part."""
        return self.folder / "log"

    @property
    def pki_folder(self) -> Path:
        """The demonstration's certificates and keys."""
        return (self.pki or self.folder / "pki").resolve()

    @property
    def cards_folder(self) -> Path:
        """The demonstration's cards."""
        return (self.cards or self.folder / "cards").resolve()

    @property
    def places(self) -> dict[str, Path]:
        """What an installation keeps beside its database, by its name in the data folder: where it is."""
        return {
            "pki": self.pki_folder,
            "cards": self.cards_folder,
            "exchange": (self.exchange_folder or self.folder / "exchange").resolve(),
            "history": (self.history_folder or self.folder / "history").resolve(),
        }

    @property
    def portal_address(self) -> str:
        """Where the portal is reached from this computer."""
        return self.portal_url or self.here(self.port)

    @property
    def customs_address(self) -> str:
        """Where customs is reached from this computer."""
        return self.customs_url or self.here(self.customs_port)

    def here(self, port: int) -> str:
        """Where a program that listens at SINGLEWINDOW_HOST is reached without what stands before it."""
        return f"http://{_reachable(self.host)}:{port}"

    @property
    def card_address(self) -> str:
        """The card service's own page; it never leaves this computer."""
        return f"http://127.0.0.1:{self.card_port}"

    @property
    def outside_databases(self) -> bool:
        """Whether the databases are somebody else's care. Raises LaunchError when only some are named."""
        given = [name for name in DATABASE_SETTINGS if getattr(self, name.lower())]
        if given and len(given) < len(DATABASE_SETTINGS):
            missing = ", ".join(PREFIX + name for name in DATABASE_SETTINGS if name not in given)
            raise LaunchError(
                f"{PREFIX}{given[0]} is set, so no PostgreSQL is started here; set also {missing}."
            )
        return bool(given)

    def environment(self, databases: dict[str, str]) -> dict[str, str]:
        """What every part gets: our environment without PostgreSQL's own variables, and all addresses."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        ours = {
            "DATA": str(self.folder),
            "HOST": self.host,
            "PORT": str(self.port),
            "CUSTOMS_PORT": str(self.customs_port),
            "CARD_PORT": str(self.card_port),
            "PKI": str(self.pki_folder),
            "CARDS": str(self.cards_folder),
            "EXCHANGE_FOLDER": str(self.places["exchange"]),
            "HISTORY_FOLDER": str(self.places["history"]),
            "CUSTOMS_URL": self.customs_address,
            "PORTAL_URL": self.portal_address,
            "CARD_ORIGINS": self.card_origins or ",".join(self._origins()),
            "WEB_DIST": str(self.web_dist.resolve()),
        }
        return (
            inherited
            | {f"{PREFIX}{name}": value for name, value in ours.items()}
            | databases
            | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "TYPER_STANDARD_TRACEBACK": "1"}
        )

    def given_databases(self) -> dict[str, str]:
        """The databases' addresses as environment variables, for `outside_databases`."""
        return {PREFIX + name: str(getattr(self, name.lower())) for name in DATABASE_SETTINGS}

    def _origins(self) -> list[str]:
        ports = (self.port, self.customs_port)
        hosts = dict.fromkeys((_reachable(self.host), "127.0.0.1", "localhost"))
        own = [f"http://{host}:{port}" for host in hosts for port in ports]
        return list(dict.fromkeys(map(origin_of, [*own, self.portal_address, self.customs_address])))


def misspelt(names: Iterable[str]) -> Iterator[str]:
    """A line for each environment variable with our prefix that is no setting of any program.

    What is one stands in docs/operations.md, which a test holds against all that programs and chapters declare; the
    launcher cannot load them all. What is for the tests begins with TEST_, or stands in CONTRIBUTING.md.
    """
    ours = sorted(each for each in names if each.startswith(PREFIX) and not each.startswith(f"{PREFIX}TEST_"))
    told = {name for each in _TOLD if each.is_file() for name in _NAME.findall(each.read_text("utf-8"))}
    for name in ours if told else ():
        if name not in told:
            near = get_close_matches(name, told, 1)
            meant = f"; is {near[0]} meant?" if near else ""
            yield f"{name} is no setting, nothing reads it (docs/operations.md){meant}"


_TOLD = (CLONE / "docs" / "operations.md", CLONE / "CONTRIBUTING.md")
_NAME = re.compile(rf"{PREFIX}[A-Z0-9_]+")


def _reachable(host: str) -> str:
    """An address to connect to, for one that is only good for listening."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
