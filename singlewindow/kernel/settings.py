"""The portal's settings: environment variables with the prefix SINGLEWINDOW_ (docs/operations.md)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from singlewindow.contract.environment import (
    USUAL_NICENESS,
    DatabaseAddress,
    EnvironmentSettings,
    Niceness,
    Origins,
    Port,
    PortOrNone,
    SomeTime,
    Span,
    WebAddress,
    own_origins,
)


class Settings(EnvironmentSettings):
    """Where things are and how the portal answers; every value has a default for a clone's `make run`."""

    data: Path = Path("var/data")
    host: str = "127.0.0.1"
    port: Port = 8000
    listening_socket: int | None = None  # the file descriptor of one that the launcher hands over
    drain_seconds: Span = (
        0  # asked to end, a web process says so long that it is not ready, and answers all the same
    )
    background_niceness: Niceness = (
        USUAL_NICENESS  # of the worker and its children: requests have the processors first
    )
    card_port: Port = 61232
    database_url: DatabaseAddress = "postgresql://sw_migrate@127.0.0.1/singlewindow"
    web_database_url: DatabaseAddress = "postgresql://sw_web@127.0.0.1/singlewindow"
    worker_database_url: DatabaseAddress = "postgresql://sw_worker@127.0.0.1/singlewindow"
    database_connections: int = Field(
        default=10, ge=2, le=1000
    )  # of a web process, or of a worker, for its work
    pki: Path | None = None
    customs_url: WebAddress = "http://127.0.0.1:8001"
    portal_url: WebAddress = (
        ""  # where others find the portal, if it is another address than the one it listens at
    )
    transport: Literal["http", "folder"] = "http"  # how messages travel between portal and customs
    exchange_folder: Path | None = None
    history_folder: Path | None = None
    web_dist: Path = Path("web/dist")
    fonts: Path = Path(__file__).parents[2] / "node_modules" / "@expo-google-fonts"
    worker_metrics_port: PortOrNone = 0  # 0: the worker listens nowhere
    log_format: Literal["console", "json"] = "console"
    demo: bool = True
    with_template: bool = False  # the invented document of subsystems/_template, for tests
    secure_cookies: bool = False  # on behind TLS
    allowed_origins: Origins = ""  # further origins than the portal's own, comma-separated
    session_cookie: str = ""  # its name; default: with the port in it
    session_hours: SomeTime = 12
    prepare_minutes: SomeTime = 5
    file_megabytes: int = Field(default=64, ge=1, le=100_000)  # the largest file that is handed in for a job
    files_megabytes: int = Field(default=400, ge=1, le=1_000_000)  # of one account, all together
    file_days: SomeTime = 7  # how long such files and what jobs make of them are kept
    item_days: SomeTime = (
        7  # what became of a job's pieces is kept so long after its end; refused documents stand in them
    )
    token_log_days: SomeTime = 90  # how long the uses of tokens are kept
    feed_days: SomeTime = 90  # how long the events of the feed are kept
    import_documents: int = Field(default=20_000, ge=1, le=1_000_000)  # in one workbook
    import_rows: int = Field(
        default=200_000, ge=1, le=1_048_576
    )  # of a sheet, and of all line tables together
    seal_days: int = Field(
        default=7, ge=1, le=36_500
    )  # how long the QR code of a print is valid, unless the print says otherwise
    webhook_private: bool = False  # events may be sent by http, and to this house's own machines
    captcha_fixed: str = ""  # tests and journeys only: the answer of every captcha

    @property
    def pki_folder(self) -> Path:
        """The folder of the CA certificate, the revocation list and customs' public keys."""
        return self.pki or self.data / "pki"

    @property
    def history(self) -> Path:
        """The folder of the history's checkpoints."""
        return self.history_folder or self.data / "history"

    @property
    def boxes(self) -> Path:
        """The folder through which messages travel with the transport `folder`."""
        return self.exchange_folder or self.data / "exchange"

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may change anything here."""
        return own_origins(self.host, self.port, self.portal_url, self.allowed_origins)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
