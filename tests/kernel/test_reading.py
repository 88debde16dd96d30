"""Reading of workbooks: what is no workbook of ours is refused in words and harms nothing (GATE-11, UI-16)."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from singlewindow.kernel.problems import Refused
from singlewindow.kernel.spreadsheets import reader
from singlewindow.kernel.spreadsheets.layout import NEVER_FILLED_IN, sheets_of
from singlewindow.kernel.spreadsheets.reader import NotReadNow, ReadingFailed, lines_of
from singlewindow.kernel.spreadsheets.reading import MESSAGES, WORDS, ReadLimits, read
from singlewindow.kernel.subsystem import get_document_type
from tests.house import House
from tests.kernel.jobs import imported
from tests.workbooks import GOODS, HEADER, changed, letters, workbook

TRIP = ["1", "AB11", "4", None, None]
ONE = letters([[1, "AB11", "4", None, None]])
SHEET = "xl/worksheets/sheet1.xml"
LITTLE = ReadLimits(max_documents=5, max_rows=8, seconds=20)


async def lines(data: bytes, limits: ReadLimits = LITTLE) -> list[str]:
    return [line async for line in read(data, sheets_of(get_document_type("_template")), limits)]


def sheet(rows: str) -> bytes:
    """The first sheet with these rows below its heads."""
    xml = zipfile.ZipFile(io.BytesIO(ONE)).read(SHEET).decode()
    return changed(ONE, **{SHEET: xml.replace("</sheetData>", f"{rows}</sheetData>").encode()})


def part(name: str, content: bytes = b"x") -> bytes:
    return changed(ONE, **{name: content})


def bomb() -> bytes:
    return part("xl/media/image1.png", bytes(400_000_000))


def lying_bomb() -> bytes:
    """An archive that says of its part that it is small."""
    made = bytearray(part("xl/media/x.bin", bytes(350_000_000)))
    real = (350_000_000).to_bytes(4, "little")
    while (at := made.find(real)) >= 0:
        made[at : at + 4] = (100).to_bytes(4, "little")
    return bytes(made)


def encrypted() -> bytes:
    made = bytearray(ONE)
    at = made.find(b"PK\x01\x02")
    made[at + 8] |= 1
    return bytes(made)


MANY_ROWS = "".join(f'<row r="{at}"><c r="A{at}"><v>{at}</v></c></row>' for at in range(9, 19))

HOSTILE: dict[str, tuple[str, Any]] = {
    "nothing": ("empty", lambda: b""),
    "an image": ("not_xlsx", lambda: b"\x89PNG" + bytes(100)),
    "text that is called xlsx": ("not_xlsx", lambda: "序号,编号\n1,AB11".encode("gb18030")),
    "an OpenDocument sheet that is called xlsx": (
        "not_xlsx",
        lambda: changed(
            b"PK\x05\x06" + bytes(18), mimetype=b"application/vnd.oasis.opendocument.spreadsheet"
        ),
    ),
    "an old or encrypted book": ("old", lambda: b"\xd0\xcf\x11\xe0" + bytes(1000)),
    "another archive": ("damaged", lambda: changed(b"PK\x05\x06" + bytes(18), **{"a.txt": b"x"})),
    "half a book": ("damaged", lambda: ONE[: len(ONE) // 2]),
    "a book with a broken sheet": ("damaged", lambda: changed(ONE, **{SHEET: b"<worksheet><sheetData><row"})),
    "a list of sheets that never ends": (
        "damaged",
        lambda: changed(ONE, **{"xl/_rels/workbook.xml.rels": b"<Relationship " * 1_000_000}),
    ),
    "an encrypted part": ("encrypted", encrypted),
    "macros": ("macros", lambda: part("xl/vbaProject.bin")),
    "old macros": ("macros", lambda: part("xl/macrosheets/sheet1.xml")),
    "links to other books": ("external_links", lambda: part("xl/externalLinks/externalLink1.xml")),
    "data connections": ("external_links", lambda: part("xl/connections.xml")),
    "embedded files": ("embedded", lambda: part("xl/embeddings/oleObject1.bin")),
    "a bomb": ("bomb", bomb),
    "a bomb that says it is small": ("damaged", lying_bomb),
    "too many parts": ("too_complex", lambda: changed(ONE, **{f"x/{at}": b"" for at in range(600)})),
    "a cell far away": (
        "too_complex",
        lambda: sheet('<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'),
    ),
    "too many rows": ("too_many_rows", lambda: sheet(MANY_ROWS)),
    "too many documents": (
        "too_many_documents",
        lambda: letters([[at, "AB11", "4", None, None] for at in range(6)]),
    ),
    "no document": ("no_document", lambda: letters([])),
    "another sheet": ("no_sheet", lambda: workbook({"Sheet1": [HEADER]})),
    "a table's sheet under another name": (
        "foreign_sheet",
        lambda: workbook({"表头": [HEADER, TRIP], "明细": [GOODS, ["1", "苹果", 1, None]]}),
    ),
    "a sheet more": (
        "foreign_sheet",
        lambda: workbook({"表头": [HEADER, TRIP], "货物": [GOODS], "货物 2": [GOODS]}),
    ),
    "a head twice": ("head_twice", lambda: workbook({"表头": [[*HEADER, "备注"]]})),
    "a head of nothing": ("unknown_head", lambda: workbook({"表头": [[*HEADER, "单价"]]})),
    "an obligatory head missing": ("head_missing", lambda: workbook({"表头": [HEADER[:2]]})),
    "no column to join": ("head_missing", lambda: workbook({"表头": [HEADER], "货物": [GOODS[1:]]})),
    "a cell without a head": (
        "no_head",
        lambda: workbook({"表头": [HEADER, ["1", "AB11", "4", "", "", "x"]]}),
    ),
}


async def test_a_sheet_that_would_be_passed_over_is_named() -> None:
    """GATE-11: nothing typed is silently dropped: which sheet it is, and how those of the template are called."""
    with pytest.raises(Refused) as refused:
        await lines(workbook({"表头": [HEADER, TRIP], "明细": [GOODS, ["1", "苹果", 1, None]]}))
    [violation] = refused.value.violations
    assert "「明细」" in violation.message
    assert "「表头」「货物」" in violation.advice


async def test_sheets_that_hold_nothing_of_the_senders_do_no_harm() -> None:
    """GATE-11: an empty one, what the template or a result has besides, a hidden one beside the template's own; and a
    document without rows needs no sheet for them."""
    ours: dict[str, list[list[Any]]] = {"表头": [HEADER, TRIP], "货物": [GOODS]}
    lists = {name: [["x"]] for name in NEVER_FILLED_IN}
    cases: list[dict[str, list[list[Any]]]] = [
        {**ours, "Sheet3": [], "Sheet4": [[None, ""]]}, {**ours, **lists}, {"表头": [HEADER, TRIP]},
    ]  # fmt: skip
    for sheets in cases:
        assert len(await lines(workbook(sheets))) == 2
    assert len(await lines(workbook(ours | {"清单": [["x"]]}, hidden=["清单"]))) == 2
    with pytest.raises(Refused, match="明细"):
        await lines(workbook({"表头": [HEADER, TRIP], "明细": [GOODS]}, hidden=["明细"]))


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_workbook_is_refused_in_words(name: str) -> None:
    """GATE-11, UI-16: what is wrong, what to do, and where that is written."""
    reason, make = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        await lines(make())
    [violation] = refused.value.violations
    assert violation.rule == f"import.{reason}"
    assert violation.message
    assert violation.advice
    assert violation.clause


def test_every_reason_has_a_file() -> None:
    """A reason that no file provokes is one that nobody has seen."""
    assert {reason for reason, _ in HOSTILE.values()} == set(MESSAGES)


async def test_a_million_rows_are_refused_before_they_are_read() -> None:
    """GATE-11: counted while the archive is inflated, so long before a parser has built them."""
    row = '<row r="2"><c r="A2"><v>1</v></c></row>'
    data = sheet(row * 1_000_000)
    began = time.process_time()
    with pytest.raises(Refused, match="超过 200,000 行"):
        await lines(data, ReadLimits())
    assert time.process_time() - began < 5, "the parent itself has done nothing of it"


async def test_what_the_reader_says_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child has read a stranger's file: another count of lines than it sent is its own fault."""
    monkeypatch.setattr(reader, "CHILD", __file__)
    with pytest.raises((ReadingFailed, Refused)):
        await lines(ONE)
    with pytest.raises(ReadingFailed):
        reader.check_end(b'{"end":3}', 2, WORDS)


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="inlineStr"><is><t>_x0000_AB</t></is></c></row>',
        '<row r="3"><c r="A3"><v>2</v></c><c r="E3" t="inlineStr"><is><t>a&#x202e;b</t></is></c></row>',
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="s"><v>99999</v></c></row>',
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3"><v>nan</v></c></row>',
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3"><v>1e999</v></c></row>',
    ],
    ids=["NUL", "direction", "no such string", "nan", "infinite"],
)
async def test_strange_cells_never_reach_a_document(house: House, xml: str) -> None:
    """UI-16: a cell that is damaged is told or refuses the file; nothing of it is stored, and no defect shows."""
    member = await house.member()
    job = await imported(house, member, sheet(xml))
    assert job["state"] in ("done", "failed")
    assert job["done"] <= 1
    assert "系统多次未能" not in job["message"]
    rows = await house.sql(
        "select content::text as c from document d join company c on c.id = d.company_id where customs_code = $1",
        member.customs_code,
    )
    assert all("AB11" in row["c"] for row in rows)


async def test_a_reader_that_is_late_says_nothing_of_the_file(tmp_path: Path) -> None:
    """GATE-11: it used no processor time, so it was the machine: a job tries again, a person is told to."""
    child = tmp_path / "child.py"
    child.write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(NotReadNow) as late:
        await anext(lines_of(ONE, {}, 0.2, WORDS, child))
    assert (late.value.passing, "繁忙" in late.value.detail) == (True, True)
