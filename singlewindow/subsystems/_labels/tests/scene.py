"""Parcels and orders, as the chapter's tests use them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.house import House, Member

ORDERS = "/api/_labels/orders"


async def parcels(house: House, member: Member, count: int = 1) -> list[str]:
    """Let customs publish parcels of the member's company; their numbers."""
    numbers = [f"P{uuid4().hex[:16].upper()}" for _ in range(count)]
    data = {"owner": member.customs_code, "arrived_on": "2026-11-05", "weight": "2.50"}
    await house.hear(*(house.customs.notice("sample_parcel", number, data) for number in numbers))
    return numbers


async def prepare(member: Member, numbers: list[str], card_no: str = "") -> httpx.Response:
    body = {"numbers": numbers, "card_no": card_no or member.card_no}
    return await member.http.post(f"{ORDERS}/prepare", json=body)


async def place(member: Member, prepared: dict[str, Any]) -> httpx.Response:
    body = {"token": prepared["token"], **member.sign(prepared["signing_input"])}
    return await member.http.post(ORDERS, json=body)


async def ordered(member: Member, numbers: list[str]) -> dict[str, Any]:
    """A signed order, before the worker has begun."""
    prepared = await prepare(member, numbers)
    assert prepared.status_code == 200, prepared.text
    placed = await place(member, prepared.json())
    assert placed.status_code == 201, placed.text
    order: dict[str, Any] = placed.json()
    return order
