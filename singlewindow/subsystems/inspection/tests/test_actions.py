"""Every state × action × person over the API: what the buttons say is what the server does (INSP-06 to INSP-08, UI-10).

Documents are brought into each state as in life: by saving, applying, sending and by customs' receipts.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from singlewindow.kernel.documents.store import CHINA
from tests.actions import NEW, Matrix, copy, declared, delete, new, printed, save, url_of
from tests.house import House, Member

TYPES = {"inspection.declaration": "declaration_no", "inspection.bill": "bill_no"}

# Written from INSP-06 to INSP-08 and the manual's 4.1, not from the program's table.
EDITABLE = ("暂存", "发送失败", "接收失败")
CLOSED = ("已申请", "发往海关成功", "海关接收成功", "同意", "不同意")
MATRIX = Matrix(
    expected={
        "new": {NEW, *EDITABLE, *CLOSED},  # 新增按钮始终为激活状态
        "save": {NEW, *EDITABLE},
        "apply": {NEW, *EDITABLE},
        "delete": {*EDITABLE},
        "copy": {*EDITABLE, *CLOSED},  # what may be read may be copied (UI-03)
        "print": {*EDITABLE, *CLOSED},
    },
    perform={
        "new": new,
        "save": save,
        "apply": declared("apply"),
        "delete": delete,
        "copy": copy,
        "print": printed("application"),
    },
    status_after={"save": "暂存", "apply": "已申请"},
)
RECEIPTS: dict[str, tuple[str, ...]] = {
    "海关接收成功": ("RECEIVED",),
    "接收失败": ("REJECTED",),
    "同意": ("RECEIVED", "APPROVED"),
    "不同意": ("RECEIVED", "REFUSED"),
}
_numbers = itertools.count(530120260000000000)


@dataclass(frozen=True)
class Scene:
    """A company's people and a document type."""

    house: House
    type: str
    owner: Member

    async def content(self, applicant: Member) -> dict[str, Any]:
        """A content that the applicant may apply with: customs have published its number."""
        number = str(next(_numbers))
        if self.type == "inspection.declaration":
            facts = {"status": "11", "status_name": "查验通知", "consignee_code": applicant.customs_code}
            entry = {**facts, "inspection_district": "5301"}
            await self.house.register("declaration", number, entry)
        else:
            await self.house.register("bill_of_lading", number, {"inspection_district": "5301"})
        return {TYPES[self.type]: number, "contact_name": "王芳", "contact_phone": "13800138000"}

    def typed(self, view: dict[str, Any]) -> dict[str, Any]:
        """All of it: grey values that are sent back count for nothing."""
        content: dict[str, Any] = view["content"]
        return content

    async def first(self, who: Member) -> httpx.Response:
        """暂存 of a new application, with the file that it needs."""
        saved = await save(self, who, {"number": None})
        if saved.status_code != 201:
            return saved
        return await who.upload(self.type, saved.json()["number"], "00000002")

    async def draft(self) -> dict[str, Any]:
        view = await self.owner.save(self.type, await self.content(self.owner))
        uploaded = await self.owner.upload(self.type, view["number"], "00000002")
        assert uploaded.status_code == 200, uploaded.text
        stored: dict[str, Any] = uploaded.json()
        return stored

    async def document(self, state: str) -> dict[str, Any]:
        """A document in this state."""
        view = await self.draft()
        if state != "暂存":
            view = await self.owner.apply(self.type, view)
        if state not in ("暂存", "已申请"):
            self.house.customs.refuses = "no" if state == "发送失败" else ""
            await self.house.send()
            self.house.customs.refuses = ""
        for seq, code in enumerate(RECEIPTS.get(state, ()), 1):
            [sent] = [s for s in self.house.customs.received if s.number == view["number"]]
            await self.house.hear(self.house.customs.receipt(sent, seq, code))
        view = await self.owner.view(self.type, view["number"])
        assert view["status"]["name"] == state
        return view


@pytest.fixture(params=TYPES)
async def scene(house: House, request: pytest.FixtureRequest) -> Scene:
    await house.register("pilot_district", "5301", {"enabled": True})
    return Scene(house, request.param, await house.member())


@pytest.mark.parametrize("state", [NEW, *EDITABLE, *CLOSED])
async def test_what_the_buttons_say_is_what_the_server_does(scene: Scene, state: str) -> None:
    """INSP-06, INSP-07, INSP-08, UI-10, PORT-04, PORT-10: both ways, for each action and each person."""
    await MATRIX.check_state(scene, state)


@pytest.mark.parametrize("state", [*EDITABLE, *CLOSED])
async def test_the_list_and_the_files_follow_the_same_table(scene: Scene, state: str) -> None:
    """INSP-05, INSP-07, INSP-11, UI-10: rows carry the same actions; files change only where 暂存 may."""
    view = await scene.document(state)
    today = datetime.now(CHINA).date()
    span = {"updated_from": str(today - timedelta(days=1)), "updated_to": str(today)}
    await MATRIX.check_row(scene, state, view, number=view["number"], **span)
    batch = await scene.owner.http.post(f"{url_of(scene)}/delete", json={"numbers": [view["number"]]})
    refused = (
        [] if state in EDITABLE else [{"number": view["number"], "why": view["actions"]["delete"]["why"]}]
    )
    assert batch.json()["refused"] == refused
    if state in EDITABLE:
        view = await scene.document(state)
    [file] = view["attachments"]
    base = f"{url_of(scene)}/{view['number']}/attachments"
    added = await scene.owner.upload(scene.type, view["number"], "00000003")
    assert added.status_code == (200 if state in EDITABLE else 409), added.text
    removed = await scene.owner.http.delete(f"{base}/{file['id']}")
    assert removed.status_code == (200 if state in EDITABLE else 409), removed.text
    if state in CLOSED:
        assert added.json()["detail"] == removed.json()["detail"] == view["actions"]["save"]["why"]
        assert (await scene.owner.http.get(f"{base}/{file['id']}")).status_code == 200


async def test_what_customs_had_published_is_kept_with_the_application(scene: Scene) -> None:
    """INSP-02, INSP-03: with what is submitted the facts are kept by which it was judged."""
    view = await scene.document("已申请")
    [row] = await scene.house.sql(
        "select frozen from submission s join document d on d.id = s.document_id where d.number = $1",
        view["number"],
    )
    kept = json.loads(row["frozen"])
    assert kept["pilot"] == {"district": "5301", "listed": True, "open": True, "switched_on": True}
    if scene.type == "inspection.declaration":
        assert (kept["declaration"]["status"], kept["declaration"]["inspection_district"]) == ("11", "5301")
    else:
        assert kept["district"] == "5301"
