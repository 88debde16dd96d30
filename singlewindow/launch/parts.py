"""The parts that the launcher starts, in the order in which they end."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from singlewindow.launch.errors import LaunchError
from singlewindow.launch.settings import LaunchSettings

BACKLOG = 2048  # connections that may wait to be accepted, as uvicorn has it


@dataclass(frozen=True)
class Port:
    """A TCP port that a part listens on, and the setting that changes it."""

    host: str
    number: int
    setting: str


@dataclass(frozen=True)
class Part:
    """A program; each of its processes says by itself that it can work (`contract/readiness.py`).

    `processes` run it at once. `handed_over`: the launcher listens on the port for all of them, so that a connection
    goes to whichever is free, and waits while one is started again. `leave`: the signal at which a process ends once a
    new one does its work; None where two must not be there at once.
    """

    name: str
    command: tuple[str, ...]
    port: Port | None = None
    needs_database: bool = True
    processes: int = 1
    handed_over: bool = False
    leave: signal.Signals | None = None


def all_parts(settings: LaunchSettings) -> list[Part]:
    """Card service, customs, worker and portal: what uses others ends before them."""
    python = (sys.executable, "-m")
    return [
        Part(
            "card",
            (*python, "singlewindow.card"),
            Port("127.0.0.1", settings.card_port, "SINGLEWINDOW_CARD_PORT"),
            needs_database=False,
        ),
        Part(
            "customs",
            (*python, "singlewindow.customs", "serve"),
            Port(settings.host, settings.customs_port, "SINGLEWINDOW_CUSTOMS_PORT"),
            handed_over=True,
            leave=signal.SIGUSR1,
        ),
        Part("worker", (*python, "singlewindow.kernel", "worker"), leave=signal.SIGTERM),
        Part(
            "portal",
            (*python, "singlewindow.kernel", "serve"),
            Port(settings.host, settings.port, "SINGLEWINDOW_PORT"),
            processes=settings.web_processes,
            handed_over=True,
            leave=signal.SIGUSR1,
        ),
    ]


def check_ports(parts: Iterable[Part]) -> None:
    """Raise LaunchError, naming the settings, when ports are taken or nobody can listen at their address."""
    for host in dict.fromkeys(part.port.host for part in parts if part.port):
        _check_host(host)
    taken = [part for part in parts if part.port and not _free(part.port)]
    if taken:
        lines = (
            f"Port {part.port.number} for the {part.name} is in use: end the program that has it, "
            f"or choose another, e.g. {part.port.setting}={part.port.number + 100}."
            for part in taken
            if part.port
        )
        raise LaunchError("\n".join(lines))


def _check_host(host: str) -> None:
    try:
        with socket.socket(_family(Port(host, 0, "")), socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
    except (OSError, UnicodeError) as error:
        raise LaunchError(
            f"SINGLEWINDOW_HOST is {host!r}, at which nobody can listen here ({error}): "
            "it must be an address of this computer, such as 127.0.0.1, or 0.0.0.0 for all of them."
        ) from error


def listen(port: Port) -> socket.socket:
    """A socket that listens on the port, to be handed over to processes."""
    both = port.host == "::" and socket.has_dualstack_ipv6()  # all addresses, as 0.0.0.0 is
    return socket.create_server(
        (port.host, port.number), family=_family(port), backlog=BACKLOG, dualstack_ipv6=both
    )


def _family(port: Port) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in port.host else socket.AF_INET


def _free(port: Port) -> bool:
    with socket.socket(_family(port), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError:
            return False
        return True
