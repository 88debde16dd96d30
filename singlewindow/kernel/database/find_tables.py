"""The narrow tables of what is searched: one per document type, made by a migration in its folder.

They have real columns with indexes that begin with the company; nothing searches the jsonb content. For migrations
alone: what asks these tables has them from `searched.py`, without the tool that migrates.
"""

from __future__ import annotations

from collections.abc import Mapping

from alembic import op


def create_find_table(name: str, columns: Mapping[str, int]) -> None:
    """Make a find table inside a migration; `columns` are content fields with their greatest length."""
    extra = "".join(f", {column} varchar({length})" for column, length in columns.items())
    op.execute(
        f"""create table {name} (
            document_id bigint primary key references document on delete cascade,
            company_id bigint not null,
            number text not null,
            status text not null,
            filed_on date not null,
            updated_at timestamptz not null,
            hidden boolean not null default false{extra})"""
    )
    op.execute(f"create index {name}_by_time on {name} (company_id, updated_at desc, document_id desc)")
    op.execute(f"create index {name}_by_number on {name} (company_id, number)")
    for column in columns:
        op.execute(f"create index {name}_by_{column} on {name} (company_id, {column})")
    op.execute(f"alter table {name} enable row level security")
    own = "company_id = sw_company()"
    op.execute(f"create policy own on {name} for all to sw_web using ({own}) with check ({own})")
    op.execute(f"create policy worker on {name} for all to sw_worker using (true) with check (true)")
    op.execute(f"grant select, insert, update, delete on {name} to sw_web")
    op.execute(f"grant select, update on {name} to sw_worker")


def add_party(name: str, type: str, role: str, column: str) -> None:
    """Inside a migration: the company whose customs code stands in that column is a party to documents of the type.

    It sees the rows of what was submitted; documents that there are already get their party too.
    """
    op.execute(f"alter table {name} add column if not exists shown boolean not null default false")
    op.execute(f"create index {name}_of_{role} on {name} ({column}, updated_at desc, document_id desc)")
    op.execute(
        f"""create policy of_{role} on {name} for select to sw_web
            using (shown and {column} = (select sw_customs_code()))"""
    )
    op.execute(
        f"""update {name} f set shown = not hidden and exists (
                select from submission s where s.document_id = f.document_id and not s.superseded)"""
    )
    op.execute(
        f"""insert into document_party (document_id, owner_id, role, type, status, updated_at, code, shown)
            select document_id, company_id, '{role}', '{type}', status, updated_at, coalesce({column}, ''), shown
            from {name}"""
    )


def add_answer(name: str, column: str, length: int) -> None:
    """Inside a migration: what customs returned under that name becomes a column, filled from what is stored, and found
    behind the company as any other."""
    op.execute(f"alter table {name} add column {column} varchar({length})")
    op.execute(
        f"""update {name} f set {column} = d.returned->>'{column}' from document d
            where d.id = f.document_id and d.returned ? '{column}'"""
    )
    op.execute(f"create index {name}_by_{column} on {name} (company_id, {column})")


def index_statistics(name: str) -> None:
    """Inside a migration: what is counted over a span of `filed_on` is read through this index."""
    op.execute(f"create index {name}_by_filed_on on {name} (company_id, filed_on)")


def index_span(name: str, column: str) -> None:
    """Inside a migration: the days from … to … of a column with dates or moments are found through this index."""
    op.execute(f'create index {name}_span_of_{column} on {name} (company_id, {column} collate "C")')
