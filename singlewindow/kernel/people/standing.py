"""Who an account is when nobody is logged in as it: for work that goes on after the browser was closed."""

from __future__ import annotations

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.people.person import Person


async def find_person(transaction: Transaction, account_id: int) -> Person | None:
    """The person of an active account of the transaction's company, or None; as after a log-in with a password."""
    row = await transaction.row(
        """select a.id as account_id, a.company_id, a.username, a.display_name, a.role, a.must_change,
                  c.customs_code, c.scc, c.name as company_name, k.card_no as bound_card, k.kind as card_kind
           from account a join company c on c.id = a.company_id left join card k on k.account_id = a.id
           where a.id = $1 and a.company_id = $2 and a.active and c.active""",
        account_id,
        transaction.actor.company_id,
    )
    return None if row is None else Person(**dict(row), level="password", csrf="")
