"""An entry's hash covers whose it is, how the document stood after it, and when it was really written (PORT-08,
decision 0073).

Revision ID: k0030_guarded
Revises: k0029_idempotency_age
"""

from alembic import op

revision = "k0030_guarded"
down_revision = "k0029_idempotency_age"
depends_on = None


def upgrade() -> None:
    """Of new entries; those of before keep the hash that they have, and stay provable by it."""
    op.execute("""
        create or replace function event_chain() returns trigger language plpgsql security definer
        set search_path = public, pg_temp as $$
        declare
            last record;
        begin
            select e.no, e.hash into last from event e where e.document_id = new.document_id order by e.no desc limit 1;
            new.no := coalesce(last.no, 0) + 1;
            new.previous := coalesce(last.hash, ''::bytea);
            new.hash := sha256(new.previous || convert_to(jsonb_build_array(
                new.document_id, new.no, extract(epoch from new.at), new.kind, new.who, new.data,
                new.company_id, new.status, new.version, extract(epoch from new.recorded_at))::text, 'UTF8'));
            return new;
        end $$""")
