"""Appointments that a journey needs and does not play: signed over the API by a card holder, decided by customs."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.journeys.appointment.acts import TYPE
from tests.journeys.appointment.officer import AppointmentOfficer
from tests.journeys.conftest import Stage
from tests.system.applicant import with_card


def applied(stage: Stage, card: str, content: dict[str, Any]) -> str:
    """An application, signed with that card's key; its 预录入编号."""

    async def work() -> str:
        async with with_card(stage.system, card) as person:
            return await person.declare(TYPE, content, "apply")

    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        return thread.submit(lambda: asyncio.run(work())).result()


def approved(stage: Stage, officer: AppointmentOfficer, card: str, content: dict[str, Any]) -> str:
    """The same, approved by customs."""
    number = applied(stage, card, content)
    officer.rule(number, "审批通过")
    return number


def explained(stage: Stage, officer: AppointmentOfficer, card: str, number: str) -> None:
    """情况说明 for an approved appointment, of which customs take note: it can no longer be left unanswered."""

    async def work() -> None:
        async with with_card(stage.system, card) as person:
            await person.amend(TYPE, number, "explain", {"explanation": "未能按时办理通关"})

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()
    officer.rule(number, "收悉")


def refused(stage: Stage, card: str, content: dict[str, Any]) -> str:
    """What the portal says to an application that may not be submitted."""

    async def work() -> str:
        async with with_card(stage.system, card) as person:
            return await person.refusal(TYPE, content, "apply")

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


def status_of(stage: Stage, number: str) -> str:
    """The status as it is stored, past all pages."""

    async def work() -> str:
        rows = await stage.system.sql("singlewindow", "select status from document where number = $1", number)
        return str(rows[0]["status"])

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
