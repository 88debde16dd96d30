"""What keeps people from using a page: axe-core looks at it wherever a journey takes a picture (UI-13).

What was looked at in the same run is not looked at again: a page is, where its address, a dialog or a kind of element
on it is new. All journeys of a `make test` share what has been seen.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SWITCHED_OFF = {
    "scrollable-region-focusable": "Chromium and Firefox give a stop of Tab to what scrolls and holds none",
}
"""Rules of axe that do not count here, each with its reason."""
KINDS = """() => {
    const place = location.pathname.replaceAll(/[^/]*\\d[^/]*/g, '#');
    const count = Map.groupBy(document.querySelectorAll('[id]'), (one) => one.id);
    const named = (one) => ['aria-label', 'title', 'alt'].some((name) => one.getAttribute(name)?.trim())
        || one.getAttribute('aria-labelledby')?.split(' ').some((id) => count.has(id))
        || Boolean(one.labels?.length) || Boolean(one.textContent.trim());
    const refers = (one) => ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for'].map((name) =>
        one.getAttribute(name)?.split(' ').every((id) => count.has(id)));
    const kinds = new Set([place + document.title.replaceAll(/\\d+/g, '#')]);
    for (const one of document.querySelectorAll('body *')) {
        if (!one.checkVisibility()) continue;
        const { localName, className, role } = one.parentElement;
        const own = [one.localName, one.className, one.role, one.ariaInvalid, one.type, one.disabled, named(one),
            refers(one), one.id && count.get(one.id).length > 1,
            [...one.style].filter((name) => name.includes('color'))];
        kinds.add([localName, className, role, '>', ...own].join(' '));
    }
    for (const one of document.querySelectorAll('dialog[open]')) kinds.add(`dialog ${one.getAttribute('aria-label')}`);
    return [...kinds];
}"""
"""The page's address without numbers, its dialogs, and its kinds of elements, each by what it stands in, and whether it
has a name, refers to what is there, shares its id or has colours of its own: what axe would say of the next one of a
kind that differs there is not known from the first."""
LOOK = """async (off) => {
    const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
    // What an open list covers, or what is scrolled out of sight, is no small target for that.
    const covered = ({ target, failureSummary }) => {
        const one = document.querySelector(target.at(-1));
        const box = one.getBoundingClientRect();
        const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        return failureSummary.includes('obscured') || !one.contains(over);
    };
    const found = await axe.run(document, {
        runOnly: { type: 'tag', values: %s }, rules, iframes: false, resultTypes: ['violations'], elementRef: false,
    });
    const counts = (id) => (node) => id !== 'target-size' || !covered(node);
    const told = ({ id, impact }) => ({ target, failureSummary, html }) =>
        `axe ${impact} ${id}: ${target.join(' ')} ${html.slice(0, 160)} ${failureSummary.replaceAll('\\n', ' ')}`;
    return found.violations.flatMap((one) => one.nodes.filter(counts(one.id)).map(told(one)));
}"""


def barriers(page: Page, where: str) -> list[str]:
    """What axe finds on the page as it is now; nothing where all of it was looked at before."""
    if not _anything_new(page.evaluate(KINDS)):
        return []
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: list[Any] = page.evaluate(LOOK % TAGS, list(SWITCHED_OFF))
    return [f"{where}: {one}" for one in found]


@cache
def _source() -> str:
    return AXE.read_text("utf-8")


_seen: set[str] = set()


def _anything_new(kinds: Iterable[str]) -> bool:
    """Whether any of these is seen for the first time, by any journey of the run; all are seen from now on."""
    names = {hashlib.sha256(kind.encode()).hexdigest() for kind in kinds}
    new = names - _seen
    _seen.update(new)
    folder = os.environ.get("PREPARED_WORLD")  # "" where a journey runs alone
    if not folder:
        return bool(new)
    place = Path(folder) / "seen"
    place.mkdir(parents=True, exist_ok=True)
    made = [_made(place / name) for name in new]
    return any(made)


def _made(file: Path) -> bool:
    """Make a file; whether it was not there."""
    try:
        file.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
