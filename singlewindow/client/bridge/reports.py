"""What is written beside a file that is done with: for programs as JSON, for people as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from singlewindow.client.bridge.filing import Work
from singlewindow.client.bridge.journal import Outcome
from singlewindow.client.bridge.orders import Refusal
from singlewindow.contract.folder import write

STRANGE = Refusal(
    "文件名不能使用", "请改名：以文字或数字开头，不超过 64 个字符，不含特殊符号，以小写的 .json 或 .xml 结尾"
)
AGAIN = "与 SentBox 中的同名文件完全相同，此前已办理，未再次办理"
LOST = (
    "与 SentBox 中的同名文件完全相同，此前已办理，但单一窗口中已没有当时的办理结果（统一编号 {}）："
    "单据已删除，或数据已从备份恢复"
)
MOVE_LOST = (
    "请先在页面上核对，并向海关确认是否已收到；确需重新办理的，移走 SentBox 中的同名文件后重新放入 OutBox"
)
UNSENT = "；附件 {} 与 SentBox 中的同名文件不同，没有发送：更换附件请按统一编号（number）另放文件办理"
RESULT, REASON, TEXT = ".result.json", ".reason.json", ".reason.txt"


def done(work: Work, *, before: bool = False) -> Outcome:
    """The outcome of a file whose document is saved or submitted; `before`: it had been already."""
    view = work.view or {}
    report = {
        **_named(work), "number": work.progress.number, "version": view.get("version", work.progress.version),
        "status": view.get("status"), "done_before": before,
    }  # fmt: skip
    return Outcome(done=True, report=report, files=_files(work))


def said_of(box: Path, name: str) -> Mapping[str, Any]:
    """What was said of a file of that name which was done, as far as that is still there."""
    said: object = None
    with suppress(OSError, ValueError):
        said = json.loads((box / f"{name}{RESULT}").read_bytes())
    return said if isinstance(said, dict) else {}


def again(
    known: Mapping[str, Any], name: str, digest: str, beside: Mapping[str, str], differ: Sequence[str] = ()
) -> Outcome:
    """The outcome of a file that was handed in again, byte for byte as it was done: what is `known` of it from then,
    and that it came again. `beside` are the files that go with it, by digest; `differ` those of them of which others
    were sent then: nobody must think that these were."""
    detail = AGAIN + (UNSENT.format("、".join(differ)) if differ else "")
    report = {"file": name, "number": "", "status": None, **known, "done_before": True, "detail": detail}
    return Outcome(done=True, report=report, files={name: digest, **beside})


def lost(number: str) -> Refusal:
    """Why a file is not done again whose outcome is gone at the portal: customs may have it, so a person looks."""
    return Refusal(LOST.format(number), MOVE_LOST)


def refused(
    name: str,
    digest: str,
    refusal: Refusal,
    work: Work | None = None,
    *,
    beside: Mapping[str, str] = MappingProxyType({}),
) -> Outcome:
    """The outcome of a file that was refused, which had `digest`; `work` is None where it could not be taken, then
    `beside` are the files that go with it all the same, by digest."""
    number = work.progress.number if work else ""
    report = {
        **(_named(work) if work else {"file": name}), "number": number, "detail": refusal.detail,
        "advice": refusal.advice, "clause": refusal.clause, "violations": [dict(each) for each in refusal.violations],
    }  # fmt: skip
    files = _files(work) if work else {name: digest, **beside}
    return Outcome(
        done=False,
        report=report,
        text=_in_words(report, saved=bool(work and not work.order.number)),
        files=files,
    )


def strange(name: str, fit: str) -> Outcome:
    """The outcome of a file whose name cannot be used; it lies under another one."""
    return refused(f"{fit}（{ascii(name)[1:-1]}）", "", STRANGE)


def write_beside(box: Path, name: str, outcome: Outcome) -> None:
    """Write what is said of a file of that name into its box. Raises OSError."""
    write(box / f"{name}{RESULT if outcome.done else REASON}", _as_json(outcome.report))
    if outcome.text:
        write(box / f"{name}{TEXT}", outcome.text.encode(errors="backslashreplace"))


def line(outcome: Outcome) -> str:
    """An outcome in a line."""
    report = outcome.report
    if not outcome.done:
        return str(report["detail"])
    if "detail" in report:
        return f"{report['number']} {report['detail']}".lstrip()
    again = "，此前已办理" if report["done_before"] else ""
    return f"{report['number']} {(report['status'] or {}).get('name', '')}{again}"


def _as_json(report: Mapping[str, Any]) -> bytes:
    return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode(errors="backslashreplace")


def _named(work: Work) -> dict[str, str]:
    order = work.order
    return {
        "file": work.file.name, "type": order.type, "action": order.action, "sender_number": order.sender_number
    }  # fmt: skip


def _files(work: Work) -> dict[str, str]:
    return {work.file.name: work.file.digest} | {file.name: file.digest for _, file in work.attachments}


def _in_words(report: Mapping[str, Any], *, saved: bool) -> str:
    lines = [f"文件：{report['file']}", f"未办成：{report['detail']}"]
    lines += [f"处理方法：{report['advice']}"] if report["advice"] else []
    lines += [f"依据：{report['clause']}"] if report["clause"] else []
    if report["number"] and saved:
        lines.append(
            f'单据 {report["number"]} 已暂存，没有申报。更正后的文件须给出 "number": "{report["number"]}"'
        )
    for at, each in enumerate(report["violations"], 1):
        lines += [f"{at}. {each['path'] or '整份单据'}：{each['message']}"]
        lines += [f"   处理方法：{each['advice']}"] if each.get("advice") else []
        lines += [f"   依据：{each['clause']}"] if each.get("clause") else []
    return "\n".join(lines) + "\n"
