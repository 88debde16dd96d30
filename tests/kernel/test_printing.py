"""Prints: what comes out is what is stored, as text that can be read back (UI-12)."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from singlewindow.kernel.documents import search
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.printing import listing
from singlewindow.kernel.printing import typesetter as typesetting
from singlewindow.kernel.printing.children import Bounds, Children
from singlewindow.kernel.printing.data import breakable
from singlewindow.kernel.printing.typesetter import CannotPrint, Typesetter
from singlewindow.kernel.problems import TooLarge, TooMany
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import FORM_PRINT, Seal
from singlewindow.subsystems._template.papers import visitor_pass
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, applied, letter, reference

NOW = datetime(2026, 11, 26, tzinfo=UTC)
RARE = "喆镕龘𬭎"
MARKUP = '#import "x": * #panic() $x^2$ \\u{41} *b* _i_ `r` [c] // <l> @r https://a.b /* */ -- ... "q" ~'
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")


@dataclass
class Paper:
    """A printed file."""

    path: Path

    @property
    def text(self) -> str:
        """The text in it, without blanks and line breaks."""
        return "".join(self.raw.replace("\u200b", "").split())

    @property
    def raw(self) -> str:
        return self._ask("pdftotext", "-layout", str(self.path), "-")

    @property
    def pages(self) -> list[str]:
        return self.raw.split("\f")[:-1]

    @property
    def boxes(self) -> list[str]:
        """Each word with the place where it stands, in points."""
        return self._ask("pdftotext", "-bbox", str(self.path), "-").splitlines()

    @property
    def fonts(self) -> list[str]:
        return self._ask("pdffonts", str(self.path)).splitlines()[2:]

    def _ask(self, *command: str) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def data(**more: Any) -> dict[str, Any]:
    """The data of a small print; the recipe in CONTRIBUTING.md lists their members."""
    return {
        "print": "样例申请", "title": "样例申请", "number": "202600000000000001", "version": 1, "status": "暂存",
        "company": {"name": "测试公司", "code": "4403000001"}, "printed_at": "2026-11-26 08:00:00",
        "printed_by": "王芳", "values": {}, "sections": [], "tables": [], "takes_attachments": False,
        "categories": [], "attachments": [], "receipts": [],
        "rest": {"tables": more.get("tables", []), "takes_attachments": False, "attachments": []}, **more,
    }  # fmt: skip


NO_REST = {"tables": [], "takes_attachments": False, "attachments": []}


def section(**values: str) -> list[dict[str, Any]]:
    fields = [{"label": k, "value": v, "wide": False} for k, v in values.items()]
    return [{"title": "一", "fields": fields, "tables": [], "takes_attachments": False, "attachments": []}]


@pytest.fixture
async def press() -> AsyncIterator[Typesetter]:
    made = Typesetter(settings().fonts)
    yield made
    await made.close()


async def typeset(press: Typesetter, folder: Path, **more: Any) -> Paper:
    path = folder / "print.pdf"
    path.write_bytes(await press.typeset(FORM_PRINT.template, data(**more), NOW))
    return Paper(path)


async def printed(member: Member, number: str, folder: Path) -> Paper:
    answer = await member.http.get(f"/api/documents/{TYPE}/{number}/prints/form")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
    path = folder / f"{number}.pdf"
    path.write_bytes(answer.content)
    return Paper(path)


@needs_poppler
async def test_a_print_holds_what_is_stored(house: House, tmp_path: Path) -> None:
    """UI-12: labels, values, codes with their names, rows, files, receipts, number, status, and who printed."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "APPROVED", customs_no="530120261126000007"))
    paper = await printed(member, view["number"], tmp_path)
    for words in ("样例申请", "申请单位代码" + member.customs_code, view["number"], "2水路运输", "远洋一号",
                  "苹果12.5A1", "1申请书声明.pdf1", "APPROVED", "回执APPROVED", "530120261126000007", "审批通过",
                  "打印人用户", "第1页/共1页", "打印件统一编号"):  # fmt: skip
        assert words in paper.text, (words, paper.raw)


@needs_poppler
async def test_what_stands_in_a_section_is_printed_there(house: House, tmp_path: Path) -> None:
    """UI-12: files of a category in a section under its heading, the others at the end."""
    member = await house.member()
    number = (await member.save(TYPE, letter(reference())))["number"]
    await member.upload(TYPE, number, "1", name="甲.pdf")
    await member.upload(TYPE, number, "3", name="乙.pdf")
    text = (await printed(member, number, tmp_path)).text
    places = [text.index(words) for words in ("基本信息", "乙.pdf", "货物（共1项）", "甲.pdf", "回执无")]
    assert places == sorted(places), text
    assert text.count("乙.pdf") == 1


@needs_poppler
async def test_a_section_s_own_table_has_the_section_s_heading(press: Typesetter, tmp_path: Path) -> None:
    """UI-12: and a section with boxes and a table has both headings."""
    table = {"label": "号码", "columns": [{"label": "序号", "width": 5}], "rows": [["1"]]}
    sole = {"title": "反馈", "fields": [], "tables": [table], "takes_attachments": False, "attachments": []}
    both = {**section(说明="无")[0], "title": "解释", "tables": [table], "takes_attachments": True}
    paper = await typeset(press, tmp_path, sections=[sole, both], tables=[table], rest=NO_REST)
    assert "反馈（共1项）" in paper.text
    assert paper.text.count("号码（共1项）") == 1
    assert "附件无" in paper.text


async def listed(member: Member, tmp_path: Path, **asked: Any) -> Paper:
    today = datetime.now(CHINA).date().isoformat()
    span = {"updated_from": today, "updated_to": today}
    answer = await member.http.get(f"/api/documents/{TYPE}/list/print", params=span | asked)
    assert answer.status_code == 200, answer.text
    path = tmp_path / "list.pdf"
    path.write_bytes(answer.content)
    return Paper(path)


@needs_poppler
async def test_a_query_s_result_is_printed_with_conditions_and_chosen_columns(
    house: House, tmp_path: Path
) -> None:
    """GATE-09: all found rows of one's own company, in the order of the page; the conditions in words."""
    member, other = await house.member(), await house.member()
    mine = sorted([reference() for _ in range(3)])
    for each in mine:
        await member.save(TYPE, letter(each))
    foreign = (await other.save(TYPE, letter(reference())))["content"]["reference"]
    paper = await listed(member, tmp_path, transport="2", status="0", sort="reference")
    assert [paper.text.index(each) for each in mine] == sorted(paper.text.index(each) for each in mine)
    for words in (
        "样例申请查询结果",
        "运输方式2水路运输",
        "单据状态暂存",
        "共3票",
        "最近操作时间",
        "打印人用户",
    ):
        assert words in paper.text, (words, paper.raw)
    assert foreign not in paper.text
    paper = await listed(member, tmp_path, column=["reference", "number"])
    assert "序号数据中心统一编号申请事项编号1" in paper.text
    assert "没有符合条件的数据。共0票" in (await listed(member, tmp_path, reference="NO0000")).text


@needs_poppler
async def test_a_long_result_says_what_the_paper_lacks(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GATE-09."""
    monkeypatch.setattr(listing, "MOST_ROWS", 2)
    member = await house.member()
    for _ in range(3):
        await member.save(TYPE, letter(reference()))
    paper = await listed(member, tmp_path)
    assert "共3票，一次至多打印2票，其余未打印" in paper.text
    monkeypatch.setattr(search, "TOTAL_CAP", 2)
    monkeypatch.setattr(listing, "MOST_ROWS", 1)
    assert "共超过2票，一次至多打印1票，其余未打印" in (await listed(member, tmp_path)).text


@needs_poppler
@pytest.mark.parametrize("column", [[], ["reference", "number", "updated_at"]])
async def test_codes_and_numbers_of_a_list_do_not_break(
    house: House, tmp_path: Path, column: list[str]
) -> None:
    """GATE-09: each stands in one piece on one line within the paper; texts wrap, too much is set smaller."""
    member = await house.member()
    code, text = "2026118930L0000A0110000000000123", "A" * 60
    for each in (code, "粤B12345", "2026-11-26", f"{text} 备注文字很长要换行的一段话"):
        await member.save(TYPE, letter(reference()))
        await house.sql(
            """update document set content = content || jsonb_build_object('reference', $1::text)
               where id = (select max(id) from document)""",
            each,
        )
    paper = await listed(member, tmp_path, column=column)
    lines = [line.split() for line in paper.raw.splitlines()]
    for each in (code, "B12345", "2026-11-26"):
        assert any(each in line for line in lines) or any("粤" + each in line for line in lines), paper.raw
    assert paper.text.count("A" * 8) >= 3, "nothing of it is lost between the lines of its cell"
    assert not any(text in box.replace("\u200b", "") for box in paper.boxes), "a word as long as a line wraps"
    width = float(next(box for box in paper.boxes if "<page" in box).split('width="')[1].split('"')[0])
    assert all(
        float(box.split('xMax="')[1].split('"')[0]) < width - 40 for box in paper.boxes if "<word" in box
    )


def test_what_is_a_code_on_a_list() -> None:
    """GATE-09."""
    codes = ("2026118930L0000A0110000000000123", "粤B12345", "粤Z1234港", "12.5", "2026-11-26", "5301")
    assert all(map(listing.is_code, codes))
    assert not any(map(listing.is_code, ("备注", "第2批次货物", "REMARK", "", "1" * 41)))


async def test_what_is_asked_wrongly_is_not_printed(house: House) -> None:
    """GATE-09, UI-16."""
    member = await house.member()
    url = f"/api/documents/{TYPE}/list/print"
    for asked, rule in ((f"{url}?column=colour", "query.column"), (url, "query.required")):
        refused = await member.http.get(asked)
        assert (refused.status_code, refused.json()["violations"][0]["rule"]) == (422, rule)
    assert (await member.http.get("/api/documents/inspection.bill/list/print")).status_code == 404


@needs_poppler
async def test_rare_characters_and_markup_come_out_as_they_are(house: House, tmp_path: Path) -> None:
    """UI-12: content is never read as markup; rare characters are in the fonts, which are in the file."""
    member = await house.member()
    goods = [{"name": MARKUP[:40], "weight": "1", "vessel_mark": "$a$#b"}]
    view = await member.save(TYPE, letter(reference(), remark=f"{RARE}\n{MARKUP}", vessel=RARE, goods=goods))
    paper = await printed(member, view["number"], tmp_path)
    for words in (RARE, MARKUP, MARKUP[:40], "$a$#b"):
        assert "".join(words.split()) in paper.text, words
    assert paper.fonts
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in paper.fonts), paper.fonts
    assert all("Noto" in line for line in paper.fonts)


@needs_poppler
async def test_a_long_table_repeats_its_head(press: Typesetter, tmp_path: Path) -> None:
    """UI-12: sixty rows, the head on every page, and pages counted."""
    columns = [{"label": "序号", "width": 6}, {"label": "货物名称栏", "width": 40}]
    rows = [[str(at), f"第{at}项货物"] for at in range(1, 61)]
    paper = await typeset(press, tmp_path, tables=[{"label": "货物", "columns": columns, "rows": rows}])
    assert len(paper.pages) == 2
    for at, page in enumerate(paper.pages, 1):
        assert "货物名称栏" in page.replace(" ", "")
        assert f"第{at}页/共2页" in "".join(page.split())
    assert all(f"第{at}项货物" in paper.text for at in range(1, 61))


@needs_poppler
async def test_very_long_words_stay_inside_their_box(press: Typesetter, tmp_path: Path) -> None:
    """UI-12: a word without a blank breaks; nothing of it is lost."""
    word = "W" * 300 + "Z"
    paper = await typeset(press, tmp_path, sections=section(长词=breakable(word), 短词="530120260000000009"))
    assert paper.text.count("W") == 300
    assert "WZ" in paper.text
    assert "530120260000000009" in paper.raw
    assert breakable("530120260000000009") == "530120260000000009"
    ends = [float(line.split('xMax="')[1].split('"')[0]) for line in paper.boxes if ">WWW" in line]
    assert ends
    assert max(ends) < 300  # points: the end of the box in the left half of the page


async def test_200_kilobytes_of_text_are_printed(press: Typesetter, tmp_path: Path) -> None:
    """UI-12: much text takes pages, not for ever; more than a document can have is refused."""
    many = await press.typeset(
        FORM_PRINT.template, data(sections=section(备注="海关监管 #x $y$ " * 9000)), NOW
    )
    assert many.startswith(b"%PDF")
    with pytest.raises(TooLarge):
        await press.typeset(FORM_PRINT.template, data(title="x" * typesetting.MAX_DATA), NOW)


async def test_what_takes_too_long_or_too_much_is_ended(press: Typesetter) -> None:
    """UI-12: time and memory are bounded; the next print has a new child."""
    for bounds in (
        Bounds(starting=0.001),
        Bounds(seconds=0.001),
        Bounds(memory_bytes=40 * 1024 * 1024),
        Bounds(cpu_seconds=0),
    ):
        strict = Typesetter(settings().fonts, bounds)
        with pytest.raises(CannotPrint):
            await strict.typeset(FORM_PRINT.template, data(), NOW)
        assert not strict.children.idle
        strict.children.bounds = Bounds()
        assert (await strict.typeset(FORM_PRINT.template, data(), NOW)).startswith(b"%PDF")
        await strict.close()


async def test_neither_a_slow_start_nor_an_end_from_outside_costs_a_piece(tmp_path: Path) -> None:
    """UI-12, OPER-04: on a machine without a free core a start takes longer than a piece may; on one without memory a
    child is ended, and a second one says whether it was the piece."""
    dies = tmp_path / "dies"
    slow = Children("tests.kernel.odd_child", {"starts": 1.5, "dies": str(dies)}, Bounds(seconds=1))
    assert await slow.ask(b"x") == b"x"
    dies.touch()
    ended = Children("tests.kernel.odd_child", {"starts": 0, "dies": str(dies)})
    assert await ended.ask(b"x") == b"x"
    assert not dies.exists()
    for children in (slow, ended):
        await children.close()


async def test_a_child_at_the_end_of_its_bounds_costs_no_print(press: Typesetter) -> None:
    """UI-12: what earlier prints used up is not this document's fault: a fresh child decides."""
    assert (await press.typeset(FORM_PRINT.template, data(), NOW)).startswith(b"%PDF")
    [child] = press.children.idle
    child.process.kill()
    assert child.process.returncode is None, "nobody has noticed yet"
    assert (await press.typeset(FORM_PRINT.template, data(), NOW)).startswith(b"%PDF")
    assert press.failed == 0


async def test_a_template_that_fails_says_so_and_hurts_no_other(press: Typesetter, tmp_path: Path) -> None:
    """UI-12: the user gets words without the compiler's, and the child goes on."""
    broken = typesetting.ROOT / "kernel" / "printing" / "templates" / "absent.typ"
    with pytest.raises(CannotPrint) as failed:
        await press.typeset(broken, data(), NOW)
    assert "typ" not in failed.value.detail
    [child] = press.children.idle
    assert (await press.typeset(FORM_PRINT.template, data(), NOW)).startswith(b"%PDF")
    child.process.kill()
    await child.process.wait()
    assert (await press.typeset(FORM_PRINT.template, data(), NOW)).startswith(b"%PDF")


async def test_without_fonts_the_log_says_so(tmp_path: Path) -> None:
    """UI-12, OPER-01: no paper of character numbers; whoever looks after it reads what lacks."""
    press = Typesetter(tmp_path)
    with capture_logs() as told, pytest.raises(CannotPrint, match="请联系系统管理员"):
        await press.typeset(FORM_PRINT.template, data(), NOW)
    await press.close()
    assert f"no Chinese font in {tmp_path}: SINGLEWINDOW_FONTS" in told[0]["why"]


async def test_many_at_once_share_few_children(press: Typesetter) -> None:
    """UI-12: concurrent prints, each with its own content; too many waiting are refused with words."""
    wanted = [
        press.typeset(FORM_PRINT.template, data(sections=section(名=str(at) * at)), NOW) for at in range(12)
    ]
    made = await asyncio.gather(*wanted)
    assert len(set(made)) == 12
    assert len(press.children.idle) <= press.bounds.children
    small = Typesetter(settings().fonts, Bounds(waiting=1))
    answers = await asyncio.gather(
        *(small.typeset(FORM_PRINT.template, data(), NOW) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in answers) == ["TooMany", "TooMany", "bytes"]
    assert any(isinstance(each, TooMany) and each.extra["retry_after"] for each in answers)
    await small.close()


async def test_who_may_not_print_is_told_why(house: House) -> None:
    """UI-12, UI-10, PORT-04, PORT-10: an unsaved document, another company's, an unknown print, an unbound account."""
    member, stranger = await house.member(), await house.member()
    blank = (await member.http.get(f"/api/documents/{TYPE}/new")).json()
    assert blank["actions"]["print"] == {"allowed": False, "why": "单据尚未暂存，不能打印"}
    view = await member.save(TYPE, letter(reference()))
    assert view["actions"]["print"]["allowed"]
    base = f"/api/documents/{TYPE}/{view['number']}/prints"
    assert (await member.http.get(f"{base}/absent")).status_code == 404
    unbound = await house.member(member.customs_code, bound=False)
    assert (await unbound.http.get(f"{base}/form")).status_code == 403
    foreign = await stranger.http.get(f"{base}/form")
    absent = await stranger.http.get(f"/api/documents/{TYPE}/202600000099999999/prints/form")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["detail"].replace(view["number"], "N") == absent.json()["detail"].replace(
        "202600000099999999", "N"
    )


@needs_poppler
async def test_a_paper_of_some_states_composes_what_it_draws(house: House, tmp_path: Path) -> None:
    """UI-12, CONS-14: where the status has no such paper it is refused with words; its template gets its own data."""
    member, view = await applied(house)
    address = f"/api/documents/{TYPE}/{view['number']}/prints/pass"
    refused = await member.http.get(address)
    assert (refused.status_code, refused.json()["detail"]) == (409, "当前状态为「已申报」，没有「到访证」")
    await house.send()
    [submission] = [each for each in house.customs.received if each.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "APPROVED", customs_no="530120261126000008"))
    (tmp_path / "pass.pdf").write_bytes((await member.http.get(address)).content)
    text = Paper(tmp_path / "pass.pdf").text
    assert "到访证" in text
    assert view["number"] in text
    assert all(good["name"] in text for good in view["content"]["goods"])


def test_a_composed_paper_carries_no_seal() -> None:
    """UI-12: the seal's facts are the document's as its definition shows them."""
    with pytest.raises(ValueError, match="cannot carry a seal"):
        replace(FORM_PRINT, seal=Seal(lambda _: {}, frozenset({"4"})), compose=visitor_pass)


async def test_the_definition_lists_the_prints(house: House) -> None:
    """UI-12: the page learns from it what can be printed."""
    member = await house.member()
    definition = (await member.http.get(f"/api/definitions/{TYPE}")).json()
    assert definition["prints"] == [
        {"name": "form", "title": definition["title"], "states": [], "dialog": ""},
        {"name": "pass", "title": "到访证", "states": ["4"], "dialog": ""},
    ]
    [button] = [each for each in definition["actions"] if each["name"] == "print"]
    assert (button["label"], button["shortcut"], button["style"]) == ("打印", "Alt+P", "plain")
