"""Invented companies with well-formed codes: customs code, social credit code, inspection code."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

PLACES = (
    ("4403", "440300", "深圳"), ("4401", "440100", "广州"), ("4404", "440400", "珠海"), ("3122", "310115", "上海"),
    ("3302", "330200", "宁波"), ("3702", "370200", "青岛"), ("3502", "350200", "厦门"), ("2102", "210200", "大连"),
    ("1201", "120100", "天津"), ("1105", "110105", "北京"),
)  # fmt: skip
FIRST = "南华远瑞恒盛嘉同泰宏锦卓凯联新北东中"
SECOND = "海通洋达信丰禾源兴川峰澜舟宁和泽"
TRADES = ("进出口贸易", "国际物流", "实业发展", "电子科技", "食品进出口", "纺织品", "机械设备", "报关服务")
GRADES = {"1": "高级认证企业", "2": "认证企业", "3": "常规企业", "4": "失信企业", "5": "严重失信企业"}
NATURES = "123456"  # 企业性质: 国有, 合作, 合资, 独资, 集体, 私营
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: without I O S V Z


@dataclass(frozen=True)
class Company:
    """A company as customs know it; the members are those of `companies` in world.json."""

    customs_code: str
    scc: str
    ciq_code: str
    name: str
    grade: str
    grade_name: str
    customs_qualified: bool
    qualification_kind: str
    guarantee_mode: str


def make_companies(random: Random, count: int) -> list[Company]:
    """`count` companies; the first three are the demo's own and in good standing."""
    names = [(first, second) for first in FIRST for second in SECOND]
    random.shuffle(names)
    return [_company(random, index, names[index]) for index in range(count)]


def _company(random: Random, index: int, name: tuple[str, str]) -> Company:
    prefix, region, place = PLACES[index % len(PLACES)]
    broker = index % 8 == 7
    trade = TRADES[7] if broker else TRADES[index % 7]
    grade = "3" if index < 3 else random.choices("12345", weights=(15, 15, 60, 7, 3))[0]
    nature = "8" if broker else NATURES[index % 6]
    return Company(
        customs_code=f"{prefix}{'19'[index % 2]}{nature}{index + 1:04d}",
        scc=social_credit_code(f"91{region}MA5{''.join(random.choices(ALPHABET[:24], k=5))}{index % 10}"),
        ciq_code=f"{region[:4]}{600000 + index:06d}",
        name=f"{place}{name[0]}{name[1]}{trade}有限公司",
        grade=grade,
        grade_name=GRADES[grade],
        customs_qualified=index < 3 or random.random() > 0.05,
        qualification_kind="报关企业" if broker else "进出口货物收发货人",
        guarantee_mode="0" if grade == "1" else "12"[index % 2],
    )


def social_credit_code(first: str) -> str:
    """The 18 characters of a social credit code from its first 17 (GB 32100-2015)."""
    total = sum(ALPHABET.index(character) * pow(3, at, 31) for at, character in enumerate(first))
    return first + ALPHABET[(31 - total) % 31]
