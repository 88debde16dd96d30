"""Sealing PDF files in child processes (PRNT-09)."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from singlewindow.contract.demo_pki import create, issue_print_seal
from singlewindow.contract.pdf_seals import Trust, Verdict, check
from singlewindow.kernel.printing.children import Bounds
from singlewindow.kernel.printing.sealing import CannotSeal, SealBox, Sealer
from singlewindow.kernel.printing.typesetter import Typesetter
from singlewindow.kernel.problems import TooMany
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import FORM_PRINT
from tests.kernel.test_printing import data
from tests.pdf_samples import make_pdf

NOW = datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC)  # the business clock may be years ahead
BOX = SealBox(1, (400, 500.5, 520, 620))
PDF = make_pdf(pages=2)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    create(folder, folder / "cards", [])
    return folder


@pytest.fixture
async def sealer(pki: Path) -> AsyncIterator[Sealer]:
    made = Sealer(pki)
    yield made
    await made.close()


def verdict(pdf: bytes, pki: Path) -> Verdict:
    return check(
        pdf, Trust((pki / "ca.pem").read_bytes(), (pki / "crl.pem").read_bytes(), datetime.now(UTC))
    ).verdict


async def test_a_typeset_paper_is_sealed_and_nothing_of_it_rewritten(sealer: Sealer, pki: Path) -> None:
    """PRNT-09: an increment behind the file; the date is the business clock's, and no date is the real one's."""
    press = Typesetter(settings().fonts)
    paper = await press.typeset(FORM_PRINT.template, data(), NOW)
    await press.close()
    sealed = await sealer.seal(paper, BOX, "报关单证自助打印", NOW)
    assert sealed.startswith(paper)
    assert verdict(sealed, pki) == Verdict.VALID
    dates = re.findall(rb"D(?::|\\072)(\d{8})", sealed)
    assert set(dates) == {b"20310304"}
    facts = check(
        sealed, Trust((pki / "ca.pem").read_bytes(), (pki / "crl.pem").read_bytes(), datetime.now(UTC))
    ).facts
    assert facts["签章时间"] == "2031-03-04 13:06:07 +0800"
    assert facts["签章原因"] == "报关单证自助打印"
    assert "样章 SPECIMEN" in facts["印章"]


@pytest.mark.parametrize("page", [1, 2, -1])
async def test_the_seal_s_place_is_the_one_that_was_asked(sealer: Sealer, page: int) -> None:
    """PRNT-09: a widget over the drawn seal, on the right page, printed, and without a picture of its own."""
    import io

    import pikepdf

    sealed = pikepdf.open(io.BytesIO(await sealer.seal(PDF, SealBox(page, BOX.rect), "x", NOW)))
    places = [at for at, each in enumerate(sealed.pages, 1) if "/Annots" in each]
    assert places == [page if page > 0 else len(sealed.pages)]
    [widget] = sealed.pages[places[0] - 1].Annots
    assert [float(each) for each in widget.Rect] == list(BOX.rect)
    assert int(widget.F) & 4, "printed"
    assert widget.AP.N.read_bytes().strip() == b""
    assert sealed.Root.Perms.DocMDP.Reference[0].TransformParams.P == 1
    assert widget.V.SubFilter == "/ETSI.CAdES.detached"


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler-utils is not installed")
async def test_pdfsig_agrees(sealer: Sealer, pki: Path, tmp_path: Path) -> None:
    """PRNT-09: another reader's word on a sealed file, and on one with a byte changed."""

    def said(pdf: bytes) -> str:
        (tmp_path / "a.pdf").write_bytes(pdf)
        return subprocess.run(
            ["pdfsig", "a.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
        ).stdout

    sealed = await sealer.seal(PDF, BOX, "x", NOW)
    assert "Signature is Valid." in said(sealed)
    assert "Total document signed" in said(sealed)
    assert "ETSI.CAdES.detached" in said(sealed)
    changed = sealed.replace(b"-----", b"----+", 1)
    assert "Signature is Valid." not in said(changed)
    assert verdict(changed, pki) == Verdict.CHANGED


async def test_many_at_once_share_few_children(sealer: Sealer, pki: Path) -> None:
    """PRNT-09: each file its own seal; too many waiting are refused with words."""
    papers = [make_pdf(title=f"Sample {at}") for at in range(12)]
    sealed = await asyncio.gather(*(sealer.seal(each, BOX, "x", NOW) for each in papers))
    assert all(after.startswith(before) for before, after in zip(papers, sealed, strict=True))
    assert {verdict(each, pki) for each in sealed} == {Verdict.VALID}
    assert len(sealer.children.idle) <= sealer.bounds.children
    small = Sealer(pki, Bounds(waiting=1))
    answers = await asyncio.gather(
        *(small.seal(PDF, BOX, "x", NOW) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in answers) == ["TooMany", "TooMany", "bytes"]
    assert any(isinstance(each, TooMany) and each.extra["retry_after"] for each in answers)
    await small.close()


async def test_what_cannot_be_sealed_hurts_no_other(sealer: Sealer, pki: Path) -> None:
    """PRNT-09: no PDF, a page that is not there, a file that is sealed already; the child goes on."""
    sealed = await sealer.seal(PDF, BOX, "x", NOW)
    for bad, box in ((b"no pdf", BOX), (b"", BOX), (PDF, SealBox(9, BOX.rect)), (sealed, BOX)):
        with pytest.raises(CannotSeal):
            await sealer.seal(bad, box, "x", NOW)
    assert len(sealer.children.idle) == 1
    assert verdict(await sealer.seal(PDF, BOX, "x", NOW), pki) == Verdict.VALID


async def test_what_takes_too_long_or_too_much_is_ended(pki: Path) -> None:
    """PRNT-09."""
    for bounds in (Bounds(seconds=0.001), Bounds(memory_bytes=20 * 1024 * 1024), Bounds(cpu_seconds=0)):
        strict = Sealer(pki, bounds)
        with pytest.raises(CannotSeal):
            await strict.seal(PDF, BOX, "x", NOW)
        assert not strict.children.idle
        await strict.close()


async def test_a_child_is_renewed_and_one_that_died_costs_no_seal(pki: Path) -> None:
    """PRNT-09."""
    sealer = Sealer(pki, Bounds(pieces_of_a_child=2))
    await sealer.seal(PDF, BOX, "x", NOW)
    [first] = sealer.children.idle
    first.process.kill()
    assert verdict(await sealer.seal(PDF, BOX, "x", NOW), pki) == Verdict.VALID
    [second] = sealer.children.idle
    assert second.process.pid != first.process.pid
    await sealer.seal(PDF, BOX, "x", NOW)
    assert not sealer.children.idle
    assert second.process.returncode is not None
    await sealer.close()


async def test_without_key_or_with_an_expired_certificate_nothing_is_sealed(
    pki: Path, tmp_path: Path
) -> None:
    """PRNT-09: and the certificate goes by real time, whatever the business clock says."""
    copy = tmp_path / "pki"
    shutil.copytree(pki, copy)
    sealer = Sealer(copy)
    real = datetime.now(UTC)
    issue_print_seal(copy, not_before=real - timedelta(days=9), not_after=real - timedelta(days=2))
    with pytest.raises(CannotSeal, match="有效期"):
        await sealer.seal(PDF, BOX, "x", NOW)
    (copy / "print-seal.key.pem").unlink()
    with pytest.raises(CannotSeal, match="签名密钥"):
        await sealer.seal(PDF, BOX, "x", NOW)
    await sealer.close()
