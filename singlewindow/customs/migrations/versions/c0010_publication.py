"""How far the notices' numbers are ahead of the entries' (`exchange/again.py`).

Revision ID: c0010
Revises: c0009
"""

from alembic import op

revision = "c0010"
down_revision = "c0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row."""
    op.execute(
        """create table publication (
               single boolean primary key default true check (single),
               ahead bigint not null default 0
           )"""
    )
    op.execute("insert into publication default values")
