"""报关单申报单位 (manual 4.1): who is named in the dialog, and whether it may declare for others (令169 第二条)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.definition.check import tidied
from singlewindow.kernel.definition.fields import Field, text
from singlewindow.kernel.problems import Refused, Violation
from singlewindow.kernel.registers.grades import is_discredited
from singlewindow.kernel.registers.store import Registers
from singlewindow.kernel.timing import CHINA

CLAUSE = "手册 第六篇 4.1 集报清单汇总；海关总署令第169号 第二条"
PATH = "declarant_code"
KIND = "company"  # customs' register
CODE: Field = text("报关单申报单位代码", length=10, upper=True, pattern=r"[0-9]{4}[0-9A-Z]{6}")
ASK = "请核对 10 位海关编码；无需代理报关时，请点击“不指定”"


@dataclass(frozen=True)
class Agent:
    """A company that is named as 申报单位."""

    code: str
    name: str
    scc: str
    ciq: str

    @property
    def boxes(self) -> dict[str, str]:
        """As merging takes it."""
        return {"code": self.code, "name": self.name, "scc": self.scc, "ciq": self.ciq}


def why_not_declare(code: str, company: Mapping[str, Any] | None, today: date) -> str:
    """Why a company may not be entrusted with declarations, from customs' register (None: not in it); "" if it may."""
    if company is None:
        return f"海关没有编码为 {code} 的企业"
    until = str(company.get("qualification_until") or "")[:10]
    if company.get("customs_qualified") is not True:
        return f"企业 {code} 没有报关资质，不能作为报关单申报单位"
    if until and today.isoformat() > until:
        return f"企业 {code} 的报关资质已于 {until} 到期，不能作为报关单申报单位"
    if is_discredited(company):
        return f"企业 {code} 为失信企业，不能作为报关单申报单位"
    return ""


async def get_agent(transaction: Transaction, code: str) -> Agent:
    """The company of that code, fit to declare. Raises Refused at `declarant_code`."""
    code = tidied(CODE, code)
    if not re.fullmatch(CODE.pattern, code):
        raise _refused("agent.shape", f"「{CODE.label}」应为 10 位海关编码", ASK)
    entry = await Registers(transaction).find(KIND, code)
    today = transaction.now.astimezone(CHINA).date()
    if why := why_not_declare(code, None if entry is None else entry.data, today):
        raise _refused("agent.unfit", why, ASK)
    assert entry
    if not await transaction.value("select consolidated_has_account($1)", code):
        message = f"企业 {code} 尚未在本系统注册，无法接收报关单"
        raise _refused("agent.account", message, "请联系该企业注册后再汇总，或点击“不指定”")
    said = {name: str(entry.data.get(name) or "") for name in ("name", "scc", "ciq_code")}
    return Agent(code, said["name"], said["scc"], said["ciq_code"])


def _refused(rule: str, message: str, advice: str) -> Refused:
    return Refused.because([Violation(PATH, rule, message, advice, CLAUSE)])
