"""What a PKCS#11 error means for the person at the screen."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pkcs11 import PKCS11Error, TokenFlag
from pkcs11 import exceptions as errors

from singlewindow.card.reader import (
    CardLocked,
    CardProblem,
    CardPulled,
    CardUnreadable,
    PinNotSet,
    ReaderFailed,
    UnsupportedCard,
    WrongPin,
)

_log = logging.getLogger(__name__)
_WRONG_PIN = (errors.PinIncorrect, errors.PinInvalid, errors.PinLenRange)
_MEANINGS: dict[type[PKCS11Error], Callable[[], CardProblem]] = {
    errors.DeviceRemoved: CardPulled,
    errors.TokenNotPresent: CardPulled,
    errors.TokenNotRecognised: CardPulled,
    errors.SessionHandleInvalid: CardPulled,
    errors.SessionClosed: CardPulled,
    errors.SlotIDInvalid: CardPulled,
    errors.PinLocked: CardLocked,
    errors.PinExpired: PinNotSet,
    errors.UserPinNotInitialized: PinNotSet,
    errors.NoSuchKey: CardUnreadable,
    errors.MultipleObjectsReturned: CardUnreadable,
    errors.MechanismInvalid: lambda: UnsupportedCard("（不支持 CKM_ECDSA）"),
    errors.KeyTypeInconsistent: lambda: UnsupportedCard("（不支持 CKM_ECDSA）"),
}


def problem_of(error: PKCS11Error, flags: TokenFlag | None) -> CardProblem:
    """The problem behind `error`; `flags` are the token's after it, None when the token is gone."""
    if flags is None:
        return CardPulled()
    if isinstance(error, _WRONG_PIN):
        return _wrong_pin(flags)
    meaning = _MEANINGS.get(type(error))
    if meaning is not None:
        return meaning()
    _log.warning("the PKCS#11 module failed: %s %s", type(error).__name__, error)
    return ReaderFailed(type(error).__name__)


def _wrong_pin(flags: TokenFlag) -> CardProblem:
    """PKCS#11 tells only whether no try is left, or one."""
    if flags & TokenFlag.USER_PIN_LOCKED:
        return CardLocked()
    return WrongPin(1 if flags & TokenFlag.USER_PIN_FINAL_TRY else None)
