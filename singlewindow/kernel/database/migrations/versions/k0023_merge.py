"""A chapter's own work makes documents of others: the worker may store new ones.

Revision ID: k0023_merge
Revises: k0022_amend
"""

from alembic import op

revision = "k0023_merge"
down_revision = "k0022_amend"
depends_on = None


def upgrade() -> None:
    """Its policy lets it see and write every company's rows already; what was stored it still cannot take away."""
    op.execute("grant insert on document, document_party to sw_worker")
    op.execute("grant usage on sequence document_number to sw_worker")
