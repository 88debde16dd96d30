"""The index of declarations: what a company's own ones are found by.

Revision ID: declarations_0001
"""

from singlewindow.kernel.database.register_tables import create_register_index
from singlewindow.kernel.registers.index import IndexColumn, RegisterIndex

revision = "declarations_0001"
down_revision = None
depends_on = ("k0015_core",)

TEXTS = (
    "status", "status_name", "ie_flag", "pre_entry_no", "consignee_code", "consignee_name", "declarant_name",
    "district", "trade_mode", "duty_nature", "bill_no", "packages", "gross_weight",
)  # fmt: skip
INDEX = RegisterIndex(
    "declaration",
    "find_closed_declaration",
    (
        *(IndexColumn(each, each) for each in TEXTS),
        IndexColumn("declared_at", "declared_at", "moment"),
        IndexColumn("closed_at", "closed_at", "moment"),
    ),
    company="consignee_code",
)


def upgrade() -> None:
    """Make it: found by number, and by the days of a company's closed ones."""
    create_register_index(INDEX, searches=(("status", "declared_at"),))
