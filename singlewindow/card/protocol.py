"""The JSON protocol of the 电子口岸 control, as far as our pages use it.

    request   {"_method": "cus-sec_…", "_id": 1, "args": {…}}
    response  {"_id": 1, "_method": "cus-sec_…", "_status": "00",
               "_args": {"Result": true, "Data": ["…"], "Error": []}}      Error = [text, "Err:BaseNNNNN"]

    cus-sec_SpcInitEnvEx          opens the card                       SpcClearEnv           forgets it
    cus-sec_SpcGetCardID          card number, 13 characters           SpcGetUName           holder
    cus-sec_SpcGetEntID           customs code, 10 characters          SpcGetEntName         company
    cus-sec_SpcGetEntMode         法人卡 | 操作员卡                      SpcGetCertNo          certificate number
    cus-sec_SpcGetCardUserInfo    card number, holder, company, customs code, 社会信用代码, kind
    cus-sec_SpcGetSignCert        certificate, Base64 of DER           SpcGetSignCertAsPEM   the same as PEM
    cus-sec_SpcVerifyPIN          {passwd}
    cus-sec_SpcSignRandom         {random, passwd}   → signature, certificate number
    cus-sec_SpcSignDataAsPEM      {inData, passwd}   → signature, certificate number

A signature is the Base64 of raw r‖s (ES256) over the text's UTF-8 bytes; a certificate number has 16
hexadecimal digits. After an event {"_method": "event", "_args": {"Data": ["card_removed" | "card_inserted"]}}
a page asks again what it wants to know.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pydantic import BaseModel, Field, ValidationError

from singlewindow.card.reader import BadRequest, Card, CardProblem, CardUnreadable, Reader
from singlewindow.contract.certificates import (
    CardIdentity,
    CertificateRefused,
    certificate_number,
    read_card_certificate,
)

PREFIX = "cus-sec_"
OPEN_MESSAGE = json.dumps(
    {"_method": "open", "_args": {"Result": True, "Data": ["singlewindow-card"], "Error": []}}
)
_LONGEST_PIN = 64
_FAILED = "读卡服务内部出错。请重新启动读卡服务后重试。"


class Request(BaseModel):
    """One call of a page."""

    method: str = Field(alias="_method", max_length=64)
    id: int | str | None = Field(alias="_id", default=None)
    args: dict[str, Any] = Field(default_factory=dict)


class Session:
    """One page's connection: the calls it makes, on the card it has seen.

    Reading methods take the card that is in the reader now; PIN and signature are for the card read last,
    so a card that was exchanged meanwhile never signs.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._seen: Card | None = None

    def answer(self, method: str, args: Mapping[str, Any]) -> list[str]:
        """The Data of the answer. Raises `CardProblem`."""
        handler = _METHODS.get(method)
        if handler is None:
            raise BadRequest(f"读卡服务不支持操作 {method}。请升级读卡服务。")
        return handler(self, args)

    def read(self) -> Card:
        """The card in the reader, from now on the one of this session."""
        self._seen = self._reader.card()
        return self._seen

    def forget(self) -> list[str]:
        """The next operation begins with whatever card is in the reader then."""
        self._seen = None
        return []

    def verify_pin(self, args: Mapping[str, Any]) -> list[str]:
        """Try the PIN on the session's card."""
        self._reader.verify_pin(self._card().number, _pin(args))
        return []

    def sign(self, text: str, args: Mapping[str, Any]) -> list[str]:
        """Signature by the session's card, and its certificate number."""
        card = self._card()
        signature = self._reader.sign(card.number, text.encode(), _pin(args))
        return [b64encode(signature).decode(), _number(card)]

    def _card(self) -> Card:
        return self._seen or self.read()


def answer(session: Session, message: str | bytes) -> tuple[str, str]:
    """The response to one request as JSON text, and what to log of it: never an argument."""
    try:
        request = Request.model_validate_json(message)
    except ValidationError:
        return _response(None, "", BadRequest("请求格式不正确。")), "unreadable request"
    try:
        outcome: list[str] | CardProblem = session.answer(request.method, request.args)
    except CardProblem as problem:
        outcome = problem
    result = outcome.code if isinstance(outcome, CardProblem) else "ok"
    return _response(request.id, request.method, outcome), f"{request.method!r} {result}"


def failure(message: str | bytes) -> str:
    """The response when the service itself failed."""
    try:
        request = Request.model_validate_json(message)
    except ValidationError:
        return _response(None, "", CardProblem(_FAILED))
    return _response(request.id, request.method, CardProblem(_FAILED))


def event(name: str) -> str:
    """The message that tells pages of `card_inserted` or `card_removed`."""
    return json.dumps({"_method": "event", "_args": {"Result": True, "Data": [name], "Error": []}})


def _response(request_id: int | str | None, method: str, outcome: list[str] | CardProblem) -> str:
    if isinstance(outcome, CardProblem):
        args = {"Result": False, "Data": list(outcome.data), "Error": [outcome.text, outcome.code]}
    else:
        args = {"Result": True, "Data": outcome, "Error": []}
    answer = {"_id": request_id, "_method": method, "_status": "00", "_args": args}
    return json.dumps(answer, ensure_ascii=False)


def _pin(args: Mapping[str, Any]) -> str:
    pin = _text(args, "passwd")
    if not 0 < len(pin) <= _LONGEST_PIN:
        raise BadRequest("没有输入 PIN 码。请输入后重试。")
    return pin


def _text(args: Mapping[str, Any], name: str) -> str:
    value = args.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"请求缺少参数 {name}。")
    return value


def _identity(session: Session) -> CardIdentity:
    try:
        return read_card_certificate(session.read().certificate)
    except CertificateRefused as problem:
        raise CardUnreadable from problem


def _user_info(session: Session) -> list[str]:
    who = _identity(session)
    return [who.card_no, who.holder, who.company_name, who.customs_code, who.scc, who.kind]


def _pem(card: Card) -> str:
    return x509.load_der_x509_certificate(card.certificate).public_bytes(serialization.Encoding.PEM).decode()


def _number(card: Card) -> str:
    return certificate_number(x509.load_der_x509_certificate(card.certificate))


_METHODS: dict[str, Callable[[Session, Mapping[str, Any]], list[str]]] = {
    PREFIX + name: handler
    for name, handler in {
        "SpcInitEnvEx": lambda session, _: [session.read().number],
        "SpcClearEnv": lambda session, _: session.forget(),
        "SpcGetCardID": lambda session, _: [session.read().number],
        "SpcGetUName": lambda session, _: [_identity(session).holder],
        "SpcGetEntID": lambda session, _: [_identity(session).customs_code],
        "SpcGetEntName": lambda session, _: [_identity(session).company_name],
        "SpcGetEntMode": lambda session, _: [_identity(session).kind],
        "SpcGetCertNo": lambda session, _: [_number(session.read())],
        "SpcGetCardUserInfo": lambda session, _: _user_info(session),
        "SpcGetSignCert": lambda session, _: [b64encode(session.read().certificate).decode()],
        "SpcGetSignCertAsPEM": lambda session, _: [_pem(session.read())],
        "SpcVerifyPIN": lambda session, args: session.verify_pin(args),
        "SpcSignRandom": lambda session, args: session.sign(_text(args, "random"), args),
        "SpcSignDataAsPEM": lambda session, args: session.sign(_text(args, "inData"), args),
    }.items()
}
