"""Desks of their own: one folder, found by walking, with states and decisions of several steps (CUST-03)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from singlewindow.customs import desks
from tests.customs.company import Company
from tests.customs.conftest import Customs
from tests.customs.portal import Portal

NUMBER = "202611210000000001"
GATE = """
from singlewindow.customs.desk import Decision, Desk, Ruling

async def seal(transaction, submissions):
    return [{"lock_no": f"L{submission['number'][-4:]}"} for submission in submissions]

ACCEPT = Decision("accept", "入库", "ACCEPTED", "accepted")
LOCK = Decision("lock", "锁定", "LOCKED", "locked", needs_remark=True, from_states=("accepted",), data=seal)
UNLOCK = Decision("unlock", "解除锁定", "UNLOCKED", "accepted", from_states=("locked",))
FINISH = Decision("finish", "办结", "FINISHED", "finished", from_states=("accepted",))

def automatic(state, margin):
    return {"received": Ruling("accept"), "accepted": None}[state]

DESK = Desk("gate", ("inspection.declaration",), {"accepted": "已入库", "locked": "已锁定", "finished": "已办结"},
            (ACCEPT, LOCK, UNLOCK, FINISH), automatic, ("received", "accepted"))
"""


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A desk in a folder of its own, as if it lay under customs/desks/."""
    (tmp_path / "temporary_gate").mkdir()
    (tmp_path / "temporary_gate" / "__init__.py").write_text(GATE, encoding="utf-8")
    monkeypatch.setattr(desks, "__path__", [*desks.__path__, str(tmp_path)])
    desks.desks.cache_clear()
    yield
    monkeypatch.undo()
    desks.desks.cache_clear()


def test_the_default_desk_takes_what_nobody_else_takes() -> None:
    """CUST-03."""
    assert desks.desk_for("inspection.declaration").name == "default"
    assert desks.desk_for("").name == "default"


@pytest.mark.usefixtures("gate")
async def test_a_desk_of_its_own_decides_in_several_steps(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """CUST-03: accepted, locked, unlocked, finished; each receipt with its code, data and seq; nothing out of turn."""
    identifier = await customs.receive(own, NUMBER)
    headers = await customs.log_in()
    path = f"/api/submissions/{identifier}"

    async def decide(name: str, remark: str = "") -> tuple[int, str]:
        answer = await customs.client.post(
            f"{path}/decision", json={"decision": name, "remark": remark}, headers=headers
        )
        return answer.status_code, answer.json().get("state_name") or answer.json()["detail"]

    assert await decide("approve") == (422, "没有这个选项")
    assert await decide("finish") == (409, "该申请为「待审核」，不能作此决定")
    assert await decide("accept") == (200, "已入库")
    assert await decide("lock") == (422, "锁定时必须填写审核意见")
    assert await decide("lock", "施封异常") == (200, "已锁定")
    assert await decide("finish") == (409, "该申请已由陈关员处理为「已锁定」，不能再作此决定，请刷新查看结果")
    assert await decide("unlock") == (200, "已入库")
    assert await decide("finish") == (200, "已办结")
    detail = (await customs.client.get(path)).json()
    assert detail["decisions"] == []
    assert [
        (h["from_state"], h["title"], h["to_state"], h["remark"], h["by"]) for h in detail["history"]
    ] == [
        ("待审核", "入库", "已入库", "", "陈关员"),
        ("已入库", "锁定", "已锁定", "施封异常", "陈关员"),
        ("已锁定", "解除锁定", "已入库", "", "陈关员"),
        ("已入库", "办结", "已办结", "", "陈关员"),
    ]
    await customs.sender(portal).send_due()
    assert [(r.seq, r.code, r.data) for r in portal.receipts] == [
        (1, "RECEIVED", {}), (2, "ACCEPTED", {}), (3, "LOCKED", {"lock_no": "L0001"}), (4, "UNLOCKED", {}),
        (5, "FINISHED", {}),
    ]  # fmt: skip
    states = (await customs.client.get("/api/filters")).json()["states"]
    assert [states[code] for code in ("received", "approved", "refused")] == ["待审核", "已同意", "不同意"]
    assert [states["finished"], list(states.values())[-1]] == ["已办结", "接收失败"]


async def test_states_of_one_name_are_one_filter(customs: Customs, own: Company) -> None:
    """CUST-03: 已同意 stands once among the filters, and finds what any desk calls so."""
    assert set(desks.states_named_alike("agreed")) == {"approved", "agreed"}
    assert desks.states_named_alike("received") == ("received",)
    identifier = await customs.receive(own, NUMBER)
    await customs.log_in()
    states = (await customs.client.get("/api/filters")).json()["states"]
    assert len(set(states.values())) == len(states)
    for state in ("agreed", "approved"):
        await customs.rows("update submission set state = $1 where id = $2 returning id", state, identifier)
        found = (await customs.client.get("/api/submissions?state=approved")).json()
        assert [item["id"] for item in found["items"]] == [identifier]


@pytest.mark.usefixtures("gate")
async def test_what_a_desk_leaves_to_an_officer_is_not_due_any_more(customs: Customs, own: Company) -> None:
    """CUST-04: the automatic mode accepts and stops there."""
    headers = await customs.log_in()
    await customs.client.put(
        "/api/mode", json={"automatic": True, "delay_seconds": 0, "refuse_share": 0}, headers=headers
    )
    await customs.receive(own, NUMBER)
    assert [await customs.decide_due() for _ in range(3)] == [1, 1, 0]
    assert await customs.rows("select state, due_at from submission") == [("accepted", None)]


async def test_a_full_disk_leaves_due_what_is_due(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-04, OPER-04: what the database cannot do for now is decided later, not left to an officer for ever."""
    headers = await customs.log_in()
    await customs.client.put(
        "/api/mode", json={"automatic": True, "delay_seconds": 0, "refuse_share": 0}, headers=headers
    )
    await customs.receive(own, NUMBER)

    async def full(*_: object) -> None:
        raise asyncpg.DiskFullError("could not extend file: No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("singlewindow.customs.mode.decide_all", full)
        with pytest.raises(asyncpg.DiskFullError):
            await customs.decide_due()
    assert await customs.decide_due() == 1
    assert await customs.rows("select state from submission") == [("approved",)]


def test_two_desks_cannot_claim_a_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CUST-03: said at the start, not at the first submission."""
    for name in ("temporary_one", "temporary_two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(GATE, encoding="utf-8")
    monkeypatch.setattr(desks, "__path__", [*desks.__path__, str(tmp_path)])
    desks.desks.cache_clear()
    try:
        with pytest.raises(ValueError, match="both decide"):
            desks.desks()
    finally:
        monkeypatch.undo()
        desks.desks.cache_clear()
