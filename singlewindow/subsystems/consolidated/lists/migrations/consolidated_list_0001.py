"""The find table of 集报清单.

Revision ID: consolidated_list_0001
"""

from singlewindow.kernel.database.find_tables import (
    add_answer,
    create_find_table,
    index_span,
    index_statistics,
)

revision = "consolidated_list_0001"
down_revision = None
depends_on = ("k0001",)

TABLE = "find_consolidated_list"
COLUMNS = {
    "list_kind": 2, "ie_flag": 1, "nature": 1, "district": 4, "port": 4, "book_no": 12,
    "transport_mode": 1, "trade_mode": 4, "packages": 10, "gross_weight": 20, "net_weight": 20, "items": 3,
    "total": 23, "currency": 3,
}  # fmt: skip


def upgrade() -> None:
    """Make it."""
    create_find_table(TABLE, COLUMNS)
    for column, length in {"list_no": 18, "declared_on": 10, "accepted_on": 10}.items():
        add_answer(TABLE, column, length)
    index_span(TABLE, "declared_on")
    index_statistics(TABLE)
