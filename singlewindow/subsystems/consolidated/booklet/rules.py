"""What must hold (manual 第六篇 1.2; CONS-02, CONS-04 to CONS-06)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from singlewindow.kernel.rules import Finding, rule
from singlewindow.subsystems.consolidated.booklet.document import CLAUSE, Booklet
from singlewindow.subsystems.consolidated.booklet.known import Known
from singlewindow.subsystems.consolidated.booklet.licences import WAY, split, what_is_wrong
from singlewindow.subsystems.consolidated.filing import CORRECTABLE
from singlewindow.subsystems.consolidated.qualification.document import BONDED
from singlewindow.subsystems.consolidated.qualification.lifecycle import LIFECYCLE

LICENCE = f"{CLAUSE} 特殊字段说明 许可证编号"


@rule("CONS-R21", clause=CLAUSE)
def names_its_qualification(content: Booklet, known: Known) -> Iterator[Finding]:
    """The number is that of a qualification of the company's own (CONS-04)."""
    if content.qualification and known.qualification is None:
        message = f"没有编号为 {content.qualification} 的企业资质备案"
        yield Finding("qualification", message, "请核对企业资质备案时返填的备案企业中心统一编号")


@rule("CONS-R22", clause=f"{CLAUSE}；1.1 关区代码")
def is_not_of_bonded_goods(content: Booklet, known: Known) -> Iterator[Finding]:
    """Bonded goods need no goods filing: theirs come from the account books (CONS-02)."""
    if known.qualification is not None and known.qualification.nature == BONDED:
        message = f"企业资质备案 {content.qualification} 的货物性质为保税货物，无需进行企业商品信息备案"
        yield Finding(
            "qualification",
            message,
            "保税货物在清单中填写账册、手册编号；这里请填写一般贸易货物的资质备案编号",
        )


@rule("CONS-R23", clause=f"{CLAUSE} 小提示", drafts=False)
def its_qualification_was_declared(content: Booklet, known: Known) -> Iterator[Finding]:
    """A booklet is declared after its qualification, which counts or is with customs (CONS-06); of one that is revoked
    or has expired nothing can be expected (`waits`)."""
    found = known.qualification
    if found is None or found.status not in CORRECTABLE:
        return
    message = (
        f"企业资质备案 {found.number} 的状态为「{LIFECYCLE.name_of(found.status)}」，不能申报其商品信息备案"
    )
    yield Finding("qualification", message, "请先申报该企业资质备案，或填写已申报、已审批通过的资质备案编号")


@rule("CONS-R24", clause=LICENCE)
def licences_are_written_as_they_must_be(content: Booklet, known: Known) -> Iterator[Finding]:
    """证件代码, a half-width colon, 证件编号; the code is one of 监管证件代码, whose case counts (CONS-05)."""
    for at, good in enumerate(content.goods, 1):
        if not good.licence:
            continue
        wrong, parts = what_is_wrong(good.licence), split(good.licence)
        if not wrong and parts and parts[0] not in known.papers:
            wrong = f"「许可证编号」{good.licence} 的证件代码 {parts[0]} 不是有效的监管证件代码（区分大小写）"
        if wrong:
            yield Finding(f"goods/{at}/licence", wrong, WAY)


@rule("CONS-R26", clause=LICENCE, drafts=False, warning=True)
def licences_are_known_to_customs(content: Booklet, known: Known) -> Iterator[Finding]:
    """A licence that customs' register does not have, or has of another company, is mostly a slip, which nobody can
    correct once the good is approved (CONS-05, CONS-07)."""
    for at, _, number in _licences(content, known):
        if number not in known.licences:
            message = f"未查到本企业编号为 {number}、在有效期内的许可证"
            advice = "请核对许可证编号：审批通过后不能修改，清单将按此编号核对许可证；编号无误的可继续申报"
            yield Finding(f"goods/{at}/licence", message, advice)


@rule("CONS-R27", clause=LICENCE, drafts=False)
def licences_are_of_their_kind(content: Booklet, known: Known) -> Iterator[Finding]:
    """证件代码 is that which customs' register has of the licence (CONS-05)."""
    for at, code, number in _licences(content, known):
        if (registered := known.licences.get(number, "")) and registered != code:
            message = f"许可证 {number} 的证件代码为 {registered}，「许可证编号」填写的为 {code}"
            yield Finding(f"goods/{at}/licence", message, "请按许可证填写证件代码，或核对许可证编号")


@rule("CONS-R25", clause=CLAUSE)
def prices_are_prices(content: Booklet, known: Known) -> Iterator[Finding]:
    """A price that is given is more than nothing."""
    for at, good in enumerate(content.goods, 1):
        if good.price and not Decimal(good.price):
            yield Finding(f"goods/{at}/price", "「单价」应大于 0", "请填写单价，或清空该项")


def _licences(content: Booklet, known: Known) -> Iterator[tuple[int, str, str]]:
    """Place, 证件代码 and number of every licence of which CONS-R24 says nothing."""
    for at, good in enumerate(content.goods, 1):
        if (parts := split(good.licence or "")) and parts[0] in known.papers:
            yield at, *parts


RULES = (
    names_its_qualification,
    is_not_of_bonded_goods,
    its_qualification_was_declared,
    licences_are_written_as_they_must_be,
    licences_are_known_to_customs,
    licences_are_of_their_kind,
    prices_are_prices,
)
