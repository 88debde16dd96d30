"""Why a list must not be accepted: filing, booklet or account book, licences, manifest (CONS-09, CONS-10).

What stands here is what the automatic mode returns a list for, and what an officer cannot accept either; all reasons
come at once. Fourteen days and other terms are judged at the portal, on the day of submission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desks.consolidated import records
from singlewindow.customs.desks.consolidated.contents import (
    BONDED,
    Content,
    amount,
    is_bonded_list,
    table,
    text,
)
from singlewindow.customs.desks.consolidated.filings import elsewhere, is_valid
from singlewindow.customs.desks.consolidated.ledger import (
    Ledger,
    Taking,
    Use,
    is_measured_in,
    licence_of,
    licensed_unit,
    number_of,
    open_ledger,
    shown,
    taking_of,
)
from singlewindow.customs.desks.consolidated.states import BOOKLET, PASSED, QUALIFICATION
from singlewindow.customs.entries import Data, find_entries
from singlewindow.customs.register_kinds import ACCOUNT_BOOK, LICENCE, MANIFEST
from singlewindow.customs.times import local_day

BY_SEA = "2"
MATCHED = {"code": "商品编号", "name": "商品名称", "unit": "成交单位"}
"""What of a good must be as customs accepted it."""
BY_MANIFEST = (
    ("vessel", "运输工具名称"),
    ("voyage", "航次号"),
    ("packages", "件数"),
    ("gross_weight", "毛重"),
    ("net_weight", "净重"),
)
MOST_REASONS = 12
NUMBERS = ("packages", "gross_weight", "net_weight")


@dataclass(frozen=True)
class Filed:
    """A list that is judged: its record's id, for whom and where it is, and the content that would be in force."""

    record: int
    trader: str
    district: str
    content: Content

    @property
    def book_no(self) -> str:
        """备案号."""
        return text(self.content, "book_no")


@dataclass(frozen=True)
class Known:
    """What customs know of some lists' filings, books, licences and manifests. `amending`: the lists are in force and
    would be amended; then what has ended since their acceptance still counts."""

    amending: bool
    booklets: Mapping[str, Row]
    qualifications: Mapping[str, Row]
    bonded: Mapping[tuple[str, str], Row]
    books: Mapping[str, Data]
    licences: Mapping[str, Data]
    manifests: Mapping[str, Data]
    today: date

    def booked(self, filed: Filed) -> dict[str, Content]:
        """The goods that customs accepted under the list's 备案号, by 备案序号."""
        if is_bonded_list(filed.content):
            return {number_of(row): row for row in table(self.books.get(filed.book_no, {}), "items")}
        booklet = self.booklets.get(filed.book_no)
        goods = table(booklet["content"]) if booklet is not None else []
        return {str(at): row for at, row in enumerate(goods, 1)}


async def known_of(transaction: Transaction, lists: Sequence[Filed], *, amending: bool) -> Known:
    """Everything that the grounds look at, for all these lists: six queries."""
    books = [each.book_no for each in lists]
    booklets = await records.passed(transaction, BOOKLET, books, ended=amending)
    licences = {licence_of(each.content, {}, {}) for each in lists} | {
        licence_of({}, row, {}) for each in lists for row in table(each.content)
    }
    licences |= {licence_of({}, {}, row) for each in booklets.values() for row in table(each["content"])}
    return Known(
        amending,
        booklets,
        await records.passed(transaction, QUALIFICATION, [each["basis"] for each in booklets.values()]),
        await _bonded(transaction, lists),
        await find_entries(transaction, ACCOUNT_BOOK, books, ended=amending),
        await find_entries(transaction, LICENCE, licences - {""}, ended=amending),
        await find_entries(transaction, MANIFEST, [text(each.content, "bill_no") for each in lists]),
        local_day(transaction.now),
    )


async def _bonded(transaction: Transaction, lists: Sequence[Filed]) -> dict[tuple[str, str], Row]:
    """The bonded qualifications in force, by company and district; the one that lasts longest."""
    rows = await transaction.rows(
        f"""select * from consolidated_record where type = $1 and trader = any($2) and nature = '{BONDED}'
              and state = '{PASSED}' order by valid_until nulls last""",
        QUALIFICATION,
        sorted({each.trader for each in lists if is_bonded_list(each.content)}),
    )
    return {(row["trader"], row["district"]): row for row in rows}


def reasons(filed: Filed, known: Known, ledger: Ledger, taking: Taking) -> Iterator[str]:
    """Why a list must not be accepted, each in a sentence. Pure."""
    yield from _of_bonded(filed, known) if is_bonded_list(filed.content) else _of_booklet(filed, known)
    yield from _of_goods(filed, known)
    yield from _of_licences(filed, known)
    yield from _of_manifest(filed, known)
    for use, much in taking.items():
        if ledger.knows(use) and much > (left := ledger.left(use, filed.record)):
            yield _overdrawn(use, shown(much), shown(max(left, amount("0"))))


def _in_words(found: Sequence[str]) -> str:
    more = [f"另有 {len(found) - MOST_REASONS} 处"] if len(found) > MOST_REASONS else []
    return "；".join([*found[:MOST_REASONS], *more])


def _overdrawn(use: Use, much: str, left: str) -> str:
    if use.kind == ACCOUNT_BOOK.name:
        return f"备案号 {use.key} 备案序号 {use.item} 的成交数量合计 {much}，超过剩余数量 {left}"
    return f"许可证 {use.key} 商品 {use.item} 的申报数量合计 {much}，超过许可数量的余量 {left}"


def _of_booklet(filed: Filed, known: Known) -> Iterator[str]:
    booklet = known.booklets.get(filed.book_no)
    if booklet is None or booklet["trader"] != filed.trader:
        yield f"备案号 {filed.book_no} 不是企业 {filed.trader} 经海关审批通过的备案分册"
        return
    qualification = known.qualifications.get(booklet["basis"])
    if known.amending:
        return
    if qualification is None:
        yield "备案分册的企业资质未经海关审批通过，或已取消"
    elif not is_valid(qualification, known.today):
        yield f"企业资质已于 {qualification['valid_until']} 到期"
    elif why := elsewhere(filed.district, qualification):
        yield why


def _of_bonded(filed: Filed, known: Known) -> Iterator[str]:
    qualification = known.bonded.get((filed.trader, filed.district))
    if not known.amending and (qualification is None or not is_valid(qualification, known.today)):
        yield f"企业 {filed.trader} 在 {filed.district} 没有有效的保税货物集中申报资质"
    book = known.books.get(filed.book_no)
    if book is None or book.get("company") != filed.trader:
        yield f"备案号 {filed.book_no} 不是企业 {filed.trader} 有效的账册或手册"


def _of_goods(filed: Filed, known: Known) -> Iterator[str]:
    booked = known.booked(filed)
    for at, row in enumerate(table(filed.content), 1) if booked else ():
        number = text(row, "record_no").lstrip("0")
        accepted = booked.get(number)
        if accepted is None:
            yield f"第 {at} 项：备案号 {filed.book_no} 没有备案序号 {number}"
        elif text(accepted, "stopped") == "1" and not known.amending:
            yield f"第 {at} 项：备案序号 {number} 的商品已停用"
        elif said := "、".join(_differing(row, accepted)):
            yield f"第 {at} 项：与备案序号 {number} 的备案数据不一致（{said}）"


def _differing(row: Content, accepted: Content) -> Iterator[str]:
    """What of a good is other than filed; an account book need not name a unit, and then says nothing about it."""
    for name, label in MATCHED.items():
        if (expected := text(accepted, name)) and text(row, name) != expected:
            yield f"{label}应为 {expected}，清单为 {text(row, name) or '空'}"


def _of_licences(filed: Filed, known: Known) -> Iterator[str]:
    booked = known.booked(filed)
    for at, row in enumerate(table(filed.content), 1):
        accepted = booked.get(text(row, "record_no").lstrip("0"), {})
        number = licence_of(filed.content, row, accepted)
        licence = known.licences.get(number)
        if number and (licence is None or licence.get("company") != filed.trader):
            yield f"第 {at} 项：许可证 {number} 不是企业 {filed.trader} 有效的许可证"
        elif licence is not None:
            yield from (f"第 {at} 项：{why}" for why in _of_licence(row, accepted, number, licence))


def _of_licence(row: Content, accepted: Content, number: str, licence: Data) -> Iterator[str]:
    """Why a good does not pass under its company's licence; how much of it there is, is the ledger's."""
    code, kind = text(row, "code"), text(accepted, "licence").partition(":")[0]
    if kind and kind != licence.get("code"):
        yield f"许可证 {number} 的证件代码为 {licence.get('code')}，备案为 {kind}"
    if code not in [each.get("code") for each in table(licence)]:
        yield f"商品 {code} 不属于许可证 {number}"
    elif (unit := licensed_unit(licence, code)) and not is_measured_in(row, unit):
        yield f"没有以许可证 {number} 的计量单位 {unit} 计量的数量"


def _of_manifest(filed: Filed, known: Known) -> Iterator[str]:
    if text(filed.content, "transport_mode") != BY_SEA:
        return
    bill = text(filed.content, "bill_no")
    manifest = known.manifests.get(bill)
    if manifest is None:
        yield f"海关没有提运单号 {bill or '（空）'} 的舱单"
        return
    for name, label in BY_MANIFEST:
        found, expected = text(filed.content, name), str(manifest.get(name) or "")
        same = amount(found) == amount(expected) if name in NUMBERS else _same_name(found, expected)
        if not same:
            yield f"{label} {found or '空'} 与舱单的 {expected} 不一致"


def _same_name(found: str, expected: str) -> bool:
    """Whether names are the same: without regard to case and blanks at the ends, as who declares is told."""
    return found.strip().upper() == expected.strip().upper()


async def judged(
    transaction: Transaction, lists: Sequence[Filed], *, amending: bool, lock: bool
) -> tuple[list[str], list[dict[Use, Any]]]:
    """Why each of the lists must not be accepted ("" where nothing hinders), and what it would take. One that is let
    through counts for those behind it; with `lock` the entries that are taken from are locked."""
    known = await known_of(transaction, lists, amending=amending)
    takings = [taking_of(each.content, known.booked(each), known.licences) for each in lists]
    wanted = {use for taking in takings for use in taking}
    own = [each.record for each in lists]
    ledger = await open_ledger(transaction, wanted, own, lock=lock, ended=amending)
    found = []
    for filed, taking in zip(lists, takings, strict=True):
        why = _in_words(list(dict.fromkeys(reasons(filed, known, ledger, taking))))
        if not why:
            ledger.take(taking, filed.record)
        found.append(why)
    return found, takings
