"""GATHER_INFO (81), what a lane has gathered, and GATHER_FEEDBACK (82), what customs answer (facts 1.5).

The elements stand in exactly this order. Codes that no public text names are proposals:
docs/decisions/0023-customs-gate.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from singlewindow.customs.database import Row
from singlewindow.customs.desks.gate.contents import NUMBER, weights_of
from singlewindow.customs.desks.gate.passages import Medium, Passage
from singlewindow.customs.desks.gate.rule import Lane, Result, shown
from singlewindow.customs.desks.gate.xml import BadXml, Node, Shape, read, write
from singlewindow.customs.times import CHINA

SESSION = re.compile(r"[!-~]{1,64}")  # printable ASCII
MEDIUM = re.compile(r"\S.{0,63}")
JUDGED_AT = ("", "0", "2")  # RPB_TYPE: a single barrier, or the second of two; the first one judges nobody
LIST_TYPE = "SURE"  # the answer is about a 车次确认编号
INSTRUCTIONS = {Result.PASS: "1", Result.ALARM: "0", Result.PERSON: "2"}
"""As the newer service's checkResult: 放行, 禁止, 人工."""
LED = {Result.PASS: "放行", Result.ALARM: "禁止通行", Result.PERSON: "请等待人工确认"}


def _group(name: str, children: str, *, many: bool = False) -> Shape:
    return Shape(name, tuple(Shape(each) for each in children.split()), many)


def _needed(name: str) -> Shape:
    return Shape(name, required=True)


GATHER_INFO = Shape(
    "GATHER_INFO",
    (
        _needed("I_E_FLAG"), _needed("AREA_ID"), _needed("CHNL_NO"), Shape("CUS_CODE"), Shape("GETHER_MODE"),
        _needed("SESSION_ID"), Shape("RPB_TYPE"),
        _group("IC_INFO", "IC_ID IC_NO IC_Type IC_EXTENDED_CONTENT"),
        Shape("DR_CUSTOMS_NO"), Shape("VE_CUSTOMS_NO"), Shape("VE_LICENSE_NO"), Shape("CONTA_ID"),
        Shape("ESEAL_ID"), Shape("GROSS_WT"),
        _group("VE_RFID", "RFID_ID VE_LICENSE_NO VE_CUSTOMS_NO VE_WT VE_COMPANY VE_PERFORMANCE"),
        _group("FORM_INFO", "FORM_TYPE FORM_ID", many=True),
        _group("DR_RFID", "RFID_ID DR_NAME DR_CUSTOMS_NO DR_COMPANY DR_PERFORMANCE"),
        _group("PHOTO", "PHOTO_GUID PHOTO_PERSPECTIVE", many=True),
        Shape("OPERATOR_ID"), Shape("OPERATE_TIME"),
        _group("EXTEND", "NAME VALUE", many=True),
        _group("CONTA_RECOGNITION", "CONTA_ID CONTA_TYPE CONTA_LOCK CONFIDENCE_RATIO", many=True),
        _group(
            "VE_LICENSE_RECOGNITION",
            "DOMESTIC_LICENSE_NO DOMESTIC_LICENSE_COLOR FOREIGN_LICENSE_NO FOREIGN_LICENSE_COLOR CONFIDENCE_RATIO",
            many=True,
        ),
    ),
)  # fmt: skip

GATHER_FEEDBACK = Shape(
    "GATHER_FEEDBACK",
    (
        Shape("AREA_ID"), Shape("CHNL_NO"), Shape("SESSION_ID"), Shape("RELLIST_TYPE"), Shape("RELLIST_ID_TYPE"),
        Shape("RELLIST_ID"), Shape("FEEDBACK_TIME"), Shape("CHECK_RESULT"), Shape("INSTRUCTION"),
        Shape("PROC_ERROR_CODE"), Shape("PROC_ERROR_DESCRIPTION"), Shape("TECH_ERROR_CODE"),
        Shape("TECH_ERROR_DESCRIPTION"),
        _group("IC_INFO", "IC_ID IC_NO IC_Type IC_EXTENDED_CONTENT"),
        _group("VE_INFO", "VE_CUSTOMS_NO VE_LICENSE_NO VE_LICENSE_NO2 DR_CUSTOMS_NO DR_NAME TRAILER_ID WEIGHT_DIFF"
                          " GROSS_WEIGHT VEHICLE_WEIGHT"),
        Shape("PACK_NO"), Shape("DECL_PACK"), Shape("DECL_GOODS_WEIGHT"), Shape("OP_HINT"), Shape("LED_HINT"),
        Shape("EXTENDED_CONTENT"),
    ),
)  # fmt: skip
"""The seal block between VE_INFO and PACK_NO is left out: no public text names its element."""


class Fault(Enum):
    """What is wrong with a message: T of its technique, P of what it says; the HTTP status, and words."""

    NO_KEY = ("T01", 401, "没有通道密钥，或密钥无效、已作废")
    TOO_LARGE = ("T02", 413, "报文过大")
    BAD_XML = ("T03", 400, "报文不是有效的 XML，或次序、结构不符合规定")
    BUSY = ("T04", 503, "车次正在被其他操作办理，请稍后重发")
    OTHER_LANE = ("P01", 403, "报文的通道编号与密钥所属通道不一致")
    NO_LANE = ("P02", 404, "通道没有登记")
    OTHER_FACTS = ("P03", 200, "报文的场所、方向或关区与通道登记不一致")
    NO_MEDIUM = ("P04", 200, "没有采集到车牌号、电子车牌号、IC卡号或条形码")
    BAD_VALUE = ("P05", 200, "采集的值不符合规定")
    OTHER_SESSION = ("P06", 200, "该 SESSION_ID 已用于另一次过卡")

    @property
    def code(self) -> str:
        """TECH_ERROR_CODE or PROC_ERROR_CODE."""
        return self.value[0]

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[1]


class Faulty(Exception):
    """The message cannot be judged; `fault` is its kind, the text the details in Chinese."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(detail or fault.value[2])
        self.fault = fault


@dataclass(frozen=True)
class Gathered:
    """What counts in a GATHER_INFO; `gross` in kg, None where the vehicle was not weighed."""

    direction: str
    area: str
    channel: str
    district: str
    session: str
    media: tuple[Medium, ...]
    gross: Decimal | None
    ic: tuple[str, str]

    @property
    def digest(self) -> bytes:
        """The same for messages that say the same of a vehicle."""
        facts = [
            self.direction,
            sorted(map(str, self.media)),
            None if self.gross is None else shown(self.gross),
        ]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).digest()


def gathered(data: bytes) -> Gathered:
    """Read a GATHER_INFO; raises Faulty."""
    try:
        node = read(data, GATHER_INFO)
    except BadXml as bad:
        raise Faulty(Fault.BAD_XML, str(bad)) from bad
    session = node.value("SESSION_ID")
    if not SESSION.fullmatch(session):
        raise Faulty(Fault.BAD_XML, "SESSION_ID 应为 1 至 64 个可见的 ASCII 字符")
    if node.value("RPB_TYPE") not in JUDGED_AT:
        raise Faulty(Fault.BAD_VALUE, "RPB_TYPE 应为 0 或 2：双卡口在 2 卡验放")
    return Gathered(
        node.value("I_E_FLAG"),
        node.value("AREA_ID"),
        node.value("CHNL_NO"),
        node.value("CUS_CODE"),
        session,
        _media(node),
        _weight(node.value("GROSS_WT")),
        (node.value("IC_INFO", "IC_ID"), node.value("IC_INFO", "IC_NO")),
    )


def _media(node: Node) -> tuple[Medium, ...]:
    """The media that were read, each once: every form, and of several recognised plates the first, which counts as one
    that was read."""
    seen = (
        ("VE", node.value("VE_RFID", "RFID_ID")),
        ("IC", node.value("IC_INFO", "IC_NO") or node.value("IC_INFO", "IC_ID")),
        *(("BC", number) for number in node.values("FORM_INFO", "FORM_ID")),
        ("VN", node.value("VE_LICENSE_NO") or node.value("VE_LICENSE_RECOGNITION", "DOMESTIC_LICENSE_NO")),
    )
    media = tuple(Medium.of(kind, key) for kind, key in seen if key)
    if wrong := next((each for each in media if not MEDIUM.fullmatch(each.key)), None):
        raise Faulty(Fault.BAD_VALUE, f"{wrong.kind} 的值应为 1 至 64 个字符")
    return tuple(dict.fromkeys(media))


def _weight(text: str) -> Decimal | None:
    """In kg; a scale that shows nothing has weighed nothing."""
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise Faulty(Fault.BAD_VALUE, "GROSS_WT 应为千克数，不小于 0，小数不超过 5 位")
    return Decimal(text) or None


def feedback(lane: Lane, message: Gathered, passage: Passage, now: datetime) -> bytes:
    """The GATHER_FEEDBACK to a vehicle that was judged."""
    verdict = passage.verdict
    hint = f"{verdict.result.words}：{verdict.reason}"
    return write(
        GATHER_FEEDBACK,
        {
            ("AREA_ID",): lane.area,
            ("CHNL_NO",): lane.number,
            ("SESSION_ID",): message.session,
            ("FEEDBACK_TIME",): _time(now),
            ("CHECK_RESULT",): verdict.result.value,
            ("INSTRUCTION",): INSTRUCTIONS[verdict.result],
            ("IC_INFO", "IC_ID"): message.ic[0],
            ("IC_INFO", "IC_NO"): message.ic[1],
            ("VE_INFO", "WEIGHT_DIFF"): _shown(verdict.difference),
            ("VE_INFO", "GROSS_WEIGHT"): _shown(verdict.theoretical),
            ("OP_HINT",): hint,
            ("LED_HINT",): LED[verdict.result],
            **(_of_trip(passage.trip) if passage.trip else {}),
        },
    )


def _of_trip(trip: Row) -> dict[tuple[str, ...], str]:
    weights = weights_of(trip["content"])
    return {
        ("RELLIST_TYPE",): LIST_TYPE,
        ("RELLIST_ID_TYPE",): trip["medium"],
        ("RELLIST_ID",): trip["sure_id"] or trip["number"],
        ("VE_INFO", "VE_LICENSE_NO"): trip["medium_key"] if trip["medium"] == "VN" else "",
        ("VE_INFO", "VEHICLE_WEIGHT"): shown(weights.vehicle),
        ("DECL_GOODS_WEIGHT",): shown(weights.goods),
    }


def fault_feedback(faulty: Faulty, message: Gathered | None, now: datetime) -> bytes:
    """The GATHER_FEEDBACK to a message that cannot be judged: nobody passes."""
    kind = "TECH" if faulty.fault.code.startswith("T") else "PROC"
    return write(
        GATHER_FEEDBACK,
        {
            ("AREA_ID",): message.area if message else "",
            ("CHNL_NO",): message.channel if message else "",
            ("SESSION_ID",): message.session if message else "",
            ("FEEDBACK_TIME",): _time(now),
            ("CHECK_RESULT",): Result.ALARM.value,
            ("INSTRUCTION",): INSTRUCTIONS[Result.ALARM],
            (f"{kind}_ERROR_CODE",): faulty.fault.code,
            (f"{kind}_ERROR_DESCRIPTION",): str(faulty),
            ("OP_HINT",): str(faulty),
            ("LED_HINT",): LED[Result.ALARM],
        },
    )


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _shown(number: Decimal | None) -> str:
    return "" if number is None else shown(number)
