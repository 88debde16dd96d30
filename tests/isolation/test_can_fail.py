"""The matrix can fail: with both fences down it reports each name that they fence, of every route (decision 0059)."""

from __future__ import annotations

from tests.fences import without_check
from tests.isolation.matrix import asking, said_of, variations
from tests.isolation.standpoint import Standpoint
from tests.isolation.test_matrix import let_in, readings

QUIET = {
    "DELETE /api/documents/{type}/{number}/attachments/{attachment_id} attachment_id": "it is asked for within its "
    "document, which is one's own",
    "GET /api/documents/{type}/{number}/attachments/{attachment_id} attachment_id": "the same",
    "GET /api/consolidated/relations list": "both numbers are asked for together, and one's own is in no relation with "
    "another's",
    "GET /api/consolidated/relations number": "the same",
    "GET /api/company/accounts": "it breaks on the system administrator, whom no list of a company's shows",
    "GET /api/session": "whose cookie or token it is decides, and nothing else",
    "POST /api/account/card": "what was signed is compared with the challenge, outside the database",
    "POST /api/company/accounts/{id}/card": "the same",
    "POST /api/company/accounts/{id}/card binding": "the same",
    "POST /api/_labels/orders/prepare card": "a card is compared with the asker's own, outside the database",
    "POST /api/declarations/applications/prepare card": "the same",
    "POST /api/documents/{type}/prepare card": "the same",
    "POST /api/documents/{type}/{number}/attachments/prepare card": "the same",
    "POST /api/documents/{type}/{number}/prepare card": "the same",
    "POST /api/documents/{type} key": "it is taken by account and key: another's is no hindrance, whatever the fences",
    "POST /api/webhooks/{id}/replay": "whose cursor it is stands in the cursor, and is asked before the database is",
    "POST /api/webhooks/{id}/replay after": "the same",
    "POST /api/webhooks/{id}/replay id": "it breaks on the own cursor where the feeds of several companies are one",
    "PUT /api/autosaves/{type}/{key}": "kept by account and key: another's is not found, whatever the fences",
    "PUT /api/autosaves/{type}/{key} key": "the same",
    "PUT /api/autosaves/{type}/{key} number": "it is kept beside what is typed, and nothing is looked up by it",
    "PUT /api/preferences/{key}": "the same as of autosaves",
}
"""What it does not report, and why not."""


async def test_with_both_fences_down_the_matrix_reports_every_name_of_every_route(
    standpoint: Standpoint,
) -> None:
    """PORT-10: lists, figures, prints, look-ups and events among them, each of several names by itself; what stays
    quiet stands above with a reason."""
    async with standpoint.matrix("postgres", without_check) as matrix:
        asked = [e for e in said_of().values() if e.names or e.reads]
        asked = [e for e in asked if e.door not in ("public", "system") and not e.unheard]
        for entry in asked:
            if entry.names:
                who = matrix.world.roles[let_in(matrix, entry)[0]]
                await matrix.prove(entry, who, strangers=True)
        await matrix.prove_alone(readings(matrix))
        wanted = {asking(entry, varied) for entry in asked for varied in variations(entry)}
        assert wanted - matrix.reported == set(QUIET)
