"""The companies' side, in a process of its own: people at work, until what it reads from ends.

    python -m tests.system.torture.driver --folder F --ports JSON --notes DIR --seed 1 --people 5 --think 0.3 1.2

Says `ready` when the first filings are in force and everybody works.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.ports import free_ports
from tests.system.applicant import Applicant, applicants, with_card
from tests.system.integrator import CHEN, QIAN
from tests.system.running import System
from tests.system.torture.ledger import Ledger
from tests.system.torture.person import Desk, Person
from tests.system.torture.receiver import Receiver
from tests.system.torture.work import Stock, at_work, begin, chance_of

ADMINISTRATORS = (CHEN, QIAN)


async def drive(options: argparse.Namespace) -> None:
    """Everybody works until standard input ends; then what is begun is finished."""
    system = System(options.folder, 0, json.loads(options.ports), {})
    system.world = json.loads((system.data / "world.json").read_text("utf-8"))
    ledger, over = Ledger(options.notes / "ledger.jsonl"), asyncio.Event()
    receiver, [port] = Receiver(options.notes / "hooks.jsonl"), free_ports(1)
    await receiver.start(port)
    async with AsyncExitStack() as stack:
        holders = await stack.enter_async_context(applicants(system))
        desks = {each.customs_code: Desk(ledger, over, tuple(options.think)) for each in holders}
        operators = [each for each in holders if each.card_no not in ADMINISTRATORS]
        chiefs = [each for each in holders if each.card_no in ADMINISTRATORS]
        readers = [await stack.enter_async_context(with_card(system, each.card_no)) for each in operators[:1]]
        kinds: list[tuple[str, Applicant]] = [
            *(("operator", operators[at % len(operators)]) for at in range(options.people)),
            *(("administrator", each) for each in chiefs),
            *(("reader", each) for each in readers),
        ]
        people = [
            (kind, Person(each, desks[each.customs_code], chance_of(options.seed, at)))
            for at, (kind, each) in enumerate(kinds)
        ]
        stock = Stock(system)
        for _, person in people:
            if person.who in ADMINISTRATORS:
                await _endpoint(person, receiver, port)
        await begin(people[0][1], stock)
        print("ready", flush=True)
        async with asyncio.TaskGroup() as group:
            for kind, person in people:
                group.create_task(at_work(person, stock, kind))
            group.create_task(_end(over))
        repeated: dict[str, int] = {}
        for desk in desks.values():
            for name, count in desk.repeated.items():
                repeated[name] = repeated.get(name, 0) + count
        ledger.noted("repeated", **repeated)
        await _until_told("done")  # events still come


async def _endpoint(person: Person, receiver: Receiver, port: int) -> None:
    """An endpoint for the company's events, before anything is done."""
    path = f"/{person.applicant.customs_code}"
    op = person.desk.ledger.sent("hook", path=path)
    body = {"name": "torture", "url": f"http://127.0.0.1:{port}{path}"}
    made: dict[str, Any] = await person.call("POST", "/api/webhooks", json=body)
    receiver.secrets[path] = made["secret"]
    person.desk.ledger.done(op, hook=made["id"])


async def _end(over: asyncio.Event) -> None:
    await _until_told("over")
    over.set()


async def _until_told(word: str) -> None:
    """Until that line, or the end, of standard input: it is the torture's own process that says so, or dies."""
    while True:
        line = await asyncio.to_thread(sys.stdin.readline)
        if line.strip() == word or not line:
            return


def main() -> None:
    """Run it as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--ports", required=True)
    parser.add_argument("--notes", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--think", type=float, nargs=2, default=(0.3, 1.2))
    asyncio.run(drive(parser.parse_args()))


if __name__ == "__main__":
    main()
