"""What a request may say: bounded types, so that nothing reaches the database that it cannot hold."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from starlette.convertors import PathConvertor, register_url_convertor

from singlewindow.customs.problems import Refused
from singlewindow.customs.register_values import DAY
from singlewindow.customs.texts import storable


def _checked(text: str) -> str:
    if not storable(text):
        raise PydanticCustomError("text", "含有不能处理的字符，请删去后重新输入")
    return text


Text = Annotated[str, AfterValidator(_checked)]
"""Any text that can be stored; every text of a body or a query is one."""

Identifier = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""A row's id in the address."""

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hex in the address."""

RegisterName = Annotated[str, Path(pattern="^[a-z_]{1,32}$")]
"""A register's name in the address."""

Key = Annotated[str, Path(pattern="^[0-9A-Za-z*/._-]{1,64}$")]
"""An entry's key in the address, where its place is called {key:key}: a 提运单号 may have * and /."""


class KeyConvertor(PathConvertor):
    """Further parts of an address are the key's as long as they have capitals and digits only, and not a word's."""

    regex = "[^/]+(?:/[0-9A-Z*._-]*)*"


register_url_convertor("key", KeyConvertor())

Prefix = Annotated[Text, Query(max_length=64)]
"""The beginning of a number or key that is searched for."""

Wanted = Annotated[Text, Query(max_length=100)]
"""A value that is searched for exactly; empty: any."""


def _district(district: Wanted = "") -> str:
    wanted = district.strip()
    if wanted and not re.fullmatch("[0-9]{4}", wanted):
        raise Refused.because(
            "district",
            "queue.district",
            f"关区「{wanted[:20]}」不是关区代码",
            "请填写 4 位数字（如 5301），或留空查询全部关区",
        )
    return wanted


District = Annotated[str, Depends(_district)]
"""The query parameter `district`: a customs district's four digits; empty: any. Raises Refused."""

PageNumber = Annotated[int, Query(ge=1, le=1000)]
PageSize = Annotated[int, Query(ge=1, le=100)]

Seq = Annotated[int, Field(ge=0, le=2**31 - 2)]
"""An entry's seq as the officer saw it; the next one must fit too."""


def _written(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("day", "应为日期，如 2026-12-31")


Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31)), BeforeValidator(_written)]
"""A day that a person can mean, written as one: Pydantic alone would take a number of seconds for a day too."""
