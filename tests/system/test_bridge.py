"""`singlewindow bridge` as a company runs it: a process of its own, files, the portal, the card (INTG-01, INTG-02)."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from singlewindow.client.bridge.receipts import TYPED
from singlewindow.client.bridge.runner import ENDED, PIN_REFUSED, TOKEN_REFUSED
from singlewindow.client.window import Window
from tests.pdf_samples import make_pdf
from tests.system.applicant import with_card
from tests.system.integrator import CHEN, Integrator, integrator
from tests.system.running import CLONE, System, eventually

pytestmark = pytest.mark.serial
PDF = make_pdf(pages=1)
APPROVED = {"APPROVED", "10"}
APPLIED = """select s.sender_number, d.status, count(*) over (partition by d.id) as submissions,
    (select count(*) from attachment a where a.document_id = d.id) as files
from sender_number s join document d using (number) join submission u on u.document_id = d.id
where s.sender_number = any($1)"""
TRIP = json.loads(
    (CLONE / "singlewindow/subsystems/gate/samples/accepted/by_road_one_bill.json").read_text("utf-8")
)["content"]


@dataclass
class Company:
    """A company's own system: it fills OutBox and empties InBox."""

    program: Integrator
    folder: Path
    taken: list[dict[str, Any]] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)

    def put(self, name: str, said: str | dict[str, Any]) -> None:
        """As its programmers were told: under another name first."""
        box = self.folder / "OutBox"
        box.mkdir(parents=True, exist_ok=True)
        part = box / f"{name}.part"
        part.write_text(said if isinstance(said, str) else json.dumps(said), "utf-8")
        part.rename(box / name)

    def put_file(self, name: str) -> None:
        (self.folder / "OutBox").mkdir(parents=True, exist_ok=True)
        (self.folder / "OutBox" / name).write_bytes(PDF)

    def start(self, *options: str, **settings: str) -> subprocess.Popen[str]:
        system = self.program.system
        command = [sys.executable, "-m", "singlewindow", "bridge", "--folder", str(self.folder)]
        command += ["--portal", system.portal, "--card", system.card, *options]
        secrets = {"TOKEN": self.program.token, "CARD_PIN": self.program.pin, **settings}
        return subprocess.Popen(
            command, env=system.environment(**secrets), cwd=CLONE, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def killed_when(self, question: Callable[[], object]) -> None:
        """Start a bridge and `kill -9` it as soon as the question is answered with yes."""
        bridge = self.start()
        deadline = time.monotonic() + 60
        while not question():
            assert bridge.poll() is None, bridge.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.005)
        bridge.send_signal(signal.SIGKILL)
        bridge.communicate()

    def names_in(self, box: str, pattern: str = "*") -> set[str]:
        return {file.name for file in (self.folder / box).glob(pattern)}

    def has_signed(self) -> bool:
        """Whether something is signed whose answer is not there yet."""
        for file in (self.folder / ".bridge" / "work").glob("*.progress"):
            with suppress(FileNotFoundError):  # done with meanwhile
                if '"action":{' in file.read_text("utf-8"):
                    return True
        return False

    def take_receipts(self) -> None:
        """Read what lies in InBox, and delete it."""
        for file in sorted((self.folder / "InBox").glob("*.json")):
            self.names[file.name] += 1
            self.taken.append(json.loads(file.read_text("utf-8")))
            file.unlink()

    def heard(self, sender_number: str) -> list[str]:
        return [
            each["code"] for each in self.taken if each["sender_number"] == sender_number and each["code"]
        ]


def application(system: System, file: str) -> dict[str, Any]:
    content = {
        "declaration_no": system.declaration(system.world["companies"][0]["customs_code"]),
        "contact_name": "王芳", "contact_phone": "0755-84398888",
    }  # fmt: skip
    digest = hashlib.sha256(PDF).hexdigest()
    return {
        "type": "inspection.declaration", "action": "apply", "content": content,
        "attachments": [{"category": "00000002", "file": file, "sha256": digest}],
    }  # fmt: skip


def in_xml(said: dict[str, Any], names: dict[str, str]) -> str:
    """The same document with the names of messages."""
    fields = "".join(f"<{names[name]}>{value}</{names[name]}>" for name, value in said["content"].items())
    file = {name.capitalize(): value for name, value in said["attachments"][0].items()}
    cells = "".join(f"<{name}>{value}</{name}>" for name, value in file.items())
    return (
        f'<Document type="{said["type"]}" action="{said["action"]}" senderNumber="采购 7">'
        f"{fields}<Attachments><Row>{cells}</Row></Attachments></Document>"
    )


def trip(plate: str) -> dict[str, Any]:
    return {"type": "gate.trip", "action": "declare", "content": {**TRIP, "bind_key_info": plate}}


async def test_files_go_out_and_receipts_come_in_through_two_kills(system: System, tmp_path: Path) -> None:
    """INTG-01, INTG-02, PORT-05, PORT-08, INSP-05, GATE-05, GATE-08: applications with files, in JSON and in XML,
    a trip and its change, one that is refused; `kill -9` while it works; then the token is revoked."""
    company = Company(await integrator(system), tmp_path / "exchange")
    definition = await _definition(company)
    boxes = [box for section in definition["sections"] for box in section["fields"]]
    names = {box["name"]: box["element"] for box in boxes}
    for at in range(1, 4):
        company.put_file(f"scan-{at}.pdf")
        company.put(f"ERP-{at}.json", application(system, f"scan-{at}.pdf"))
    company.put_file("扫描件.pdf")
    company.put("ERP-4.xml", in_xml(application(system, "扫描件.pdf"), names))
    company.put("trip.json", trip("粤B90817"))
    refused = application(system, "none.pdf") | {"attachments": []}
    refused["content"]["declaration_no"] = system.world["examples"]["released"]
    company.put("ERP-5.json", refused)

    company.killed_when(lambda: company.has_signed() or company.names_in("SentBox"))
    company.killed_when(lambda: company.names_in("SentBox"))
    company.take_receipts()
    bridge = company.start()
    numbers = ["ERP-1", "ERP-2", "ERP-3", "采购 7"]
    files = {f"ERP-{at}.json" for at in range(1, 4)} | {"ERP-4.xml", "trip.json", "change.json"}
    try:
        assert eventually(lambda: _granted(company, [*numbers, "trip"]), 60), company.taken
        _change(company)
        assert eventually(lambda: "change.json" in company.names_in("SentBox"), 30), company.names_in(
            "FailBox"
        )
        due = await _receipts_due(system, [*numbers, "trip"])

        def all_told() -> bool:
            company.take_receipts()
            return due <= set(company.names)

        assert eventually(all_told, 20), company.names
    finally:
        await _revoke(company.program)
        said, code = _ended(bridge)
    assert code == TOKEN_REFUSED, said

    assert company.names_in("OutBox") == set()
    scans = {f"scan-{at}.pdf" for at in range(1, 4)} | {"扫描件.pdf"}
    assert company.names_in("SentBox") == files | {f"{name}.result.json" for name in files} | scans
    assert company.names_in("FailBox") == {f"ERP-5.json{end}" for end in ("", ".reason.json", ".reason.txt")}
    rows = await system.sql("singlewindow", APPLIED, [*numbers, "trip", "ERP-4", "ERP-5"])
    found = sorted((row["sender_number"], row["status"], row["submissions"], row["files"]) for row in rows)
    trip_status = next(row["status"] for row in rows if row["sender_number"] == "trip")
    assert found == sorted([*((name, "4", 1, 1) for name in numbers), *[("trip", trip_status, 2, 0)] * 2])
    assert set(company.names.values()) == {1}
    assert company.program.pin not in said


async def test_a_wrong_pin_locks_no_card(system: System, tmp_path: Path) -> None:
    """PORT-05, INTG-02: one try, then the bridge ends with its own exit code; with the right PIN it goes on."""
    company = Company(await integrator(system), tmp_path / "exchange")
    for at in range(2):
        company.put(f"PIN-{at}.json", trip(f"粤B9082{at}"))
    said, code = _ended(company.start(CARD_PIN="00000000"))
    assert (code, "00000000" in said) == (PIN_REFUSED, False), said
    tries = json.loads((system.data / "cards" / f"{company.program.card_no}.tries.json").read_text("utf-8"))
    assert tries["left"] == 4
    (company.folder / ".bridge" / "pin-refused.txt").unlink()
    said, code = _ended(company.start("--once"))
    assert code == ENDED, said
    assert {"PIN-0.json", "PIN-1.json"} <= company.names_in("SentBox")


def _change(company: Company) -> None:
    """变更 of the trip in force, by the number that the result gives."""
    result = json.loads((company.folder / "SentBox" / "trip.json.result.json").read_text("utf-8"))
    changed = trip("粤B90817")
    changed |= {"action": "change", "number": result["number"]}
    changed["content"] |= {"vehicle_weight": "8600"}
    company.put("change.json", changed)


def _granted(company: Company, numbers: list[str]) -> bool:
    company.take_receipts()
    return all(APPROVED.intersection(company.heard(each)) for each in numbers)


def _ended(bridge: subprocess.Popen[str]) -> tuple[str, int]:
    """What a bridge has said that ends by itself, and its exit code."""
    said, _ = bridge.communicate(timeout=60)
    return said, bridge.returncode


async def _receipts_due(system: System, sender_numbers: list[str]) -> set[str]:
    """The names of all receipts that the company is to have of these documents."""
    told = "sender_number = any($1) and kind <> all($2)"
    own = "company_id = (select id from company where customs_code = $3)"
    rows = await system.sql(
        "singlewindow", f"select number, event_no from feed where {told} and {own}", sender_numbers,
        sorted(TYPED), system.world["companies"][0]["customs_code"],
    )  # fmt: skip
    return {f"{row['number']}-{row['event_no']:04}.json" for row in rows}


async def _definition(company: Company) -> dict[str, Any]:
    with Window(company.program.system.portal, company.program.token) as window:
        definition: dict[str, Any] = window.call("GET", "/api/definitions/inspection.declaration")
        return definition


async def _revoke(program: Integrator) -> None:
    async with with_card(program.system, CHEN) as administrator:
        tokens = (await administrator.http.get("/api/tokens")).json()["items"]
        [id] = [each["id"] for each in tokens if program.token.startswith(each["shown"])]
        assert (await administrator.http.delete(f"/api/tokens/{id}")).is_success
