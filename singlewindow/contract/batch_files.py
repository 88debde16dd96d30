"""Files with many documents that companies' own systems write: JSON (one object a line, or one array) and XML.

Pure readers: they know no document type beyond the XML names that they are given, keep one document at a time, and
take what they read for hostile: no document type declarations, so no entities; nothing deep, nothing endless. What is
wrong with one document is a `Fault` of it; `Unreadable` is what makes the whole file worthless.

    {"sender_number": "ERP-1", "content": {"contact_name": "王芳", "goods": [{"name": "梨"}]}}

    <Documents type="gate.trip"><Document senderNumber="ERP-1">
      <ContactName>王芳</ContactName><goods><Row><GName>梨</GName></Row></goods>
    </Document></Documents>
"""

from __future__ import annotations

import codecs
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

LONGEST = 1_200_000  # characters of one document
ROW = "Row"
ROOT, DOCUMENT = "Documents", "Document"
DEEPEST = 32  # elements within one another
MOST_FAULTS = 20  # of one document
_SHOWN = 60  # characters of a name that a file made up
_CHUNK = 65_536
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED = re.compile(rb"""\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "utf-16": "utf-16", "gb18030": "gb18030",
    "gbk": "gb18030", "gb2312": "gb18030",
}  # fmt: skip


class Unreadable(Exception):
    """The whole file is not taken; `reason` is a short name, `figures` what stands in its words."""

    def __init__(self, reason: str, **figures: int | str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.figures = {n: v[:_SHOWN] if isinstance(v, str) else v for n, v in figures.items()}


@dataclass(frozen=True)
class Fault:
    """What makes one document worthless: where in it (a path as violations have it, or ""), why, and in which line."""

    path: str
    reason: str
    line: int
    figures: Mapping[str, int | str] = field(default_factory=dict)


@dataclass
class Found:
    """A document as it stands in a file; `members` is what is said of it beside its content.

    `lines` tells where names and rows ("goods/2") begin, in XML; what is not in it stands in `line`.
    """

    line: int
    content: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: str, reason: str, line: int, **figures: int | str) -> None:
        """Add a fault, unless there are enough."""
        if len(self.faults) < MOST_FAULTS:
            cut = {n: v[:_SHOWN] if isinstance(v, str) else v for n, v in figures.items()}
            self.faults.append(Fault(path, reason, line, cut))


@dataclass(frozen=True)
class XmlNames:
    """The names of a document type in XML: element → field, and table → element of its rows → field."""

    fields: Mapping[str, str]
    tables: Mapping[str, Mapping[str, str]]

    @classmethod
    def of_definition(cls, definition: Mapping[str, Any]) -> XmlNames:
        """From what `GET /api/definitions/{type}` answers."""
        boxes = [box for section in definition["sections"] for box in section["fields"]]
        return cls(
            {box["element"]: box["name"] for box in boxes if box["source"] == "content"},
            {
                table["name"]: {box["element"]: box["name"] for box in table["fields"]}
                for table in definition["lines"]
            },
        )


# ------------------------------------------------------------------------------------------------------------ JSON


def read_json(data: bytes) -> Iterator[Found]:
    """The documents of JSON lines, or of one array. Raises Unreadable."""
    encoding, begins = _encoding_of_text(data)
    text = io.TextIOWrapper(io.BytesIO(data[begins:]), encoding)
    first = next((line for line in _lines(text) if line.strip()), None)
    if first is None:
        raise Unreadable("empty")
    text.seek(0)
    if first.lstrip().startswith("["):
        yield from _of_array(text.read())
    else:
        yield from _of_lines(text)


def _of_lines(text: io.TextIOWrapper) -> Iterator[Found]:
    for at, line in enumerate(_lines(text), start=1):
        if line.strip(" \t\n\r\x1a"):  # the last is what DOS ended its texts with
            yield _of_line(line, at)


def _of_line(line: str, at: int) -> Found:
    if len(line) > LONGEST:
        return _faulty(at, "long", limit=LONGEST)
    try:
        return _document(_decoder.decode(line.rstrip("\r\n")), at)
    except _Twice as twice:
        return _faulty(at, "twice", name=str(twice))
    except json.JSONDecodeError as error:
        return _faulty(at, "json", column=error.colno)
    except RecursionError:
        return _faulty(at, "deep")
    except ValueError:
        return _faulty(at, "number")


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines, of which one that is too long is not read to its end."""
    while line := text.readline(LONGEST + 1):
        yield line
        while len(line) > LONGEST and not line.endswith("\n"):
            line = text.readline(LONGEST + 1)


def _of_array(text: str) -> Iterator[Found]:
    """The members of an array, one after the other. Raises Unreadable where it is none."""
    at, line = text.index("[") + 1, 1
    line += text.count("\n", 0, at)
    begun = False
    while True:
        at, line = _skipped(text, at, line)
        if text[at : at + 1] == "]":
            _check_rest(text, at + 1, line)
            return
        if begun:
            if text[at : at + 1] != ",":
                raise _broken(text, at, line)
            at, line = _skipped(text, at + 1, line)
        try:
            value, end = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise _broken(
                text, getattr(error, "pos", at), line + text.count("\n", at, getattr(error, "pos", at))
            ) from error
        begun = True
        yield _document(value, line) if end - at <= LONGEST else _faulty(line, "long", limit=LONGEST)
        line += text.count("\n", at, end)
        at = end


def _skipped(text: str, at: int, line: int) -> tuple[int, int]:
    """The place after white space, and its line."""
    found = _BLANK.match(text, at)
    assert found
    return found.end(), line + text.count("\n", at, found.end())


_BLANK = re.compile(r"[ \t\n\r]*")


def _check_rest(text: str, at: int, line: int) -> None:
    if text[at:].strip(" \t\n\r\x1a"):
        raise _broken(text, *_skipped(text, at, line))


def _broken(text: str, at: int, line: int) -> Unreadable:
    return Unreadable("array", line=line, column=at - text.rfind("\n", 0, at))


def _document(value: Any, line: int) -> Found:
    if not isinstance(value, dict):
        return _faulty(line, "no_object")
    content = value.get("content")
    if not isinstance(content, dict):
        return _faulty(line, "no_content")
    return Found(line, content, {name: each for name, each in value.items() if name != "content"})


def _faulty(line: int, reason: str, **figures: int | str) -> Found:
    found = Found(line)
    found.fault("", reason, line, **figures)
    return found


class _Twice(ValueError):
    """A name that an object has twice: which of the values counts nobody can know."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Twice(twice_in(name for name, _ in pairs))
    return made


def twice_in(names: Iterable[str]) -> str:
    """The name that stands there twice or more, in a time that many names do not square."""
    return Counter(names).most_common(1)[0][0]


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=_finite, parse_constant=_no_constant)


# ------------------------------------------------------------------------------------------------------------- XML


def read_xml(data: bytes, names: XmlNames) -> Iterator[Found]:
    """The documents below <Documents>, or the one that the file is. Raises Unreadable.

    What the root says of all documents (its `type`) stands in the members of each."""
    reader = _XmlReader(names)
    for chunk in _utf8(data):
        reader.feed(chunk, last=False)
        yield from reader.taken()
    reader.feed(b"", last=True)
    yield from reader.taken()


class _XmlReader:
    """The state of reading: which elements are open, and the document that is being put together."""

    def __init__(self, names: XmlNames) -> None:
        self._names = names
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        self._ready: list[Found] = []
        self._open: list[
            str
        ] = []  # what the open elements are: root, document, field, table, row, cell, other
        self._of_all: dict[str, Any] = {}
        self._found = Found(0)
        self._size = 0
        self._table = self._name = ""
        self._row: dict[str, Any] = {}
        self._texts: list[str] = []

    def feed(self, chunk: bytes, *, last: bool) -> None:
        """Read on. Raises Unreadable."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise Unreadable("xml", line=error.lineno, column=error.offset + 1, code=error.code) from error

    def taken(self) -> list[Found]:
        """The documents that became whole since the last time."""
        ready, self._ready = self._ready, []
        return ready

    def _doctype(self, *_: object) -> None:
        raise Unreadable("doctype")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        inside = self._open[-1] if self._open else ""
        self._size += len(name) + 1
        if len(self._open) > DEEPEST:
            raise Unreadable("deep", line=self._line())
        if inside == "document":
            self._begin_member(name, attributes)
        elif inside == "row":
            self._begin_value("cell", self._names.tables[self._table].get(name, name))
            self._check_attributes(name, attributes)
        elif inside == "table" and name == ROW:
            self._begin_row(attributes)
        elif inside in ("", "root"):
            self._begin_document(inside, name, attributes)
        else:
            self._found.fault(self._path(), "nested", self._line(), name=name)
            self._open.append("other")

    def _begin_document(self, inside: str, name: str, attributes: dict[str, str]) -> None:
        if not inside and name == ROOT:
            self._of_all = _own(attributes)
            self._open.append("root")
        elif name == DOCUMENT:
            self._found = Found(self._line(), members={**self._of_all, **_own(attributes)})
            self._size = 0
            self._open.append("document")
        else:
            raise Unreadable("element", name=name, line=self._line())

    def _begin_member(self, name: str, attributes: dict[str, str]) -> None:
        if name in self._names.tables:
            self._table = name
            self._open.append("table")
            self._keep(self._found.content, name, [])
        else:
            self._begin_value("field", self._names.fields.get(name, name))
        self._check_attributes(name, attributes)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        rows = self._found.content.get(self._table, [])
        self._row = {}
        rows.append(self._row)
        self._found.lines[f"{self._table}/{len(rows)}"] = self._line()
        self._open.append("row")
        self._check_attributes(ROW, attributes)

    def _begin_value(self, kind: str, name: str) -> None:
        self._name, self._texts = name, []
        self._open.append(kind)
        if kind == "field" and name not in self._found.lines:
            self._found.lines[name] = self._line()

    def _end(self, _: str) -> None:
        ended = self._open[-1]
        if ended == "field":
            self._keep(self._found.content, self._name, "".join(self._texts).strip())
        elif ended == "cell":
            self._keep(self._row, self._name, "".join(self._texts).strip())
        elif ended == "document":
            self._ready.append(self._whole())
        self._open.pop()

    def _text(self, text: str) -> None:
        inside = self._open[-1]
        self._size += len(text)
        if inside in ("field", "cell"):
            if self._size <= LONGEST:
                self._texts.append(text)
        elif inside != "other" and text.strip() and inside != "root":
            self._found.fault(self._path(), "text", self._line())
        elif inside == "root" and text.strip():
            raise Unreadable("text", line=self._line())

    def _whole(self) -> Found:
        if self._size <= LONGEST:
            return self._found
        return _faulty(self._found.line, "long", limit=LONGEST)

    def _keep(self, values: dict[str, Any], name: str, value: Any) -> None:
        if name in values:
            self._found.fault(self._path(), "twice", self._line(), name=name)
        elif self._size <= LONGEST:
            values[name] = value

    def _check_attributes(self, name: str, attributes: dict[str, str]) -> None:
        if own := _own(attributes):
            self._found.fault(self._path(), "attribute", self._line(), name=next(iter(own)), element=name)

    def _path(self) -> str:
        """Where reading is, as violations name places."""
        if "table" not in self._open:
            return self._name if "field" in self._open else ""
        rows = self._found.content.get(self._table)
        row = f"{self._table}/{len(rows)}" if rows and "row" in self._open else self._table
        return f"{row}/{self._name}" if "cell" in self._open else row

    def _line(self) -> int:
        return self._parser.CurrentLineNumber


def _own(attributes: dict[str, str]) -> dict[str, Any]:
    """The attributes without those that are XML's own."""
    return {n: v for n, v in attributes.items() if not n.startswith(("xmlns", "xml:", "xsi:"))}


# ------------------------------------------------------------------------------------------------------- characters


def _encoding_of_text(data: bytes) -> tuple[str, int]:
    """The encoding of a text, and where it begins: by its mark, else strict UTF-8, else GB 18030, which includes GBK.
    Raises Unreadable."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            _check(data, encoding, len(mark))
            return encoding, len(mark)
    cut = False
    for encoding in ("utf-8", "gb18030"):
        try:
            _check(data, encoding, 0)
        except Unreadable as problem:
            cut |= bool(problem.figures["cut"])
            continue
        return encoding, 0
    raise Unreadable("encoding", cut=cut)


def _check(data: bytes, encoding: str, begins: int) -> None:
    for _ in _decoded(data, encoding, begins):
        pass


def _decoded(data: bytes, encoding: str, begins: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(begins, len(data), _CHUNK):
            yield decoder.decode(data[at : at + _CHUNK])
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unreadable("encoding", cut=cut_short(error)) from error


def cut_short(error: UnicodeDecodeError) -> bool:
    """Whether a text is right but for a last character that is not all there."""
    reasons = ("unexpected end of data", "incomplete multibyte sequence", "truncated data")  # of each codec
    return error.reason in reasons and error.end == len(error.object)


def _utf8(data: bytes) -> Iterator[bytes]:
    """An XML file as UTF-8, in pieces: by its mark, else as it says itself, else as texts are. Raises Unreadable."""
    mark = next((mark for mark in _MARKS if data.startswith(mark[0])), None)
    declared = None if mark else _DECLARED.match(data[:400])
    if not data.strip():
        raise Unreadable("empty")
    if mark:
        encoding, begins = mark[1], len(mark[0])
    elif declared:
        name = declared[1].decode("ascii")
        if name.lower() not in _CODECS:
            raise Unreadable("encoding_name", name=name)
        encoding, begins = _CODECS[name.lower()], 0
    else:
        encoding, begins = _encoding_of_text(data)
    for text in _decoded(data, encoding, begins):
        yield text.encode()


def kind_of(data: bytes) -> str:
    """What a file looks like: "xlsx", "xml", "json", or "" for nothing of these."""
    if data.startswith(b"PK\x03\x04"):
        return "xlsx"
    begins = next((len(mark) for mark, _ in _MARKS if data.startswith(mark)), 0)
    first = data[begins : begins + 1_000].replace(b"\0", b"").lstrip()[:1]
    return {b"<": "xml", b"{": "json", b"[": "json"}.get(first, "")


def sender_number_of(
    members: Mapping[str, Any], names: Sequence[str] = ("sender_number", "senderNumber")
) -> Any:
    """The sender's own number among a document's members, as JSON and XML name it; None where there is none."""
    return next((members[name] for name in names if name in members), None)
