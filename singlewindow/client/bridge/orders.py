"""What a document's file says: the document, and what is to be done with it.

JSON: `{"type": "inspection.declaration", "action": "apply", "content": {…}, "attachments": [{"category": "00000002",
"file": "scan.pdf"}]}`; XML: a `Document` with the same as attributes and the content as elements. `sender_number` is
the file's name unless it says another; `number` names a document that is there already. See docs/api.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from singlewindow.client.bridge.boxes import FILE_NAME, SUFFIXES

SAVE = "save"
CLAUSE = "接口说明「文件夹客户端」"
SHAPES = {
    "missing": "缺少此项",
    "extra_forbidden": "没有这一项，请核对名称",
    "string_type": "应为文字",
    "dict_type": "应为名称与值",
    "list_type": "应为列表",
    "string_too_long": "过长",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "格式不正确",
}


class Unfinished(Exception):
    """The file breaks off: it is still being written, or was never whole. The text says where."""


@dataclass(eq=False)
class Refusal(Exception):
    """Why a file is refused, in the shape in which the portal refuses; doing the same again is refused again."""

    detail: str
    advice: str = ""
    clause: str = CLAUSE
    violations: Sequence[Mapping[str, Any]] = ()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NamedFile(_Strict):
    """A file that goes with a document: it lies beside it in OutBox. With its SHA-256 it is taken as soon as it is
    whole, otherwise when nobody has written to it for a while."""

    category: str = Field(min_length=1, max_length=20)
    file: str = Field(min_length=1, max_length=100)
    sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")


class Order(_Strict):
    """One document and what is to be done with it: `save`, or a signed action of its type."""

    type: str = Field(min_length=1, max_length=80, pattern=r"^[a-z0-9_]+[.][a-z0-9_]+$")
    action: str = Field(min_length=1, max_length=40, pattern="^[a-z0-9_]+$")
    content: dict[str, Any] | None = None
    sender_number: str = Field(default="", max_length=100)
    number: str = Field(default="", pattern="^([0-9]{18})?$")
    attachments: list[NamedFile] = Field(default=[], max_length=100)


def read_json(name: str, data: bytes) -> Order:
    """The order in a JSON file of that name. Raises Unfinished, Refusal."""
    try:
        said = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unfinished(f"不是完整的 JSON（{_words(error)}）") from error
    return order_of(name, said)


def order_of(name: str, said: object) -> Order:
    """The order that a file of that name gives; raises Refusal, which names each thing that is wrong."""
    if not isinstance(said, dict):
        raise Refusal("文件内容应为一份单据", "请按说明中的样例给出 type、action、content")
    try:
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal(
            f"文件含有不能处理的文字或数值（{_words(error)}）", "请删去后重新放入 OutBox"
        ) from error
    try:
        order = Order.model_validate(said)
    except ValidationError as error:
        wrong = [_violation(each["loc"], each["type"], each["msg"]) for each in error.errors()]
        raise Refusal(
            "文件的格式不符合说明", "请按说明更正后以原文件名重新放入 OutBox", violations=wrong
        ) from error
    _check_files(order.attachments)
    if not order.number and order.content is None:
        raise Refusal("没有给出单据内容", "请给出 content；办理已有单据时给出其统一编号 number")
    return (
        order if order.sender_number else order.model_copy(update={"sender_number": name.rpartition(".")[0]})
    )


def _check_files(files: Sequence[NamedFile]) -> None:
    """Only names of files in OutBox itself, each once, and none that is a document's."""
    names = [each.file for each in files]
    wrong = [
        n for n in names if not FILE_NAME.fullmatch(n) or n.lower().endswith(SUFFIXES) or names.count(n) > 1
    ]
    if wrong:
        raise Refusal(
            f"附件名「{wrong[0][:60]}」不能使用",
            "附件须与单据文件同在 OutBox 中，只写文件名；同一附件不能重复，也不能是 .json 或 .xml",
        )


def _violation(location: tuple[int | str, ...], kind: str, words: str) -> dict[str, str]:
    path = "/".join(str(each + 1) if isinstance(each, int) else each for each in location)
    message = SHAPES.get(kind, words)
    return {
        "path": path,
        "rule": "bridge.file",
        "message": message,
        "advice": "请按说明更正",
        "clause": CLAUSE,
    }


def _no_number(text: str) -> object:
    raise ValueError(f"{text} 不是数值")


def _words(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__


@dataclass
class Definition:
    """Of a document type what the bridge must know: title, and its actions by name."""

    type: str
    title: str
    actions: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def signed(self, name: str) -> Mapping[str, Any]:
        """A signed action. Raises Refusal for a name that is none."""
        action = self.actions.get(name)
        if action is None or not action["signed"]:
            known = "、".join(f"{n}（{a['label']}）" for n, a in self.actions.items() if a["signed"])
            raise Refusal(
                f"「{self.title}」没有可签名办理的操作 {name}", f"action 可以是 save（暂存）、{known}"
            )
        return action
