"""The means of transport of a declaration: name, voyage and bill of lading, as each mode writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from singlewindow.demo.routes import AIR, CARRIED, MAIL, OTHER, RAIL, ROAD, SEA

VESSELS = ("COSCO SHIPPING ARIES", "OOCL HAMBURG", "EVER GOLDEN", "MSC OSCAR", "远洋之星", "海润", "珠江晨光")
CARRIERS = ("COSU", "OOLU", "EGLV", "MSCU")
PLATES = ("粤ZD", "粤ZL", "桂A", "蒙E")
Drawn = dict[str, str]


def transport_of(random: Random, mode: str, serial: int, day: date) -> Drawn:
    """The members `vessel`, `voyage` and `bill_no`; those that a mode has not are left out."""
    draw = _MODES.get(mode)
    return draw(random, serial, day) if draw else {}


def _sea(random: Random, serial: int, day: date) -> Drawn:
    return {
        "vessel": random.choice(VESSELS),
        "voyage": f"{random.randrange(1, 400):03d}{'EW'[serial % 2]}",
        "bill_no": f"{random.choice(CARRIERS)}{serial % 10**9 + 6_000_000_000}",
    }


def _rail(random: Random, serial: int, day: date) -> Drawn:
    return {
        "vessel": f"{random.randrange(5_000_000, 5_999_999)}",
        "voyage": f"{day:%Y%m%d}",
        "bill_no": f"SMGS{serial % 10**8:08d}",
    }


def _road(random: Random, serial: int, day: date) -> Drawn:
    plate = f"{random.choice(PLATES)}{random.randrange(10_000):04d}"
    return {
        "vessel": plate,
        "voyage": f"{day:%y%m%d}{serial % 10**7:07d}",
        "bill_no": f"L{serial % 10**10:010d}",
    }


def _air(random: Random, serial: int, day: date) -> Drawn:
    carrier, flight = random.choice(
        (("999", "CA"), ("781", "MU"), ("784", "CZ"), ("020", "LH"), ("180", "KE"))
    )
    return {
        "vessel": f"{flight}{random.randrange(100, 999)}",
        "voyage": f"{day:%Y%m%d}",
        "bill_no": f"{carrier}{random.randrange(10**7, 10**8)}_{serial % 10**8:08d}",
    }


def _mail(random: Random, serial: int, day: date) -> Drawn:
    return {"vessel": "邮政车", "bill_no": f"EE{serial % 10**9:09d}CN"}


def _carried(random: Random, serial: int, day: date) -> Drawn:
    return {"vessel": f"CA{random.randrange(100, 999)}"}


_MODES: dict[str, Callable[[Random, int, date], Drawn]] = {
    SEA: _sea, RAIL: _rail, ROAD: _road, AIR: _air, MAIL: _mail, OTHER: _road, CARRIED: _carried,
}  # fmt: skip
