"""What another company's people get who guess a declaration's number (PORT-10); tests/kernel asks it."""

from __future__ import annotations

import httpx
import pytest

from singlewindow.subsystems.declarations import queries
from singlewindow.subsystems.declarations.tests.scene import (
    declaration,
    legal_member,
    number_of,
    publish,
    scene,
)
from tests.house import House
from tests.strangers import Guess, Scene, Strangers

BASE = "/api/declarations"


async def _scene(house: House) -> Scene:
    owner, stranger = await scene(house), await legal_member(house)
    [number] = await publish(house, declaration(owner))
    return Scene(owner, stranger, {"number": number}, {"number": number_of()})


def _without_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "OWN", "({}::text is not null)")


async def _untouched(house: House) -> object:
    """The index as it is."""
    return [dict(row) for row in await house.sql("select * from find_closed_declaration order by key")]


async def _asked(guess: Guess, path: str) -> httpx.Response:
    return await guess.ask("GET", f"{BASE}/{path}", params={"number": guess.named["number"]})


STRANGERS = Strangers(
    scene=_scene,
    without_own_check=_without_own_check,
    untouched=_untouched,
    not_found={},
    nothing_found={
        f"GET {BASE}/closed": lambda g: _asked(g, "closed"),
        f"GET {BASE}/closed/numbers": lambda g: _asked(g, "closed/numbers"),
    },
    names_nothing={f"POST {BASE}/numbers": "a file of the person's own"},
)
