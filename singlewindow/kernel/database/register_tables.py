"""The narrow tables beside registers that chapters search: made and filled by a migration in the chapter's folder."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

from singlewindow.kernel.registers.index import SQL_TYPES, RegisterIndex


def create_register_index(index: RegisterIndex, searches: Sequence[Sequence[str]] = ()) -> None:
    """Make the table of an index inside a migration, and fill it with what the register holds already.

    Each of `searches` names the columns of a database index; where the rows are a company's, its column comes first
    by itself, and keys have an index behind it too: of a company with many rows, those of some keys are found without
    looking at all of them. The migration names the index in full, as it is on that day: the chapter's own may change.
    """
    columns = "".join(f", {column.name} {SQL_TYPES[column.type]}" for column in index.columns)
    op.execute(f"create table {index.table} (key text primary key{columns})")
    first = [index.company] if index.company else []
    for names in [*([["key"]] if index.company else []), *searches]:
        op.execute(
            f"create index {index.table}_by_{'_'.join(names)} on {index.table} ({', '.join([*first, *names])})"
        )
    op.execute(f"alter table {index.table} enable row level security")
    seen = f"{index.company} = (select sw_customs_code())" if index.company else "true"
    op.execute(f"create policy own on {index.table} for select to sw_web using ({seen})")
    op.execute(f"create policy worker on {index.table} for all to sw_worker using (true) with check (true)")
    op.execute(f"grant select on {index.table} to sw_web")
    op.execute(f"grant select, insert, update, delete on {index.table} to sw_worker")
    op.execute(index.fill)


def add_register_columns(before: RegisterIndex, after: RegisterIndex) -> None:
    """Inside a later migration: the columns that an index has come to have, filled for all rows."""
    for column in (column for column in after.columns if column not in before.columns):
        op.execute(f"alter table {after.table} add column {column.name} {SQL_TYPES[column.type]}")
    op.execute(after.fill)
