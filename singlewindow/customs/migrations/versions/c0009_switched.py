"""What is being taken in while the mode is switched is judged by one of the two: the switch waits for it, or it for the
switch. Else it would be left undecided for ever, or decided after an officer has switched the automatic mode off.

Revision ID: c0009
Revises: c0008
"""

from alembic import op

revision = "c0009"
down_revision = "c0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A function with the same meaning, which holds the mode until its transaction ends, also where it is manual."""
    op.execute(
        """create or replace function automatic_span() returns table (earliest timestamptz, seconds double precision)
           language sql volatile as
           $$ with held as materialized (select automatic, delay_seconds, delay_max_seconds from mode for share)
              select business_now() + case when runs then delay_seconds else 0 end * interval '1 second',
                  case when runs then delay_max_seconds - delay_seconds else 0 end
              from held, (select frozen is null as runs from clock) as c where automatic $$"""
    )
