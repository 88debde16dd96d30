"""The demo world's people (PORT-09): put in once, left alone afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import asyncpg
import pytest

from singlewindow.kernel.people.seed import seed_people
from tests.kernel.people.conftest import Site
from tests.kernel.people.world import BOUND, UNBOUND_CARD, B, world, write_world

_STATE = """
select (select json_agg(c order by id) from company c)::text, (select json_agg(a order by id) from account a)::text,
       (select json_agg(k order by card_no) from card k)::text
"""


async def test_cards_are_bound_per_account(site: Site) -> None:
    """PORT-04: each account has the card that the world says, and a card without an account has none."""
    rows = await site.owner.fetch(
        "select username, card_no from account left join card on card.account_id = account.id"
    )
    assert {row["username"]: row["card_no"] for row in rows} == BOUND
    assert (
        await site.owner.fetchval("select account_id from card where card_no = $1", UNBOUND_CARD.card_no)
        is None
    )


async def test_again_changes_nothing(site: Site, tmp_path: Path, owner_url: str) -> None:
    """PORT-09: what users changed since the first start is kept."""
    before = await site.owner.fetch(_STATE)
    await seed_people(owner_url, write_world(tmp_path))
    assert await site.owner.fetch(_STATE) == before


async def test_what_is_new_is_added(site: Site, tmp_path: Path, owner_url: str) -> None:
    """PORT-09: an account of a later world."""
    later = world()
    later["accounts"].append(later["accounts"][1] | {"username": "qian", "card_no": None})
    path = tmp_path / "later.json"
    path.write_text(json.dumps(later), encoding="utf-8")
    try:
        await seed_people(owner_url, path)
        assert await site.owner.fetchval("select count(*) from account where username = 'qian'") == 1
    finally:
        await site.owner.execute("delete from account where username = 'qian'")


async def test_a_card_cannot_be_bound_to_another_companys_account(site: Site) -> None:
    """PORT-05, PORT-10: the database itself refuses it."""
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await site.owner.execute(
            """insert into card (card_no, company_id, kind, holder, account_id)
               select 'SW1A000000099', c.id, '操作员卡', '王小明', a.id
               from company c, account a where c.customs_code = $1 and a.username = 'zhao'""",
            B,
        )
