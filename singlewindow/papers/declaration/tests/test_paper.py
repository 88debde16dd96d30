"""The layout file: the customs form in force, with everything that the declaration says (PRNT-09)."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from singlewindow.contract.demo_pki import create
from singlewindow.contract.pdf_seals import Trust, Verdict, check
from singlewindow.kernel.codes.load import load_table
from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.printing.sealing import SealBox, Sealer
from singlewindow.kernel.printing.typesetter import Typesetter
from singlewindow.kernel.settings import settings as portal_settings
from singlewindow.papers.declaration.paper import (
    DOCUMENTS,
    GOODS_CODES,
    HEADER_CODES,
    SEAL_BOX,
    code_names_of,
    paper_data,
)
from singlewindow.papers.declaration.tests.press import (
    NOW,
    REFERENCES,
    TOLERANCE,
    coarse,
    layout_file,
    layout_files,
    pages,
    sample,
    samples,
    shipped_names,
    texts,
    unlike,
)
from tests.house import House

FRAME = (28.0, 22.0, 814.0, 575.0)  # points: what stands on a page stands in here
DRAWN_ONCE = ("header", "measures", "documents", "remarks", "goods")
Typeset = Callable[[Mapping[str, Any], bool], bytes]
"""Declaration and whether it is sealed → its layout file."""
IMPORT = """境内收货人 进境关别 进口日期 申报日期 备案号 /
    境外发货人 运输方式 运输工具名称及航次号 提运单号 货物存放地点 /
    消费使用单位 监管方式 征免性质 许可证号 启运港 / 合同协议号 贸易国（地区） 启运国（地区） 经停港 入境口岸 /
    包装种类 件数 毛重（千克） 净重（千克） 成交方式 运费 保费 杂费 /
    项号 商品编号 商品名称及规格型号 数量及单位 单价/总价/币制 原产国（地区） 最终目的国（地区） 境内目的地 征免"""
EXPORT = """境内发货人 出境关别 出口日期 申报日期 备案号 /
    境外收货人 运输方式 运输工具名称及航次号 提运单号 /
    生产销售单位 监管方式 征免性质 许可证号 / 合同协议号 贸易国（地区） 运抵国（地区） 指运港 离境口岸 /
    包装种类 件数 毛重（千克） 净重（千克） 成交方式 运费 保费 杂费 /
    项号 商品编号 商品名称及规格型号 数量及单位 单价/总价/币制 原产国（地区） 最终目的国（地区） 境内货源地 征免"""
"""The official form, row by row."""


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Sample → its layout file."""
    return asyncio.run(layout_files(samples()))


@pytest.fixture(scope="module")
def typeset() -> Iterator[Typeset]:
    """Makes layout files one after another."""
    press = Typesetter(portal_settings().fonts)
    with asyncio.Runner() as runner:
        yield lambda declaration, sealed: runner.run(layout_file(press, declaration, sealed=sealed))
        runner.run(press.close())


def data_of(name: str) -> dict[str, Any]:
    read = sample(name)
    return paper_data(read["content"], shipped_names(read["content"]), sealed=read["sealed"])


def bare(text: str) -> str:
    return "".join(text.split())


# What the form says


@pytest.mark.parametrize(("name", "form"), [("import_by_sea", IMPORT), ("export_by_sea", EXPORT)])
def test_the_cells_stand_in_their_official_order(name: str, form: str, made: dict[str, bytes]) -> None:
    """PRNT-09, FG 3.2: row by row, and in this order on the page."""
    data = data_of(name)
    rows = [
        [re.sub(r"\([^)]*\)$", "", cell["label"]) for cell in row]
        for row in (*data["header"], data["measures"])
    ]
    assert [*rows, data["heads"]] == [row.split() for row in form.split(" /")]
    [page] = texts(made[name])
    at = 0
    for word in [*form.replace(" /", "").split()[:-9], "随附单证及编号", "标记唛码及备注", "备注：", *data["heads"],
                 "特殊关系确认：", "价格影响确认：", "支付特许权使用费确认：", "自报自缴：", "报关人员", "报关人员证号",
                 "电话", "兹申明对以上内容承担如实申报、依法纳税之法律责任", "申报单位", "申报单位（签章）",
                 "海关批注及签章"]:  # fmt: skip
        at = page.find(word, at) + 1
        assert at, word


def test_a_declaration_that_customs_have_not_numbered(typeset: Typeset) -> None:
    """CONS-14: the bar code is that of 预录入编号, and no number stands before the customs."""
    unnumbered = {**sample("import_by_sea")["content"], "number": "", "pre_entry_no": "202600000000000017"}
    [page] = texts(typeset(unnumbered, False))
    assert "预录入编号：202600000000000017海关编号：（皇岗海关）" in page
    bars = next(pages(typeset(unnumbered, False), 200))
    assert [each.text for each in zxingcpp.read_barcodes(bars)] == ["202600000000000017"]


def test_a_code_stands_beside_its_label_and_the_name_below(made: dict[str, bytes]) -> None:
    """PRNT-09, FG 3.2."""
    [page] = texts(made["import_by_sea"])
    for words in (
        "中华人民共和国海关进口货物报关单", "预录入编号：530120261000000001", "页码/页数：1/1",
        "海关编号：530120261000000001（皇岗海关）", "境内收货人(91440300MA5DEMO013)深圳远海进出口贸易有限公司",
        "境外发货人(BRAEO12345678)PACIFICTRADINGLTD", "运输方式(2)水路运输", "远洋之星/045E", "监管方式(0110)一般贸易",
        "启运国（地区）(BRA)巴西", "入境口岸(470101)蛇口",
        "包装种类(22)纸制或纤维板制盒/箱", "进口日期20260915", "运费USD/7000/3", "保费0.3/1", "杂费CNY/120.5/3",
        "随附单证1：自动进口许可证(7)26-AB-100023；检验检疫(A)226000000123456", "集装箱标箱数及号码：2；CSQU3054383",
        "特殊关系确认：否", "自报自缴：是", "报关人员林晓", "申报单位(91440300MA5DEMO089)深圳恒信报关服务有限公司",
    ):  # fmt: skip
        assert words in page, (words, page)


def test_the_lines_of_a_good() -> None:
    """PRNT-09, FG 3.2: number and item of the account book; three quantities; price, total, currency."""
    good = data_of("processing_trade")["goods"][1]
    assert good == [
        ["2", "(1108)"], ["8471300000"], ["便携式自动数据处理机", "4|3|办公用|ThinkBook|型号21KG|14英寸"],
        ["300台", "450.00千克", "300台"], ["612.5000", "183750.00", "美元"], ["中国", "(CHN)"], ["越南", "(VNM)"],
        ["(44031/440300)深圳特区/深圳市"], ["全免", "(3)"],
    ]  # fmt: skip
    assert data_of("import_by_sea")["goods"][0][3] == ["100千克", "", "100千克"], (
        "the second line is kept free"
    )


@pytest.mark.parametrize(
    ("price", "total", "shown"),
    [
        ("5.2", "1040", ["5.2000", "1040.00"]),
        ("0.123456", "0.005", ["0.123456", "0.005"]),
        ("1E+3", "", ["1000.0000", ""]),
        ("12345678901234567890.1", "99999999999999999999.99", ["12345678901234567890.1000", "99999999999999999999.99"]),
    ],
)  # fmt: skip
def test_no_decimal_is_lost(price: str, total: str, shown: list[str]) -> None:
    """PRNT-09: four decimals for a price, two for a total, more where customs gave more."""
    said = sample("import_by_sea")["content"]
    said["goods"][0] |= {"price": price, "total": total}
    assert paper_data(said, {})["goods"][0][4][:2] == shown


def test_a_code_without_a_name_stands_alone() -> None:
    """PRNT-09: nothing is hidden because a table is not complete."""
    data = data_of("little_known")
    assert data["customs"] == "5399"
    assert data["header"][2][1] == {"label": "监管方式(9999)", "value": ""}
    assert data["goods"][1][3:] == [
        ["", "", "5(999)"], ["1.0000", "", "XXX"], ["(XXX)"], [], ["(99999/999999)"], ["(0)"],
    ]  # fmt: skip


def test_a_sealed_file_always_has_a_seal() -> None:
    """PRNT-09: where the district has no name, its code; where there is none, the number begins with it."""
    said = sample("import_by_sea")["content"] | {"district": ""}
    assert paper_data(said, {}, sealed=True)["seal"] == "5301"
    assert paper_data(said, {})["seal"] == ""


def test_confirmations_of_newer_forms_appear_where_they_were_given() -> None:
    """PRNT-09, FG 3.2: four since 2019, seven in newer ones."""
    answers = {each["label"]: each["value"] for each in data_of("newer_confirmations")["promises"]}
    assert answers == {
        "特殊关系确认": "是", "价格影响确认": "否", "支付特许权使用费确认": "是", "自报自缴": "否",
        "公式定价确认": "是", "暂定价格确认": "是", "水运中转": "否",
    }  # fmt: skip
    assert [each["label"] for each in data_of("import_by_sea")["promises"]] == list(answers)[:4]
    assert {each["value"] for each in data_of("little_known")["promises"]} == {""}, (
        "not answered is no answer"
    )


async def test_codes_are_named_as_of_the_declaration_s_day_in_one_query(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRNT-09, OPER-02: a batch of declarations asks once, and each code means what it meant on its day."""
    asked: list[str] = []

    async def counted(self: Transaction, statement: str, keys: Sequence[Any]) -> list[Row]:
        asked.append(statement)
        return await look_up(self, statement, keys)

    look_up = Transaction.look_up
    monkeypatch.setattr(Transaction, "look_up", counted)
    said = [sample(name)["content"] for name in samples()]
    async with house.web.transaction() as transaction:
        names = await code_names_of(transaction, said)
    assert len(asked) == 1
    assert len(names) > 60
    for each in said:
        expected = shipped_names(each)
        assert expected.items() <= names.items()


# The page


@pytest.mark.parametrize("name", ["import_by_sea", "export_50_goods_sealed"])
def test_the_bar_code_is_the_number(name: str, made: dict[str, bytes]) -> None:
    """PRNT-09: a reader finds the declaration's number in Code 128 on every page, as coarse as a screen shows it."""
    for page in pages(made[name], dpi=144):
        [found] = zxingcpp.read_barcodes(page)
        assert (found.format, found.text) == (
            zxingcpp.BarcodeFormat.Code128,
            sample(name)["content"]["number"],
        )
        assert found.position.top_left.x > page.width * 0.75
        assert found.position.bottom_left.y < page.height * 0.12


def test_fifty_goods_on_pages_with_heads(made: dict[str, bytes]) -> None:
    """PRNT-09: every good once, in order; title, numbers, heads, foot on every page; pages counted."""
    data, read = data_of("import_50_goods"), texts(made["import_50_goods"])
    per_page = [len(re.findall(r"\(44031/440300\)", page)) for page in read]
    assert sum(per_page) == 50
    assert 5 <= per_page[0] <= 7
    assert all(9 <= count <= 12 for count in per_page[1:-1])
    for at, page in enumerate(read, 1):
        assert f"页码/页数：{at}/{len(read)}" in page
        for words in (data["title"], "海关编号：530120261000000007（皇岗海关）", "".join(data["heads"]), "自报自缴：是",
                      "海关批注及签章", "深圳恒信报关服务有限公司"):  # fmt: skip
            assert page.count(words) == 1, (at, words)
    places = ["".join(read).index("".join(good[1] + good[2])) for good in data["goods"][:8]]
    assert all(one < other for one, other in pairwise(places))


@pytest.mark.parametrize("name", samples())
def test_pages_are_a4_landscape_and_carry_their_fonts(name: str, made: dict[str, bytes]) -> None:
    """PRNT-09: whoever opens the file sees the same; fonts are in it, with what is needed to copy text."""
    with pikepdf.open(io.BytesIO(made[name])) as document:
        for page in document.pages:
            assert [round(float(each), 1) for each in page.mediabox] == [0, 0, 841.9, 595.3]
            fonts = page.resources.Font
            assert len(fonts) >= 3
            for font in fonts.values():
                inner = font.DescendantFonts[0]
                assert any(key in inner.FontDescriptor for key in ("/FontFile2", "/FontFile3"))
                assert "/ToUnicode" in font
                assert "Noto" in str(font.BaseFont)


def expected_letters(data: Mapping[str, Any], count: int) -> Counter[str]:
    """How often each letter stands on the pages: what is drawn once, and what is on every page."""
    every = [
        data["title"], data["number"], f"预录入编号：{data['pre_entry_no']}",
        f"海关编号：{data['number']}（{data['customs']}）", "页码/页数：/", str(count), "海关批注及签章",
        "申报单位（签章）",
        "兹申明对以上内容承担如实申报、依法纳税之法律责任", data["foot"]["declarant"],
        *data["foot"]["persons"], *data["promises"], "：" * len(data["promises"]),
        data["seal"] and f"{data['seal']}★报关单证专用章样章 SPECIMEN",
    ]  # fmt: skip
    once = ["随附单证及编号标记唛码及备注", *(data[name] for name in DRAWN_ONCE)]
    letters = Counter(bare("".join(strings(every))) * count)
    letters.update(bare("".join(strings(once))))
    for at in range(1, count + 1):
        letters.update(str(at))
    return letters


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from strings(each)


def assert_nothing_is_lost(data: Mapping[str, Any], pdf: bytes) -> None:
    """Each letter that the declaration has stands on the pages, as often as it has it, and no other."""
    read = texts(pdf)
    heads = Counter("".join(data["heads"]))
    with_heads = sum("".join(data["heads"]) in page for page in read)
    wanted = expected_letters(data, len(read))
    for letter, times in heads.items():
        wanted[letter] += times * with_heads
    found = Counter("".join(read))
    assert found == wanted, (found - wanted, wanted - found)


@pytest.mark.parametrize("name", samples())
def test_no_letter_is_lost(name: str, made: dict[str, bytes]) -> None:
    """PRNT-09: the text of the pages is what the declaration says, letter for letter."""
    assert_nothing_is_lost(data_of(name), made[name])


@pytest.mark.parametrize("name", samples())
def test_texts_can_be_searched(name: str, made: dict[str, bytes]) -> None:
    """PRNT-09: every cell's text is found in the file, in one piece where it does not go over a page's end."""
    read = texts(made[name])
    data = data_of(name)
    for text in map(bare, strings([data[each] for each in DRAWN_ONCE])):
        parts = [text[at : at + 30] for at in range(0, len(text), 30)] if len(text) > 400 else [text]
        lost = [part for part in parts if not any(part in page for page in read)]
        assert len(lost) < len(read), lost
        assert len(parts) > 1 or not lost, lost


def poppler(made: bytes, folder: Path) -> str:
    (folder / "declaration.pdf").write_bytes(made)
    command = ("pdftotext", "-raw", str(folder / "declaration.pdf"), "-")
    return bare(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
@pytest.mark.parametrize("name", ["rare_characters", "markup", "words_without_blanks", "import_by_sea"])
def test_poppler_reads_the_same_text(name: str, made: dict[str, bytes], tmp_path: Path) -> None:
    """PRNT-09: another reader gives the Chinese text back too, rare characters and signs included."""
    said, text = sample(name)["content"], poppler(made[name], tmp_path)
    for member in (
        "consignee_name",
        "owner_name",
        "declarant_name",
        "filer_name",
        "vessel",
        "marks",
        "bill_no",
    ):
        assert bare(said[member]) in text, member
    if name == "rare_characters":
        assert "喆镕龘𬭎䶮" in text


# Nothing overflows, nothing overlaps


def letters_on(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    """The box that each letter's outline fills: left, bottom, right, top in points."""
    text = page.get_textpage()
    boxes = [text.get_charbox(at) for at in range(text.count_chars())]
    whole = [
        box for at, box in enumerate(boxes) if not at or box != boxes[at - 1]
    ]  # half a letter of UTF-16 is none
    return [box for box in whole if box[2] - box[0] > 0.1 and box[3] - box[1] > 0.1]


def shared(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The part of the smaller of two boxes that lies in the other."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0
    return width * height / min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))


def assert_nothing_overlaps(pdf: bytes) -> None:
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            boxes = sorted(letters_on(page))
            for at, box in enumerate(boxes):
                assert FRAME[0] <= box[0] <= box[2] <= FRAME[2], box
                assert FRAME[1] <= box[1] <= box[3] <= FRAME[3], box
                for other in boxes[at + 1 :]:
                    if other[0] >= box[2]:
                        break
                    assert shared(box, other) < 0.35, (box, other)


@pytest.mark.parametrize("name", samples())
def test_nothing_overflows_or_overlaps(name: str, made: dict[str, bytes]) -> None:
    """PRNT-09: every letter lies in the frame, and on no other letter."""
    assert_nothing_overlaps(made[name])


WORDS = st.text(
    alphabet=st.sampled_from("海关进出口货物深圳报喆镕龘𬭎䶮ABWMgjy019.-/|#$*（）；， "), max_size=60
)
LONG = st.text(alphabet=st.sampled_from("海关进出口W0|. "), max_size=255)
NUMBERS = st.decimals(min_value=0, max_value=10**13, places=5).map(str)


def members(**of: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these members."""
    return st.fixed_dictionaries({}, optional=of)


GOODS = st.lists(
    members(
        no=st.integers(1, 50).map(str), record_no=st.integers(1, 999).map(str), code=st.just("0202300090"), name=LONG,
        model=LONG, quantity=NUMBERS, unit=st.sampled_from(["035", "007", "999"]), quantity1=NUMBERS,
        unit1=st.just("035"), quantity2=NUMBERS, unit2=st.just("011"), price=NUMBERS, total=NUMBERS,
        currency=st.sampled_from(["USD", "XXX"]), origin=st.sampled_from(["BRA", "XXX"]), destination=st.just("CHN"),
        place=st.just("44031"), ciq_place=st.just("440300"), duty_mode=st.sampled_from(["1", "3"]),
    ),
    max_size=50,
)  # fmt: skip
HEADER = members(
    pre_entry_no=st.just("530120261000000001"), port=st.just("5301"), consignee_name=WORDS, foreign_party=WORDS,
    owner_name=WORDS, declarant_name=WORDS, vessel=WORDS, voyage=WORDS, bill_no=WORDS, licence_no=WORDS,
    contract_no=WORDS, goods_place=WORDS, marks=LONG, note=LONG, freight=NUMBERS, freight_mark=st.just("3"),
    freight_currency=st.just("USD"), packages=NUMBERS, gross_weight=NUMBERS, net_weight=NUMBERS,
    promises=st.text("019", max_size=6), self_paid=st.booleans(), transport_mode=st.sampled_from("0123456789"),
    goods=GOODS, containers=st.lists(st.just({"no": "CSQU3054383", "spec": "11"}), max_size=120),
    documents=st.lists(members(code=st.sampled_from(["7", "A", "00000001"]), number=WORDS), max_size=40),
)  # fmt: skip
DECLARATIONS = st.builds(
    lambda header, ie_flag: header | {
        "number": "530120261000000001", "ie_flag": ie_flag, "district": "5301",
        "declared_at": "2026-09-15T10:20:00+08:00",
    },
    HEADER, st.sampled_from("IE"),
)  # fmt: skip


@settings(max_examples=60)
@given(declaration=DECLARATIONS, sealed=st.booleans())
def test_any_declaration(typeset: Typeset, declaration: dict[str, Any], sealed: bool) -> None:
    """PRNT-09: whatever customs publish, nothing of it is lost, nothing overflows, nothing overlaps."""
    pdf = typeset(declaration, sealed)
    assert_nothing_is_lost(paper_data(declaration, shipped_names(declaration), sealed=sealed), pdf)
    assert_nothing_overlaps(pdf)


# The seal


def red_box(page: pypdfium2.PdfPage) -> tuple[float, float, float, float] | None:
    """Where red is on a page, in points from its lower left corner."""
    picture = page.render(scale=2).to_pil().convert("RGB")
    red, green, _ = picture.split()
    mask = Image.merge("L", [red]).point(lambda value: 255 * (value > 150))
    far = green.point(lambda value: 255 * (value < 110))
    found = Image.composite(far, Image.new("L", far.size), mask).getbbox()
    if found is None:
        return None
    left, top, right, bottom = (each / 2 for each in found)
    return left, page.get_height() - bottom, right, page.get_height() - top


@pytest.mark.parametrize("name", samples())
def test_the_seal_stands_in_its_box_on_every_page_of_a_sealed_file(name: str, made: dict[str, bytes]) -> None:
    """PRNT-09: red, of the customs that took the declaration in, marked as a specimen; else no red at all."""
    with pypdfium2.PdfDocument(made[name]) as document:
        boxes = [red_box(page) for page in document]
    if not sample(name)["sealed"]:
        assert boxes == [None] * len(boxes)
        return
    for box, page in zip(boxes, texts(made[name]), strict=True):
        assert box
        assert all(abs(one - other) < 4 for one, other in zip(box, SEAL_BOX, strict=True)), box
        assert "报关单证专用章样章SPECIMEN" in page.replace("★", "")
        assert data_of(name)["seal"] in page


async def test_the_signature_lies_on_the_drawn_seal_and_changes_no_page(
    made: dict[str, bytes], tmp_path: Path
) -> None:
    """PRNT-09: who clicks the seal opens its signature; what was reviewed is what is signed, and it is valid."""
    create(tmp_path, tmp_path / "cards", [])
    paper, sealer = made["sealed_three_pages"], Sealer(tmp_path)
    sealed = await sealer.seal(paper, SealBox(1, SEAL_BOX), "报关单证自助打印", NOW)
    await sealer.close()
    trust = Trust((tmp_path / "ca.pem").read_bytes(), (tmp_path / "crl.pem").read_bytes(), datetime.now(UTC))
    assert check(sealed, trust).verdict == Verdict.VALID
    assert [unlike(*pair) for pair in zip(pages(paper), pages(sealed), strict=True)] == [0, 0, 0]
    with pikepdf.open(io.BytesIO(sealed)) as document, pypdfium2.PdfDocument(sealed) as drawn:
        [widget] = document.pages[0].Annots
        box = red_box(drawn[0])
        assert box
        assert all(abs(float(one) - other) < 4 for one, other in zip(widget.Rect, box, strict=True))


# References


@pytest.mark.parametrize("name", samples())
def test_the_pages_look_as_reviewed(name: str, made: dict[str, bytes]) -> None:
    """PRNT-09: at most TOLERANCE of a page's pixels differ by more than NEAR from the reviewed picture.

    After a wanted change: the command in press.py, and look at every page that it changed.
    """
    drawn = list(pages(made[name]))
    kept = sorted(REFERENCES.glob(f"{name}-[0-9]*.png"))
    assert len(drawn) == len(kept)
    for at, page in enumerate(drawn, 1):
        with Image.open(REFERENCES / f"{name}-{at}.png") as reference:
            part = unlike(coarse(page), reference.convert("L"))
        assert part <= TOLERANCE, f"page {at}: {part:.2%} of the pixels differ"


def test_a_shorter_name_is_seen(typeset: Typeset, made: dict[str, bytes]) -> None:
    """The comparison would notice two letters less; a letter for another is what the tests of texts notice."""
    other = sample("import_by_sea")["content"] | {"consignee_name": "深圳远海进出口贸易公司"}
    [page], [reference] = pages(typeset(other, False)), pages(made["import_by_sea"])
    assert unlike(coarse(page), coarse(reference)) > TOLERANCE


def test_every_code_on_the_form_has_its_table() -> None:
    """PRNT-09."""
    for table in {*HEADER_CODES.values(), *GOODS_CODES.values(), *DOCUMENTS}:
        assert any(True for _ in load_table(table)), table
