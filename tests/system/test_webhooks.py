"""The references that verify events, in two languages, with what a real worker sends that is killed (INTG-03)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ports import free_ports
from tests.system.applicant import Applicant, with_card
from tests.system.integrator import CHEN, EXAMPLES, WANG
from tests.system.running import System, eventually

pytestmark = pytest.mark.serial
NODE = Path(sys.executable).with_name("node")
DOCUMENTS = "/api/documents/gate.trip"
COMMANDS: tuple[tuple[str | Path, ...], ...] = (
    (sys.executable, EXAMPLES / "verify_webhook.py", "--port"),
    (NODE, EXAMPLES / "verify_webhook.mjs"),
)
SETTLED_SECONDS = 60.0
LEASES_END = "update webhook_delivery set leased_until = '-infinity' where leased_until > now()"
"""As if the seconds had passed for which a worker that is dead has its deliveries."""


@contextmanager
def receiver(command: Sequence[str | Path], port: int, secret: str, output: Path) -> Iterator[None]:
    """A reference at work, what it says in a file."""
    with output.open("w") as said:
        process = subprocess.Popen(
            [*command, str(port)], env={"WEBHOOK_SECRET": secret}, stdout=said, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            assert eventually(lambda: "http://127.0.0.1:" in output.read_text(), 20)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # Node's command is a program that starts another
            process.wait(20)


async def changes(person: Applicant) -> None:
    """Twelve documents, each saved three times."""

    async def one(plate: int) -> None:
        view: dict[str, Any] = {}
        for remark in ("1", "2", "3"):
            body = {"content": {"bind_key_info": f"粤B{plate:05d}", "remark": remark}}
            address = f"{DOCUMENTS}/{view['number']}" if view else DOCUMENTS
            headers = {"If-Match": f'"{view["version"]}"'} if view else {}
            answer = await person.http.request("PUT" if view else "POST", address, json=body, headers=headers)
            assert answer.is_success, answer.text
            view = answer.json()

    await asyncio.gather(*(one(70_000 + plate) for plate in range(12)))


async def feed_of(person: Applicant, after: str) -> list[dict[str, Any]]:
    page = (await person.http.get("/api/events", params={"after": after, "most": 500})).json()
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_every_event_is_verified_in_python_and_in_node(system: System, tmp_path: Path) -> None:
    """INTG-03: each event of the feed once and in order, although the worker is killed amid deliveries, and its secret
    replaced; what is forged is refused."""
    ports, said = free_ports(2), [tmp_path / "python", tmp_path / "node"]
    async with with_card(system, CHEN) as chen, with_card(system, WANG) as wang:
        start = (await chen.http.get("/api/events", params={"after": "now"})).json()["next"]
        bodies = [{"name": f"{port}", "url": f"http://127.0.0.1:{port}/hook"} for port in ports]
        hooks = [(await chen.http.post("/api/webhooks", json=body)).json() for body in bodies]
        with ExitStack() as receivers:
            for command, port, hook, output in zip(COMMANDS, ports, hooks, said, strict=True):
                receivers.enter_context(receiver(command, port, hook["secret"], output))
            filing = asyncio.create_task(changes(wang))
            assert await asyncio.to_thread(eventually, lambda: said[0].read_text().count("evt_") > 3, 30)
            system.kill("worker")
            await system.sql("singlewindow", LEASES_END)
            await filing
            for hook in hooks:
                assert (await chen.http.post(f"/api/webhooks/{hook['id']}/secret")).status_code == 200
            await changes(wang)  # still signed with the secret before, too
            events = await _whole(chen, start)
            expected = [f"evt_{event['number']}_{event['no']}" for event in events]
            for output in said:
                assert await asyncio.to_thread(
                    eventually, partial(_has, output, expected), SETTLED_SECONDS
                ), _ids(output)
                assert sorted(_ids(output)) == sorted(expected), "once each"
                for number in {event["number"] for event in events}:
                    of_document = [each for each in _ids(output) if each.split("_")[1] == number]
                    assert of_document == [each for each in expected if each.split("_")[1] == number]
            for port in ports:
                forged = {"webhook-id": "evt_1_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
                async with httpx.AsyncClient() as stranger:
                    answer = await stranger.post(f"http://127.0.0.1:{port}/", content=b"{}", headers=forged)
                    assert answer.status_code == 401
        for hook in hooks:
            await chen.http.delete(f"/api/webhooks/{hook['id']}")


async def _whole(person: Applicant, start: str) -> list[dict[str, Any]]:
    """The feed since then, with all 72 changes."""
    deadline = asyncio.get_running_loop().time() + SETTLED_SECONDS
    while len(events := await feed_of(person, start)) < 72:
        assert asyncio.get_running_loop().time() < deadline, len(events)
        await asyncio.sleep(0.3)
    return events


def _has(output: Path, expected: list[str]) -> bool:
    return set(expected) <= set(_ids(output))


def _ids(output: Path) -> list[str]:
    return [line.split(" ")[0] for line in output.read_text().splitlines() if line.startswith("evt_")]


def test_the_references_agree_with_the_standard() -> None:
    """INTG-03: the example of Standard Webhooks' specification, and what must not count: another body, id, time or
    secret, an old request, a header without a signature, or with one of another version."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'
    right = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }  # fmt: skip
    two = {"webhook-signature": f"v1,AAAA v2,x {right['webhook-signature']}"}
    later = {"webhook-signature": right["webhook-signature"].replace("v1", "v2")}
    cases: list[tuple[bool, str, dict[str, str], str, int]] = [
        (True, secret, right, body, 1614265330),
        (True, secret, right | two, body, 1614265330 + 300),
        (False, secret, right, body, 1614265330 + 301),
        (False, secret, right, body, 1614265330 - 301),
        (False, secret, right, body + " ", 1614265330),
        (False, secret.replace("M", "N"), right, body, 1614265330),
        (False, secret, right | {"webhook-id": "msg_other"}, body, 1614265330),
        (False, secret, right | {"webhook-timestamp": "1614265331"}, body, 1614265331),
        (False, secret, right | {"webhook-timestamp": "x"}, body, 1614265330),
        (False, secret, right | later, body, 1614265330),
        (False, secret, {}, body, 1614265330),
    ]
    sys.path.insert(0, str(EXAMPLES))
    try:
        import verify_webhook
    finally:
        sys.path.remove(str(EXAMPLES))
    expected = [case[0] for case in cases]
    assert [verify_webhook.verify([key], h, b.encode(), now) for _, key, h, b, now in cases] == expected
    program = (
        f"import {{ verify }} from '{(EXAMPLES / 'verify_webhook.mjs').as_uri()}';"
        f"console.log(JSON.stringify({_json(cases)}.map(([, key, headers, body, now]) => "
        "verify([key], headers, Buffer.from(body), now))));"
    )
    node = subprocess.run(
        [NODE, "--input-type=module", "-e", program], capture_output=True, text=True, check=False
    )
    assert node.stdout.strip() == _json(expected), node.stderr


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
