"""What the figures shall be, and how what was seen is put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

FORMS = {"flow_heavy": "heaviest form", "flow_gate": "trip", "flow_light": "免于到场"}
NOT_SEEN = "not measured"
Figures = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Target:
    """What a figure shall be: `seen` says what it is in words, `met` whether that is enough."""

    what: str
    target: str
    figure: str
    seen: Callable[[Any], str]
    met: Callable[[Any], bool]

    def row(self, figures: Figures) -> str:
        """Its line of the table."""
        if self.figure not in figures:
            return f"| {self.what} | {self.target} | {NOT_SEEN} | |"
        found = figures[self.figure]
        return (
            f"| {self.what} | {self.target} | {self.seen(found)} | {'yes' if self.met(found) else '**no**'} |"
        )


def _flows(figure: str, least: int) -> Target:
    return Target(
        f"`{figure}`, whole flows per second", str(least), figure,
        lambda f: f"{f['per_second']:.0f} ({_rounds(f, 'per_second')}; {f['cpu_ms']['all']:.1f} ms CPU; "
        f"{f['of_floor']:.3f} of the floor's {f['floor']['per_second']:.0f})",
        lambda f: f["per_second"] >= least,
    )  # fmt: skip


def _slowest(found: Mapping[str, Any]) -> float:
    return float(max(times["p99"] for times in found["ms"].values()))


def _slowest_row(figure: str) -> Target:
    return Target(
        f"`{figure}`, 99 of 100 of each request, of people who wait for their answers", "250 ms", figure,
        lambda f: ", ".join(f"{kind} {times['p99']:.0f}" for kind, times in f["ms"].items()) + " ms",
        lambda f: _slowest(f) < 250,
    )  # fmt: skip


def _later(found: Mapping[str, Any]) -> float:
    """How many times as long as steadily it takes in the burst until a flow's last receipt has come (p95)."""
    return float(found["burst"]["until_final_ms"]["p95"] / found["steady"]["until_final_ms"]["p95"])


def _rounds(found: Mapping[str, Any], name: str) -> str:
    values = found["rounds"][name]
    return f"{min(values):.0f} to {max(values):.0f}" if len(values) > 1 else "one round"


def _one(found: Mapping[str, Any], kind: str) -> str:
    times = found["ms"][kind]
    return f"{times['p50']} ms (99 of 100 within {times['p99']}, slowest {times['max']})"


def is_flat(found: Mapping[str, Any]) -> bool:
    """Whether memory and files of every part stayed as they were."""
    return all(each["flat"] for part in found["flatness"].values() for each in part.values())


def _soaked(found: Mapping[str, Any]) -> str:
    uneven = [
        f"{part}: {name} {each['a_hour']:+.1f} an hour, {each.get('rise', 0):+.1f} from then on"
        for part, row in found["flatness"].items() for name, each in row.items() if not each["flat"]
    ]  # fmt: skip
    lost = sum(each["lost"] + each["doubled"] for each in found["flows"].values())
    said = [f"not flat: {'; '.join(uneven)}" if uneven else "all flat", f"{lost} lost or doubled"]
    return ", ".join([*said, f"{sum(found['errors'].values())} errors"])


TARGETS = (
    *(_flows(figure, 300) for figure in FORMS),
    *(_slowest_row(figure) for figure in FORMS),
    Target("`draft`, part of the floor by the clock", "0.5", "draft",
           lambda f: f"{f['of_floor']:.2f} ({f['drafts_per_second']:.0f} of {f['floor_per_second']:.0f} per second; "
           f"{f['draft_cpu_ms']['all']:.2f} ms CPU, the floor {f['floor_cpu_ms']['all']:.2f})",
           lambda f: f["of_floor"] >= 0.5),
    Target("`search`, pages per second", "800", "search",
           lambda f: f"{f['per_second']:.0f} ({_rounds(f, 'per_second')}; {f['cpu_ms']['all']:.2f} ms CPU; 99 of 100 "
           f"within {_slowest(f):.0f} ms)",
           lambda f: f["per_second"] >= 800),
    Target("`burst`, p95 of each request against the steady one", "2", "burst",
           lambda f: ", ".join(f"{kind} {f['p95_by_steady'][kind]:.1f}" for kind in f["burst"]["ms"]),
           lambda f: max(f["p95_by_steady"][kind] for kind in f["burst"]["ms"]) <= 2),
    Target("`burst`, p95 until the last receipt, as a company sees it, against the steady one", "2", "burst",
           lambda f: f"{_later(f):.1f} ({f['steady']['until_final_ms']['p95'] / 1000:.2f} and "
           f"{f['burst']['until_final_ms']['p95'] / 1000:.2f} s)",
           lambda f: _later(f) <= 2),
    Target("`burst`, acknowledged submissions lost or doubled", "0", "burst",
           lambda f: f"{f['lost'] + f['doubled']} of {f['acknowledged']}; the rest done {f['drained_after_seconds']} s "
           "after the last came",
           lambda f: not (f["lost"] or f["doubled"] or f["errors"])),
    Target("`soak`, memory and files flat, nothing lost, no error", "all", "soak",
           _soaked, lambda f: f["good"]),
    Target("`statistics`, one question", "1 s", "statistics",
           lambda f: f"{f['ms']['statistics']['p50'] / 1000:.2f} s (99 of 100 within {_slowest(f) / 1000:.2f}) over "
           f"{f['counted']} documents",
           lambda f: _slowest(f) < 1000),
    Target("`visible`, from the decision to the open page", "2 s", "visible",
           lambda f: f"{f['seconds']:.2f} s (slowest {f['slowest']:.2f})", lambda f: f["slowest"] < 2),
    Target("`closed`, 50 numbers", "50 ms", "closed", lambda f: _one(f, "closed"), lambda f: _slowest(f) < 50),
    Target("`appointment`, a look-up", "5 ms", "appointment",
           lambda f: _one(f, "lookup"), lambda f: _slowest(f) < 5),
    Target("`print`, 1,000 sealed files", "60 s", "print",
           lambda f: f"{f['seconds']:.1f} s", lambda f: f["seconds"] < 60),
    Target("`export`, 10,000 declarations", "60 s, 300 MB", "export",
           lambda f: f"{f['seconds']:.1f} s, worker {f['worker_memory_mb']} MB, portal {f['portal_memory_mb']} MB",
           lambda f: f["seconds"] < 60 and max(f["worker_memory_mb"], f["portal_memory_mb"]) < 300),
    Target("`import`, 10,000 trips", "60 s, 400 MB", "import",
           lambda f: f"{f['seconds']:.1f} s, {f['worker_memory_mb']} MB",
           lambda f: f["seconds"] < 60 and f["worker_memory_mb"] < 400),
)  # fmt: skip
