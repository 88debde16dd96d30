"""Amendments of documents in force: what is being changed, what is with customs, what ended a document.

Revision ID: k0011_amend
Revises: k0010_speed
"""

from alembic import op

revision = "k0011_amend"
down_revision = "k0010_speed"
depends_on = None


def upgrade() -> None:
    """Columns whose defaults hold for all rows that there are; only what customs answered must be looked up."""
    op.execute(
        """alter table document
               add column amendment jsonb,                        -- working version of a change; null for none
               add column amending text not null default '',      -- the amending action that is with customs
               add column ended_by text not null default '',      -- the action that ended the document
               add column answered boolean not null default false -- customs have sent a receipt"""
    )
    op.execute(
        """update document d set answered = true
           where exists (select from receipt r where r.document_id = d.id and r.seq > 0)"""
    )
    op.execute("alter table submission add column amends boolean not null default false")
    op.execute(
        "alter table autosave add column amendment text not null default ''"
    )  # typed in this action's mode
