"""集报清单汇总 and its deadlines are found by status.

Revision ID: consolidated_0002
"""

from alembic import op

revision = "consolidated_0002"
down_revision = "consolidated_0001"
depends_on = ("consolidated_list_0001",)


def upgrade() -> None:
    """Lists of one status and flag by their 申报日期; and, of those that wait to be merged, the month of acceptance."""
    op.execute(
        """create index find_consolidated_list_to_merge on find_consolidated_list
           (company_id, status, ie_flag, declared_on collate "C", document_id)"""
    )
