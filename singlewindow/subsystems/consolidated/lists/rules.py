"""What must hold of a list's header, beyond what each field says of itself (manual 第六篇 2.1; CONS-09, CONS-10,
FA 3.2, FA 3.5). Rules of its goods stand in `goods_rules.py`.

暂存 needs 申报地海关 alone, so that hardly anything is asked of a draft. What was right when a list was declared (the
qualification, the 14 days) is not asked again of a change of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.kernel.definition.check import find_day
from singlewindow.kernel.registers.grades import is_discredited
from singlewindow.kernel.rules import Finding, rule
from singlewindow.subsystems.consolidated.limits import LIST_CLAUSE, last_list_day, list_in_time
from singlewindow.subsystems.consolidated.lists.document import (
    BODY,
    BONDED,
    GENERAL_IMPORT,
    HEAD,
    REVISION,
    SPECIAL,
    TIP,
    WATER,
    GoodsList,
)
from singlewindow.subsystems.consolidated.lists.goods_rules import GOODS_RULES
from singlewindow.subsystems.consolidated.lists.known import Known
from singlewindow.subsystems.consolidated.lists.papers import APPROVED, Qualification
from singlewindow.subsystems.consolidated.lists.quantities import amount_of, weights_fit

CREDIT_CLAUSE = "海关总署令第169号 第五条、第七条"
CONTRACTED, FREIGHT_ONLY = "4", "2"
OF_ONE_WAY = {"1": ("E", "退关或变更运输工具", "出口"), "5": ("I", "已申报进口货物办理直接退运", "进口")}
"""修撤原因 that lists of one 进出口标志 alone have (令220)."""
BOOK_WORDS = {True: "账册、手册", False: "备案分册"}
COMPARED = {
    "vessel": "运输工具名称",
    "voyage": "航次号",
    "packages": "件数",
    "gross_weight": "毛重",
    "net_weight": "净重",
}
NUMBERS = frozenset({"packages", "gross_weight", "net_weight"})


@rule("CONS-R41", clause=SPECIAL, drafts=False)
def the_district_has_a_qualification(content: GoodsList, known: Known) -> Iterator[Finding]:
    """申报地海关 is one with an approved qualification for such goods that has not run out (CONS-09)."""
    if known.revising or not (content.district and content.list_kind):
        return
    bonded = content.list_kind in BONDED
    found = known.qualification(content.district, bonded=bonded)
    if found is None or not found.counts(known.today):
        advice = "请先办理企业资质备案，待海关审批通过后再申报；或改填已备案的申报地海关"
        yield Finding("district", _about_qualification(found, content.district, bonded), advice)


@rule("CONS-R42", clause=SPECIAL, drafts=False)
def the_book_is_known(content: GoodsList, known: Known) -> Iterator[Finding]:
    """备案号 is a booklet of the company's own, or an account book that customs keep for it (CONS-09)."""
    if content.book_no and content.list_kind and known.book is None:
        word = BOOK_WORDS[content.list_kind in BONDED]
        advice = f"请核对 12 位备案号：{_where(content.list_kind in BONDED)}"
        yield Finding("book_no", f"未查到本企业备案号为 {content.book_no} 的{word}", advice)


@rule("CONS-R43", clause=SPECIAL, drafts=False)
def the_book_is_in_force(content: GoodsList, known: Known) -> Iterator[Finding]:
    """The booklet, or the account book, is approved and has not run out (CONS-09, FA 3.2)."""
    if known.book is not None and not known.book.usable and not known.revising:
        word = BOOK_WORDS[content.list_kind in BONDED]
        message = f"备案号 {content.book_no} 的{word}不是海关审批通过状态，或已失效"
        yield Finding("book_no", message, "请填写海关审批通过、在有效期内的备案号")


@rule("CONS-R44", clause=SPECIAL, drafts=False)
def the_booklet_is_of_that_district(content: GoodsList, known: Known) -> Iterator[Finding]:
    """申报地海关 is the booklet's, and the booklet is of the qualification that counts there (CONS-09)."""
    book = known.book
    if book is None or content.list_kind in BONDED or not content.district or known.revising:
        return
    found = known.qualification(content.district, bonded=False)
    if book.district != content.district:
        message = f"申报地海关 {content.district} 与备案号 {content.book_no} 备案的申报地海关 {book.district} 不一致"
        yield Finding("district", message, "请改填备案的申报地海关，或改填该关区的备案号")
    elif found and found.counts(known.today) and found.number != book.qualification:
        message = f"备案号 {content.book_no} 不属于申报地海关 {content.district} 现行的企业资质备案"
        yield Finding("book_no", message, "请填写现行企业资质备案下的备案分册海关编号")


@rule("CONS-R45", clause=HEAD, drafts=False)
def contracted_goods_are_exported(content: GoodsList, known: Known) -> Iterator[Finding]:
    """对外承包出口货物 (3422) leave the country (FA 3.4)."""
    if content.list_kind == GENERAL_IMPORT and content.nature == CONTRACTED:
        message = "对外承包出口货物（贸易方式 3422）只能用于出口清单"
        yield Finding("book_no", message, "请使用出口一般贸易集报清单，或改填一般贸易货物的备案号")


@rule("CONS-R46", clause=CREDIT_CLAUSE, alert=True, opening=True)
def the_company_is_not_discredited(content: GoodsList, known: Known) -> Iterator[Finding]:
    """The right to consolidated declaration stops for 失信企业 (FA 1.1)."""
    company = known.companies.get(known.applicant)
    if company is not None and is_discredited(company) and not known.revising:
        message = "失信企业不允许办理集中申报"
        yield Finding("consignee_code", message, "请逐票以报关单申报；信用等级有异议的，请联系海关")


@rule("CONS-R47", clause=HEAD, drafts=False)
def the_owner_is_known(content: GoodsList, known: Known) -> Iterator[Finding]:
    """消费使用/生产销售单位 is a company that customs have told us of."""
    if content.owner_code and content.owner_code not in known.companies:
        message = f"未查到海关编码为 {content.owner_code} 的企业"
        yield Finding("owner_code", message, "请核对消费使用/生产销售单位的 10 位海关编码")


@rule("CONS-R48", clause=LIST_CLAUSE, drafts=False)
def imports_are_declared_in_time(content: GoodsList, known: Known) -> Iterator[Finding]:
    """An import list is declared within 14 days of entry; after that a 报关单 is due (CONS-09)."""
    entry = find_day(content.ie_date)
    if entry is None or content.ie_flag != "I" or known.revising:
        return
    if not list_in_time(entry, known.today, known.list_days):
        last = last_list_day(entry, known.list_days)
        message = (
            f"进境日期 {entry} 起第 {known.list_days} 日为 {last}，已超过集报清单的申报期限，应以报关单申报"
        )
        yield Finding("ie_date", message, "请核对进出口日期；确已超过期限的，请以报关单申报")


@rule("CONS-R68", clause=LIST_CLAUSE, drafts=False, warning=True)
def imports_have_arrived(content: GoodsList, known: Known) -> Iterator[Finding]:
    """A day of entry that is still to come is mostly a slip."""
    entry = find_day(content.ie_date)
    if entry and content.ie_flag == "I" and entry > known.today:
        message = f"进出口日期 {entry} 晚于今日，运输工具尚未申报进境"
        yield Finding("ie_date", message, "请核对进出口日期")


@rule("CONS-R49", clause=TIP, drafts=False)
def the_manifest_is_there(content: GoodsList, known: Known) -> Iterator[Finding]:
    """Goods that come by water have a manifest under their bill of lading (CONS-10)."""
    if content.transport_mode == WATER and content.bill_no and known.manifest is None:
        message = f"未查到提运单号为 {content.bill_no} 的舱单"
        yield Finding("bill_no", message, "请核对提运单号；号码无误的，请联系承运人向海关传输舱单")


@rule("CONS-R50", clause=TIP, drafts=False)
def the_manifest_agrees(content: GoodsList, known: Known) -> Iterator[Finding]:
    """Vessel, voyage, packages and weights of goods that come by water are those of the manifest (CONS-10)."""
    if content.transport_mode != WATER or known.manifest is None:
        return
    for name, label in COMPARED.items():
        typed, published = getattr(content, name), str(known.manifest.get(name) or "")
        if typed and not _same(name, typed, published):
            message = f"「{label}」{typed} 与舱单不符：舱单（提运单号 {content.bill_no}）为 {published}"
            yield Finding(name, message, f"请核对提运单号，或按舱单信息填写{label}")


@rule("CONS-R51", clause=TIP, drafts=False, warning=True)
def the_manifest_is_of_that_way(content: GoodsList, known: Known) -> Iterator[Finding]:
    """A manifest of the other direction, or of another port, is mostly a slip (FA 3.5)."""
    manifest = known.manifest if content.transport_mode == WATER else None
    if manifest is None:
        return
    if (way := manifest.get("ie_flag")) and content.ie_flag and way != content.ie_flag:
        word = {"I": "进口", "E": "出口"}.get(str(way), str(way))
        yield Finding("bill_no", f"提运单号 {content.bill_no} 为{word}舱单", "请核对集报清单类型和提运单号")
    if (port := manifest.get("port")) and content.port and port != content.port:
        message = f"舱单的进出境关别为 {port}，清单填写的为 {content.port}"
        yield Finding("port", message, "请核对进出境关别")


@rule("CONS-R52", clause=BODY, drafts=False)
def gross_is_not_below_net(content: GoodsList, known: Known) -> Iterator[Finding]:
    """毛重 ≥ 净重 (FA 3.5)."""
    if (
        content.gross_weight
        and content.net_weight
        and not weights_fit(content.gross_weight, content.net_weight)
    ):
        message = f"毛重 {content.gross_weight} 千克小于净重 {content.net_weight} 千克"
        yield Finding("gross_weight", message, "请核对毛重和净重，毛重应不小于净重")


@rule("CONS-R53", clause=HEAD, drafts=False)
def the_header_counts_something(content: GoodsList, known: Known) -> Iterator[Finding]:
    """件数 and 净重 are more than nothing."""
    for name, label in {"packages": "件数", "net_weight": "净重"}.items():
        value = getattr(content, name)
        if value and not amount_of(value):
            yield Finding(name, f"「{label}」应大于 0", f"请填写实际的{label}")


@rule("CONS-R54", clause=HEAD, drafts=False)
def marks_of_fees_fit(content: GoodsList, known: Known) -> Iterator[Finding]:
    """A unit price is a mark of 运费 alone (公告2019年第18号)."""
    for name, label in {"insurance_mark": "保费标记", "other_mark": "杂费标记"}.items():
        if getattr(content, name) == FREIGHT_ONLY:
            yield Finding(name, f"「{label}」不能为 2-单价，单价仅用于运费", "请选择 1-率 或 3-总价")


@rule("CONS-R55", clause=REVISION, drafts=False)
def the_reason_fits(content: GoodsList, known: Known) -> Iterator[Finding]:
    """The first reason is one of exports that did not leave, the fifth one of imports that go back (令220)."""
    flag, about, way = OF_ONE_WAY.get(content.revision_reason, (content.ie_flag, "", ""))
    if content.ie_flag and content.ie_flag != flag:
        message = f"修撤原因 {content.revision_reason}（{about}）仅用于{way}清单"
        yield Finding("revision_reason", message, "请选择其他修撤原因")


@rule("CONS-R56", clause=SPECIAL, drafts=False, warning=True)
def an_account_book_is_kept_elsewhere(content: GoodsList, known: Known) -> Iterator[Finding]:
    """Bonded goods are declared where they are, or where the account book is kept (令169 第四条)."""
    book = known.book if content.list_kind in BONDED else None
    if book and book.district and content.district and book.district != content.district:
        message = f"备案号 {book.number} 的主管海关为 {book.district}，清单的申报地海关为 {content.district}"
        yield Finding("district", message, "请核对申报地海关；货物所在地海关与主管海关不同的可不理会")


@rule("CONS-R67", clause=REVISION)
def a_revision_leaves_customs_and_book(content: GoodsList, known: Known) -> Iterator[Finding]:
    """A change is asked of the customs that took the list in, under the book that they compared it with (令220)."""
    for name, value in known.in_force.items():
        if (typed := getattr(content, name)) and typed != value:
            label = GoodsList.fields[name].label
            message = f"修改申请不能更改「{label}」，应为 {value}"
            yield Finding(name, message, "请改回原值；确需更改的，请撤销该清单后另行申报")


RULES = (
    the_district_has_a_qualification,
    the_book_is_known,
    the_book_is_in_force,
    the_booklet_is_of_that_district,
    contracted_goods_are_exported,
    the_company_is_not_discredited,
    the_owner_is_known,
    imports_are_declared_in_time,
    imports_have_arrived,
    the_manifest_is_there,
    the_manifest_agrees,
    the_manifest_is_of_that_way,
    gross_is_not_below_net,
    the_header_counts_something,
    marks_of_fees_fit,
    the_reason_fits,
    an_account_book_is_kept_elsewhere,
    a_revision_leaves_customs_and_book,
    *GOODS_RULES,
)


def _about_qualification(found: Qualification | None, district: str, bonded: bool) -> str:
    """Why no qualification of the district counts."""
    word = "保税货物" if bonded else "一般贸易货物"
    if found is None:
        return f"本企业在申报地海关 {district} 没有{word}的企业资质备案"
    if found.status == APPROVED:
        return f"本企业在申报地海关 {district} 的{word}资质备案核准有效期至 {found.valid_until}，已失效"
    return f"本企业在申报地海关 {district} 的{word}资质备案（{found.number}）不是海关审批通过状态"


def _where(bonded: bool) -> str:
    """Where a 备案号 is to be had."""
    return "保税货物为账册、手册编号" if bonded else "一般贸易货物为备案表查询中的备案分册海关编号"


def _same(name: str, typed: str, published: str) -> bool:
    """Whether two values are equal: numbers by value, names without regard to case and blanks at the ends."""
    if name in NUMBERS:
        return amount_of(typed) == amount_of(published)
    return typed.strip().upper() == published.strip().upper()
