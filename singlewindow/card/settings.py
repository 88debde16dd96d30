"""The card service's settings: environment variables with the prefix SINGLEWINDOW_."""

from __future__ import annotations

from pathlib import Path

from singlewindow.contract.environment import EnvironmentSettings, Origins, Port

HOST = "127.0.0.1"  # never reachable from another computer


class CardSettings(EnvironmentSettings):
    """Where the cards are and which pages may talk to the service."""

    data: Path = Path("var/data")
    cards: Path | None = None  # folder of *.p12; default data/cards
    card_pkcs11_module: Path | None = None  # the manufacturer's library; without it the folder of demo cards
    card_pkcs11_slot: int | None = None  # slot id; default any
    card_pkcs11_token_label: str = ""  # default any
    card_port: Port = 61232
    card_origins: Origins = ""  # comma-separated; default the portal's and customs' own addresses
    port: Port = 8000
    customs_port: Port = 8001

    @property
    def cards_folder(self) -> Path:
        """The folder of the demo cards."""
        return self.cards or self.data / "cards"

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may use the card, e.g. http://127.0.0.1:8000."""
        named = frozenset(each.strip().rstrip("/") for each in self.card_origins.split(",") if each.strip())
        own = (
            f"http://{host}:{port}" for host in (HOST, "localhost") for port in (self.port, self.customs_port)
        )
        return named or frozenset(own)
