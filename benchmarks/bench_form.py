"""How fast the form answers the keyboard: from each real key press to the frame in which its effect is painted.

    make bench NAME=form

A browser (Chromium, 1366×768) works on an installation of its own: a trip of five rows, in whose header and row editor
is typed, and one of 199 rows, to which the 200th is added (ROUNDS times each); and the invented packing list, of whose
rows the server fills grey cells, with 98 rows, to which the 99th is added. A frame comes every 16.7 ms; waiting for it
is part of every figure.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
from typing import Any

from playwright.sync_api import Browser, Page

from tests.journeys import packing
from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.gate.acts import log_in
from tests.journeys.packing import call_row, publish_order, stored_list
from tests.system.running import CLONE, running
from tools.bootstrap_test import find_chromium

ROUNDS = int(os.environ.get("ROUNDS", "5"))
TYPE = "gate.trip"
SAMPLE = CLONE / "singlewindow/subsystems/gate/samples/accepted/five_kinds_by_sea.json"
WATCH = """() => {
    window.took = [];
    const painted = (then) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = then;
        channel.port2.postMessage(0);
    });
    addEventListener("keydown", (event) => {
        const at = event.timeStamp;
        window.pressed = at;
        painted(() => window.took.push(performance.now() - at));
    }, { capture: true });
    window.rowsAre = (count) => new Promise((done) => {
        const all = () => [...document.querySelectorAll(".row-list tbody tr[tabindex]")];
        const rows = () => all().filter((row) => row.offsetParent);
        const look = () => {
            if (rows().length !== count) return;
            watcher.disconnect();
            painted(() => done(performance.now() - window.pressed));
        };
        const watcher = new MutationObserver(look);
        watcher.observe(document.body, { childList: true, subtree: true });
    });
}"""


def measure(started: Browser, stage: Stage) -> dict[str, Any]:
    """The figures, milliseconds."""
    desk = sit_down(started, stage.portal, CLONE)
    log_in(desk)
    content = json.loads(SAMPLE.read_text("utf-8"))["content"]
    row = content["bodies"][2]
    few = _saved(desk.page, desk.address, content)
    many = _saved(desk.page, desk.address, {**content, "bodies": [row] * 199})
    figures = {
        "key_in_header_of_5_rows": _keys(desk.page, f"{desk.address}/app/gate/form/{TYPE}/{few}", "remark"),
        "key_in_row_of_5_rows": _keys(
            desk.page, f"{desk.address}/app/gate/form/{TYPE}/{few}", "bodies/bind_obj_id"
        ),
        "key_in_header_of_199_rows": _keys(
            desk.page, f"{desk.address}/app/gate/form/{TYPE}/{many}", "remark"
        ),
        "row_200": _spread(
            [_row_200(desk.page, f"{desk.address}/app/gate/form/{TYPE}/{many}") for _ in range(ROUNDS)]
        ),
    }
    publish_order(stage)
    packed = f"{desk.address}/app/_template/form/{packing.TYPE}/{stored_list(desk, 98)}"
    figures["row_99_of_rows_that_the_server_fills"] = _spread([_row_99(desk, packed) for _ in range(ROUNDS)])
    desk.check_console()
    return figures


def _saved(page: Page, address: str, content: dict[str, Any]) -> str:
    csrf = page.request.get(f"{address}/api/session").json()["csrf"]
    headers = {"X-CSRF-Token": csrf, "Origin": address}
    saved = page.request.post(f"{address}/api/documents/{TYPE}", data={"content": content}, headers=headers)
    assert saved.status == 201, saved.text()
    number: str = saved.json()["number"]
    return number


def _opened(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".row-list tbody tr[tabindex]:visible").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCH)


def _keys(page: Page, address: str, field: str) -> dict[str, float]:
    """Sixty letters into one box; the first are not counted."""
    _opened(page, address)
    if field.startswith("bodies/"):
        _choose(page, "bodies/bind_obj_type", "T")
    page.locator(f'[data-field="{field}"]:visible').focus()
    page.evaluate("window.took = []")
    for letter in "ABCDEFGHIJ" * 6:
        page.keyboard.press(letter)
        page.wait_for_timeout(25)
    return _spread(page.evaluate("window.took")[10:])


def _row_200(page: Page, address: str) -> float:
    """From Enter in the last box of the row editor to the frame that shows 200 rows."""
    _opened(page, address)
    _choose(page, "bodies/bind_obj_type", "T")
    page.locator('[data-field="bodies/bind_obj_id"]:visible').fill("5301202600099")
    page.locator('[data-field="bodies/transport_id"]:visible').fill("COSCO")
    page.locator('[data-field="bodies/voyage_no"]:visible').fill("045E")
    _choose(page, "bodies/rd_code", "1000000000")
    page.locator('[data-field="bodies/remark"]:visible').focus()
    page.keyboard.type("x")
    page.evaluate("() => void (window.added = window.rowsAre(200))")
    page.keyboard.press("Enter")
    return float(page.evaluate("window.added"))


def _row_99(desk: Desk, address: str) -> float:
    """From Enter in the last box of a row whose cells were looked up to the frame that shows 99 rows."""
    _opened(desk.page, address)
    desk.field("items/item_no").focus()
    desk.page.evaluate("() => void (window.added = window.rowsAre(99))")
    call_row(desk, "99")
    return float(desk.page.evaluate("window.added"))


def _choose(page: Page, field: str, code: str) -> None:
    """A code, typed and taken."""
    box = page.locator(f'[data-field="{field}"]:visible')
    box.focus()
    page.keyboard.type(code)
    page.get_by_role("option").locator("visible=true").first.wait_for()
    page.keyboard.press("Enter")


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(len(ordered) * 0.95)], 1),
        "max": round(ordered[-1], 1),
    }


def main() -> None:
    """Print the line."""
    chromium = find_chromium(viewer=True)  # what people have, not the engine alone
    if chromium is None:
        raise SystemExit("No Chromium was found: name one in CHROMIUM.")
    os.environ["CHROMIUM"] = chromium
    with running(CAPTCHA_FIXED="8888", WITH_TEMPLATE="1") as system, browser() as started:
        figures = measure(started, Stage(system))
        version = started.version
    conditions = {
        "unit": "ms, from the key to the painted frame",
        "rounds": ROUNDS,
        "browser": f"Chromium {version}, headless, 1366x768",
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps({"benchmark": "form", **figures, "conditions": conditions}, ensure_ascii=False))


if __name__ == "__main__":
    main()
