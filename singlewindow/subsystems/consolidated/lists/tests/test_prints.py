"""The paper of a list (CONS-11: 打印 in any state; UI-12)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from singlewindow.subsystems.consolidated.lists.tests.scene import TYPE, URL, Scene, content_of, equip
from tests.house import House

pytestmark = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")


async def test_the_paper_of_a_list(house: House, tmp_path: Path) -> None:
    """CONS-11, UI-12: header and goods with the words of their codes; fifty goods go on over the page."""
    scene = Scene(house, await house.member())
    await equip(house, scene.owner)
    content = content_of(
        scene.owner, rows=2, terms="3", freight_mark="3", freight="800", freight_currency="USD"
    )
    content |= {"insurance_mark": "1", "insurance": "0.3", "note": "样例备注"}
    content["goods"] *= 25
    view = await scene.owner.save(TYPE, content)
    answer = await scene.owner.http.get(f"{URL}/{view['number']}/prints/list")
    assert answer.status_code == 200, answer.text
    file = tmp_path / "list.pdf"
    file.write_bytes(answer.content)
    command = ("pdftotext", "-layout", str(file), "-")
    text = "".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())  # noqa: ASYNC221
    for words in (
        "进口一般贸易集报清单", f"清单中心统一编号{view['number']}", "集报清单状态暂存", "申报地海关5301皇岗海关",
        "备案号X53012600001", "货物性质1一般贸易", "贸易方式0110一般贸易", "运费USD美元800", "保费0.3%",
        f"境内收发货人{scene.owner.customs_code}测试公司", "集报清单表体（共50项）", "0202300090", "许可证7:26-",
        "样例备注", "第1页/共",
    ):  # fmt: skip
        assert words in text, (words, text)
    assert text.count("2000千克") == 50, "as declared and in the legal unit"
    assert text.count("境内目的地/货源地") >= 2, "the head of the goods stands on every page"
