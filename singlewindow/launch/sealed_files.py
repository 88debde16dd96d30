"""`singlewindow check-pdf`: whether a sealed PDF file is still byte for byte what was sealed, and by whom (PRNT-09)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography import x509

from singlewindow.launch.errors import LaunchError

LARGEST = 100 * 1024 * 1024  # bytes; a sealed file has at most half of it


def check(file: Path, ca: Path, crl: Path | None, at: datetime, tell: Callable[[str], object]) -> int:
    """Tell what the seal of a file says, by the CA's certificate and its revocation list (PEM; by default `crl.pem`
    beside the certificate) at a moment with an offset. Answers the exit code, the verdict's place in `Verdict`.

    Raises LaunchError where one of the files cannot be read.
    """
    from singlewindow.contract.pdf_seals import Trust, Verdict  # noqa: PLC0415 - slow to import
    from singlewindow.contract.pdf_seals import check as judge  # noqa: PLC0415

    trust = Trust(_certificate(ca), _read(crl or ca.with_name("crl.pem")), at)
    checked = judge(_read(file), trust)
    tell(f"{checked.verdict}: {checked.why}" if checked.why else checked.verdict)
    for label, value in checked.facts.items():
        tell(f"{label}: {value}")
    return list(Verdict).index(checked.verdict)


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
