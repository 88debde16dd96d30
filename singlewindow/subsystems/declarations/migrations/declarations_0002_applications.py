"""Applications, their results, and who took what of them.

Revision ID: declarations_0002
"""

from pathlib import Path

from alembic import op

revision = "declarations_0002"
down_revision = "declarations_0001"
depends_on = None


def upgrade() -> None:
    """Tables of the company's own, with row-level security."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
