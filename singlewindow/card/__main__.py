"""`python -m singlewindow.card`: run the card service until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from singlewindow.card.pkcs12 import FolderReader
from singlewindow.card.server import running
from singlewindow.card.settings import HOST, CardSettings


async def serve_until_stopped(settings: CardSettings) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    reader = FolderReader(settings.cards_folder)
    async with running(reader, settings.card_port, settings.origins):
        logging.getLogger("singlewindow.card").info("ready on http://%s:%s/", HOST, settings.card_port)
        await stop.wait()


def main() -> int:
    """0 when told to stop, 1 when the port is taken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    settings = CardSettings()
    try:
        asyncio.run(serve_until_stopped(settings))
    except OSError as problem:
        where = f"{HOST}:{settings.card_port}"
        sys.stderr.write(f"card service: cannot listen on {where}: {problem.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
