"""Samples name a consignee, who sees them.

Revision ID: template_0003
"""

from alembic import op

from singlewindow.kernel.database.find_tables import add_party

revision = "template_0003"
down_revision = "template_0002"
depends_on = ("k0019_parties",)

TABLE = "find__template"


def upgrade() -> None:
    """The column, found behind the company as any other, and the party that it names."""
    op.execute(f"alter table {TABLE} add column consignee_code varchar(10)")
    op.execute(
        f"""update {TABLE} f set consignee_code = d.content->>'consignee_code'
            from document d where d.id = f.document_id"""
    )
    op.execute(f"create index {TABLE}_by_consignee_code on {TABLE} (company_id, consignee_code)")
    add_party(TABLE, "_template", "consignee", "consignee_code")
