"""The seal of a print: its text signed, and the QR code that is drawn (GATE-09)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import segno

from singlewindow.contract.files import read_file
from singlewindow.contract.seals import Seal, write_seal
from singlewindow.kernel.definition.fields import enabled_values
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.printing.typesetter import CannotPrint
from singlewindow.kernel.subsystem import DocumentType, Print

LONGEST_FACT = 32  # characters; the code must stay so coarse that a phone reads it
QUIET = 4  # modules of white around the code (ISO/IEC 18004, 6.3.8)
NONE = {"qr": "", "qr_until": ""}


def seal_data(
    type: DocumentType, wanted: Print, document: Document, version: int, now: datetime, pki: Path, days: int
) -> Mapping[str, str]:
    """For the template: `qr`, the code as SVG, and `qr_until`, when it ends (Chinese time); both "" without a seal.

    `version` is the printed content's (`print_data`): a saved change has numbers of its own.
    A document that has ended (已删单) bears none. Raises CannotPrint where the portal has no key for seals.
    """
    if wanted.seal is None or document.status not in wanted.seal.states or document.ended_by:
        return NONE
    try:
        key = read_file(pki / "portal-seal.key.pem")
    except OSError as problem:
        raise CannotPrint("打印服务缺少防伪二维码的签名密钥，请联系系统管理员") from problem
    values: dict[str, Any] = dict.fromkeys(type.form.content.fields, "") | {
        **enabled_values(type.form.content, document.content),
        "number": document.number,
    }
    facts = {label: _short(value) for label, value in wanted.seal.facts(values).items()}
    until = _end_of_day(now, wanted.seal.valid_days or days)
    seal = Seal(type.name, document.number, version, facts, now, until)
    return {"qr": qr_code(write_seal(seal, key)), "qr_until": f"{until:%Y-%m-%d %H:%M}"}


def qr_code(text: str) -> str:
    """A QR code as SVG: black on white, with its quiet zone, level M (15 % of it may be lost)."""
    drawn = io.BytesIO()
    code = segno.make_qr(text, error="m", boost_error=False)
    code.save(drawn, kind="svg", border=QUIET, dark="#000", light="#fff", xmldecl=False, omitsize=True)
    return drawn.getvalue().decode()


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_FACT else value[: LONGEST_FACT - 1] + "…"


def _end_of_day(now: datetime, days: int) -> datetime:
    """The last second of the day, in Chinese time, that many days after this one."""
    day = now.astimezone(CHINA).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), CHINA)
