"""The page of the folder of demo cards: which one is in the reader, and buttons to put one in or pull it out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from http import HTTPStatus

from websockets.http11 import Response

from singlewindow.card.pkcs12 import PIN_TRIES, FolderReader
from singlewindow.card.reader import CardProblem, NoCard
from singlewindow.card.responses import html, plain, see_other
from singlewindow.contract.certificates import CertificateRefused, read_card_certificate

_STYLE = """
body{font:14px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;color:#222;margin:0 auto;
max-width:1100px;padding:24px}
h1{font-size:20px;margin:0 0 4px}p{margin:0 0 16px;color:#555}
.now{border:1px solid #b9c6d8;background:#f4f8fd;padding:10px 14px;margin:0 0 16px;color:#222}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ddd;padding:4px 8px;text-align:left}
th{color:#555;font-weight:600}.n{font-variant-numeric:tabular-nums;white-space:nowrap}
tr.in td{background:#f4f8fd}form{display:inline}
button{font:inherit;padding:1px 12px;border:1px solid #1f5fae;background:#fff;color:#1f5fae;border-radius:3px;
cursor:pointer}
button:hover{background:#1f5fae;color:#fff}.locked{color:#b3261e}
"""


class FolderPage:
    """`GET /` shows the cards; `POST /insert/<card_no>`, `/pull` and `/unlock/<card_no>` change them."""

    def __init__(self, reader: FolderReader) -> None:
        self._reader = reader

    def respond(self, method: str, path: str) -> Response:
        """The answer to a request whose Host and Origin have been checked."""
        if method == "POST":
            return self._post(path)
        if method == "GET" and path == "/":
            return html(reader_page(self._reader))
        return plain(HTTPStatus.NOT_FOUND, "not found")

    def _post(self, path: str) -> Response:
        action, *rest = path.lstrip("/").split("/")
        moves: dict[tuple[str, int], Callable[[], None]] = {
            ("insert", 1): lambda: self._reader.insert(rest[0]),
            ("pull", 0): lambda: self._reader.insert(None),
            ("unlock", 1): lambda: self._reader.unlock(rest[0]),
        }
        move = moves.get((action, len(rest)))
        if move is None:
            return plain(HTTPStatus.NOT_FOUND, "not found")
        try:
            move()
        except NoCard:
            return plain(HTTPStatus.NOT_FOUND, "no such card")
        return see_other("/")


@dataclass(frozen=True)
class Row:
    """One demo card as the page shows it."""

    number: str
    holder: str
    company: str
    kind: str
    pin: str  # shown only when demo.json tells it
    tries_left: int
    inserted: bool


def reader_page(reader: FolderReader) -> str:
    """The whole page as HTML; the card in the reader stands first."""
    rows = sorted(_rows(reader), key=lambda row: not row.inserted)
    body = "".join(_table_row(row, pins=any(each.pin for each in rows)) for row in rows)
    pin_head = "<th>演示 PIN 码</th>" if any(row.pin for row in rows) else ""
    head = f"<tr><th>卡号</th><th>持卡人</th><th>企业</th><th>卡类型</th>{pin_head}<th>操作</th></tr>"
    table = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>" if rows else "<p>没有演示卡。</p>"
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>演示读卡器</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>演示读卡器</h1>"
        "<p>选择放进读卡器的卡；单一窗口页面会立即得知插卡和拔卡。仅供演示。</p>"
        f"{_now(rows)}{table}</main></body></html>"
    )


def _rows(reader: FolderReader) -> list[Row]:
    pins, inserted = _demo_pins(reader), reader.inserted()
    return [_row(reader, number, pins.get(number, ""), inserted == number) for number in reader.numbers()]


def _row(reader: FolderReader, number: str, pin: str, inserted: bool) -> Row:
    holder, company, kind = "（无法读取）", "", ""
    try:
        who = read_card_certificate(reader.read(number).certificate)
        holder, company, kind = who.holder, who.company_name, who.kind
    except (CardProblem, CertificateRefused):
        pass  # the row says so; the other cards are still of use
    return Row(number, holder, company, kind, pin, reader.tries_left(number), inserted)


def _demo_pins(reader: FolderReader) -> dict[str, str]:
    """demo.json {card number: PIN}, if the launcher wrote one."""
    try:
        value = json.loads((reader.folder / "demo.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(number): str(pin) for number, pin in value.items()} if isinstance(value, dict) else {}


def _now(rows: list[Row]) -> str:
    for row in rows:
        if row.inserted:
            what = escape(f"读卡器中：{row.number}　{row.holder}　{row.company}　{row.kind}")
            return f'<div class="now">{what}　{_button("/pull", "拔出")}</div>'
    return '<div class="now">读卡器中没有卡。</div>'


def _table_row(row: Row, *, pins: bool) -> str:
    cells = [f'<td class="n">{escape(row.number)}</td>']
    cells += [f"<td>{escape(text)}</td>" for text in (row.holder, row.company, row.kind)]
    if pins:
        cells.append(f'<td class="n">{escape(row.pin)}</td>')
    cells.append(f"<td>{_buttons(row)}</td>")
    return f"<tr{' class=in' if row.inserted else ''}>{''.join(cells)}</tr>"


def _buttons(row: Row) -> str:
    main = _button("/pull", "拔出") if row.inserted else _button(f"/insert/{row.number}", "插入")
    if row.tries_left >= PIN_TRIES:
        return main
    state = f"PIN 还可以再试 {row.tries_left} 次" if row.tries_left else '<span class="locked">已锁定</span>'
    return f"{main} {state} {_button(f'/unlock/{row.number}', '解锁')}"


def _button(action: str, label: str) -> str:
    return f'<form method="post" action="{escape(action)}"><button>{label}</button></form>'
