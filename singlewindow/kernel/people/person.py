"""Who is logged in: an account of a company, and the card bound to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from singlewindow.kernel.database.connection import Actor


@dataclass(frozen=True)
class Person:
    """The account behind a session, its company and its bound card."""

    account_id: int
    company_id: int
    username: str
    display_name: str
    role: Literal["administrator", "operator"]
    customs_code: str
    scc: str
    company_name: str
    bound_card: str | None
    card_kind: str | None
    level: Literal["password", "card"]
    csrf: str

    @property
    def actor(self) -> Actor:
        """As whom this person's transactions run."""
        return Actor(self.company_id, self.account_id)
