"""The matrix can fail: with both fences down it reports the routes that they fence (decision 0059)."""

from __future__ import annotations

from tests.fences import without_check
from tests.isolation.matrix import said_of
from tests.isolation.standpoint import Standpoint
from tests.isolation.test_matrix import let_in, readings

QUIET = {
    "GET /api/company/accounts": "it breaks on the system administrator, whom no list of a company's shows",
    "GET /api/session": "whose cookie or token it is decides, and nothing else",
    "POST /api/account/card": "what was signed is compared with the challenge, outside the database",
    "POST /api/company/accounts/{id}/card": "the same",
    "POST /api/webhooks/{id}/replay": "whose cursor it is stands in the cursor, and is asked before the database is",
    "PUT /api/autosaves/{type}/{key}": "kept by account and key: another's is not found, whatever the fences",
    "PUT /api/preferences/{key}": "the same",
}
"""What it does not report, and why not."""


async def test_with_both_fences_down_the_matrix_reports_every_route(standpoint: Standpoint) -> None:
    """PORT-10: lists, figures, prints, look-ups and events among them; what stays quiet stands above with a reason."""
    async with standpoint.matrix("postgres", without_check) as matrix:
        asked = [e for e in said_of().values() if e.names or e.reads]
        asked = [e for e in asked if e.door not in ("public", "system") and not e.unheard]
        for entry in asked:
            if entry.names:
                who = matrix.world.roles[let_in(matrix, entry)[0]]
                await matrix.prove(entry, who, each=False, strangers=True)
        await matrix.prove_alone(readings(matrix))
        assert {entry.route for entry in asked} - matrix.reported == set(QUIET)
