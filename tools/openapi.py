"""Print the portal's OpenAPI document as JSON with sorted keys; needs no database.

.venv/bin/python -m tools.openapi     `npm run api` makes web/src/kernel/api/schema.d.ts from it
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from fastapi import FastAPI

from singlewindow.kernel.http.app import create_app


def document() -> dict[str, Any]:
    """The API of the real subsystems, whatever this shell's settings say; without examples and contents of document
    types (`kernel/http/description.py`), of which pages are not typed."""
    os.environ["SINGLEWINDOW_WITH_TEMPLATE"] = "false"
    return FastAPI.openapi(create_app())


def whole() -> dict[str, Any]:
    """The same as the portal tells it, with everything."""
    os.environ["SINGLEWINDOW_WITH_TEMPLATE"] = "false"
    return create_app().openapi()


if __name__ == "__main__":
    json.dump(document(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    print()
