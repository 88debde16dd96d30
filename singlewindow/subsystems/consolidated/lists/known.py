"""What the rules may know of a list, looked up at once: the company's own qualification and booklet, or customs'
account book; licences, manifest, companies, legal units, and what all other lists use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from singlewindow.kernel.codes.meanings import details
from singlewindow.kernel.registers.store import Entry
from singlewindow.kernel.subsystem import Case
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.lists.document import BONDED, WATER
from singlewindow.subsystems.consolidated.lists.lifecycle import IN_FORCE
from singlewindow.subsystems.consolidated.lists.papers import (
    Book,
    Licence,
    Qualification,
    account_book_of,
    best_of,
    booklet_of,
    licence_of_entry,
    text_of,
)
from singlewindow.subsystems.consolidated.lists.quantities import (
    ACCOUNT_BOOK,
    LICENCE,
    account_key,
    licence_key,
    licence_of,
)
from singlewindow.subsystems.consolidated.readings import readings

COMPANY, MANIFEST, LICENCE_REGISTER, ACCOUNT_BOOK_REGISTER = "company", "manifest", "licence", "account_book"
QUALIFICATIONS = """
    select w.company, w.district, d.number, f.status, f.nature, d.returned->>'valid_until' as valid_until
    from unnest($1::bigint[], $2::text[]) as w (company, district)
    join find_consolidated_qualification f
        on f.company_id = w.company and f.district = w.district and not f.hidden
    join document d on d.id = f.document_id"""
BOOKLETS = """
    select w.company, w.book_no, f.status, f.district, f.qualification, d.content->>'nature' as nature,
        d.content->'goods' as goods, d.returned->>'valid_until' as valid_until
    from unnest($1::bigint[], $2::text[]) as w (company, book_no)
    join find_consolidated_booklet f
        on f.company_id = w.company and f.book_no = w.book_no and (not f.hidden or $3)
    join document d on d.id = f.document_id"""
Units = tuple[str, str]
"""法定第一单位 and 法定第二单位 of a goods code, "" where it has none."""
Found = Mapping[tuple[str, str], Entry]


@dataclass(frozen=True)
class Known:
    """What the rules may know. `revising`: the list is in force, and what is asked is a change of it, for which what
    was right when it was declared is not asked again. `drawn` is what all other lists use, by key; `asked` the field
    that was left, if any; `in_force` what of a list that is revised must stay as it is."""

    today: date
    list_days: int = 14
    applicant: str = ""
    revising: bool = False
    asked: str = ""
    companies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    qualifications: Sequence[Qualification] = ()
    book: Book | None = None
    foreign_book: bool = False
    units: Mapping[str, Units] = field(default_factory=dict)
    licences: Mapping[str, Licence] = field(default_factory=dict)
    manifest: Mapping[str, Any] | None = None
    drawn: Mapping[str, Decimal] = field(default_factory=dict)
    in_force: Mapping[str, str] = field(default_factory=dict)

    def qualification(self, district: str, *, bonded: bool) -> Qualification | None:
        """The company's qualification in a district; one that counts, if there is one."""
        return best_of(self.qualifications, district, self.today, bonded=bonded)

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        return {
            "book": None if self.book is None else {"number": self.book.number, "usable": self.book.usable},
            "grade": text_of(self.companies.get(self.applicant, {}), "grade_name"),
            "drawn": {key: str(amount) for key, amount in self.drawn.items()},
        }


async def gather(case: Case) -> Known:
    """Look up what the rules ask."""
    values, now = case.values, case.transaction.now
    today = now.astimezone(CHINA).date()
    found = await case.registers.find_many(_wanted(case), ended=[ACCOUNT_BOOK_REGISTER])
    book = await _book(case, found)
    own = case.applicant.customs_code
    foreign = _foreign(found, values, own)
    rows = values.get("goods", [])
    licences = await _licences(case, numbers_of(rows, values.get("licence_no", ""), book))
    return Known(
        today=today,
        list_days=readings().list_days,
        applicant=own,
        revising=case.status in IN_FORCE,
        asked=case.asked,
        companies={key: entry.data for (kind, key), entry in found.items() if kind == COMPANY},
        qualifications=await _qualifications(case, values.get("district", "")),
        book=None if foreign else book,
        foreign_book=foreign,
        units=await _units(case, _codes(rows, book), today),
        licences=licences,
        drawn=await _drawn(case, book, licences),
        in_force=await _in_force(case),
        manifest=_data(found, MANIFEST, values.get("bill_no", "")),
    )


def numbers_of(rows: Sequence[Mapping[str, Any]], licence_no: str, book: Book | None) -> list[str]:
    """The licences that a list names: the header's, and those of its goods' booklet items."""
    items = book.items if book else {}
    filed = [vars(items[no]) for row in rows if (no := row.get("record_no", "")) in items]
    return sorted({licence_no, *(licence_of(item, "") for item in filed)} - {""})


def _codes(rows: Sequence[Mapping[str, Any]], book: Book | None) -> list[str]:
    """The goods codes of rows, and those that their booklet items will bring."""
    items = book.items if book else {}
    filed = [items[no].code for row in rows if (no := row.get("record_no", "")) in items]
    return [*(row.get("code", "") for row in rows), *filed]


def _wanted(case: Case) -> list[tuple[str, str]]:
    values = case.values
    wanted = [(COMPANY, case.applicant.customs_code), (COMPANY, values.get("owner_code", ""))]
    if values.get("list_kind") in BONDED:
        wanted.append((ACCOUNT_BOOK_REGISTER, values.get("book_no", "")))
    if values.get("transport_mode") == WATER:
        wanted.append((MANIFEST, values.get("bill_no", "")))
    return [each for each in dict.fromkeys(wanted) if each[1]]


def _data(found: Found, kind: str, key: str) -> Mapping[str, Any] | None:
    entry = found.get((kind, key))
    return None if entry is None else entry.data


def _foreign(found: Found, values: Mapping[str, Any], own: str) -> bool:
    """Whether the account book is another company's."""
    data = _data(found, ACCOUNT_BOOK_REGISTER, values.get("book_no", ""))
    return data is not None and text_of(data, "company") != own


async def _book(case: Case, found: Found) -> Book | None:
    number, now = case.values.get("book_no", ""), case.transaction.now
    if case.values.get("list_kind") in BONDED:
        entry = found.get((ACCOUNT_BOOK_REGISTER, number))
        return None if entry is None else account_book_of(entry, now)
    if not number:
        return None
    deleted = case.status in IN_FORCE  # a list outlives its booklet, as at customs (decision 0045)
    rows = await case.transaction.look_up(BOOKLETS, [(case.transaction.actor.company_id, number)], deleted)
    books = [booklet_of(dict(row), now.astimezone(CHINA).date()) for row in rows]
    return max(books, key=lambda book: book.usable, default=None)


async def _in_force(case: Case) -> dict[str, str]:
    """Of a list that is revised, what decides to whom it was declared and under which book; of any other, nothing."""
    if case.status not in IN_FORCE or not case.document_id:
        return {}
    row = await case.transaction.row(
        "select content->>'district' as district, content->>'book_no' as book_no from document where id = $1",
        case.document_id,
    )
    return {name: value or "" for name, value in row.items()} if row else {}


async def _qualifications(case: Case, district: str) -> list[Qualification]:
    if not district:
        return []
    rows = await case.transaction.look_up(QUALIFICATIONS, [(case.transaction.actor.company_id, district)])
    return [
        Qualification(
            row["number"], row["district"], row["nature"] or "", row["status"], row["valid_until"] or ""
        )
        for row in rows
    ]


async def _units(case: Case, codes: Sequence[str], today: date) -> dict[str, Units]:
    goods = await details(case.transaction, {("goods", code) for code in codes if code}, today)
    return {code: (text_of(more, "unit1"), text_of(more, "unit2")) for (_, code), more in goods.items()}


async def _drawn(case: Case, book: Book | None, licences: Mapping[str, Licence]) -> dict[str, Decimal]:
    """What all other lists use of the licences and of the account book's items that this one names; asked before a
    signature alone, for drafts use nothing and are refused nothing."""
    if not case.signing:
        return {}
    rows = case.values.get("goods", [])
    goods = {row.get("code", "") for row in rows}
    of_licences = [
        licence_key(number, code, unit)
        for number, licence in licences.items()
        for code, (unit, _) in licence.goods.items()
        if code in goods
    ]
    granted = book.granted if book else {}
    of_book = {account_key(book.number, row.get("record_no", "")) for row in rows} if book else set()
    found = await case.drawn(LICENCE, of_licences)
    return found | await case.drawn(ACCOUNT_BOOK, sorted(of_book & set(granted)))


async def _licences(case: Case, numbers: Iterable[str]) -> dict[str, Licence]:
    wanted = [(LICENCE_REGISTER, number) for number in numbers]
    entries = await case.registers.find_many(wanted, ended=[LICENCE_REGISTER])
    return {key: licence_of_entry(entry, case.transaction.now) for (_, key), entry in entries.items()}
