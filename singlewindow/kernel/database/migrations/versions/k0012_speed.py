"""Changes of a document are written to the rows of other companies that are parties, and to no others.

Revision ID: k0012_speed
Revises: k0011_amend
"""

from pathlib import Path

from alembic import op

revision = "k0012_speed"
down_revision = "k0011_amend"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
