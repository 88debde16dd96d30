"""Whether a card's certificate may be relied on now: asked at log-in and at every signature (PORT-03, PORT-05)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from singlewindow.contract.certificates import CardIdentity, verify_card_certificate


def verify_card(certificate: bytes, pki: Path, now: datetime) -> CardIdentity:
    """Whose card a certificate (DER) is, at real time `now`. Raises CertificateRefused.

    `pki` holds ca.pem and crl.pem, which are read anew each time. Fails closed: a revocation list that cannot be
    read is none, and then nothing is accepted. Reads files and calculates: run it off the event loop.
    """
    try:
        crl = (pki / "crl.pem").read_bytes()
    except OSError:
        crl = b""
    return verify_card_certificate(certificate, (pki / "ca.pem").read_bytes(), crl, now)
