"""What must hold of a list's goods: they are those of the booklet or the account book, and neither a licence nor an
account book is used beyond what it grants, whatever other lists use of it (manual 第六篇 2.1; CONS-10, FA 3.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from singlewindow.kernel.rules import Finding, rule
from singlewindow.subsystems.consolidated.lists.document import BODY, SPECIAL, TIP, Good, GoodsList
from singlewindow.subsystems.consolidated.lists.known import Known
from singlewindow.subsystems.consolidated.lists.papers import Item, Licence
from singlewindow.subsystems.consolidated.lists.quantities import (
    TOLERANCE,
    account_amounts,
    account_key,
    amount_of,
    exceeding,
    licence_amounts,
    licence_key,
    licence_of,
    measures,
    plain,
    total_differs,
)

EQUAL = {"code": "商品编号", "name": "商品名称", "unit": "成交单位"}
POSITIVE = {"quantity": "成交数量", "quantity1": "法定第一数量", "quantity2": "法定第二数量", "total": "总价"}
DEDUCTED = "海关总署令第169号 第十条"
TYPED_WRONG = "请核对许可证编号；许可证号只填编号，不含证件代码"
FILED_WRONG = (
    "许可证编号来自备案分册，审批通过后不能修改：请变更企业商品信息，停用该商品并以正确的许可证编号新增；"
    "该清单的商品同属一份许可证的，也可在许可证号中填写该许可证的编号"
)


@rule("CONS-R57", clause=SPECIAL)
def goods_are_in_the_book(content: GoodsList, known: Known) -> Iterator[Finding]:
    """备案序号 is one of the booklet's or the account book's (CONS-09)."""
    if known.book is None:
        return
    for at, row in enumerate(content.goods, 1):
        if row.record_no and row.record_no not in known.book.items:
            message = f"备案号 {known.book.number} 中没有备案序号 {row.record_no}"
            yield Finding(f"goods/{at}/record_no", message, "请核对该商品在备案分册或账册、手册中的序号")


@rule("CONS-R58", clause=SPECIAL)
def goods_are_not_stopped(content: GoodsList, known: Known) -> Iterator[Finding]:
    """A good that its company has stopped (停用) cannot pass any more."""
    for at, row, item in _filed(content, known):
        if item.stopped and not known.revising:
            message = f"备案序号 {row.record_no} 的商品已停用"
            yield Finding(
                f"goods/{at}/record_no", message, "请填写未停用的备案序号，或变更企业商品信息新增该商品"
            )


@rule("CONS-R59", clause=SPECIAL, drafts=False)
def goods_are_as_filed(content: GoodsList, known: Known) -> Iterator[Finding]:
    """Code, name and unit are those of the booklet's item; customs return what differs (令169 第十条)."""
    for at, row, item in _filed(content, known):
        for name, label in EQUAL.items():
            typed, filed = getattr(row, name), getattr(item, name)
            if typed and filed and typed.strip() != filed.strip():
                message = f"「{label}」{typed} 与备案序号 {row.record_no} 的备案不一致，备案为 {filed}"
                yield Finding(f"goods/{at}/{name}", message, "请按备案填写，或重新录入备案序号调出备案信息")


@rule("CONS-R60", clause=BODY, drafts=False)
def totals_are_price_times_quantity(content: GoodsList, known: Known) -> Iterator[Finding]:
    """总价 = 单价 × 成交数量, within 0.01 for each item (FA 3.5)."""
    for at, row in enumerate(content.goods, 1):
        if not (row.price and row.quantity and row.total):
            continue
        if total_differs(row.price, row.quantity, row.total):
            product = plain(amount_of(row.price) * amount_of(row.quantity))
            message = f"总价 {row.total} 不等于单价 {row.price} × 成交数量 {row.quantity} = {product}"
            yield Finding(f"goods/{at}/total", message, f"请核对单价、成交数量和总价，误差不超过 {TOLERANCE}")


@rule("CONS-R61", clause=BODY, drafts=False)
def goods_are_some(content: GoodsList, known: Known) -> Iterator[Finding]:
    """Quantities and totals are more than nothing."""
    for at, row in enumerate(content.goods, 1):
        for name, label in POSITIVE.items():
            if (value := getattr(row, name)) and not amount_of(value):
                yield Finding(f"goods/{at}/{name}", f"「{label}」应大于 0", f"请填写实际的{label}")


@rule("CONS-R62", clause=SPECIAL, drafts=False)
def the_licence_is_the_companys(content: GoodsList, known: Known) -> Iterator[Finding]:
    """A licence is one that customs know, of the company's own, and in force (CONS-10)."""
    for path, number in _licences(content):
        licence = known.licences.get(number)
        if licence is None or licence.holder != known.applicant:
            message = f"未查到本企业编号为 {number} 的许可证"
            yield Finding(path, message, TYPED_WRONG if path == "licence_no" else FILED_WRONG)
        elif not licence.in_force and not known.revising:
            yield Finding(path, f"许可证 {number} 不在有效期内", "请使用有效的许可证")


@rule("CONS-R69", clause=SPECIAL, drafts=False)
def the_licence_is_of_the_filed_kind(content: GoodsList, known: Known) -> Iterator[Finding]:
    """Where the booklet names a licence, the one from which the good draws has its 证件代码 at customs (CONS-05,
    CONS-10): goods that need an import licence do not pass under one for exports."""
    items = known.book.items if known.book else {}
    said: set[str] = set()
    for at, row, licence in _licensed(content, known):
        filed = items[row.record_no].licence.partition(":")[0] if row.record_no in items else ""
        path = "licence_no" if content.licence_no else f"goods/{at}/record_no"
        if filed and filed != licence.code and path not in said:
            said.add(path)
            message = f"许可证 {licence.number} 的证件代码为 {licence.code}，备案序号 {row.record_no} 的备案为 {filed}"
            advice = f"请填写证件代码为 {filed} 的许可证的编号" if content.licence_no else FILED_WRONG
            yield Finding(path, message, advice)


@rule("CONS-R63", clause=SPECIAL, drafts=False)
def goods_belong_to_the_licence(content: GoodsList, known: Known) -> Iterator[Finding]:
    """With a 许可证号 every good of the list is one of that licence; so is a good whose booklet names one (CONS-10)."""
    for at, row, licence in _licensed(content, known):
        if row.code and row.code not in licence.goods:
            message = f"商品编号 {row.code} 不是许可证 {licence.number} 所对应的商品"
            advice = "填写许可证号的，该清单下的所有商品必须为此许可证所对应的商品；其他商品请另行申报清单"
            yield Finding(f"goods/{at}/code", message, advice)


@rule("CONS-R64", clause=TIP, drafts=False)
def goods_are_measured_as_licensed(content: GoodsList, known: Known) -> Iterator[Finding]:
    """The licence's unit is the declared one or a legal one: otherwise nobody can say how much of it is used."""
    for at, row, licence in _licensed(content, known):
        unit = licence.goods.get(row.code, ("", Decimal()))[0]
        if unit and row.unit and row.quantity and unit not in measures(vars(row)):
            message = f"许可证 {licence.number} 以计量单位 {unit} 许可，该商品没有以此单位计量的数量"
            yield Finding(f"goods/{at}/unit", message, "请以许可证的计量单位申报，或核对许可证编号")


@rule("CONS-R65", clause=TIP, drafts=False)
def licences_are_not_overdrawn(content: GoodsList, known: Known) -> Iterator[Finding]:
    """Of every licensed good no more than what the licence grants, less what other lists use (CONS-10)."""
    granted: dict[str, Decimal] = {}
    rows: dict[str, int] = {}
    for at, row, licence in _licensed(content, known):
        if row.code in licence.goods:
            unit, quantity = licence.goods[row.code]
            key = licence_key(licence.number, row.code, unit)
            granted[key], rows[key] = quantity, at
    used = licence_amounts(_plain(content))
    for key, left in exceeding(used, granted, known.drawn):
        message = (
            f"申报数量 {plain(used[key])} 超过许可证可用数量 {plain(left)}"
            f"（许可数量 {plain(granted[key])}，其他集报清单已用 {plain(known.drawn.get(key, Decimal()))}）"
        )
        yield Finding(f"goods/{rows[key]}/quantity", message, "请减少申报数量，或更换许可证")


@rule("CONS-R66", clause=DEDUCTED, drafts=False)
def account_books_are_not_overdrawn(content: GoodsList, known: Known) -> Iterator[Finding]:
    """Of an item of an account book no more than is left of it, less what other lists use (FA 3.5)."""
    if known.book is None:
        return
    used, granted = account_amounts(_plain(content)), known.book.granted
    rows = {account_key(known.book.number, row.record_no): at for at, row in enumerate(content.goods, 1)}
    for key, left in exceeding(used, granted, known.drawn):
        message = f"成交数量 {plain(used[key])} 超过账册、手册该备案序号的可用数量 {plain(left)}"
        yield Finding(f"goods/{rows[key]}/quantity", message, "请减少成交数量，或核对备案序号")


GOODS_RULES = (
    goods_are_in_the_book,
    goods_are_not_stopped,
    goods_are_as_filed,
    totals_are_price_times_quantity,
    goods_are_some,
    the_licence_is_the_companys,
    the_licence_is_of_the_filed_kind,
    goods_belong_to_the_licence,
    goods_are_measured_as_licensed,
    licences_are_not_overdrawn,
    account_books_are_not_overdrawn,
)


def _filed(content: GoodsList, known: Known) -> Iterator[tuple[int, Good, Item]]:
    """Every row whose number is in the book, with its place and its item."""
    items = known.book.items if known.book else {}
    for at, row in enumerate(content.goods, 1):
        if row.record_no in items:
            yield at, row, items[row.record_no]


def _licences(content: GoodsList) -> Iterator[tuple[str, str]]:
    """Every (path, number) of a licence: the header's alone, or those of the goods."""
    if content.licence_no:
        yield "licence_no", content.licence_no
        return
    for at, row in enumerate(content.goods, 1):
        if number := licence_of(vars(row), ""):
            yield f"goods/{at}/record_no", number


def _licensed(content: GoodsList, known: Known) -> Iterator[tuple[int, Good, Licence]]:
    """Every row that passes under a licence of the company's own, with its place and the licence."""
    for at, row in enumerate(content.goods, 1):
        licence = known.licences.get(licence_of(vars(row), content.licence_no))
        if licence is not None and licence.holder == known.applicant:
            yield at, row, licence


def _plain(content: GoodsList) -> Mapping[str, Any]:
    """A content as the quantities are reckoned from: values by name, rows likewise."""
    return {**vars(content), "goods": [vars(row) for row in content.goods]}
