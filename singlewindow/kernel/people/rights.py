"""What each role may do with accounts: one table, asked by the routes and shown by the pages (PORT-10, UI-10)."""

from __future__ import annotations

from dataclasses import dataclass

from singlewindow.kernel.people.person import Account, Role
from singlewindow.kernel.problems import Forbidden, Violation

ROLE_NAMES: dict[Role, str] = {"administrator": "企业管理员", "operator": "操作员", "system": "系统管理员"}
CLAUSE = "账号与角色权限表"
_COMPANY: tuple[Role, ...] = ("administrator", "operator")


@dataclass(frozen=True)
class Act:
    """Something that is done with accounts, its word on the screen, and the roles that may."""

    name: str
    title: str
    roles: tuple[Role, ...]

    def why_not(self, role: Role) -> str:
        """Why this role may not; empty where it may."""
        if role in self.roles:
            return ""
        names = "、".join(ROLE_NAMES[each] for each in self.roles)
        advice = "请联系系统维护人员" if self.roles == ("system",) else "请联系本企业管理员"
        if role == "system":
            advice = "请用企业账号登录后办理"
        return f"【{self.title}】由{names}办理；{advice}"


DOCUMENTS = Act("documents", "办理业务", _COMPANY)
BIND_OWN = Act("bind_own", "绑定本人的卡", _COMPANY)
COMPANY = Act("company", "企业管理", ("administrator",))
ADD = Act("add", "添加操作员", ("administrator",))
ROLE = Act("role", "设置角色", ("administrator",))
ACTIVE = Act("active", "停用/启用", ("administrator",))
PASSWORD = Act("password", "重置密码", ("administrator",))
BIND = Act("bind", "绑定卡", ("administrator",))
UNBIND = Act("unbind", "解绑卡", ("administrator",))
TOKENS = Act("tokens", "管理接口令牌", ("administrator",))
SYSTEM = Act("system", "系统管理", ("system",))
ACTS = (DOCUMENTS, BIND_OWN, COMPANY, ADD, ROLE, ACTIVE, PASSWORD, BIND, UNBIND, TOKENS, SYSTEM)


def rights_of(account: Account) -> dict[str, str]:
    """For each act why this account may not do it; empty where it may."""
    return {act.name: act.why_not(account.role) for act in ACTS}


def require(account: Account, act: Act) -> None:
    """Raise Forbidden, in the grey button's words, where the account's role may not do this."""
    if why := act.why_not(account.role):
        raise Forbidden(why, [Violation("", f"rights.{act.name}", why, why.partition("；")[2], CLAUSE)])
