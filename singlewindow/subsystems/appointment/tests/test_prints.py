"""预约通关申请单, in the shape of the paper form of 公告2018年第109号 (UI-12)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from singlewindow.subsystems.appointment.tests.scene import TYPE, URL, Scene, number

pytestmark = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")


async def paper(scene: Scene, view_number: str, folder: Path) -> str:
    """The text of the paper, without blanks."""
    answer = await scene.owner.http.get(f"{URL}/{view_number}/prints/application")
    assert answer.status_code == 200, answer.text
    file = folder / "print.pdf"
    file.write_bytes(answer.content)
    command = ("pdftotext", "-layout", str(file), "-")
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: ASYNC221
    return "".join(text.split())


async def test_the_application(scene: Scene, tmp_path: Path) -> None:
    """UI-12: what the official form asks for, the boxes ticked, customs' answer; what follows once it counts."""
    draft = await scene.owner.save(TYPE, scene.sample())
    await scene.owner.upload(TYPE, draft["number"], "1")
    assert "随附补充材料1件" in await paper(scene, draft["number"], tmp_path)
    sent = await scene.appointment("已申报")
    await scene.house.send()
    assert "已发往海关" not in await paper(scene, sent["number"], tmp_path), "no word of customs"
    view = await scene.appointment("预约成功", reason="鱼会变质")
    entry_no = number()
    text = await paper(scene, view["number"], tmp_path)
    for words in (
        "预约通关申请单", "申请编号：530120261123000001", f"预录入编号：{view['number']}", "申请状态：预约成功",
        f"境内收发货人名称海关登记企业{scene.consignee}", f"申报单位名称海关登记企业{scene.owner.customs_code}",
        f"企业编码{scene.consignee}", "联系人姓名王芳", "联系人手机13800138000", "预约申报口岸5301皇岗海关",
        "预约进出口岸5304蛇口海关", "0303120000冻大麻哈鱼", "√陆运", "进出口标识I进口", "2026年11月28日10时00分",
        "至2026年11月28日12时00分", "2鲜活、冷冻、易变质腐烂的需紧急通关的货物", "鱼会变质", "申请单位（盖章）",
        "海关联系人：关正", "联系电话：0755-84398888", "回执APPROVED",
    ):  # fmt: skip
        assert words in text, (words, text)
    assert text.count("√") == 1
    assert "附页" not in text
    await scene.follow(view, "feedback", declarations=[{"entry_no": entry_no}])
    assert entry_no not in await paper(scene, view["number"], tmp_path), "it does not count yet"
    await scene.answer(view["number"], "FEEDBACK_ACCEPTED", 2)
    text = await paper(scene, view["number"], tmp_path)
    assert "回执APPROVED" in text, "海关受理 is customs' answer to the application"
    assert "FEEDBACK" not in text
    assert f"预约通关报关单号反馈（共1票）1{entry_no}" in text


async def test_many_goods_and_an_explanation(scene: Scene, tmp_path: Path) -> None:
    """UI-12: 商品种类较多不够填写，可加附页."""
    goods = [{"hs_code": "0303120000", "name": f"第{at}种冻鱼"} for at in range(1, 61)]
    view = await scene.appointment("预约成功", goods=goods, transport="9")
    await scene.follow(view, "explain", explanation="船期延误。\n下次改进。")
    await scene.answer(view["number"], "EXPLAINED", 2)
    text = await paper(scene, view["number"], tmp_path)
    for words in (
        "共60项商品，详见附页",
        "附页商品名称及HS编码（共60项）",
        "600303120000第60种冻鱼",
        "√其它",
        "情况说明船期延误。下次改进。",
    ):
        assert words in text, (words, text)
