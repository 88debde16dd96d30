"""Sealed PDF files: what a seal is, and whether a file is still byte for byte what was sealed (PRNT-09).

A seal is a PAdES signature of level B-B (ETSI EN 319 142-1) that certifies the file: no change is allowed after it.
pyHanko judges it as every reader of PDF files does. That leaves bytes that no signature covers: padding and letter case
of the signature's own hexadecimal text, its certificates, and the form of what is encoded. So the signature is built
once more from its parts, and must come out the same.

Whoever imports this module loads pyHanko (half a second).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from typing import Any

from asn1crypto import cms, pem, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from singlewindow.contract.certificates import CertificateRefused, Reason, verify_seal_certificate

FIELD = "PrintSeal"  # the name of the signature's form field
DIGEST = "sha256"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (SEC 2, 2.4.2)
_TRACES = (b"/ByteRange", b"/ETSI.CAdES.detached", b"/FT /Sig")  # one changed byte hides at most one of them


class Verdict(StrEnum):
    """What is said of a file."""

    VALID = "VALID 有效"
    CHANGED = "CHANGED 已被更改"
    NOT_SEALED = "NOT SEALED 未签章"
    OTHER_CERTIFICATE = "OTHER CERTIFICATE 不是本印章的证书"
    EXPIRED = "EXPIRED 印章证书不在有效期内"
    REVOKED = "REVOKED 印章证书已吊销"
    UNKNOWN = "UNKNOWN 无法确认印章证书是否已吊销"


@dataclass(frozen=True)
class Checked:
    """The verdict, why where it is not VALID, and what the seal says, label → text, where it is unchanged."""

    verdict: Verdict
    why: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trust:
    """Whom to believe: the CA's certificate and its revocation list (PEM), at a moment (with an offset)."""

    ca: bytes
    crl: bytes
    at: datetime


class _Changed(Exception):
    """The file is not what was sealed."""


def check(data: bytes, trust: Trust) -> Checked:
    """Whether a file is what was sealed, without network. Never raises, whatever the file is."""
    for name in ("pyhanko", "pyhanko_certvalidator"):  # their warnings repeat the verdict
        logging.getLogger(name).addHandler(logging.NullHandler())
    sealed = any(trace in data for trace in _TRACES)
    try:
        signature = _signature_in(data)
    except Exception:
        why = "签章已损坏，无法读取" if sealed else "不是可以读取的 PDF 文件"
        return Checked(Verdict.CHANGED if sealed else Verdict.NOT_SEALED, why)
    if signature is None:
        return Checked(Verdict.CHANGED, "签章已被移除") if sealed else Checked(Verdict.NOT_SEALED)
    try:
        return _judged(data, signature, trust)
    except _Changed as changed:
        return Checked(Verdict.CHANGED, str(changed))
    except Exception:
        return Checked(Verdict.CHANGED, "签章已损坏，无法读取")


def _signature_in(data: bytes) -> EmbeddedPdfSignature | None:
    """The file's one signature. Raises whatever pyHanko does, and ValueError where there are several."""
    found = PdfFileReader(BytesIO(data)).embedded_signatures
    if len(found) > 1:
        raise ValueError("several signatures")
    return found[0] if found else None


def _judged(data: bytes, signature: EmbeddedPdfSignature, trust: Trust) -> Checked:
    """The verdict, quick questions first. Raises _Changed, and whatever an encoding that is broken raises."""
    _check_covered(data, signature)
    refusal = _refusal(signature.signer_cert.dump(), trust)
    if refusal is None or refusal.reason_code not in (Reason.CHAIN, Reason.UNREADABLE):
        _check_built(data, signature, trust.ca)
    believed = _believed(signature, trust, refusal)
    facts = _facts(signature)
    if refusal is not None:
        return Checked(_VERDICTS.get(refusal.reason_code, Verdict.OTHER_CERTIFICATE), "", facts)
    return Checked(Verdict.VALID, "", facts) if believed else Checked(Verdict.UNKNOWN, _NOT_BELIEVED, facts)


_NOT_BELIEVED = "pyHanko 未认可该签章"
_VERDICTS = {
    Reason.EXPIRED: Verdict.EXPIRED,
    Reason.NOT_YET_VALID: Verdict.EXPIRED,
    Reason.REVOKED: Verdict.REVOKED,
    Reason.REVOCATION_UNKNOWN: Verdict.UNKNOWN,
}


def _check_covered(data: bytes, signature: EmbeddedPdfSignature) -> None:
    """Every byte but those of /Contents, from the first to the last, is what the signature's digest says."""
    begin, end = _gap(data, signature)
    digest = find_unique_cms_attribute(signature.signer_info["signed_attrs"], "message_digest").native
    algorithm = signature.signer_info["digest_algorithm"]["algorithm"].native
    if algorithm == DIGEST and sha256(data[:begin] + data[end:]).digest() != digest:
        raise _Changed("文件内容在签章后被更改")


def _gap(data: bytes, signature: EmbeddedPdfSignature) -> tuple[int, int]:
    """Where the hexadecimal text of /Contents with its brackets stands, which is all that is not covered."""
    start, length, rest, last = (int(each) for each in signature.byte_range)
    if start != 0 or not 0 < length < rest or rest + last != len(data):
        raise _Changed("签章后在文件中追加或删去了内容")
    return length, rest


def _refusal(certificate: bytes, trust: Trust) -> CertificateRefused | None:
    try:
        verify_seal_certificate(certificate, trust.ca, trust.crl, trust.at)
    except CertificateRefused as refused:
        return refused
    return None


def _check_built(data: bytes, signature: EmbeddedPdfSignature, ca: bytes) -> None:
    """The text of /Contents is the one that follows from what is signed, the certificates and the signature."""
    begin, end = _gap(data, signature)
    text = _built(signature, ca).hex().upper().encode()
    if data[begin:end] != b"<" + text.ljust(end - begin - 2, b"0") + b">":
        raise _Changed("签章数据的编码被更改")
    attributes = signature.signer_info["signed_attrs"]
    named = find_unique_cms_attribute(attributes, "signing_certificate_v2")["certs"][0]["cert_hash"].native
    if named != sha256(signature.signer_cert.dump()).digest():
        raise _Changed("签章中的证书被更改")
    if signature.docmdp_level != MDPPerm.NO_CHANGES:
        raise _Changed("签章没有锁定文件")


def _built(signature: EmbeddedPdfSignature, ca: bytes) -> bytes:
    """The signature (CMS, RFC 5652) as `pades.py` has it made, in DER."""
    certificate, info = signature.signer_cert, signature.signer_info
    issued = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    digest = cms.DigestAlgorithm({"algorithm": DIGEST})
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": issued}),
        "digest_algorithm": digest,
        "signature_algorithm": {"algorithm": f"{DIGEST}_ecdsa"},
        "signed_attrs": info["signed_attrs"].untag(),  # its length is written anew, its content is signed
        "signature": _one_form(info["signature"].native),
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [digest],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices("certificate", each) for each in (certificate, _read(ca))],
        "signer_infos": [signer],
    }
    made = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})
    return bytes(made.dump())


def _one_form(signature: bytes) -> bytes:
    """An ECDSA signature (r, s) is as good as (r, order - s); only the one with the smaller s is made and taken."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, ORDER - s))


def _believed(signature: EmbeddedPdfSignature, trust: Trust, refusal: CertificateRefused | None) -> bool:
    """pyHanko's bottom line, with trust in the CA; raises _Changed where signature and file do not fit together."""
    context = ValidationContext(
        trust_roots=[_read(trust.ca)],
        crls=[pem.unarmor(trust.crl)[2]]
        if refusal is None
        else [],  # a list that was refused may be anything
        moment=trust.at,
        allow_fetching=False,
        revocation_mode="require",
    )
    usage = KeyUsageConstraints(key_usage={"non_repudiation"})
    with ThreadPoolExecutor(1) as thread:  # pyHanko starts an event loop; this thread may have one already
        status = thread.submit(validate_pdf_signature, signature, context, key_usage_settings=usage).result()
    if not (status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE):
        raise _Changed("文件内容在签章后被更改")
    return bool(status.bottom_line)


def _facts(signature: EmbeddedPdfSignature) -> dict[str, str]:
    certificate: Any = signature.signer_cert
    at = signature.self_reported_timestamp
    return {
        "印章": str(certificate.subject.native.get("common_name", "")),
        "颁发机构": str(certificate.issuer.native.get("common_name", "")),
        "证书编号": f"{certificate.serial_number:016X}",
        "证书有效期至": f"{certificate.not_valid_after:%Y-%m-%d}",
        "签章原因": str(signature.sig_object.get("/Reason", "")),
        "签章时间": f"{at:%Y-%m-%d %H:%M:%S %z}" if at else "",
    }


def _read(certificate_pem: bytes) -> Any:
    return x509.Certificate.load(pem.unarmor(certificate_pem)[2])
