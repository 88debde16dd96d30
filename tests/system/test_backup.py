"""OPER-03: backup and restore by one command each, of a system at work; the history is verified after it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, cast

import pytest

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.documents import evidence
from singlewindow.kernel.documents.checkpoints import Notary
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.subsystem import get_document_type
from singlewindow.launch import backup
from singlewindow.launch.postgres import Cluster
from tests.system.applicant import applicants
from tests.system.running import CLONE, System, eventually

pytestmark = pytest.mark.serial


def test_a_system_at_work_is_backed_up_and_restored(system: System) -> None:
    """What was acknowledged before the backup is in it; what cannot be done is refused in words. The evidence file of a
    document of before is accepted when the database has come back ahead of the checkpoints, as it mostly does."""
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
        book = system.data / "history" / "checkpoints"
        before = _lines(book)
        now = "select pg_notify('checkpoint', '')"  # not within a minute
        asyncio.run(system.sql("singlewindow", now))
        assert eventually(lambda: _lines(book) > before, 60)
        assert refused("set SINGLEWINDOW_BACKUP_FOLDER", "backup")
        assert refused("holds no backup", "restore", str(folder))
        done = command("backup", str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        (made,) = backup.backups(folder, print)
        assert made.folder.stat().st_mode & 0o077 == 0, "keys are in it"
        _same_files(made.folder / "files", system.data)
        lines = made.folder / "files" / "history" / "checkpoints"
        *earlier, last = lines.read_text().splitlines(keepends=True)
        lines.write_text("".join(earlier))  # as if it had come after the files were copied
        assert refused("is not empty", "restore", str(folder))
        assert refused(
            "leave --to out", "restore", str(folder), "--to", "2090-01-01T00:00:00", DATA=str(other)
        )
        restored = command("restore", str(folder), DATA=str(other))
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert " 0 broken" in restored.stdout
        assert f"forgets checkpoint {len(earlier) + 1}" in restored.stdout, (restored.stdout, last)
        asked = command("verify-history", DATA=str(other))
        assert asked.stdout.strip().endswith(" 0 broken")
        with Cluster(other / "postgres") as cluster:
            skipped = "select last from serial where district = 'restored'"
            assert cluster.query(skipped, database="customs") == [(1,)], "customs' numbers go on beyond too"
            asyncio.run(_fetch_evidence(cluster, other, number, system.folder / "evidence.zip"))
        verified = subprocess.run(
            [sys.executable, CLONE / "examples" / "verify_evidence.py", system.folder / "evidence.zip",
             "--trust", other / "pki"], capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (verified.returncode, number in verified.stdout) == (0, True), verified
    finally:
        for made_here in (folder, other):
            shutil.rmtree(made_here, ignore_errors=True)


def _same_files(kept: Path, data: Path) -> None:
    for name in ("world.json", "people.json", "pki/ca.key.pem", "cards/demo.json"):
        assert (kept / name).read_bytes() == (data / name).read_bytes()
    assert not (kept / "log").exists()
    assert not (kept / "postgres").exists()


def _lines(book: Path) -> int:
    return len(book.read_text().splitlines()) if book.exists() else 0


async def _file(system: System) -> str:
    async with applicants(system) as (person, *_):
        number: str = await person.file(system.declaration(person.customs_code))
        return number


async def _fetch_evidence(cluster: Cluster, data: Path, number: str, file: Path) -> None:
    """What the portal answers, after the worker's first round."""
    worker, web = (
        [await Database.connect(cluster.dsn("singlewindow", role), size=1) for role in ("sw_worker", "sw_web")]
    )  # fmt: skip
    try:
        notary = Notary.load(data / "history", data / "pki")
        await notary.round(worker)
        [who] = cluster.query(
            """select a.id, c.id, c.customs_code, c.scc, c.name from document d join account a on a.id = d.created_by
               join company c on c.id = d.company_id where d.number = $1""",
            number,
            database="singlewindow",
        )
        account, company, code, scc, name = (cast("Any", each) for each in who)
        person = Person(
            account, company, "", "", "operator", "card", "", False, code, scc, name, None, None
        )  # fmt: skip
        async with web.transaction(person.actor) as transaction:
            desk = Desk(transaction, get_document_type("inspection.declaration"), person)
            found = await evidence.gather(desk, number, notary.book)
        with zipfile.ZipFile(file, "w") as archive:
            async for part, content in evidence.parts(web, person, found, data / "pki"):
                archive.writestr(part, content)
    finally:
        await worker.close()
        await web.close()
