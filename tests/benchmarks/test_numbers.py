"""The arithmetic of `make bench` with invented inputs: what it says of a system it must not have made up."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest

from benchmarks.numbers import (
    Samples,
    busy_of,
    by_round,
    combined,
    percentile,
    poisson,
    shown,
    theil_sen,
)


def test_a_percentile_is_a_value_that_was_seen() -> None:
    """Nearest rank: 95 of 100 are not above it, and one less would be too few."""
    hundred = [float(at) for at in range(1, 101)]
    assert [percentile(hundred, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.5) == 7
    assert percentile([1.0, 2.0, 100.0], 0.99) == 100  # the slowest of few is not left out
    assert percentile([float(at) for at in range(1, 21)], 0.95) == 19
    assert percentile([], 0.99) == 0


def test_requests_of_all_rounds_count_one_by_one() -> None:
    """A slow round's tail is in the whole tail: a median of three p99's would have hidden it."""
    fast = {"ms": {"save": Samples([0.001] * 100)}, "per_second": 300.0}
    slow = {"ms": {"save": Samples([0.5] * 100)}, "per_second": 100.0}
    whole = combined([fast, slow, fast])
    assert whole["ms"]["save"] == {"p50": 1.0, "p95": 500.0, "p99": 500.0, "max": 500.0, "count": 300}
    assert whole["per_second"] == 300


def test_rounds_put_together() -> None:
    """Numbers by their median, what one round lacks as nothing, yes only where all say so, words as the last says."""
    rounds = [{"a": 1, "b": {"c": 2.0}, "ok": True, "w": "x"}, {"a": 3, "b": {}, "ok": False, "w": "y"}]
    assert combined(rounds) == {"a": 2, "b": {"c": 1.0}, "ok": False, "w": "y"}
    assert shown({"ms": Samples([0.002])})["ms"]["p50"] == 2


def test_costs_by_part_add_up_over_rounds() -> None:
    """Medians of parts would not be the median of the whole, and the difference would look like somebody's work."""
    rounds = [{"cpu_ms": {"all": 10.0, "a": 9.0, "b": 1.0}}, {"cpu_ms": {"all": 10.0, "a": 2.0, "b": 8.0}},
              {"cpu_ms": {"all": 4.0, "a": 4.0}}]  # fmt: skip
    assert combined(rounds) == {"cpu_ms": {"all": 8.0, "a": 5.0, "b": 3.0}}


def test_the_busiest_generator_is_found_wherever_it_is_told() -> None:
    """Shares of a core's time, not the milliseconds of the same name."""
    found = {
        "generator": {"busy": 0.3}, "cpu_ms": {"generator": 7.0},
        "floor": {"generator": {"busy": 0.9}}, "burst": {"ms": {}},
        "curve": [{"generator": {"busy": 0.7}}],
    }  # fmt: skip
    assert sorted(busy_of(found)) == [0.3, 0.7, 0.9]


def test_what_each_round_saw_is_told() -> None:
    rounds = [{"per_second": rate, "floor": {"per_second": 10 * rate}} for rate in (1.0, 5.0)]
    assert by_round(rounds) == {"per_second": [1.0, 5.0], "floor_per_second": [10.0, 50.0]}


def test_arrivals_are_poisson() -> None:
    """Their number, mean distance and its deviation; two draws of a seed are the same, of another are not."""
    moments = poisson(200.0, 100.0, 1)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert len(moments) == pytest.approx(20_000, rel=0.03)
    assert statistics.mean(gaps) == pytest.approx(1 / 200, rel=0.03)
    assert statistics.stdev(gaps) == pytest.approx(1 / 200, rel=0.03)
    assert moments == sorted(moments)
    assert 0 < moments[0] < moments[-1] < 100
    assert poisson(200.0, 100.0, 1) == moments != poisson(200.0, 100.0, 2)


def test_a_slope_is_not_bent_by_a_jump() -> None:
    """Three megabytes an hour stay three, whatever a few samples did; a least-squares line would say otherwise."""
    points = [(hour / 60, 100 + 3 * hour / 60) for hour in range(61)]
    points[30:34] = [(x, 500.0) for x, _ in points[30:34]]
    assert theil_sen(points) == pytest.approx(3)
    assert theil_sen([(0.0, 1.0)]) == 0
    assert theil_sen([(0.0, 5.0), (1.0, 5.0), (2.0, 5.0)]) == 0
