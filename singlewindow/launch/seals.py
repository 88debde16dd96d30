"""`singlewindow check-seal`: what the QR code of a print says, and whether it is genuine and still valid (GATE-09)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from singlewindow.contract.seals import LONGEST, Seal, holds_key, read_seal
from singlewindow.contract.signatures import SignatureRefused
from singlewindow.launch.errors import LaunchError

VALID, FORGED, EXPIRED = 0, 1, 2  # exit codes
LONGEST_NAME = 200  # characters; a seal is longer, so the two are never taken for each other
CHINA = ZoneInfo("Asia/Shanghai")


def keys_of(file: Path) -> bytes:
    """The public keys in a file. Raises LaunchError where there are none: a genuine seal would be called forged."""
    try:
        keys = file.read_bytes()
    except OSError as error:
        raise LaunchError(f"{file} cannot be read: {error.strerror}.") from error
    if not holds_key(keys):
        raise LaunchError(f"{file} holds no public key: the portal's is portal-seal.pem of the PKI folder.")
    return keys


def check(given: str, keys: bytes, now: datetime, tell: Callable[[str], object]) -> int:
    """Tell what a seal (its text, a file, or "-") says, by these public keys (PEM); answers the exit code."""
    try:
        seal = read_seal(_text(given), keys)
    except SignatureRefused as refused:
        misnamed = given != "-" and len(given) < LONGEST_NAME and _file(given) is None
        tell(f"FORGED 无效: {refused}{', and no file of that name' if misnamed else ''}")
        return FORGED
    expired = seal.expired(now)
    tell("EXPIRED 已过期" if expired else "VALID 有效")
    for label, value in _facts(seal):
        tell(f"{label}: {value}")
    return EXPIRED if expired else VALID


def _facts(seal: Seal) -> list[tuple[str, str]]:
    moments = [("签发时间", seal.issued_at), ("有效期至", seal.valid_until)]
    return [
        ("统一编号", seal.number),
        *seal.facts.items(),
        ("单据类型", seal.type),
        ("单据版本", str(seal.version)),
        *((label, f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}") for label, at in moments),
    ]


def _text(given: str) -> str:
    """The seal itself."""
    if given == "-":
        return sys.stdin.read(LONGEST + 1)
    if path := _file(given):
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(LONGEST + 1)
    return given


def _file(given: str) -> Path | None:
    """The file of that name, where there is one."""
    try:
        return Path(given) if len(given) < LONGEST_NAME and Path(given).is_file() else None
    except OSError:  # no name that a file can have, such as one of more than 255 bytes
        return None
