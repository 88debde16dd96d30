"""A reader whose card is a PKCS#11 token: the real thing, or SoftHSM.

The service hashes and the token signs the digest (CKM_ECDSA), for not every token hashes. Every use opens a
session and closes it; the PIN is given to C_Login and kept nowhere. After an error the module begins anew:
a refused log-in otherwise leaves its session open.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pkcs11 import Attribute, Mechanism, Object, ObjectClass, PKCS11Error, Session, SignMixin, Token

from singlewindow.card.reader import Card, CardPulled, CardUnreadable, NoCard
from singlewindow.card.token_card import TokenCard, find_card
from singlewindow.card.token_errors import problem_of
from singlewindow.card.token_module import Choice
from singlewindow.contract.signatures import SignatureRefused, verify

_log = logging.getLogger(__name__)


class TokenReader:
    """A `Reader` over one token. Any thread may call; one call at a time reaches the module."""

    def __init__(self, choice: Choice) -> None:
        """Load the module. Raises ModuleUnusable."""
        choice.open()
        self._choice = choice
        self._one_at_a_time = threading.Lock()

    def inserted(self) -> str | None:
        """Slot, label and serial number of the token; None when there is none or the module fails."""
        with self._one_at_a_time:
            token = self._present()
        return f"{token.slot.slot_id}/{token.label}/{token.serial.hex()}" if token else None

    def card(self) -> Card:
        """The card on the token."""
        with self._used():
            token = self._choice.token()
            if token is None:
                raise NoCard
            return _card_on(token).card

    def verify_pin(self, number: str, pin: str) -> None:
        """Log in and out again; a card that is no longer there costs no try."""
        with self._used():
            token, _ = self._card(number)
            with token.open(user_pin=pin):
                pass

    def sign(self, number: str, data: bytes, pin: str) -> bytes:
        """Sign the SHA-256 of `data`, which is UTF-8 text, with the key of the card's certificate."""
        with self._used():
            token, found = self._card(number)
            with token.open(user_pin=pin) as session:
                signature = _sign(session, found.key_id, data, pin)
        try:
            verify(found.card.certificate, data.decode(), signature)
        except SignatureRefused as problem:
            _log.warning("the token's key does not belong to its certificate")
            raise CardUnreadable from problem
        return signature

    def restart(self) -> None:
        """Begin anew with the module: every session is closed, slots are looked up again."""
        with self._one_at_a_time:
            self._close()

    def _card(self, number: str) -> tuple[Token, TokenCard]:
        token = self._choice.token()
        if token is None:
            raise CardPulled
        found = _card_on(token)
        if found.card.number != number:
            raise CardPulled
        return token, found

    @contextmanager
    def _used(self) -> Iterator[None]:
        """One use of the module, whose errors become problems of the card."""
        with self._one_at_a_time:
            try:
                yield
            except PKCS11Error as error:
                token = self._present()
                self._close()
                raise problem_of(error, token.flags if token else None) from error

    def _present(self) -> Token | None:
        with suppress(PKCS11Error):
            return self._choice.token()
        return None

    def _close(self) -> None:
        with suppress(PKCS11Error):
            self._choice.close()


def _card_on(token: Token) -> TokenCard:
    with token.open() as session:
        return find_card(session)


def _sign(session: Session, key_id: bytes, data: bytes, pin: str) -> bytes:
    """Raw r‖s. Raises CardUnreadable when the certificate's key is missing or may not sign."""
    key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=key_id)
    if not isinstance(key, SignMixin):
        raise CardUnreadable
    digest = hashlib.sha256(data).digest()
    again = pin if _wants_pin_again(key) else None
    return bytes(key.sign(digest, mechanism=Mechanism.ECDSA, pin=again))


def _wants_pin_again(key: Object) -> bool:
    """A key may want the PIN for each signature, not for the session alone (CKA_ALWAYS_AUTHENTICATE)."""
    with suppress(PKCS11Error):  # older modules do not know the attribute
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    return False
