"""Detached signatures of cards and the JWS of customs."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from singlewindow.contract.demo_pki import create
from singlewindow.contract.signatures import (
    SignatureRefused,
    UnknownSignature,
    canonical,
    check_private_key,
    sign_jws,
    sign_raw,
    sign_text,
    signing_input,
    verify,
    verify_jws,
)
from tests.contract.pki import LEGAL_PERSON, Pki, usage

STATEMENT = canonical({"number": "I2026", "action": "apply", "company": "上海甲"})


def test_the_canonical_form_does_not_depend_on_order() -> None:
    """PORT-08: RFC 8785, so that both sides digest the same bytes."""
    expected = '{"action":"apply","company":"上海甲","number":"I2026"}'
    assert STATEMENT.decode() == expected


def test_the_signing_input_is_that_of_a_jws() -> None:
    """PORT-08: two unpadded Base64url parts, header first."""
    header, payload = signing_input(STATEMENT).split(".")
    assert urlsafe_b64decode(header + "==") == b'{"alg":"ES256"}'
    assert urlsafe_b64decode(payload + "==") == STATEMENT
    assert "=" not in header + payload


def test_a_cards_signature_is_accepted_and_is_standard_jws(shared_pki: Pki) -> None:
    """PORT-08: raw r‖s; put behind the signing input it is a JWS for any other library too."""
    text = signing_input(STATEMENT)
    signature = sign_raw(shared_pki.key(), text.encode())
    assert len(signature) == 64
    verify(shared_pki.der(), text, signature)
    key = ECKey.import_key(shared_pki.key().public_key())
    compact = f"{text}.{_encoded(signature)}"
    assert jws.deserialize_compact(compact, key, algorithms=["ES256"]).payload == STATEMENT


def test_another_text_key_or_signature_is_refused(shared_pki: Pki) -> None:
    """PORT-08: tampering with any of the three."""
    text = signing_input(STATEMENT)
    signature = sign_raw(shared_pki.key(), text.encode())
    tampered = bytes([signature[0] ^ 1]) + signature[1:]
    for der, signed, given in (
        (shared_pki.der(), signing_input(STATEMENT.replace(b"apply", b"cancel")), signature),
        (shared_pki.der(LEGAL_PERSON), text, signature),
        (shared_pki.der(), text, tampered),
        (shared_pki.der(), text, signature + b"\0"),
        (shared_pki.der(), text, bytes(64)),
        (b"no certificate", text, signature),
        _on_another_curve(shared_pki, text),
    ):
        with pytest.raises(SignatureRefused):
            verify(der, signed, given)


def _on_another_curve(pki: Pki, text: str) -> tuple[bytes, str, bytes]:
    """A certificate, a text and its good signature, as long as ours, by a key of another kind."""
    key = ec.generate_private_key(ec.SECP256K1())
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with pytest.raises(ValueError, match="P-256"):
        check_private_key(key.private_bytes(*pem))
    made = pki.made([(usage("digital_signature"), True)], key=key.public_key())
    return made.public_bytes(serialization.Encoding.DER), text, sign_raw(key, text.encode())


def test_a_jws_of_customs_round_trip(shared_pki: Pki) -> None:
    """PORT-08: receipts are signed by customs; a payload of 1 MB passes too."""
    assert verify_jws(_signed_by_customs(shared_pki, b'{"alg":"ES256"}'), _customs(shared_pki)) == b"granted"
    payload = b'{"code":"APPROVED","text":"' + b"x" * 1_000_000 + b'"}'
    assert verify_jws(sign_jws(payload, _customs_key(shared_pki), "customs"), _customs(shared_pki)) == payload


def test_a_jws_of_another_key_or_changed_is_refused(shared_pki: Pki) -> None:
    """PORT-08: signed by the CA's key, changed payload, `none`, HMAC, rubbish; and what customs' key itself signed, if
    its header is none, or wants to be understood otherwise, or a part has other signs."""
    good = sign_jws(b"granted", _customs_key(shared_pki), "customs")
    header, _, signature = good.split(".")
    ca_key = (shared_pki.folder / "ca.key.pem").read_bytes()
    hmac = jws.serialize_compact({"alg": "HS256"}, b"granted", OctKey.import_key(b"k" * 32))
    for bad in (
        sign_jws(b"granted", ca_key, "customs"),
        f"{header}.{_encoded(b'refused')}.{signature}",
        _encoded(b'{"alg":"none"}') + "." + _encoded(b"granted") + ".",
        hmac,
        _signed_by_customs(shared_pki, b"[]"),
        _signed_by_customs(shared_pki, b"1"),
        _signed_by_customs(shared_pki, b"{"),
        _signed_by_customs(shared_pki, b'{"alg":"ES384"}'),
        _signed_by_customs(shared_pki, b'{"alg":"ES256","crit":["exp"],"exp":1}'),
        _signed_by_customs(shared_pki, b'{"alg":"ES256","b64":false}'),
        _signed_by_customs(shared_pki, b'{"alg":"ES256"}', "gran+ed"),
        _signed_by_customs(shared_pki, b'{"alg":"ES256"}') + "A",
        "a.b.c",
        "",
        "回执",
    ):
        with pytest.raises(SignatureRefused):
            verify_jws(bad, _customs(shared_pki))


def test_certificates_of_keys_that_were_renewed_count_on(shared_pki: Pki, tmp_path: Path) -> None:
    """PORT-08: a file holds the present certificate and those before it; a key of none of them is not known."""
    before, signed = _customs(shared_pki), sign_jws(b"granted", _customs_key(shared_pki), "customs")
    create(tmp_path, tmp_path / "cards", [])
    after = (tmp_path / "customs-signing.pem").read_bytes()
    for both in (after + before, before + after):
        assert verify_jws(signed, both) == b"granted"
    with pytest.raises(UnknownSignature):
        verify_jws(signed, after + after)
    with pytest.raises(UnknownSignature):
        verify_jws(signed, b"being written")
    with pytest.raises(SignatureRefused) as refused:
        verify_jws(f"{signed}A", after + before)
    assert not isinstance(refused.value, UnknownSignature)


def _signed_by_customs(pki: Pki, header: bytes, payload: str = "Z3JhbnRlZA") -> str:
    text = f"{_encoded(header)}.{payload}"
    return f"{text}.{_encoded(sign_text(_customs_key(pki), text))}"


def _customs(pki: Pki) -> bytes:
    return (pki.folder / "customs-signing.pem").read_bytes()


def _customs_key(pki: Pki) -> bytes:
    return (pki.folder / "customs-signing.key.pem").read_bytes()


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@hypothesis.given(
    st.recursive(
        st.text() | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | st.none() | st.floats(-1e6, 1e6),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=12,
    )
)
def test_canonical_is_rfc_8785_whichever_way_it_is_written(value: Any) -> None:
    """PORT-08: the quick way for plain values writes the same bytes."""
    assert canonical(value) == rfc8785.dumps(value)
