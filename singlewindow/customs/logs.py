"""Structured logs; a submission's request id binds them to the portal's (OPER-01)."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any, Literal, TextIO, cast

import structlog

from singlewindow.contract.files import Lossy
from singlewindow.contract.log_lines import one_line, without_controls


def configure(log_format: Literal["console", "json"]) -> None:
    """Log to standard error, as lines for people or as JSON."""
    lines = Lossy(sys.stderr)
    last: structlog.typing.Processor = structlog.processors.JSONRenderer(_written)
    steps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if log_format == "console":
        last = structlog.dev.ConsoleRenderer(colors=lines.isatty())
        steps.append(without_controls)
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=steps))
    logging.basicConfig(handlers=[libraries], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[*steps, last],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, lines)),
        cache_logger_on_first_use=True,
    )


def _written(event: dict[str, Any], **more: Any) -> str:
    """The event as one line of JSON."""
    return one_line(json.dumps(event, ensure_ascii=False, **more))
