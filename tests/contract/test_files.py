"""Files that programs read before they begin, and what is said of those that cannot be read (OPER-01)."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from singlewindow.contract.demo_pki import create
from singlewindow.contract.files import keys_in
from singlewindow.customs.keys import Keys
from singlewindow.kernel.documents.checkpoints import Notary
from singlewindow.kernel.exchange.keys import ExchangeKeys


@pytest.mark.parametrize("program", [ExchangeKeys, Keys], ids=["portal and worker", "customs"])
def test_keys_that_are_missing_end_the_program_in_two_lines(
    program: type[ExchangeKeys | Keys], tmp_path: Path
) -> None:
    """Which file, and which setting says where it is looked for; no traceback."""
    with pytest.raises(SystemExit) as ended, keys_in(tmp_path):
        program.load(tmp_path)
    first, advice = str(ended.value).splitlines()
    assert first.startswith(f"Cannot go on: the keys in {tmp_path} cannot be read: ")
    assert "No such file" in first
    assert "SINGLEWINDOW_PKI" in advice


@pytest.mark.parametrize(
    ("program", "name", "holds"),
    [
        (ExchangeKeys, "customs-encryption.pub.jwk", "{"),
        (ExchangeKeys, "customs-encryption.pub.jwk", "[]"),
        (ExchangeKeys, "customs-encryption.pub.jwk", '{"kty": "EC", "crv": "P-256", "x": 1, "y": "AA"}'),
        (ExchangeKeys, "customs-signing.pem", ""),
        (ExchangeKeys, "portal-signing.key.pem", "cut off"),
        (Keys, "customs-encryption.jwk", "{}"),
        (Keys, "customs-signing.key.pem", "-----BEGIN PRIVATE KEY-----"),
        (Keys, "ca.pem", "0"),
        (Keys, "portal-signing.pem", "0"),
    ],
)
def test_a_key_that_is_none_ends_it_too(
    program: type[ExchangeKeys | Keys], name: str, holds: str, tmp_path: Path
) -> None:
    """Before anything is signed or read with it; the file is named."""
    create(tmp_path, tmp_path / "cards", [])
    program.load(tmp_path)
    (tmp_path / name).write_text(holds)
    with pytest.raises(SystemExit, match=f"Cannot go on: .*: {name} holds no key"), keys_in(tmp_path):
        program.load(tmp_path)


def test_a_key_behind_a_password_is_none(tmp_path: Path) -> None:
    locked = BestAvailableEncryption(b"password")
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    create(tmp_path, tmp_path / "cards", [])
    (tmp_path / "portal-signing.key.pem").write_bytes(key)
    with pytest.raises(SystemExit, match=r"portal-signing\.key\.pem holds no key"), keys_in(tmp_path):
        Notary.load(tmp_path / "history", tmp_path)
