"""The account log of a company: who did what to whose account, and when. It is only ever added to.

Log-ins and accounts run on real time, whatever the business clock says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.people.person import Account, Person

KINDS = {
    "registered": "注册企业",
    "added": "添加账号",
    "role": "设置角色",
    "deactivated": "停用账号",
    "activated": "启用账号",
    "password reset": "重置密码",
    "password changed": "修改密码",
    "bound": "绑定卡",
    "unbound": "解绑卡",
    "unlocked": "解除锁定",
    "token made": "新建接口令牌",
    "token revoked": "停用接口令牌",
    "company deactivated": "停用企业",
    "company activated": "启用企业",
    "webhook added": "新增推送地址",
    "webhook changed": "修改或启用推送地址",
    "webhook stopped": "停用推送地址",
    "webhook removed": "删除推送地址",
    "webhook secret": "更换推送密钥",
    "webhook replayed": "重放事件",
}
OWN = "company_id = $1"
"""The application's own check of whose entries are read; row-level security is the second fence."""
MOST = 50


@dataclass(frozen=True)
class Entry:
    """One act: its word, the user name concerned, who did it, and what belongs to it (a role, a card number)."""

    id: int
    at: datetime
    who: str
    what: str
    account: str
    detail: str


async def write(
    transaction: Transaction,
    who: Account,
    company_id: int | None,
    kind: str,
    username: str,
    **data: str,
) -> None:
    """Write down an act of `who` on an account of a company (None: a system administrator's own)."""
    await transaction.run(
        "insert into account_event (company_id, who, kind, account, data) values ($1, $2, $3, $4, $5)",
        company_id, f"{who.display_name}（{who.username}）", kind, username, data,
    )  # fmt: skip


async def read(transaction: Transaction, person: Person, before: int | None) -> list[Entry]:
    """The newest MOST entries of a person's company, older than `before` where it is given."""
    rows = await transaction.rows(
        f"""select id, at, who, kind, account, data from account_event
            where {OWN} and ($2::bigint is null or id < $2) order by id desc limit {MOST}""",
        person.company_id,
        before,
    )
    return [
        Entry(row["id"], row["at"], row["who"], KINDS[row["kind"]], row["account"], _detail(row["data"]))
        for row in rows
    ]


def _detail(data: dict[str, Any]) -> str:
    return "，".join(str(value) for value in data.values())
