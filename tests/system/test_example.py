"""examples/apply_over_api.py as an integrator runs it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from singlewindow.kernel.attachments.pdf import PdfLimits, check_pdf
from tests.system.running import CLONE, System

pytestmark = pytest.mark.serial
EXAMPLE = CLONE / "examples" / "apply_over_api.py"


def run(system: System, declaration: str, pin: str, **addresses: str) -> subprocess.CompletedProcess[str]:
    options = {"portal": system.portal, "card": system.card, **addresses, "pin": pin}
    command = [sys.executable, str(EXAMPLE), declaration, *(f"--{k}={v}" for k, v in options.items())]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def card_in_reader(system: System) -> dict[str, str]:
    number = json.loads((system.data / "cards" / "reader.json").read_text())["card"]
    card: dict[str, str] = next(card for card in system.world["cards"] if card["card_no"] == number)
    return card


def test_one_application_is_granted(system: System) -> None:
    """INTG-01, PORT-03, PORT-05, CUST-04: card log-in, draft, signed upload, application, grant; each step is said."""
    card = card_in_reader(system)
    done = run(system, system.declaration(card["customs_code"]), card["pin"])
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert [line.split(" ")[0] for line in said] == ["已登录", "暂存成功", "上传", "申请成功", "海关答复"]
    assert card["company_name"] in said[0]
    assert "同意" in said[-1]
    assert done.stderr == ""


def test_wrong_pin_is_said_plainly(system: System) -> None:
    """PORT-05: what went wrong and how many tries are left; the right PIN afterwards works again."""
    card = card_in_reader(system)
    declaration = system.declaration(card["customs_code"])
    failed = run(system, declaration, "00000000")
    assert failed.returncode == 1
    assert failed.stderr.startswith("卡 Card: PIN 码错误，还可以再试 4 次")
    assert len(failed.stderr.splitlines()) == 1
    assert run(system, declaration, card["pin"]).returncode == 0


@pytest.mark.parametrize("which", ["released", "foreign", "outside_pilot", "unknown"])
def test_ineligible_number_is_said_plainly(system: System, which: str) -> None:
    """INSP-02, INSP-03: the rule's own words, no traceback, and nothing is saved."""
    number = system.world["examples"][which]
    refused = run(system, number, card_in_reader(system)["pin"])
    assert refused.returncode == 1
    assert refused.stderr.startswith("未办成 Refused: ")
    assert len(refused.stderr.splitlines()) == 1
    assert "暂存成功" not in refused.stdout


def test_nobody_there_is_said_plainly(system: System) -> None:
    """Neither portal nor card service nor an address of something else ends in a traceback."""
    for addresses in (
        {"portal": "http://127.0.0.1:9"},
        {"card": "ws://127.0.0.1:9"},
        {"card": system.portal},
    ):
        failed = run(system, "1" * 18, "88888888", **addresses)
        assert failed.returncode == 1
        assert "Traceback" not in failed.stderr, addresses
        assert failed.stderr.startswith("无法连接 Cannot connect: "), addresses


async def test_its_pdf_is_a_strict_one_of_one_page() -> None:
    """UI-18: what integrators copy must itself be beyond reproach."""
    source = EXAMPLE.read_text(encoding="utf-8")
    scope: dict[str, bytes] = {}
    exec("\n".join(line for line in source.splitlines() if line.startswith("PDF ")), scope)
    assert (await check_pdf(scope["PDF"], PdfLimits())).pages == 1
    assert len(source.splitlines()) <= 80
