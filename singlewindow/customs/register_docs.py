"""The table of registers as text: `python -m singlewindow.customs registers describe` writes docs/registers.md."""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.customs.register_catalogue import all_registers
from singlewindow.customs.register_kinds import Member, Register

HEAD = """\
# Registers

What customs keep and publish (CUST-02). Every entry is a notice `(kind, key, seq, data, valid_from,
valid_to)`; the portal holds
the newest seq of each key read-only (`singlewindow/kernel/registers/store.py`: `find(kind, key)`,
`find_many`). The rows of
`singlewindow/customs/register_kinds.py`, and of the desks that bring registers of their own, are the only place
where a register is described; this page is written from them:

    python -m singlewindow.customs registers describe > docs/registers.md

- All values are texts, quantities and money decimal texts, `flag` is true or false, `rows` a list of
  objects; a member that is not known is left out.
- `moment` carries its offset (a file's time without one is Chinese time), or is a day alone; `day` is
  YYYY-MM-DD. `valid_from` and `valid_to` (exclusive) say when an entry is in force. Where officers do not set its
  days, it ends when an import with `--complete` lacks it, and is in force again once an import has it.
- `hours` of `port_calendar`: day of the month (two digits) → intervals `"09:00-12:00"`; a day that is not
  listed is a day of rest, a month without entry is unknown.
- A manifest stands under the number of its bill of lading. A licence stands under its number alone; `code`
  is the 监管证件代码 that a goods filing writes before the colon.
- `port_calendar` of a year whose holidays are not official yet is `provisional`.
- Names beside codes (`status_name`, `grade_name`) are those of customs and count as they stand, whatever a
  table says later.

Member: `identifier` label, kind, element of the published message formats where one is known. * obligatory,
✎ changed by officers.
"""


def describe() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for register in all_registers().values() for line in _register(register))])


def _register(register: Register) -> Iterator[str]:
    yield f"## {register.title} `{register.name}`\n"
    yield f"Key: {register.key_label}, `{register.key}`.{' Officers set its days.' if register.dated else ''}\n"
    if register.note:
        yield f"{register.note}\n"
    yield "| member | label | kind | element | |"
    yield "|---|---|---|---|---|"
    for member in register.members:
        yield _row(member.name, member)
        yield from (_row(f"{member.name}[].{column.name}", column) for column in member.columns)
    yield ""


def _row(name: str, member: Member) -> str:
    codes = "，".join(f"{code} {text}" for code, text in member.choices.items())
    marks = ("*" if member.required else "") + (" ✎" if member.editable else "")
    kind = f"{member.kind}: {codes}" if codes else member.kind
    return f"| `{name}` | {member.label} | {kind} | {member.element} | {marks.strip()} |"
