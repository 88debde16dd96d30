"""The settings of customs' side: environment variables with the prefix SINGLEWINDOW_."""

from __future__ import annotations

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
    Share,
    SomeTime,
    Span,
    WebAddress,
    own_origins,
)


class CustomsSettings(EnvironmentSettings):
    """Where customs' things are and how the default desk begins; each value has a default for a clone."""

    data: Path = Path("var/data")
    host: str = "127.0.0.1"
    customs_port: Port = 8001
    listening_socket: int | None = None  # the file descriptor of one that the launcher hands over
    drain_seconds: Span = 0  # asked to end, it says so long that it is not ready, and answers all the same
    background_niceness: Niceness = (
        USUAL_NICENESS  # on the portal's machine its requests have the processors first
    )
    customs_database_url: DatabaseAddress = "postgresql://customs@127.0.0.1/customs"
    pki: Path | None = None
    portal_url: WebAddress = "http://127.0.0.1:8000"
    customs_url: WebAddress = (
        ""  # where others find customs, if it is another address than the one it listens at
    )
    transport: Literal["http", "folder"] = "http"  # how messages travel between portal and customs
    exchange_folder: Path | None = None
    customs_mode: Literal["manual", "automatic"] = "automatic"  # at the first start; officers switch it later
    customs_delay: Span = Field(default=3, le=86400)  # seconds from reception to the automatic decision
    customs_delay_max: Span = Field(default=0, le=86400)  # longest delay; 0: always customs_delay
    customs_refuse: Share = 0  # share that the automatic mode refuses
    customs_lost: Share = 0  # shares of receipts with a fault; see faults.py
    customs_doubled: Share = 0
    customs_delayed: Share = 0
    customs_shuffled: Share = 0
    customs_lost_seconds: Span = Field(default=30, le=86400)
    customs_hold_seconds: Span = Field(default=5, le=3600)
    customs_note_days: SomeTime = 1095  # what desks note besides submissions, business time
    customs_fault_seed: str = ""
    web_dist: Path = Path("web/dist")
    log_format: Literal["console", "json"] = "console"
    secure_cookies: bool = False  # on behind TLS
    customs_origins: Origins = ""  # further origins than this program's own, comma-separated
    session_hours: SomeTime = 12

    @property
    def pki_folder(self) -> Path:
        """The folder of the CA certificate, the revocation list and customs' own keys."""
        return self.pki or self.data / "pki"

    @property
    def boxes(self) -> Path:
        """The folder through which messages travel with the transport `folder`."""
        return self.exchange_folder or self.data / "exchange"

    @property
    def cookie(self) -> str:
        """The session's cookie; browsers do not keep cookies of different ports apart, so its name does."""
        return f"customs_session_{self.customs_port}"

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may change anything here."""
        return own_origins(self.host, self.customs_port, self.customs_url, self.customs_origins)
