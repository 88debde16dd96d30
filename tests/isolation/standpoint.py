"""The application on the world's database: as which role of it, and with which statements."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from singlewindow.kernel.live.bell import Bell
from singlewindow.kernel.live.hub import Hub
from singlewindow.kernel.printing.typesetter import Typesetter
from singlewindow.kernel.settings import settings
from tests.isolation.matrix import Matrix, rights_of
from tests.isolation.undone import Undone
from tests.isolation.world import World

DATABASE = "isolation"
DIGEST = """
create function isolation_digest(whose bigint) returns text language plpgsql security definer as $$
declare
    one record;
    part text;
    whole text := '';
begin
    for one in select c.relname as name, min(a.attname) filter (where a.attname in ('company_id', 'owner_id')) as key
               from pg_class c join pg_attribute a on a.attrelid = c.oid
               where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not a.attisdropped
                 and a.attname in ('company_id', 'owner_id', 'document_id')
               group by c.relname order by c.relname loop
        execute format('select md5(string_agg(md5(x::text), '''' order by md5(x::text))) from %I x where %s', one.name,
                       coalesce(quote_ident(one.key) || ' = $1',
                                'document_id in (select id from document where company_id = $1)'))
            into part using whose;
        whole := whole || coalesce(part, '-');
    end loop;
    select whole || md5(c::text) into whole from company c where id = whose;
    return md5(whole);
end $$;
grant execute on function isolation_digest(bigint) to sw_web"""
AWAY = r"""
create function isolation_away(whose bigint, kept text[]) returns bigint
    language plpgsql security definer set session_replication_role = replica as $$
declare
    one record;
    part bigint;
    pass bigint := 1;
    whole bigint := 0;
begin
    delete from login_attempt where username in (select username from account where company_id = whose);
    for one in select c.relname as name, min(a.attname) filter (where a.attname in ('company_id', 'owner_id')) as key
               from pg_class c join pg_attribute a on a.attrelid = c.oid
               where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not a.attisdropped
                 and a.attname in ('company_id', 'owner_id', 'document_id') and c.relname <> all(kept)
               group by c.relname order by c.relname = 'document', c.relname loop
        execute format('delete from %I where %s', one.name,
                       coalesce(quote_ident(one.key) || ' = $1',
                                'document_id in (select id from document where company_id = $1)')) using whose;
        get diagnostics part = row_count;
        whole := whole + part;
    end loop;
    for one in select c.relname as name, substring(pg_get_expr(p.polqual, p.polrelid) from '^\(+(\w+)') as key
               from pg_policy p join pg_class c on c.oid = p.polrelid
               where pg_get_expr(p.polqual, p.polrelid) ~ '^\(+\w+\)?(::text)? = \( SELECT sw_customs_code' loop
        execute format('delete from %I where %I = (select customs_code from company where id = $1)', one.name, one.key)
            using whose;  -- what customs publish of it
        get diagnostics part = row_count;
        whole := whole + part;
    end loop;
    if 'company' <> all(kept) then
        delete from company where id = whose;
    end if;
    while pass > 0 loop  -- what hung on it, and on that
        pass := 0;
        for one in select k.conrelid::regclass as name, a.attname as key, k.confrelid::regclass as at, b.attname as id
                   from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
                   join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
                   where k.contype = 'f' and cardinality(k.conkey) = 1 and k.conparentid = 0
                     and k.conrelid::regclass::text <> all(kept) loop
            execute format('delete from %s x where x.%I is not null
                                and not exists (select from %s y where y.%I = x.%I)',
                           one.name, one.key, one.at, one.id, one.key);
            get diagnostics part = row_count;
            pass := pass + part;
        end loop;
        whole := whole + pass;
    end loop;
    return whole;
end $$;
grant execute on function isolation_away(bigint, text[]) to sw_web"""
"""Takes away everything of a company, but for the tables that are kept; returns how many rows that were."""


class Drawn(Typesetter):
    """In place of the typesetter: what would be drawn, as it is."""

    async def typeset(self, template: Path, data: Mapping[str, Any], now: datetime) -> bytes:
        """The data."""
        return json.dumps(data, default=str, ensure_ascii=False).encode()


@dataclass
class Standpoint:
    """The world, and the addresses of its database."""

    app: FastAPI
    world: World
    dsn: Callable[[str, str], str]

    @asynccontextmanager
    async def matrix(
        self, role: str = "sw_web", rewrite: Callable[[str], str] = str
    ) -> AsyncIterator[Matrix]:
        """The application as that role of the database, its statements rewritten.

        All sessions were seen just now, as long as it takes: two requests of which one puts a session's end off, once a
        minute, would not compare.
        """
        await self.world.house.sql("update session set seen_at = now() + interval '1 day'")
        database = await Undone.to(self.dsn(DATABASE, role), rewrite)
        self.app.state.database = database
        self.app.state.hub = Hub(database, "", lambda: True)
        self.app.state.hub._listening.set()
        self.app.state.bell = Bell("", lambda: True)
        self.app.state.typesetter = Drawn(settings().fonts)
        made = Matrix(self.app, self.world, database, rights_of(self.app))
        made.digest = await database.value("select isolation_digest($1)", self.world.foreign_company)
        try:
            yield made
        finally:
            await database.close()
