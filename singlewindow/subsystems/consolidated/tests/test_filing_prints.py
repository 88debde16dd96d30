"""Both papers of 集报备案, and booklets from a workbook (CONS-03, CONS-04, CONS-17)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from singlewindow.kernel.spreadsheets.workbook import Book
from singlewindow.subsystems.consolidated import SUBSYSTEM
from singlewindow.subsystems.consolidated.booklet import BOOKLET as TYPE
from singlewindow.subsystems.consolidated.tests.scene import BOOKLET, GOOD, QUALIFICATION, Scene
from tests.kernel.jobs import findings, imported

PAPERS = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")


async def paper(scene: Scene, type: str, number: str, folder: Path) -> str:
    """The text of a paper, without blanks."""
    answer = await scene.owner.http.get(f"/api/documents/{type}/{number}/prints/filing")
    assert answer.status_code == 200, answer.text
    file = folder / "print.pdf"
    file.write_bytes(answer.content)
    command = ("pdftotext", "-layout", str(file), "-")
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: ASYNC221
    return "".join(text.split())


async def test_the_page_asks_before_it_prints(scene: Scene) -> None:
    """CONS-03: the dialog 打印企业资质信息, from which 打印预览 is reached."""
    for type, title in ((QUALIFICATION, "打印企业资质信息"), (BOOKLET, "打印企业商品信息")):
        [found] = (await scene.owner.http.get(f"/api/definitions/{type}")).json()["prints"]
        assert (found["name"], found["dialog"], found["states"]) == ("filing", title, [])


@PAPERS
async def test_a_draft_and_an_approved_qualification(scene: Scene, tmp_path: Path) -> None:
    """CONS-03, UI-12: a draft can be looked at on paper; approved, customs' numbers stand on it."""
    draft = await scene.owner.save(QUALIFICATION, scene.sample(remark="集中申报的鲜活商品"))
    text = await paper(scene, QUALIFICATION, draft["number"], tmp_path)
    for words in (
        "适用集中申报通关方式备案表", f"备案企业中心统一编号：{draft['number']}", "企业备案状态：暂存",
        f"企业海关编号{scene.owner.customs_code}", "申报地海关5301皇岗海关", "集中申报货物性质1一般贸易",
        "进出口批次12", "担保方式2银行保函", "担保额度（万元）200.5", "担保有效期2027年11月20日", "集中申报的鲜活商品",
    ):  # fmt: skip
        assert words in text, (words, text)
    sent = await scene.qualified("发往海关成功")
    assert "已发往海关" not in await paper(
        scene, QUALIFICATION, sent["number"], tmp_path
    )  # no word of customs
    view = await scene.qualified()
    text = await paper(scene, QUALIFICATION, view["number"], tmp_path)
    for words in (view["header"]["qualification_no"], "核准有效期2027-11-20", "海关审批通过"):
        assert words in text, (words, text)


@PAPERS
async def test_a_booklet_of_99_goods(scene: Scene, tmp_path: Path) -> None:
    """CONS-04, UI-12: declared and printed once a good is saved; every good stands on it, with names for codes."""
    empty = await scene.booklet("暂存", goods=[])
    why = "「备案表表体」还没有已保存的数据，不能打印；请先录入一项并暂存"
    refused = await scene.owner.http.get(f"/api/documents/{BOOKLET}/{empty['number']}/prints/filing")
    assert refused.status_code == 409
    assert refused.json()["detail"] == why
    assert empty["actions"]["print"] == {"allowed": False, "why": why}  # the grey button's words are the same
    declared = await scene.owner.prepare(BOOKLET, empty, "declare")
    assert (declared.status_code, declared.json()["detail"]) == (409, why.replace("打印", "申报"))
    assert [(v["path"], v["message"]) for v in declared.json()["violations"]] == [
        ("goods", "「备案表表体」还没有已保存的数据，不能申报")
    ]
    assert empty["actions"]["declare"]["why"] == declared.json()["detail"]
    goods = [
        {**GOOD, "name": f"第{at}种冻鱼", "country": "RUS", "licence": "7:26-AA-1"} for at in range(1, 100)
    ]
    view = await scene.booklet(goods=goods)
    assert view["actions"]["print"]["allowed"]
    found = (await scene.owner.http.get(f"/api/documents/{BOOKLET}")).json()["items"]
    listed = {row["number"]: row["actions"]["print"]["why"] for row in found}
    assert listed == {empty["number"]: why, view["number"]: ""}
    text = await paper(scene, BOOKLET, view["number"], tmp_path)
    for words in (
        view["header"]["book_no"], view["content"]["qualification"], "备案表表体（共99项）", "第1种冻鱼", "第99种冻鱼",
        "俄罗斯", "7:26-AA-1", "千克",
    ):  # fmt: skip
        assert words in text, (words, text)


def test_the_menu_of_the_filings() -> None:
    """CONS-01, CONS-04, CONS-07, UI-17: the manual's words, in its order, with the card in the reader (PORT-05)."""
    lines = [(item.title, item.page) for item in SUBSYSTEM.menu if item.under == "集报备案"]
    assert lines == [("企业资质备案", "form"), ("企业商品信息备案", "form"), ("企业备案变更", "own")]
    assert (SUBSYSTEM.title, SUBSYSTEM.group, SUBSYSTEM.card_stays) == ("集中申报", ("货物申报",), True)


async def test_booklets_come_from_a_workbook(scene: Scene) -> None:
    """CONS-17, CONS-05: judged as at 暂存, each finding at its cell; what is right is saved with its grey cells."""
    number = (await scene.qualified())["number"]
    book = Book(TYPE, {})
    for key, named, licences in (
        ("1", number, ("7:26-AA-1", "")),
        ("2", number, ("7：26-AA-1", "T:1")),
        ("3", "202600000000099999", ("",)),
    ):
        book.sheets[""].add(key, {"qualification": named})
        for licence in licences:
            book.sheets["goods"].add(key, {**GOOD, "licence": licence, "price": "5.2", "currency": "USD"})
    job = await imported(scene.house, scene.owner, book.finish(), type=BOOKLET)
    assert (job["done"], job["failed"]) == (1, 2)
    said = [(each["head"], each["message"]) for each in await findings(scene.owner, job["id"])]
    assert [head for head, _ in said] == ["许可证编号", "许可证编号", "企业资质备案中心统一编号"]
    for (_, message), words in zip(said, ("中文全角", "区分大小写", "没有编号为"), strict=True):
        assert words in message
    found = await scene.owner.http.get(f"/api/documents/{BOOKLET}", params={"qualification": number})
    [row] = found.json()["items"]
    content = (await scene.owner.view(BOOKLET, row["number"]))["content"]
    assert [good.get("licence", "") for good in content["goods"]] == ["7:26-AA-1", ""]
    assert (content["district"], content["goods"][1]["unit1"]) == ("5301", "035")
