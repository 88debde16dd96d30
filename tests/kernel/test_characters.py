"""Characters: what a field takes is the same everywhere, to the paper; what it does not take is refused there.

GB 18030 in four bytes, what is composed and what is composed of several, full width, joined emoji; and what steers,
hides, or is none.
"""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
import unicodedata
import zipfile
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from singlewindow.kernel.definition.check import clean, violations_of
from singlewindow.kernel.definition.fields import Content, Field, enabled_values
from singlewindow.kernel.printing.coverage import covered_by, spelled_out
from singlewindow.kernel.printing.typesetter import FACES
from singlewindow.kernel.problems import Refused
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import Condition, DocumentType, Print, document_types, subsystem_of
from tests.house import House
from tests.kernel.jobs import imported
from tests.kernel.test_documents import TYPE, letter, reference
from tests.marked import draft_with
from tests.workbooks import letters, sheet_of

TAKEN = {
    "ext A": "㐂", "ext B": "𠮷", "ext B too": "𡈽", "ext C": "𪜀", "ext D": "𫝀", "ext E": "𫟼", "ext F": "𬺰",
    "ext G": "𰀀",
    "composed": "é", "decomposed": "e\u0301", "full width": "Ａ１", "half-width kana": "ｶ", "joined emoji": "👩‍👩‍👧",
    "variant": "葛\U000e0100", "compatibility": "\uf92c", "right to left": "سلام", "formula": "=1+1",
    "markup": "<b>&amp;",
    "quotes": "'\"\\", "hangul": "한글", "radical": "⽉", "not a number": "٣",
}  # fmt: skip
NOT_TAKEN = {
    "NUL": "\0", "escape": "\x1b", "C1": "\x85", "half a pair": "\ud800", "the other half": "\udfff",
    "no character": "\uffff",
    "no character either": "\U0010ffff", "private": "\ue000", "private plane": "\U000f0000", "line separator": "\u2028",
    "override": "\u202e", "isolate": "\u2066", "mark": "\u200f", "zero-width space": "\u200b",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad", "word joiner": "\u2060", "tag": "\U000e0041",
}  # fmt: skip


def _is_typed(type: DocumentType) -> bool:
    """Whether a person fills it in, so that there is a draft of it."""
    return "save" in {each.name for each in type.lifecycle.actions}


def plain_texts() -> Iterator[Any]:
    """Every field of every type, in rows too, into which a text may be typed."""
    for name, type in document_types().items():
        content = type.form.content
        yield from (pytest.param(content, "", each, id=f"{name} {each.name}") for each in _texts(content))
        for table in content.tables.values():
            for each in _texts(table.row):
                yield pytest.param(content, table.name, each, id=f"{name} {table.name}/{each.name}")


def _texts(content: type[Content]) -> list[Field]:
    return [each for each in content.typed.values() if each.kind in ("text", "textarea")]


def _sent(table: str, field: Field, text: str) -> dict[str, Any]:
    return {table: [{field.name: text}]} if table else {field.name: text}


@pytest.mark.parametrize(("content", "table", "field"), list(plain_texts()))
def test_every_field_takes_a_character_or_says_why_not(
    content: type[Content], table: str, field: Field
) -> None:
    """UI-01, UI-16: kept as it was typed (composed), or refused at the field with what to do; hidden ones with their
    number and place."""
    path = f"{table}/1/{field.name}" if table else field.name
    for text in TAKEN.values():
        values = clean(content, _sent(table, field, text))
        kept = values[table][0][field.name] if table else values[field.name]
        found = [each for each in violations_of(content, values, complete=False) if each.path == path]
        assert all(each.message and each.advice for each in found)
        if not field.pattern:
            wanted = unicodedata.normalize("NFC", text)
            assert kept == (wanted.upper() if field.upper else wanted)
            assert {each.rule for each in found} <= {"field.length"}
    for text in NOT_TAKEN.values():
        with pytest.raises(Refused) as refused:
            clean(content, _sent(table, field, f"中{text}文"))
        [violation] = refused.value.violations
        assert violation.path == path
        assert f"第 2 个，U+{ord(text):04X}" in violation.message
        assert violation.advice


@pytest.mark.parametrize(("content", "table", "field"), list(plain_texts()))
def test_a_length_counts_characters(content: type[Content], table: str, field: Field) -> None:
    """UI-01: one of four bytes, or of two UTF-16 units, is one."""
    if not field.length or field.pattern or field.disabled is not False:
        return
    for more, rules in ((0, set()), (1, {"field.length"})):
        values = clean(content, _sent(table, field, "𠮷" * (field.length + more)))
        assert {each.rule for each in violations_of(content, values, complete=False)} >= rules
        if not more:
            lengths = [v for v in violations_of(content, values, complete=False) if v.rule == "field.length"]
            assert not lengths


async def test_the_same_everywhere(house: House, tmp_path: Path) -> None:
    """PORT-08, UI-12: in the answer, the database, the message to customs, their receipt, the history, the evidence, a
    workbook that is imported and its result; on paper as it is, or by its number where no font has it."""
    text = "中".join(TAKEN.values())
    wanted = unicodedata.normalize("NFC", text)
    member = await house.member()
    view = await member.save(TYPE, letter(reference(), vessel=wanted[:20], remark=text))
    number = view["number"]
    assert view["content"]["remark"] == wanted
    [row] = await house.sql("select content->>'remark' as remark from document where number = $1", number)
    assert row["remark"] == wanted
    await member.upload(TYPE, number, "1", name="𠮷㐂=.pdf")
    await member.apply(TYPE, await member.view(TYPE, number))
    await house.send()
    [submission] = [each for each in house.customs.received if each.number == number]
    assert json.loads(b64decode(submission.content))["remark"] == wanted
    receipt = house.customs.receipt(submission, 1, "REJECTED").model_copy()
    await house.hear(receipt)
    listed = (await member.http.get(f"/api/documents/{TYPE}/{number}")).json()
    assert listed["content"]["remark"] == wanted
    assert [each["name"] for each in listed["attachments"]] == ["𠮷㐂=.pdf"]
    evidence = await member.http.get(f"/api/documents/{TYPE}/{number}/evidence")
    with zipfile.ZipFile(io.BytesIO(evidence.content)) as archive:
        assert json.loads(archive.read("content 1.json"))["remark"] == wanted
    paper = await member.http.get(f"/api/documents/{TYPE}/{number}/prints/form")
    (tmp_path / "print.pdf").write_bytes(paper.content)
    _on_paper(tmp_path / "print.pdf", wanted)


AROUND = (("_from", timedelta(days=-1)), ("_to", timedelta(days=1)))
ODD = '=龘𠮷<é"葛\U000e0100１ｶس'
"""Eleven characters: of a formula, of four bytes, of a page's markup, in a variant, full and half width, right to
left."""
OPENED = {"consolidated.booklet": {"district": "5301"}}
"""What registers fill in, without which no more can be typed: no draft here has it."""


@pytest.mark.parametrize("name", [n for n, each in document_types().items() if _is_typed(each)])
async def test_lists_figures_and_papers_of_every_type(house: House, name: str, tmp_path: Path) -> None:
    """PORT-08, UI-08, UI-12: found by what was typed, shown as it was typed, and on every paper of the type."""
    type = document_types()[name]
    corporate = subsystem_of(type).card_kind
    member = await house.member(kind="法人卡", level="card") if corporate else await house.member()
    number = await draft_with(member, name, ODD)
    base = f"/api/documents/{name}"
    view = await member.view(name, number)
    assert ODD in list(_texts_in(view["content"]))
    obligatory = _obligatory(type)
    by_it = 0
    for condition in type.queries.conditions:
        asked = obligatory | {f"{condition.name}{end}": ODD for end in _ends(condition)}
        answer = await member.http.get(base, params=asked)
        if condition.kind in ("text", "code"):
            is_it = view["content"].get(condition.name) == ODD
            by_it += is_it
            assert _numbers(answer) == ([number] if is_it else []), condition.name
        elif condition.kind in ("span", "status"):
            assert answer.status_code == 422, answer.text
            assert all(each["message"] and each["advice"] for each in answer.json()["violations"])
        typed = {**view["content"], "number": number}.get(condition.name)
        if condition.kind in ("text", "code") and typed:
            answer = await member.http.get(base, params=obligatory | {condition.name: typed})
            assert _numbers(answer) == [number], (condition.name, typed)
    assert by_it or not _free(type, _texts_asked(type))
    filled = json.dumps(OPENED.get(name, {}))
    await house.sql("update document set content = content || $2::jsonb where number = $1", number, filled)
    view = await member.view(name, number)
    shown = ODD in list(_texts_in(enabled_values(type.form.content, view["content"])))
    papers = []
    for paper in type.prints if type.lifecycle.find_action("print") else ():
        await _stands_where(house, type, number, paper)
        made = await member.http.get(f"{base}/{number}/prints/{paper.name}")
        assert made.status_code == 200, made.text
        papers += [made.content] if paper.compose is None and shown else []
    [row] = (await member.http.get(base, params=obligatory)).json()["items"]
    if type.queries.print:
        assert ODD in list(_texts_in(row)) or not _free(type, _columns(type))
        listed = await member.http.get(f"{base}/list/print", params=obligatory)
        assert listed.content.startswith(b"%PDF"), listed.text
        papers += [listed.content] if ODD in list(_texts_in(row)) else []
    assert papers or not (type.queries.print or (type.prints and type.lifecycle.find_action("print")))
    for at, content in enumerate(papers):
        (tmp_path / f"{at}.pdf").write_bytes(content)
        _on_paper(tmp_path / f"{at}.pdf", ODD)


def _obligatory(type: DocumentType) -> dict[str, str]:
    """What its result list must be asked with."""
    must = [each for each in type.queries.conditions if each.required]
    days = {
        f"{each.name}{end}": str(date.today() + off)  # noqa: DTZ011
        for each in must
        if each.kind == "span"
        for end, off in AROUND
    }
    return days | {each.name: each.choices[0].code for each in must if each.kind == "role"}


def _numbers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json()["items"]]


def _texts_asked(type: DocumentType) -> set[str]:
    return {each.name for each in type.queries.conditions if each.kind == "text"}


def _columns(type: DocumentType) -> set[str]:
    return {each.name for each in type.queries.columns}


def _free(type: DocumentType, names: set[str]) -> list[str]:
    """Those of them that are texts of the content into which anything may be written."""
    found = (each for each in _texts(type.form.content) if each.name in names)
    return [each.name for each in found if not (each.pattern or each.codes or each.system)]


def test_some_type_is_asked_for_a_text_and_some_list_prints_one() -> None:
    """Else the test above could not fail."""
    types = document_types().values()
    assert any(_free(each, _texts_asked(each)) for each in types)
    assert any(each.queries.print and _free(each, _columns(each)) for each in types)


def _ends(condition: Condition) -> Sequence[str]:
    return ("_from", "_to") if condition.kind == "span" else ("",)


def _texts_in(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for each in (
        content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    ):
        yield from _texts_in(each)


async def _stands_where(house: House, type: DocumentType, number: str, paper: Print) -> None:
    """Bring the document into a status in which that paper can be had."""
    allowed = type.lifecycle.action("print").from_states
    status = next(each for each in sorted(allowed) if paper.is_there(each))
    await house.sql("update document set status = $2 where number = $1", number, status)


def _on_paper(path: Path, wanted: str) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("poppler-utils is not installed")
    said = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    text = "".join(said.stdout.decode().replace("\u200b", "").split())
    covered = covered_by([settings().fonts / FACES[0]])
    shown, missing = spelled_out("".join(wanted.split()), covered)
    assert "𠮷" in missing
    assert shown in text
    assert "为字体中没有的字符" in text


async def test_a_workbook_brings_the_same(house: House) -> None:
    """GATE-11: what is typed into a cell is what would be typed into the box; what is refused is named by its cell."""
    member = await house.member()
    text = "中".join(TAKEN.values())
    good, bad = reference(), reference()
    data = letters(
        [[1, good, "2", "远洋一号", text], [2, bad, "2", "远洋一号", "中\u202e文"]],
        [[1, "苹果", "12.5", "A1"], [2, "苹果", "12.5", "A1"]],
    )
    job = await imported(house, member, data)
    [row] = await house.sql(
        "select content->>'remark' as remark from document where content->>'reference' = $1", good
    )
    assert row["remark"] == unicodedata.normalize("NFC", text)
    assert not await house.sql("select from document where content->>'reference' = $1", bad)
    result = await member.http.get(f"/api/jobs/{job['id']}/result")
    cells = [
        str(cell) for sheet in ("错误清单",) for line in sheet_of(result.content, sheet) for cell in line
    ]
    assert any("U+202E" in cell for cell in cells), cells


def test_what_fonts_have() -> None:
    """UI-12: read from their own tables; a file that is no font is an error, not an empty answer."""
    covered = covered_by([settings().fonts / face for face in FACES])
    assert set("中龘喆㐂𫟼é№") <= covered
    assert not set("𠮷😀𰀀") & covered
    assert spelled_out("a𠮷b👩‍👧\ufe0f ", covered) == (
        "a〔U+20BB7〕b〔U+1F469〕‍〔U+1F467〕\ufe0f ",
        ["👧", "👩", "𠮷"],
    )


def test_a_file_that_is_no_font(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"no")
    with pytest.raises(struct.error):
        covered_by([tmp_path])
