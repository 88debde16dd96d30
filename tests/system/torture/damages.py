"""Damages for every check of the verdict: what to do to a good world so that the check must find it.

Each is a list of statements for one side's database, tried in a transaction that is never committed, or a change of
what the driver wrote down, the receiver heard, or the API answered. Names in braces are documents of the good
world.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.system.torture.ledger import Op
from tests.system.torture.world import World


@dataclass(frozen=True)
class Damage:
    """For which check, and what is done; on both sides where they agree on what is not so."""

    check: str
    portal: tuple[str, ...] = ()
    customs: tuple[str, ...] = ()
    told: Callable[[World, dict[str, Any]], None] | None = None

    @property
    def name(self) -> str:
        """For the test's own name."""
        return f"{self.check}: {(self.portal or self.customs or ('what was told',))[0][:60]}"


def _portal(check: str, *statements: str) -> Damage:
    return Damage(check, portal=statements)


def _customs(check: str, *statements: str) -> Damage:
    return Damage(check, customs=statements)


def _told(check: str, change: Callable[[World, dict[str, Any]], None]) -> Damage:
    return Damage(check, told=change)


def names_in(world: World) -> dict[str, Any]:
    """Documents of a good world to which something can be done, by what they are."""
    told = world.told

    def first(type: str, *, status: str = "", submitted: bool = True) -> str:
        for facts in told.acknowledged("draft"):
            row = world.documents.get(facts["number"])
            if (
                row is None
                or row["hidden"]
                or row["type"] != type
                or bool(row["last_submission"]) != submitted
            ):
                continue
            if not status or row["status"] == status:
                return str(row["number"])
        raise AssertionError(f"no {type} in {status or 'any status'}, submitted {submitted}")

    changes = {facts["number"] for facts in told.asked("submit") if facts["action"] == "change"}
    saved = [f for f in told.acknowledged("save") if f["number"] in world.documents]
    last = [facts for facts in saved if facts["number"] not in changes][-1]
    changed = [row["number"] for row in world.customs["submissions"] if row["state"] == "amended"]
    job = next(told.acknowledged("job"))
    drawn = world.portal["draws"][0]["document_id"]
    amended = next(row for row in world.portal["submissions"] if row["recorded"])
    return {
        "draft": first("gate.trip", submitted=False), "trip": first("gate.trip", status="10"),
        "application": first("inspection.declaration", status="4"),
        "appointment": first("appointment.application", status="P"),
        "saved": last["number"], "version": last["version"], "field": last["field"],
        "changed": next(number for number in changed if number in changes),
        "uploaded": next(told.acknowledged("upload"))["number"],
        "sha256": next(told.acknowledged("upload"))["sha256"],
        "token": next(told.acknowledged("token"))["token"],
        "revoked": next(told.acknowledged("revoke token"))["token"],
        "printed": next(told.acknowledged("print"))["application"],
        "mark": job["mark"], "job": job["job"],
        "key": next(f for f in told.acknowledged("draft") if f["number"] in world.documents)["key"],
        "list": next(row["number"] for row in world.documents.values() if row["id"] == drawn),
        "amended": amended["id"],
    }  # fmt: skip


def _op(world: World, kind: str, **facts: Any) -> None:
    world.told.ops[-1] = Op(kind, facts, facts)


def _of(world: World, kind: str, number: str) -> Op:
    """The acknowledged operation of that kind on that document."""
    return next(
        op for op in world.told.ops.values() if op.kind == kind and op.done and op.facts["number"] == number
    )


def _typed_otherwise(world: World, names: dict[str, Any]) -> None:
    op = _of(world, "draft", names["trip"])
    op.sent["typed"] = {**op.sent["typed"], "bind_key_info": "other"}


def _saved_otherwise(world: World, names: dict[str, Any]) -> None:
    _of(world, "save", names["saved"]).sent["value"] = "other"


def _changed_otherwise(world: World, names: dict[str, Any]) -> None:
    [op] = [op for op in world.told.ops.values() if op.facts.get("typed") and op.facts.get("action") == "change"
            and op.facts["number"] == names["changed"]]  # fmt: skip
    op.sent["typed"] = {**op.sent["typed"], "remark": "other"}


def _declared_otherwise(world: World, names: dict[str, Any]) -> None:
    last = [op.done for op in world.told.ops.values() if op.kind in ("draft", "save") and op.done
            and op.facts["number"] == names["trip"]][-1]  # fmt: skip
    last["content"] = {**last["content"], "bind_key_info": "other"}


def _signed_for_another(world: World, names: dict[str, Any]) -> None:
    for note in world.told.noted("signed"):
        if note["number"] == names["trip"]:
            note["op"] = -1


def _other_file(world: World, names: dict[str, Any]) -> None:
    _of(world, "upload", names["application"]).sent["sha256"] = "other"


def _claim_deleted(world: World, names: dict[str, Any]) -> None:
    _op(world, "delete", number=names["draft"])


def _claim_key(world: World, names: dict[str, Any]) -> None:
    facts = {"type": "gate.trip", "mark": "-", "version": 1, "typed": {}, "content": {}}
    _op(world, "draft", number="2", key=names["key"], **facts)


def _forget_answer(world: World, names: dict[str, Any]) -> None:
    del world.answers[names["trip"]]


def _other_answer(world: World, names: dict[str, Any]) -> None:
    world.answers[names["trip"]] = {**world.answers[names["trip"]], "status": "1"}


def _unseen(world: World, names: dict[str, Any]) -> None:
    world.told.notes.append(
        {"kind": "not visible", "number": names["trip"], "seen": None, "acknowledged": [1, 0, 1]}
    )


def _unexpected(world: World, _: dict[str, Any]) -> None:
    world.told.notes.append({"kind": "unexpected", "work": "trip", "problem": "500"})


def _defect(world: World, _: dict[str, Any]) -> None:
    world.logged = ['{"event":"unexpected","level":"error"}']


def _stumble(world: World, _: dict[str, Any]) -> None:
    trace = "Traceback (most recent call last):\n  File x\nKeyError: 'number'"
    world.logged = [json.dumps({"event": "worker waits", "level": "error", "exception": trace})]


def _short_feed(world: World, _: dict[str, Any]) -> None:
    company = next(iter(world.feeds))
    world.feeds[company] = world.feeds[company][:-1]


def _unheard(world: World, _: dict[str, Any]) -> None:
    gone = world.heard[len(world.heard) // 2]["id"]
    world.heard = [line for line in world.heard if line["id"] != gone]


def _heard_by_another(world: World, names: dict[str, Any]) -> None:
    line = next(line for line in world.heard if line["number"] == names["trip"] and line["no"] == 1)
    other = next(each["hook"] for each in world.heard if each["hook"] != line["hook"])
    world.heard.append({**line, "hook": other})


def _out_of_order(world: World, _: dict[str, Any]) -> None:
    world.heard = world.heard[::-1]


def _first_document_twice(world: World, _: dict[str, Any]) -> None:
    rows = world.portal["senders"]
    rows.append(rows[0])


_COPY = """
    insert into document (type, number, company_id, status, content, filed_on, created_by, created_at, updated_at)
    select type, '1', company_id, status, content, filed_on, created_by, created_at, updated_at from document
    where number = '{trip}'"""
_OF = "(select id from document where number = '{trip}')"
_PRINTED = """id in (select r.file_id from declarations_result r
    join declarations_application a on a.id = r.application_id where a.number = '{printed}')"""
_BASE = "(select max(id) from submission where number = '{trip}')"

_RECEIVED = """update submission set received = jsonb_set(received::jsonb, '{{{{{}}}}}', '"b3RoZXI="')::json
    where number = '{{{}}}'"""
"""Another content or statement (Base64) in what customs received of a document."""

DAMAGES = (
    _portal("acknowledged documents", "delete from document where number = '{draft}'"),
    _portal("acknowledged documents", "update document set hidden = true where number = '{draft}'"),
    _portal("acknowledged versions", "update document set version = {version} - 1 where number = '{saved}'"),
    _portal(
        "acknowledged documents",
        """update document set content = jsonb_set(content, '{{bind_key_info}}', '"other"') where number = '{draft}'""",
    ),
    _portal("acknowledged documents", "update document set type = 'gate.other' where number = '{draft}'"),
    _portal(
        "acknowledged contents",
        """update document set content = jsonb_set(content, array['{field}'], '""') where number = '{saved}'""",
    ),
    _portal(
        "acknowledged contents",
        """update document set content = jsonb_set(content, '{{remark}}', '"other"') where number = '{changed}'""",
    ),
    _portal(
        "acknowledged contents",
        """update document set content = jsonb_set(content, '{{goods,0,quantity}}', '"77"') where number = '{list}'""",
    ),
    _portal(
        "acknowledged contents",
        """update document set content = jsonb_set(content, '{{contact_name}}', '"other"')
           where number = '{application}'""",
    ),
    _told("acknowledged contents", _typed_otherwise),
    _told("acknowledged contents", _saved_otherwise),
    _portal(
        "imported contents",
        """update document set content = jsonb_set(content, '{{bind_key_info}}', '"other"')
           where number = (select number from sender_number where sender_number = '{mark}-2')""",
    ),
    _portal("what was signed", f"update submission set content = 'other' where document_id = {_OF}"),
    _portal("what was signed", f"update submission set statement = 'other' where document_id = {_OF}"),
    _portal("what was signed", "update submission set content = 'other' where id = {amended}"),
    _customs("what was signed", _RECEIVED.format("content", "application")),
    _customs("what was signed", _RECEIVED.format("statement", "appointment")),
    _told("what was signed", _changed_otherwise),
    _told("what was signed", _declared_otherwise),
    _told("what was signed", _signed_for_another),
    _portal("acknowledged submissions", f"delete from submission where document_id = {_OF}"),
    _customs("acknowledged submissions", "delete from submission where number = '{trip}'"),
    _portal(
        "acknowledged files",
        """update attachment set sha256 = 'other'
           where document_id = (select id from document where number = '{uploaded}')""",
    ),
    _portal(
        "acknowledged files",
        """update attachment set content = 'other'
           where document_id = (select id from document where number = '{uploaded}')""",
    ),
    _told("acknowledged deletions", _claim_deleted),
    _portal("acknowledged imports", "delete from sender_number where sender_number = '{mark}-3'"),
    _portal("acknowledged imports", "update job set state = 'failed' where id = {job}"),
    _portal("acknowledged tokens", "delete from api_token where id = {token}"),
    _portal("acknowledged tokens", "update api_token set revoked_at = null where id = {revoked}"),
    _portal(
        "acknowledged prints",
        """update declarations_result set file_id = null
           where application_id = (select id from declarations_application where number = '{printed}')""",
    ),
    _portal("files of prints", f"update file set content = content || 'x' where {_PRINTED}"),
    _portal(
        "files of prints",
        f"""update file set content = content || 'x', sha256 = encode(sha256(content || 'x'), 'hex')
            where {_PRINTED}""",
    ),
    _portal("files of prints", f"update file set name = 'other.pdf' where {_PRINTED}"),
    _portal("files of prints", f"update file set company_id = company_id + 1 where {_PRINTED}"),
    _told("documents over the api", _forget_answer),
    _told("documents over the api", _other_answer),
    _portal("documents over the api", "update document set status = '41' where number = '{trip}'"),
    _told("whatever a reader missed", _unseen),
    _portal("events of the feed", f"delete from feed where document_id = {_OF} and event_no = 2"),
    _portal("events of the feed", "delete from feed where document_id = (select min(document_id) from feed)"),
    _told("events over the api", _short_feed),
    _told("events that were sent", _unheard),
    _portal("documents of one mark", _COPY),
    _told("answers to one key", _claim_key),
    _customs("submissions", "update submission set sequence = 7 where number = '{trip}' and sequence = 1"),
    _portal("submissions", f"update submission set sequence = 7 where document_id = {_OF} and sequence = 1"),
    _customs(
        "submissions",
        "drop index submission_statement_once",
        "update submission set statement_sha256 = 'one' where id in (select id from submission limit 2)",
    ),
    _customs(
        "numbers that customs give",
        "alter table submission drop constraint submission_customs_no_key",
        """update submission set customs_no = 'one' where id in (
               select id from submission where type = 'inspection.declaration' limit 2)""",
    ),
    _portal(
        "numbers that customs give",
        """update document set returned = '{{"customs_no": "one"}}' where id in (
               select id from document where type = 'inspection.declaration' limit 2)""",
    ),
    _portal("quantities", "update draw set amount = amount * 2"),
    _customs("quantities", "update consolidated_use set amount = amount + 1"),
    _customs(
        "quantities",
        """update entry set data = jsonb_set(data, '{{items,0,deducted}}', '"0.5"') where kind = 'account_book'""",
    ),
    _told("imported trips", _first_document_twice),
    _portal(
        "work of one key",
        "alter table job drop constraint job_account_id_key_key",
        """update job set key = 'one'""",
        """insert into job (company_id, account_id, kind, key, state)
           select company_id, account_id, kind, key, 'done' from job where id = {job}""",
    ),
    _portal("events in the feed", f"update feed set no = no + 100000 where document_id = {_OF}"),
    _portal(
        "events in the feed",
        "delete from feed where (company_id, no) in (select company_id, min(no) from feed group by 1)",
    ),
    _portal("documents", f"delete from event where document_id = {_OF}"),
    _portal("documents", f"delete from document_party where document_id = {_OF}"),
    _portal("documents", f"delete from find_gate_trip where document_id = {_OF}"),
    _portal("documents", "update document set status = '41' where number = '{trip}'"),
    _portal("submissions and history", f"delete from event where document_id = {_OF} and kind = 'submitted'"),
    _portal("submissions and history", f"delete from outbox where document_id = {_OF}"),
    _portal("submissions and history", "update document set last_submission = 9 where number = '{trip}'"),
    _portal("submissions of both sides", f"delete from submission where document_id = {_OF}"),
    _customs("submissions of both sides", "delete from submission where number = '{trip}'"),
    _portal("submissions of both sides", "update submission set attachments = '{{}}'"),
    _customs("files at customs", "delete from attachment where sha256 = '{sha256}'"),
    _customs("files at customs", "update attachment set content = 'other' where sha256 = '{sha256}'"),
    _told("files at customs", _other_file),
    _portal("files and history", "delete from event where kind = 'uploaded'"),
    _portal("receipts of both sides", f"delete from receipt where document_id = {_OF} and seq = 1"),
    _customs("receipts of both sides", f"delete from receipt where submission_id = {_BASE}"),
    _portal(
        "receipts and history",
        f"""delete from event where (document_id, no) in (
                select document_id, max(no) from event where document_id = {_OF} and kind = 'receipt' group by 1)""",
    ),
    _customs("decisions", f"delete from receipt where submission_id = {_BASE}"),
    _customs("decisions", f"update submission set state = 'returned' where id = {_BASE}"),
    _customs("decisions", "delete from outgoing"),
    _customs("decisions", "update incoming set state = 'doubled'"),
    _portal("exclusive use", f"delete from claim where document_id = {_OF}"),
    _portal(
        "exclusive use",
        """insert into claim select 'gate.medium', 'VN/other', id, company_id from document
           where number = '{draft}'""",
    ),
    _portal(
        "drawn quantities",
        "delete from draw where document_id = (select id from document where number = '{list}')",
    ),
    _customs("drawn quantities", "delete from consolidated_use"),
    _portal("amendments", "delete from amendment where submission_id = {amended}"),
    _portal("amendments", "update amendment set status = 'draft' where submission_id = {amended}"),
    _portal("final states", "update document set status = '2' where number = '{trip}'"),
    _portal("final states", "update document set status = '5' where number = '{application}'"),
    _customs(
        "final states", "update appointment_book set state = 'cancelled' where number = '{appointment}'"
    ),
    Damage(
        "final states",
        portal=("update document set status = '3' where number = '{application}'",),
        customs=("update submission set state = 'received' where number = '{application}'",),
    ),
    Damage(
        "final states",
        portal=("update document set status = '0' where number = '{trip}'",),
        customs=("update gate_trip set state = 'returned' where number = '{trip}'",),
    ),
    _customs(
        "undecided submissions", "update submission set state = 'received' where number = '{application}'"
    ),
    _customs(
        "undecided submissions",
        "update submission set state = 'received' where number = '{changed}' and function = 'MOD'",
    ),
    _customs("undecided submissions", "update submission set state = 'passed' where number = '{list}'"),
    _portal("drafts", "update document set status = '1' where number = '{draft}'"),
    _portal("what stands beside a status", "update document set amending = 'change' where number = '{trip}'"),
    _portal("what stands beside a status", "update document set ended_by = 'revoke' where number = '{trip}'"),
    _customs(
        "content in force",
        """update gate_trip set content = jsonb_set(content, '{{remark}}', '"other"') where number = '{trip}'""",
    ),
    _customs(
        "content in force",
        """update gate_trip set content = jsonb_set(content, '{{remark}}', '"other"') where number = '{changed}'""",
    ),
    _customs(
        "content in force",
        """update consolidated_record set content = jsonb_set(content, '{{goods,0,quantity}}', '"77"')
           where number = '{list}'""",
    ),
    _customs(
        "content in force", "update appointment_book set entry_port = '9999' where number = '{appointment}'"
    ),
    _portal("numbers shown", "update document set returned = '{{}}' where number = '{application}'"),
    _portal("timers", "delete from schedule"),
    _portal("timers", "update schedule set due_at = due_at + interval '1 day'"),
    _portal("account books", "update register_entry set seq = seq - 1 where kind = 'account_book'"),
    _portal(
        "order of the feed",
        f"""update feed set event_no = 1000 where document_id = {_OF}
            and no = (select min(no) from feed where document_id = {_OF})""",
    ),
    _told("order of what was sent", _out_of_order),
    _portal(
        "whom an event concerns",
        f"update feed set company_id = company_id + 1000 where document_id = {_OF} and event_no = 1",
    ),
    _told("whom an event concerns", _heard_by_another),
    _portal("what is stuck", "update outbox set state = 'queued' where id = (select max(id) from outbox)"),
    _portal("what is stuck", "update inbox set state = 'unreadable' where id = (select max(id) from inbox)"),
    _portal("what is stuck", "update job set state = 'running' where id = {job}"),
    _customs("what is stuck", "update outgoing set state = 'lost' where id = (select max(id) from outgoing)"),
    _customs(
        "what is stuck", "update incoming set state = 'unreadable' where id = (select max(id) from incoming)"
    ),
    _told("answers that nobody should get", _unexpected),
    _told("defects in the logs", _defect),
    _told("defects in the logs", _stumble),
)
