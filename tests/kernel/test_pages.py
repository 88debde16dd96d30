"""The built pages at the portal's address."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from singlewindow.kernel.http.app import create_app
from singlewindow.kernel.settings import settings


async def test_without_built_pages_the_portal_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-01: whoever did not build them, or named another folder, reads that at the address of the pages."""
    monkeypatch.setattr(settings(), "web_dist", tmp_path)
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://portal") as browser:
        page = await browser.get("/")
    assert (page.status_code, "make install web/dist/index.html" in page.text) == (404, True)
