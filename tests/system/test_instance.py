"""What a running system answers to machines, and a second one beside it."""

from __future__ import annotations

import os

import httpx
import pytest

from tests.system.running import System, running

pytestmark = pytest.mark.serial


def test_both_sides_answer_machines(system: System) -> None:
    """OPER-01, INTG-01: health, readiness and the API's description, of the portal and of customs."""
    for side in (system.portal, system.customs):
        for path in ("/healthz", "/readyz", "/api/openapi.json"):
            answer = httpx.get(side + path)
            assert answer.status_code == 200, (side, path)
        paths = answer.json()["paths"]
        assert "/exchange/messages" in paths
    described = httpx.get(f"{system.portal}/api/openapi.json").json()["paths"]
    assert {"/api/session/card", "/api/documents/{type}", "/api/documents/{type}/{number}/submit"} <= set(
        described
    )


def test_captcha_of_the_test_system_opens_the_door(system: System) -> None:
    """PORT-02: log-in by password on the real thing; a wrong password is refused in words."""
    account = system.world["accounts"][0]
    with httpx.Client(base_url=system.portal) as browser:
        for password, expected in (("wrong", 422), (account["password"], 200)):
            captcha = browser.get("/api/captcha").json()["id"]
            body = {
                "username": account["username"],
                "password": password,
                "captcha_id": captcha,
                "captcha": "TEST",
            }
            answer = browser.post("/api/session/password", json=body)
            assert answer.status_code == expected, answer.text
        assert browser.get("/api/session").json()["account"]["username"] == account["username"]


def test_second_instance_runs_beside_the_first(system: System) -> None:
    """OPER-04: another data folder and other ports are all it needs; it ends and leaves nothing
    (`running` looks, and bounds both)."""
    with running(CUSTOMS_DELAY="0", BACKGROUND_NICENESS="3") as second:
        assert _niceness(second, "worker") == _niceness(second, "customs") == _niceness(second, "portal") + 3
        assert httpx.get(f"{second.portal}/readyz").status_code == 200
        assert httpx.get(f"{second.customs}/readyz").status_code == 200
        assert httpx.get(f"{second.portal}/api/config").json()["card_url"] == second.card
        assert httpx.get(f"{system.portal}/readyz").status_code == 200


def _niceness(system: System, part: str) -> int:
    pid = system.pid_of(part)
    assert pid is not None
    return os.getpriority(os.PRIO_PROCESS, pid)
