"""What a document's file says: the document, and what is to be done with it.

JSON: `{"type": "inspection.declaration", "action": "apply", "content": {…}, "attachments": [{"category": "00000002",
"file": "scan.pdf"}]}`; XML: a `Document` with the same as attributes and the content as elements. `sender_number` is
the file's name unless it says another; `number` names a document that is there already. See docs/api.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from xml.parsers.expat import errors

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from singlewindow.client.bridge.boxes import FILE_NAME, MOST_FILE_NAME, SUFFIXES, is_short
from singlewindow.contract.batch_files import Found, Unreadable, XmlNames, cut_short, read_xml, twice_in

SAVE = "save"
MOST_ORDER = 4 * 1024 * 1024  # bytes of a document's file; the portal takes no larger content either
DEEPEST = 20  # lists and objects in one another; a document has four
MOST_VIOLATIONS = 100  # that are named of one file
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


CORRECT = "请按说明更正后以原文件名重新放入 OutBox"
TYPE = re.compile("[a-z0-9_]{1,40}[.][a-z0-9_]{1,40}")
NUMBER = re.compile("[0-9]{18}")
ATTRIBUTES = {
    "senderNumber": "sender_number"
}  # of a Document in XML → name in JSON; others are called the same
ATTACHMENTS = "Attachments"
FILE_ELEMENTS = {"Category": "category", "File": "file", "Sha256": "sha256"}
FAULTS = {
    "nested": "此处不能再含有元素",
    "twice": "同一元素出现两次",
    "attribute": "此处不能有属性",
    "text": "此处不能有文字",
    "long": "单据过长",
}
UNREADABLE = {
    "empty": "没有内容",
    "xml": "有误",
    "deep": "嵌套过深",
    "element": "的元素不是 Documents 或其下的 Document",
    "text": "有不属于任何单据的文字",
}
"""What is wrong with an XML file, by the reasons of `contract/batch_files.py`."""
CUT = "最后一个字符不全"
ENCODED = {
    "encoding": "的文字不是其编码（未声明时为 UTF-8 或 GB 18030）的文字",
    "encoding_name": "声明的文字编码不受支持",
}
REWRITE = "请重新写出完整的文件；先写成其他名称，写完后再改名，可避免读到一半"
ENCODE = "请以 UTF-8 或 GB 18030 编码重新写出，以原文件名重新放入 OutBox"
BREAKS_OFF = {
    errors.codes[each]
    for each in (
        errors.XML_ERROR_NO_ELEMENTS, errors.XML_ERROR_UNCLOSED_TOKEN, errors.XML_ERROR_PARTIAL_CHAR,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}  # fmt: skip
"""Codes of an XML file that is right as far as it goes."""


class Unfinished(Exception):
    """The file cannot be read: perhaps it is still being written. The text says what is wrong with it, `advice` what to
    do where nobody writes to it any more."""

    def __init__(self, words: str, advice: str) -> None:
        super().__init__(words)
        self.advice = advice


def unfinished(kind: str, where: str, *, breaks_off: bool) -> Unfinished:
    """Of a file that breaks off, and of one that is wrong where it goes on."""
    if breaks_off:
        return Unfinished(f"不是完整的 {kind}（{where}）", REWRITE)
    return Unfinished(f"不是正确的 {kind}（{where}）", CORRECT)


@dataclass(eq=False)
class Refusal(Exception):
    """Why a file is refused, in the shape in which the portal refuses; doing the same again is refused again. `files`:
    what it names to go with it, as far as that can be read of a file that says it wrongly."""

    detail: str
    advice: str = ""
    clause: str = CLAUSE
    violations: Sequence[Mapping[str, Any]] = ()
    files: Sequence[str] = ()


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

    type: str = Field(max_length=80, pattern=f"^{TYPE.pattern}$")
    action: str = Field(min_length=1, max_length=40, pattern="^[a-z0-9_]+$")
    content: dict[str, Any] | None = None
    sender_number: str = Field(default="", max_length=100)
    number: str = Field(default="", pattern=f"^({NUMBER.pattern})?$")
    attachments: list[NamedFile] = Field(default=[], max_length=100)


@dataclass
class Definition:
    """Of a document type what the bridge must know: title, its actions by name, and its names in XML."""

    title: str
    actions: Mapping[str, Mapping[str, Any]] = field(repr=False)
    names: XmlNames = field(repr=False)

    def signed(self, name: str) -> Mapping[str, Any]:
        """A signed action. Raises Refusal for a name that is none."""
        action = self.actions.get(name)
        if action is None or not action["signed"]:
            known = "、".join(f"{n}（{a['label']}）" for n, a in self.actions.items() if a["signed"])
            raise Refusal(
                f"「{self.title}」没有可签名办理的操作 {name}", f"action 可以是 save（暂存）、{known}"
            )
        return action


def read_order(name: str, data: bytes, definition: Callable[[str], Definition]) -> Order:
    """The order in a file of that name; `definition` is asked for a type's where the file is XML. Raises Unfinished,
    Refusal, and what `definition` raises."""
    return _of_xml(name, data, definition) if name.endswith(".xml") else _of_json(name, data)


def _of_json(name: str, data: bytes) -> Order:
    try:
        return order_of(name, json.loads(_text(data), object_pairs_hook=_once, parse_constant=_no_number))
    except UnicodeDecodeError as error:
        if cut_short(error):
            raise unfinished("JSON", CUT, breaks_off=True) from error
        raise Unfinished("的文字不是 UTF-8 或 GB 18030 编码", ENCODE) from error
    except (ValueError, RecursionError) as error:
        raise unfinished("JSON", _words(error), breaks_off=_breaks_off(error)) from error


def _of_xml(name: str, data: bytes, definition: Callable[[str], Definition]) -> Order:
    """One Document. Read twice: its type says what its elements are called."""
    type = _document(data, XmlNames({}, {})).members.get("type", "")
    if not TYPE.fullmatch(type):
        raise Refusal("没有给出单据类型", "请在 Document 的属性 type 中给出，例如 inspection.declaration")
    names = definition(type).names
    found = _document(data, XmlNames(names.fields, {**names.tables, ATTACHMENTS: FILE_ELEMENTS}))
    if found.faults:
        wrong = [
            _violation((each.path,), each.reason, FAULTS.get(each.reason, each.reason))
            for each in found.faults
        ]
        files = _named_files({"attachments": found.content.get(ATTACHMENTS)})
        raise Refusal("文件的格式不符合说明", CORRECT, violations=wrong, files=files)
    said = {ATTRIBUTES.get(attribute, attribute): text for attribute, text in found.members.items()}
    files = found.content.pop(ATTACHMENTS, [])
    return order_of(name, said | {"content": found.content or None, "attachments": files})


def _document(data: bytes, names: XmlNames) -> Found:
    """The only document of an XML file. Raises Unfinished, Refusal."""
    try:
        found = list(islice(read_xml(data, names), 2))
    except Unreadable as problem:
        if problem.reason == "doctype":
            raise Refusal("XML 不能含有 DOCTYPE", "请去掉 DOCTYPE 后重新放入 OutBox") from problem
        if problem.figures.get("cut"):
            raise unfinished("XML", CUT, breaks_off=True) from problem
        if problem.reason in ENCODED:
            raise Unfinished(ENCODED[problem.reason], ENCODE) from problem
        where = f"第 {problem.figures['line']} 行" if "line" in problem.figures else ""
        breaks_off = problem.reason == "empty" or problem.figures.get("code") in BREAKS_OFF
        raise unfinished("XML", f"{where}{UNREADABLE[problem.reason]}", breaks_off=breaks_off) from problem
    if len(found) != 1:
        raise Refusal("每个文件应恰有一份单据（Document）", "请每份单据写一个文件")
    return found[0]


def order_of(name: str, said: object) -> Order:
    """The order that a file of that name gives; raises Refusal, which names each thing that is wrong."""
    if not isinstance(said, dict):
        raise Refusal("文件内容应为一份单据", "请按说明中的样例给出 type、action、content")
    if _is_deeper(said, DEEPEST):
        raise Refusal(f"文件内容的层次超过 {DEEPEST} 层", CORRECT)
    try:
        return _checked(name, said)
    except Refusal as refusal:
        refusal.files = _named_files(said)
        raise


def _checked(name: str, said: Mapping[str, Any]) -> Order:
    try:
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal(
            f"文件含有不能处理的文字或数值（{_words(error)}）", "请删去后重新放入 OutBox"
        ) from error
    try:
        order = Order.model_validate(said)
    except ValidationError as error:
        named = islice(error.errors(include_url=False, include_input=False), MOST_VIOLATIONS)
        wrong = [_violation(each["loc"], each["type"], each["msg"]) for each in named]
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
    wrong = [n for n in names if not _may_go_along(n) or names.count(n) > 1]
    if wrong:
        raise Refusal(
            f"附件名「{wrong[0][:60]}」不能使用",
            "附件须与单据文件同在 OutBox 中，只写文件名；同一附件不能重复，也不能是 .json 或 .xml",
        )


def files_named_in(name: str, data: bytes) -> list[str]:
    """Names of the files that are to go with the document in a file of that name, as far as it can be read."""
    with suppress(Unfinished, Refusal, ValueError, RecursionError):
        if not name.endswith(".xml"):
            said = json.loads(_text(data))
            return _named_files(said) if isinstance(said, dict) else []
        found = _document(data, XmlNames({}, {ATTACHMENTS: FILE_ELEMENTS}))
        return _named_files({"attachments": found.content.get(ATTACHMENTS)})
    return []


def _may_go_along(name: str) -> bool:
    """Whether a file of that name may go with a document."""
    fits = FILE_NAME.fullmatch(name) and is_short(name, MOST_FILE_NAME)
    return bool(fits) and not name.lower().endswith(SUFFIXES)


def _named_files(said: Mapping[str, Any]) -> list[str]:
    """Names of files that a document names, of one that is wrong otherwise."""
    listed = said.get("attachments")
    names = (
        [each.get("file") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    return [name for name in names[:100] if isinstance(name, str) and _may_go_along(name)]


def _is_deeper(value: object, most: int) -> bool:
    """Whether more than so many lists and objects stand in one another; without going down into them itself."""
    level = [value]
    for _ in range(most):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
    return any(isinstance(each, dict | list) for each in level)


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


def _text(data: bytes) -> str:
    """UTF-8 with or without its mark, else GB 18030. Raises UnicodeDecodeError: of UTF-8 where that breaks off."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            if cut_short(error):
                raise error from None
            raise


def _breaks_off(error: Exception) -> bool:
    """Whether a JSON text is right as far as it goes."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated") or not error.doc[error.pos :].strip()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a name that it has twice nobody can know which value counts. Raises Refusal."""
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = twice_in(name for name, _ in pairs)
        raise Refusal(f"「{twice[:60]}」在同一处出现两次", CORRECT)
    return made


def _no_number(text: str) -> object:
    raise ValueError(f"{text} 不是数值")


def _words(error: Exception) -> str:
    """What is wrong with a JSON text, for people."""
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行第 {error.colno} 个字符处有误"
    return "层次过深" if isinstance(error, RecursionError) else str(error)[:200]
