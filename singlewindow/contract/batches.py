"""A batch of messages that its sender signed as a whole, beside each message's own signature.

Whoever receives it stores it after one look at this one. The messages' own are looked at by whoever understands them,
and kept. A batch without it, or with a wrong one, is looked at message by message.
"""

from __future__ import annotations

import hashlib

from singlewindow.contract.signatures import SignatureRefused, canonical, sign_jws, verify_jws

HEADER = "Exchange-Signature"


def sign_batch(body: bytes, key_pem: bytes, kid: str) -> str:
    """The header's value for a request with this body."""
    return sign_jws(_said(body), key_pem, kid)


def is_signed(body: bytes, signature: str, cert_pem: bytes) -> bool:
    """Whether the key of `cert_pem` made this header's value for this body."""
    try:
        return verify_jws(signature, cert_pem) == _said(body)
    except SignatureRefused:
        return False


def _said(body: bytes) -> bytes:
    """What is signed: no message looks like it."""
    return canonical({"batch_sha256": hashlib.sha256(body).hexdigest()})
