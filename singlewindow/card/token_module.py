"""A PKCS#11 module (the manufacturer's library) and the token in one of its slots.

The module is a C library with one state for the whole process: whoever uses it takes care that one call
runs at a time (`TokenReader` does).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pkcs11
from pkcs11 import PKCS11Error, Token, TokenFlag


class ModuleUnusable(Exception):
    """The module cannot be loaded; the text says why and what to look at, for the log."""


@dataclass(frozen=True)
class Choice:
    """Which token is meant: the first initialised one of the module that also fits slot and label."""

    module: Path
    slot: int | None = None  # the slot's id as the module gives it
    label: str = ""

    def open(self) -> None:
        """Load the module, if it is not loaded yet. Raises ModuleUnusable."""
        if not self.module.is_file():
            raise ModuleUnusable(f"the PKCS#11 module {self.module} does not exist")
        try:
            pkcs11.lib(str(self.module))
        except PKCS11Error as problem:
            reason = str(problem) or type(problem).__name__
            raise ModuleUnusable(f"cannot load the PKCS#11 module {self.module}: {reason}") from problem

    def token(self) -> Token | None:
        """The token, or None when it is not there. Raises PKCS11Error."""
        return next(self._fitting(), None)

    def close(self) -> None:
        """End all sessions and forget the module's state; the next use begins anew. Raises PKCS11Error."""
        pkcs11.lib(str(self.module)).finalize()

    def _fitting(self) -> Iterator[Token]:
        for slot in pkcs11.lib(str(self.module)).get_slots(token_present=True):
            if self.slot not in {None, slot.slot_id}:
                continue
            try:
                token = slot.get_token()
            except PKCS11Error:
                continue  # pulled just now, or nothing that this module can read
            if token.flags & TokenFlag.TOKEN_INITIALIZED and self.label in {"", token.label}:
                yield token
