"""Where the checkpoint stands that vouches for an entry of the history.

Revision ID: k0026_checkpoints
Revises: k0025_hooks
"""

from alembic import op

revision = "k0026_checkpoints"
down_revision = "k0025_hooks"
depends_on = None


def upgrade() -> None:
    """The book itself is a folder; this only helps to find the page."""
    op.execute(
        """create table checkpoint (
               no bigint primary key,
               first xid8 not null,
               next xid8 not null,
               lowest bigint not null,
               highest bigint not null,
               line text not null
           )"""
    )
    op.execute("create index checkpoint_by_next on checkpoint (next)")
    op.execute("grant select on checkpoint to sw_web")
    op.execute("grant select, insert on checkpoint to sw_worker")
