"""The keys that a program reads before it begins: each is one, or the file is named that holds none.

All raise OSError for a file that cannot be read, and ValueError with its name for what is no key; `files.keys_in` makes
two lines of either.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from singlewindow.contract.encryption import check_key_pair, check_public_key
from singlewindow.contract.signatures import SignatureRefused, check_certificate, check_private_key

NO_KEY = (
    ValueError,
    TypeError,
    LookupError,
    RecursionError,
    UnsupportedAlgorithm,
    SignatureRefused,
)


def read_private_key(path: Path) -> bytes:
    """A signing key, PEM."""
    return _checked(path, check_private_key)


def read_certificate(path: Path) -> bytes:
    """A certificate whose key can verify signatures, PEM."""
    return _checked(path, check_certificate)


def read_authority(path: Path) -> bytes:
    """A CA's certificate, whatever its key, PEM."""
    return _checked(path, x509.load_pem_x509_certificate)


def read_public_jwk(path: Path) -> dict[str, Any]:
    """A key to encrypt for."""
    return _jwk(path, check_public_key)


def read_private_jwk(path: Path) -> dict[str, Any]:
    """A key to decrypt with."""
    return _jwk(path, check_key_pair)


def _jwk(path: Path, check: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_checked(path, lambda data: check(json.loads(data))))
    return found


def _checked(path: Path, check: Callable[[bytes], object]) -> bytes:
    data = path.read_bytes()
    try:
        check(data)
    except NO_KEY as problem:
        raise ValueError(f"{path.name} holds no key of this kind ({problem})") from problem
    return data
