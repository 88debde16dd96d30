"""The check of sealed PDF files: not one byte may differ from what was sealed (PRNT-09)."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms, core  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from singlewindow.contract.demo_pki import create, issue_print_seal, revoke
from singlewindow.contract.pdf_seals import ORDER, Checked, Trust, Verdict, check
from singlewindow.kernel.printing.pades import SealKey, load_key, seal
from singlewindow.launch.sealed_files import CODES, NOT_CHECKED
from tests.contract.pki import Pki
from tests.pdf_samples import make_pdf

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
BOX = (400, 500, 520, 620)
PDF = make_pdf(page_bytes=1)
PARTS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pki")
    create(made, made / "cards", [], now=NOW - timedelta(days=1))
    return made


@pytest.fixture(scope="module")
def trust(folder: Path) -> Trust:
    return trust_in(folder)


@pytest.fixture(scope="module")
def key(folder: Path) -> SealKey:
    return load_key(folder)


@pytest.fixture(scope="module")
def sealed(key: SealKey) -> bytes:
    return seal(key, PDF, 1, BOX, "报关单证自助打印", NOW)


def trust_in(folder: Path) -> Trust:
    return Trust((folder / "ca.pem").read_bytes(), (folder / "crl.pem").read_bytes(), NOW)


def gap(sealed: bytes) -> tuple[int, int]:
    """Where the hexadecimal text of /Contents stands, without its brackets."""
    begin = sealed.index(b"/Contents <") + len(b"/Contents <")
    return begin, sealed.index(b">", begin)


def remade(sealed: bytes, change: Callable[[cms.ContentInfo], None]) -> bytes:
    """The file with its signature taken apart, changed and put back in the place that it has."""
    begin, end = gap(sealed)
    message = cms.ContentInfo.load(bytes.fromhex(sealed[begin:end].decode()))
    change(message)
    dumped: bytes = message.dump(force=True)
    text = dumped.hex().upper().encode()
    assert len(text) <= end - begin, "there is room"
    return sealed[:begin] + text.ljust(end - begin, b"0") + sealed[end:]


def pyhanko_believes(pdf: bytes, trust: Trust) -> bool:
    """What a reader of PDF files says."""
    from asn1crypto import pem, x509

    [found] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = [x509.Certificate.load(pem.unarmor(trust.ca)[2])]
    return bool(validate_pdf_signature(found, ValidationContext(trust_roots=roots, moment=NOW)).bottom_line)


def test_a_sealed_file_is_valid_and_says_by_whom_when_and_why(sealed: bytes, trust: Trust) -> None:
    """PRNT-09."""
    checked = check(sealed, trust)
    assert checked.verdict == Verdict.VALID
    assert checked.facts["印章"] == "报关单证专用章（样章 SPECIMEN）"
    assert checked.facts["签章原因"] == "报关单证自助打印"
    assert checked.facts["签章时间"] == "2026-11-26 08:00:00 +0000"
    assert pyhanko_believes(sealed, trust)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_byte_counts(sealed: bytes, trust: Trust, part: int) -> None:
    """PRNT-09: each byte of the file changed in turn, its signature and the padding included."""
    missed = []
    for at in range(part, len(sealed), PARTS):
        changed = bytearray(sealed)
        changed[at] ^= 1
        if check(bytes(changed), trust).verdict != Verdict.CHANGED:
            missed.append(at)
    assert missed == []


def test_case_and_padding_of_the_signature_count(sealed: bytes, trust: Trust) -> None:
    """PRNT-09: what other readers do not look at: a letter small, a digit of the padding, a blank instead of one."""
    begin, end = gap(sealed)
    text = sealed[begin:end]
    assert text.endswith(b"00" * 8), "there is padding"
    assert pyhanko_believes(sealed[:begin] + text.lower() + sealed[end:], trust)
    letters = [at for at, each in enumerate(text) if chr(each) in "ABCDEF"]
    variants = [text[:at] + text[at : at + 1].lower() + text[at + 1 :] for at in letters[::7]]
    variants += [text[: -1 - at] + b"1" + text[len(text) - at :] for at in range(16)]
    variants += [text.lower(), text[:-1] + b" ", text[:-2] + b"\r\n", text[:-16] + b"DEADBEEF" * 2]
    assert all(len(each) == len(text) and each != text for each in variants)
    verdicts = [check(sealed[:begin] + each + sealed[end:], trust).verdict for each in variants]
    assert set(verdicts) == {Verdict.CHANGED}


def test_another_encoding_of_the_same_signature_counts(sealed: bytes, trust: Trust) -> None:
    """PRNT-09: all three are good signatures of the same file for a reader that asks cryptography alone."""

    def mirror(message: cms.ContentInfo) -> None:
        [info] = message["content"]["signer_infos"]
        r, s = decode_dss_signature(info["signature"].native)
        assert s <= ORDER // 2
        info["signature"] = encode_dss_signature(r, ORDER - s)

    def without_ca(message: cms.ContentInfo) -> None:
        signed = message["content"]
        signed["certificates"] = [each for each in signed["certificates"] if each.chosen.ca is not True]

    def with_a_word(message: cms.ContentInfo) -> None:
        [info] = message["content"]["signer_infos"]
        info["unsigned_attrs"] = [{"type": "1.2.3", "values": [core.Null()]}]

    for change in (mirror, without_ca, with_a_word):
        changed = remade(sealed, change)
        assert changed != sealed
        assert pyhanko_believes(changed, trust), change.__name__
        assert check(changed, trust) == Checked(Verdict.CHANGED, "签章数据的编码被更改"), change.__name__
    assert remade(sealed, lambda _: None) == sealed


def test_what_is_cut_off_or_appended_counts(sealed: bytes, trust: Trust) -> None:
    """PRNT-09: cut anywhere, and one byte or a whole revision behind the end, whatever it changes."""
    short = [sealed[:end] for end in (*range(0, len(sealed), 97), *range(len(sealed) - 40, len(sealed)))]
    assert {check(each, trust).verdict for each in short} == {Verdict.CHANGED, Verdict.NOT_SEALED}
    longer = [sealed + each for each in (b"\n", b" ", b"\0", b"%%EOF\n", b"%" * 3000, sealed)]
    longer.append(b"\n" + sealed)
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/Lang"] = pdf_string("zh")
    writer.update_root()  # type: ignore[no-untyped-call]  # pyHanko gives it no types
    longer.append(written(writer))
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    append_signature_field(writer, SigFieldSpec("another"))
    longer.append(written(writer))
    assert {check(each, trust).verdict for each in longer} == {Verdict.CHANGED}


def written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko gives it no types
    return out.getvalue()


@cache
def large(key: SealKey) -> bytes:
    return seal(key, make_pdf(pages=40, page_bytes=4000), -1, BOX, "x", NOW)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_edit_of_a_long_file_goes_unseen(key: SealKey, trust: Trust, data: st.DataObject) -> None:
    """PRNT-09: a few bytes replaced, put in or taken out anywhere."""
    sealed = large(key)
    at = data.draw(st.integers(0, len(sealed) - 1))
    gone = data.draw(st.integers(0, 9))
    edited = sealed[:at] + data.draw(st.binary(max_size=9)) + sealed[at + gone :]
    assert (check(edited, trust).verdict == Verdict.VALID) == (edited == sealed)


def test_a_signature_that_was_taken_out_leaves_no_seal(sealed: bytes, trust: Trust) -> None:
    """PRNT-09: saved anew without its form, and with the signature still in it but changed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        pdf.save(out)
        assert check(out.getvalue(), trust).verdict == Verdict.CHANGED
        del pdf.Root.AcroForm, pdf.Root.Perms
        for page in pdf.pages:
            del page["/Annots"]
        bare = io.BytesIO()
        pdf.save(bare)
    assert check(bare.getvalue(), trust) == Checked(Verdict.NOT_SEALED)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\x00" * 5000, PDF[:300], PDF])
def test_what_was_never_sealed_says_so(data: bytes, trust: Trust) -> None:
    """PRNT-09: and nothing of it ends the program."""
    assert check(data, trust).verdict == Verdict.NOT_SEALED


def test_another_certificate_does_not_pass_for_the_seal(folder: Path, trust: Trust, tmp_path: Path) -> None:
    """PRNT-09: one of the same CA without the right to sign documents, and another CA's that has the same name."""
    ca = (folder / "ca.pem").read_bytes()
    portal = SealKey(
        (folder / "portal-signing.pem").read_bytes(), (folder / "portal-signing.key.pem").read_bytes(), ca
    )
    create(tmp_path, tmp_path / "cards", [], now=NOW)
    for stranger in (portal, load_key(tmp_path)):
        made = seal(stranger, PDF, 1, BOX, "x", NOW)
        assert check(made, trust).verdict == Verdict.OTHER_CERTIFICATE
        assert check(made + b"\n", trust).verdict == Verdict.CHANGED
    assert check(made, trust_in(tmp_path)).verdict == Verdict.VALID


def test_expired_revoked_and_unknown_are_told_apart(pki: Pki) -> None:
    """PRNT-09: each says so and still what the seal says; a changed file is changed whatever its certificate is."""
    create(pki.folder, pki.cards, [], now=NOW)
    made = seal(load_key(pki.folder), PDF, 1, BOX, "x", NOW)
    good = trust_in(pki.folder)
    cases = {
        Verdict.VALID: good,
        Verdict.EXPIRED: replace(good, at=NOW + timedelta(days=3651)),
        Verdict.UNKNOWN: replace(good, crl=b"no list"),
    }
    certificate = issue_print_seal(pki.folder, not_before=NOW)
    again = seal(load_key(pki.folder), PDF, 1, BOX, "x", NOW)
    revoke(pki.folder, certificate, NOW)
    for verdict, trust in cases.items():
        checked = check(made, trust)
        assert checked.verdict == verdict
        assert checked.facts["签章原因"] == "x"
        assert check(made.replace(b"/Helvetica", b"/helvetica"), trust).verdict == Verdict.CHANGED
    assert check(made, replace(good, at=NOW - timedelta(days=30))).verdict == Verdict.EXPIRED
    after = trust_in(pki.folder)
    assert check(again, after).verdict == Verdict.REVOKED
    assert check(made, after).verdict == Verdict.VALID, "another certificate of the same key"


def command(file: Path, *more: str) -> tuple[int, str]:
    """`singlewindow check-pdf`, in an environment that names neither database nor server."""
    asked = (sys.executable, "-m", "singlewindow", "check-pdf", str(file), *more)
    environment = {
        "PATH": os.environ["PATH"],
        "SINGLEWINDOW_DATABASE_URL": "postgresql://nowhere",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout + done.stderr


def test_the_command_needs_the_file_and_the_ca_s_certificate_alone(
    folder: Path, sealed: bytes, tmp_path: Path
) -> None:
    """PRNT-09: each verdict has its exit code, and the words stand in the first line."""
    whole, broken, bare = (tmp_path / name for name in ("a.pdf", "b.pdf", "c.pdf"))
    whole.write_bytes(sealed)
    broken.write_bytes(sealed + b"\n")
    bare.write_bytes(PDF)
    ca = ("--ca", str(folder / "ca.pem"), "--at", "2026-11-27T08:00:00")
    code, said = command(whole, *ca)
    assert (code, said.splitlines()[0]) == (0, "VALID 有效")
    assert "签章时间: 2026-11-26 08:00:00 +0000" in said
    code, said = command(broken, *ca)
    assert (code, said.splitlines()) == (1, ["CHANGED 已被更改: 签章后在文件中追加或删去了内容"])
    assert command(bare, *ca) == (3, "NOT SEALED 未签章\n")
    for file, authority, words in (
        (whole, whole, "not a certificate"),
        (tmp_path / "d.pdf", folder / "ca.pem", "d.pdf"),
    ):
        code, said = command(file, "--ca", str(authority))
        assert code == 9
        assert words in said


def test_each_verdict_has_its_exit_code() -> None:
    """PRNT-09: and none that of a wrong call or of a file that cannot be read."""
    assert set(CODES) == set(Verdict.__members__)
    assert len({*CODES.values(), NOT_CHECKED, 2}) == len(CODES) + 2
