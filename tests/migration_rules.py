"""What a migration may do while the release before it goes on working (decision 0061): its statements, judged.

A release is rolled out over running processes. So a migration only adds; what it makes superfluous goes in a release
later, by a migration that says since when nothing uses it (`unused_since = "…"`). And it holds up nobody: an index on a
table that is there already is built concurrently, nothing reads or writes a whole table under a lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

LARGE = {
    "document", "document_party", "event", "submission", "receipt", "attachment", "outbox", "inbox", "feed", "claim",
    "register_entry", "checkpoint", "job_item", "file", "schedule", "webhook_delivery",
    "incoming", "outgoing", "notice", "register_version",
}  # fmt: skip
"""Tables that grow with the documents, beside those of which the name begins with `find_`."""
STARRED = {
    "appointment_book", "consolidated_record", "gate_trip",
}  # fmt: skip
"""Tables of which some statement still answers every column (`*`): a new one breaks its plan in running processes."""

_CONSTANT = r"default\s+(?:'[^']*'|-?[\d.]+|true|false|null|now\(\)|current_\w+|array\[\]|\(?'[^']*')"
_NAME = r"(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?(?:public\.)?\"?(\w+)"
FORBIDDEN = (
    (r"\block table\b", "locks a table"),
    (r"\b(?:vacuum|cluster|truncate)\b", "rewrites or empties a table under a lock"),
    (r"\breindex\b(?!.*\bconcurrently\b)", "builds an index under a lock"),
    (
        r"\balter column \w+ (?:set data )?type\b",
        "changes a type: add a column, fill it, use it a release later",
    ),
    (
        r"\balter column \w+ set not null\b",
        "reads a whole table: add a check (…) not valid, validate it later",
    ),
    (r"\brename (?:to|column|constraint)\b", "takes away a name that running processes use"),
    (r"\bset (?:un)?logged\b", "rewrites a table"),
)
"""What is wrong in any release: running processes fail or wait."""
TAKES_AWAY = (
    (r"\bdrop (?:table|view|materialized view|type|sequence|function|schema)\b", "takes away"),
    (r"\bdrop column\b", "takes away a column"),
)
"""What is right only where nothing has used it since the release before."""


def faults(statements: Iterable[str], made: set[str], *, unused: bool = False) -> list[str]:
    """What is wrong with the statements of one migration; `made`: tables that this release has made, to which its own
    are added. `unused`: the migration says that what it takes away is not used any more."""
    each = [plain for statement in statements for plain in _single(statement)]
    made |= {found[1] for s in each if (found := re.match(rf"create table {_NAME}", s))}
    wrong = [f"{why}: {s[:120]}" for s in each for why in _judge(s, made, unused=unused)]
    locked = dict.fromkeys(t for s in each if s.startswith("alter table") and (t := _table_of(s)) not in made)
    if len(locked) > 1:
        wrong.append(
            f"locks {', '.join(locked)} together, in which others may wait crosswise: a migration for each"
        )
    concurrently = [s for s in each if " concurrently " in s]
    others = [s for s in each if " concurrently " not in s and not s.startswith("set lock_timeout")]
    if concurrently and others:
        wrong.append(f"an index that is built concurrently stands alone in its migration: {others[0][:120]}")
    return wrong


def _judge(statement: str, made: set[str], *, unused: bool) -> Iterator[str]:
    table = _table_of(statement)
    if table in made:
        return
    if re.match(
        r"create (?:or replace )?(?:function|procedure|trigger|policy|view)|grant|revoke|comment", statement
    ):
        return
    yield from (why for pattern, why in FORBIDDEN if re.search(pattern, statement))
    if not unused:
        yield from (why for pattern, why in TAKES_AWAY if re.search(pattern, statement))
    if re.match(r"create (?:unique )?index (?!concurrently)", statement):
        yield "builds an index under a lock: build_index()"
    if re.match(r"drop index (?!concurrently)", statement):
        yield "waits for everybody who reads: drop index concurrently"
    if statement.startswith("alter table"):
        yield from _judge_additions(statement, table)
    if re.match(r"(?:update|delete from)\b", statement) and _large(table) and " limit " not in statement:
        yield "writes to all rows of a large table at once: let the worker do it in portions"


def _judge_additions(statement: str, table: str) -> Iterator[str]:
    for column in re.findall(r"add column (?:if not exists )?(.*?)(?=, add |, alter |, drop |$)", statement):
        if table in STARRED:
            yield "some statement answers all columns of this table (STARRED): let it name them a release before"
        if " not null" in column and " default " not in column:
            yield "running processes do not fill it in: give it a default"
        if " default " in column and not re.search(_CONSTANT, column):
            yield "a default that is reckoned for each row rewrites the table"
        if " references " in column or " check " in column or " unique" in column or " primary key" in column:
            yield "reads a whole table: add the constraint apart, not valid"
    for constraint in re.findall(r"add constraint (.*?)(?=, add |, alter |, drop |$)", statement):
        if re.search(r"\b(?:check|foreign key)\b", constraint) and "not valid" not in constraint:
            yield "reads a whole table: not valid, and validate it in a migration of its own"
        if re.search(r"\b(?:unique|primary key|exclude)\b", constraint) and "using index" not in constraint:
            yield "builds an index under a lock: build_index(…, unique=True), then using index"


def _table_of(statement: str) -> str:
    """The table that a statement is about, "" where it is about none."""
    found = re.match(
        rf"(?:alter table|update|delete from|insert into|create table|lock table) {_NAME}", statement
    ) or re.match(
        rf"create (?:unique )?index (?:concurrently )?(?:{_NAME} )?on (?:only )?\"?(?P<table>\w+)", statement
    )
    return "" if found is None else found.groupdict().get("table") or found[1]


def _large(table: str) -> bool:
    return table in LARGE or table.startswith("find_")


def _single(text: str) -> Sequence[str]:
    """The statements of a text, each on one line, lower case, without comments and bodies of functions."""
    text = re.sub(r"\$(\w*)\$.*?\$\1\$", "''", text, flags=re.DOTALL)
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    return [" ".join(each.lower().split()) for each in text.split(";") if each.strip()]
