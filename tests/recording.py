"""What is asked and answered in tests, one line of JSON each, for the examples of the API's description.

SINGLEWINDOW_RECORD=/tmp/recorded.jsonl .venv/bin/python -m pytest …
.venv/bin/python -m tools.examples /tmp/recorded.jsonl
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx

RECORD = os.environ.get("SINGLEWINDOW_RECORD", "")
HEADERS = ("if-match", "idempotency-key", "autosave-key", "last-event-id")


async def record(response: httpx.Response) -> None:
    """Write down a request and its answer, where both are JSON or nothing."""
    request = response.request
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind == "text/event-stream":
        return
    await response.aread()
    line: dict[str, Any] = {
        "method": request.method,
        "path": request.url.path,
        "query": list(request.url.params.multi_items()),
        "headers": {n: request.headers[n] for n in HEADERS if n in request.headers},
        "status": response.status_code,
        "kind": kind,
    }
    if request.headers.get("content-type") == "application/json":
        line["body"] = json.loads(request.content)
    if kind.endswith("json") and response.content:
        line["answer"] = response.json()
    _write(json.dumps(line, ensure_ascii=False) + "\n")


def _write(line: str) -> None:
    with Path(RECORD).open("a", encoding="utf-8") as file:
        file.write(line)
