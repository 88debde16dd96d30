"""How long the files of the PKI folder last by whose dates cards and seals are judged (OPER-01): a figure that gives an
alarm before every card is refused. The exchange's own certificates are pinned, their dates count for nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from singlewindow.contract.certificates import certificate_until, list_until
from singlewindow.contract.files import read_file

CA, REVOKED, SEAL = "ca.pem", "crl.pem", "print-seal.pem"
SECONDS_OF_DAY = 86_400


def days_left(folder: Path, now: datetime) -> dict[str, float]:
    """By file, the days from `now` (with an offset) until its certificate ends, or the revocation list's next update is
    due; 0 where that is over, and where the file is away or not what it should be. Without a seal there is none."""
    ca = read_or_nothing(folder / CA)
    until = {CA: certificate_until(ca), REVOKED: list_until(ca, read_or_nothing(folder / REVOKED))}
    if seal := read_or_nothing(folder / SEAL):  # customs have none
        until[SEAL] = certificate_until(seal)
    return {name: _days(end, now) for name, end in until.items()}


def read_or_nothing(path: Path) -> bytes:
    """What a file holds; nothing where it cannot be read."""
    try:
        return read_file(path)
    except OSError:
        return b""


def _days(until: datetime | None, now: datetime) -> float:
    return 0.0 if until is None else max(0.0, (until - now).total_seconds() / SECONDS_OF_DAY)
