"""A stamp of the code tables, so that processes may remember them.

Revision ID: k0010_speed
Revises: k0009_batch
"""

from pathlib import Path

from alembic import op

revision = "k0010_speed"
down_revision = "k0009_batch"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
