"""What verifies the seals of prints: the public key, and a page that needs no network once it is open (GATE-09)."""

from __future__ import annotations

import base64
import hashlib
import html
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

from singlewindow.contract.files import read_file
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import NotFound
from singlewindow.kernel.settings import settings

router = APIRouter(tags=["portal"], responses=documented(NotFound))

FOLDER = Path(__file__).parent / "seal_check"
POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; media-src blob: mediastream:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Pem(Response):
    """A public key as text."""

    media_type = "application/x-pem-file"


@router.get("/api/seal/key", summary="The public key of the seals on prints", response_class=Pem)
@for_tokens("public")
async def seal_key() -> Pem:
    """Public: with it anybody verifies a print's QR code, by `singlewindow check-seal` or on the page /seal."""
    return Pem(_key(), headers={"Content-Disposition": "inline; filename=portal-seal.pem"})


@router.get("/seal", include_in_schema=False)
@for_tokens("public")
async def seal_page() -> Response:
    """The page as one file: key and script stand in it, and its policy lets it fetch nothing."""
    page, policy = _page(_key())
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def _key() -> bytes:
    try:
        return read_file(settings().pki_folder / "portal-seal.pem")
    except OSError:
        raise NotFound("本系统没有打印件防伪公钥") from None


@cache
def _page(keys: bytes) -> tuple[str, str]:
    check = (FOLDER / "check.js").read_text("utf-8").replace("export async function", "async function")
    page = (FOLDER / "page.html").read_text("utf-8").replace("{{CHECK}}", check)
    page = page.replace("{{KEYS}}", html.escape(keys.decode("ascii", errors="replace")))
    script, style = (_digest(page, tag) for tag in ("script", "style"))
    return page, POLICY.format(script=script, style=style)


def _digest(page: str, tag: str) -> str:
    """The digest by which a policy allows the one element of this kind (CSP 3, 6.7.3)."""
    inside = page.partition(f"<{tag}")[2].partition(">")[2].partition(f"</{tag}>")[0]
    return "sha256-" + base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
