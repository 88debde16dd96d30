"""The chapter's own refusals, beside the kernel's."""

from __future__ import annotations

from singlewindow.kernel import problems
from singlewindow.kernel.problems import NotInThisState, Problem


class Gone(Problem):
    """What was made has been kept for its natural month and is no longer there (PRNT-08)."""

    slug, status, title = "gone", 410, "已超过保存期限"
    usual_advice = "请在【自助打印申请】中重新申请"
    usual_clause = "手册 4.2 自助打印/导出（小提示）"


class PartialData(NotInThisState):
    """Some declarations of an export failed: who means to have the others says so (PRNT-07)."""

    slug, title = "partial-data", "部分报关单数据生成失败"
    usual_advice = "点击【确定】后继续导出已生成的报关单数据；生成失败的请重新申请"
    usual_clause = "手册 4.2 自助打印/导出"


class NotReady(problems.NotReady):
    """A result in a state in which there is nothing to be had, or not yet (PRNT-05, PRNT-07)."""

    usual_advice = "请在列表中按申请办理状态显示的可用按钮办理"
    usual_clause = "手册 4.2 自助打印/导出"
