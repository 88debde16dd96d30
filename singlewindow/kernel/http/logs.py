"""Structured logs (OPER-01). The request id that stands in them is given by `frame.RequestFrame`."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from pydantic_core import to_json

from singlewindow.contract.files import Lossy
from singlewindow.contract.log_lines import one_line, without_controls


def configure(style: Literal["console", "json"]) -> None:
    """One line per event on standard output, libraries' own included; JSON for machines, plain for people."""
    steps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(_written)
    if style == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
        steps.append(without_controls)
    libraries = logging.StreamHandler(sys.stdout)
    libraries.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=steps))
    logging.basicConfig(handlers=[libraries], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[*steps, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _lines,
    )


class _Lines:
    """Where lines go: standard output, whatever that is by then. One for all, where structlog would make one with a
    lock for each line; a line is one write."""

    def msg(self, line: str) -> None:
        """Write a line out, if it can be written."""
        out = Lossy(sys.stdout)
        out.write(line + "\n")
        out.flush()

    debug = info = warning = error = critical = msg


_lines = _Lines()


def _written(event: MutableMapping[str, Any], **_: Any) -> str:
    """The event as JSON, once for every request; what JSON does not know stands there as Python shows it."""
    try:
        return one_line(to_json(event, fallback=repr).decode())
    except ValueError:  # bytes or halves of characters that are no UTF-8
        return json.dumps(event, default=repr)
