"""What must hold (manual 第五篇 第一章; APPT-02 to APPT-08)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from singlewindow.kernel.registers.store import Entry
from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case
from singlewindow.subsystems.appointment.document import BASIC, GOODS, MOST_CHARACTERS, Application


@dataclass(frozen=True)
class Company:
    """What customs published of a company."""

    customs_code: str
    scc: str
    ciq_code: str
    name: str

    @classmethod
    def of(cls, entry: Entry | None) -> Company | None:
        """The company of a register's entry."""
        if entry is None:
            return None
        names = ("scc", "ciq_code", "name")
        return cls(entry.key, *(str(entry.data.get(name, "")) for name in names))


@dataclass(frozen=True)
class Known:
    """What the rules may know."""

    declarant: Company | None
    consignee: Company | None

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        return {
            role: asdict(company) if company else None
            for role, company in (("declarant", self.declarant), ("consignee", self.consignee))
        }


async def gather(case: Case) -> Known:
    """Look up both companies."""
    declarant, consignee = case.applicant.customs_code, case.values.get("consignee_code", "")
    found = await case.registers.find_many([("company", code) for code in (declarant, consignee) if code])
    return Known(Company.of(found.get(("company", declarant))), Company.of(found.get(("company", consignee))))


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields: who applies and for whom, as customs' register says, and the end of the window."""
    applicant = case.applicant
    declarant = known.declarant or Company(applicant.customs_code, applicant.scc, "", applicant.name)
    consignee = known.consignee or Company("", "", "", "")
    return {
        "declarant_code": applicant.customs_code,
        **{f"declarant_{name}": value for name, value in _boxes(declarant).items()},
        **{f"consignee_{name}": value for name, value in _boxes(consignee).items()},
    }


def _boxes(company: Company) -> dict[str, str]:
    return {"scc": company.scc, "ciq": company.ciq_code, "name": company.name}


@rule("APPT-R01", clause=BASIC)
def the_consignee_is_known(content: Application, known: Known) -> Iterator[Finding]:
    """The code must be that of a company that customs have told us of (APPT-02)."""
    if content.consignee_code and known.consignee is None:
        message = f"未查到海关编码为 {content.consignee_code} 的收发货人"
        yield Finding("consignee_code", message, "请核对收发货人的 10 位海关编码")


@rule("APPT-R02", clause=GOODS)
def names_are_not_too_long(content: Application, known: Known) -> Iterator[Finding]:
    """All names of goods together have at most 4000 characters (APPT-04)."""
    total = sum(len(good.name) for good in content.goods)
    if total > MOST_CHARACTERS:
        message = f"所有商品名称共 {total} 个字符，不得超过 {MOST_CHARACTERS} 字符"
        yield Finding(
            "goods", message, f"请缩短商品名称或减少商品，至少减少 {total - MOST_CHARACTERS} 个字符"
        )


RULES = (the_consignee_is_known, names_are_not_too_long)
