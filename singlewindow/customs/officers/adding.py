"""Making an officer, or giving one another password, from the command line (CUST-03): customs have no page for that."""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.contract.passwords import (
    PASSWORD_RULE,
    USERNAME,
    USERNAME_RULE,
    is_display_name,
    is_weak,
    tells_user,
)
from singlewindow.customs.database import Database
from singlewindow.customs.officers.passwords import hash_password
from singlewindow.customs.problems import Refused, Violation


async def add(database: Database, username: str, password: str, name: str, *, replace: bool = False) -> None:
    """A new officer. With `replace` one who is there gets this name and password, and is logged out everywhere.

    Raises Refused with everything that is wrong.
    """
    if wrong := list(_wrong(username, password, name)):
        raise Refused(wrong[0].message, wrong)
    stored = hash_password(password)
    async with database.transaction() as transaction:
        await transaction.run(
            "lock table officer in share row exclusive mode"
        )  # two of one name: one is refused
        known = await transaction.value("select id from officer where username = $1", username)
        if known is not None and not replace:
            raise Refused.because(
                "username",
                "officer.taken",
                f"关员用户名 {username} 已有人使用",
                "请换一个用户名，或用 --replace 重设其姓名和密码",
            )
        await transaction.run(
            """insert into officer (username, name, password_hash) values ($1, $2, $3)
               on conflict (username) do update set name = excluded.name, password_hash = excluded.password_hash""",
            username,
            name,
            stored,
        )
        await transaction.run("delete from session where officer_id = $1", known)


def _wrong(username: str, password: str, name: str) -> Iterator[Violation]:
    if not USERNAME.fullmatch(username):
        yield Violation("username", "officer.username", USERNAME_RULE, "请换一个用户名")
    if not is_display_name(name):
        yield Violation("name", "officer.name", "姓名须为 1 至 30 个字符", "请填写关员姓名")
    if is_weak(password):
        yield Violation("password", "officer.password", PASSWORD_RULE, "请换一个更强的密码")
    elif tells_user(password, username):
        yield Violation("password", "officer.password", "密码不能包含用户名", "请换一个密码")
