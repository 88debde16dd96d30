"""The arithmetic of the figures: percentiles, rounds put together, schedules of arrivals, slopes.

Pure functions, tested with invented inputs in `tests/benchmarks/test_numbers.py`.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from random import Random
from typing import Any

Shown = dict[str, float]
WHOLE = "all"  # the sum, in what a piece of work costs by part


class Samples(list[float]):
    """Seconds of single requests. Kept one by one until the end: a percentile of several rounds is that of all their
    requests, not a median of percentiles."""

    def spread(self) -> Shown:
        """In milliseconds."""
        ordered = sorted(self)
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
        found = {name: round(percentile(ordered, share) * 1000, 1) for name, share in shares.items()}
        return {**found, "count": len(ordered)}


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank); 0 of none."""
    if not ordered:
        return 0.0
    # 0.95 * 20 is a little more than 19 in binary: what is that near to a whole number is meant to be it
    return ordered[max(math.ceil(round(share * len(ordered), 9)), 1) - 1]


def combined(rounds: Sequence[Any]) -> Any:
    """Several rounds of a figure as one: of rates the median, of costs by part the mean (so that the parts are what the
    whole is), of requests all of them, of objects the object of these; of what is no number the last."""
    first = rounds[0]
    if isinstance(first, Samples):
        return Samples(second for each in rounds for second in each).spread()
    if isinstance(first, Mapping):
        names = dict.fromkeys(name for each in rounds for name in each)
        if WHOLE in names:
            return {name: round(statistics.fmean(e.get(name, 0) for e in rounds), 3) for name in names}
        return {name: combined([each.get(name, 0) for each in rounds]) for name in names}
    if isinstance(first, bool):
        return all(rounds)
    if isinstance(first, int | float):
        return round(statistics.median(rounds), 3)
    return rounds[-1]


def shown(value: Any) -> Any:
    """A round for a line of the log: of requests their spread."""
    return combined([value]) if isinstance(value, Mapping | Samples) else value


def poisson(rate: float, seconds: float, seed: int) -> list[float]:
    """Moments within so many seconds at which something begins, `rate` a second on average, none knowing of another."""
    random, at, found = Random(seed), 0.0, []
    while (at := at + random.expovariate(rate)) < seconds:
        found.append(at)
    return found


def theil_sen(points: Sequence[tuple[float, float]]) -> float:
    """The slope of y over x that half of all pairs of points exceed: single jumps do not bend it. 0 of one point."""
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x1 != x2]
    return statistics.median(slopes) if slopes else 0.0


def busy_of(found: Any) -> Iterator[float]:
    """The generator's busy share wherever a round tells of it."""
    if isinstance(found, Mapping):
        for name, value in found.items():
            if name == "generator" and isinstance(value, Mapping):
                yield float(value["busy"])
            else:
                yield from busy_of(value)
    elif isinstance(found, list):
        for each in found:
            yield from busy_of(each)


def by_round(rounds: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """What each round saw where rounds differ most, so that a median hides nothing."""
    names = ("per_second", "drafts_per_second", "of_floor", "seconds", "flows")
    found = {name: [each[name] for each in rounds] for name in names if name in rounds[0]}
    return found | {"floor_per_second": [each["floor"]["per_second"] for each in rounds]}
