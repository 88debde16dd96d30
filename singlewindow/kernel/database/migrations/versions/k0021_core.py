"""What is typed for follow-ups, files of them that other parties do not see yet, and claims that many may hold.

Revision ID: k0021_core
Revises: k0021_stages
"""

from pathlib import Path

from alembic import op

revision = "k0021_core"
down_revision = "k0021_stages"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
