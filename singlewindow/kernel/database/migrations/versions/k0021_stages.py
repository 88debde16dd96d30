"""A category of attachments may take several files: each has a place of its own in it.

Revision ID: k0021_stages
Revises: k0020_schedule
"""

from alembic import op

revision = "k0021_stages"
down_revision = "k0020_schedule"
depends_on = None


def upgrade() -> None:
    """Files that are there have the first place."""
    op.execute("alter table attachment add column place smallint not null default 1")
    op.execute("drop index attachment_one_per_category")
    op.execute(
        """create unique index attachment_one_per_place on attachment (document_id, category, place)
           where not superseded"""
    )
