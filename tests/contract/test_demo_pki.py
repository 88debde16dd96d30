"""The folder of keys and cards of a demonstration."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from singlewindow.contract.certificates import CertificateRefused, Reason, verify_seal_certificate
from singlewindow.contract.demo_pki import create, issue_print_seal, revoke
from tests.contract.pki import LEGAL_PERSON, NOW, OPERATOR, Pki


def contents(pki: Pki) -> dict[Path, bytes]:
    return {path: path.read_bytes() for folder in (pki.folder, pki.cards) for path in folder.iterdir()}


def test_a_second_call_keeps_what_exists_and_adds_a_card(pki: Pki) -> None:
    """PORT-08: keys and the revocation list survive a restart."""
    revoke(pki.folder, pki.certificate(), NOW)
    before = contents(pki)
    third = replace(OPERATOR, card_no="SW1A000000003", pin="11112222")
    create(pki.folder, pki.cards, [OPERATOR, LEGAL_PERSON, third], now=NOW + timedelta(days=30))
    after = contents(pki)
    assert {path.name for path in after.keys() - before.keys()} == {"SW1A000000003.p12", "SW1A000000003.pem"}
    assert {path: after[path] for path in before} == before
    pki.key(third)


def test_the_public_key_is_that_of_the_present_one(pki: Pki) -> None:
    """CUST-05: where the file for customs' key holds those before it too."""
    private, public = pki.folder / "customs-encryption.jwk", pki.folder / "customs-encryption.pub.jwk"
    before, before_public = json.loads(private.read_bytes()), public.read_bytes()
    for path in (private, public):
        path.unlink()
    create(pki.folder, pki.cards, [])
    present, expected = json.loads(private.read_bytes()), public.read_bytes()
    private.write_text(json.dumps({"keys": [present, before]}))
    public.unlink()
    create(pki.folder, pki.cards, [])
    assert public.read_bytes() == expected != before_public


def test_private_files_are_readable_by_the_owner_alone(pki: Pki) -> None:
    """PORT-08: CA key, customs' keys, cards; and nothing else is left lying in the folders."""
    names = ("customs-signing", "portal-signing", "portal-seal", "print-seal")
    private = {
        "ca.key.pem",
        "customs-encryption.jwk",
        "webhook-secrets.key",
        *(f"{name}.key.pem" for name in names),
    }
    public = {"ca.pem", "crl.pem", "customs-encryption.pub.jwk", *(f"{name}.pem" for name in names)}
    assert {path.name for path in pki.folder.iterdir()} == private | public
    owner_only = [pki.folder / name for name in private] + list(pki.cards.glob("*.p12"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in owner_only} == {0o600}


def test_a_card_opens_with_its_pin_only(pki: Pki) -> None:
    """PORT-03: the PIN is the password of the file."""
    assert pki.key().public_key() == pki.certificate().public_key()
    with pytest.raises(ValueError, match="password"):
        pki.key(replace(OPERATOR, pin="00000000"))


def test_the_revocation_list_is_good_for_years(pki: Pki) -> None:
    """PORT-05: nobody re-signs it in a demonstration."""
    next_update = x509.load_pem_x509_crl(pki.crl()).next_update_utc
    assert next_update is not None
    assert next_update - NOW > timedelta(days=9 * 365)


def test_the_print_seal_says_specimen_and_alone_may_sign_documents(pki: Pki) -> None:
    """PRNT-09: a reader shows who sealed; nobody's card passes for the seal."""
    seal = x509.load_pem_x509_certificate((pki.folder / "print-seal.pem").read_bytes())
    assert "样章 SPECIMEN" in seal.subject.rfc4514_string()
    usage = seal.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.content_commitment
    der = seal.public_bytes(serialization.Encoding.DER)
    verify_seal_certificate(der, pki.ca(), pki.crl(), NOW)
    with pytest.raises(CertificateRefused) as refused:
        verify_seal_certificate(pki.der(), pki.ca(), pki.crl(), NOW)
    assert refused.value.reason_code == Reason.CHAIN


def test_a_new_certificate_of_the_print_seal_has_the_key_that_is_there(pki: Pki) -> None:
    """PRNT-09: and a seal that expired or was revoked is refused by name."""
    before = (pki.folder / "print-seal.key.pem").read_bytes()
    old = issue_print_seal(pki.folder, not_before=NOW - timedelta(days=9), not_after=NOW - timedelta(days=2))
    assert (pki.folder / "print-seal.key.pem").read_bytes() == before
    new = issue_print_seal(pki.folder, not_before=NOW)
    revoke(pki.folder, new, NOW)
    for certificate, reason in ((old, Reason.EXPIRED), (new, Reason.REVOKED)):
        der = certificate.public_bytes(serialization.Encoding.DER)
        with pytest.raises(CertificateRefused) as refused:
            verify_seal_certificate(der, pki.ca(), pki.crl(), NOW)
        assert refused.value.reason_code == reason


def test_where_the_cas_key_is_kept_elsewhere_nothing_is_signed_by_another(pki: Pki) -> None:
    """OPER-01: a list that a stranger signed would shut out every card; so nothing is made, and it is said."""
    seal = x509.load_pem_x509_certificate((pki.folder / "print-seal.pem").read_bytes())
    for name in ("ca.key.pem", "print-seal.pem", "print-seal.key.pem"):
        (pki.folder / name).unlink()
    before = contents(pki)
    for sign in (
        lambda: revoke(pki.folder, seal, NOW),
        lambda: issue_print_seal(pki.folder, not_before=NOW),
        lambda: create(pki.folder, pki.cards, []),
    ):
        with pytest.raises(FileNotFoundError, match=r"do this where it is kept.*ca\.key\.pem"):
            sign()
    assert contents(pki) == before
