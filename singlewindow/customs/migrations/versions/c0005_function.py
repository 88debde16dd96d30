"""What a submission asks for: a new document, a change or a deletion of one in force (ADD, MOD, DEL).

Revision ID: c0005
Revises: c0004
"""

from alembic import op

revision = "c0005"
down_revision = "c0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; what came before had no functions."""
    op.execute("alter table submission add column function text not null default ''")
