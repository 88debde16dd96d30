"""Signed acts that are no document: an application for papers, say, which a chapter takes by routes of its own.

Two steps as for documents: `prepare_act` pins what will be signed, `perform_act` takes the signature in. What is signed
is a statement {type, action, company, card, SHA-256 of the content in RFC 8785, issued_at, nonce}; the chapter keeps
statement, content, signature and certificate for ever (PORT-08).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from singlewindow.contract.signatures import canonical
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Violation
from singlewindow.kernel.settings import settings
from singlewindow.kernel.signing import prepared as prepared_store
from singlewindow.kernel.signing.prepared import Prepared, Signed, check_card, verify_signed

PURPOSE = re.compile(r"([a-z_]+)[.]([a-z_]+)")


@dataclass(frozen=True)
class SignedAct:
    """What was signed, byte for byte, and by which card."""

    statement: bytes
    content: bytes
    signature: bytes  # raw r‖s
    certificate: bytes  # DER
    card_no: str

    @property
    def content_object(self) -> dict[str, Any]:
        """The content as it was given to `prepare_act`."""
        content: dict[str, Any] = json.loads(self.content)
        return content


async def prepare_act(
    transaction: Transaction,
    person: Person,
    purpose: str,
    content: Mapping[str, Any],
    card_no: str,
    warnings: Sequence[Violation] = (),
) -> Prepared:
    """Pin an act of this person for SINGLEWINDOW_PREPARE_MINUTES; `purpose` is "<chapter>.<act>", which the statement
    has as type and action.

    The chapter has checked before whether it may be done at all. Raises Refused for another card than the bound one,
    ValueError for a purpose that is none.
    """
    check_card(person, card_no)
    if not (named := PURPOSE.fullmatch(purpose)):
        raise ValueError(f"an act's purpose is <chapter>.<act>, not {purpose}")
    body = canonical(dict(content))
    statement = {
        "type": named[1],
        "action": named[2],
        "content_sha256": hashlib.sha256(body).hexdigest(),
        "company": person.customs_code,
        "card": card_no,
        "issued_at": transaction.now.isoformat(),
    }
    minutes = settings().prepare_minutes
    pinned = await prepared_store.pin(transaction, person, None, purpose, 0, statement, body, {}, minutes)
    return replace(pinned, warnings=tuple(warnings))


async def perform_act(
    transaction: Transaction, person: Person, purpose: str, token: str, signed: Signed, now: datetime
) -> SignedAct:
    """Take in the card's signature over an act that was prepared for this purpose; `now` is real time, for the
    certificate's validity.

    The token is used up when the transaction commits; what the chapter then does with the act, it does in here. Raises
    Conflict (used, expired, someone else's), Refused (card, certificate, signature).
    """
    prepared = await prepared_store.use(transaction, person, purpose, token)
    identity = verify_signed(person, prepared, signed, settings().pki_folder, now)
    return SignedAct(
        prepared.statement, prepared.content, signed.signature, signed.certificate, identity.card_no
    )
