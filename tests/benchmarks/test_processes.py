"""How CPU time is told apart, with invented processes."""

from __future__ import annotations

from benchmarks.processes import ENDED, GENERATOR, Process, Spent, part_of

PORTAL, SESSION, CHILD = ("portal", 10, 1), ("pg portal", 11, 2), ("worker", 12, 3)
OURS = (GENERATOR, 1, 0)


def spent(
    processes: dict[Process, float],
    ended: float = 0.0,
    waiting: float = 0.0,
    machine: float = 0.0,
    unused: float = 0.0,
    seconds: float = 0.0,
) -> Spent:
    return Spent(processes, ended, waiting, machine, 0.0, unused, seconds)


def test_time_of_a_process_that_ended_is_neither_lost_nor_counted_twice() -> None:
    """A session had spent 5 s, spends one more and ends: its parent's count of ended children grows by 6."""
    before = spent({PORTAL: 100.0, SESSION: 5.0, OURS: 1.0}, ended=20.0, seconds=0.0)
    after = spent({PORTAL: 103.0, OURS: 1.5}, ended=26.0, seconds=10.0)
    parts = after.since(before).parts
    assert parts == {GENERATOR: 0.5, "portal": 3.0, ENDED: 1.0}


def test_a_process_id_that_comes_again_is_another_process() -> None:
    """The new one's time counts whole, the old one's is taken off where it went."""
    before = spent({CHILD: 50.0}, ended=0.0)
    after = spent({("worker", 12, 99): 2.0}, ended=50.5)
    assert after.since(before).parts == {GENERATOR: 0.0, "worker": 2.0, ENDED: 0.5}


def test_the_generators_share_of_its_core() -> None:
    """Busy, ready without a core, and idle are one; what others used is what the machine did beyond us."""
    before = spent({OURS: 0.0, PORTAL: 0.0})
    after = spent({OURS: 4.0, PORTAL: 12.0}, waiting=3.0, machine=18.0, unused=2.0, seconds=10.0)
    found = after.since(before)
    assert found.generator == {"busy": 0.4, "waiting": 0.3, "idle": 0.3, "share_of_all_cpu": 0.25}
    assert found.of_machine == {"cores_used_by_others": 0.2, "cores_stolen": 0.0, "cores_idle": 0.2}
    assert found.per(1000) == {"all": 16.0, "portal": 12.0, "generator": 4.0}


def test_parts_are_known_by_their_command_lines() -> None:
    assert part_of("postgres: sw_web singlewindow [local] idle") == "pg portal"
    assert part_of("postgres: sw_worker singlewindow [local] COMMIT") == "pg worker"
    assert part_of("postgres: customs customs [local] idle") == "pg customs"
    assert part_of("postgres: checkpointer ") == "pg other"
    assert part_of("/opt/bin/postgres -D /data") == "pg other"
    assert part_of("python -m singlewindow.kernel serve") == "portal"
