"""Changes are told to open pages: the real time of each history entry, and a word to the web processes.

Revision ID: k0003_live
Revises: k0002
"""

from pathlib import Path

from alembic import op

revision = "k0003_live"
down_revision = "k0002"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
