"""Reading a JSON or XML file with many documents, in a child process as workbooks are read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, Literal

from singlewindow.kernel.definition.elements import xml_names
from singlewindow.kernel.problems import API
from singlewindow.kernel.spreadsheets.reader import Words, lines_of
from singlewindow.kernel.spreadsheets.reading import ReadLimits
from singlewindow.kernel.subsystem import DocumentType

CHILD = Path(__file__).with_name("batch_child.py")
_SAMPLE = "请对照样例文件改正后重新提交"
XML_ERRORS = {
    3: "文件不完整",
    4: "有不合规的字符",
    5: "文件不完整",
    7: "首尾标记不配对",
    8: "同一标记有两个同名的属性",
    9: "文件结尾之后还有内容",
    11: "有未定义的实体",
}
"""What the parser (expat) finds, by its code; anything else is simply no XML."""
MESSAGES: dict[str, tuple[str, str]] = {
    "empty": ("文件是空的", "请重新选择文件"),
    "no_document": ("文件中没有单据", _SAMPLE),
    "encoding": ("文件的文字编码无法识别", "请以 UTF-8 编码重新生成文件"),
    "encoding_name": ("不支持文件声明的编码 {name}", "请以 UTF-8 或 GB18030 编码重新生成文件"),
    "array": (
        "JSON 在第 {line} 行第 {column} 个字符处不完整或有误",
        "请核对该处；也可改为每行一份单据，一份有误时不影响其余",
    ),
    "xml": ("XML 在第 {line} 行第 {column} 个字符处有误：{why}", "请核对该处，重新生成完整的文件"),
    "doctype": (
        "XML 中含有文档类型声明（DOCTYPE），不予读取",
        "请删去 <!DOCTYPE …>，实体请直接写成所代表的文字",
    ),
    "deep": ("XML 第 {line} 行嵌套过深", _SAMPLE),
    "element": ("XML 第 {line} 行的 <{name}> 不是 <Documents> 或其下的 <Document>", _SAMPLE),
    "text": ("XML 第 {line} 行有不属于任何单据的文字", _SAMPLE),
    "too_complex": ("文件过于复杂，未能在限定的时间和内存内读完", "请分成几个文件导入"),
    "too_many_rows": ("各表体共超过 {limit:,} 行", "请分成几个文件导入"),
    "too_many_documents": ("超过 {limit:,} 份单据", "请分成几个文件导入"),
}
FAULTS: dict[str, tuple[str, str]] = {
    "json": (
        "不是完整的 JSON（第 {column} 个字符处有误）",
        "每行须是一份完整的单据，或整个文件是一个数组；请对照样例文件改正",
    ),
    "number": ("JSON 中有无法表示的数", "数量、重量、金额请写成文本，如 \"12.5\""),
    "deep": ("嵌套过深", _SAMPLE),
    "long": ("该单据过长", "请减少行数或缩短文字"),
    "no_object": ("不是 JSON 对象", "每份单据是一个对象：{{\"sender_number\": …, \"content\": {{…}}}}"),
    "no_content": ("没有 content，或它不是对象", "填写内容放在 content 中；请对照样例文件改正"),
    "member": ("未知的成员 {name}", "请删去它；单据的内容放在 content 中"),
    "no_text": ("{name} 应为文本", "请写成文本，如 \"A-17\""),
    "twice": ("「{name}」出现了两次", "请只保留一个"),
    "nested": ("<{name}> 不该出现在这里", _SAMPLE),
    "text": ("有不属于任何栏目的文字", "请删去，或放进所属栏目的标记中"),
    "attribute": ("<{element}> 的属性 {name} 不认识", "请删去该属性"),
    "type": ("文件中的单据类型是 {name}，与所选的不同", "请选择该类型，或改正文件中的类型"),
}  # fmt: skip
"""What makes one document worthless, and what to do about it."""
Format = Literal["json", "xml"]


class BatchWords(Words):
    """The words with what the parser says put into Chinese."""

    def refused(self, reason: str, figures: Mapping[str, Any]) -> Any:
        """The refusal of a whole file."""
        why = XML_ERRORS.get(figures.get("code", 0), "不是有效的 XML")
        return super().refused(reason, {**figures, "why": why})


WORDS = BatchWords("import", API, MESSAGES)


async def read_batch(
    data: bytes, type: DocumentType, format: Format, limits: ReadLimits
) -> AsyncGenerator[str, None]:
    """The lines of `batch_child.py`: first what holds for all, then the documents.

    Raises as `reading.read`, possibly after some documents.
    """
    wanted = {
        "format": format,
        "names": names_of(type),
        "max_documents": limits.max_documents,
        "max_rows": limits.max_rows,
        "cpu_seconds": limits.cpu_seconds,
        "memory_bytes": limits.memory_bytes,
    }
    async with aclosing(lines_of(data, wanted, limits.seconds, WORDS, CHILD)) as lines:
        async for line in lines:
            yield line


def names_of(type: DocumentType) -> dict[str, Any]:
    """A type's names in XML, as `XmlNames` takes them."""
    content = type.form.content
    return {
        "fields": {element: name for name, element in xml_names(content).items()},
        "tables": {
            name: {element: cell for cell, element in xml_names(table.row).items()}
            for name, table in content.tables.items()
        },
    }
