"""许可证编号 of a good: 证件代码 + : (half-width) + 证件编号 (manual 第六篇 1.2 特殊字段说明; CONS-05, FA 3.4)."""

from __future__ import annotations

import re

WAY = "录入方式为：证件代码 + :（英文半角冒号）+ 证件编号，如 1:26-AA-123456"
FULL_WIDTH = "："
_SHAPE = re.compile(r"([0-9A-Za-z]):([0-9A-Za-z-]{1,32})", re.ASCII)


def split(text: str) -> tuple[str, str] | None:
    """Document code and number of what is typed; None for what is not written so. The code's case counts, the number
    has capital letters as in customs' register."""
    found = _SHAPE.fullmatch(text)
    return (found[1], found[2].upper()) if found else None


def what_is_wrong(text: str) -> str:
    """Why a text is no 许可证编号, or ""; whether there is such a document code is asked elsewhere."""
    if FULL_WIDTH in text:
        return f"「许可证编号」{text} 中的冒号是中文全角「：」，应为英文半角「:」"
    if not text.isascii():
        return f"「许可证编号」{text} 含有全角或中文字符，只能使用英文半角的字母、数字、- 和一个 :"
    if ":" not in text:
        return f"「许可证编号」{text} 缺少证件代码和英文半角冒号"
    if split(text) is None:
        return f"「许可证编号」{text} 格式不正确：冒号前为 1 位证件代码，冒号后为 1 至 32 位字母、数字或 -"
    return ""
