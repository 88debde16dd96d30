"""Every state × action × person over the API: what the buttons say is what the server does (UI-10, PORT-04, PORT-10).

A chapter declares what the requirements allow in which state (`Matrix`), brings a document into a state as in life
(`Scene`), and names how each action is played; most ways to play one are here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from singlewindow.kernel.people.refusals import UNBOUND
from tests.house import House, Member

NEW = "未暂存"
PEOPLE = ("operator", "administrator", "unbound", "stranger", "nobody")
REFUSED = {"nobody": 401, "stranger": 404, "unbound": 403}  # who may not even see a document
View = dict[str, Any]


class Scene(Protocol):
    """A company's person, customs, and documents of one type."""

    @property
    def house(self) -> House:
        """The portal."""

    @property
    def owner(self) -> Member:
        """The person whose documents they are."""

    @property
    def type(self) -> str:
        """The document type."""

    async def content(self, who: Member) -> View:
        """A content that this person may declare."""

    def typed(self, view: View) -> View:
        """What of a document's content a person typed."""

    async def first(self, who: Member) -> httpx.Response:
        """暂存 of a new document, with all that must be added before it can be declared."""

    async def document(self, state: str) -> View:
        """A document in this state, named as the lists name it."""


Perform = Callable[[Any, Member, View], Awaitable[httpx.Response]]
"""How a person plays an action with a document as they see it, on a scene."""


def url_of(scene: Scene) -> str:
    """The documents of the scene's type."""
    return f"/api/documents/{scene.type}"


async def person(scene: Scene, who: str) -> Member:
    """The owner, a colleague, one without a card, one of another company, one who is not logged in."""
    code = scene.owner.customs_code
    if who == "operator":
        return scene.owner
    if who == "administrator":
        return await scene.house.member(code, role="administrator")
    if who == "unbound":
        return await scene.house.member(code, bound=False)
    if who == "stranger":
        return await scene.house.member()
    return Member(scene.house, scene.house.client(), code, "", "", scene.owner.key, scene.owner.certificate)


# ------------------------------------------------------------------------------------------ how actions are played


async def new(scene: Scene, who: Member, view: View) -> httpx.Response:
    """新增: an empty form."""
    return await who.http.get(f"{url_of(scene)}/new")


async def save(scene: Scene, who: Member, view: View) -> httpx.Response:
    """暂存, of a new document or of the stored one as it was typed."""
    if view["number"] is None:
        return await who.http.post(url_of(scene), json={"content": await scene.content(who)})
    match = {"If-Match": f'"{view["version"]}"'}
    content = {"content": scene.typed(view)}
    return await who.http.put(f"{url_of(scene)}/{view['number']}", json=content, headers=match)


async def copy(scene: Scene, who: Member, view: View) -> httpx.Response:
    """The page reads the document and fills an empty form with it; saving that is another 暂存."""
    return await who.http.get(f"{url_of(scene)}/{view['number']}")


async def delete(scene: Scene, who: Member, view: View) -> httpx.Response:
    """删除."""
    return await who.http.delete(f"{url_of(scene)}/{view['number']}")


async def sign(scene: Scene, who: Member, view: View, action: str) -> httpx.Response:
    """Prepare and submit, with the person's card."""
    prepared = await who.prepare(scene.type, view, action)
    if prepared.status_code != 200:
        return prepared
    return await who.submit(scene.type, view["number"], prepared.json())


def declared(action: str) -> Perform:
    """A signed action; in a new form the page saves first."""

    async def declare(scene: Scene, who: Member, view: View) -> httpx.Response:
        if view["number"] is None:
            first = await scene.first(who)
            if not first.is_success:
                return first
            view = first.json()
        return await sign(scene, who, view, action)

    return declare


def amended(action: str, **changed: Any) -> Perform:
    """A signed action on what is in force: the form for it, saved there with some fields changed, declared there.

    Without any the form is all grey, and is declared as it is.
    """

    async def amend(scene: Scene, who: Member, view: View) -> httpx.Response:
        form = await who.http.get(f"{url_of(scene)}/{view['number']}", params={"for": action})
        if form.status_code != 200 or not changed:
            return await sign(scene, who, form.json(), action) if form.status_code == 200 else form
        saved = await save_amendment(scene, who, form.json(), action, **changed)
        assert saved.status_code == 200, saved.text
        return await sign(scene, who, saved.json(), action)

    return amend


async def save_amendment(
    scene: Scene, who: Member, form: View, action: str, **changed: Any
) -> httpx.Response:
    """暂存 in the form of an action on what is in force."""
    body = {"action": action, "content": scene.typed(form) | changed}
    match = {"If-Match": f'"{form["version"]}"'}
    return await who.http.put(f"{url_of(scene)}/{form['number']}/amendment", json=body, headers=match)


def printed(name: str) -> Perform:
    """打印 with a paper of the type."""

    async def print_(scene: Scene, who: Member, view: View) -> httpx.Response:
        return await who.http.get(f"{url_of(scene)}/{view['number']}/prints/{name}")

    return print_


# ------------------------------------------------------------------------------------------------- what must hold


@dataclass(frozen=True)
class Matrix:
    """What the requirements allow, not the program: each action with the states' words in which it may be done (NEW for
    an empty form), and how it is played; the status that it leads to, or the marker that it sets."""

    expected: Mapping[str, set[str]]
    perform: Mapping[str, Perform]
    status_after: Mapping[str, str]
    markers: Mapping[str, str] = field(default_factory=dict)
    on_form: Mapping[str, str] = field(
        default_factory=dict
    )  # the form's word where it has another than the list
    changes_nothing: frozenset[str] = frozenset({"new", "copy", "print"})
    names_a_document: frozenset[str] = frozenset(
        {"delete", "copy", "print"}
    )  # in an empty form there is none

    def allowed(self, state: str, action: str, who: str) -> bool:
        """The requirements' answer. An empty form is everybody's own; PORT-04 lets an unbound account look at one."""
        if who in ("operator", "administrator") or (who == "stranger" and state == NEW):
            return state in self.expected[action]
        return who == "unbound" and state == NEW and action == "new"

    async def check_state(self, scene: Scene, state: str) -> None:
        """Both ways, for each action and each person."""
        view = None if state == NEW else await scene.document(state)
        for who in PEOPLE:
            one = await person(scene, who)
            for action in self.expected:
                opened = await one.http.get(f"{url_of(scene)}/{'new' if view is None else view['number']}")
                if opened.status_code != 200:
                    await self._check_out_of_sight(scene, one, view, action, who, opened)
                    continue
                seen = opened.json()
                assert set(seen["actions"]) == set(self.expected), "a new action has its line in `expected`"
                button = seen["actions"][action]
                assert button["allowed"] is self.allowed(state, action, who), (who, action, button)
                assert bool(button["why"]) is not button["allowed"]
                if state == NEW and self._names_a_document(action):
                    continue
                self._check_answer(await self.perform[action](scene, one, seen), button, action, who)
                if button["allowed"] and view is not None and action not in self.changes_nothing:
                    view = await scene.document(state)  # another one in the same state

    async def check_row(self, scene: Scene, state: str, view: View, **asked: str) -> View:
        """The list's row of a document: the form's own buttons, each with its own words for the state."""
        found = await scene.owner.http.get(url_of(scene), params=asked)
        [row] = found.json()["items"]
        row_of_list: View = row
        assert row["status_name"] == state
        assert set(row["actions"]) == set(view["actions"])
        for name, button in row["actions"].items():
            form = view["actions"][name]
            assert button["allowed"] is form["allowed"]
            if not button["allowed"]:
                assert f"「{state}」" in button["why"]
                assert f"「{self.on_form.get(state, state)}」" in form["why"]
        return row_of_list

    def _names_a_document(self, action: str) -> bool:
        return action in self.names_a_document or action in self.markers

    async def _check_out_of_sight(
        self, scene: Scene, one: Member, view: View | None, action: str, who: str, opened: httpx.Response
    ) -> None:
        """Who may not even see it gets the same answer from the action; an unbound account is told how to bind."""
        if view is None:
            assert who == "nobody"
            view = {"number": None, "version": 0, "content": {}}
        if view["number"] is None and self._names_a_document(action):
            return
        answer = await self.perform[action](scene, one, view)
        if action == "new" and who != "nobody":
            assert answer.status_code == 200
            return
        assert answer.status_code == opened.status_code == REFUSED[who]
        assert answer.json()["detail"] == opened.json()["detail"]
        if who == "unbound":
            assert answer.json()["detail"] == UNBOUND

    def _check_answer(self, answer: httpx.Response, button: View, action: str, who: str) -> None:
        """Allowed: done, and the status is the next one. Refused: with the grey button's own words."""
        if not button["allowed"]:
            assert answer.status_code == (403 if who == "unbound" else 409), answer.text
            assert answer.json()["detail"] == button["why"]
            return
        assert answer.is_success, (who, action, answer.text)
        if word := self.status_after.get(action):
            assert answer.json()["status"]["name"] == word
            assert answer.json()["header"]["status"] == self.on_form.get(word, word)
        if action in self.markers:
            assert answer.json()["marker"]["name"] == self.markers[action]
