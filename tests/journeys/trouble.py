"""Real trouble behind the page: a worker that stands still, customs that do not get on, keys and cards that changed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from joserfc.jwk import ECKey

from singlewindow.contract import demo_pki
from tests.system.running import System, eventually


@contextmanager
def standing_still(system: System, part: str) -> Iterator[None]:
    """The part gets no processor time meanwhile."""
    pid = system.pid_of(part)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def customs_do_not_get_on(system: System) -> Iterator[None]:
    """Customs store what comes in, but nothing is taken up: somebody holds their table."""
    ready, over = threading.Event(), threading.Event()

    async def hold() -> None:
        connection = await asyncpg.connect(system.address("customs"))
        async with connection.transaction():
            await connection.execute("lock table submission in share mode")
            ready.set()
            await asyncio.to_thread(over.wait)
        await connection.close()

    holder = threading.Thread(target=lambda: asyncio.run(hold()))
    holder.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        over.set()
        holder.join()


@contextmanager
def revoked(system: System, card_no: str) -> Iterator[None]:
    """The card is on the revocation list, which customs read anew each time."""
    crl = system.data / "pki" / "crl.pem"
    before = crl.read_bytes()
    demo_pki.revoke(system.data / "pki", demo_pki.card_certificate(system.data / "cards", card_no))
    try:
        yield
    finally:
        crl.write_bytes(before)


@contextmanager
def old_key_of_customs(system: System) -> Iterator[None]:
    """The portal encrypts for a key that customs do not have."""
    key = system.data / "pki" / "customs-encryption.pub.jwk"
    right = key.read_bytes()
    key.write_text(
        json.dumps(ECKey.generate_key("P-256", {"use": "enc"}, private=True).as_dict(private=False))
    )
    begin_anew(system, "worker")
    try:
        yield
    finally:
        key.write_bytes(right)
        begin_anew(system, "worker")


def begin_anew(system: System, part: str) -> None:
    """`kill -9`; the launcher starts it again."""
    killed = system.kill(part)
    assert eventually(lambda: system.pid_of(part) not in {None, killed}, 30)
