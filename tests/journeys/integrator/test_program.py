"""A company's own program: let in at the window, at work over the API, told of events, shut out (INTG-01 … INTG-03)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.acts import CAPTCHA, PIN, SLOW
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.integrator.receiver import Receiver, receiving
from tests.system.integrator import WANG, Integrator
from tests.system.running import CLONE, eventually

pytestmark = pytest.mark.journey
SAMPLE = CLONE / "singlewindow/subsystems/gate/samples/accepted/by_road_one_bill.json"
PROGRAM, ENDPOINT = "ERP 报关接口", "ERP 事件接收"


def test_a_program_of_the_company(desk: Desk, stage: Stage, tmp_path: Path) -> None:
    """INTG-01, INTG-02, INTG-03."""
    log_in(desk)
    program = Integrator(stage.system, WANG, PIN, make_token(desk))
    file_by_script(program, stage)
    with receiving() as receiver:
        secret = add_endpoint(desk, receiver)
        number = drive(program)
        arrives_signed(receiver, secret, number)
    see_deliveries(desk, number)
    import_file(desk, tmp_path)
    shut_out(desk, program)


def log_in(desk: Desk) -> None:
    desk.page.goto(f"{desk.address}/login")
    desk.page.get_by_label("用户名").fill("chennan")
    desk.page.get_by_label("密码", exact=True).fill("Chen-2026")
    expect(desk.page.get_by_alt_text("验证码")).to_be_visible()
    desk.page.get_by_label("验证码", exact=True).fill(CAPTCHA)
    desk.press("Enter")
    expect(desk.button("退出")).to_be_visible()


def open_page(desk: Desk, title: str) -> None:
    """企业管理 in the menu behind the name, then one of the administrator's pages."""
    if not desk.page.get_by_role("navigation", name="企业管理").is_visible():
        desk.page.locator(".top-bar .user").click()
        desk.page.get_by_role("menuitem", name="企业管理").click()
    desk.page.get_by_role("navigation", name="企业管理").get_by_role("link", name=title).click()


def row(desk: Desk, area: str, text: str) -> Locator:
    return desk.page.get_by_role("region", name=area).locator("tbody tr").filter(has_text=text)


def make_token(desk: Desk) -> str:
    """INTG-01: named, for 王芳's account, with the right to submit in two applications; shown this once."""
    open_page(desk, "接口令牌")
    desk.shoot("no-tokens")
    desk.button("新建").click()
    desk.field("name").fill(PROGRAM)
    desk.field("account_id").select_option(label="王芳（wangfang）操作员卡")
    desk.page.get_by_role("radio", name="申报").check()
    desk.field("chapters").uncheck()
    for chapter in ("免于到场协助查验申请", "智能卡口散杂货系统"):
        desk.dialog().get_by_role("checkbox", name=chapter).check()
    desk.shoot("new-token")
    desk.dialog().get_by_role("button", name="新建").click()
    token = desk.field("token").input_value()
    assert re.fullmatch(r"swt_[0-9A-Za-z_-]{43}", token)
    desk.shoot("token-shown")
    desk.button("已保存，关闭").click()
    expect(row(desk, "接口令牌", PROGRAM)).to_contain_text("从未使用")
    expect(desk.page.locator("body")).not_to_contain_text(token)
    return token


def file_by_script(program: Integrator, stage: Stage) -> None:
    """INTG-01: draft, signed file, application, and customs' receipts by the feed; another application stays closed."""
    said = program.done("inspection.py", stage.examples["applicable"][0])
    assert said[-1].startswith("同意 Granted: "), said
    closed = program.run("appointment.py", stage.examples["appointment_consignee"])
    assert (closed.returncode, closed.stdout) == (1, "")
    assert "不含【预约通关】" in closed.stderr


def add_endpoint(desk: Desk, receiver: Receiver) -> str:
    """INTG-03: where events are to be sent; the secret that signs them is shown this once."""
    open_page(desk, "事件推送")
    desk.button("新增").click()
    desk.field("name").fill(ENDPOINT)
    desk.field("url").fill(receiver.address)
    desk.shoot("new-endpoint")
    desk.dialog().get_by_role("button", name="新增").click()
    secret = desk.field("secret").input_value()
    assert secret.startswith("whsec_")
    desk.shoot("secret-shown")
    desk.button("已保存，关闭").click()
    desk.button(f"测试 {ENDPOINT}").click()
    assert eventually(lambda: receiver.came, 30)
    assert receiver.came[0].is_signed(secret)
    return secret


def drive(program: Integrator) -> str:
    """A trip, declared and accepted; its number."""
    [saved, *_, last] = program.done("gate.py", "粤B77701", "12500")
    assert last == "海关审核通过 Accepted"
    found = re.search("[0-9]{18}", saved)
    assert found
    return found[0]


def arrives_signed(receiver: Receiver, secret: str, number: str) -> None:
    """INTG-03: each event of the trip came once, in its order, signed; the last one is customs' acceptance."""
    assert eventually(lambda: "10" in [each.event["code"] for each in receiver.of(number)], 60)
    came = receiver.of(number)
    assert all(each.is_signed(secret) for each in came)
    assert not any(each.is_signed("whsec_" + "A" * 32) for each in came)
    kinds = [each.event["kind"] for each in came]
    assert (kinds[0], kinds[1], kinds[-1]) == ("created", "submitted", "receipt")
    assert len({each.headers["webhook-id"] for each in came}) == len(came)


def see_deliveries(desk: Desk, number: str) -> None:
    """INTG-03: 推送记录 has each of them as delivered."""
    desk.button(f"推送记录 {ENDPOINT}").click()
    deliveries = row(desk, f"推送记录 {ENDPOINT}", number)
    expect(deliveries.first).to_contain_text("已送达", timeout=SLOW)
    expect(deliveries.first).to_contain_text("HTTP 204")
    desk.shoot("deliveries")


def import_file(desk: Desk, folder: Path) -> None:
    """INTG-02: a file of the company's own system at the window: a trip, and one that is wrong in a cell."""
    open_page(desk, "批量导入")
    trip = json.loads(SAMPLE.read_text(encoding="utf-8"))["content"] | {"bind_key_info": "粤B77711"}
    wrong = trip | {"bind_key_info": "粤B77712", "customs_master": "9999"}
    file = folder / "车次.jsonl"
    lines = [{"sender_number": f"车次-{at}", "content": each} for at, each in enumerate((trip, wrong), 1)]
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), encoding="utf-8")
    desk.page.get_by_label("单据类型").select_option(value="gate.trip")
    desk.page.locator("input[type=file]").set_input_files(file)
    desk.action("导入").click()
    desk.says("共 2 份：已暂存 1 份，有误 1 份")
    refused = desk.page.get_by_role("table", name="错误清单").locator("tbody tr")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("9999")
    desk.shoot("imported")
    with desk.page.expect_download() as result:
        desk.action("下载结果").click()
    told = [json.loads(line) for line in result.value.path().read_text(encoding="utf-8").splitlines()]
    assert [(each["sender_number"], each["outcome"]) for each in told] == [
        ("车次-1", "saved"),
        ("车次-2", "refused"),
    ]
    assert "customs_master" in told[1]["findings"][0]["path"], told


def shut_out(desk: Desk, program: Integrator) -> None:
    """INTG-01: 使用记录 tells what the program did; 停用, and its next request is refused."""
    open_page(desk, "接口令牌")
    desk.button(f"使用记录 {PROGRAM}").click()
    uses = f"使用记录 {PROGRAM}"
    expect(row(desk, uses, "/api/documents/{type}/submit").first).to_contain_text("受理")
    expect(row(desk, uses, "未受理 403").first).to_be_visible()
    desk.shoot("uses")
    desk.button(f"停用 {PROGRAM}").click()
    desk.shoot("revoke")
    desk.dialog().get_by_role("button", name="停用").click()
    desk.says("停用成功")
    expect(row(desk, "接口令牌", PROGRAM)).to_contain_text("已停用")
    desk.shoot("revoked")
    refused = program.run("gate.py", "粤B77702", "12500")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("未办成 Refused: "), refused.stderr
