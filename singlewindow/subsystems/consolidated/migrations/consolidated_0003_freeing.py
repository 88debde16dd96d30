"""A merged declaration that is deleted gives its lists back: which wait for the worker to do so.

Revision ID: consolidated_0003
"""

from alembic import op

revision = "consolidated_0003"
down_revision = "consolidated_0002"
depends_on = ("consolidated_declaration_0001",)

STATEMENTS = (
    """create table consolidated_freed (
        declaration_id bigint primary key references document,
        number text not null,
        next_at timestamptz not null default '-infinity'
    )""",
    "alter table consolidated_freed enable row level security",
    "create policy worker on consolidated_freed for all to sw_worker using (true) with check (true)",
    "grant select, update, delete on consolidated_freed to sw_worker",
    "grant delete on consolidated_relation to sw_worker",
    # Who deletes it may see neither the lists, which may be another company's, nor what waits for the worker.
    """create function consolidated_free() returns trigger
        language plpgsql security definer set search_path = public, pg_temp as
        $$ begin
            insert into consolidated_freed (declaration_id, number) values (new.document_id, new.number)
                on conflict do nothing;
            return null;
        end $$""",
    "revoke all on function consolidated_free() from public",
    """create trigger consolidated_free after update on find_consolidated_declaration
        for each row when (new.hidden and not old.hidden) execute function consolidated_free()""",
)


def upgrade() -> None:
    """Make them."""
    for statement in STATEMENTS:
        op.execute(statement)
