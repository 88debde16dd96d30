"""What may be typed for an account or a company, and what a password must be like (PORT-09)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum.cn import uscc

from singlewindow.contract.passwords import (
    PASSWORD_RULE,
    USERNAME,
    USERNAME_RULE,
    is_display_name,
    is_weak,
    tells_user,
)
from singlewindow.kernel.problems import Violation

CLAUSE = "账号注册要求"
CUSTOMS_CODE = re.compile(r"[0-9]{4}[0-9A-Z]{6}")
CIQ_CODE = re.compile(r"[0-9]{10}")


def of_account(username: str, display_name: str) -> Iterator[Violation]:
    """What is wrong with a new account's user name and display name."""
    if not USERNAME.fullmatch(username):
        yield wrong("username", "account.username", USERNAME_RULE, "请换一个用户名")
    if not is_display_name(display_name):
        yield wrong("display_name", "account.name", "姓名须为 1 至 30 个字符", "请填写使用人姓名")


def of_password(password: str, username: str) -> Iterator[Violation]:
    """What is wrong with a new password of this user: length, kinds of characters, the user name in it."""
    if is_weak(password):
        yield wrong("password", "account.password", PASSWORD_RULE, "请换一个更强的密码")
    elif tells_user(password, username):
        yield wrong("password", "account.password", "密码不能包含用户名", "请换一个密码")


def of_company(customs_code: str, ciq_code: str) -> Iterator[Violation]:
    """What is wrong with a company's codes; those that its certificate tells are compared elsewhere."""
    if not CUSTOMS_CODE.fullmatch(customs_code):
        message = "海关十位编码须为 4 位数字加 6 位数字或大写字母"
        yield wrong("customs_code", "company.customs_code", message, "请按海关注册登记证书填写")
    if ciq_code and not CIQ_CODE.fullmatch(ciq_code):
        yield wrong(
            "ciq_code",
            "company.ciq_code",
            "检验检疫编码须为 10 位数字",
            "请按检验检疫备案登记证明书填写，没有的可以不填",
        )


def warnings_of(scc: str) -> list[Violation]:
    """What looks odd in a 统一社会信用代码 without being refused: real old ones break the rule (GB 32100-2015)."""
    if uscc.is_valid(scc):
        return []
    message = "统一社会信用代码的校验位与 GB 32100-2015 不符"
    return [wrong("scc", "company.scc", message, "请核对卡内信息；确认无误的可以继续注册")]


def wrong(path: str, rule: str, message: str, advice: str, clause: str = CLAUSE) -> Violation:
    """A violation at a box of an account's form."""
    return Violation(path, rule, message, advice, clause, "field")
