"""The find table's medium is written as `medium_of` in rules.py writes it, half-width forms among it (GATE-07).

Revision ID: gate_0004
"""

from alembic import op

revision = "gate_0004"
down_revision = "gate_0003"
depends_on = None

STATEMENT = """create or replace function gate_medium() returns trigger
    language plpgsql set search_path = public, pg_temp as
    $$ declare plain text := upper(regexp_replace(normalize(new.bind_key_info, NFKC), '\\s', '', 'g'));
    begin
        if new.bind_key_type = 'VN' then
            plain := translate(plain, '·•・.-', '');
        end if;
        new.medium := new.bind_key_type || ' ' || nullif(plain, '');
        return new;
    end $$"""


def upgrade() -> None:
    """Trips of before get it as they are written again."""
    op.execute(STATEMENT)
