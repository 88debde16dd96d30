"""Every register there is: those of customs at large, and those that desks bring (CUST-02)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from singlewindow.customs.desks import desks
from singlewindow.customs.problems import NotFound
from singlewindow.customs.register_kinds import REGISTERS, Register


@cache
def all_registers() -> Mapping[str, Register]:
    """Every register by its name, in the order of the officers' menu. Raises ValueError where two have one name."""
    found = dict(REGISTERS)
    for desk in desks().values():
        for register in desk.registers:
            if found.setdefault(register.name, register) is not register:
                raise ValueError(f"desks/{desk.name}: there is a register {register.name} already")
    return found


def get_register(name: str) -> Register:
    """The register of this name; raises NotFound."""
    if (register := all_registers().get(name)) is None:
        raise NotFound("没有这种登记数据")
    return register
