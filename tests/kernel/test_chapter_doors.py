"""Nobody enters a chapter's own routes past the kernel's door (PORT-04, PORT-10). What each route answers to whom:
`tests/isolation`."""

from __future__ import annotations

import pytest
from fastapi import APIRouter

from singlewindow.kernel.http import app, desk
from singlewindow.kernel.subsystem import Subsystem
from tests.house import House


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
