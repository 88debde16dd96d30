"""The check of an appointment's time with the calendars of the demonstration world, as the form asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from benchmarks.work import Person
from singlewindow.kernel.timing import CHINA
from tests.system.running import System

LOOKUP = "/api/documents/appointment.application/lookup"
PORTS = (("5301", "5304"), ("5301", "5301"), ("5710", "2244"), ("2244", "5710"))  # two work on days of rest
DAYS = range(1, 22)
HOURS = (2, 8, 12, 17, 20)  # at night, before work, in the break, after work


def questions(consignee: str, now: datetime) -> Iterator[bytes]:
    """The bodies of look-ups, again and again: times of the next weeks, some of which may be appointed."""
    first = now.astimezone(CHINA).replace(minute=30)
    starts = [first.replace(hour=hour) + timedelta(days=day) for day in DAYS for hour in HOURS]
    return cycle([_body(consignee, ports, start) for start in starts for ports in PORTS])


async def check(person: Person, question: bytes) -> None:
    """One look-up; it must have been judged."""
    answer = json.loads(await person.client.call("lookup", "POST", LOOKUP, question))
    assert any(notice["path"] == "start" and notice["offers"] for notice in answer["notices"]), answer


def application(system: System, consignee: str) -> dict[str, Any]:
    """What is applied for: a time on a day on which the port rests."""
    months = {each["key"]: each["data"]["days"] for each in system.world["registers"]["port_calendar"]}
    days = (datetime.now(CHINA).date() + timedelta(days=ahead) for ahead in range(12, 40))
    rest = next(day for day in days if f"{day:%d}" not in months[f"5301-{day:%Y%m}"])
    return {
        "consignee_code": consignee, "contact": "王芳", "mobile": "13800000000", "declare_port": "5301",
        "entry_port": "5301", "transport": "4", "start": f"{rest} 10:00", "reason_kind": "2", "reason": "鲜活货物",
        "ie_flag": "I", "goods": [{"hs_code": "0805100000", "name": "鲜橙"}],
    }  # fmt: skip


def _body(consignee: str, ports: tuple[str, str], start: datetime) -> bytes:
    content: dict[str, Any] = {
        "consignee_code": consignee, "contact": "王芳", "mobile": "13800138000", "declare_port": ports[0],
        "entry_port": ports[1], "transport": "4", "start": f"{start:%Y-%m-%d %H:%M}", "reason_kind": "2",
        "ie_flag": "I", "goods": [{"hs_code": "0303120000", "name": "冻大麻哈鱼"}],
    }  # fmt: skip
    return json.dumps({"content": content, "field": "start"}).encode()
