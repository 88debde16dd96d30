"""What must hold, beyond what each field says of itself (manual 3.1; GATE-03, GATE-05, GATE-10)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stdnum import iso6346

from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case, FirstSave, Serial
from singlewindow.subsystems.gate.document import (
    BARCODE,
    BODY,
    CONTAINER,
    CONTAINER_NUMBER,
    ELECTRONIC_PLATE,
    IC_CARD,
    PLATE,
    VEHICLE_PLATE,
    Trip,
)
from singlewindow.subsystems.gate.plates import SEPARATORS, looks_like_a_plate
from singlewindow.subsystems.gate.weights import GROSS_LIMIT, plain, weights_of

CLAIM = "gate.medium"
UNFINISHED = "该车有未完成记录（{key}）"
UNFINISHED_ADVICE = (
    "上一车次可能由本企业申报（请在查询中按绑定介质关键信息查看；变更中的车次同时占用变更前后的介质，请按变更前的介质查看），"
    "也可能由其他企业申报；"
    "待其办结、离场、退单或删单后再申报"
)
UNFINISHED_CLAUSE = "手册 2.6 术语定义 绑定介质"
ISO = "ISO 6346"
CARD_DIGITS = 13

SUM_CLAUSE = "手册 3.1.1.1 表头信息 车辆重量、挂车重量、集装箱重量"
MEDIUM_CLAUSE = "手册 2.6 术语定义 绑定介质、绑定对象"

_SEPARATORS = re.compile(f"[{SEPARATORS}]")


@dataclass(frozen=True)
class Known:
    """What the rules may know: whether another unfinished trip holds the medium."""

    unfinished: bool

    def frozen(self) -> dict[str, Any]:
        """Nothing of it decides anything later."""
        return {}


def medium_of(kind: str, info: str) -> str:
    """A medium written in one way, "VN 粤B12345"; "" where it is not filled in.

    Blanks, small letters and full-width forms do not tell two media apart, in plates separators neither.
    """
    plain = "".join(unicodedata.normalize("NFKC", info).split()).upper()
    if kind == PLATE:
        plain = _SEPARATORS.sub("", plain)
    return f"{kind} {plain}" if kind and plain else ""


def media_of(info: str) -> set[str]:
    """What was asked for as a medium of each type, each written in one way: the find table's column `medium`."""
    return {
        medium for kind in (PLATE, ELECTRONIC_PLATE, IC_CARD, BARCODE) if (medium := medium_of(kind, info))
    }


async def gather(case: Case) -> Known:
    """Look up, before a signature alone, whether the medium has an unfinished trip: drafts never block (GATE-05)."""
    medium = medium_of(case.values.get("bind_key_type", ""), case.values.get("bind_key_info", ""))
    return Known(case.signing and bool(medium) and await case.claimed(CLAIM, medium))


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields: the company's codes and who saved the trip last (GATE-01)."""
    applicant = case.applicant
    return {
        "contractor_code_scc": applicant.scc,
        "contractor_code": applicant.scc[8:17],  # GB 32100: the code of the organisation stands inside
        "op_user_id": case.stored.get("op_user_id") or applicant.card_no or applicant.username,
    }


def year_month_and_card(first: FirstSave) -> str:
    """The beginning of a 车次确认编号: year and month of the first save, and the card number in 13 characters."""
    card = first.applicant.card_no or first.applicant.username
    return f"{first.now:%Y%m}" + card.rjust(CARD_DIGITS, "0")[-CARD_DIGITS:]


SERIALS = (Serial("sure_id", year_month_and_card, digits=13),)


@rule("GATE-R01", clause=UNFINISHED_CLAUSE, drafts=False)
def is_the_only_unfinished(content: Trip, known: Known) -> Iterator[Finding]:
    """A vehicle with a trip under way cannot be declared for another one (GATE-05)."""
    if known.unfinished:
        key = medium_of(content.bind_key_type, content.bind_key_info)
        yield Finding("bind_key_info", UNFINISHED.format(key=key), UNFINISHED_ADVICE)


@rule("GATE-R02", clause=ISO)
def containers_have_their_check_digit(content: Trip, known: Known) -> Iterator[Finding]:
    """The check digit is obligatory for freight containers (U); GATE-10."""
    for path, number in _containers(content):
        if number[3] == "U" and (right := iso6346.calc_check_digit(number[:10])) != number[10]:
            message = f"集装箱号 {number} 的校验码不正确：末位应为 {right}"
            yield Finding(path, message, "请核对箱门上的箱号")


@rule("GATE-R03", clause=ISO)
def a_bound_container_has_a_containers_number(content: Trip, known: Known) -> Iterator[Finding]:
    """An object of the kind 集装箱号 is numbered as containers are (GATE-10)."""
    for at, row in enumerate(content.bodies, 1):
        if row.bind_obj_type == CONTAINER and row.bind_obj_id and not _is_container(row.bind_obj_id):
            message = f"绑定对象为集装箱时，「绑定对象ID」应为集装箱号，现为 {row.bind_obj_id}"
            yield Finding(f"bodies/{at}/bind_obj_id", message, "请按箱门上的箱号填写，如 CSQU3054383")


@rule("GATE-R04", clause=BODY)
def containers_are_two(content: Trip, known: Known) -> Iterator[Finding]:
    """The second container of a row comes after the first, and is another one (GATE-03)."""
    for at, row in enumerate(content.bodies, 1):
        path = f"bodies/{at}/conta_id2"
        if row.conta_id2 and not row.conta_id1:
            yield Finding(path, "填写了集装箱号2，没有填写集装箱号1", "只有一个集装箱时请填写在集装箱号1")
        elif row.conta_id2 and row.conta_id2 == row.conta_id1:
            yield Finding(
                path, f"集装箱号2 与集装箱号1 相同（{row.conta_id2}）", "请填写另一个集装箱，或删去集装箱号2"
            )


@rule("GATE-R05", clause="GA 36-2018", warning=True)
def plates_look_like_plates(content: Trip, known: Known) -> Iterator[Finding]:
    """A plate of another shape may be right: foreign, military and temporary ones exist (GATE-10)."""
    for path, plate in _plates(content):
        if medium_of(PLATE, plate) and not looks_like_a_plate(plate):
            message = f"{plate} 不像中国大陆机动车号牌"
            yield Finding(
                path, message, "请核对；号牌请连续填写，不加间隔号，如 粤B12345；境外、军用、临时号牌可不理会"
            )


@rule("GATE-R06", clause=ISO, warning=True)
def other_containers_may_have_their_check_digit(content: Trip, known: Known) -> Iterator[Finding]:
    """For equipment (J) and trailers (Z) the check digit is recommended only; GATE-10."""
    for path, number in _containers(content):
        if number[3] != "U" and (right := iso6346.calc_check_digit(number[:10])) != number[10]:
            message = f"箱号 {number} 的校验码不符：末位算得为 {right}"
            yield Finding(path, message, "请核对箱号；J、Z 类设备不强制校验码")


@rule("GATE-R07", clause=SUM_CLAUSE, warning=True)
def weights_are_plausible(content: Trip, known: Known) -> Iterator[Finding]:
    """What the lane will weigh cannot be right (GATE-10); every weight by itself may be 0."""
    weights = weights_of(content)
    if weights is None:
        return
    if not weights.vehicle + weights.trailer + weights.container:
        yield Finding("vehicle_weight", "车辆、挂车、集装箱重量均为 0", "请核对；卡口地磅会称得车辆自重")
    elif not weights.vehicle:
        yield Finding("vehicle_weight", "车辆重量为 0，而另有挂车或集装箱重量", "请核对车辆重量")
    has_container = any(row.conta_id1 or row.bind_obj_type == CONTAINER for row in content.bodies)
    if has_container and not weights.container:
        yield Finding("conta_weight", "表体有集装箱，集装箱重量为 0", "请核对集装箱重量")
    if content.bodies and weights.container and not has_container:
        yield Finding(
            "conta_weight", "填写了集装箱重量，表体没有集装箱", "请核对集装箱重量，或在表体填写集装箱号"
        )
    if weights.gross > GROSS_LIMIT:
        message = f"理论毛重 {plain(weights.gross)} 千克，超过 {plain(GROSS_LIMIT)} 千克（六轴汽车列车限值，GB 1589）"
        yield Finding("vehicle_weight", message, "请核对各项重量，单位为千克")


@rule("GATE-R08", clause=SUM_CLAUSE, drafts=False, warning=True)
def the_lane_will_weigh(content: Trip, known: Known) -> Iterator[Finding]:
    """Before declaring, the gross weight that the lane compares with its scale as the vehicle comes in (GATE-10)."""
    if (weights := weights_of(content)) is not None:
        named = " + ".join(f"{name} {plain(each)}" for name, each in weights.parts)
        without = f"（空进，不计提货 {plain(weights.goods)}）" if weights.empty_in else ""
        yield Finding(
            "vehicle_weight",
            f"理论毛重 {plain(weights.entering)} 千克 = {named}{without}",
            "进场时卡口地磅将与此比较，不符请修改重量或过卡车辆类型",
        )


@rule("GATE-R09", clause=MEDIUM_CLAUSE, warning=True)
def an_object_is_bound_once(content: Trip, known: Known) -> Iterator[Finding]:
    """The same object in two rows is mostly a slip (GATE-10)."""
    seen: dict[tuple[str, str], int] = {}
    for at, row in enumerate(content.bodies, 1):
        if not (row.bind_obj_type and row.bind_obj_id):
            continue
        first = seen.setdefault((row.bind_obj_type, row.bind_obj_id), at)
        if first != at:
            message = f"绑定对象 {row.bind_obj_id} 与第 {first} 行重复"
            yield Finding(f"bodies/{at}/bind_obj_id", message, "请核对；重复录入的行请删除")


@rule("GATE-R10", clause=MEDIUM_CLAUSE)
def a_plate_is_more_than_separators(content: Trip, known: Known) -> Iterator[Finding]:
    """A plate of separators alone names no vehicle: nothing would hold it, and customs cannot take it in (GATE-01)."""
    for path, plate in _plates(content):
        if not medium_of(PLATE, plate):
            message = f"车牌号「{plate}」只有间隔号，没有字母或数字"
            yield Finding(path, message, "请按车辆号牌填写，如 粤B12345")


RULES = (
    is_the_only_unfinished,
    containers_have_their_check_digit,
    a_bound_container_has_a_containers_number,
    containers_are_two,
    plates_look_like_plates,
    other_containers_may_have_their_check_digit,
    weights_are_plausible,
    the_lane_will_weigh,
    an_object_is_bound_once,
    a_plate_is_more_than_separators,
)


def _plates(content: Trip) -> Iterator[tuple[str, str]]:
    """Every (path, plate)."""
    if content.bind_key_type == PLATE and content.bind_key_info:
        yield "bind_key_info", content.bind_key_info
    for at, row in enumerate(content.bodies, 1):
        if row.bind_obj_type == VEHICLE_PLATE and row.bind_obj_id:
            yield f"bodies/{at}/bind_obj_id", row.bind_obj_id


def _is_container(number: str) -> bool:
    return re.fullmatch(CONTAINER_NUMBER, number) is not None


def _containers(content: Trip) -> Iterator[tuple[str, str]]:
    """Every (path, number) of a container in its own shape."""
    for at, row in enumerate(content.bodies, 1):
        numbers = {"conta_id1": row.conta_id1, "conta_id2": row.conta_id2}
        if row.bind_obj_type == CONTAINER:
            numbers["bind_obj_id"] = row.bind_obj_id
        yield from (
            (f"bodies/{at}/{name}", number) for name, number in numbers.items() if _is_container(number)
        )
