"""`make performance`: tables and plots of docs/performance.md out of the JSON files of docs/performance/.

    python -m benchmarks.report [--check]       write them; or only say whether they are what the JSON gives

Between `<!-- figures: NAME -->` and `<!-- end -->` stands what is made here; all else is written by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.plots import bars, lines
from benchmarks.targets import FORMS, NOT_SEEN, TARGETS, Figures, is_flat
from tests.system.running import CLONE

DOCUMENT = CLONE / "docs" / "performance.md"
FOLDER = CLONE / "docs" / "performance"
BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
STEPS = ("save", "prepare", "submit", "exchange")
ORDER = (
    "portal",
    "pg portal",
    "customs",
    "pg customs",
    "worker",
    "pg worker",
    "pg other",
    "generator",
    "rest",
)


def targets(figures: Figures) -> str:
    """What was wanted and what was seen."""
    return _table(("figure", "target", "seen", "reached"), [each.row(figures) for each in TARGETS])


def conditions(figures: Figures) -> str:
    """Under which conditions; figures of one run in one paragraph."""
    runs: dict[str, list[str]] = {}
    for name, found in figures.items():
        runs.setdefault(_told(found["conditions"]), []).append(f"`{name}`")
    return "\n".join(f"- {', '.join(names)}: {told}" for told, names in runs.items())


def _told(its: Mapping[str, Any]) -> str:
    of = its["postgresql"]
    size = ", ".join(f"{name} {mb} MB" for name, mb in its["database_mb"].items())
    if "minutes" in its:
        work = f"{its['minutes']:g} minutes"
    else:
        work = "once" if its["rounds"] == 1 else f"{its['rounds']} rounds of {its['seconds']:g} s"
    return (
        f"{its['at'][:16].replace('T', ' ')} UTC, commit {its['commit']}, {its['cores']} cores ({its['cpu']}), "
        f"{its['memory_gb']:g} GB, Python {its['python']}; load {its['load_before']} before. PostgreSQL "
        f"{of['server_version']}: fsync {of['fsync']}, synchronous_commit {of['synchronous_commit']}, shared_buffers "
        f"{of['shared_buffers']}; a block is on the disk after {its['fsync_ms']['p50']} ms (fdatasync, median of "
        f"{its['fsync_ms']['count']}). {its['documents_stored']:,} documents stored ({size}); {work}."
    )


def cpu(figures: Figures) -> str:
    """CPU of a flow, by process, how much of the cores was left while people asked, and what of its own core's time the
    load generator was busy, waited for a core, and was idle."""
    rows = []
    for figure, label in FORMS.items():
        if figure in figures:
            found, whole = _parts(figures[figure]["cpu_ms"]), figures[figure]["cpu_ms"]["all"]
            left = _ms(figures[figure]["machine"].get("cores_idle"))
            its = figures[figure].get("generator", {})
            spent = " / ".join(f"{its[name]:.0%}" for name in ("busy", "waiting", "idle") if name in its)
            rows.append(
                f"| {label} | {' | '.join(_ms(found[part]) for part in ORDER)} | {whole:.1f} | {left} | {spent} |"
            )
    return _table(("CPU ms a flow", *ORDER, "together", "cores idle", "generator busy / waits / idle"), rows)


def _parts(cpu_ms: Mapping[str, float]) -> dict[str, float]:
    """By part, in their order; what the small ones spend (launcher, card service, children that ended) is the rest."""
    found = {part: cpu_ms.get(part, 0.0) for part in ORDER[:-1]}
    return {**found, "rest": max(round(cpu_ms["all"] - sum(found.values()), 3), 0.0)}


def requests(figures: Figures) -> str:
    """What each request costs when nothing else goes on, and how long it took among the others."""
    rows = []
    for figure, label in FORMS.items():
        for step in STEPS if figure in figures else ():
            apart = figures[figure]["by_request"][step]["cpu_ms"]
            times = figures[figure]["ms"].get(step)
            shown = [f"{times[name]:.0f}" for name in ("p50", "p95", "p99", "max")] if times else [""] * 4
            parts = [_ms(apart.get(part)) for part in ORDER[:6]]
            rows.append(f"| {label} | {step} | {' | '.join([*parts, _ms(apart['all']), *shown])} |")
    head = ("", "", *ORDER[:6], "CPU ms together", "p50 ms", "p95", "p99", "max")
    return _table(head, rows)


def burst(figures: Figures) -> str:
    """Arrivals that do not wait."""
    if "burst" not in figures:
        return NOT_SEEN
    found = figures["burst"]
    phases = [
        *(("before", each) for each in found["curve"]),
        *((name, found[name]) for name in ("steady", "burst")),
    ]
    head = (
        "",
        "flows a second",
        "seconds",
        "save p50 / p95 / p99 ms",
        "prepare",
        "submit",
        "p95 until final, s",
    )
    said = (
        f"The most with people who wait: {found['most_per_second']:.0f} a second. {found['acknowledged']} submissions "
        f"acknowledged, {found['final_at_portal']} at their end at the portal, {found['decided_by_customs']} decided "
        f"by customs; {found['lost']} lost, {found['doubled']} doubled, {sum(found['errors'].values())} errors. "
        f"Everything was done {found['drained_after_seconds']} s after the burst's end. "
        f"{_checkpoints(found)}The generator was busy for "
        f"{found['burst']['generator']['busy']:.0%} of its core's time in the burst, and 95 of 100 flows began within "
        f"{found['burst']['generator_late_ms']['p95']} ms of their moment."
    )
    return f"{_table(head, [_phase(name, each) for name, each in phases])}\n\n{said}"


def _checkpoints(found: Mapping[str, Any]) -> str:
    """What was written by checkpoints during the burst; of figures from before this was looked at nothing."""
    if (its := found.get("checkpoints_in_the_burst")) is None:
        return ""
    return (
        f"Meanwhile {its['done']} checkpoints ended, and {its['pages']} pages were written by checkpoints. "
    )


def _phase(name: str, its: Mapping[str, Any]) -> str:
    times = [
        " / ".join(f"{its['ms'][kind][share]:.0f}" for share in ("p50", "p95", "p99")) for kind in STEPS[:3]
    ]
    final = f"{its['until_final_ms']['p95'] / 1000:.1f}"
    return f"| {name} | {its['flows_per_second']} | {its['seconds']:g} | {' | '.join([*times, final])} |"


def soak(figures: Figures) -> str:
    """What stayed as it was."""
    if "soak" not in figures:
        return NOT_SEEN
    found = figures["soak"]
    rows = []
    for part, its in found["flatness"].items():
        mb, files = its["private_mb"], its["files"]
        rows.append(f"| {part} | {mb['at_first']:.0f} | {mb['at_last']:.0f} | {mb['a_hour']:+.1f} | "
                    f"{'yes' if mb['flat'] else '**no**'} | {files['at_first']:.0f} | {files['at_last']:.0f} | "
                    f"{files['a_hour']:+.1f} | {'yes' if files['flat'] else '**no**'} |")  # fmt: skip
    head = (
        "part",
        "private MB at first",
        "at last",
        "an hour",
        "flat",
        "files at first",
        "at last",
        "an hour",
        "flat",
    )
    flows = sum(each["acknowledged"] for each in found["flows"].values())
    lost = sum(each["lost"] + each["doubled"] for each in found["flows"].values())
    owed = [sample["owed"] for sample in found["samples"]]
    said = (
        f"{found['minutes']:g} minutes, {flows} flows acknowledged, {lost} lost or doubled, "
        f"{sum(found['errors'].values())} errors ({_words(found['errors'])}). Waiting at most: "
        + ", ".join(
            f"{name} {max(each[name] for each in owed)}"
            for name in ("outbox", "inbox", "feed_behind", "jobs")
        )
        + f". Portal's database {owed[0]['portal_mb']} → {owed[-1]['portal_mb']} MB, customs' "
        f"{owed[0]['customs_mb']} → {owed[-1]['customs_mb']} MB. 95 of 100 requests within "
        + ", ".join(f"{kind} {found['ms'][kind]['p95']:.0f}" for kind in STEPS[:3])
        + f" ms; others used {found['machine']['cores_used_by_others']} of the machine's cores. Memory and files: "
        f"**{'flat' if is_flat(found) else 'not flat'}** ({found['criterion']})."
    )
    return f"{said}\n\n{_table(head, rows)}"


def _words(errors: Mapping[str, int]) -> str:
    most = sorted(errors.items(), key=lambda each: -each[1])
    said = "; ".join(f"{count} × {_short(words)}" for words, count in most[:3])
    return (f"{said}; {len(most) - 3} other kinds" if len(most) > 3 else said) or "none"


def _short(words: str) -> str:
    """Without the problem's document, and in one line of a table."""
    return words.partition(": ### {")[0][:60].replace("|", "/").replace("{'", "")


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    if not rows:
        return NOT_SEEN
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *rows])


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


BLOCKS: Mapping[str, Callable[[Figures], str]] = {
    "targets": targets, "conditions": conditions, "cpu": cpu, "requests": requests, "burst": burst, "soak": soak,
}  # fmt: skip


def plots(figures: Figures) -> dict[str, str]:
    """Pictures by file name; one whose figures are not there is not made."""
    found = {}
    flows = {label: figures[name]["cpu_ms"] for name, label in FORMS.items() if name in figures}
    if flows:
        rows = {label: _parts(its) for label, its in flows.items()}
        mark = (2000 / 300, "300 flows/s on two cores")
        found["cpu.svg"] = bars("CPU of a flow by process", "milliseconds", rows, mark)
    if "burst" in figures:
        steps = [*figures["burst"]["curve"], figures["burst"]["steady"], figures["burst"]["burst"]]
        steps.sort(key=lambda each: each["flows_per_second"])
        series = {
            f"{kind} {name}": [(each["flows_per_second"], each["ms"][kind][name]) for each in steps]
            for name in ("p50", "p95") for kind in STEPS[:3]
        }  # fmt: skip
        found["load.svg"] = lines("Requests by how many flows come", "flows a second", "milliseconds", series)
    if "soak" in figures:
        samples = figures["soak"]["samples"]
        series = {
            part: [(s["minute"], s["parts"][part]["private_mb"]) for s in samples if part in s["parts"]]
            for part in figures["soak"]["flatness"]
        }
        found["soak.svg"] = lines("Memory of each part for itself", "minutes", "MB", series)
    return found


def made(text: str, figures: Figures) -> str:
    """The document with its blocks made anew."""
    return BLOCK.sub(lambda m: f"{m[1]}{BLOCKS[m[2]](figures)}\n{m[3]}", text)


def read(folder: Path = FOLDER) -> dict[str, Any]:
    """All figures of a folder, by name."""
    files = sorted(folder.glob("*.json"))
    return {file.stem: json.loads(file.read_text("utf-8")) for file in files}


def outdated(document: Path = DOCUMENT, folder: Path = FOLDER) -> list[Path]:
    """Files that are not what the JSON gives."""
    figures = read(folder)
    wanted = {document: made(document.read_text("utf-8"), figures)}
    wanted |= {folder / name: picture for name, picture in plots(figures).items()}
    return [file for file, text in wanted.items() if not file.exists() or file.read_text("utf-8") != text]


def main() -> None:
    """Write what is outdated, or name it."""
    if "--check" in sys.argv:
        sys.exit(
            "\n".join(f"{file} is not what the JSON gives: make performance" for file in outdated()) or None
        )
    figures = read()
    DOCUMENT.write_text(made(DOCUMENT.read_text("utf-8"), figures), "utf-8")
    for name, picture in plots(figures).items():
        (FOLDER / name).write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
