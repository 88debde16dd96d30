"""SoftHSM as reader and card: one token for each demo card; the one in the slot is the one in the folder."""

from __future__ import annotations

import shutil
import subprocess
from functools import cached_property
from pathlib import Path

from pkcs11 import Attribute

from singlewindow.card.token_module import Choice
from singlewindow.card.token_reader import TokenReader
from singlewindow.card.token_setup import put_on_token
from singlewindow.contract.demo_pki import DemoCard
from tests.contract.pki import Pki

SO_PIN = "0123456789"
_CONFIGURATION = """directories.tokendir = {folder}
objectstore.backend = file
log.level = ERROR
slots.removable = true
"""
_PLACES = ("/usr/lib/softhsm", "/usr/lib/*/softhsm", "/usr/lib64/pkcs11", "/usr/local/lib/softhsm")


def module() -> Path | None:
    """SoftHSM's library, where Debian and others put it."""
    found = (path for place in _PLACES for path in Path("/").glob(f"{place[1:]}/libsofthsm2.so"))
    return next(found, None)


def why_not() -> str:
    """Why SoftHSM cannot be used here; "" when it can."""
    if module() is None or shutil.which("softhsm2-util") is None:
        return "SoftHSM is not installed (Debian: apt install softhsm2): PKCS#11 was not tested"
    return ""


class Tokens:
    """A reader over SoftHSM with a configuration of its own, and the tokens that can be put into it.

    SOFTHSM2_CONF must name `configuration` before anything else is used. A token is a folder, here named by its
    label; pulling it is moving the folder away. SoftHSM looks for tokens when it begins, hence the restarts.
    """

    def __init__(self, folder: Path, pki: Pki) -> None:
        self.pki = pki
        self.module = module() or Path()
        self.configuration = folder / "softhsm2.conf"
        self._slots, self._away = folder / "slots", folder / "away"
        for each in (self._slots, self._away):
            each.mkdir(parents=True)
        self.configuration.write_text(_CONFIGURATION.format(folder=self._slots))

    @cached_property
    def reader(self) -> TokenReader:
        return TokenReader(Choice(self.module))

    def insert(self, number: str | None) -> None:
        """Put a token that was made into the slot, instead of what is there; None only pulls."""
        self.pull()
        if number is not None:
            (self._away / number).rename(self._slots / number)
        self.reader.restart()

    def pull(self) -> None:
        """Move away what is there, under the hands of a module that runs."""
        for token in list(self._slots.iterdir()):
            token.rename(self._away / token.name)

    def make(self, card: DemoCard) -> None:
        """A token with the card on it, besides what is there."""
        self.initialise(card.card_no, card.pin)
        file = self.pki.cards / f"{card.card_no}.p12"
        put_on_token(Choice(self.module, label=card.card_no), file, card.pin, card.pin)

    def initialise(self, label: str, pin: str) -> None:
        """An empty token besides what is there."""
        before = set(self._slots.iterdir())
        arguments = ["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", SO_PIN]
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, timeout=20)
        (made,) = set(self._slots.iterdir()) - before
        made.rename(self._slots / label)
        self.reader.restart()

    def write(self, label: str, pin: str, attributes: dict[Attribute, object]) -> None:
        """An object on a token, as some other tool would write it."""
        token = Choice(self.module, label=label).token()
        assert token is not None
        with token.open(rw=True, user_pin=pin) as session:
            session.create_object({Attribute.TOKEN: True, **attributes})
