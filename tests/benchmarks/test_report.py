"""docs/performance.md is what the JSON files beside it give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.plots import bars, lines
from benchmarks.report import BLOCKS, DOCUMENT, made, outdated, plots, read
from benchmarks.targets import TARGETS

FLOW: dict[str, Any] = {
    "per_second": 150.0, "of_floor": 0.07, "floor": {"per_second": 2000.0}, "rounds": {"per_second": [150.0]},
    "cpu_ms": {"all": 12.0, "portal": 5.0, "pg portal": 7.0}, "machine": {"cores_idle": 0.25},
    "generator": {"busy": 0.3, "waiting": 0.2, "idle": 0.5, "share_of_all_cpu": 0.03},
    "ms": {step: {"p50": 10.0, "p95": 20.0, "p99": 30.0, "max": 40.0} for step in ("save", "prepare", "submit")},
    "by_request": {
        step: {"cpu_ms": {"all": 3.0, "portal": 3.0}} for step in ("save", "prepare", "submit", "exchange")
    },
    "conditions": {
        "at": "2026-11-26T19:00:00+00:00", "commit": "0123abc", "cores": 2, "cpu": "X", "memory_gb": 8.0,
        "python": "3.11", "load_before": 0.1, "documents_stored": 1000, "rounds": 1, "seconds": 5.0,
        "database_mb": {"singlewindow": 10, "customs": 5}, "fsync_ms": {"p50": 1.0, "max": 2.0, "count": 200},
        "postgresql": {
            "server_version": "18", "fsync": "on", "synchronous_commit": "on", "shared_buffers": "128MB",
        },
    },
}  # fmt: skip
EMPTY = "\n".join(f"before\n<!-- figures: {name} -->\nold\n<!-- end -->\nafter" for name in BLOCKS)


def test_the_document_is_what_the_figures_give() -> None:
    """No table is written by hand, and none is forgotten: `make performance`."""
    assert outdated() == []


def test_every_block_stands_in_the_document() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert [name for name in BLOCKS if f"<!-- figures: {name} -->" not in text] == []
    assert [name for name in plots(read()) if f"(performance/{name})" not in text] == []


def test_a_changed_figure_changes_the_document(tmp_path: Path) -> None:
    """What drifted is named; what is made anew is not."""
    place, document = tmp_path / "flow_heavy.json", tmp_path / "performance.md"
    place.write_text(json.dumps(FLOW), "utf-8")
    document.write_text(made(EMPTY, read(tmp_path)), "utf-8")
    for name, picture in plots(read(tmp_path)).items():
        (tmp_path / name).write_text(picture, "utf-8")
    assert outdated(document, tmp_path) == []
    place.write_text(json.dumps({**FLOW, "cpu_ms": {"all": 3.5, "portal": 0.5}}), "utf-8")
    assert outdated(document, tmp_path) == [document, tmp_path / "cpu.svg"]


def test_what_the_cores_had_left_is_told_beside_the_cost() -> None:
    """A rate that waiting made cannot pass for one that cost made; a figure of before says nothing of it."""
    before = {name: value for name, value in FLOW.items() if name != "machine"} | {
        "machine": {},
        "generator": {},
    }
    rows = BLOCKS["cpu"]({"flow_heavy": FLOW, "flow_gate": before}).splitlines()[2:]
    assert [row.rpartition("| 12.0 |")[2] for row in rows] == [" 0.25 | 30% / 20% / 50% |", "  |  |"]


def test_figures_of_one_run_share_their_conditions() -> None:
    """Another commit is another paragraph."""
    other = {**FLOW, "conditions": {**FLOW["conditions"], "commit": "fffffff+"}}
    said = BLOCKS["conditions"]({"flow_heavy": FLOW, "flow_gate": FLOW, "flow_light": other}).splitlines()
    assert [line.partition(":")[0] for line in said] == ["- `flow_heavy`, `flow_gate`", "- `flow_light`"]
    assert "commit fffffff+," in said[1]
    assert "fsync on" in said[0]


def test_what_was_not_measured_is_said() -> None:
    """Words outside the marks stay."""
    text = made(EMPTY, {})
    assert text.count("not measured") >= len(TARGETS)
    assert text.count("before\n") == text.count("\nafter") == len(BLOCKS)
    assert "old" not in text


def test_a_missed_target_is_marked() -> None:
    found: dict[str, Any] = {
        "per_second": 299.9, "of_floor": 0.1, "floor": {"per_second": 2000}, "cpu_ms": {"all": 6.7},
        "rounds": {"per_second": [290.0, 299.9, 310.0]}, "ms": {"save": {"p99": 251.0}},
    }  # fmt: skip
    rate, slowest = [each for each in TARGETS if each.figure == "flow_heavy"]
    assert rate.row({"flow_heavy": found}).endswith("| **no** |")
    assert slowest.row({"flow_heavy": found}).endswith("| save 251 ms | **no** |")
    better = {**found, "per_second": 300.0, "ms": {"save": {"p99": 249.0}}}
    assert rate.row({"flow_heavy": better}).endswith("| yes |")
    assert slowest.row({"flow_heavy": better}).endswith("| yes |")


def test_plots_are_drawings_with_all_their_names() -> None:
    """Well-formed, a bar for each part as long as its value, a line through each point, and words that need quoting."""
    drawn = ElementTree.fromstring(bars("<a>", "ms", {"x": {"p": 2.0, "q": 6.0}, "y": {"p": 4.0}}, (5, "m")))
    rows = [each for each in drawn.findall(".//{*}rect") if each.find("{*}title") is not None]
    widths = [float(each.attrib["width"]) for each in rows]
    assert [round(width / widths[0], 1) for width in widths] == [1, 3, 2]
    assert {"<a>", "p", "q", "x", "y", "m"} <= {each.text for each in drawn.findall(".//{*}text")}
    drawn = ElementTree.fromstring(lines("t", "min", "MB", {"a & b": [(0, 1), (1, 2), (2, 1)]}))
    [line] = drawn.findall(".//{*}polyline")
    heights = [float(point.split(",")[1]) for point in line.attrib["points"].split()]
    assert heights[0] == heights[2] > heights[1]
