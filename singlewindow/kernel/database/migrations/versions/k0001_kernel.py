"""The kernel's tables, row-level security and the few functions behind it.

Revision ID: k0001
Revises:
"""

from pathlib import Path

from alembic import op

revision = "k0001"
down_revision = None
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
