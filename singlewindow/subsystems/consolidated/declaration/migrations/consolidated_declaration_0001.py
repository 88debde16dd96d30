"""The find table of 集报报关单. The worker makes them, and the consignee sees drafts too.

Revision ID: consolidated_declaration_0001
"""

from alembic import op

from singlewindow.kernel.database.find_tables import (
    add_answer,
    add_party,
    create_find_table,
    index_span,
    index_statistics,
)

revision = "consolidated_declaration_0001"
down_revision = None
depends_on = ("k0023_merge",)

TABLE = "find_consolidated_declaration"
COLUMNS = {
    "entry_type": 1, "ie_flag": 1, "nature": 1, "district": 4, "book_no": 12, "consignee_code": 10,
    "declarant_code": 10, "transport_mode": 1, "trade_mode": 4, "packages": 10, "gross_weight": 20, "net_weight": 20,
    "items": 3, "lists": 7, "total": 23, "currency": 3,
}  # fmt: skip


def upgrade() -> None:
    """Make it."""
    create_find_table(TABLE, COLUMNS)
    for name, length in (("entry_no", 18), ("declared_on", 10), ("closed_on", 10)):
        add_answer(TABLE, name, length)
    add_party(TABLE, "consolidated.declaration", "consignee", "consignee_code")
    index_statistics(TABLE)
    index_span(TABLE, "declared_on")
    op.execute(f"grant insert on {TABLE} to sw_worker")
