"""What travels between portal and customs, in both directions.

Every message stands in an `Envelope` with an id that the sender never uses twice; the receiver
stores the raw envelope under that id first, acknowledges it, and understands it later, so a
message that comes twice does no harm.

portal → customs
    POST {customs}/exchange/messages   EnvelopeBatch → AnswerBatch; kind `submission`,
        body = JWE of the portal's JWS of a `Submission`; kind `attachment`, id = the SHA-256 of a file (hex),
        body = JWE of the portal's JWS of the file, acknowledged before the submission that names it is sent
customs → portal
    POST {portal}/exchange/messages   EnvelopeBatch → AnswerBatch; kind `receipt` or `notice`, body = JWS of it;
        the header Exchange-Signature may sign the request's body as a whole (`batches.py`)

Bytes inside JSON are standard Base64 with padding; moments are RFC 3339 with an offset.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

MAX_NUMBER = 2**31 - 1
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def _shown_anywhere(moment: datetime) -> datetime:
    if not _FIRST <= moment <= _LAST:
        raise ValueError("a moment that has no date in some time zone")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_shown_anywhere)]
"""With an offset, and a date in every time zone: PostgreSQL would keep others, and nobody could read them again."""


class Strict(BaseModel):
    """A message shape: unknown members are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MessageKind(StrEnum):
    """The kinds of message there are; the legal name stands beside each."""

    SUBMISSION = "submission"  # 申报报文: a signed action of a company
    ATTACHMENT = "attachment"  # 随附单据: a file that a submission names by its digest
    RECEIPT = "receipt"  # 回执: customs' answer to one submission
    NOTICE = "notice"  # 通知: an entry of a register that customs keep


class Envelope(Strict):
    """One message on the wire; `body` is a compact JWE (to customs) or JWS (from customs)."""

    id: str = Field(min_length=8, max_length=64, pattern=r"^[!-~]*$")  # printable ASCII
    kind: MessageKind
    sender: str = Field(max_length=64)
    body: str


class EnvelopeBatch(Strict):
    """At most 500 envelopes, in the order in which they are to be understood."""

    messages: list[Envelope] = Field(max_length=500)


class Answer(Strict):
    """What the receiver says of one envelope: `stored` (now or before), or refused with a reason: for good, or `later`
    it may be taken, for its signature or key is none that is known now, and keys are renewed."""

    id: str
    stored: bool
    reason: str = ""
    later: bool = False


class AnswerBatch(Strict):
    """The answers to a batch, one for each envelope, in its order."""

    answers: list[Answer]


class SignedAttachment(Strict):
    """An attachment by digest; its bytes travel apart. The company's card signed `statement`."""

    category: str
    category_name: str
    name: str
    sha256: str
    size: int
    pages: int
    statement: str  # Base64 of the signed RFC 8785 bytes
    signature: str  # Base64 of raw r‖s
    certificate: str  # Base64 of DER


class Submission(Strict):
    """A signed action (declare, change, delete, cancel, …) exactly as the company made it."""

    type: str  # document type, e.g. inspection.declaration
    title: str  # its Chinese title, for officers
    number: str  # 数据中心统一编号
    sequence: int  # 1, 2, … per document: the submission that receipts name
    action: str  # declare, change, delete, …
    action_title: str
    function: str = ""  # customs' function code of the action, if it has one: ADD, MOD, DEL … (docs/flow.md)
    district: str  # 4-digit 关区代码 of the customs office that decides
    company: str  # 10-character customs code of the company that signed
    company_name: str
    labels: dict[
        str, str
    ]  # field (`lines/column` in a line table) → Chinese label, in the form's order, for officers
    content: str  # Base64 of the content bytes that the statement's digest covers (RFC 8785)
    statement: str  # Base64 of the signed RFC 8785 bytes
    signature: str  # Base64 of raw r‖s over the detached JWS signing input
    certificate: str  # Base64 of DER
    attachments: list[SignedAttachment]
    code_names: dict[str, str] = Field(
        default_factory=dict
    )  # path (`field`, `lines/0/column`) → its code's name
    request_id: str  # the request that caused it, for the logs of both sides
    submitted_at: Moment


class Receipt(Strict):
    """Customs' numbered answer to one submission. `seq` counts from 1 for each submission."""

    message_id: str
    type: str
    number: str
    submission: int = Field(ge=1, le=MAX_NUMBER)  # Submission.sequence
    seq: int = Field(ge=1, le=MAX_NUMBER)
    code: str  # default desk: RECEIVED, REJECTED, APPROVED, REFUSED; a desk of its own may add codes
    text: str  # for the company to read
    at: Moment
    data: dict[str, Any] = Field(default_factory=dict)  # e.g. {"customs_no": "…"}
    request_id: str = ""


class Notice(Strict):
    """One entry of a register that customs keep and the portal holds read-only.

    A higher `seq` of the same (kind, key) replaces a lower one; `data` of None withdraws it.
    """

    message_id: str
    kind: str  # of register: declaration, company, pilot_district, …
    key: str
    seq: int = Field(ge=1, le=2**63 - 1)
    data: dict[str, Any] | None
    valid_from: Moment | None = None
    valid_to: Moment | None = None


class ReceiptCode(StrEnum):
    """The default desk's receipt codes."""

    RECEIVED = "RECEIVED"  # 海关接收成功
    REJECTED = "REJECTED"  # 海关接收失败: the message could not be taken in (bad signature, unknown type …)
    APPROVED = "APPROVED"  # 同意 / 审批通过
    REFUSED = "REFUSED"  # 不同意 / 退单
