"""People administer themselves: registration, accounts of a company, system administrators, the account log.

Revision ID: k0004_people
Revises: k0003_live
"""

from pathlib import Path

from alembic import op

revision = "k0004_people"
down_revision = "k0003_live"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
