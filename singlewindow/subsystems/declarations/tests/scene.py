"""What the chapter's tests play with: a company with a 法人卡, what customs have published, any declarations."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx

from singlewindow.kernel.documents.store import CHINA
from tests.house import House, Member
from tests.kernel.jobs import work

BASE = "/api/declarations"
_serials = itertools.count(1)


def today() -> date:
    return datetime.now(CHINA).date()


async def scene(house: House) -> Member:
    """A company with a 法人卡, logged in with it, and what customs have published."""
    await districts(house)
    return await legal_member(house)


async def districts(house: House) -> None:
    """青岛 (42) and 广州 (51) take part, the layout is of 2018-08-01."""
    for district, since in (("42", "2025-08-01"), ("51", "2025-08-01"), ("37", "2999-01-01")):
        data = {"name": district, "since": since, "enabled": True}
        await house.register("print_district", district, data)
    await house.register("print_district", "35", {"name": "福州", "since": "2025-08-01", "enabled": False})
    ended = {"valid_to": datetime(2026, 1, 1, tzinfo=CHINA)}
    await house.register(
        "print_district", "36", {"name": "南昌", "since": "2025-08-01", "enabled": True}, **ended
    )
    await house.register("print_layout", "declaration", {"since": "2018-08-01"})


async def legal_member(house: House, customs_code: str | None = None) -> Member:
    """Somebody who has logged in with a 法人卡."""
    return await house.member(customs_code, kind="法人卡", level="card")


def number_of(district: str = "4201", year: int = 2026, ie_flag: str = "I") -> str:
    return f"{district}{year}{'1' if ie_flag == 'I' else '0'}{next(_serials):09d}"


def declaration(member: Member, *, declared: date | None = None, **more: Any) -> tuple[str, dict[str, Any]]:
    """A closed declaration of the member's company, declared today and closed at once, unless said otherwise."""
    day = declared or today()
    at = datetime.combine(day, time(0, 5), CHINA)
    district = more.get("district", "4201")
    ie_flag = more.get("ie_flag", "I")
    number = more.pop("number", "") or number_of(district, day.year, ie_flag)
    data = {
        "status": "10", "status_name": "结关", "ie_flag": ie_flag, "pre_entry_no": number, "district": district,
        "port": district, "inspection_district": district, "ie_date": day.isoformat(), "declared_at": at.isoformat(),
        "closed_at": (at + timedelta(minutes=5)).isoformat(), "consignee_code": member.customs_code,
        "consignee_name": member.company_name, "declarant_code": "4403980001", "declarant_name": "快通报关行",
        "transport_mode": "2", "bill_no": "COSU6123456789", "trade_mode": "0110", "duty_nature": "101",
        "packages": "20", "packing": "22", "gross_weight": "1050.5", "net_weight": "1000",
        "goods": [
            {"no": "1", "code": "8471300000", "name": "笔记本电脑", "model": "4|3|龘牌", "quantity": "100",
             "unit": "001", "quantity1": "100", "unit1": "001", "price": "500.0000",
             "total": "50000.00", "currency": "USD", "origin": "USA", "destination": "CHN", "place": "44031",
             "duty_mode": "1"},
        ],
    }  # fmt: skip
    return number, data | more


async def publish(house: House, *declarations: tuple[str, dict[str, Any] | None], seq: int = 1) -> list[str]:
    """Let customs publish declarations; their numbers."""
    notices = [house.customs.notice("declaration", number, data, seq=seq) for number, data in declarations]
    for first in range(0, len(notices), 200):
        await house.hear(*notices[first : first + 200])
    return [number for number, _ in declarations]


async def query(member: Member, numbers: Sequence[str] = (), **more: Any) -> httpx.Response:
    """自助打印申请: by numbers, or by today."""
    days = (
        {}
        if numbers or "declared_from" in more
        else {"declared_from": str(today()), "declared_to": str(today())}
    )
    return await member.http.get(
        f"{BASE}/closed", params={**days, **({"number": list(numbers)} if numbers else {}), **more}
    )


async def found(member: Member, numbers: Sequence[str] = (), **more: Any) -> list[str]:
    answer = await query(member, numbers, **more)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


async def prepared(
    member: Member, numbers: Sequence[str], kind: str = "print", **more: Any
) -> httpx.Response:
    body = {"kind": kind, "sealed": False, "numbers": list(numbers), "card_no": member.card_no, **more}
    return await member.http.post(f"{BASE}/applications/prepare", json=body)


async def submitted(member: Member, answer: dict[str, Any], key: str = "") -> httpx.Response:
    body = {"token": answer["token"], **member.sign(answer["signing_input"])}
    headers = {"Idempotency-Key": key} if key else {}
    return await member.http.post(f"{BASE}/applications", json=body, headers=headers)


async def applied(member: Member, numbers: Sequence[str], kind: str = "print", **more: Any) -> dict[str, Any]:
    """A signed application; what it came to."""
    first = await prepared(member, numbers, kind, **more)
    assert first.status_code == 200, first.text
    second = await submitted(member, first.json())
    assert second.status_code == 201, second.text
    answer: dict[str, Any] = second.json()
    return answer


async def done(house: House, member: Member, numbers: Sequence[str], kind: str = "print", **more: Any) -> str:
    """An application whose work is done; its number."""
    application = await applied(member, numbers, kind, **more)
    await work(house)
    number: str = application["number"]
    return number


async def view(member: Member, application: str) -> dict[str, Any]:
    answer = await member.http.get(f"{BASE}/applications/{application}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def results(member: Member, kind: str = "print", **more: Any) -> list[dict[str, Any]]:
    answer = await member.http.get(f"{BASE}/results", params={"kind": kind, "sort": "number", **more})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
