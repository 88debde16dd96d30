"""The keys that a program reads before it begins, and again when a file was replaced: each is one, or the file is named
that holds none.

All raise OSError for a file that cannot be read, and ValueError with its name for what is no key; `files.keys_in` makes
two lines of either.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog
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
LOOK_SECONDS = 1.0  # between two looks at a file
Key = TypeVar("Key")
log = structlog.get_logger()


class Renewed(Generic[Key]):
    """A key that is read again within a second after its file was replaced, so that who renews one restarts nobody.

    A file that is away or holds no key changes nothing, for it may just be written; the log says so, and that another
    key counts from now on.
    """

    def __init__(self, path: Path, read: Callable[[Path], Key]) -> None:
        """Read it. Raises what `read` raises."""
        self._path, self._read = path, read
        self._seen = self._stamp()
        self._key = read(path)
        self._look_at = time.monotonic() + LOOK_SECONDS

    def now(self) -> Key:
        """The key as it is now; no file is looked at more often than LOOK_SECONDS say (decision 0056)."""
        if (moment := time.monotonic()) >= self._look_at:
            self._look_at = moment + LOOK_SECONDS
            self._look()
        return self._key

    def _look(self) -> None:
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            key = self._read(self._path)
        except (OSError, ValueError) as error:
            log.warning("the key before goes on", file=self._path.name, error=str(error))
            return
        if key != self._key:
            self._key = key
            log.info("key read anew", file=self._path.name)

    def _stamp(self) -> tuple[int, int, int] | None:
        """What changes with the file's content; None where it is away."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def read_private_key(path: Path) -> bytes:
    """A signing key, PEM."""
    return _checked(path, check_private_key)


def read_certificate(path: Path) -> bytes:
    """A certificate whose key can verify signatures, PEM; below it, after a renewal, those before it."""
    return _checked(path, check_certificate)


def read_authority(path: Path) -> bytes:
    """A CA's certificate, whatever its key, PEM."""
    return _checked(path, x509.load_pem_x509_certificate)


def read_public_jwk(path: Path) -> dict[str, Any]:
    """A key to encrypt for."""
    found: dict[str, Any] = json.loads(_checked(path, lambda data: check_public_key(json.loads(data))))
    return found


def read_private_jwks(path: Path) -> list[dict[str, Any]]:
    """Keys to decrypt with: one, or after a renewal a set (RFC 7517, 5) of it and those before it, it first."""
    return _private_jwks(_checked(path, _private_jwks))


def _private_jwks(data: bytes) -> list[dict[str, Any]]:
    found = json.loads(data)
    keys: list[dict[str, Any]] = list(found["keys"]) if "keys" in found else [found]
    if not keys:
        raise ValueError("an empty set")
    for key in keys:
        check_key_pair(key)
    return keys


def _checked(path: Path, check: Callable[[bytes], object]) -> bytes:
    data = path.read_bytes()
    try:
        check(data)
    except NO_KEY as problem:
        raise ValueError(f"{path.name} holds no key of this kind ({problem})") from problem
    return data
