"""Endpoints to which an event could not be delivered: told on the home page of the company's administrators."""

from __future__ import annotations

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.subsystem import Reminded
from singlewindow.kernel.webhooks.endpoints import OWN

PAGE_ADDRESS = "/company/webhooks"


async def given_up(transaction: Transaction, most: int) -> list[Reminded]:
    """One line for each, until it is looked after (`Endpoints.change`, `Endpoints.replay`)."""
    rows = await transaction.rows(
        f"""select name, gave_up_at from webhook
            where {OWN} and active and gave_up_at is not null and exists (
                select from account a
                where a.id = $2 and a.company_id = webhook.company_id and a.role = 'administrator')
            order by gave_up_at, id limit $3""",
        transaction.actor.company_id,
        transaction.actor.account_id,
        most,
    )
    return [
        Reminded(
            f"事件推送【{row['name']}】连续 3 天未能送达，已有事件停止重试；请检查接收地址，恢复后重放事件",
            row["gave_up_at"],
            page=PAGE_ADDRESS,
        )
        for row in rows
    ]
