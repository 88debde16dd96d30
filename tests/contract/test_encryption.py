"""What goes to customs can be opened by customs alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey

from singlewindow.contract.encryption import DecryptionFailed, UnknownKey, decrypt, encrypt
from singlewindow.contract.sealed import seal, unseal
from singlewindow.contract.signatures import SignatureRefused, sign_jws
from tests.contract.pki import Pki


def jwk(pki: Pki, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((pki.folder / name).read_bytes())
    return loaded


@pytest.mark.parametrize("size", [0, 40, 5 * 1024 * 1024])
def test_round_trip(shared_pki: Pki, size: int) -> None:
    """PORT-08: from nothing to a large attachment; the plaintext does not show."""
    plaintext = b"%PDF-1.7 " * (size // 9)
    sealed = encrypt(plaintext, jwk(shared_pki, "customs-encryption.pub.jwk"))
    assert sealed.count(".") == 4
    assert decrypt(sealed, jwk(shared_pki, "customs-encryption.jwk")) == plaintext


def test_the_public_key_holds_no_secret_and_opens_nothing(shared_pki: Pki) -> None:
    """PORT-08."""
    public = jwk(shared_pki, "customs-encryption.pub.jwk")
    assert "d" not in public
    with pytest.raises(DecryptionFailed):
        decrypt(encrypt(b"secret", public), public)


def test_another_key_or_a_changed_message_is_refused(shared_pki: Pki) -> None:
    """PORT-08: authenticated encryption; rubbish is refused in the same way."""
    private = jwk(shared_pki, "customs-encryption.jwk")
    sealed = encrypt(b"secret" * 10, jwk(shared_pki, "customs-encryption.pub.jwk"))
    other = ECKey.generate_key("P-256", private=True).as_dict(private=True)
    header, key, iv, text, tag = sealed.split(".")
    changed = ".".join((header, key, iv, ("A" if text[0] != "A" else "B") + text[1:], tag))
    for compact, using in (
        (sealed, other),
        (changed, private),
        (f"e30.{key}.{iv}.{text}.{tag}", private),
        ("", private),
        ("a.b.c.d.e", private),
        ("密文", private),
    ):
        with pytest.raises(DecryptionFailed):
            decrypt(compact, dict(using))


def test_only_what_the_portal_sealed_is_unsealed(pki: Pki) -> None:
    """CUST-05, PORT-08: encrypted for customs and signed by the portal; a stranger's message is refused."""
    private = json.loads((pki.folder / "customs-encryption.jwk").read_bytes())
    public = json.loads((pki.folder / "customs-encryption.pub.jwk").read_bytes())
    certificate = (pki.folder / "portal-signing.pem").read_bytes()
    own, foreign = ((pki.folder / f"{name}-signing.key.pem").read_bytes() for name in ("portal", "customs"))
    assert unseal(seal(b"payload", own, public), [private], certificate) == b"payload"
    with pytest.raises(SignatureRefused):
        unseal(seal(b"payload", foreign, public), [private], certificate)
    with pytest.raises(SignatureRefused):
        unseal(encrypt(b"payload", public), [private], certificate)
    with pytest.raises(DecryptionFailed):
        unseal(sign_jws(b"payload", own, "portal"), [private], certificate)


def test_what_was_sealed_for_the_key_before_is_unsealed_too(pki: Pki) -> None:
    """CUST-05: of several keys, whichever it was; a message for none of them may be for one that is still to come."""
    certificate = (pki.folder / "portal-signing.pem").read_bytes()
    own = (pki.folder / "portal-signing.key.pem").read_bytes()
    one, two, other = (ECKey.generate_key("P-256", private=True).as_dict(private=True) for _ in range(3))
    for private in (one, two):
        assert unseal(seal(b"payload", own, dict(private)), [dict(one), dict(two)], certificate) == b"payload"
    with pytest.raises(UnknownKey):
        unseal(seal(b"payload", own, dict(other)), [dict(one), dict(two)], certificate)
    with pytest.raises(DecryptionFailed) as rubbish:
        unseal("a.b.c.d.e", [dict(one), dict(two)], certificate)
    assert not isinstance(rubbish.value, UnknownKey)
