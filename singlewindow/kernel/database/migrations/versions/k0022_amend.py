"""Records of amendments, each with a number of its own; and whose form a saved amendment is.

Revision ID: k0022_amend
Revises: k0022_core
"""

from pathlib import Path

from alembic import op

revision = "k0022_amend"
down_revision = "k0022_core"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
