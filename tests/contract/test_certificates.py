"""Whom a card stands for, and when its certificate is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from singlewindow.contract import demo_pki
from singlewindow.contract.certificates import (
    CARD_KIND,
    CUSTOMS_CODE,
    CardIdentity,
    CertificateRefused,
    Reason,
    certificate_number,
    other_name,
    read_card_certificate,
    verify_card_certificate,
    verify_card_certificate_at,
)
from tests.contract.pki import LEGAL_PERSON, NOW, OPERATOR, Pki, make_pki, usage


def refusal(
    pki: Pki, der: bytes, now: datetime = NOW, crl: bytes | None = None, ca: bytes | None = None
) -> Reason:
    with pytest.raises(CertificateRefused) as refused:
        verify_card_certificate(der, ca or pki.ca(), pki.crl() if crl is None else crl, now)
    assert refused.value.message
    return refused.value.reason_code


def test_a_card_names_its_holder_and_company(shared_pki: Pki) -> None:
    """PORT-03: card number, holder, company, its two codes and the kind of card come from the certificate."""
    identity = verify_card_certificate(shared_pki.der(), shared_pki.ca(), shared_pki.crl(), NOW)
    assert identity == CardIdentity(
        card_no=OPERATOR.card_no,
        holder=OPERATOR.holder,
        company_name=OPERATOR.company_name,
        customs_code=OPERATOR.customs_code,
        scc=OPERATOR.scc,
        kind="操作员卡",
    )
    assert read_card_certificate(shared_pki.der()) == identity
    assert read_card_certificate(shared_pki.der(LEGAL_PERSON)).kind == "法人卡"
    assert len(certificate_number(shared_pki.certificate())) == 16


def test_a_card_of_another_ca_is_refused(shared_pki: Pki, tmp_path: Path) -> None:
    """PORT-05: the other CA even bears the same name."""
    other = make_pki(tmp_path)
    assert refusal(shared_pki, other.der()) is Reason.CHAIN


def test_the_ca_and_customs_certificates_are_no_cards(shared_pki: Pki) -> None:
    """PORT-05: a certificate of the right CA that was not made for a card."""
    for name, reason in (("ca.pem", Reason.CHAIN), ("customs-signing.pem", Reason.UNREADABLE)):
        pem = (shared_pki.folder / name).read_bytes()
        der = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
        assert refusal(shared_pki, der) is reason


def test_a_card_does_not_issue_cards(pki: Pki) -> None:
    """PORT-05: a certificate signed with a card's key, with that card given as the CA."""
    card = pki.certificate()
    forged = (
        x509.CertificateBuilder()
        .subject_name(card.subject)
        .issuer_name(card.subject)
        .public_key(card.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(pki.key(), hashes.SHA256())
    )
    der = forged.public_bytes(serialization.Encoding.DER)
    assert refusal(pki, der) is Reason.CHAIN
    assert refusal(pki, der, ca=card.public_bytes(serialization.Encoding.PEM)) is Reason.CHAIN


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


Extension = tuple[x509.ExtensionType, bool]
AUTHORITY = x509.BasicConstraints(ca=True, path_length=0)
NO_AUTHORITY = x509.BasicConstraints(ca=False, path_length=None)


def test_who_issues_must_be_an_authority(shared_pki: Pki) -> None:
    """PORT-05: the same name and key in a certificate that does not say that they may issue, or says they may not."""
    name = x509.load_pem_x509_certificate(shared_pki.ca()).subject
    issues, key = usage("key_cert_sign", "crl_sign"), shared_pki.ca_key().public_key()
    good = shared_pki.made([(AUTHORITY, True), (issues, True)], name, key)
    verify_card_certificate(shared_pki.der(), _pem(good), shared_pki.crl(), NOW)
    for extensions in (
        [(AUTHORITY, True)],
        [(issues, True)],
        [(NO_AUTHORITY, True), (issues, True)],
        [(AUTHORITY, True), (usage("digital_signature", "crl_sign"), True)],
    ):
        weak = shared_pki.made(extensions, name, key)
        assert refusal(shared_pki, shared_pki.der(), ca=_pem(weak)) is Reason.CHAIN


def test_what_the_authority_issues_must_be_a_cards(shared_pki: Pki) -> None:
    """PORT-03, PORT-05, PORT-08: its key is of the one kind that we know, and may sign; it names one card of a kind;
    nothing critical in it is left unread."""
    signs: Extension = (usage("digital_signature"), True)
    kind, code = other_name(CARD_KIND, "操作员卡"), other_name(CUSTOMS_CODE, "3122960001")
    names: Extension = (x509.SubjectAlternativeName([kind, code]), False)
    unread = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"")
    for extensions in ([signs, names], [signs, names, (NO_AUTHORITY, True)], [signs, names, (unread, False)]):
        identity = verify_card_certificate(
            _der(shared_pki.made(extensions)), shared_pki.ca(), shared_pki.crl(), NOW
        )
        assert (identity.kind, identity.customs_code, identity.scc) == ("操作员卡", "3122960001", "")
    dns, other = x509.DNSName("card.example"), other_name(CARD_KIND, "访客卡")
    number = x509.NameAttribute(NameOID.SERIAL_NUMBER, OPERATOR.card_no)
    for extensions, subject, key, reason in (
        ([names], None, None, Reason.CHAIN),
        ([names, (usage("key_cert_sign"), True)], None, None, Reason.CHAIN),
        ([signs, names, (unread, True)], None, None, Reason.CHAIN),
        ([signs], None, None, Reason.UNREADABLE),
        ([signs, (x509.SubjectAlternativeName([dns]), False)], None, None, Reason.UNREADABLE),
        ([signs, (x509.SubjectAlternativeName([other]), False)], None, None, Reason.UNREADABLE),
        ([signs, names], x509.Name([]), None, Reason.UNREADABLE),
        ([signs, names], x509.Name([number, number]), None, Reason.UNREADABLE),
        ([signs, names], None, ec.generate_private_key(ec.SECP384R1()).public_key(), Reason.UNREADABLE),
        ([signs, names], None, rsa.generate_private_key(65537, 2048).public_key(), Reason.UNREADABLE),
    ):
        made = shared_pki.made(extensions, subject, key)
        assert refusal(shared_pki, _der(made)) is reason


def test_validity_has_a_beginning_and_an_end(shared_pki: Pki) -> None:
    """PORT-05: three years, from the day before it was made; the first and the last second count."""
    card, second = shared_pki.certificate(), timedelta(seconds=1)
    for now, before in ((card.not_valid_before_utc, True), (card.not_valid_after_utc, False)):
        verify_card_certificate(shared_pki.der(), shared_pki.ca(), shared_pki.crl(), now)
        reason = Reason.NOT_YET_VALID if before else Reason.EXPIRED
        assert refusal(shared_pki, shared_pki.der(), now - second if before else now + second) is reason
    assert refusal(shared_pki, shared_pki.der(), NOW - timedelta(days=2)) is Reason.NOT_YET_VALID
    assert refusal(shared_pki, shared_pki.der(), NOW + timedelta(days=3 * 365)) is Reason.EXPIRED
    verify_card_certificate(shared_pki.der(), shared_pki.ca(), shared_pki.crl(), NOW + timedelta(days=1090))


def test_an_expired_card_can_be_issued(pki: Pki) -> None:
    """PORT-05: for tests and training."""
    demo_pki.issue_card(
        pki.folder,
        pki.cards,
        OPERATOR,
        not_before=NOW - timedelta(days=90),
        not_after=NOW - timedelta(days=1),
    )
    assert refusal(pki, pki.der()) is Reason.EXPIRED


def test_a_revoked_card_is_refused_and_the_others_are_not(pki: Pki) -> None:
    """PORT-05: revocation counts at once, for good, and for that card alone."""
    demo_pki.revoke(pki.folder, pki.certificate(), NOW)
    demo_pki.revoke(pki.folder, pki.certificate(), NOW)
    assert refusal(pki, pki.der()) is Reason.REVOKED
    verify_card_certificate(pki.der(LEGAL_PERSON), pki.ca(), pki.crl(), NOW)
    demo_pki.revoke(pki.folder, pki.certificate(LEGAL_PERSON), NOW)
    assert refusal(pki, pki.der()) is Reason.REVOKED
    assert refusal(pki, pki.der(LEGAL_PERSON)) is Reason.REVOKED
    assert len(x509.load_pem_x509_crl(pki.crl())) == 2


def test_a_signature_of_before_is_judged_as_of_then(pki: Pki, tmp_path: Path) -> None:
    """PORT-05: what was revoked or ended later was good when it signed, also by a list that has gone out of date since;
    not what was revoked or had ended by then, is another CA's, or is asked with another CA's list."""
    demo_pki.revoke(pki.folder, pki.certificate(), NOW)

    def judged(at: datetime, crl: bytes = b"") -> CardIdentity:
        return verify_card_certificate_at(pki.der(), pki.ca(), crl or pki.crl(), at)

    moment = x509.load_pem_x509_crl(pki.crl())[0].revocation_date_utc
    assert judged(moment - timedelta(seconds=1)).card_no == OPERATOR.card_no
    other = make_pki(tmp_path / "other")
    before, after = pki.certificate().not_valid_before_utc, pki.certificate().not_valid_after_utc
    for at, crl, reason in (
        (moment, b"", Reason.REVOKED),
        (before - timedelta(seconds=1), b"", Reason.NOT_YET_VALID),
        (after + timedelta(seconds=1), b"", Reason.EXPIRED),
        (moment - timedelta(seconds=1), other.crl(), Reason.REVOCATION_UNKNOWN),
    ):
        with pytest.raises(CertificateRefused) as refused:
            judged(at, crl)
        assert refused.value.reason_code is reason
    with pytest.raises(CertificateRefused) as foreign:
        verify_card_certificate_at(other.der(), pki.ca(), pki.crl(), NOW)
    assert foreign.value.reason_code is Reason.CHAIN


def test_without_a_good_revocation_list_nothing_is_accepted(pki: Pki, tmp_path: Path) -> None:
    """PORT-05: missing, forged by another key under the CA's name, in another name, of a part, out of date: fails
    closed; its last second counts."""
    assert refusal(pki, pki.der(), crl=b"") is Reason.REVOCATION_UNKNOWN
    assert refusal(pki, pki.der(), crl=make_pki(tmp_path / "other").crl()) is Reason.REVOCATION_UNKNOWN
    verify_card_certificate(pki.der(), pki.ca(), _list(pki), NOW)
    for bad in (
        _list(pki, until=NOW - timedelta(seconds=1)),
        _list(pki, name=pki.certificate().subject),
        _list(pki, of_a_part=True),
    ):
        assert refusal(pki, pki.der(), crl=bad) is Reason.REVOCATION_UNKNOWN


def _list(
    pki: Pki, *, until: datetime = NOW, name: x509.Name | None = None, of_a_part: bool = False
) -> bytes:
    """A list without an entry by the CA's key; one `of_a_part` says so in what is critical."""
    name = name or x509.load_pem_x509_certificate(pki.ca()).subject
    builder = x509.CertificateRevocationListBuilder().issuer_name(name)
    builder = builder.last_update(NOW - timedelta(days=9)).next_update(until)
    if of_a_part:
        builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
    return builder.sign(pki.ca_key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_certificate_changed_in_one_byte_is_refused(shared_pki: Pki) -> None:
    """PORT-08: the company's code made another in the DER bytes."""
    der = shared_pki.der().replace(OPERATOR.customs_code.encode(), b"3122960002")
    assert read_card_certificate(der).customs_code == "3122960002"
    assert refusal(shared_pki, der) is Reason.CHAIN


@pytest.mark.parametrize("der", [b"", b"abc", bytes(500)])
def test_what_is_no_certificate_is_refused(shared_pki: Pki, der: bytes) -> None:
    """PORT-03: any bytes may arrive from outside."""
    assert refusal(shared_pki, der) is Reason.UNREADABLE
