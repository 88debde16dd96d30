"""Files that programs read before they begin, and what is said of those that cannot be read (OPER-01)."""

from __future__ import annotations

from contextlib import suppress
from io import FileIO, TextIOWrapper
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from singlewindow.contract.demo_pki import create
from singlewindow.contract.files import Lossy, keys_in
from singlewindow.contract.key_files import LOOK_SECONDS, Renewed, read_private_key
from singlewindow.customs.keys import Keys
from singlewindow.kernel.documents.checkpoints import Notary
from singlewindow.kernel.exchange.keys import ExchangeKeys
from tests.renewing import renew


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
        (Keys, "customs-encryption.jwk", '{"keys": []}'),
        (Keys, "customs-encryption.jwk", '{"keys": [{}]}'),
        (Keys, "customs-encryption.jwk", '{"keys": {"kty": "EC"}}'),
        (Keys, "customs-encryption.jwk", "[]"),
        (Keys, "customs-encryption.jwk", "5"),
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


def test_a_key_is_read_anew_when_its_file_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: within a second, however often it is asked for; what is no key, or away, changes nothing."""
    clock = [100.0]
    monkeypatch.setattr("singlewindow.contract.key_files.time.monotonic", lambda: clock[0])
    create(tmp_path, tmp_path / "cards", [])
    file, reads = tmp_path / "portal-signing.key.pem", [0]

    def read(path: Path) -> bytes:
        reads[0] += 1
        return read_private_key(path)

    def later() -> list[bytes]:
        clock[0] += LOOK_SECONDS
        return [key.now() for _ in range(3)]

    key = Renewed(file, read)
    first = key.now()
    renew(tmp_path, "portal-signing")
    assert (key.now(), reads[0]) == (first, 1)
    second = file.read_bytes()
    assert second != first
    assert (later(), reads[0]) == ([second] * 3, 2)
    file.unlink()
    assert later() == [second] * 3
    file.write_text("being written")
    assert (later(), reads[0]) == ([second] * 3, 4)
    file.write_bytes(first)
    assert (later(), later(), reads[0]) == ([first] * 3, [first] * 3, 5)


def test_a_key_behind_a_password_is_none(tmp_path: Path) -> None:
    locked = BestAvailableEncryption(b"password")
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    create(tmp_path, tmp_path / "cards", [])
    (tmp_path / "portal-signing.key.pem").write_bytes(key)
    with pytest.raises(SystemExit, match=r"portal-signing\.key\.pem holds no key"), keys_in(tmp_path):
        Notary.load(tmp_path / "history", tmp_path)


def test_a_log_that_nobody_takes_loses_its_lines_and_no_work(tmp_path: Path) -> None:
    """OPER-06: full, closed, or none from the start (`>&-`)."""
    gone = (tmp_path / "gone").open("w", encoding="utf-8")
    gone.close()
    full = TextIOWrapper(FileIO("/dev/full", "w"), encoding="utf-8")
    for stream in (full, gone, None):
        log = Lossy(stream)
        assert log.write("a line\n") == len("a line\n")
        log.flush()
        assert not log.isatty()
        assert log.encoding
    with suppress(OSError):  # it still holds the line
        full.close()
