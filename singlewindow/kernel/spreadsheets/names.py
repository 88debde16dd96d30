"""Code columns take codes, names, and both as the screen shows them: "2 水路运输"."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.spreadsheets.draft import Draft, Place


@dataclass(frozen=True)
class _Cell:
    """A filled-in cell of a code column, and where its value stands."""

    draft: Draft
    place: Place
    table: str
    values: dict[str, str]

    @property
    def text(self) -> str:
        """As it is looked up: full-width characters count as ordinary ones."""
        return unicodedata.normalize("NFKC", self.values[self.place.field]).strip()


async def resolve(desk: Desk, drafts: Sequence[Draft]) -> None:
    """Put codes where names stand, with two queries for all documents; a name of several codes is a finding.

    What is neither code nor name stays as it is: the verdict says so.
    """
    cells = [cell for draft in drafts for cell in _cells(draft) if cell.text]
    texts = {(cell.table, text) for cell in cells for text in (cell.text, cell.text.split(maxsplit=1)[0])}
    if not texts:
        return
    codes = await _codes(desk, texts)
    rest = [cell for cell in cells if (cell.table, cell.text) not in codes]
    names = (
        await _named(desk, {(cell.table, _name(cell.text, cell.table, codes)) for cell in rest})
        if rest
        else {}
    )
    for cell in rest:
        _put(cell, names, codes)


def _cells(draft: Draft) -> Iterator[_Cell]:
    for table, sheet in draft.sheets.items():
        coded = [head.field for head in sheet.heads if head.field.codes]
        if coded:
            for row, values in draft.rows_with(table):
                for spec in coded:
                    if values.get(spec.name):
                        yield _Cell(draft, Place(table, spec.name, row), spec.codes, values)


def _name(text: str, table: str, codes: set[tuple[str, str]]) -> str:
    """The name in a text: what comes after a code, or the whole."""
    first, _, rest = text.partition(" ")
    return rest.strip() if rest and (table, first) in codes else text


def _put(cell: _Cell, names: dict[tuple[str, str], list[str]], codes: set[tuple[str, str]]) -> None:
    first = cell.text.split(maxsplit=1)[0]
    found = names.get((cell.table, _name(cell.text, cell.table, codes)), [])
    if first in found and first != cell.text:
        cell.values[cell.place.field] = first
    elif len(found) == 1 and _name(cell.text, cell.table, codes) == cell.text:
        cell.values[cell.place.field] = found[0]
    elif len(found) > 1:
        message = f"名称「{cell.text}」对应多个代码：{'、'.join(found[:5])}"
        cell.draft.refuse_cell(cell.place, message, "请填写代码")


async def _codes(desk: Desk, texts: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those (table, text) whose text is a code, in force or not."""
    rows = await desk.transaction.look_up(
        """select distinct table_name, code from unnest($1::text[], $2::text[]) as w (table_name, code)
           join code_entry using (table_name, code)""",
        sorted(texts),
    )
    return {(row["table_name"], row["code"]) for row in rows}


async def _named(desk: Desk, texts: set[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """(table, name) → the codes in force that have this name. Names are written with brackets of either width."""
    rows = await desk.transaction.look_up(
        """select table_name, wanted, code from unnest($1::text[], $2::text[]) as w (table_name, wanted)
           join code_entry e using (table_name)
           where normalize(e.name, NFKC) = wanted and $3 between valid_from and valid_to
           order by position, code""",
        sorted(texts),
        desk.transaction.now.astimezone(CHINA).date(),
    )
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        found[row["table_name"], row["wanted"]].append(row["code"])
    return found
