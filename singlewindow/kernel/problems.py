"""Expected failures, typed; `http/problems.py` turns them into answers in one place.

A rule that is broken is a `Violation`, of one shape from the keyboard to customs and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal


@dataclass(frozen=True)
class Violation:
    """What is wrong, where, what to do about it, and where that is written.

    `path` is a content field (`contact_phone`), a cell (`goods/2/weight`), or "" for the whole document. A warning is
    shown and refuses nothing.
    """

    path: str
    rule: str
    message: str
    advice: str = ""
    clause: str = ""
    source: Literal["field", "rule", "customs"] = "rule"
    level: Literal["error", "warning"] = "error"
    alert: bool = False  # shown as a dialog too, when it appears

    def as_json(self) -> dict[str, Any]:
        """The shape in which it travels."""
        return asdict(self)


API = "接口说明 /api/openapi.json"
"""The basis of what only a program can get wrong: the shape of a request."""
SHAPE_ADVICE = "在页面上请刷新后重试；由程序发送的请求，请按接口说明更正"
"""What to do about it: a page that is older than the portal sends such requests too."""


class Problem(Exception):
    """A refusal that a user may cause and can act upon (UI-16).

    What to do is said by `advice`, else in `detail` after its ；, else by the class; the basis by `clause`, else by
    the class.
    """

    slug: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "请求无法办理"
    usual_advice: ClassVar[str] = SHAPE_ADVICE
    usual_clause: ClassVar[str] = API
    passing: ClassVar[bool] = False  # a further try, a moment later, may do it: a job tries again by itself

    def __init__(
        self,
        detail: str,
        violations: Sequence[Violation] = (),
        *,
        advice: str = "",
        clause: str = "",
        **extra: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = tuple(violations)
        self.advice = advice or detail.partition("；")[2] or self.usual_advice
        self.clause = clause or self.usual_clause
        self.extra = extra


class NotLoggedIn(Problem):
    """No session, or one that has ended."""

    slug, status, title = "not-logged-in", 401, "尚未登录"
    usual_advice = "请重新登录；以同一账号登录后，已打开的页签和录入的内容仍在"
    usual_clause = "手册 3.2 进入或退出系统"


class BadToken(NotLoggedIn):
    """A token that was never given, or is good no more (INTG-01)."""

    title = "接口令牌无效"
    usual_advice = "请由企业管理员在【企业管理】的【接口令牌】页新建令牌，并更新到本企业的程序中"
    usual_clause = "接口令牌规则"


class Forbidden(Problem):
    """Known, but not allowed."""

    slug, status, title = "forbidden", 403, "无权办理"
    usual_advice = "请改用有权办理的账号，或联系本企业管理员"
    usual_clause = "手册 2.3.1 关于登录方式"


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
    usual_advice = "请核对编号后重试，或在数据查询中重新查找"
    usual_clause = "系统规则 1：只能看到本企业参与的单据"


class NotInThisState(Problem):
    """The lifecycle has no such action in this state."""

    slug, status, title = "not-in-this-state", 409, "当前状态不允许此操作"
    usual_advice = "请刷新页面，按单据当前状态允许的按钮办理"
    usual_clause = "系统规则 2：单据状态决定可办的操作"


class NotReady(NotInThisState):
    """A result from which there is nothing to be had, or not yet."""

    slug, title = "not-ready", "尚不能办理"
    usual_advice = "请在任务完成后再取结果"
    usual_clause = API


class Conflict(Problem):
    """Something else came first: a claim, a used signature."""

    slug, status, title = "conflict", 409, "与已有数据冲突"
    usual_advice = "请重新打开单据查看办理结果，再决定是否办理"
    usual_clause = "系统规则 3：同一事项只办理一次"


class SentBefore(Conflict):
    """The same file was handed in before; who means it says so."""

    slug, status, title = "sent-before", 409, "该文件已提交过"


class CursorExpired(Problem):
    """What came after a cursor of the feed is no longer kept; `oldest` is the cursor from which one may go on."""

    slug, status, title = "cursor-expired", 410, "事件已过保留期"
    usual_advice = "请从 oldest 所给的游标继续读取，其间的变化请用数据查询核对"


class StaleVersion(Problem):
    """Someone else saved first; `current` is what is stored now."""

    slug, status, title = "stale-version", 412, "单据已被修改"
    usual_advice = "请比对差别，选择以哪一份为准后再暂存"
    usual_clause = "系统规则 4：后保存的人须先看到先保存的内容"


class TooLarge(Problem):
    """More bytes than the limit."""

    slug, status, title = "too-large", 413, "内容过大"
    usual_advice = "请减少内容，或压缩、拆分文件后重试"
    usual_clause = "手册 4.1 随附单据上传"


class Refused(Problem):
    """One or more rules are broken; all of them are named."""

    slug, status, title = "rules", 422, "填写内容有误"
    usual_advice = "请按各处提示更正后重试"
    usual_clause = "手册 关于界面"

    @classmethod
    def because(cls, violations: Sequence[Violation]) -> Refused:
        """A refusal whose detail is the first message and the count of the others."""
        more = f"（另有 {len(violations) - 1} 处）" if len(violations) > 1 else ""
        return cls(violations[0].message + more, violations)


class TooMany(Problem):
    """Tried too often; `retry_after` seconds stands in the answer."""

    slug, status, title = "too-many", 429, "操作过于频繁"
    usual_advice = "请按提示的时间等候后重试"
    usual_clause = "系统规则 5：限制连续尝试的次数，保护账号"
