"""The QR code of a print: drawn where the document bears one, read back from the paper, verified without the portal."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import typst
import zxingcpp
from PIL import Image

from singlewindow.contract.seals import Seal, read_seal
from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.documents.store import CHINA, get_document
from singlewindow.kernel.printing.seals import NONE, qr_code, seal_data
from singlewindow.kernel.printing.typesetter import CannotPrint
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import FORM_PRINT, get_document_type
from singlewindow.kernel.subsystem import Seal as Declared
from tests.house import House, Member
from tests.kernel.test_amendments import accepted
from tests.kernel.test_documents import TYPE, applied, letter, reference
from tests.kernel.test_printing import Paper

SCREEN = 110  # dots per inch: a poor picture of the paper
needs_poppler = pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler-utils is not installed")


async def approved(house: House) -> tuple[Member, str]:
    """A document in force, and its number."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "APPROVED", customs_no="530120261126000007"))
    return member, view["number"]


async def printed(member: Member, number: str) -> bytes:
    answer = await member.http.get(f"/api/documents/{TYPE}/{number}/prints/form")
    assert answer.status_code == 200, answer.text
    return answer.content


def codes_on(pdf: bytes, folder: Path, dots: int = SCREEN) -> list[str]:
    """What another program reads in a picture of the paper (ZXing's C++ port; the portal draws with segno)."""
    (folder / "print.pdf").write_bytes(pdf)
    command = ("pdftoppm", "-r", str(dots), "-gray", "-png", str(folder / "print.pdf"), str(folder / "page"))
    subprocess.run(command, check=True)
    qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [
        code.text
        for page in sorted(folder.glob("page*.png"))
        for code in zxingcpp.read_barcodes(Image.open(page), formats=qr)
    ]


def picture_of(svg: str, folder: Path) -> Image.Image:
    """An SVG as the program of the prints draws it."""
    (folder / "code.svg").write_text(svg, "utf-8")
    (folder / "code.typ").write_text('#set page(width: 60mm, height: 60mm)\n#image("code.svg")', "utf-8")
    typst.compile(folder / "code.typ", output=folder / "code.png", format="png", ppi=200)
    return Image.open(folder / "code.png")


def checked(text: str, key: Path, *more: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command, with nothing of this installation: no server, no database, no setting."""
    command = (sys.executable, "-m", "singlewindow", "check-seal", text, "--key", str(key), *more)
    environment = {"PATH": "/usr/bin:/bin", "SINGLEWINDOW_DATA": "/nowhere", "COLUMNS": "200", **settings}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)


@needs_poppler
async def test_the_code_on_the_paper_is_verified_without_the_portal(house: House, tmp_path: Path) -> None:
    """GATE-09: from the printed page to the verdict: number, facts, validity, signature; and one changed character."""
    member, number = await approved(house)
    [text] = codes_on(await printed(member, number), tmp_path)
    key = tmp_path / "portal-seal.pem"
    key.write_bytes((await member.http.get("/api/seal/key")).content)
    view = await member.view(TYPE, number)
    valid = checked(text, key)
    assert valid.returncode == 0, valid.stderr
    assert valid.stdout.startswith("VALID 有效")
    assert f"统一编号: {number}" in valid.stdout
    assert f"申请事项编号: {view['content']['reference']}" in valid.stdout
    until = (datetime.now(CHINA) + timedelta(days=settings().seal_days)).date()
    assert f"有效期至: {until} 23:59:59" in valid.stdout
    later = checked(text, key, "--at", str(until + timedelta(days=1)))
    assert (later.returncode, later.stdout[:7]) == (2, "EXPIRED")
    file = tmp_path / "scanned.txt"
    file.write_text(text[:40] + ("A" if text[40] != "A" else "B") + text[41:], "utf-8")
    forged = checked(str(file), key)
    assert (forged.returncode, forged.stdout[:6]) == (1, "FORGED")
    assert number not in forged.stdout
    missing, keyless = tmp_path / "none.pem", tmp_path / "keyless.pem"
    keyless.write_text("-----BEGIN CERTIFICATE-----\n", "utf-8")
    for other, why in ((missing, "cannot be read"), (keyless, "holds no public key")):
        unjudged = checked(text, other)  # neither forged (1) nor expired (2)
        assert (unjudged.returncode, unjudged.stdout) == (9, ""), unjudged
        assert unjudged.stderr.startswith(f"Cannot check. {other} {why}"), unjudged.stderr
    for misnamed in ("scaned.txt", "扫" * 150):  # the second is no name that a file can have
        assert checked(misnamed, key).stdout == "FORGED 无效: not a seal, and no file of that name\n"
    for genuine in (text, str(file)):  # a terminal without Chinese changes no verdict
        said = checked(genuine, key, PYTHONIOENCODING="latin-1")
        assert (said.returncode, said.stderr) == (0 if genuine == text else 1, "")


@needs_poppler
async def test_only_what_is_in_force_bears_a_code(house: House, tmp_path: Path) -> None:
    """GATE-09: a draft's print says nothing that a gate could take for a permission."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    assert codes_on(await printed(member, view["number"]), tmp_path) == []


@needs_poppler
async def test_while_it_is_amended_the_code_says_what_is_in_force_and_afterwards_nothing(
    house: House, tmp_path: Path
) -> None:
    """GATE-09, GATE-05: until customs answer the accepted content counts; a document that has ended bears no code."""
    document = await accepted(house)
    key = (house.pki / "portal-seal.pem").read_bytes()
    content = (await document.view())["content"]
    version = (await document.view())["version"]
    await document.changed(reference=reference())
    await document.declare("change")
    await house.send()
    [text] = codes_on(await printed(document.member, document.number), tmp_path)
    seal = read_seal(text, key)
    assert (seal.facts, seal.version) == ({"申请事项编号": content["reference"]}, version)
    await document.hear(2, 1, "REFUSED")
    await document.declare("revoke")
    await house.send()
    await document.hear(3, 1, "APPROVED")
    assert codes_on(await printed(document.member, document.number), tmp_path) == []


@needs_poppler
async def test_the_code_has_its_quiet_zone_and_size(house: House, tmp_path: Path) -> None:
    """GATE-09: black on white, four modules of white around it, and no module smaller than 0.33 mm."""
    drawn = qr_code("x" * 400)
    assert 'fill="#fff"' in drawn
    assert 'stroke="#000"' in drawn
    side = int(drawn.split('viewBox="0 0 ')[1].split(" ")[0])
    assert 'd="M4 4.5h7' in drawn, "the first finder begins after four modules"
    assert 38 / side > 0.33, "millimetres of seal-mark() in base.typ"
    member, number = await approved(house)
    paper = Paper(tmp_path / "print.pdf")
    paper.path.write_bytes(await printed(member, number))
    assert "防伪二维码有效期至" in paper.text


async def test_what_is_sealed(house: House, tmp_path: Path) -> None:
    """GATE-09: the facts are short, absent values are empty, the print's own validity counts before the setting."""
    type = get_document_type(TYPE)
    member, number = await approved(house)
    company = (await house.sql("select company_id from document where number = $1", number))[0]["company_id"]
    async with house.web.transaction(Actor(company, None)) as transaction:
        document = await get_document(transaction, type, number)
    seal = Declared(
        lambda v: {"长": "长" * 90, "空": v["remark"], "号": v["number"]}, frozenset({document.status}), 30
    )
    wanted, now = replace(FORM_PRINT, seal=seal), datetime(2026, 11, 26, 20, tzinfo=UTC)
    data = seal_data(type, wanted, document, document.version, now, house.pki, 7)
    assert data["qr_until"] == "2026-12-27 23:59", "30 days after the 27th in China"
    [code] = zxingcpp.read_barcodes(picture_of(data["qr"], tmp_path))
    said: Seal = read_seal(code.text, (house.pki / "portal-seal.pem").read_bytes())
    assert said.facts == {"长": "长" * 31 + "…", "空": "", "号": number}
    assert (said.number, said.type, said.version, said.issued_at) == (number, TYPE, document.version, now)
    assert seal_data(type, FORM_PRINT, document, document.version, now, house.pki, 7) == NONE
    with pytest.raises(CannotPrint):
        seal_data(type, wanted, document, document.version, now, Path("/nowhere"), 7)
    assert member.card_no


async def test_the_page_is_one_file_that_may_fetch_nothing(house: House) -> None:
    """GATE-09: public, with the key in it; its policy names the digests of its own script and style alone."""
    answer = await house.client().get("/seal")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "unsafe" not in policy
    key = await house.client().get("/api/seal/key")
    assert key.headers["content-type"].startswith("application/x-pem-file")
    assert key.text.strip() in answer.text
    assert "{{CHECK}}" not in answer.text
    assert " src=" not in answer.text
    assert "PRIVATE" not in answer.text


async def test_a_portal_without_the_key_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """GATE-09, UI-16: with keys of one's own the file may be missing; that is told in words."""
    monkeypatch.setattr(settings(), "pki", Path("/nowhere"))
    for path in ("/api/seal/key", "/seal"):
        answer: httpx.Response = await house.client().get(path)
        assert answer.status_code == 404
        assert json.loads(answer.content)["detail"] == "本系统没有打印件防伪公钥"
