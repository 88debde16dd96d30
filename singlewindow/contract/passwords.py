"""What a user name and a password must be like, at the portal (PORT-09) and at customs (CUST-03)."""

from __future__ import annotations

import re

USERNAME = re.compile(r"[a-z][a-z0-9_]{3,29}")
USERNAME_RULE = "用户名须为 4 至 30 位小写字母、数字或下划线，以字母开头"
LEAST, MOST = 8, 64
PASSWORD_RULE = f"密码须为 {LEAST} 至 {MOST} 位，含大写字母、小写字母、数字、符号中的至少三类"
_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


def is_display_name(name: str) -> bool:
    """Whether somebody may be shown under this name."""
    return 1 <= len(name.strip()) <= 30 and name.isprintable()


def is_weak(password: str) -> bool:
    """Whether a password breaks `PASSWORD_RULE`: length, kinds of characters."""
    return not LEAST <= len(password) <= MOST or sum(bool(re.search(k, password)) for k in _KINDS) < 3


def tells_user(password: str, username: str) -> bool:
    """Whether the user name stands in it."""
    return bool(username) and username.lower() in password.lower()
