"""Whether an uploaded file is a PDF that customs take: the one rule for all uploads (UI-18).

The file is read in a child process that has little time, little memory and may write nothing, so that a
hostile file harms only its own check.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from singlewindow.kernel.bounded import FROM_OUTSIDE, Gate, end, ended_over_it

CHILD = Path(__file__).with_name("pdf_child.py")
CHILDREN_AT_ONCE = 2
_ANSWER_BYTES = 65_536


@dataclass(frozen=True)
class PdfLimits:
    """What a file may be; sizes in bytes, times in seconds.

    `max_bytes` and `max_page_bytes` are the manuals' 4M and 200K (UI-18); the others protect the machine.
    """

    max_bytes: int = 4_194_304
    max_page_bytes: int = 204_800
    max_pages: int = 500
    max_objects: int = 50_000
    max_decoded_bytes: int = 67_108_864
    seconds: float = 30.0  # by the clock: a machine without a free core is no fault of the file
    cpu_seconds: int = 5
    memory_bytes: int = 805_306_368


@dataclass(frozen=True)
class PdfFacts:
    """Of an accepted file: its pages, and the fair share of its largest page in bytes, rounded up."""

    pages: int
    largest_page_bytes: int


class PdfRefused(Exception):
    """The file is not taken. `reason` is a key of MESSAGES; `message` and `advice` are Chinese, for the screen."""

    def __init__(self, reason: str, message: str, advice: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.advice = advice


class PdfCheckFailed(Exception):
    """The checker itself did not work; nothing is said about the file."""


class PdfNotChecked(Exception):
    """The check did not come to its end in time: the machine stood still, for what a file can make the checker do is
    bounded by processor time. Nothing is said about the file."""


_SAVE_AGAIN = "请在 PDF 软件中打开原文件，重新打印（导出）为 PDF 后上传"
MESSAGES: dict[str, tuple[str, str]] = {
    "size": (
        "文件大小 {size:,} 字节，超过单个文件上限 4M（{limit:,} 字节）",
        "请压缩或拆分 PDF 后重新上传",
    ),
    "page_size": (
        "第 {page} 页大小 {size:,} 字节，超过每页上限 200K（{limit:,} 字节）",
        "请降低该页扫描图片的分辨率，或改用黑白扫描后重新上传",
    ),
    "empty": ("文件是空的（0 字节）", "请重新选择文件"),
    "not_pdf": ("文件不是 PDF，实际内容是{found}", "请将文件转换（打印）为 PDF 后上传，不能只修改扩展名"),
    "encrypted": ("PDF 设有密码或权限加密，无法审核", "请取消 PDF 的密码和全部权限限制后重新上传"),
    "damaged": ("PDF 已损坏或不完整，无法读取", _SAVE_AGAIN),
    "no_page": ("PDF 中没有任何一页", "请检查原文件后重新上传"),
    "too_many_pages": ("PDF 超过 {limit:,} 页", "请拆分 PDF 后重新上传"),
    "too_many_objects": ("PDF 内部对象超过 {limit:,} 个，过于复杂", _SAVE_AGAIN),
    "javascript": ("PDF 中含有 JavaScript 脚本", _SAVE_AGAIN),
    "embedded_file": ("PDF 中嵌有其他文件（附件）", "请删除 PDF 中的附件，或将附件另行转换为 PDF 上传"),
    "launch": ("PDF 中含有启动其他程序的操作", _SAVE_AGAIN),
    "automatic_action": ("PDF 打开时会自动访问网址或执行其他操作", _SAVE_AGAIN),
    "xfa": ("PDF 是 XFA 动态表单", "请将填好的表单打印为普通 PDF 后上传"),
    "also_zip": (
        "文件既是 PDF 又是 ZIP 压缩包，其中可能藏有其他文件",
        _SAVE_AGAIN,
    ),
    "too_large_page": (
        "PDF 中有边长超过 {limit:,} 点（508 厘米）的页面",
        "请按实际纸张大小重新打印为 PDF 后上传",
    ),
    "too_many_pixels": ("PDF 中有超过 {limit:,} 像素的图片", "请降低图片分辨率后重新上传"),
    "bomb": ("PDF 解压后的内容超过 {limit:,} 字节", "请降低图片分辨率或减少页数后重新上传"),
    "too_complex": ("PDF 过于复杂，未能在限定的时间和内存内完成检查", _SAVE_AGAIN),
}

_MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", " PNG 图片"),
    (b"\xff\xd8\xff", " JPEG 图片"),
    (b"GIF8", " GIF 图片"),
    (b"BM", " BMP 图片"),
    (b"II*\0", " TIFF 图片"),
    (b"MM\0*", " TIFF 图片"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文档（doc/xls/ppt）"),
    (b"{\\rtf", " RTF 文档"),
    (b"Rar!", " RAR 压缩包"),
    (b"7z\xbc\xaf", " 7z 压缩包"),
    (b"MZ", "可执行程序"),
    (b"%!PS", " PostScript 文件"),
    (b"<", "网页或 XML 文件"),
)
_ZIP_END = b"PK\x05\x06"
_ZIPPED: tuple[tuple[bytes, str], ...] = (
    (b"word/", " Word 文档（docx）"),
    (b"xl/", " Excel 工作簿（xlsx）"),
    (b"ppt/", " PowerPoint 演示文稿（pptx）"),
    (b"OFD.xml", " OFD 版式文件"),
)


async def check_pdf(data: bytes, limits: PdfLimits) -> PdfFacts:
    """The facts of a file that may be taken. Raises PdfRefused, PdfNotChecked for another try later, or PdfCheckFailed
    when the checker is broken."""
    _check_outside(data, limits)
    found = await _ask_child(data, limits)
    if "refused" in found:
        raise _refused(found["refused"], **found["figures"])
    if found["largest_page_bytes"] > limits.max_page_bytes:
        raise _refused(
            "page_size",
            page=found["largest_page"],
            size=found["largest_page_bytes"],
            limit=limits.max_page_bytes,
        )
    return PdfFacts(found["pages"], found["largest_page_bytes"])


def _check_outside(data: bytes, limits: PdfLimits) -> None:
    """What can be seen without reading into the file."""
    if not data:
        raise _refused("empty")
    if not data.startswith(b"%PDF-"):
        raise _refused("not_pdf", found=_kind_of(data))
    if len(data) > limits.max_bytes:
        raise _refused("size", size=len(data), limit=limits.max_bytes)
    if _ends_as_zip(data):
        raise _refused("also_zip")


def _ends_as_zip(data: bytes) -> bool:
    """Whether ZIP programs would open it too: an end record whose comment reaches to the end of the file."""
    at = data.rfind(_ZIP_END)
    return at >= 0 and int.from_bytes(data[at + 20 : at + 22], "little") == len(data) - at - 22


def _kind_of(data: bytes) -> str:
    """What a file that is not a PDF seems to be, as the message continues."""
    if data.startswith(b"PK\x03\x04"):
        return next((name for part, name in _ZIPPED if part in data), " ZIP 压缩包")
    if data[8:12] == b"WEBP":
        return " WebP 图片"
    if data[4:12] in (b"ftypheic", b"ftypmif1"):
        return " HEIC 图片"
    return next((name for magic, name in _MAGICS if data.startswith(magic)), "其他格式")


def _refused(reason: str, **figures: int | str) -> PdfRefused:
    message, advice = MESSAGES[reason]
    return PdfRefused(reason, message.format(**figures), advice)


# ------------------------------------------------------------------------------------------- the child process

_gate = Gate(CHILDREN_AT_ONCE)


async def _ask_child(data: bytes, limits: PdfLimits) -> dict[str, Any]:
    """The child's answer. One that dies of its bounds or of the file has found it too complex; one that was ended from
    outside says nothing of the file, and another is asked."""
    async with _gate.of_loop():
        line, returncode = await _answer(data, limits)
        if not line and returncode in FROM_OUTSIDE:
            line, returncode = await _answer(data, limits)
    if not line and ended_over_it(returncode):
        raise _refused("too_complex")
    return _understood(line, returncode)


async def _answer(data: bytes, limits: PdfLimits) -> tuple[bytes, int | None]:
    """What a new child says, and how it ended. Raises PdfNotChecked."""
    child = await _start(limits)
    try:
        async with asyncio.timeout(limits.seconds):
            line = await _exchange(child, data)
            await child.wait()
    except TimeoutError:
        raise PdfNotChecked from None
    finally:
        await end(child)
    return line, child.returncode


async def _start(limits: PdfLimits) -> Process:
    bounds = {
        "max_pages": limits.max_pages,
        "max_objects": limits.max_objects,
        "max_decoded_bytes": limits.max_decoded_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "memory_bytes": limits.memory_bytes,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-B", str(CHILD), json.dumps(bounds),
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/", limit=_ANSWER_BYTES,
    )  # fmt: skip


async def _exchange(child: Process, data: bytes) -> bytes:
    """Give the file, take one line; b"" when the child ended without a word."""
    assert child.stdin
    assert child.stdout
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(data)
        await child.stdin.drain()
    child.stdin.close()
    try:
        return await child.stdout.readline()
    except ValueError:  # more than _ANSWER_BYTES
        return b""


def _understood(line: bytes, returncode: int | None) -> dict[str, Any]:
    """The answer's members, checked: the child has read a stranger's file and is not trusted."""
    try:
        found = json.loads(line)
        known = {"refused": found["refused"], "figures": found["figures"]} if "refused" in found else None
        if known and known["refused"] in MESSAGES and all(type(n) is int for n in known["figures"].values()):
            return known
        return {key: int(found[key]) for key in ("pages", "largest_page_bytes", "largest_page")}
    except (ValueError, KeyError, TypeError, AttributeError):
        said = line[:2_000].decode("utf-8", "replace")
        raise PdfCheckFailed(f"the checker ended with {returncode} and said: {said!r}") from None
