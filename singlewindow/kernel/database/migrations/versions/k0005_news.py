"""How far each account has read the news of its company's documents.

Revision ID: k0005_news
Revises: k0004_people
"""

from alembic import op

revision = "k0005_news"
down_revision = "k0004_people"
depends_on = None


def upgrade() -> None:
    """The news themselves stand in the history; only how far one has read is kept."""
    op.execute(
        """create table news_read (
               account_id bigint primary key,
               company_id bigint not null references company,
               read_until timestamptz not null,
               foreign key (account_id, company_id) references account (id, company_id) on delete cascade
           )"""
    )
    op.execute("alter table news_read enable row level security")
    op.execute(
        """create policy own on news_read for all to sw_web
           using (company_id = sw_company() and account_id = sw_account())
           with check (company_id = sw_company() and account_id = sw_account())"""
    )
    op.execute("grant select, insert, update on news_read to sw_web")
