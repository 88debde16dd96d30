"""Who is logged in: an account, and for all but system administrators its company and the card bound to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.people.grant import Grant

Role = Literal["administrator", "operator", "system"]
Level = Literal["password", "card", "token"]


@dataclass(frozen=True)
class Account:
    """The account behind a session; of no company where it is a system administrator's (PORT-10)."""

    account_id: int
    company_id: int | None
    username: str
    display_name: str
    role: Role
    level: Level
    csrf: str
    must_change: bool  # the password was set by someone else

    @property
    def actor(self) -> Actor:
        """As whom this account's transactions run."""
        return Actor(self.company_id, self.account_id)


@dataclass(frozen=True)
class Person(Account):
    """Someone who may work on documents: an account of a company."""

    company_id: int
    customs_code: str
    scc: str
    company_name: str
    bound_card: str | None
    card_kind: str | None
    grant: Grant | None = None  # what the token may that asks; None: a person at the page
