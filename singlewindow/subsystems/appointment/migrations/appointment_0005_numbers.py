"""Numbers that were fed back before they were held for their two companies are held so too (APPT-R11).

Revision ID: appointment_0005
"""

from alembic import op

revision = "appointment_0005"
down_revision = "appointment_0004"
depends_on = None

# Answers the last key that it looked at, null after the last one. The key is that of `used_by()`. Where another
# appointment of the same companies has the number by its new key already, it stays as it was: customs say whose it is.
PORTION = """with looked_at as (
        select key, document_id from claim where kind = 'appointment.declaration' and key > $1 order by key limit 1000
    ), plain as (
        select l.key,
            concat(l.key, '/', d.content->>'declarant_code', '/', d.content->>'consignee_code') as new
        from looked_at l join document d on d.id = l.document_id where l.key not like '%/%'
    ), held as (
        update claim c set key = p.new from plain p
        where c.kind = 'appointment.declaration' and c.key = p.key
            and not exists (select from claim other where other.kind = c.kind and other.key = p.new)
    )
    select max(key) from looked_at"""


def upgrade() -> None:
    """Write them anew in portions, each a transaction: appointments are worked on meanwhile."""
    with op.get_context().autocommit_block():
        last: str | None = ""
        while last is not None:
            last = op.get_bind().exec_driver_sql(PORTION, (last,)).scalar()
