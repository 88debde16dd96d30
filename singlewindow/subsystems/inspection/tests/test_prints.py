"""免于到场协助查验申请表: the paper of both applications (UI-12)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from singlewindow.subsystems.inspection.tests.test_actions import TYPES, Scene
from tests.actions import url_of
from tests.house import House

pytestmark = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")


async def paper(scene: Scene, number: str, name: str, folder: Path) -> str:
    """The text of a print, without blanks."""
    answer = await scene.owner.http.get(f"{url_of(scene)}/{number}/prints/{name}")
    assert answer.status_code == 200, answer.text
    file = folder / "print.pdf"
    file.write_bytes(answer.content)
    command = ("pdftotext", "-layout", str(file), "-")
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: ASYNC221
    return "".join(text.split())


@pytest.mark.parametrize("type", TYPES)
async def test_the_application_form(house: House, type: str, tmp_path: Path) -> None:
    """UI-12, INSP-01, INSP-05, INSP-09: applicant, number, district, contact, the chosen way, the answer."""
    await house.register("pilot_district", "5301", {"enabled": True})
    scene = Scene(house, type, await house.member())
    view = await scene.document("同意")
    text = await paper(scene, view["number"], "application", tmp_path)
    number = view["content"][TYPES[type]]
    label = "报关单号" if type == "inspection.declaration" else "提运单号"
    for words in (
        "免于到场协助查验申请表", f"数据中心统一编号：{view['number']}", f"申请单位{scene.owner.company_name}",
        f"申请单位代码{scene.owner.customs_code}", f"{label}{number}", "查验地海关5301皇岗海关", "联系人王芳",
        "联系电话13800138000", "√查验时不到场的声明", "00000002查验时不到场的声明：声明.pdf（1页）", "状态：同意",
        "回执APPROVED", "申请单位（盖章）",
    ):  # fmt: skip
        assert words in text, (words, text)
    assert "√委托企业" not in text
    assert "APPROVED同意" not in text  # the code is for the receipts panel, the paper is for people
    assert ("车牌号" in text) is (type == "inspection.bill")


async def test_what_the_portal_says_is_no_word_of_customs(house: House, tmp_path: Path) -> None:
    """UI-12: 海关审核 stays empty until customs have answered; that it was sent, or was not, stands in 状态."""
    await house.register("pilot_district", "5301", {"enabled": True})
    scene = Scene(house, "inspection.declaration", await house.member())
    for state, own in (("发往海关成功", "已发往海关"), ("发送失败", "没有接受该报文")):
        text = await paper(scene, (await scene.document(state))["number"], "application", tmp_path)
        assert f"状态：{state}" in text
        assert own not in text
    answered = await paper(scene, (await scene.document("海关接收成功"))["number"], "application", tmp_path)
    assert "回执RECEIVED" in answered


async def test_the_generic_form_is_there_too(house: House, tmp_path: Path) -> None:
    """UI-12: drawn from the definition."""
    await house.register("pilot_district", "5301", {"enabled": True})
    scene = Scene(house, "inspection.declaration", await house.member())
    view = await scene.draft()
    text = await paper(scene, view["number"], "form", tmp_path)
    for words in ("免于到场协助查验申请（报关单）", "申请信息", "查验地海关5301皇岗海关", "回执无"):
        assert words in text, (words, text)
