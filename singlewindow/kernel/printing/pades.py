"""Sealing a PDF file: a PAdES-B-B signature (ETSI EN 319 142-1) that certifies it, made by pyHanko.

Loaded by `seal_child.py` alone. `singlewindow/contract/pdf_seals.py` checks what is made here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import pem, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from singlewindow.contract.pdf_seals import DIGEST, FIELD, ORDER

LONGEST_SIGNATURE = 71  # bytes of an ECDSA signature of P-256 with the smaller s, in DER
_pdf: Any = generic  # half of it is typed
SPARE = 16  # bytes; padding shows that a checker looks at it


class SealKey(Signer):
    """Key and certificate of the seal, read once; with the CA's, so that a reader sees the whole chain."""

    def __init__(self, certificate: bytes, key: bytes, ca: bytes) -> None:
        authorities = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        authorities.register(_certificate(ca))
        own = _certificate(certificate)
        super().__init__(signing_cert=own, cert_registry=authorities)
        self.title = str(own.subject.native["common_name"])  # whose seal it is
        self._key = serialization.load_pem_private_key(key, password=None)
        self._runner = asyncio.Runner()
        self.reserved = 2 * (len(self.sign(bytes(32), dry_run=True)) + SPARE)  # hexadecimal digits

    def sign(self, digest: bytes, *, dry_run: bool = False) -> bytes:
        """The signature (CMS, RFC 5652, DER) of a file with this SHA-256."""
        made = self._runner.run(self.async_sign(digest, DIGEST, use_pades=True, dry_run=dry_run))
        return bytes(made.dump())

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """ECDSA with the smaller of the two possible s, so that nobody can turn it into another that is valid too."""
        if dry_run:
            return bytes(LONGEST_SIGNATURE)
        if not isinstance(self._key, ec.EllipticCurvePrivateKey):
            raise TypeError("not an EC key")
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return encode_dss_signature(r, min(s, ORDER - s))


def load_key(pki: Path) -> SealKey:
    """The seal of an installation."""
    return SealKey(
        *((pki / name).read_bytes() for name in ("print-seal.pem", "print-seal.key.pem", "ca.pem"))
    )


def seal(key: SealKey, pdf: bytes, page: int, rect: Sequence[float], reason: str, moment: datetime) -> bytes:
    """`pdf` and its signature: nothing of it is rewritten. See `SealBox` for page and rect.

    Raises what pyHanko raises for what is no PDF or has no such page, ValueError for one that has a form already.
    """
    writer = _Writer(BytesIO(pdf))
    if "/AcroForm" in writer.root:
        raise ValueError("the file has a form or a signature already")
    on_page = page - 1 if page > 0 else page
    place = SigFieldSpec(FIELD, on_page=on_page, box=rect, readable_field_name=key.title)  # type: ignore[arg-type]
    steps = PdfCMSEmbedder(new_field_spec=place).write_cms(FIELD, writer)
    _make_clear(writer, next(steps).get_object(), rect)
    placeholder = SignatureObject(
        timestamp=moment, subfilter=SigSeedSubFilter.PADES, reason=reason, bytes_reserved=key.reserved
    )
    certified = SigMDPSetup(md_algorithm=DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=certified))
    prepared, output = steps.send(SigIOSetup(md_algorithm=DIGEST))
    steps.send(key.sign(prepared.document_digest))
    return bytes(output.getvalue())


class _Writer(IncrementalPdfFileWriter):
    """Adds to a file and leaves its title, dates and program as they are: pyHanko would put in the real time."""

    def _update_meta(self) -> None:
        pass


def _make_clear(writer: IncrementalPdfFileWriter, field: Any, rect: Sequence[float]) -> None:
    """Nothing is drawn over the seal that stands on the page; readers open the signature where it is clicked."""
    left, bottom, right, top = rect
    shape = {
        "/Type": pdf_name("/XObject"),
        "/Subtype": pdf_name("/Form"),
        "/BBox": _pdf.ArrayObject(_pdf.FloatObject(each) for each in (0, 0, right - left, top - bottom)),
    }
    empty = _pdf.StreamObject({pdf_name(name): value for name, value in shape.items()}, stream_data=b"")
    field[pdf_name("/AP")] = _pdf.DictionaryObject({pdf_name("/N"): writer.add_object(empty)})


def _certificate(certificate_pem: bytes) -> Any:
    return x509.Certificate.load(pem.unarmor(certificate_pem)[2])
