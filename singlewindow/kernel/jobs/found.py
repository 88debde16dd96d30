"""Which kinds of job there are: the kernel's own, and those that chapters declare in their `Subsystem`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from singlewindow.kernel.jobs.kind import JobKind
from singlewindow.kernel.problems import NotFound
from singlewindow.kernel.spreadsheets.importing import IMPORT
from singlewindow.kernel.subsystem import subsystems


@cache
def job_kinds() -> Mapping[str, JobKind]:
    """Every kind by name."""
    chapters = [kind for subsystem in subsystems().values() for kind in subsystem.jobs]
    return {kind.name: kind for kind in (IMPORT, *chapters)}


def get_kind(name: str) -> JobKind:
    """The kind of that name. Raises NotFound."""
    found = job_kinds().get(name)
    if found is None:
        raise NotFound(f"没有名为 {name} 的任务")
    return found
