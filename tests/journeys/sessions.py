"""Sessions that people began in an earlier window of the journey, taken up by their next one.

The way through the home page and the log-in costs two seconds of processor, two pages and a password's hash, and says
the same each time. Whoever comes first in a journey takes it, and so do the tests whose matter it is; the others find
the cookie in their browser and come by the application's address, as somebody does who opens another window.
"""

from __future__ import annotations

from typing import Any

from tests.journeys.browser import Desk

_begun: dict[tuple[str, str, str], tuple[str, list[Any]]] = {}


def keep_session(desk: Desk, who: str, application: str = "") -> None:
    """The session in this window, and the page to which it led, are at hand for the person's next window."""
    _begun[desk.address, who, application] = (desk.page.url, list(desk.window.context.cookies()))


def find_session(desk: Desk, who: str, application: str = "") -> bool:
    """Take up the session kept for this person, if it still lives, at the page to which it led."""
    address, cookies = _begun.get((desk.address, who, application), ("", []))
    context = desk.window.context
    context.add_cookies(cookies)
    if not cookies or not context.request.get(f"{desk.address}/api/session").ok:
        context.clear_cookies()
        return False
    desk.open(address)
    return True
