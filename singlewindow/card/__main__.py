"""`python -m singlewindow.card`: run the card service until it is told to stop.

`python -m singlewindow.card put-on-token --module … --token-label … --p12 FILE` puts a demo card onto a token.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from singlewindow.card.page import FolderPage
from singlewindow.card.pkcs12 import FolderReader
from singlewindow.card.reader import Reader
from singlewindow.card.server import ReaderPage, running
from singlewindow.card.settings import HOST, CardSettings
from singlewindow.card.token_module import Choice, ModuleUnusable
from singlewindow.card.token_reader import TokenReader
from singlewindow.card.token_setup import NotPut, put_on_token
from singlewindow.contract.readiness import tell_ready


def reader_of(settings: CardSettings) -> tuple[Reader, ReaderPage | None]:
    """The back end that the settings name, and its page. Raises ModuleUnusable."""
    module = settings.card_pkcs11_module
    if module is None:
        folder = FolderReader(settings.cards_folder)
        return folder, FolderPage(folder)
    return TokenReader(Choice(module, settings.card_pkcs11_slot, settings.card_pkcs11_token_label)), None


async def serve_until_stopped(settings: CardSettings) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when the port is taken, ModuleUnusable."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    reader, page = reader_of(settings)
    async with running(reader, settings.card_port, settings.origins, page):
        cards = settings.card_pkcs11_module or settings.cards_folder
        logging.getLogger("singlewindow.card").info(
            "ready on http://%s:%s/ with cards of %s", HOST, settings.card_port, cards
        )
        tell_ready()
        await stop.wait()


def serve() -> int:
    """0 when told to stop, 1 when the port is taken or the PKCS#11 module cannot be loaded."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    settings = CardSettings()
    try:
        asyncio.run(serve_until_stopped(settings))
    except ModuleUnusable as problem:
        sys.stderr.write(f"card service: {problem}; see SINGLEWINDOW_CARD_PKCS11_MODULE\n")
        return 1
    except OSError as problem:
        where = f"{HOST}:{settings.card_port}"
        sys.stderr.write(f"card service: cannot listen on {where}: {problem.strerror}\n")
        return 1
    return 0


def put(arguments: argparse.Namespace) -> int:
    """0 when the card is on the token, 1 when not."""
    pin = arguments.pin or getpass.getpass("PIN of the card's file: ")
    choice = Choice(arguments.module, label=arguments.token_label)
    try:
        number = put_on_token(choice, arguments.p12, pin, arguments.token_pin or pin)
    except (NotPut, ModuleUnusable) as problem:
        sys.stderr.write(f"put-on-token: {problem}\n")
        return 1
    sys.stdout.write(f"card {number} is on the token {arguments.token_label}\n")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of what the command line asks for; without a word, the service."""
    parser = argparse.ArgumentParser(prog="python -m singlewindow.card", description="The card service.")
    commands = parser.add_subparsers(dest="command")
    onto = commands.add_parser("put-on-token", help="write a demo card's key and certificate onto a token")
    onto.add_argument("--module", type=Path, required=True, help="the PKCS#11 library")
    onto.add_argument("--token-label", required=True, help="which token; it must be initialised")
    onto.add_argument("--p12", type=Path, required=True, metavar="FILE", help="the demo card")
    onto.add_argument("--pin", help="PIN of the file; asked when left out")
    onto.add_argument("--token-pin", help="user PIN of the token; default the PIN of the file")
    named = parser.parse_args(arguments)
    return put(named) if named.command else serve()


if __name__ == "__main__":
    sys.exit(main())
