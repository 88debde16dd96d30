"""The find table of 免于到场协助查验申请（非报关单）.

Revision ID: inspection_bill_0001
"""

from singlewindow.kernel.database.find_tables import create_find_table

revision = "inspection_bill_0001"
down_revision = None
depends_on = ("k0001",)


def upgrade() -> None:
    """Make it."""
    create_find_table("find_inspection_bill", {"bill_no": 32})
