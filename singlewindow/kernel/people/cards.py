"""Whether a card may be relied on now, and whether it signed: log-in, registration, binding, every signature."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from singlewindow.contract.certificates import CardIdentity, CertificateRefused, verify_card_certificate
from singlewindow.contract.files import read_file
from singlewindow.contract.signatures import SignatureRefused, signing_input, verify
from singlewindow.kernel.people import refusals


def verify_card(certificate: bytes, pki: Path, now: datetime) -> CardIdentity:
    """Whose card a certificate (DER) is, at real time `now`. Raises CertificateRefused.

    `pki` holds ca.pem and crl.pem, which are looked at each time and read when they changed. Fails closed: a
    revocation list that cannot be read is none, and then nothing is accepted.
    """
    try:
        crl = read_file(pki / "crl.pem")
    except OSError:
        crl = b""
    return verify_card_certificate(certificate, read_file(pki / "ca.pem"), crl, now)


def identify(certificate: bytes, pki: Path) -> CardIdentity:
    """Whose card a certificate is now. Raises Refused in the words for a person."""
    try:
        return verify_card(certificate, pki, datetime.now(UTC))
    except CertificateRefused as refused:
        raise refusals.bad_certificate(refused) from refused


def prove(statement: str | None, certificate: bytes, signature: bytes, pki: Path) -> CardIdentity:
    """Whose card signed a challenge's statement (None: there is no such challenge). Raises Refused."""
    if statement is None:
        raise refusals.wrong_challenge()
    identity = identify(certificate, pki)
    try:
        verify(certificate, signing_input(statement.encode()), signature)
    except SignatureRefused as refused:
        raise refusals.wrong_signature() from refused
    return identity
