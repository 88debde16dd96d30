"""Check the evidence file of a document without the portal: python verify_evidence.py FILE.zip --trust FOLDER

FOLDER holds the certificates that you trust, got from their owners and not out of the file: ca.pem (issues cards),
customs-signing.pem, portal-signing.pem; and crl.pem, the CA's revocation list. `--checkpoints COPY` (the portal's file
`history/checkpoints` as somebody else kept it) also binds what whoever has the portal's key could write anew.
Exit code 0: everything is as it was signed; 3: so it is, with the reservations that the lines 保留 name; 1: the one
line on stderr says what is not. The first line on stdout says only what is signed; what is the portal's own word is
called so. Needs Python and the package `cryptography`; describes itself in docs/evidence.md.
"""

import argparse
import hashlib
import io
import json
import sys
import zipfile
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

BESIDE = {"evidence.json", "README.txt"} | {
    f"certificate {name}.pem" for name in ("ca", "crl", "customs-signing", "portal-signing")
}
"""Parts that nothing signed names. README.txt and the certificates are not looked at."""
CUSTOMS_CODE = "1.3.6.1.4.1.64321.1.1"  # 海关编码, an otherName (UTF8String) of a card's certificate
MOST = 200 * 2**20  # bytes of one part; a bomb unpacks to more
LATE = timedelta(minutes=10)  # a checkpoint comes each minute; clocks of two computers differ
PINNED = timedelta(hours=1)  # a portal takes a signature in within minutes of the statement's making


class NotAsSigned(Exception):
    """The evidence does not hold; the text says where."""


def need(holds: object, what: str) -> None:
    if not holds:
        raise NotAsSigned(what)


def loads(text: str | bytes) -> Any:
    """JSON in which no name stands twice: two readers would take different values."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, Any]:
        need(len(dict(pairs)) == len(pairs), "a name twice in one object")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


def shown(text: object) -> str:
    """A text of the file on one line of the terminal, whatever is in it."""
    return "".join(each if each.isprintable() else "?" for each in str(text)[:300])


def utc(moment: datetime) -> str:
    """A moment for people, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(encoded(data) == text, "not BASE64URL")
    return data


def verify(certificates: list[x509.Certificate], text: str, signature: bytes, what: str) -> None:
    """ES256: a signature of 64 bytes (r‖s) over an ASCII text, by the key of one of these certificates."""
    need(len(signature) == 64, f"{what}: not a signature")
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    for certificate in certificates:
        key = certificate.public_key()
        if not isinstance(key, EllipticCurvePublicKey):
            raise NotAsSigned(f"{what}: another kind of key")
        with suppress(InvalidSignature):
            key.verify(der, text.encode(), ECDSA(SHA256()))
            return
    raise NotAsSigned(f"{what}: the signature is not of this text and certificate")


def read_jws(line: str, certificates: list[x509.Certificate], what: str) -> dict[str, Any]:
    """What a compact JWS says, if the key of one of these certificates signed it."""
    header, payload, signature = line.split(".")
    need(loads(decoded(header)).get("alg") == "ES256", f"{what}: another kind of signature")
    verify(certificates, f"{header}.{payload}", decoded(signature), what)
    return loads(decoded(payload))


def code_on(card: x509.Certificate) -> str:
    """The customs code of the company whose card it is."""
    names = card.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    [der] = [
        name.value
        for name in names.get_values_for_type(x509.OtherName)
        if name.type_id.dotted_string == CUSTOMS_CODE
    ]
    return der[2:].decode()  # behind tag and length


HEADER = encoded(b'{"alg":"ES256"}')


class Trust:
    """The certificates that the user trusts."""

    def __init__(self, folder: Path) -> None:
        self.ca = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        self.customs, self.portal = (  # where a key was renewed, its certificates stand one below the other
            x509.load_pem_x509_certificates((folder / name).read_bytes())
            for name in ("customs-signing.pem", "portal-signing.pem")
        )
        self.revoked = x509.load_pem_x509_crl((folder / "crl.pem").read_bytes())
        key = self.ca.public_key()
        signed = isinstance(key, EllipticCurvePublicKey) and self.revoked.is_signature_valid(key)
        need(signed, "crl.pem is not this CA's list")

    def card(self, certificate_der: bytes, at: datetime, what: str) -> x509.Certificate:
        """A card's certificate that the CA issued and that was valid and not revoked at that moment."""
        card = x509.load_der_x509_certificate(certificate_der)
        try:
            card.verify_directly_issued_by(self.ca)
        except (InvalidSignature, ValueError):
            raise NotAsSigned(f"{what}: the card's certificate is not of this CA") from None
        need(
            card.not_valid_before_utc <= at <= card.not_valid_after_utc,
            f"{what}: the card was not valid then",
        )
        entry = self.revoked.get_revoked_certificate_by_serial_number(card.serial_number)
        need(entry is None or entry.revocation_date_utc > at, f"{what}: the card was revoked before")
        return card


class Evidence:
    """An opened file and the trust by which it is judged."""

    def __init__(self, file: Path, trust: Trust) -> None:
        self.archive, self.trust = zipfile.ZipFile(file), trust
        names = self.archive.namelist()
        need(len(set(names)) == len(names), "two parts of one name")
        self.names_on_cards: list[str] = []  # of the companies, one for each submission
        self.statements: set[bytes] = set()
        self.moments: list[
            str
        ] = []  # for people: when each submission was signed, written, vouched for, answered
        self.reserved: list[str] = []  # for people: what rests on the portal's word alone, or is not there
        self.first: dict[tuple[str, ...], datetime] = {}  # signed files: when they were first submitted
        self.main = loads(self.part("evidence.json"))
        need(self.main["format"] == "singlewindow-evidence/1", "another format than singlewindow-evidence/1")

    def part(self, name: str) -> bytes:
        need(self.archive.getinfo(name).file_size <= MOST, f"{name}: too large")
        return self.archive.read(name)

    def signed(self, signed: dict[str, Any], at: datetime, what: str) -> dict[str, Any]:
        """A statement that a card signed: what it says, and in `name_on_card` whose card it was. It names the card
        that signed it."""
        statement = b64decode(signed["statement"], validate=True)
        card = self.trust.card(b64decode(signed["certificate"], validate=True), at, what)
        verify([card], f"{HEADER}.{encoded(statement)}", b64decode(signed["signature"], validate=True), what)
        said = loads(statement)
        [number] = card.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        need(said["card"] == number.value, f"{what}: another card than the statement names")
        need(said["company"] == self.main["company"], f"{what}: another company")
        need(code_on(card) == said["company"], f"{what}: the card of another company")
        names = card.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return said | {"name_on_card": "".join(str(each.value) for each in names)}

    def check(self) -> None:
        """Judge everything; what holds only with a reservation is in `reserved` then."""
        numbers = [each["sequence"] for each in self.main["submissions"]]
        need(numbers == [*range(1, len(numbers) + 1)], "the submissions are not 1, 2, …: one is left out")
        expected = {f"content {number}.json" for number in numbers}
        files = {file["file"] for each in self.main["submissions"] for file in each["attachments"]}
        unexpected = set(self.archive.namelist()) - BESIDE - expected - files
        need(not unexpected, f"a part that belongs to nothing: {min(unexpected, default='')}")
        entries = [loads(each["entry"]) for each in self.main["history"]]
        of_submissions = [entry for entry in entries if entry[3] == "submitted"]
        need(len(of_submissions) == len(expected), "the history tells of other submissions")
        told = [
            self.submission(each, really(entry))
            for each, entry in zip(self.main["submissions"], of_submissions, strict=True)
        ]
        submitted = [(e[5].get("action"), round(e[2], 3)) for e in of_submissions]
        need(submitted == [asked for asked, _ in told], "the history tells of other submissions")
        heard = [
            (e[5]["submission"], e[5]["seq"], e[5]["code"])
            for e in entries
            if e[3] in ("receipt", "late receipt")
        ]
        answers = [answer for _, given in told for answer in given]
        need(len(set(answers)) == len(answers), "an answer stands twice")
        need(set(answers) <= set(heard), "an answer is not in the history")
        need(set(heard) <= set(answers), "an answer of which the history tells is left out")
        vouched = self.history()
        for each, entry in zip(self.main["submissions"], of_submissions, strict=True):
            self.gaps(each)
            self.times(each, entry, vouched.get(entry[1]))

    def submission(
        self, each: dict[str, Any], at: datetime
    ) -> tuple[tuple[str, float], list[tuple[int, int, str]]]:
        """Its action and moment, and customs' answers by submission, number and code; `at` is the real moment."""
        what = f"submission {each['sequence']}"
        said = self.signed(each, at, what)
        asked = (said["type"], said["number"], said["action"])
        need(
            asked == (self.main["type"], self.main["number"], each["action"]), f"{what}: of another document"
        )
        statement = b64decode(each["statement"])
        need(statement not in self.statements, f"{what}: one signature for two submissions")
        self.statements.add(statement)  # each has a nonce, and customs take it once
        self.names_on_cards.append(said["name_on_card"])
        need(each["content"] == f"content {each['sequence']}.json", f"{what}: a part of another name")
        need(said["content_sha256"] == sha256(self.part(each["content"])).hex(), f"{what}: another content")
        listed = [{name: f[name] for name in ("category", "sha256")} for f in each["attachments"]]
        need(said["attachments"] == listed, f"{what}: other attachments")
        for file in each["attachments"]:
            name = f"{what}, attachment {file['category']}"
            need(sha256(self.part(file["file"])).hex() == file["sha256"], f"{name}: another file")
            upload = tuple(file[part] for part in ("statement", "signature", "certificate"))
            signed = self.signed(file, self.first.setdefault(upload, at), name)
            need(file["file"] == f"attachment {file['sha256']}.pdf", f"{name}: a part of another name")
            told = (file["sha256"], file["name"])
            need((signed["sha256"], signed["name"]) == told, f"{name}: another file was signed")
        answers = [self.answer(each, answer) for answer in each["answers"]]
        told_at = datetime.fromisoformat(each["submitted_at"]).timestamp()
        return (each["action"], round(told_at, 3)), answers

    def answer(self, submission: dict[str, Any], answer: dict[str, Any]) -> tuple[int, int, str]:
        """Customs' signed answer to it; number 0 is the portal's own word on sending, which the history alone holds."""
        told_by_portal = answer["seq"] == 0 and answer["jws"] is None
        if told_by_portal:
            return submission["sequence"], 0, answer["code"]
        what = f"submission {submission['sequence']}, answer {answer['seq']}"
        said = read_jws(answer["jws"], self.trust.customs, what)
        asked = (said["type"], said["number"], said["submission"], said["seq"], said["code"], said["text"])
        document = (self.main["type"], self.main["number"])
        told = (*document, submission["sequence"], answer["seq"], answer["code"], answer["text"])
        moments = (datetime.fromisoformat(each["at"]) for each in (said, answer))
        need(asked == told and len(set(moments)) == 1, f"{what}: customs said something else")
        return said["submission"], said["seq"], said["code"]

    def history(self) -> dict[int, dict[str, Any]]:
        """The chain, and each entry's place in a signed checkpoint: the checkpoints by entry."""
        before, waiting, vouched = "", [], {}
        pages = {
            no: read_jws(line, self.trust.portal, f"checkpoint {no}")
            for no, line in self.main["checkpoints"].items()
        }
        for no, page in pages.items():
            need(no == str(page["no"]), f"checkpoint {no}: another number")
        documents = {loads(each["entry"])[0] for each in self.main["history"]}
        need(len(documents) == 1, "entries of several documents")
        for no, each in enumerate(self.main["history"], start=1):
            entry = loads(each["entry"])
            document, number, _, kind, *_ = entry
            digest = sha256(bytes.fromhex(before) + each["entry"].encode())
            whole = (each["no"], number, each["previous"], each["hash"]) == (no, no, before, digest.hex())
            need(whole, f"history, entry {no}: not as it was written")
            before = each["hash"]
            if each["checkpoint"] is None:
                waiting.append(entry[2])
                continue
            need(not waiting, f"history, entry {no - 1}: no checkpoint vouches for it")
            leaf = document.to_bytes(8, "big") + no.to_bytes(4, "big") + bytes([kind == "submitted"]) + digest
            vouched[no] = pages[str(each["checkpoint"])]
            need(root(leaf, each["path"]) == vouched[no]["root"], f"history, entry {no}: not vouched for")
        if waiting:
            oldest = utc(datetime.fromtimestamp(min(waiting), UTC))
            self.reserved.append(
                f"{len(waiting)} 条记录尚未存证，最早一条写于 {oldest} UTC，内容和时间都只有系统自己的说法"
                f" not vouched for yet: entries of which there is only the portal's word, the oldest of {oldest} UTC"
            )
        return vouched

    def gaps(self, submission: dict[str, Any]) -> None:
        """Customs number their answers 1, 2, … An honest file may lack one: it was not there yet while a later one
        was, or the portal put it before a person because it contradicts something."""
        there = {answer["seq"] for answer in submission["answers"]}
        n = submission["sequence"]
        for seq in sorted({*range(1, max(there, default=0))} - there):
            self.reserved.append(
                f"第 {n} 次申报缺海关第 {seq} 号回执：可能制作文件时系统尚未收到或已搁置，也可能被人拿掉，请向海关核实"
                f" submission {n}: customs' answer {seq} is missing; it had not come, was set aside, or was taken out"
            )

    def times(self, submission: dict[str, Any], entry: list[Any], page: dict[str, Any] | None) -> None:
        """When it was submitted is the portal's word. Told are the moments beside it, and reserved what they do not
        bear out: none of it is forged for that (a worker that stood still, a restore, a training's clock)."""
        n, real, clock = submission["sequence"], really(entry), datetime.fromtimestamp(entry[2], UTC)
        signed = datetime.fromisoformat(loads(b64decode(submission["statement"]))["issued_at"])
        vouched = datetime.fromisoformat(page["at"]) if page else None
        answered = [datetime.fromisoformat(each["at"]) for each in submission["answers"] if each["jws"]]
        first = min(answered, default=None)
        moved = abs(clock - real) > LATE  # in a training, of which customs and the statement have the clock
        moments = [f"签名内容所载 as signed {utc(signed)}", f"系统记录 as the portal says {utc(real)}"]
        moments += [f"系统业务时间 its business clock {utc(clock)}"] if moved else []
        moments += [f"存证 vouched for {utc(vouched)}" if vouched else "尚未存证 not vouched for yet"]
        moments += (
            [f"海关首次回执 customs' first answer {utc(first)}"] if first else ["海关未回执 not answered"]
        )
        self.moments.append(f"第 {n} 次申报的时间（UTC）times of submission {n}: {'，'.join(moments)}")
        if abs(signed - clock) > PINNED:
            self.reserved.append(
                f"第 {n} 次申报：企业签名的内容载明 {utc(signed)}，系统却记为 {utc(clock)}"
                f" submission {n}: what was signed names another moment than the portal"
            )
        if vouched and abs(vouched - real) > LATE:
            self.reserved.append(
                f"第 {n} 次申报：系统称写于 {utc(real)}，存证却在 {utc(vouched)}，其间只有系统自己的说法"
                f"{self.unfit(submission, vouched)} submission {n}: vouched for at another time than the portal says"
            )
        if first and not moved and (unfit := self.unfit(submission, first)):
            self.reserved.append(
                f"第 {n} 次申报：海关首次回执在 {utc(first)}{unfit}"
                f" submission {n}: that the card still counted when it signed, customs' answer does not bear out"
            )

    def unfit(self, submission: dict[str, Any], at: datetime) -> str:
        """Words for a card that did not count at another moment than the portal says that it signed."""
        try:
            self.trust.card(b64decode(submission["certificate"]), at, "")
        except NotAsSigned:
            return "，那时企业的卡不在有效状态 (the card did not count then)"
        return ""

    def compare(self, copy: Path) -> None:
        """Hold the checkpoints against somebody's copy of all of them. One that is not there may be honest: the folder
        was restored or begun anew since."""
        known: dict[int, set[str]] = {}  # an appended copy has several under one number after a restore
        for line in copy.read_text("ascii", errors="replace").split("\n")[:-1]:  # the last may be half a line
            with suppress(NotAsSigned, ValueError, LookupError, TypeError):
                known.setdefault(int(loads(decoded(line.split(".")[1]))["no"]), set()).add(line)
        if not known:
            raise OSError(0, "not a copy of the portal's checkpoints", str(copy))
        for no, line in self.main["checkpoints"].items():
            there = known.get(int(no), set())
            if not there:
                self.reserved.append(
                    f"存证 {no} 不在你的副本里：副本较旧或不全，请另取新的完整副本再核验"
                    f" checkpoint {no} is not in your copy, which is older or not whole: take a new one"
                )
            elif line not in there:
                self.reserved.append(
                    f"存证 {no} 与你的副本不同：存证恢复过或重新开始过（请运营单位说明何时、为何），否则是历史被改写"
                    f" checkpoint {no} is another in your copy: the checkpoints were restored or begun anew (ask when"
                    " and why), or the history was written anew"
                )


def really(entry: list[Any]) -> datetime:
    """When an entry was written, in real time: its moment is that of the portal's business clock, which a training may
    have moved. Entries of older releases lack it."""
    return datetime.fromtimestamp(entry[9] if len(entry) > 9 else entry[2], UTC)


def root(leaf: bytes, path: list[list[str]]) -> str:
    """The root of the Merkle tree (RFC 6962, 2.1) to which a leaf leads."""
    digest = sha256(b"\0" + leaf)
    for side, beside in path:
        need(side in ("left", "right"), "a path that leads nowhere")
        pair = (bytes.fromhex(beside), digest) if side == "left" else (digest, bytes.fromhex(beside))
        digest = sha256(b"\1" + b"".join(pair))
    return digest.hex()


for stream in (sys.stdout, sys.stderr):  # a terminal that lacks Chinese must not make 1 of 0
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
options.add_argument("file", type=Path)
options.add_argument("--trust", type=Path, required=True, help="folder of the certificates that you trust")
options.add_argument(
    "--checkpoints", type=Path, help="history/checkpoints of the portal, as somebody else kept it"
)
given = options.parse_args()
try:
    evidence = Evidence(given.file, Trust(given.trust))
    evidence.check()
    if given.checkpoints:
        evidence.compare(given.checkpoints)
    main = evidence.main
    own = [shown(main[name]) for name in ("title", "company_name", "made_at")]
    counted = f"{len(main['submissions'])} 次申报 submissions，{len(main['history'])} 条记录 entries"
    of = f"{shown(main['type'])} {shown(main['number'])}，{shown(main['company'])}"
except NotAsSigned as problem:
    sys.exit(f"不成立 Not as it was signed: {shown(problem)}")
except OSError as problem:
    sys.exit(
        f"不成立 Cannot be read: {shown(problem.filename or given.file)}: {shown(problem.strerror or problem)}"
    )
except Exception as problem:  # whatever a damaged or made-up file provokes in whoever reads it
    sys.exit(f"不成立 Not an evidence file, or certificates are missing: {shown(repr(problem))}")
stands, so = ("成立，有保留", ", with reservations") if evidence.reserved else ("成立", "")
if evidence.names_on_cards:
    print(f"{stands} As it was signed{so}: {of} {shown(evidence.names_on_cards[-1])}")
else:
    print(
        f"{stands} The history is as it was vouched for{so}; 未申报，无企业签名 nobody signed that it is of {of}"
    )
for each in evidence.reserved:
    print(f"保留 Reserved: {each}")
print(counted)
for each in evidence.moments:
    print(each)
print(f"系统自述，未经签名 The portal's own word, signed by nobody: {'，'.join(own)}")
sys.exit(3 if evidence.reserved else 0)
