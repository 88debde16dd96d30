"""OPER-01, OPER-02, CUST-03: an installation without the demonstration, from nothing to the first document that customs
receive: docs/operations.md, "Without the demonstration", with its commands as they stand there.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

import httpx
import pytest

from singlewindow.launch import databases
from singlewindow.launch.files import tail
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.process import spawn, stop
from tests.pdf_samples import make_pdf
from tests.ports import free_ports
from tests.system.applicant import Applicant, _applicant
from tests.system.machines import CHAPTER, READY_SECONDS, documented
from tests.system.running import CLONE, System, _environment, eventually

PASSWORD = "Erstes-4711"
CARD_NO = "8930L00000001"
TYPE, BILL = "inspection.bill", "COSU6123456789"


class Installation:
    """The environment of all programs, and where they answer."""

    def __init__(self, folder: Path, addresses: dict[str, str]) -> None:
        self.folder = folder
        self.ports = dict(zip(("PORT", "CUSTOMS_PORT"), free_ports(2), strict=True))
        given = {name.removeprefix("SINGLEWINDOW_"): address for name, address in addresses.items()}
        ports = {name: str(port) for name, port in self.ports.items()}
        self.environment = _environment(
            folder,
            {**_documented_settings(), **given, **ports, "WEB_PROCESSES": "1", "CAPTCHA_FIXED": "TEST"},
        )
        self.environment["SINGLEWINDOW_DATA"] = str(self.data)
        self.environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def at(self, port: str) -> str:
        return f"http://127.0.0.1:{self.ports[port]}"

    def does(self, name: str, typed: str = "") -> str:
        """What the chapter's commands of that name say; they have no terminal, so passwords come from `typed`."""
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", documented(name)], env=self.environment, cwd=self.folder, input=typed,
            capture_output=True, text=True, check=False, start_new_session=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def portal(self) -> str:
        return self.at("PORT")

    @contextmanager
    def program(self, name: str) -> Iterator[None]:
        """A part as a service, ready."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = spawn(
                (sys.executable, "-m", "singlewindow", name),
                output=output, environment=self.environment, folder=CLONE,
            )  # fmt: skip
        try:
            assert eventually(lambda: f"{name} is ready" in log.read_text(), READY_SECONDS), tail(log)
            yield
        finally:
            stop(process, (signal.SIGTERM, 20))


def _documented_settings() -> dict[str, str]:
    found = re.search(r"^```ini own\n(.*?)^```", CHAPTER.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return dict(line.removeprefix("SINGLEWINDOW_").split("=", 1) for line in found[1].splitlines())


async def _sign_up(person: Applicant) -> None:
    """The page 注册: the company's first account, with the card."""
    certificate = person._sign("")["certificate"]
    [facts, captcha] = [
        (await person.http.post("/api/registration/card", json={"certificate": certificate})).json(),
        (await person.http.get("/api/captcha")).json(),
    ]
    form = {
        **{name: facts[name] for name in ("customs_code", "scc", "name")},
        "username": "first", "display_name": facts["holder"], "password": PASSWORD, "certificate": certificate,
    }  # fmt: skip
    solved = {"captcha_id": captcha["id"], "captcha": "TEST"}
    asked = await person._call("POST", "/api/registration/prepare", json=form | solved)
    proof = {"challenge": asked["challenge"], **person._sign(asked["signing_input"])}
    assert (await person._call("POST", "/api/registration", json=form | proof)) == {"username": "first"}


async def _apply(person: Applicant) -> str:
    """查验免于到场 of the chapter's bill of lading, with its file, signed; its number."""
    content = {
        "bill_no": BILL,
        "vehicle_plate": "粤B12345",
        "contact_name": "李试",
        "contact_phone": "13800138000",
    }
    view = await person._call("POST", f"/api/documents/{TYPE}", json={"content": content})
    one, file = f"/api/documents/{TYPE}/{view['number']}", make_pdf(pages=1)
    facts = {"category": "00000002", "name": "声明.pdf", "size": len(file), "card_no": person.card_no}
    asked = await person._call(
        "POST", f"{one}/attachments/prepare", json=facts | {"sha256": hashlib.sha256(file).hexdigest()}
    )
    signed = {"token": asked["token"], **person._sign(asked["signing_input"])}
    view = await person._call(
        "POST", f"{one}/attachments", data=signed, files={"file": ("声明.pdf", file, "application/pdf")}
    )
    await person._do(one, view["version"], "apply")
    number: str = view["number"]
    return number


async def _has(person: Applicant, number: str, status: str) -> None:
    async def now() -> str:
        return str((await person._call("GET", f"/api/documents/{TYPE}/{number}"))["status"]["name"])

    for _ in range(600):
        if await now() == status:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(await now())


async def _is_known(person: Applicant) -> None:
    """Until customs' registers have come to the portal."""
    for _ in range(600):
        found = await person.http.post(
            f"/api/documents/{TYPE}/lookup", json={"field": "bill_no", "content": {"bill_no": BILL}}
        )
        if found.is_success and not found.json()["violations"]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(found.text)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="sw-bare-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # under root another user runs the database
        with Cluster(folder / "postgres", fast=True) as cluster:
            databases.create(cluster)
            yield Installation(folder, databases.addresses(cluster))


async def test_from_nothing_to_the_first_document_that_customs_receive(installation: Installation) -> None:
    installation.does("keys")
    assert {"crl.pem", "webhook-secrets.key"} <= {each.name for each in (installation.data / "pki").iterdir()}
    assert "tables of the portal" in installation.does("tables")
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    assert "operations: system administrator" in installation.does("administrator", typed)
    assert "officer1: customs officer" in installation.does("officer", typed)
    with ExitStack() as programs:
        for name in ("customs", "worker", "portal"):
            assert f"`singlewindow {name}`" in CHAPTER.read_text("utf-8")
            programs.enter_context(installation.program(name))
        installation.does("registers")
        installation.does("card")
        card = {"card_no": CARD_NO, "pin": "a PIN of yours", "customs_code": "4403110099"}
        person = _applicant(cast(System, installation), card)
        await _sign_up(person)
        await person.log_in()
        await _is_known(person)
        number = await _apply(person)
        await _has(person, number, "海关接收成功")
        await person.http.aclose()
        async with httpx.AsyncClient(base_url=installation.at("CUSTOMS_PORT")) as customs:
            body = {"username": "officer1", "password": PASSWORD}
            assert (await customs.post("/api/session", json=body)).json()["name"] == "值班关员"
            [waiting] = (await customs.get("/api/submissions")).json()["items"]
            assert (waiting["number"], waiting["state"]) == (number, "received")


def test_no_demonstration_comes_into_it(installation: Installation) -> None:
    """Its accounts' passwords are known to everybody."""
    done = subprocess.run(
        [sys.executable, "-m", "singlewindow", "setup"],
        env=installation.environment, cwd=CLONE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "not a demonstration's" in done.stdout) == (1, True), done.stdout + done.stderr
    assert not (installation.data / "world.json").exists()
