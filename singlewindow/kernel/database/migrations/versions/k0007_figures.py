"""Figures of the database for /metrics: how old the oldest waiting messages are, and how much there is.

Revision ID: k0007_figures
Revises: k0006_form
"""

from alembic import op

revision = "k0007_figures"
down_revision = "k0006_form"
depends_on = None


def upgrade() -> None:
    """The web role sees the numbers and nothing else. The greatest id is found at once; counting rows is not."""
    op.execute(
        """create function sw_figures() returns table (
               outbox_age double precision, inbox_age double precision,
               documents bigint, submissions bigint, receipts bigint)
           language sql stable security definer set search_path = public, pg_temp as
           $$ select
               coalesce((select extract(epoch from coalesce(c.frozen, clock_timestamp()) + c.shift - s.submitted_at)
                         from outbox o join submission s on s.id = o.submission_id, clock c
                         where o.state = 'queued' order by o.id limit 1), 0),
               coalesce((select extract(epoch from clock_timestamp() - received_at)
                         from inbox where state = 'received' order by id limit 1), 0),
               coalesce((select max(id) from document), 0),
               coalesce((select max(id) from submission), 0),
               coalesce((select max(id) from receipt), 0) $$"""
    )
