"""Small XML messages of a fixed shape: read within narrow bounds, written in the order of the shape.

A message of a lane is some hundred bytes in one flat shape, so it is read in this process: expat sees it in one piece
of at most MAX_BYTES, and whatever could make it grow (document types, entities) or sink (depth, numbers) ends the
reading at once (docs/decisions/0023-customs-gate.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.parsers import expat

MAX_BYTES = 65_536
MAX_DEPTH = 4
MAX_ELEMENTS = 400
MAX_TEXT = 4_000  # characters of one element
NO_UTF_8 = "报文的字符集应为 UTF-8"
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BadXml(Exception):
    """The message cannot be read; the text says why, in Chinese."""


@dataclass(frozen=True)
class Shape:
    """An element: its children in their order, whether it may come several times, whether it must come."""

    name: str
    children: tuple[Shape, ...] = ()
    many: bool = False
    required: bool = False


@dataclass
class Node:
    """An element that was read."""

    name: str
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def value(self, *path: str) -> str:
        """The text of the first element under a path, without blanks around; "" where there is none."""
        node: Node | None = self
        for name in path:
            node = next((each for each in node.children if each.name == name), None) if node else None
        return node.text.strip() if node else ""

    def values(self, group: str, name: str) -> list[str]:
        """The texts of that element in each group of that name, in their order."""
        return [each.value(name) for each in self.children if each.name == group]


def read(data: bytes, shape: Shape) -> Node:
    """The message in `data`, whose elements stand in the shape's order; raises BadXml."""
    if len(data) > MAX_BYTES:
        raise BadXml(f"报文超过 {MAX_BYTES:,} 字节")
    _check_encoding(data)
    reader = _Reader()
    try:
        reader.parse(data)
    except expat.ExpatError as error:
        raise BadXml(f"不是有效的 XML（第 {error.lineno} 行第 {error.offset + 1} 列）") from error
    if reader.root.name != shape.name:
        raise BadXml(f"根元素应为 {shape.name}")
    _check(reader.root, shape)
    return reader.root


def _check_encoding(data: bytes) -> None:
    """Expat goes by a byte order mark and by NUL bytes, whatever it was told; raises BadXml for what is no UTF-8."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadXml(NO_UTF_8) from None
    if "\0" in text:
        raise BadXml(NO_UTF_8)


class _Reader:
    """Builds the tree and keeps the bounds while expat reads."""

    def __init__(self) -> None:
        self.root = Node("")
        self._open: list[Node] = []
        self._count = 0
        self._parser = expat.ParserCreate("UTF-8")
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type
        self._parser.ProcessingInstructionHandler = self._refuse_instruction
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def parse(self, data: bytes) -> None:
        """All of it, in one piece."""
        self._parser.Parse(data, True)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise BadXml(NO_UTF_8)

    def _refuse_document_type(self, *_: object) -> None:
        raise BadXml("报文不能含有文档类型声明（DOCTYPE）")

    def _refuse_instruction(self, *_: object) -> None:
        raise BadXml("报文不能含有处理指令")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise BadXml(f"报文的元素超过 {MAX_ELEMENTS} 个或 {MAX_DEPTH} 层")
        if attributes:
            raise BadXml(f"元素 {name[:64]} 不能有属性或命名空间")
        node = Node(name)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        node = self._open[-1]
        node.text += text
        if len(node.text) > MAX_TEXT:
            raise BadXml(f"元素 {node.name[:64]} 超过 {MAX_TEXT:,} 个字符")


def _check(node: Node, shape: Shape) -> None:
    """Whether an element's children are those of the shape, in its order; raises BadXml."""
    if shape.children and node.text.strip():
        raise BadXml(f"元素 {shape.name} 不能有文字")
    at = 0
    seen: set[str] = set()
    for child in node.children:
        at, its = _place(child, shape, at)
        if its.name in seen and not its.many:
            raise BadXml(f"元素 {its.name} 只能出现一次")
        seen.add(its.name)
        _check(child, its)
    for missing in shape.children:
        if missing.required and not node.value(missing.name):
            raise BadXml(f"缺少元素 {missing.name}，或没有内容")


def _place(child: Node, shape: Shape, at: int) -> tuple[int, Shape]:
    for place in range(at, len(shape.children)):
        if shape.children[place].name == child.name:
            return place, shape.children[place]
    known = any(each.name == child.name for each in shape.children)
    name = child.name[:64]
    raise BadXml(f"元素 {name} 的次序不符合规定" if known else f"元素 {shape.name} 中没有 {name}")


def write(shape: Shape, values: Mapping[tuple[str, ...], str]) -> bytes:
    """The message: every element of the shape in its order, `values` by path below the root, the others empty."""
    root = ElementTree.Element(shape.name)
    _fill(root, shape.children, (), values)
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True, short_empty_elements=False)
    return written


def _fill(
    parent: ElementTree.Element,
    shapes: Sequence[Shape],
    path: tuple[str, ...],
    values: Mapping[tuple[str, ...], str],
) -> None:
    for shape in shapes:
        element = ElementTree.SubElement(parent, shape.name)
        here = (*path, shape.name)
        element.text = _IMPOSSIBLE.sub("\ufffd", values.get(here, "")) or None
        _fill(element, shape.children, here, values)


def paths(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every element's path below the root, in the shape's order."""
    for child in shape.children:
        yield (*path, child.name)
        yield from paths(child, (*path, child.name))
