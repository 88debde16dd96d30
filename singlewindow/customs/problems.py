"""Expected failures of the officers' pages, typed; `http/problems.py` turns them into answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Violation:
    """What is wrong with one value, in the shape that the portal uses too."""

    path: str
    rule: str
    message: str
    advice: str = ""
    clause: str = ""
    source: str = "rule"

    def as_json(self) -> dict[str, str]:
        """The shape in which it travels."""
        return asdict(self)


class Problem(Exception):
    """A refusal that the person at the screen can act upon."""

    slug: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "请求无法办理"

    def __init__(self, detail: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = tuple(violations)


class NotLoggedIn(Problem):
    """No session, or one that has ended."""

    slug, status, title = "not-logged-in", 401, "尚未登录"


class Forbidden(Problem):
    """A request that did not come from our own pages."""

    slug, status, title = "forbidden", 403, "无权办理"


class NotFound(Problem):
    """There is no such thing."""

    slug, status, title = "not-found", 404, "未找到"


class NotInThisState(Problem):
    """Decided already, or never to be decided."""

    slug, status, title = "not-in-this-state", 409, "当前状态不允许此操作"


class StaleVersion(Problem):
    """Another officer changed the entry first."""

    slug, status, title = "stale-version", 412, "数据已被修改"


class TooLarge(Problem):
    """More bytes than the limit."""

    slug, status, title = "too-large", 413, "内容过大"


class Refused(Problem):
    """A value breaks a rule."""

    slug, status, title = "rules", 422, "填写内容有误"

    @classmethod
    def because(cls, path: str, rule: str, message: str, advice: str = "") -> Refused:
        """A refusal for one value."""
        return cls(message, [Violation(path, rule, message, advice)])


class TooMany(Problem):
    """Tried too often."""

    slug, status, title = "too-many", 429, "操作过于频繁"
