"""One company never sees another's rows by a chapter's own routes either (PORT-10), and nobody enters past the kernel's
door (PORT-04, PORT-06)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fastapi import APIRouter

from singlewindow.kernel import subsystem
from singlewindow.kernel.http import app, desk
from singlewindow.kernel.subsystem import Subsystem
from tests.house import House
from tests.strangers import Case, Guess, chapters_with_routes, routes_of, strangers_of

FENCES = ("both", "row-level security alone", "the application alone")
CHAPTERS = [pytest.param(each, id=each.name) for each in chapters_with_routes()]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_route_of_a_chapter_has_a_case(house: House, chapter: Subsystem) -> None:
    """PORT-10: a new route says in the chapter's `tests/strangers.py` what a stranger gets from it."""
    cases = strangers_of(chapter)
    assert cases is not None, f"{chapter.name}/tests/strangers.py is missing"
    assert routes_of(house, chapter) == cases.routes
    assert not [each for each in cases.names_nothing if "{" in each]


@pytest.mark.parametrize("fences", FENCES)
@pytest.mark.parametrize("chapter", CHAPTERS)
async def test_what_is_foreign_answers_as_what_is_absent(
    house: House, chapter: Subsystem, fences: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: the same words and status on every route; each of the two fences holds by itself."""
    cases = strangers_of(chapter)
    assert cases is not None
    await ids_of_many_digits(house)
    scene = await cases.scene(house)
    before = await cases.untouched(house)
    if fences == "row-level security alone":
        cases.without_own_check(monkeypatch)
    elif fences == "the application alone":
        house.app.state.database = house.owner
    for route, (status, ask) in cases.asked.items():
        foreign = await said(Guess(scene.stranger, scene.foreign), ask)
        absent = await said(Guess(scene.stranger, scene.absent), ask)
        assert foreign == absent, route
        assert foreign[0] == status, (route, foreign)
    assert await cases.untouched(house) == before


async def ids_of_many_digits(house: House) -> None:
    """So that what was asked is found in an answer where it is repeated, and not in a page's or a clause's number."""
    await house.sql(
        """select setval(format('%I', sequencename)::regclass, greatest(coalesce(last_value, 0), 987654321))
           from pg_sequences where schemaname = 'public' and sequencename <> 'document_number'"""
    )


async def said(guess: Guess, ask: Case) -> tuple[int, str]:
    """What the stranger got, without what was asked and what differs between any two requests."""
    answer = await ask(guess)
    text = answer.text.replace(answer.headers["X-Request-Id"], "")
    for name, value in sorted(guess.named.items(), key=lambda pair: -len(str(pair[1]))):
        text = text.replace(str(value), f"<{name}>")
    return answer.status_code, text


@pytest.mark.parametrize("chapter", CHAPTERS)
async def test_only_who_may_enter_the_chapter_comes_to_its_routes(
    house: House, chapter: Subsystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-04, PORT-06, PORT-07: no session, an account without a card, a session that began without the card."""
    nobody, unbound = house.client(), (await house.member(bound=False)).http
    member = (await house.member()).http
    known = {**subsystem.subsystems(), chapter.name: replace(chapter, card_kind="法人卡")}
    monkeypatch.setattr(desk, "subsystems", lambda: known)
    asked = 0
    for route in routes_of(house, chapter):
        method, path = route.split(" ")
        address = re.sub(r"{\w+}", "1", path)
        body = {} if method in ("POST", "PUT") else None
        for client, wanted in ((nobody, "not-logged-in"), (unbound, "forbidden"), (member, "wrong-card")):
            answer = await client.request(method, address, json=body)
            assert answer.json()["type"] == f"/problems/{wanted}", (route, answer.text)
            assert answer.status_code == (401 if client is nobody else 403)
        asked += 1
    assert asked


async def test_a_route_that_forgets_who_asks_is_behind_the_door_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: the kernel puts the door there, not the chapter."""
    router = APIRouter()

    @router.get("/careless")
    async def careless() -> str:
        return "open"

    chapter = Subsystem(name="careless", title="粗心", group=("样例",), menu=(), routes=router)
    for each in (app, desk):
        monkeypatch.setattr(each, "subsystems", lambda: {"careless": chapter})
    house.app = app.create_app()
    house.app.state.database = house.web
    address = "/api/careless/careless"
    assert (await house.client().get(address)).status_code == 401
    assert (await (await house.member(bound=False)).http.get(address)).status_code == 403
    assert (await (await house.member()).http.get(address)).json() == "open"


def test_a_chapter_takes_no_address_of_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = Subsystem(name="jobs", title="同名", group=("样例",), menu=(), routes=APIRouter())
    monkeypatch.setattr(app, "subsystems", lambda: {"jobs": chapter})
    with pytest.raises(ValueError, match="jobs"):
        app.create_app()
