"""The child process that reads an uploaded PDF; `pdf.py` starts it, bounds it and words its answer.

Run as a script of its own, isolated (`python -I -B pdf_child.py LIMITS`), so it imports nothing of this project.
LIMITS is a JSON object, see `Limits`. The file comes on stdin. One line of JSON goes to stdout:
`{"pages": 3, "largest_page_bytes": 1000, "largest_page": 1}`, or `{"refused": reason, "figures": {name: number}}`,
or `{"failed": text}` when the checker itself is at fault. Requirement UI-18.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import resource
import sys
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil

Key = tuple[int, int]  # an indirect object's number and generation
_CHUNK = 65_536
_AUTOMATIC_ALLOWED = frozenset({"/GoTo", "/Named"})  # what may happen by itself when a file is opened
# Ends of the library's warnings that sparing programs' blank pages cause:
_HARMLESS = (
    "Resources is missing or invalid; repairing",
    "MediaBox is undefined; setting to letter / ANSI A",
)
_PAGE_TREE = frozenset({"/Page", "/Pages"})
MAX_SIDE = 14_400  # units of 1/72 inch: the largest page that ISO 32000-1 annex C knows
MAX_PIXELS = (
    600_000_000  # of one image: A0 at 600 dpi has 558 million; more is made to exhaust who looks at it
)


@dataclass(frozen=True)
class Limits:
    """The bounds of one check: counts, bytes, processor seconds."""

    max_pages: int
    max_objects: int
    max_decoded_bytes: int
    cpu_seconds: int
    memory_bytes: int


class Refuse(Exception):
    """The file is not taken; `reason` is a key of the parent's messages, `figures` its numbers."""

    def __init__(self, reason: str, **figures: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.figures = figures


def bind(limits: Limits) -> None:
    """Give up everything that reading a PDF does not need; it cannot be taken back."""
    # The soft limit ends it by a signal of its own, by which it is told from one that was killed.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


bounds = Limits(**json.loads(sys.argv[1])) if __name__ == "__main__" else None
if bounds:
    bind(bounds)  # before the library with the C++ parser is loaded

import pikepdf  # noqa: E402

# ------------------------------------------------------------------------------------------- decoding, counted


class Budget:
    """How many decoded bytes a file may still have, over all its streams and all stages of filters."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._spent = 0

    def count(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks; raises Refuse as soon as they are too many together."""
        for chunk in chunks:
            self._spent += len(chunk)
            if self._spent > self._limit:
                raise Refuse("bomb", limit=self._limit)
            yield chunk


def inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """FlateDecode, at most _CHUNK bytes at a time."""
    stage = zlib.decompressobj()
    empty = True
    for chunk in chunks:
        empty = empty and not chunk
        waiting = chunk
        while waiting and not stage.eof:
            yield stage.decompress(waiting, _CHUNK)
            waiting = stage.unconsumed_tail
    if not (stage.eof or empty):
        yield stage.flush()
        raise Refuse("damaged")


def run_lengths(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """RunLengthDecode: a length byte, then that many bytes or one byte to repeat; 128 ends."""
    data = b"".join(chunks)
    at = 0
    while at < len(data) and (length := data[at]) != 128:
        if length < 128:
            yield data[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            yield data[at + 1 : at + 2] * (257 - length)
            at += 2


def lzw(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """LZWDecode: codes of 9 to 12 bits, 256 clears the table, 257 ends (with early change, PDF's default)."""
    clear, end = 256, 257
    start = [bytes((i,)) for i in range(256)] + [b"", b""]
    table, width, last = start[:], 9, b""
    window = bits = 0
    for byte in (byte for chunk in chunks for byte in chunk):
        window, bits = (window << 8 | byte) & 0xFF_FFFF, bits + 8
        if bits < width:
            continue
        bits -= width
        code = window >> bits & (1 << width) - 1
        if code == end:
            return
        if code == clear:
            table, width, last = start[:], 9, b""
            continue
        if code > len(table) or (code == len(table) and not last):
            raise Refuse("damaged")
        entry = table[code] if code < len(table) else last + last[:1]
        if last and len(table) < 4096:
            table.append(last + entry[:1])
            width = min(12, (len(table) + 1).bit_length())
        last = entry
        yield entry


def from_hex(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """ASCIIHexDecode: half as long."""
    digits = b"".join(b"".join(chunks).split(b">")[0].split())
    yield binascii.unhexlify(digits + b"0" * (len(digits) % 2))


def from_base85(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """ASCII85Decode: shorter, but for `z`, which stands for four zeros."""
    yield base64.a85decode(b"".join(chunks).split(b"~")[0], ignorechars=b" \t\n\r\v\f\0")


Stage = Callable[[Iterable[bytes]], Iterator[bytes]]
STAGES: dict[str, Stage] = {
    "/FlateDecode": inflate,
    "/LZWDecode": lzw,
    "/RunLengthDecode": run_lengths,
    "/ASCIIHexDecode": from_hex,
    "/ASCII85Decode": from_base85,
}
_SHORT = {"/Fl": "/FlateDecode", "/LZW": "/LZWDecode", "/RL": "/RunLengthDecode", "/AHx": "/ASCIIHexDecode"}
STAGES |= {short: STAGES[name] for short, name in _SHORT.items()} | {"/A85": from_base85}


def count_decoded(raw: bytes, filters: list[str], budget: Budget) -> None:
    """Decode a stream as far as general filters go (images stay as they are) and spend the budget on it."""
    if len(filters) > 8:
        raise Refuse("too_complex")
    chunks: Iterable[bytes] = (raw[i : i + _CHUNK] for i in range(0, len(raw), _CHUNK))
    for name in filters:
        if name not in STAGES:
            break
        chunks = budget.count(STAGES[name](chunks))
    try:
        for _ in chunks:
            pass
    except (zlib.error, ValueError):
        raise Refuse("damaged") from None


# ------------------------------------------------------------------------------------------- objects


@dataclass
class Node:
    """An indirect object: what it refers to (not upwards), its stream's bytes, whether it is of the page tree."""

    links: set[Key] = field(default_factory=set)
    parents: set[Key] = field(default_factory=set)
    stream_bytes: int = 0
    of_page_tree: bool = False


def name_of(holder: pikepdf.Object, key: str) -> str:
    """The name under a key, such as `/JavaScript`; "" when there is none."""
    value = holder.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def values_of(holder: pikepdf.Object) -> Iterator[tuple[str, pikepdf.Object]]:
    """The objects (not numbers and the like) inside a container, with their keys."""
    pairs: Iterable[tuple[str, object]]
    pairs = (("", item) for item in holder.as_list()) if isinstance(holder, pikepdf.Array) else holder.items()
    for key, value in pairs:
        if isinstance(value, pikepdf.Object):
            yield key, value


def containers(top: pikepdf.Object, node: Node) -> Iterator[pikepdf.Object]:
    """The container and the direct ones inside it; references are noted in the node."""
    pending = [top]
    while pending:
        holder = pending.pop()
        if not isinstance(holder, (pikepdf.Array, pikepdf.Dictionary, pikepdf.Stream)):
            continue
        yield holder
        for key, value in values_of(holder):
            if not value.is_indirect:
                pending.append(value)
            elif key == "/Parent":
                node.parents.add(value.objgen)
            else:
                node.links.add(value.objgen)


def number_in(holder: pikepdf.Object, key: str) -> float:
    """The number under a key; 0 where there is none."""
    value: object = holder.get(key)
    return float(value) if isinstance(value, (int, Decimal)) else 0.0


def check_sides(holder: pikepdf.Object) -> None:
    """Refuse a page, or a part of the page tree, that is larger than any page may be."""
    box = holder.get("/MediaBox")
    if not isinstance(box, pikepdf.Array):
        return
    values: list[object] = list(box.as_list())
    sides = [float(value) for value in values if isinstance(value, (int, Decimal))]
    unit = max(number_in(holder, "/UserUnit"), 1.0)
    if sides and (max(sides) - min(sides)) * unit > MAX_SIDE:
        raise Refuse("too_large_page", limit=MAX_SIDE)


def check_dictionary(holder: pikepdf.Object) -> None:
    """Refuse what a document for customs has no use for: programs, files inside, other programs' starts."""
    action = name_of(holder, "/S")
    if action == "/JavaScript" or (action == "/Rendition" and "/JS" in holder):
        raise Refuse("javascript")
    if action == "/URI" and str(holder.get("/URI", "")).strip().lower().startswith("javascript:"):
        raise Refuse("javascript")
    if action == "/Launch":
        raise Refuse("launch")
    file_kinds = (name_of(holder, "/Type"), name_of(holder, "/Subtype"))
    if "/Image" in file_kinds and number_in(holder, "/Width") * number_in(holder, "/Height") > MAX_PIXELS:
        raise Refuse("too_many_pixels", limit=MAX_PIXELS)
    check_sides(holder)
    if "/EmbeddedFile" in file_kinds or "/FileAttachment" in file_kinds or "/RichMedia" in file_kinds:
        raise Refuse("embedded_file")
    if "/EF" in holder and ("/F" in holder or "/UF" in holder or "/Filespec" in file_kinds):
        raise Refuse("embedded_file")
    if "/AA" in holder:
        triggers = holder["/AA"]
        for _, action_object in values_of(triggers) if isinstance(triggers, pikepdf.Dictionary) else ():
            check_automatic(action_object)


def check_automatic(first: pikepdf.Object) -> None:
    """An action that a reader would take by itself, with those that follow it, may only move within the file."""
    pending, left = [first], 100
    while pending and left:
        left -= 1
        action = pending.pop()
        if isinstance(action, pikepdf.Array):  # of following actions, or a destination: its page has no /S
            pending.extend(value for _, value in values_of(action) if isinstance(value, pikepdf.Dictionary))
            continue
        kind = name_of(action, "/S") if isinstance(action, pikepdf.Dictionary) else ""
        if kind in ("/JavaScript", "/Launch"):
            raise Refuse("javascript" if kind == "/JavaScript" else "launch")
        if kind and kind not in _AUTOMATIC_ALLOWED:
            raise Refuse("automatic_action")
        if kind and isinstance(following := action.get("/Next"), pikepdf.Object):
            pending.append(following)


def has_names(tree: object) -> bool:
    """Whether a name tree has anything in it; editors leave empty ones behind."""
    if not isinstance(tree, pikepdf.Dictionary):
        return False
    names = tree.get("/Names")
    return "/Kids" in tree or (isinstance(names, pikepdf.Array) and len(names) > 0)


def check_catalog(root: pikepdf.Object) -> None:
    """Refuse what the document does as a whole."""
    names, form = root.get("/Names"), root.get("/AcroForm")
    if isinstance(names, pikepdf.Dictionary):
        if has_names(names.get("/JavaScript")):
            raise Refuse("javascript")
        if has_names(names.get("/EmbeddedFiles")):
            raise Refuse("embedded_file")
    if "/Collection" in root:
        raise Refuse("embedded_file")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        raise Refuse("xfa")
    if isinstance(opening := root.get("/OpenAction"), pikepdf.Object):
        check_automatic(opening)


def filters_of(stream: pikepdf.Object) -> list[str]:
    """The names of a stream's filters in the order of decoding."""
    found = stream.get("/Filter")
    if isinstance(found, pikepdf.Array):
        return [str(item) for item in found.as_list()]
    return [str(found)] if isinstance(found, pikepdf.Name) else []


def read_node(found: pikepdf.Object, budget: Budget) -> Node:
    """Look at one indirect object and all that stands directly in it."""
    node = Node()
    for holder in containers(found, node):
        if not isinstance(holder, pikepdf.Array):
            check_dictionary(holder)
    if isinstance(found, pikepdf.Stream):
        raw = bytes(found.get_raw_stream_buffer())
        node.stream_bytes = len(raw)
        count_decoded(raw, filters_of(found), budget)
    elif isinstance(found, pikepdf.Dictionary):
        node.of_page_tree = name_of(found, "/Type") in _PAGE_TREE
    return node


def read_nodes(pdf: pikepdf.Pdf, limits: Limits) -> dict[Key, Node]:
    """Every object that can be reached from the trailer."""
    budget = Budget(limits.max_decoded_bytes)
    nodes: dict[Key, Node] = {}
    pending = [value.objgen for _, value in values_of(pdf.trailer) if value.is_indirect]
    while pending:
        key = pending.pop()
        if key in nodes:
            continue
        if len(nodes) >= limits.max_objects:
            raise Refuse("too_many_objects", limit=limits.max_objects)
        node = nodes[key] = read_node(pdf.get_object(key), budget)
        pending.extend(node.links)
        pending.extend(node.parents)
    return nodes


# ------------------------------------------------------------------------------------------- pages


def page_roots(root: pikepdf.Object, limits: Limits) -> list[set[Key]]:
    """For each page in order, the objects from which all that it shows can be reached."""
    top = root.get("/Pages")
    pending: list[tuple[object, pikepdf.Object | None]] = [(top, None)]
    branches: set[Key] = set()
    pages: list[set[Key]] = []
    while pending:
        place, inherited = pending.pop()
        if not isinstance(place, pikepdf.Dictionary) or not place.is_indirect:
            raise Refuse("damaged")
        resources = place.get("/Resources", inherited)
        if isinstance(kids := place.get("/Kids"), pikepdf.Array):
            if place.objgen in branches:
                raise Refuse("damaged")
            branches.add(place.objgen)
            children = kids.as_list()
            if len(children) + len(pages) > limits.max_pages:
                raise Refuse("too_many_pages", limit=limits.max_pages)
            pending.extend((child, resources) for child in reversed(children))
        else:
            pages.append(links_of_page(place, resources))
            if len(pages) > limits.max_pages:
                raise Refuse("too_many_pages", limit=limits.max_pages)
    return pages


def links_of_page(page: pikepdf.Object, resources: object) -> set[Key]:
    """What a page refers to, with the resources that it has from its parents."""
    own = Node()
    for _ in containers(page, own):
        pass
    if isinstance(resources, pikepdf.Object) and resources.is_indirect:
        own.links.add(resources.objgen)
    elif isinstance(resources, pikepdf.Object):
        for _ in containers(resources, own):
            pass
    return own.links


def streams_of(start: set[Key], nodes: dict[Key, Node]) -> set[Key]:
    """The streams that can be reached without passing through another page."""
    seen: set[Key] = set()
    pending = list(start)
    while pending:
        key = pending.pop()
        if key in seen or nodes[key].of_page_tree:
            continue
        seen.add(key)
        pending.extend(nodes[key].links - seen)
    return {key for key in seen if nodes[key].stream_bytes}


def fair_shares(pages: list[set[Key]], nodes: dict[Key, Node]) -> list[int]:
    """Bytes of each page, rounded up: a stream of k pages counts 1/k for each, one of no page for all pages."""
    users: Counter[Key] = Counter()
    for streams in pages:
        users.update(streams)
    of_document = sum(node.stream_bytes for key, node in nodes.items() if key not in users)
    shares = []
    for streams in pages:
        by_users: Counter[int] = Counter({len(pages): of_document})
        for key in streams:
            by_users[users[key]] += nodes[key].stream_bytes
        shares.append(ceil(sum((Fraction(size, count) for count, size in by_users.items()), Fraction())))
    return shares


# ------------------------------------------------------------------------------------------- the whole check


def open_strictly(data: bytes) -> pikepdf.Pdf:
    """Open without repairs; raises Refuse."""
    try:
        pdf = pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refuse("encrypted") from None
    if pdf.is_encrypted:
        raise Refuse("encrypted")
    return pdf


def inspect(data: bytes, limits: Limits) -> dict[str, int]:
    """The facts of an acceptable file; raises Refuse."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=limits.max_decoded_bytes, run_length_max_memory=limits.max_decoded_bytes
    )  # for what the library decodes by itself: object streams and cross-reference streams
    pdf = open_strictly(data)
    if len(pdf.get_xref_table()) > limits.max_objects:
        raise Refuse("too_many_objects", limit=limits.max_objects)
    root = pdf.trailer.get("/Root")
    if not isinstance(root, pikepdf.Dictionary):
        raise Refuse("damaged")
    check_catalog(root)
    roots = page_roots(root, limits)
    nodes = read_nodes(pdf, limits)
    if any(not str(warning).endswith(_HARMLESS) for warning in pdf.get_warnings()):
        raise Refuse("damaged")
    if not roots:
        raise Refuse("no_page")
    shares = fair_shares([streams_of(start, nodes) for start in roots], nodes)
    largest = max(shares)
    return {"pages": len(shares), "largest_page_bytes": largest, "largest_page": shares.index(largest) + 1}


def answer(data: bytes, limits: Limits) -> dict[str, object]:
    """What goes to stdout."""
    try:
        return dict(inspect(data, limits))
    except Refuse as refused:
        return {"refused": refused.reason, "figures": refused.figures}
    except MemoryError:
        return {"refused": "too_complex", "figures": {}}
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, UnicodeError, RecursionError):
        return {"refused": "damaged", "figures": {}}
    except Exception:  # the checker's own fault: the parent reports it as such and refuses nothing
        return {"failed": traceback.format_exc(limit=-3)}


if bounds:
    sys.stdout.write(json.dumps(answer(sys.stdin.buffer.read(), bounds)) + "\n")
