"""Code tables with a history: a code may stand several times, each time for other days.

Revision ID: k0002
Revises: k0001
"""

from pathlib import Path

from alembic import op

revision = "k0002"
down_revision = "k0001"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
