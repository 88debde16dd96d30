"""Files of companies' own systems (INTG-02): what is in them, and what hostile ones may not do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from singlewindow.contract.batch_files import (
    LONGEST,
    Found,
    Unreadable,
    XmlNames,
    kind_of,
    read_json,
    read_xml,
)

NAMES = XmlNames({"RefNo": "reference", "Note": "remark"}, {"goods": {"GName": "name", "Weight": "weight"}})
ONE = '{"sender_number":"A-1","content":{"reference":"AB11","goods":[{"name":"梨","weight":"3"}]}}'
XML = """<Documents type="t">
  <Document senderNumber="A-1">
    <RefNo> AB11 </RefNo>
    <goods>
      <Row><GName>梨</GName><Weight>3</Weight></Row>
      <Row><GName>桃 &amp; 李</GName></Row>
    </goods>
  </Document>
  <!-- a remark --><Document/>
</Documents>"""


def xml(text: str | bytes) -> list[Found]:
    return list(read_xml(text if isinstance(text, bytes) else text.encode(), NAMES))


def faults(found: Found) -> list[tuple[str, str, int]]:
    return [(each.path, each.reason, each.line) for each in found.faults]


def refused(read: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Unreadable) as error:
        list(read)
    return error.value.reason, error.value.figures


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_in_any_encoding(encoding: str, end: str) -> None:
    text = end.join([ONE, "", '{"content":{}}', ""])
    found = list(read_json(text.encode(encoding)))
    assert [(each.line, each.members.get("sender_number"), each.faults) for each in found] == [
        (1, "A-1", []),
        (3, None, []),
    ]
    assert found[0].content == json.loads(ONE)["content"]


def test_a_line_that_is_wrong_is_its_own_trouble() -> None:
    """Half a file among them: the last line is cut."""
    lines = [
        ONE,
        ONE[: len(ONE) // 2],
        "[" * 100_000,
        '{"content":{"a":1,"a":2}}',
        '{"content":{"a":1e999}}',
        '{"content":{"a":NaN}}',
        '{"content":' + "9" * 5_000 + "}",
        '{"content":[]}',
        '"text"',
        '{"content":{"a":"' + "x" * LONGEST + '"}}',
        ONE + ONE,
        ONE,
        ONE[:-3],
    ]
    found = list(read_json("\n".join(lines).encode()))
    assert [each.line for each in found] == list(range(1, 14))
    reasons = [each.faults[0].reason if each.faults else "" for each in found]
    assert reasons[:7] == ["", "json", "deep", "twice", "number", "number", "number"]
    assert reasons[7:] == ["no_content", "no_object", "long", "json", "", "json"]


def test_an_array_is_taken_too_and_counts_its_lines() -> None:
    text = f'\ufeff[\n  {ONE},\n\n  {{"content":\n {{}}}} ,{ONE}\n]\n'
    assert [(each.line, bool(each.content)) for each in read_json(text.encode())] == [
        (2, True),
        (4, False),
        (5, True),
    ]
    assert list(read_json(b"[]")) == []
    for broken, figures in (
        ("[" + ONE, {"line": 1, "column": len(ONE) + 2}),
        ("[" + ONE + "\n" + ONE + "]", {"line": 2, "column": 1}),
        ("[\n" + ONE + ",\n {]", {"line": 3, "column": 3}),
        ("[" + ONE + "]\n]", {"line": 2, "column": 1}),
        ("[" * 50_000, {"line": 1, "column": 2}),
    ):
        assert refused(read_json(broken.encode())) == ("array", figures), broken[:40]


def test_xml_has_the_messages_names_and_knows_its_lines() -> None:
    first, second = xml(XML)
    assert first.members == {"type": "t", "senderNumber": "A-1"}
    assert first.content == {
        "reference": "AB11",
        "goods": [{"name": "梨", "weight": "3"}, {"name": "桃 & 李"}],
    }
    assert (first.line, first.lines, first.faults) == (2, {"reference": 3, "goods/1": 5, "goods/2": 6}, [])
    assert (second.line, second.content, second.members) == (9, {}, {"type": "t"})
    [alone] = xml('<Document type="t" action="apply"><Note/></Document>')
    assert (alone.members, alone.content) == ({"type": "t", "action": "apply"}, {"remark": ""})


@pytest.mark.parametrize(
    "data",
    [
        XML.encode("utf-8-sig"),
        XML.encode("gb18030"),
        XML.encode("utf-16"),
        b'<?xml version="1.0" encoding="GBK"?>' + XML.encode("gbk"),
        b"<?xml version='1.0' encoding='utf-8'?>\r\n" + XML.replace("\n", "\r\n").encode(),
    ],
)
def test_xml_in_any_encoding(data: bytes) -> None:
    assert xml(data)[0].content["goods"][1] == {"name": "桃 & 李"}


def test_what_does_not_belong_into_a_document_is_named_with_its_place() -> None:
    text = """<Documents><Document>
      <RefNo x="1">A<b>B</b></RefNo>
      <RefNo>2</RefNo>
      <Unknown>u</Unknown>
      <goods>loose<Row><GName>1</GName><GName>2</GName></Row><Zeile/></goods>
      stray</Document><Document><RefNo xmlns:a="b" xml:lang="zh">ok</RefNo></Document></Documents>"""
    found, good = xml(text)
    assert faults(found) == [
        ("reference", "attribute", 2),
        ("reference", "nested", 2),
        ("reference", "twice", 3),
        ("goods", "text", 5),
        ("goods/1/name", "twice", 5),
        ("goods", "nested", 5),
        ("", "text", 6),
    ]
    assert found.content["Unknown"] == "u", "what knows the fields says it"
    assert (good.content, good.faults) == ({"reference": "ok"}, [])


BOMB = "<!DOCTYPE d [" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"


def test_what_is_no_xml_or_a_hostile_one_is_refused_as_a_whole() -> None:
    deep = "<Document>" + "<a>" * 200_000
    assert refused(read_xml((BOMB + "<Documents>&a9;</Documents>").encode(), NAMES)) == ("doctype", {})
    outside = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Documents>&x;</Documents>'
    assert refused(read_xml(outside.encode(), NAMES))[0] == "doctype"
    assert refused(read_xml(deep.encode(), NAMES)) == ("deep", {"line": 1})
    for text, reason in (
        (XML[:150], "xml"),
        ("<Documents>&nbsp;</Documents>", "xml"),
        ("<Documents><Document>\x01</Document></Documents>", "xml"),
        ("<html/>", "element"),
        ("<Documents><Other/></Documents>", "element"),
        ("<Documents>text</Documents>", "text"),
        ('<?xml version="1.0" encoding="EBCDIC"?><Documents/>', "encoding_name"),
        ("", "empty"),
        (" \n", "empty"),
    ):
        assert refused(read_xml(text.encode(), NAMES))[0] == reason, text[:60]
    assert refused(read_xml(b'<?xml version="1.0" encoding="utf-8"?><a>\xff\xfe</a>', NAMES))[0] == "encoding"
    assert refused(read_json(b"\x80\x80"))[0] == "encoding"
    assert refused(read_json(b" \n\n"))[0] == "empty"


def test_an_endless_document_takes_no_more_than_its_share() -> None:
    """Texts, names and faults of one document are bounded; the next one is read."""
    text = "".join(f"<a{n}>x</a{n}>" for n in range(200_000))
    twice = "<RefNo>1</RefNo>" * 1_000
    long, many, good = xml(
        f"<Documents><Document><Note>{text}</Note>{text}</Document><Document>{twice}</Document>"
        "<Document><RefNo>1</RefNo></Document></Documents>"
    )
    assert ([each.reason for each in long.faults], long.content) == (["long"], {})
    assert len(many.faults) == 20
    assert good.content == {"reference": "1"}


def test_a_file_is_known_by_what_is_in_it() -> None:
    given = (b"PK\x03\x04", b"\xef\xbb\xbf <a/>", XML.encode("utf-16"), b'\n{"a":1}', b"[", b"")
    assert [kind_of(data) for data in given] == ["xlsx", "xml", "xml", "json", "json", ""]
