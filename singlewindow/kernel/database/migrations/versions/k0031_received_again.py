"""A message of customs whose signature counts no more gives way to the same one that was signed anew (CUST-05, decision
0075).

Revision ID: k0031_received_again
Revises: k0030_guarded
"""

from alembic import op

revision = "k0031_received_again"
down_revision = "k0030_guarded"
depends_on = None


def upgrade() -> None:
    """The web role adds to the inbox and changes nothing there: this alone, of messages that could not be opened. Their
    problems begin with the names of `SignatureRefused` and `UnknownSignature`."""
    op.execute("""
        create function sw_received_again(ids text[], kinds text[], bodies text[]) returns void
        language sql volatile security definer set search_path = public, pg_temp as $$
            update inbox i set kind = w.kind, body = w.body, state = 'received', problem = ''
            from unnest(ids, kinds, bodies) as w (id, kind, body)
            where i.message_id = w.id and i.state = 'unreadable'
              and (starts_with(i.problem, 'UnknownSignature:') or starts_with(i.problem, 'SignatureRefused:'))
        $$""")
