"""Structured logs; a submission's request id binds them to the portal's (OPER-01)."""

from __future__ import annotations

import logging
import sys
from typing import Literal, TextIO, cast

import structlog

from singlewindow.contract.files import Lossy


def configure(log_format: Literal["console", "json"]) -> None:
    """Log to standard error, as lines for people or as JSON."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    steps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=steps))
    logging.basicConfig(handlers=[libraries], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[*steps, last],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Lossy(sys.stderr))),
        cache_logger_on_first_use=True,
    )
