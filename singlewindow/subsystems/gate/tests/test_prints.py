"""车次单: the paper of a trip (GATE-09)."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from singlewindow.contract.seals import read_seal
from singlewindow.subsystems.gate.tests.scene import STATES, URL, Scene, sample
from tests.house import House

pytestmark = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")


async def paper(scene: Scene, number: str, name: str, folder: Path) -> str:
    """The text of a print, without blanks."""
    answer = await scene.owner.http.get(f"{URL}/{number}/prints/{name}")
    assert answer.status_code == 200, answer.text
    file = folder / "print.pdf"
    file.write_bytes(answer.content)
    command = ("pdftotext", "-layout", str(file), "-")
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: ASYNC221
    return "".join(text.replace("\u200b", "").split())


async def test_the_trip(house: House, tmp_path: Path) -> None:
    """GATE-09: numbers, status, medium, weights with their sum, and every row with what belongs to it."""
    scene = Scene(house, await house.member())
    content = sample("five_kinds_by_sea")
    content["bodies"][1] |= {"bind_obj_id": "COSU6123456789", "goods_wt": "12500.5"}
    view = await scene.trip("已锁定", content)
    text = await paper(scene, view["number"], "trip", tmp_path)
    for words in (
        "车次单", view["content"]["sure_id"], view["number"], f"车牌号{content['bind_key_info']}", "单证状态已锁定",
        "关区代码5301皇岗海关", "业务类型1000000000报关", "运输方式2海运", "进出口标志E出口",
        f"企业名称{scene.owner.company_name}", f"操作人员{scene.owner.card_no}",
        "85006200220012500.529400.5", "表体（共5项）", "集装箱号1CSQU3054383锁SL0001|SL0002|SL0003",
        "集装箱号2CBHU3202732锁SL-0004", "提单COSU6123456789", "一程舱单12500.5", "航次号045E", "备注随车", "41已锁定",
    ):  # fmt: skip
        assert words in text, (words, text)


async def test_two_hundred_rows_and_long_texts(house: House, tmp_path: Path) -> None:
    """GATE-09: as many rows as a trip can have, on as many pages as they need; a draft without rows too. What comes in
    empty weighs nothing but itself there (GATE-10)."""
    scene = Scene(house, await house.member())
    content = sample(remark="备" * 1000, bayonet_rd_code="02")
    content["bodies"] = [
        {**content["bodies"][0], "bind_obj_id": f"BILL{at:05d}", "remark": "注" * 200} for at in range(200)
    ]
    view = await scene.trip("暂存", content)
    text = await paper(scene, view["number"], "trip", tmp_path)
    assert [at for at in range(200) if f"BILL{at:05d}" not in text] == []
    assert "表体（共200项）" in text
    own = [content[name] for name in ("vehicle_weight", "trailer_weight", "conta_weight")]
    goods = 200 * int(content["bodies"][0]["goods_wt"])
    assert f"理论毛重（空进）{''.join(own)}{goods}{sum(map(int, own))}" in text
    empty = await scene.owner.save("gate.trip", {})
    assert "理论毛重0" in (await paper(scene, empty["number"], "trip", tmp_path)).replace(
        "本次提货重量合计理论毛重0", "理论毛重0"
    )


async def test_the_generic_form_is_there_too(house: House, tmp_path: Path) -> None:
    """UI-12: drawn from the definition; a column is called as the form calls it."""
    scene = Scene(house, await house.member())
    view = await scene.trip("暂存")
    text = await paper(scene, view["number"], "form", tmp_path)
    for words in ("表头信息", "单证状态暂存成功", "绑定介质类型VN车牌号", "表体（共1项）"):
        assert words in text, (words, text)


@pytest.mark.parametrize("state", STATES)
async def test_the_qr_code(house: House, tmp_path: Path, state: str) -> None:
    """GATE-09: from the acceptance until the trip is finished the paper bears it; another program reads it back."""
    scene = Scene(house, await house.member())
    content = sample()
    view = await scene.trip(state, content)
    answer = await scene.owner.http.get(f"{URL}/{view['number']}/prints/trip")
    (tmp_path / "print.pdf").write_bytes(answer.content)
    picture("print.pdf", tmp_path)
    found = zxingcpp.read_barcodes(Image.open(tmp_path / "page.png"))
    if state not in ("海关审核通过", "已锁定", "解除锁定"):
        assert found == []
        return
    said = read_seal(found[0].text, (house.pki / "portal-seal.pem").read_bytes())
    assert (said.type, said.number) == ("gate.trip", view["number"])
    assert said.facts == {
        "车次确认编号": view["content"]["sure_id"],
        "车牌号": content["bind_key_info"],
        "关区代码": content["customs_master"],
    }
    assert not said.expired(datetime.now(UTC) + timedelta(days=6))
    assert said.expired(datetime.now(UTC) + timedelta(days=8, hours=8))


def picture(name: str, folder: Path) -> None:
    """page.png: the first page, as coarse as a screen."""
    command = ("pdftoppm", "-r", "110", "-png", "-singlefile", str(folder / name), str(folder / "page"))
    subprocess.run(command, check=True)
