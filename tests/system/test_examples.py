"""The scripts of examples/ as an integrator runs them (INTG-01); print.py and month.py: test_whole_month.py."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from argparse import Namespace
from typing import Any
from unittest.mock import Mock

import httpx
import pytest

from singlewindow.kernel.attachments.pdf import PdfLimits, check_pdf
from singlewindow.kernel.lifecycle import State
from singlewindow.subsystems.appointment.lifecycle import LIFECYCLE as APPOINTMENT
from singlewindow.subsystems.gate.lifecycle import LIFECYCLE as TRIP
from tests.system.integrator import EXAMPLES, Integrator, integrator
from tests.system.running import System

pytestmark = pytest.mark.serial
MAY_IMPORT = {"httpx", "websockets"}


@pytest.fixture
async def program(system: System) -> Integrator:
    """王芳's computer, with a token for everything."""
    return await integrator(system)


def own_declaration(system: System) -> str:
    return system.declaration(system.world["companies"][0]["customs_code"])


def test_an_application_is_granted_and_made_once(program: Integrator, system: System) -> None:
    """INTG-01, PORT-03, PORT-05, CUST-04: draft, signed upload, application, grant; run again, it is the same one."""
    declaration = own_declaration(system)
    said = program.done("inspection.py", declaration)
    words = [line.split(" ")[0] for line in said if not line.startswith(" ")]
    assert words == ["暂存成功", "上传成功", "申请成功", "同意"]
    again = program.done("inspection.py", declaration)
    assert again == [said[0], said[-1]]


def test_what_goes_wrong_is_said_plainly(program: Integrator, system: System) -> None:
    """INSP-02, INSP-03, PORT-05, INTG-01: the rule's own words or what is missing, no traceback, nothing saved; and the
    right PIN works after a wrong one."""
    good, nowhere = own_declaration(system), "http://127.0.0.1:9"
    cases: list[tuple[str, str, dict[str, str]]] = [
        (good, "卡 Card: PIN 码错误，还可以再试 4 次", {"CARD_PIN": "00000000"}),
        (good, "未办成 Refused: ", {"TOKEN": "swt_" + "A" * 43}),
        (good, "缺少环境变量 Not set: SINGLEWINDOW_TOKEN", {"TOKEN": ""}),
        *((system.world["examples"][which], "未办成 Refused: ", {})
          for which in ("released", "foreign", "outside_pilot", "unknown")),
    ]  # fmt: skip
    for number, expected, settings in cases:
        failed = program.run("inspection.py", number, **settings)
        assert (failed.returncode, "Traceback" in failed.stderr) == (1, False), failed.stderr
        assert failed.stderr.startswith(expected), (number, failed.stderr)
        assert ("暂存成功" in failed.stdout) == ("CARD_PIN" in settings)
    for addresses in (("--portal", nowhere), ("--card", "ws://127.0.0.1:9"), ("--card", system.portal)):
        failed = program.run("inspection.py", *addresses, good)
        assert (failed.returncode, "Traceback" in failed.stderr) == (1, False), failed.stderr
        assert failed.stderr.startswith("无法连接 Cannot connect: "), addresses
    assert program.done("inspection.py", good)[-1].startswith("同意")


async def test_a_token_does_what_it_may(system: System) -> None:
    """INTG-01: one that only reads saves nothing, one of another chapter does not enter; both in words."""
    for reads in (
        await integrator(system, right="read"),
        await integrator(system, chapters=["appointment"]),
    ):
        refused = reads.run("gate.py", "粤B77700", "12500")
        assert (refused.returncode, refused.stdout) == (1, ""), refused.stdout
        assert refused.stderr.startswith("未办成 Refused: "), refused.stderr


def test_a_trip_is_declared_changed_and_taken_back(program: Integrator) -> None:
    """INTG-01, GATE-05, GATE-08: 申报, 变更, 删单 of the same trip, each by a run of its own."""
    vehicle = ("粤B77701", "12500")
    first = program.done("gate.py", *vehicle)
    assert re.fullmatch(r"暂存成功 Saved: [0-9]{18}，车次确认编号 [0-9A-Z]{32}", first[0])
    assert first[-1] == "海关审核通过 Accepted"
    changed = program.done("gate.py", *vehicle, "--reweighed", "12750")
    assert (changed[0], changed[-1]) == (first[0], "已变更 Changed: 12750 kg")
    assert program.done("gate.py", *vehicle, "--revoke")[-1] == "已删单 Revoked"


def test_an_appointment_is_fed_back_and_another_cancelled(program: Integrator, system: System) -> None:
    """INTG-01, APPT-03, APPT-10, APPT-11: the first time that may be had, the declarations' numbers; 取消预约."""
    world = system.world["examples"]
    made = program.done(
        "appointment.py",
        world["appointment_consignee"],
        "--feedback",
        *world["appointment_feedback_import"][3:5],
    )
    assert made[0].startswith("推荐时段 First time that may be had: ")
    assert made[-1] == "已反馈 Fed back: 2"
    time = re.search(r"，([-0-9]{10} [0-9:]{5}) 至", made[1])
    assert time
    refused = program.run("appointment.py", world["appointment_consignee_discredited"], "--start", time[1])
    assert refused.returncode == 1
    assert refused.stderr.startswith("未办成 Refused: ")
    other = program.done("appointment.py", world["appointment_consignee_high"], "--cancel")
    assert other[-1] == "已取消 Cancelled"


def at_rest(state: State) -> httpx.Client:
    """A portal whose only document stands in this state, and to which nothing happens any more."""
    view = {
        "type": "", "number": "1", "version": 7, "status": {"code": state.code, "name": state.name},
        "content": {"sure_id": "", "start": "", "end": ""}, "header": {"application_no": "", "officer": ""},
    }  # fmt: skip

    def answered(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/clock":
            return httpx.Response(200, json={"now": "2026-11-28T01:00:00Z"})
        if request.url.path != "/api/events":
            return httpx.Response(200, json=view)
        assert request.url.params["after"] == "now", "it waits for ever"
        return httpx.Response(200, json={"items": [], "next": "1"})

    return httpx.Client(transport=httpx.MockTransport(answered), base_url="http://portal")


STARTED_AGAIN = [
    *(("gate", "drive", state) for state in TRIP.states if state.in_force),
    *(("appointment", "appoint", state) for state in APPOINTMENT.states if state.in_force),
]


@pytest.mark.parametrize(
    ("script", "work", "state"),
    STARTED_AGAIN,
    ids=[f"{script}-{state.code}" for script, _, state in STARTED_AGAIN],
)
def test_started_again_later_it_waits_for_nothing(
    monkeypatch: pytest.MonkeyPatch, script: str, work: str, state: State
) -> None:
    """INTG-01: what was accepted goes on by itself, through the gate or until feedback is over; the script ends."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    given: dict[str, Any] = {
        "plate": "粤B1",
        "kilograms": "1",
        "trip": "1",
        "reweighed": None,
        "revoke": False,
    }
    given |= {"consignee": "1", "start": "2026-11-28 20:00", "feedback": None, "cancel": False}
    window = importlib.import_module("window").Window(at_rest(state), Mock(), "")
    getattr(importlib.import_module(script), work)(window, Namespace(**given))


async def test_its_pdf_is_a_strict_one_of_one_page() -> None:
    """UI-18: what integrators copy must itself be beyond reproach."""
    source = (EXAMPLES / "inspection.py").read_text(encoding="utf-8")
    scope: dict[str, bytes] = {}
    exec("\n".join(line for line in source.splitlines() if line.startswith("PDF ")), scope)
    assert (await check_pdf(scope["PDF"], PdfLimits())).pages == 1


def test_they_need_two_packages_and_are_short() -> None:
    """INTG-01: the standard library, httpx and websockets, and each other; no script beyond 150 lines. (verify_….py are
    tools beside them, each on its own.)"""
    scripts = sorted(set(EXAMPLES.glob("*.py")) - set(EXAMPLES.glob("verify_*.py")))
    known = MAY_IMPORT | set(sys.stdlib_module_names) | {script.stem for script in scripts}
    assert len(scripts) >= 8
    for script in scripts:
        source = script.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= 150, script.name
        nodes = list(ast.walk(ast.parse(source)))
        named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        named |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
        assert {name.partition(".")[0] for name in named} <= known, script.name
