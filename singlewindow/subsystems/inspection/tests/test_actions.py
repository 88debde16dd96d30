"""Every state × action × person over the API: what the buttons say is what the server does (INSP-06 to INSP-08, UI-10).

Documents are brought into each state as in life: by saving, applying, sending and by customs' receipts.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.people.refusals import UNBOUND
from tests.house import House, Member

TYPES = {"inspection.declaration": "declaration_no", "inspection.bill": "bill_no"}
NEW = "未暂存"

# Written from INSP-06 to INSP-08 and the manual's 4.1, not from the program's table.
EDITABLE = ("暂存", "发送失败", "接收失败")
CLOSED = ("已申请", "发往海关成功", "海关接收成功", "同意", "不同意")
EXPECTED = {
    "new": {NEW, *EDITABLE, *CLOSED},  # 新增按钮始终为激活状态
    "save": {NEW, *EDITABLE},
    "apply": {NEW, *EDITABLE},
    "delete": {*EDITABLE},
    "copy": {*EDITABLE, *CLOSED},  # what may be read may be copied (UI-03)
    "print": {*EDITABLE, *CLOSED},
}
NAMES_A_DOCUMENT = {"delete", "copy", "print"}  # in an empty form there is none
CHANGES_NOTHING = {"new", "copy", "print"}
STATUS_AFTER = {"save": "暂存", "apply": "已申请"}
RECEIPTS: dict[str, tuple[str, ...]] = {
    "海关接收成功": ("RECEIVED",),
    "接收失败": ("REJECTED",),
    "同意": ("RECEIVED", "APPROVED"),
    "不同意": ("RECEIVED", "REFUSED"),
}
STATES = (NEW, *EDITABLE, *CLOSED)
PEOPLE = ("operator", "administrator", "unbound", "stranger", "nobody")
_numbers = itertools.count(530120260000000000)


@dataclass(frozen=True)
class Scene:
    """A company's people and a document type."""

    house: House
    type: str
    owner: Member

    @property
    def url(self) -> str:
        return f"/api/documents/{self.type}"

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

    async def person(self, who: str) -> Member:
        code = self.owner.customs_code
        if who == "operator":
            return self.owner
        if who == "administrator":
            return await self.house.member(code, role="administrator")
        if who == "unbound":
            return await self.house.member(code, bound=False)
        if who == "stranger":
            return await self.house.member()
        return Member(self.house, self.house.client(), code, "", "", self.owner.key, self.owner.certificate)


@pytest.fixture(params=TYPES)
async def scene(house: House, request: pytest.FixtureRequest) -> Scene:
    await house.register("pilot_district", "5301", {"enabled": True})
    return Scene(house, request.param, await house.member())


# ------------------------------------------------------------------------------------------- what the server does


async def new(scene: Scene, person: Member, view: dict[str, Any]) -> httpx.Response:
    return await person.http.get(f"{scene.url}/new")


async def save(scene: Scene, person: Member, view: dict[str, Any]) -> httpx.Response:
    if view["number"] is None:
        return await person.http.post(scene.url, json={"content": await scene.content(person)})
    match = {"If-Match": f'"{view["version"]}"'}
    content = {"content": view["content"]}
    return await person.http.put(f"{scene.url}/{view['number']}", json=content, headers=match)


async def apply(scene: Scene, person: Member, view: dict[str, Any]) -> httpx.Response:
    """申请 in a new form saves first, as the page does."""
    if view["number"] is None:
        saved = await save(scene, person, view)
        if saved.status_code != 201:
            return saved
        uploaded = await person.upload(scene.type, saved.json()["number"], "00000002")
        assert uploaded.status_code == 200, uploaded.text
        view = uploaded.json()
    prepared = await person.prepare(scene.type, view)
    if prepared.status_code != 200:
        return prepared
    return await person.submit(scene.type, view["number"], prepared.json())


async def copy(scene: Scene, person: Member, view: dict[str, Any]) -> httpx.Response:
    """The page reads the document and fills an empty form with it; saving that is another 暂存."""
    return await person.http.get(f"{scene.url}/{view['number']}")


async def delete(scene: Scene, person: Member, view: dict[str, Any]) -> httpx.Response:
    return await person.http.delete(f"{scene.url}/{view['number']}")


async def print_(scene: Scene, person: Member, view: dict[str, Any]) -> httpx.Response:
    return await person.http.get(f"{scene.url}/{view['number']}/prints/application")


PERFORM: dict[str, Callable[[Scene, Member, dict[str, Any]], Awaitable[httpx.Response]]] = {
    "new": new,
    "save": save,
    "apply": apply,
    "delete": delete,
    "copy": copy,
    "print": print_,
}


def allowed(state: str, action: str, who: str) -> bool:
    """The requirements' answer. An empty form is everybody's own; PORT-04 lets an unbound account look at one."""
    if who in ("operator", "administrator") or (who == "stranger" and state == NEW):
        return state in EXPECTED[action]
    return who == "unbound" and state == NEW and action == "new"


@pytest.mark.parametrize("state", STATES)
async def test_what_the_buttons_say_is_what_the_server_does(scene: Scene, state: str) -> None:
    """INSP-06, INSP-07, INSP-08, UI-10, PORT-04, PORT-10: both ways, for each action and each person."""
    view = None if state == NEW else await scene.document(state)
    for who in PEOPLE:
        person = await scene.person(who)
        for action in EXPECTED:
            current = await seen_by(scene, person, view)
            if isinstance(current, httpx.Response):
                await check_out_of_sight(scene, person, view, action, who, current)
                continue
            assert set(current["actions"]) == set(EXPECTED), "a new action has its line above"
            button = current["actions"][action]
            assert button["allowed"] is allowed(state, action, who), (who, action, button)
            assert bool(button["why"]) is not button["allowed"]
            if state == NEW and action in NAMES_A_DOCUMENT:
                continue
            answer = await PERFORM[action](scene, person, current)
            check_answer(answer, button, action, who)
            if button["allowed"] and view is not None and action not in CHANGES_NOTHING:
                view = await scene.document(state)  # another one in the same state


async def seen_by(
    scene: Scene, person: Member, view: dict[str, Any] | None
) -> dict[str, Any] | httpx.Response:
    """The document, or the empty form, as the person sees it; the refusal where they see none."""
    path = "new" if view is None else view["number"]
    answer = await person.http.get(f"{scene.url}/{path}")
    if answer.status_code != 200:
        return answer
    seen: dict[str, Any] = answer.json()
    return seen


async def check_out_of_sight(
    scene: Scene, person: Member, view: dict[str, Any] | None, action: str, who: str, opened: httpx.Response
) -> None:
    """Who may not even see it gets the same answer from the action; an unbound account is told how to bind a card."""
    if view is None:
        assert who == "nobody"
        view = {"number": None, "version": 0, "content": {}}
    if view["number"] is None and action in NAMES_A_DOCUMENT:
        return
    answer = await PERFORM[action](scene, person, view)
    if action == "new" and who != "nobody":
        assert answer.status_code == 200
        return
    assert answer.status_code == opened.status_code == {"nobody": 401, "stranger": 404, "unbound": 403}[who]
    assert answer.json()["detail"] == opened.json()["detail"]
    if who == "unbound":
        assert answer.json()["detail"] == UNBOUND


def check_answer(answer: httpx.Response, button: dict[str, Any], action: str, who: str) -> None:
    """Allowed: done, and the status is the next one. Refused: with the grey button's own words."""
    if not button["allowed"]:
        assert answer.status_code == (403 if who == "unbound" else 409), answer.text
        assert answer.json()["detail"] == button["why"]
        return
    assert answer.is_success, (who, action, answer.text)
    if action in STATUS_AFTER:
        assert answer.json()["status"]["name"] == STATUS_AFTER[action]


@pytest.mark.parametrize("state", [*EDITABLE, *CLOSED])
async def test_the_list_and_the_files_follow_the_same_table(scene: Scene, state: str) -> None:
    """INSP-05, INSP-07, INSP-11, UI-10: rows carry the same actions; files change only where 暂存 may."""
    view = await scene.document(state)
    today = datetime.now(CHINA).date()
    span = {"updated_from": str(today - timedelta(days=1)), "updated_to": str(today)}
    found = await scene.owner.http.get(scene.url, params={"number": view["number"], **span})
    [row] = found.json()["items"]
    assert row["actions"] == view["actions"]
    assert row["status_name"] == state
    batch = await scene.owner.http.post(f"{scene.url}/delete", json={"numbers": [view["number"]]})
    refused = (
        [] if state in EDITABLE else [{"number": view["number"], "why": view["actions"]["delete"]["why"]}]
    )
    assert batch.json()["refused"] == refused
    if state in EDITABLE:
        view = await scene.document(state)
    [file] = view["attachments"]
    base = f"{scene.url}/{view['number']}/attachments"
    added = await scene.owner.upload(scene.type, view["number"], "00000003")
    assert added.status_code == (200 if state in EDITABLE else 409), added.text
    removed = await scene.owner.http.delete(f"{base}/{file['id']}")
    assert removed.status_code == (200 if state in EDITABLE else 409), removed.text
    if state in CLOSED:
        assert added.json()["detail"] == removed.json()["detail"] == view["actions"]["save"]["why"]
        assert (await scene.owner.http.get(f"{base}/{file['id']}")).status_code == 200
