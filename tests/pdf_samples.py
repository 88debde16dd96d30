"""Makers of PDFs for tests: good ones of an exact size, and hostile ones of every kind that UI-18 refuses."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from functools import reduce

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

A4 = Array([0, 0, 595, 842])
MEGABYTE = 1_000_000


def _text(title: str, number: int, length: int) -> bytes:
    """The content of a page, padded with a comment to exactly `length` bytes."""
    drawn = f"BT /F1 18 Tf 72 760 Td <{title.encode('ascii', 'replace').hex()}> Tj 0 -30 Td (Page {number}) Tj ET\n%"
    content = drawn.encode() if len(drawn) <= length else b"%"
    return (content + b"-" * length)[:length]


def _font() -> Dictionary:
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)


def _saved(pdf: Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    plain = {
        "compress_streams": False,
        "object_stream_mode": pikepdf.ObjectStreamMode.disable,
        "stream_decode_level": pikepdf.StreamDecodeLevel.none,
        "deterministic_id": True,
    }
    pdf.save(out, **{**plain, **options})
    return out.getvalue()


def _document(lengths: list[int], title: str = "Sample") -> Pdf:
    """A PDF whose pages have content streams of exactly these lengths."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(_font())
    for number, length in enumerate(lengths, 1):
        page = Dictionary(
            Type=Name.Page,
            MediaBox=A4,
            Resources=Dictionary(Font=Dictionary(F1=font)),
            Contents=pdf.make_stream(_text(title, number, length)),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    pdf.docinfo["/Title"] = String(title)
    return pdf


# ------------------------------------------------------------------------------------------- good ones


def make_pdf(pages: int = 1, page_bytes: int = 1000, title: str = "Sample") -> bytes:
    """A good PDF; each page's fair share is exactly `page_bytes` bytes."""
    return _saved(_document([page_bytes] * pages, title))


def make_pdf_of_size(size: int) -> bytes:
    """A good PDF of exactly `size` bytes, its pages within the limit; `size` from about 2,000."""
    pages = size // 180_000 + 1
    lengths = [(size - 1_500 - 300 * pages) // pages] * pages
    for _ in range(5):
        found = _saved(_document(lengths))
        if len(found) == size:
            return found
        lengths[-1] += size - len(found)
    raise AssertionError(f"cannot make a PDF of {size} bytes")


def make_pdf_of_pages(*page_bytes: int) -> bytes:
    """A good PDF whose pages have these fair shares, in order."""
    return _saved(_document(list(page_bytes)))


def with_shared_image(pages: int, image_bytes: int, page_bytes: int = 1000) -> bytes:
    """Every page shows one and the same image."""
    pdf = _document([page_bytes] * pages)
    image = pdf.make_stream(b"\x80" * image_bytes)
    for page in pdf.pages:
        page.obj.Resources.XObject = Dictionary(Im1=image)
    return _saved(pdf)


def with_inherited_image(image_bytes: int) -> bytes:
    """Two pages; the image stands in the resources of the page tree's root."""
    pdf = _document([1000, 1000])
    pdf.Root.Pages.Resources = Dictionary(XObject=Dictionary(Im1=pdf.make_stream(b"\x80" * image_bytes)))
    for page in pdf.pages:
        del page.obj["/Resources"]
    return _saved(pdf)


def with_document_profile(pages: int, profile_bytes: int) -> bytes:
    """A stream that belongs to the document and to no page."""
    pdf = _document([1000] * pages)
    profile = pdf.make_stream(b"\0" * profile_bytes, N=3)
    pdf.Root.OutputIntents = Array([Dictionary(S=Name.GTS_PDFA1, DestOutputProfile=profile)])
    return _saved(pdf)


def with_link(uri: str = "https://example.test/") -> bytes:
    """A link that a reader follows when it is clicked."""
    pdf = _document([1000])
    action = Dictionary(S=Name.URI, URI=String(uri))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].obj.Annots = Array([link])
    return _saved(pdf)


def without_resources() -> bytes:
    """A blank page as sparing programs write it."""
    pdf = _document([100])
    del pdf.pages[0].obj["/Resources"]
    return _saved(pdf)


def with_empty_name_trees() -> bytes:
    """The remains of attachments and scripts that were deleted."""
    pdf = _document([1000])
    empty = Dictionary(Names=Array([]))
    pdf.Root.Names = Dictionary(JavaScript=empty, EmbeddedFiles=empty)
    return _saved(pdf)


def compressed() -> bytes:
    """With object streams, a cross-reference stream and deflated contents, as modern programs write."""
    return _saved(
        _document([5_000] * 3), compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
    )


# ------------------------------------------------------------------------------------------- hostile and broken


def encrypted(user: str = "secret") -> bytes:
    """With a password to open; user "" leaves only the restrictions of the owner."""
    out = io.BytesIO()
    _document([1000]).save(out, encryption=pikepdf.Encryption(owner="owner", user=user))
    return out.getvalue()


def truncated(share: float = 0.6) -> bytes:
    """The first part of a good file."""
    whole = make_pdf(pages=3, page_bytes=20_000)
    return whole[: int(len(whole) * share)]


def garbage() -> bytes:
    """A header and noise."""
    return b"%PDF-1.7\n" + bytes(range(256)) * 40


def with_damaged_stream() -> bytes:
    """A content stream that says it is deflated and is not."""
    pdf = _document([1000])
    pdf.pages[0].obj.Contents.write(b"no deflate stream", filter=Name.FlateDecode)
    return _saved(pdf)


def without_pages() -> bytes:
    """A document with an empty page tree."""
    return _saved(pikepdf.new())


def with_repeated_kids(count: int) -> bytes:
    """A page tree that names one page `count` times."""
    pdf = _document([100])
    pdf.Root.Pages.Kids = Array([pdf.pages[0].obj] * count)
    return _saved(pdf)


def with_page_loop() -> bytes:
    """A page tree that contains itself."""
    pdf = _document([100])
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)
    return _saved(pdf)


def with_open_script() -> bytes:
    """A script that runs when the file is opened."""
    pdf = _document([1000])
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    return _saved(pdf)


def with_named_script() -> bytes:
    """A script in the document's name tree."""
    pdf = _document([1000])
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action])))
    return _saved(pdf)


def with_field_script() -> bytes:
    """A script of a form field, deep in an annotation's additional actions."""
    pdf = _document([1000])
    script = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)")))
    actions = Dictionary(K=script)
    field = pdf.make_indirect(
        Dictionary(Subtype=Name.Widget, FT=Name.Tx, Rect=Array([0, 0, 9, 9]), AA=actions)
    )
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    return _saved(pdf)


def with_embedded_file() -> bytes:
    """A spreadsheet inside."""
    pdf = _document([1000])
    pdf.attachments["list.xlsx"] = b"PK\x03\x04"
    return _saved(pdf)


def with_file_annotation() -> bytes:
    """A file hung on a page, without an entry in the document's names."""
    pdf = _document([1000])
    spec = Dictionary(F=String("a.exe"), EF=Dictionary(F=pdf.make_stream(b"MZ")))
    note = Dictionary(Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=pdf.make_indirect(spec))
    pdf.pages[0].obj.Annots = Array([note])
    return _saved(pdf)


def with_launch() -> bytes:
    """A link that starts a program."""
    pdf = _document([1000])
    action = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)])
    return _saved(pdf)


def with_automatic_uri() -> bytes:
    """An address that is visited when the page is shown, after a harmless first action."""
    pdf = _document([1000])
    visit = Dictionary(S=Name.URI, URI=String("https://example.test/"))
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.Named, N=Name.NextPage, Next=Array([visit])))
    return _saved(pdf)


def with_xfa() -> bytes:
    """An XFA form."""
    pdf = _document([1000])
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))
    return _saved(pdf)


def with_stream(raw: bytes, *filters: str) -> bytes:
    """A page whose resources hold this stream as it is, with these filters' names."""
    pdf = _document([1000])
    stream = pdf.make_stream(b"")
    stream.write(raw, filter=Array([Name(name) for name in filters]))
    pdf.pages[0].obj.Resources.XObject = Dictionary(X1=stream)
    return _saved(pdf)


def bomb(decoded_bytes: int = 100_000_000) -> bytes:
    """One deflated stream of zeros."""
    return with_stream(deflated_zeros(decoded_bytes), "/FlateDecode")


def nested_bomb() -> bytes:
    """Deflated twice: a kilobyte becomes 200 MB."""
    inner = deflated_zeros(200_000_000)
    return with_stream(zlib.compress(inner, 9), "/FlateDecode", "/FlateDecode")


def scattered_bomb() -> bytes:
    """Ten streams on ten pages, each within the budget and too much together."""
    pdf = _document([1000] * 10)
    for page in pdf.pages:
        stream = pdf.make_stream(b"")
        stream.write(deflated_zeros(10_000_000), filter=Name.FlateDecode)
        page.obj.Resources.XObject = Dictionary(X1=stream)
    return _saved(pdf)


def run_length_bomb() -> bytes:
    """A run-length stream inside a deflated one."""
    return with_stream(zlib.compress(b"\x81A" * 1_000_000, 9), "/FlateDecode", "/RunLengthDecode")


def lzw_bomb() -> bytes:
    """An LZW stream of 200 MB in 150 kB."""
    return with_stream(lzw_of_one_byte(40_000), "/LZWDecode")


def object_stream_bomb(blanks: int = 300_000_000) -> bytes:
    """A sound file whose catalogue and page stand in an object stream with 300 MB of blanks behind them."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"]
    objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    places = [sum(len(body) + 1 for body in objects[:i]) for i in range(3)]
    index = " ".join(f"{number} {place}" for number, place in enumerate(places, 1)).encode() + b" "
    packed = deflated(index + b" ".join(objects), b" " * MEGABYTE, blanks // MEGABYTE)
    out = b"%PDF-1.5\n"
    offsets = [len(out)]
    out += _stream(4, f"/Type/ObjStm/N 3/First {len(index)}/Filter/FlateDecode", packed)
    offsets.append(len(out))
    rows = [(0, 0, 255), *((2, 4, i) for i in range(3)), *((1, offset, 0) for offset in offsets)]
    table = b"".join(bytes((kind,)) + place.to_bytes(4, "big") + bytes((last,)) for kind, place, last in rows)
    out += _stream(5, "/Type/XRef/Size 6/W[1 4 1]/Root 1 0 R", table)
    return out + f"startxref\n{offsets[-1]}\n%%EOF\n".encode()


def _stream(number: int, entries: str, raw: bytes) -> bytes:
    """A stream object as it stands in a file."""
    head = f"{number} 0 obj\n<<{entries}/Length {len(raw)}>>\nstream\n"
    return head.encode() + raw + b"\nendstream\nendobj\n"


def with_many_objects(count: int = 60_000) -> bytes:
    """Very many small indirect objects."""
    pdf = _document([100])
    pdf.Root.Extra = Array([pdf.make_indirect(Dictionary(A=i)) for i in range(count)])
    return _saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)


def with_xref_loop() -> bytes:
    """A cross-reference table whose predecessor is itself."""
    whole = make_pdf()
    place = whole.rindex(b"startxref") + len(b"startxref\n")
    start = whole[place:].split()[0]
    return whole.replace(b"trailer <<", b"trailer << /Prev " + start, 1)


def with_length_loop() -> bytes:
    """A stream whose length is the stream itself."""
    whole = make_pdf(page_bytes=300)
    return whole.replace(b"/Length 300", b"/Length 4 0 R", 1)


def with_deep_nesting(depth: int = 100_000) -> bytes:
    """An array in an array, very often."""
    return make_pdf().replace(b"/Title", b"/Deep " + b"[" * depth + b"]" * depth + b" /Title", 1)


def with_page_of(side: int) -> bytes:
    """A page of side × side points."""
    pdf = _document([1000])
    pdf.pages[0].obj.MediaBox = Array([0, 0, side, side])
    return _saved(pdf)


def with_user_unit() -> bytes:
    """An A4 page whose unit is a mile."""
    pdf = _document([1000])
    pdf.pages[0].obj.UserUnit = 4_561_920
    return _saved(pdf)


def with_huge_image(side: int = 1_000_000) -> bytes:
    """A small stream that says to be an image of side × side pixels."""
    pdf = _document([1000])
    image = pdf.make_stream(b"\xff\xd8", Subtype=Name.Image, Width=side, Height=side, Filter=Name.DCTDecode)
    pdf.pages[0].obj.Resources.XObject = Dictionary(X1=image)
    return _saved(pdf)


def with_zip_behind() -> bytes:
    """A good PDF that is a ZIP archive as well."""
    out = io.BytesIO(whole := make_pdf())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("setup.exe", b"MZ")
        archive.comment = whole[whole.rindex(b"xref\n") :]
    return out.getvalue()


def behind_a_web_page() -> bytes:
    """HTML in front of a good PDF: browsers that guess would show it."""
    return b"<html><script>alert(1)</script></html>\n" + make_pdf()


# ------------------------------------------------------------------------------------------- encoders


def deflated_zeros(length: int) -> bytes:
    """A zlib stream of `length` zeros."""
    return deflated(b"\0" * (length % MEGABYTE), b"\0" * MEGABYTE, length // MEGABYTE)


def deflated(head: bytes, piece: bytes, times: int) -> bytes:
    """A zlib stream of `head` and so many pieces. A piece is packed once: after a full flush the same follows again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    check = reduce(lambda before, _: zlib.adler32(piece, before), range(times), zlib.adler32(head))
    return b"\x78\xda" + first + again * times + packer.flush() + check.to_bytes(4, "big")


def lzw_of_one_byte(codes: int) -> bytes:
    """An LZW stream (early change) of zeros in which each code stands for one more than the last."""
    width, size = 9, 258
    bits: list[str] = [f"{256:09b}", f"{0:09b}"]
    for _ in range(codes):
        bits.append(f"{min(size, 4095):0{width}b}")
        size = min(size + 1, 4096)
        width = min(12, (size + 1).bit_length())
    bits.append(f"{257:0{width}b}")
    joined = "".join(bits)
    joined += "0" * (-len(joined) % 8)
    return int(joined, 2).to_bytes(len(joined) // 8, "big")


def lzw_of_clear_codes(length: int) -> bytes:
    """An LZW stream of `length` bytes (a multiple of 9) that clears its table for ever: work without any output."""
    return int(f"{256:09b}" * 8, 2).to_bytes(9, "big") * (length // 9)


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "password": ("encrypted", encrypted),
    "owner restrictions": ("encrypted", lambda: encrypted(user="")),
    "truncated": ("damaged", truncated),
    "last bytes missing": ("damaged", lambda: truncated(0.999)),
    "garbage": ("damaged", garbage),
    "broken deflate stream": ("damaged", with_damaged_stream),
    "no page": ("no_page", without_pages),
    "page tree loop": ("damaged", with_page_loop),
    "one page named 600 times": ("too_many_pages", lambda: with_repeated_kids(600)),
    "script on opening": ("javascript", with_open_script),
    "script by name": ("javascript", with_named_script),
    "script of a field": ("javascript", with_field_script),
    "script as an address": ("javascript", lambda: with_link(" JavaScript:app.alert(1)")),
    "embedded file": ("embedded_file", with_embedded_file),
    "file on a page": ("embedded_file", with_file_annotation),
    "launch": ("launch", with_launch),
    "automatic address": ("automatic_action", with_automatic_uri),
    "XFA": ("xfa", with_xfa),
    "bomb": ("bomb", bomb),
    "nested bomb": ("bomb", nested_bomb),
    "scattered bomb": ("bomb", scattered_bomb),
    "run-length bomb": ("bomb", run_length_bomb),
    "LZW bomb": ("bomb", lzw_bomb),
    "object stream bomb": ("damaged", object_stream_bomb),  # the library gives up before it finds the pages
    "many objects": ("too_many_objects", with_many_objects),
    "100,000 pages": ("too_many_pages", lambda: with_repeated_kids(100_000)),
    "cross-reference loop": ("damaged", with_xref_loop),
    "stream length loop": ("damaged", with_length_loop),
    "deep nesting": ("damaged", with_deep_nesting),
    "page of a kilometre": ("too_large_page", lambda: with_page_of(2_834_646)),
    "page in miles": ("too_large_page", with_user_unit),
    "image of a million by a million": ("too_many_pixels", with_huge_image),
    "ZIP as well": ("also_zip", with_zip_behind),
    "web page as well": ("not_pdf", behind_a_web_page),
    "PNG by another name": ("not_pdf", lambda: b"\x89PNG\r\n\x1a\n" + make_pdf()),
    "nothing but a header": ("damaged", lambda: b"%PDF-1.7\n"),
    "empty": ("empty", lambda: b""),
}
"""Name → the reason with which it must be refused, and its maker."""
