"""Numbers of one kind from a file that a person has: txt, csv or xlsx, however they stand in it.

Nothing is guessed: what is no number of the kind is explained where it stands, and a number that a spreadsheet has
changed is not put right. The file is read in a child process (`reader_child.py`) with little time and memory; what is
judged here are at most some thousand short texts.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from unicodedata import category

from singlewindow.kernel.bounded import Gate
from singlewindow.kernel.spreadsheets.cells import AS_TEXT, LOST_ZEROS, MOST_EXACT
from singlewindow.kernel.spreadsheets.reader import (
    WORKBOOK_MESSAGES,
    Words,
    bounds_of,
    lines_of,
    not_a_workbook,
)

CHILDREN_AT_ONCE = 2
LISTED = 200  # problems that are told; all are counted
_SHOWN = 40  # characters of a text that is told
_ENTRY = 40  # characters that an entry of a text may have on average


@dataclass(frozen=True)
class NumberFileLimits:
    """What a file may be and what reading it may cost; sizes in bytes, times in seconds.

    Reading is bounded by processor time; `seconds` is for a machine that has others to serve too.
    """

    max_bytes: int = 4_194_304
    max_rows: int = 10_000
    max_entries: int = 10_000
    max_parts: int = 500
    max_decoded_bytes: int = 67_108_864
    max_said_bytes: int = 2_000_000  # what of it comes here to be judged
    seconds: float = 10.0
    cpu_seconds: int = 2
    memory_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a text, and what to do about it; Chinese."""

    message: str
    advice: str


@dataclass(frozen=True)
class NumberShape:
    """The kind of number that is looked for.

    `heads` are the words that may stand over a column of them, lower case, without spaces. `judge` says what is wrong
    with a text of so many digits, None for nothing. `clause` is the basis of every refusal.
    """

    label: str
    digits: int
    limit: int
    heads: frozenset[str]
    clause: str
    judge: Callable[[str], Complaint | None] = lambda number: None


@dataclass(frozen=True)
class NumberProblem:
    """An entry that was not taken; or, as a `doubt`, one that was taken and should be looked at."""

    place: str  # 第 3 行, 第 3 行第 2 个, Sheet1!B7
    text: str
    message: str
    advice: str
    clause: str
    doubt: bool = False


@dataclass(frozen=True)
class NumbersFound:
    """What a file holds: numbers in their order, each once; the first LISTED problems; counts of all."""

    numbers: tuple[str, ...]
    duplicates: int
    problems: tuple[NumberProblem, ...]
    faults: int  # entries that were not taken
    total: int  # entries: numbers, duplicates and faults


_SPLIT = "请只保留需要查询的号码，分成几个文件导入"
MESSAGES: dict[str, tuple[str, str]] = {
    **WORKBOOK_MESSAGES,
    "kind": ("不能导入「{kind}」文件", "请另存为 txt、csv 或 xlsx 文件后导入，不能只修改扩展名"),
    "size": ("文件大小 {size:,} 字节，超过上限 {limit:,} 字节", _SPLIT),
    "binary": ("文件不是文本文件", "请在文本编辑器或表格软件中打开原文件，另存为 txt、csv 或 xlsx 后导入"),
    "encoding": (
        "文件的编码既不是 UTF-8 也不是 GBK，无法读取",
        "请在文本编辑器中另存为 UTF-8 编码后导入",
    ),
    "bomb": ("工作簿解压后的内容过大", _SPLIT),
    "too_complex": (
        "文件过于复杂，未能在限定的时间和内存内读完",
        "请将号码粘贴到新的 txt 或 xlsx 文件中导入",
    ),
    "too_many_rows": ("文件超过 {limit:,} 行", "请删除多余的行（包括只有格式的空行），或分成几个文件导入"),
    "too_many_entries": ("文件中超过 {limit:,} 项内容", _SPLIT),
    "no_number": ("文件中没有{label}", "请将{label}每行填写一个，或用逗号分隔后重新导入"),
    "too_many": (
        "文件中有 {count:,} 个{label}，最多 {limit:,} 个",
        "请分成几个文件，每个不超过 {limit:,} 个",
    ),
}


async def read_numbers(
    name: str, data: bytes, shape: NumberShape, limits: NumberFileLimits = NumberFileLimits()
) -> NumbersFound:
    """The numbers of a file with this name. At most `limits.max_bytes + 1` bytes of it need be given.

    Raises Refused for a file that is not taken, holds nothing, or more numbers than the limit; NotReadNow;
    ReadingFailed when the reader is broken.
    """
    words = Words("numbers", shape.clause, MESSAGES)
    what = _check_outside(name, data, limits, words)
    found = _Found(shape)
    async with _gate.of_loop(), aclosing(
        lines_of(data, _wanted(what, limits), limits.seconds, words)
    ) as lines:  # fmt: skip
        async for line in lines:
            if not found.take(json.loads(line), limits.max_entries):
                raise words.refused("too_many_entries", {"limit": limits.max_entries})
    return _within(found, shape, words)


def _check_outside(name: str, data: bytes, limits: NumberFileLimits, words: Words) -> str:
    """How the child is to read the file. Raises Refused for what can be seen without reading into it."""
    kind = PurePath(name).suffix.lower()
    if not data:
        raise words.refused("empty", {})
    if len(data) > limits.max_bytes:
        raise words.refused("size", {"size": len(data), "limit": limits.max_bytes})
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise words.refused("old", {})
    if kind == ".xlsx":
        if reason := not_a_workbook(data):
            raise words.refused(reason, {})
        return "rows"
    if kind not in (".txt", ".csv"):
        raise words.refused("kind", {"kind": shown(kind.lstrip(".")) or "无扩展名"})
    if data.startswith(b"PK\x03\x04"):
        raise words.refused("binary", {})
    return "text"


def _wanted(what: str, limits: NumberFileLimits) -> dict[str, Any]:
    return {"what": what, "max_said_bytes": limits.max_said_bytes, **bounds_of(limits)}


def _within(found: _Found, shape: NumberShape, words: Words) -> NumbersFound:
    count = len(found.numbers)
    if not found.total:
        raise words.refused("no_number", {"label": shape.label})
    if count > shape.limit:
        raise words.refused("too_many", {"count": count, "limit": shape.limit, "label": shape.label})
    problems = tuple(found.problems[:LISTED])
    return NumbersFound(tuple(found.numbers), found.duplicates, problems, found.faults, found.total)


_gate = Gate(CHILDREN_AT_ONCE)


# ----------------------------------------------------------------------------------------- where the entries stand

Entry = tuple[str, Any]
"""A place, and the cell or text that stands there."""


@dataclass
class _Columns:
    """Of a sheet or text: the columns that say by their head that they hold something else."""

    others: set[int | str] = field(default_factory=set)
    delimiter: str = ""


@dataclass
class _Found:
    """What was found so far. `take` is given the child's rows in their order."""

    shape: NumberShape
    numbers: dict[str, None] = field(default_factory=dict)
    duplicates: int = 0
    faults: int = 0
    problems: list[NumberProblem] = field(default_factory=list)
    _columns: dict[str, _Columns] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Entries so far."""
        return len(self.numbers) + self.duplicates + self.faults

    def take(self, row: Mapping[str, Any], most: int) -> bool:
        """A row of `reader_child.py`; False where there are more than `most` entries by now."""
        if len(row.get("text", "")) > most * _ENTRY:
            return False
        sheet = str(row.get("sheet", ""))
        first = sheet not in self._columns
        columns = self._columns.setdefault(sheet, _Columns())
        entries = self._entries_of_line if "text" in row else self._entries_of_row
        for place, cell in entries(row, columns):
            if not self._is_heading(cell, first=first):
                self._judge(place, cell)
                if self.total > most:
                    return False
        return True

    def _entries_of_row(self, row: Mapping[str, Any], columns: _Columns) -> Iterator[Entry]:
        """The entries of a sheet's row, without columns of something else."""
        cells: Mapping[str, Any] = row["cells"]
        if self._are_heads(cells.values()):
            columns.others = self._others(cells.items())
            return
        for letters, cell in cells.items():
            if letters not in columns.others:
                place = f"{shown(row['sheet'])}!{letters}{row['row']}"
                yield from ((place, part) for part in _parts(cell))

    def _entries_of_line(self, row: Mapping[str, Any], columns: _Columns) -> Iterator[Entry]:
        """The entries of a text's line, likewise."""
        line, place = narrow(row["text"]), f"第 {row['row']} 行"
        delimiter = next((each for each in ",\t;" if each in line), "")
        heads = _fields(line, delimiter)
        if self._are_heads(heads):
            columns.others, columns.delimiter = self._others(enumerate(heads)), delimiter
            return
        fields = _fields(line, columns.delimiter) if columns.others else [line]
        parts = [part for at, each in enumerate(fields) if at not in columns.others for part in _parts(each)]
        for at, part in enumerate(parts, 1):
            yield (place if len(parts) == 1 else f"{place}第 {at} 个"), part

    def _are_heads(self, cells: Iterable[Any]) -> bool:
        """Whether a row is one of heads: it has one of such numbers, and nothing that could be a number."""
        texts = [cell if isinstance(cell, str) else "0" * self.shape.digits for cell in cells]
        known = any(_word(text) in self.shape.heads for text in texts)
        return known and not any(len(_DIGIT.findall(text)) > 5 for text in texts)

    def _others(self, heads: Iterable[tuple[int | str, str]]) -> set[int | str]:
        return {key for key, head in heads if (word := _word(head)) and word not in self.shape.heads}

    def _is_heading(self, cell: Any, *, first: bool) -> bool:
        """Whether a cell is a word over numbers: one that is known, or in the first row Chinese without any digit."""
        if not isinstance(cell, str):
            return False
        return _word(cell) in self.shape.heads or (
            first and bool(_HAN.search(cell)) and not _DIGIT.search(cell)
        )

    # ------------------------------------------------------------------------------------------------ the judgement

    def _judge(self, place: str, cell: Any) -> None:
        number = cell if isinstance(cell, str) else as_typed(cell, self.shape)
        complaint = number if isinstance(number, Complaint) else why_no_number(number, self.shape)
        if complaint or isinstance(number, Complaint):
            assert complaint
            self.faults += 1
            self._tell(place, cell, complaint)
        elif number in self.numbers:
            self.duplicates += 1
        else:
            self.numbers[number] = None
            if doubt := perhaps_changed(number):
                self._tell(place, cell, doubt, doubt=True)

    def _tell(self, place: str, cell: Any, complaint: Complaint, *, doubt: bool = False) -> None:
        if len(self.problems) < LISTED:
            clause, text = self.shape.clause, cell_shown(cell)
            self.problems.append(
                NumberProblem(place, text, complaint.message, complaint.advice, clause, doubt)
            )


_HAN = re.compile(r"[㐀-鿿]")
_DIGIT = re.compile(r"[0-9]")
_SEPARATORS = re.compile(r"[\s,;、:]+")  # a colon stands between a word and its number
_AROUND = "'\"“”‘’`="
_UNSEEN = (
    0xAD,
    0x61C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
)
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(_UNSEEN)
"""Full-width forms of ASCII, digits and separators among them; and marks of direction and the like."""


def narrow(text: str) -> str:
    """A text with full-width letters, digits and signs made ordinary, and without characters that nobody sees."""
    return text if text.isascii() else text.translate(_NARROW)


def _parts(cell: Any) -> list[Any]:
    """The entries of a cell: a text's parts between separators, bare of quotes; anything else is one."""
    if not isinstance(cell, str):
        return [cell]
    return [bare for part in _SEPARATORS.split(narrow(cell)) if (bare := part.strip(_AROUND))]


def _fields(line: str, delimiter: str) -> list[str]:
    """A line's fields, in quotes or not."""
    if not delimiter:
        return line.split()
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _word(cell: str) -> str:
    """A head as `NumberShape.heads` has it: no space, no marks."""
    return re.sub(r"[\s*:()（）\"']+", "", narrow(cell)).lower()


# ------------------------------------------------------------------------------------------------- pure judgements

_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?[eE][+-]?[0-9]{1,3}")
_EXACT = len(str(MOST_EXACT)) - 1


def as_typed(cell: Any, shape: NumberShape) -> str | Complaint:
    """What a person typed into a cell that is no text, or why it is no number of the shape or nobody can know it."""
    if isinstance(cell, bool):
        return Complaint(f"该单元格是逻辑值 {str(cell).upper()}，不是号码", AS_TEXT)
    if isinstance(cell, int | float):
        return _digits_typed(cell, shape)
    if "e" in cell:
        return Complaint("该单元格是公式的错误值，不是号码", "请改正公式，或直接填写号码")
    return Complaint("该单元格已被表格软件改为日期", AS_TEXT)


def _digits_typed(cell: float, shape: NumberShape) -> str | Complaint:
    if not abs(cell) < MOST_EXACT:
        return _CHANGED
    text = f"{Decimal(f'{cell:.15g}'):f}"
    complaint = why_no_number(text, shape)
    if complaint and len(text) < shape.digits:
        return Complaint(complaint.message, f"{complaint.advice}；{LOST_ZEROS}")
    return text


_CHANGED = Complaint(
    "该号码以数字格式保存，第 16 位起已被表格软件改变，无法还原",
    "请先将该单元格的格式设为「文本」，再重新填写完整的号码，不要从已改变的单元格复制",
)


def why_no_number(text: str, shape: NumberShape) -> Complaint | None:
    """Why a text, narrowed and bare, is no number of the shape; None where it is one."""
    count, wanted = len(text), shape.digits
    if _SCIENTIFIC.fullmatch(text):
        return Complaint(
            f"{shape.label}已被表格软件改为科学计数法，后几位已经丢失，无法还原",
            "请在表格软件中将该列的格式设为「文本」，重新填写完整的号码后再导入",
        )
    strange = sorted({each for each in text if not "0" <= each <= "9"}, key=text.index)
    if strange:
        signs = "".join(f"「{shown(each)}」" for each in strange[:5]) + ("等" if len(strange) > 5 else "")
        return Complaint(
            f"含有{signs}，{shape.label}只由 {wanted} 位数字组成", "请按单证上的号码更正，一行填写一个"
        )
    if count >= 2 * wanted and count % wanted == 0:
        return Complaint(
            f"有 {count} 位，可能是 {count // wanted} 个号码连在一起", "请用逗号或换行将号码分开"
        )
    if count != wanted:
        return Complaint(f"有 {count} 位，{shape.label}应为 {wanted} 位", "请按单证核对，补足或删去数字")
    return shape.judge(text)


def perhaps_changed(number: str) -> Complaint | None:
    """A doubt about a number that a spreadsheet may have changed before it was saved as text: it keeps 15 digits."""
    lost = number[_EXACT:]
    if len(lost) < 3 or lost.strip("0"):
        return None
    return Complaint(
        f"号码以 {lost} 结尾，可能已被表格软件改变，已按此号码导入",
        "请与单证核对；如已改变，请改正后重新导入",
    )


def cell_shown(cell: Any) -> str:
    """A cell as it is told back."""
    if isinstance(cell, dict):
        return shown(str(cell.get("d", "#错误值")))
    if isinstance(cell, bool):
        return str(cell).upper()
    return shown(cell) if isinstance(cell, str) else f"{cell:.15g}"


def shown(text: str) -> str:
    """A stranger's text, short, with a sign in place of what cannot be shown."""
    short = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return "".join("\ufffd" if category(each)[0] == "C" else each for each in short)
