"""What a newcomer needs to know once everything runs: addresses, accounts, cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from singlewindow.launch.files import read_json
from singlewindow.launch.settings import LaunchSettings

_MOST_ACCOUNTS = 12


def show(console: Console, settings: LaunchSettings, world: dict[str, Any]) -> None:
    """Print addresses, demonstration accounts with passwords, cards with PINs and customs' officers.

    Demonstration cards without an account stand apart.
    """
    in_reader = _card_in_reader(settings.cards_folder / "reader.json")
    console.print(_addresses(settings, in_reader))
    console.print(_accounts(world, in_reader))
    console.print(_unbound_cards(world))
    console.print(_officers(world))
    console.print(_examples(world))
    console.print(f"logs: {settings.logs}    Ctrl-C ends everything", style="dim", highlight=False)


def _addresses(settings: LaunchSettings, in_reader: str | None) -> Table:
    table = Table(title="Open in a browser", title_justify="left", show_header=False)
    table.add_row("portal", settings.portal_address)
    table.add_row("customs officers", settings.customs_address)
    table.add_row("card reader", f"{settings.card_address}   in it now: {in_reader or 'no card'}")
    return table


def _accounts(world: dict[str, Any], in_reader: str | None) -> Table:
    cards = {card["card_no"]: card for card in world["cards"]}
    companies = {company["customs_code"]: company["name"] for company in world["companies"]}
    accounts = sorted(world["accounts"], key=lambda account: account["card_no"] is None)
    table = Table(title="Portal accounts", title_justify="left")
    for heading in ("account", "password", "card", "PIN", "who"):
        table.add_column(heading, no_wrap=heading != "who", overflow="fold")
    for account in accounts[:_MOST_ACCOUNTS]:
        card = cards.get(account["card_no"])
        number = account["card_no"] or "–"
        table.add_row(
            account["username"],
            account["password"],
            f"{number} *" if number == in_reader else number,
            card["pin"] if card else "–",
            f"{account['display_name']}，{companies.get(account['customs_code'], account['customs_code'])}",
        )
    for each in world.get("administrators", []):
        table.add_row(each["username"], each["password"], "–", "–", f"{each['name']} (system administrator)")
    more = len(accounts) - _MOST_ACCOUNTS
    table.caption = "* in the reader" + (f"; {more} more accounts in world.json" if more > 0 else "")
    return table


def _unbound_cards(world: dict[str, Any]) -> Table:
    """Cards without an account: to register a company with, or to be bound."""
    bound = {account["card_no"] for account in world["accounts"]}
    unregistered = world.get("unregistered", [])
    table = Table(title="Cards without an account", title_justify="left")
    for heading in ("card", "kind", "PIN", "holder", "company", "for"):
        table.add_column(heading, no_wrap=heading != "company", overflow="fold")
    for card in world["cards"]:
        if card["card_no"] not in bound:
            use = "注册" if card["customs_code"] in unregistered else "绑定卡"
            table.add_row(
                card["card_no"], card["kind"], card["pin"], card["holder"], card["company_name"], use
            )
    return table


def _officers(world: dict[str, Any]) -> Table:
    table = Table(title="Customs officers", title_justify="left")
    for heading in ("account", "password", "who"):
        table.add_column(heading)
    for officer in world["officers"]:
        table.add_row(officer["username"], officer["password"], officer["name"])
    return table


def _examples(world: dict[str, Any]) -> Table:
    """Numbers to try; the world's `examples` map what they are to one number or several."""
    table = Table(title="Numbers to try (all of them in world.json)", title_justify="left", show_header=False)
    for name, numbers in world.get("examples", {}).items():
        table.add_row(name.replace("_", " "), " ".join(numbers[:3]) if isinstance(numbers, list) else numbers)
    return table


def _card_in_reader(file: Path) -> str | None:
    card: str | None = read_json(file).get("card")
    return card
