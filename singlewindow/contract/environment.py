"""Settings: environment variables with the prefix SINGLEWINDOW_, and what is said of one that is wrong.

Whoever starts a program put them there, mostly by hand or in a service's file. So a wrong one ends the program with a
line for each: which setting, what stands in it, what is right. Programs read theirs before they begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SINGLEWINDOW_"
_USUAL_PORTS = {"http": 80, "https": 443}
_SHOWN = 60  # characters of what stands there
_NONE = ("", None, ())  # defaults that mean: none


@dataclass(frozen=True)
class Told:
    """Stands at a setting's type: what may stand there, in words."""

    right: str


def _web(text: str) -> str:
    parts = urlsplit(text)
    if text and not (parts.scheme in ("http", "https") and parts.hostname and parts.port != 0):
        raise ValueError
    return text


def _database(text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError
    return text


def origin_of(address: str) -> str:
    """A web address as browsers name it in `Origin`: scheme, host, and a port that the scheme has not anyway."""
    parts = urlsplit(address.strip())
    host, port = parts.hostname or "", parts.port
    shown = "" if port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{port}"
    return f"{parts.scheme}://{_bracketed(host)}{shown}"


@cache
def own_origins(host: str, port: int, public: str, further: str) -> frozenset[str]:
    """The origins whose pages may change anything at a program that listens at host and port.

    `public` is the address at which the installation says that others find it ("" for none: it is not behind another
    one), `further` are Origins. Where neither names an address, pages that were opened under it are refused.
    """
    own = [f"http://{_bracketed(each)}:{port}" for each in (host, "127.0.0.1", "localhost")]
    return frozenset(origin_of(each) for each in (*own, public, *further.split(",")) if each.strip())


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _origins(text: str) -> str:
    for each in text.split(","):
        if _web(each.strip()) and urlsplit(each.strip().rstrip("/"))[2:] != ("", "", ""):
            raise ValueError
    return text


Port = Annotated[int, Field(ge=1, le=65535)]
PortOrNone = Annotated[int, Field(ge=0, le=65535)]
Niceness = Annotated[int, Field(ge=0, le=19)]
USUAL_NICENESS = 19  # of those who give way: what requests leave is theirs, and always a little
WebAddress = Annotated[str, AfterValidator(_web), Told("an address that begins with http:// or https://")]
DatabaseAddress = Annotated[str, AfterValidator(_database), Told("an address that begins with postgresql://")]
Origins = Annotated[
    str, AfterValidator(_origins), Told("addresses like https://example.com:8443, with commas between")
]
Span = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
SomeTime = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""Spans are seconds, minutes, hours or days: so long that any is a mistake, and no clock's arithmetic breaks."""


class WrongSettings(SystemExit):
    """Ends the program: its text goes to standard error, the exit code is 1."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("\n".join(["Cannot go on: settings are wrong.", *faults.values()]))
        self.faults = faults


class EnvironmentSettings(BaseSettings):
    """Settings of a program or of a chapter. An empty value means: none, where none is the default, else it is wrong.

    Making one raises WrongSettings.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    @model_validator(mode="wrap")
    @classmethod
    def _said_plainly(cls, given: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        values = dict(given)
        empty = [name for name, value in values.items() if value == ""]
        wrong = [
            name for name in empty if name in cls.model_fields and not _may_be_none(cls.model_fields[name])
        ]
        faults = {name: _said(name, cls.model_fields[name], "") for name in wrong}
        try:
            return_value = handler({name: value for name, value in values.items() if name not in empty})
        except ValidationError as error:
            faults |= dict(_faults(cls, error.errors(include_url=False), values))
        if faults:
            raise WrongSettings(faults) from None
        return return_value


def check_all() -> None:
    """Read the settings of every chapter and program that is loaded. Raises WrongSettings with all that is wrong."""
    faults: dict[str, str] = {}
    for each in _subclasses(EnvironmentSettings):
        try:
            each()
        except WrongSettings as wrong:
            faults |= wrong.faults
    if faults:
        raise WrongSettings(faults)


def _subclasses(of: type[EnvironmentSettings]) -> Iterator[type[EnvironmentSettings]]:
    for each in of.__subclasses__():
        yield each
        yield from _subclasses(each)


def _may_be_none(field: FieldInfo) -> bool:
    return field.default_factory is None and field.default in _NONE


def _faults(
    cls: type[EnvironmentSettings], errors: list[ErrorDetails], values: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for error in errors:
        name = str(error["loc"][0])
        yield name, _said(name, cls.model_fields[name], values.get(name), error)


def _said(name: str, field: FieldInfo, value: object, error: ErrorDetails | None = None) -> str:
    """A line: `SINGLEWINDOW_PORT is 'abc', but must be a whole number from 1 to 65535 (default: 8000).`"""
    stands = "empty" if value == "" else repr(value)
    shown = stands if len(stands) <= _SHOWN else f"{stands[:_SHOWN]}…"
    if "://" in shown and "@" in shown:
        shown = "an address that is not shown here, since a password may stand in it"
    right = _right(field) or (error["msg"] if error else "a text")
    default = (
        "" if field.default_factory or field.default in _NONE else f" (default: {_plain(field.default)})"
    )
    return f"{PREFIX}{name.upper()} is {shown}, but must be {right}{default}."


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _right(field: FieldInfo) -> str:
    """What may stand there; "" where the type does not say it."""
    told = [each.right for each in field.metadata if isinstance(each, Told)]
    if told:
        return told[0]
    kinds = [each for each in _kinds(field.annotation) if each is not NoneType]
    if all(get_origin(each) is Literal for each in kinds):
        return " or ".join(str(word) for each in kinds for word in get_args(each))
    words = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        Path: "a file or folder",
        str: "a text",
    }
    word = words.get(kinds[0], "") if len(kinds) == 1 else ""
    return " ".join([word, *_bounds(field)]) if word else ""


def _kinds(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _bounds(field: FieldInfo) -> Iterator[str]:
    words = (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"))
    for each in field.metadata:
        yield from (
            f"{word} {getattr(each, name):g}" for name, word in words if getattr(each, name, None) is not None
        )
