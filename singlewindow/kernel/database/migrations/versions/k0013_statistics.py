"""Statistics tell documents that have ended apart.

Revision ID: k0013_statistics
Revises: k0012_speed
"""

from alembic import op

revision = "k0013_statistics"
down_revision = "k0012_speed"
depends_on = None


def upgrade() -> None:
    """The few that have ended, by company."""
    op.execute("create index document_ended on document (company_id, type) where ended_by <> ''")
