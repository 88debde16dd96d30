"""How heavy a piece of a job is, and how old jobs' pieces are found.

Revision ID: k0018_mend
Revises: k0017_speed
"""

from pathlib import Path

from alembic import op

revision = "k0018_mend"
down_revision = "k0017_speed"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
