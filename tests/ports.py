"""Ports for the programs that tests start."""

from __future__ import annotations

import random
import socket
from contextlib import suppress


def free_ports(count: int) -> list[int]:
    """Ports at which nobody listens, below those that the kernel gives to whoever connects somewhere: one of those may
    be taken before the part that it is meant for has started."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as tried, suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found
