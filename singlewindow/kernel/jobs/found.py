"""Which kinds of job there are: the kernel's own, and those that chapters declare in their `Subsystem`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from singlewindow.kernel.jobs.kind import JobKind
from singlewindow.kernel.problems import NotFound
from singlewindow.kernel.spreadsheets.importing import IMPORT
from singlewindow.kernel.subsystem import Subsystem, subsystems


@cache
def job_kinds() -> Mapping[str, JobKind]:
    """Every kind by name."""
    chapters = [kind for subsystem in subsystems().values() for kind in subsystem.jobs]
    return {kind.name: kind for kind in (IMPORT, *chapters)}


def get_open_kind(name: str) -> JobKind:
    """The kind of that name that anybody may start. Raises NotFound, for closed ones too."""
    found = get_kind(name)
    if not found.open:
        raise NotFound(f"没有名为 {name} 的任务")
    return found


def subsystem_of_kind(name: str) -> Subsystem | None:
    """The chapter that declares the kind; None for the kernel's own."""
    chapters = (each for each in subsystems().values() if any(kind.name == name for kind in each.jobs))
    return next(chapters, None)


def get_kind(name: str) -> JobKind:
    """The kind of that name. Raises NotFound."""
    found = job_kinds().get(name)
    if found is None:
        raise NotFound(f"没有名为 {name} 的任务")
    return found
