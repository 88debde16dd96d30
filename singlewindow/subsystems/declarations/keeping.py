"""How long things are kept: declarations by customs (FG 3.1), what was made of them by us (PRNT-08).

Years follow from 监管方式 and 征免性质; which code means how many is data: `codes/declarations_keeping_*.csv`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.subsystems.declarations.months import day_of, end_of, months_after

USUAL_YEARS = 3  # what no class of goods lengthens
TRADE_MODES, DUTY_NATURES = "declarations_keeping_trade_modes", "declarations_keeping_duty_natures"


@dataclass(frozen=True)
class KeepingPeriods:
    """Years after 结关 by code; what is not listed is kept USUAL_YEARS."""

    trade_modes: Mapping[str, int] = field(default_factory=dict)
    duty_natures: Mapping[str, int] = field(default_factory=dict)

    def years_of(self, trade_mode: str, duty_nature: str) -> int:
        """The longest period that one of the two codes asks for."""
        return max(USUAL_YEARS, self.trade_modes.get(trade_mode, 0), self.duty_natures.get(duty_nature, 0))

    def last_day(self, closed_on: date, trade_mode: str, duty_nature: str) -> date:
        """The last day on which what was closed that day may be had: the same day, so many years later."""
        return months_after(closed_on, 12 * self.years_of(trade_mode, duty_nature))

    def longer_than_usual(self) -> list[tuple[int, list[str], list[str]]]:
        """The longer periods, the longest first: years, 监管方式 and 征免性质 of each."""
        years = sorted(
            {*self.trade_modes.values(), *self.duty_natures.values()} - {USUAL_YEARS}, reverse=True
        )
        return [
            (each, _codes(self.trade_modes, each), _codes(self.duty_natures, each))
            for each in years
            if each > USUAL_YEARS
        ]


def _codes(years: Mapping[str, int], wanted: int) -> list[str]:
    return sorted(code for code, each in years.items() if each == wanted)


def earliest_closing(today: date, years: int) -> date:
    """The first day of 结关 whose declarations are still kept today, for a period of so many years.

    The other way round than `last_day`: what was closed on 28 and 29 February ends on the same day of a common year,
    and 1 March follows where today is a 29 February.
    """
    same_day = months_after(today, -12 * years)
    return same_day if same_day.day == today.day else same_day + timedelta(days=1)


def kept_until(made_at: datetime) -> datetime:
    """When a layout file or exported data of that moment are gone: after the same day of the next month, or its last
    day where that day does not exist (PRNT-08)."""
    return end_of(months_after(day_of(made_at), 1))


async def load_periods(transaction: Transaction, today: date) -> KeepingPeriods:
    """The periods as the code tables have them today."""
    rows = await transaction.rows(
        """select table_name, code, extra->>'years' as years from code_entry
           where table_name = any($1) and $2 between valid_from and valid_to
             and extra->>'years' ~ '^[0-9]{1,2}$'""",
        [TRADE_MODES, DUTY_NATURES],
        today,
    )
    return KeepingPeriods(_years(rows, TRADE_MODES), _years(rows, DUTY_NATURES))


def _years(rows: Iterable[Row], table: str) -> dict[str, int]:
    return {row["code"]: int(row["years"]) for row in rows if row["table_name"] == table}
