"""`singlewindow check-pdf`: whether a sealed PDF file is still byte for byte what was sealed, and by whom (PRNT-09)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography import x509

from singlewindow.launch.errors import LaunchError

LARGEST = 100 * 1024 * 1024  # bytes; a sealed file has at most half of it
CODES = {
    "VALID": 0,
    "CHANGED": 1,
    "NOT_SEALED": 3,  # 2 is that of a command that is written wrongly
    "OTHER_CERTIFICATE": 4,
    "EXPIRED": 5,
    "REVOKED": 6,
    "UNKNOWN": 7,
}
NOT_CHECKED = 9  # a file that is needed cannot be read


def check(file: Path, ca: Path, crl: Path | None, at: datetime, tell: Callable[[str], object]) -> int:
    """Tell what the seal of a file says, by the CA's certificate and its revocation list (PEM; by default `crl.pem`
    beside the certificate) at a moment with an offset. Answers the exit code.

    Raises LaunchError where one of the files cannot be read.
    """
    from singlewindow.contract.pdf_seals import Trust  # noqa: PLC0415 - slow to import
    from singlewindow.contract.pdf_seals import check as judge  # noqa: PLC0415

    trust = Trust(_certificate(ca), _read(crl or ca.with_name("crl.pem")), at)
    checked = judge(_read(file), trust)
    tell(f"{checked.verdict}: {checked.why}" if checked.why else checked.verdict)
    for label, value in checked.facts.items():
        tell(f"{label}: {value}")
    return CODES[checked.verdict.name]


def _certificate(path: Path) -> bytes:
    content = _read(path)
    try:
        x509.load_pem_x509_certificate(content)
    except ValueError as problem:
        raise LaunchError(f"{path} is not a certificate in PEM form.") from problem
    return content


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise LaunchError(f"{path} is larger than {LARGEST // 2**20} MB.")
        return path.read_bytes()
    except OSError as problem:
        raise LaunchError(f"{path} cannot be read: {problem.strerror}.") from problem
