"""OPER-03: backup and restore by one command each, of a system at work; the history is verified after it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from singlewindow.launch import backup
from singlewindow.launch.postgres import Cluster
from tests.system.applicant import applicants
from tests.system.running import CLONE, System

pytestmark = pytest.mark.serial


def test_a_system_at_work_is_backed_up_and_restored(system: System) -> None:
    """What was acknowledged before the backup is in it; what cannot be done is refused in words."""
    folder, other = system.folder / "backups", system.folder / "restored"

    def command(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "singlewindow", *words],
            env=system.environment(**settings),
            cwd=CLONE,
            capture_output=True,
            text=True,
            check=False,
        )

    def refused(words: str, *line: str, **settings: str) -> bool:
        answer = command(*line, **settings)
        return answer.returncode == 1 and words in " ".join(answer.stdout.split())

    try:
        number = asyncio.run(_file(system))
        assert refused("set SINGLEWINDOW_BACKUP_FOLDER", "backup")
        assert refused("holds no backup", "restore", str(folder))
        done = command("backup", str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        (made,) = backup.backups(folder)
        assert made.folder.stat().st_mode & 0o077 == 0, "keys are in it"
        _same_files(made.folder / "files", system.data)
        assert refused("is not empty", "restore", str(folder))
        assert refused(
            "leave --to out", "restore", str(folder), "--to", "2090-01-01T00:00:00", DATA=str(other)
        )
        restored = command("restore", str(folder), DATA=str(other))
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert " 0 broken" in restored.stdout
        asked = command("verify-history", DATA=str(other))
        assert asked.stdout.strip().endswith(" 0 broken")
        assert _known(other, number) == [(number,)]
    finally:
        for made_here in (folder, other):
            shutil.rmtree(made_here, ignore_errors=True)


def _same_files(kept: Path, data: Path) -> None:
    for name in ("world.json", "people.json", "pki/ca.key.pem", "cards/demo.json"):
        assert (kept / name).read_bytes() == (data / name).read_bytes()
    assert not (kept / "log").exists()
    assert not (kept / "postgres").exists()


async def _file(system: System) -> str:
    async with applicants(system) as (person, *_):
        return await person.file(system.declaration(person.customs_code))


def _known(data: Path, number: str) -> list[tuple[object, ...]]:
    with Cluster(data / "postgres") as cluster:
        return cluster.query("select number from document where number = $1", number, database="singlewindow")
