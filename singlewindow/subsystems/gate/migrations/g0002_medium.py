"""A trip is found by its medium in the one way of writing in which it is held (GATE-05).

Revision ID: gate_0002
"""

from alembic import op

revision = "gate_0002"
down_revision = "gate_0001"
depends_on = None

STATEMENTS = (
    "alter table find_gate_trip add column medium varchar(40)",
    # As `medium_of` in rules.py writes it. By a trigger, so that processes of the release before write it too.
    """create function gate_medium() returns trigger
        language plpgsql set search_path = public, pg_temp as
        $$ declare plain text := regexp_replace(new.bind_key_info, '\\s', '', 'g');
        begin
            if new.bind_key_type = 'VN' then
                plain := translate(plain, '·•・.-', '');
            end if;
            new.medium := new.bind_key_type || ' ' || nullif(plain, '');
            return new;
        end $$""",
    "revoke all on function gate_medium() from public",
    """create trigger gate_medium before insert or update of bind_key_type, bind_key_info on find_gate_trip
        for each row execute function gate_medium()""",
)


def upgrade() -> None:
    """The column and what fills it in. Trips of before get it as they are written again; until then they are found as
    they were typed."""
    for statement in STATEMENTS:
        op.execute(statement)
