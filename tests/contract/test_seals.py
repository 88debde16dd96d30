"""The seal of a print: nobody but the portal makes one, and not a character of it may be changed (GATE-09)."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from singlewindow.contract.seals import Seal, read_seal, write_seal
from singlewindow.contract.signatures import SignatureRefused, sign_jws
from tests.contract.pki import Pki

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
SEAL = Seal("gate.trip", "202600000000000007", 3, {"车牌": "粤B12345"}, NOW, NOW + timedelta(days=7))
ALPHABET = string.ascii_letters + string.digits + "-_."


def keys(pki: Pki) -> tuple[bytes, bytes]:
    return (pki.folder / "portal-seal.key.pem").read_bytes(), (pki.folder / "portal-seal.pem").read_bytes()


def test_what_is_sealed_is_read(pki: Pki) -> None:
    """GATE-09: every fact comes back; blanks that a scanner adds around it do no harm."""
    private, public = keys(pki)
    text = write_seal(SEAL, private)
    assert read_seal(text, public) == SEAL
    assert read_seal(f" {text}\r\n", public) == SEAL
    assert len(text) < 400, "a phone must read the code"


def test_its_time_ends(pki: Pki) -> None:
    """GATE-09: the last second still counts."""
    assert not SEAL.expired(SEAL.valid_until)
    assert SEAL.expired(SEAL.valid_until + timedelta(seconds=1))


def test_any_changed_character_is_detected(pki: Pki) -> None:
    """GATE-09: each place of the text, replaced by several others, left out and doubled; the last character, whose
    lowest bits the encoding does not use, by every other one."""
    private, public = keys(pki)
    text = write_seal(SEAL, private)
    forged = [
        text[:at] + other + text[at + 1 :]
        for at in range(len(text))
        for other in (ALPHABET if at == len(text) - 1 else "AZaz09-_.")
        if other != text[at]
    ]
    forged += [text[:at] + text[at + 1 :] for at in range(len(text))]
    forged += [text[:at] + text[at] + text[at:] for at in range(len(text))]
    forged += [text + "=", text + "A", "", "..", text.upper(), text.replace(".", "..")]
    for each in forged:
        with pytest.raises(SignatureRefused):
            read_seal(each, public)
    assert len(forged) > 2000


def test_another_key_or_another_kind_of_signature_is_none(
    pki: Pki, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """GATE-09: the portal's other key signs no seal, and a header that says more is not followed."""
    private, public = keys(pki)
    other = (pki.folder / "portal-signing.key.pem").read_bytes()
    for wrong in (write_seal(SEAL, other), sign_jws(b"{}", private, "portal")):
        with pytest.raises(SignatureRefused):
            read_seal(wrong, public)
    with pytest.raises(SignatureRefused):
        read_seal(write_seal(SEAL, private), (pki.folder / "portal-signing.pem").read_bytes())
    with pytest.raises(SignatureRefused):
        read_seal(write_seal(SEAL, private), b"")


def test_after_a_change_of_keys_old_prints_are_still_read(pki: Pki) -> None:
    """GATE-09: a file may hold several keys."""
    private, public = keys(pki)
    another = b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    assert read_seal(write_seal(SEAL, private), another + public) == SEAL


def test_it_is_the_same_document_in_every_respect(pki: Pki) -> None:
    """GATE-09: version and times are part of what is signed."""
    private, public = keys(pki)
    for each in (replace(SEAL, version=4), replace(SEAL, facts={}), replace(SEAL, valid_until=NOW)):
        assert read_seal(write_seal(each, private), public) == each
