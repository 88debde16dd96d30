"""Expected failures, typed; `http/problems.py` turns them into answers in one place.

A rule that is broken is a `Violation`, of one shape from the keyboard to customs and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Violation:
    """What is wrong, where, what to do about it, and where that is written.

    `path` is a content field (`contact_phone`), a cell (`goods/2/weight`), or "" for the whole document.
    """

    path: str
    rule: str
    message: str
    advice: str = ""
    clause: str = ""
    source: Literal["field", "rule", "customs"] = "rule"

    def as_json(self) -> dict[str, str]:
        """The shape in which it travels."""
        return asdict(self)


class Problem(Exception):
    """A refusal that a user may cause and can act upon."""

    slug: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "请求无法办理"

    def __init__(self, detail: str, violations: Sequence[Violation] = (), **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = tuple(violations)
        self.extra = extra


class NotLoggedIn(Problem):
    """No session, or one that has ended."""

    slug, status, title = "not-logged-in", 401, "尚未登录"


class Forbidden(Problem):
    """Known, but not allowed."""

    slug, status, title = "forbidden", 403, "无权办理"


class StaleToken(Forbidden):
    """The page's CSRF token belongs to an earlier session of this browser; the page may fetch the new one."""

    slug, status, title = "stale-token", 403, "页面的安全标记已失效"


class MustChangePassword(Forbidden):
    """The account's password was set by someone else: it is to be changed before anything else."""

    slug, status, title = "change-password", 403, "须先修改密码"


class WrongCard(Forbidden):
    """The session did not begin with the kind of card that the application wants (PORT-06)."""

    slug, status, title = "wrong-card", 403, "须用指定类型的卡登录"


class NotFound(Problem):
    """Absent, or someone else's: the answer is the same."""

    slug, status, title = "not-found", 404, "未找到"


class NotInThisState(Problem):
    """The lifecycle has no such action in this state."""

    slug, status, title = "not-in-this-state", 409, "当前状态不允许此操作"


class Conflict(Problem):
    """Something else came first: a claim, a used signature."""

    slug, status, title = "conflict", 409, "与已有数据冲突"


class StaleVersion(Problem):
    """Someone else saved first; `current` is what is stored now."""

    slug, status, title = "stale-version", 412, "单据已被修改"


class TooLarge(Problem):
    """More bytes than the limit."""

    slug, status, title = "too-large", 413, "内容过大"


class Refused(Problem):
    """One or more rules are broken; all of them are named."""

    slug, status, title = "rules", 422, "填写内容有误"

    @classmethod
    def because(cls, violations: Sequence[Violation]) -> Refused:
        """A refusal whose detail is the first message and the count of the others."""
        more = f"（另有 {len(violations) - 1} 处）" if len(violations) > 1 else ""
        return cls(violations[0].message + more, violations)


class TooMany(Problem):
    """Tried too often; `retry_after` seconds stands in the answer."""

    slug, status, title = "too-many", 429, "操作过于频繁"
