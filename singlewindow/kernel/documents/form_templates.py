"""Templates of forms (模板, GATE-11): what is filled in again and again, by name, for the whole company.

A template is no document: no number, no status, no claim. Its values are cleaned as in 暂存 and may be wrong or
incomplete; the form that begins with them says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.definition.check import clean, find_unprintable
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.problems import Conflict, NotFound, Refused, Violation

MOST = 100  # of one company for one document type
LONGEST = 40  # characters of a name
CLAUSE = "系统规则 8：模板属于本企业，同一单据类型下名称不重复"
OWN = "company_id = $1 and type = $2"
"""The application's own check of whose templates are seen; row-level security is the second fence."""


@dataclass(frozen=True)
class FormTemplate:
    """A template without its content: `who` changed it last."""

    id: int
    name: str
    who: str
    updated_at: datetime

    @classmethod
    def of(cls, row: Row) -> FormTemplate:
        """The template of a row with at least these columns."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})


async def listed(desk: Desk) -> list[FormTemplate]:
    """The company's templates of the type, by name."""
    rows = await desk.transaction.rows(
        f"select id, name, who, updated_at from form_template where {OWN} order by name limit {MOST}",
        *_own(desk),
    )
    return [FormTemplate.of(row) for row in rows]


async def get(desk: Desk, id: int) -> tuple[FormTemplate, Mapping[str, Any]]:
    """A template and its content. Raises NotFound for absent and foreign ones alike."""
    row = await desk.transaction.row(
        f"select id, name, who, updated_at, content from form_template where {OWN} and id = $3",
        *_own(desk),
        id,
    )
    if row is None:
        raise _absent(id)
    return FormTemplate.of(row), row["content"]


async def keep(desk: Desk, name: str, sent: Mapping[str, Any]) -> FormTemplate:
    """Keep content under a new name. Raises Conflict for a name that is there, Refused for what no form holds."""
    others = desk.type.lifecycle.never_drafted
    content = {n: v for n, v in clean(desk.type.form.content, sent).items() if n not in others}
    name = _checked(name)
    await _one_at_a_time(desk)
    if await desk.transaction.value(f"select count(*) from form_template where {OWN}", *_own(desk)) >= MOST:
        raise _refused(f"本企业的模板已有 {MOST} 个", "请先删除不用的模板")
    row = await desk.transaction.row(
        """insert into form_template (company_id, type, name, content, who) values ($1, $2, $3, $4, $5)
           on conflict (company_id, type, name) do nothing returning id, name, who, updated_at""",
        *_own(desk), name, content, desk.person.display_name,
    )  # fmt: skip
    if row is None:
        raise _taken(name)
    return FormTemplate.of(row)


async def rename(desk: Desk, id: int, name: str) -> FormTemplate:
    """Give a template another name. Raises NotFound, Conflict, Refused."""
    name = _checked(name)
    await _one_at_a_time(desk)
    taken = await desk.transaction.value(
        f"select true from form_template where {OWN} and name = $3 and id <> $4", *_own(desk), name, id
    )
    if taken:
        raise _taken(name)
    row = await desk.transaction.row(
        f"""update form_template set name = $4, who = $5, updated_at = clock_timestamp()
            where {OWN} and id = $3 returning id, name, who, updated_at""",
        *_own(desk), id, name, desk.person.display_name,
    )  # fmt: skip
    if row is None:
        raise _absent(id)
    return FormTemplate.of(row)


async def delete(desk: Desk, id: int) -> None:
    """Take a template away. Raises NotFound."""
    gone = await desk.transaction.value(
        f"delete from form_template where {OWN} and id = $3 returning true", *_own(desk), id
    )
    if not gone:
        raise _absent(id)


async def _one_at_a_time(desk: Desk) -> None:
    """Two colleagues wait for each other: there are never more than MOST, and no two of one name."""
    await desk.transaction.run(
        "select pg_advisory_xact_lock(hashtextextended('form_template', $1))", desk.person.company_id
    )


def _own(desk: Desk) -> tuple[int, str]:
    return desk.person.company_id, desk.type.name


def _checked(name: str) -> str:
    name = name.strip()
    if not name:
        raise _refused("没有填写模板名称", "请填写模板名称")
    if len(name) > LONGEST:
        raise _refused(f"模板名称共 {len(name)} 个字符，超过 {LONGEST} 个", "请缩短名称")
    if find_unprintable(name):
        raise _refused("模板名称含有不能使用的字符", "请重新填写名称")
    return name


def _refused(message: str, advice: str) -> Refused:
    return Refused.because([Violation("name", "template.name", message, advice, CLAUSE)])


def _taken(name: str) -> Conflict:
    message, advice = f"已有名为「{name}」的模板", "请换一个名称，或先删除原有的模板"
    return Conflict(message, [Violation("name", "template.name", message, advice, CLAUSE)], advice=advice)


def _absent(id: int) -> NotFound:
    return NotFound(f"没有编号为 {id} 的模板")
