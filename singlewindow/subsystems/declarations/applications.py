"""Applications for layout files or data (PRNT-02, PRNT-03): signed by the card, judged number by number, then a job.

Steps of `apply`, in one transaction: use the signed act up, judge every declaration again, give the number, start the
job, keep what was signed with what was accepted and what was not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.jobs.desk import Job, JobDesk
from singlewindow.kernel.jobs.desk import Wanted as WantedJob
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import API, Conflict, NotFound, Refused, Violation
from singlewindow.kernel.signing.acts import SignedAct, perform_act, prepare_act
from singlewindow.kernel.signing.prepared import Prepared, Signed
from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.access import load_known
from singlewindow.subsystems.declarations.export_job import EXPORT
from singlewindow.subsystems.declarations.months import day_of
from singlewindow.subsystems.declarations.print_job import PRINT
from singlewindow.subsystems.declarations.queries import declaration_of, find_own
from singlewindow.subsystems.declarations.rules import Kind
from singlewindow.subsystems.declarations.settings import chapter_settings

PURPOSE = "declarations.apply"
PREFIXES: dict[Kind, str] = {"print": "ZZDY", "export": "SJDC"}
JOBS = {"print": PRINT, "export": EXPORT}
TOLD = 100  # refusals that a refused application, or its preparation, tells one by one
CHECK_NUMBER = "请核对申请编号，或在【自助打印/导出】中按申请日期查询"
LISTED = 1_000  # declarations that the answer shows
OWN = "a.company_id = $1"
"""The application's own check of whose applications are seen; row-level security is the second fence."""
COLUMNS = """a.id, a.number, a.kind, a.sealed, a.applied_at, a.applied_by, a.account_id, a.total, a.refused, a.job_id,
    a.expires_at, a.data_file_id"""


@dataclass(frozen=True)
class Wanted:
    """What is applied for: layout files with or without seal, or data, of these declarations."""

    kind: Kind
    sealed: bool
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """A declaration that was not accepted, and why."""

    number: str
    why: str
    advice: str
    clause: str


@dataclass(frozen=True)
class Applied:
    """What an application came to: its number, the refused declarations, and the first accepted ones."""

    number: str
    kind: Kind
    accepted: int
    refusals: Sequence[Refusal]
    numbers: Sequence[str]


@dataclass(frozen=True)
class Request:
    """The second step as it came: what the card answered, and what makes a repetition known."""

    token: str
    signed: Signed
    key: str | None
    request_id: str
    now: datetime  # real time, for the certificate's validity


def wanted_of(kind: Kind, sealed: bool, numbers: Sequence[str]) -> Wanted:
    """What is applied for, each number once. Raises Refused for too many numbers, for none, or for what is none."""
    tidied = tuple(dict.fromkeys(filter(None, map(rules.tidy_number, numbers))))
    most = chapter_settings().application_declarations
    violations = rules.number_problems(tidied, most, rules.APPLYING)
    if not tidied:
        message = "没有选择报关单"
        violations = [Violation("number", "DECL-R07", message, "请勾选需要申请的报关单", rules.APPLYING)]
    if violations:
        raise Refused.because(violations[:TOLD])
    return Wanted(kind, sealed and kind == "print", tidied)


async def prepare(transaction: Transaction, person: Person, wanted: Wanted, card_no: str) -> Prepared:
    """What the card is to sign; those that will not be accepted are told as warnings before it does.

    Raises Refused where none will be accepted, or for another card.
    """
    accepted, refusals = await _judged(transaction, person, wanted.numbers)
    if not accepted:
        raise _nothing_accepted(refusals)
    content = {"kind": wanted.kind, "sealed": wanted.sealed, "numbers": list(wanted.numbers)}
    return await prepare_act(
        transaction, person, PURPOSE, content, card_no, [_warning(each) for each in refusals[:TOLD]]
    )


async def apply(transaction: Transaction, person: Person, request: Request) -> Applied:
    """Take a signed application in. The same key with the same token is answered as the first time.

    Raises Conflict (used, expired or foreign token), Refused (signature, nothing accepted), TooMany.
    """
    if earlier := await _earlier(transaction, person, request):
        return earlier
    try:
        act = await perform_act(transaction, person, PURPOSE, request.token, request.signed, request.now)
    except Conflict:  # perhaps the same request, which came a moment before this one
        if earlier := await _earlier(transaction, person, request):
            return earlier
        raise
    asked = act.content_object
    wanted = Wanted(asked["kind"], asked["sealed"], tuple(asked["numbers"]))
    accepted, refusals = await _judged(transaction, person, wanted.numbers)
    if not accepted:
        raise _nothing_accepted(refusals)
    number = await _next_number(transaction, wanted.kind)
    job = await _start(transaction, person, wanted.kind, number)
    await _earlier(
        transaction, person, request
    )  # starting waited for the company's others: one may have had the key
    await _record(transaction, person, number, wanted, act, request, accepted, refusals, job.id)
    return Applied(number, wanted.kind, len(accepted), refusals, accepted[:LISTED])


async def get_application(transaction: Transaction, person: Person, number: str) -> Row:
    """The company's application of this number. Raises NotFound for absent and foreign ones alike."""
    row = await transaction.row(
        f"select {COLUMNS} from declarations_application a where {OWN} and a.number = $2",
        person.company_id,
        number,
    )
    if row is None:
        raise NotFound(f"没有申请编号为 {number} 的申请", advice=CHECK_NUMBER, clause=rules.FETCHING)
    return row


async def lock_application(transaction: Transaction, person: Person, number: str) -> None:
    """Let no other request, and no step, work on the application until the transaction ends."""
    await transaction.run(
        f"select from declarations_application a where {OWN} and a.number = $2 for update",
        person.company_id,
        number,
    )


async def work_on(transaction: Transaction, person: Person, application: Row) -> None:
    """Give what is not done yet of a locked application to a new job, which takes the place of the one before."""
    job = await _start(transaction, person, application["kind"], application["number"])
    await transaction.run(
        f"update declarations_application a set job_id = $3 where {OWN} and a.id = $2",
        person.company_id,
        application["id"],
        job.id,
    )


async def _start(transaction: Transaction, person: Person, kind: Kind, number: str) -> Job:
    return await JobDesk(transaction, person).start(WantedJob(JOBS[kind], "", {"application": number}))


async def _judged(
    transaction: Transaction, person: Person, numbers: Sequence[str]
) -> tuple[list[str], list[Refusal]]:
    """The numbers that are accepted, and why the others are not: one query for all of them."""
    own = await find_own(transaction, person, numbers)
    known = await load_known(transaction)
    accepted, refusals = [], []
    for number in numbers:
        row = own.get(number)
        reason = rules.why_not(declaration_of(row) if row else None, known)
        if reason is None:
            accepted.append(number)
        else:
            refusals.append(Refusal(number, reason.why, reason.advice, reason.clause))
    return accepted, refusals


async def _next_number(transaction: Transaction, kind: Kind) -> str:
    """自助打印申请编号, 结关后报关单数据导出申请编号: prefix, day, serial of eight digits (FG 3.5)."""
    serial = await transaction.value("select nextval('declarations_serial')")
    return f"{PREFIXES[kind]}{day_of(transaction.now):%Y%m%d}{serial % 10**8:08d}"


async def _record(
    transaction: Transaction, person: Person, number: str, wanted: Wanted, act: SignedAct, request: Request,
    accepted: Sequence[str], refusals: Sequence[Refusal], job_id: int,
) -> None:  # fmt: skip
    """The application and a waiting result for each accepted declaration, in one statement."""
    await transaction.run(
        """with a as (
               insert into declarations_application (company_id, account_id, number, kind, sealed, applied_at,
                   applied_by, total, refused, token, key, request_id, card_no, statement, content, signature,
                   certificate, job_id)
               values ($1, $2, $3, $4, $5, $6, $7, cardinality($8::text[]), $10, $11, $12, $13, $14, $15, $16, $17,
                   $18, $19)
               returning id
           )
           insert into declarations_result (application_id, company_id, no, declaration, kind, applied_at, state)
           select a.id, $1, no, declaration, $4, $6, $9
           from a, unnest($8::text[]) with ordinality as accepted (declaration, no)""",
        person.company_id, person.account_id, number, wanted.kind, wanted.sealed, transaction.now,
        person.display_name, list(accepted), rules.WAITING[wanted.kind], [asdict(each) for each in refusals],
        request.token, request.key, request.request_id, act.card_no, act.statement, act.content, act.signature,
        act.certificate, job_id,
    )  # fmt: skip


async def _earlier(transaction: Transaction, person: Person, request: Request) -> Applied | None:
    """What this key was answered the first time, or None. Raises Refused where it was for another application."""
    if request.key is None:
        return None
    row = await transaction.row(
        f"""select {COLUMNS}, a.token from declarations_application a
            where {OWN} and a.account_id = $2 and a.key = $3""",
        person.company_id,
        person.account_id,
        request.key,
    )
    if row is None:
        return None
    if row["token"] != request.token:
        message = f"Idempotency-Key {request.key} 已用于另一份申请（{row['number']}）"
        raise Refused.because(
            [Violation("", "request.idempotency", message, "请换一个 Idempotency-Key 后重新提交", API)]
        )
    numbers = await transaction.rows(
        "select declaration from declarations_result where application_id = $1 order by no limit $2",
        row["id"],
        LISTED,
    )
    refusals = [Refusal(**each) for each in row["refused"]]
    return Applied(
        row["number"], row["kind"], row["total"], refusals, [each["declaration"] for each in numbers]
    )


def _nothing_accepted(refusals: Sequence[Refusal]) -> Refused:
    """Nothing may be applied for: each reason, with its number."""
    told = [
        Violation("number", "DECL-R08", f"{each.number}：{each.why}", each.advice, each.clause)
        for each in refusals[:TOLD]
    ]
    return Refused.because(told)


def _warning(refusal: Refusal) -> Violation:
    message = f"{refusal.number}：{refusal.why}，不予受理"
    return Violation("number", "DECL-R08", message, refusal.advice, refusal.clause, level="warning")
