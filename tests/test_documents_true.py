"""The documents name files, functions, links and settings that exist, and every setting there is."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from singlewindow.card.settings import CardSettings
from singlewindow.client.bridge.runner import PIN
from singlewindow.client.window import TOKEN
from singlewindow.customs.desks.appointment.readings import CustomsReadingSettings
from singlewindow.customs.settings import CustomsSettings
from singlewindow.kernel.settings import Settings
from singlewindow.launch import binaries, residence
from singlewindow.launch.settings import LaunchSettings
from singlewindow.subsystems.appointment.readings import ReadingSettings
from singlewindow.subsystems.consolidated.readings import ReadingSettings as ConsolidatedSettings
from singlewindow.subsystems.declarations.settings import ChapterSettings

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "singlewindow" / "subsystems").glob("*/README.md")),
    ROOT / "singlewindow" / "papers" / "README.md",
]
READ_BY = {
    "L": (LaunchSettings,),
    "P": (Settings, ChapterSettings, ReadingSettings, ConsolidatedSettings),
    "C": (CustomsSettings, CustomsReadingSettings),
    "K": (CardSettings,),
}
SETTINGS = [each for classes in READ_BY.values() for each in classes]
FROM_ENVIRONMENT = {binaries.SETTING, residence.USER_SETTING}  # read before any Settings class
FROM_ENVIRONMENT |= {TOKEN, PIN}  # of a company's own programs

PATH = re.compile(r"\.?[\w-]+(?:/[\w.-]+)*/?")
FILE = re.compile(r".*\.(?:py|md|ts|vue|json|csv|toml|lock|sql|html)")
MADE = ("var/", "web/dist", ".venv/", "node_modules", "DATA/")  # by make or a start, not in the repository
OF_A_DATA_FOLDER = {
    "postgres",
    "pki",
    "cards",
    "log",
    "world.json",
    "people.json",
    "setup.json",
    "reader.json",
    "demo.json",
}
EXAMPLES = {"i0002_find_remark.py"}  # a recipe makes it

ids = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def quoted(document: Path) -> list[str]:
    """What stands in backticks, outside blocks of code."""
    text = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


def named_paths(document: Path) -> list[str]:
    """The paths among it: with a folder, or ending like one of our files."""
    found = [each for each in quoted(document) if PATH.fullmatch(each) or FILE.fullmatch(each)]
    found = [each for each in found if "/" in each or FILE.fullmatch(each)]
    return [each for each in found if re.fullmatch(r"[\w./-]+", each) and not each.startswith(("/", *MADE))]


def exists(path: str, document: Path) -> bool:
    """Below the root, the document's folder, the package, the pages, or a document type's folder."""
    if path.strip("/").split("/")[0] in OF_A_DATA_FOLDER or Path(path).name in EXAMPLES:
        return True
    package = ROOT / "singlewindow"
    places = [ROOT, document.parent, package, ROOT / "web/src", package / "subsystems/inspection/declaration"]
    return any((place / path).exists() for place in places)


@ids
def test_every_path_exists(document: Path) -> None:
    """A path in backticks leads somewhere."""
    assert [path for path in named_paths(document) if not exists(path, document)] == []


@ids
def test_every_link_leads_somewhere(document: Path) -> None:
    """Relative links and anchors' files; pictures apart."""
    links = re.findall(r"(?<!!)\[[^]]+\]\(([^)\s]+)\)", document.read_text("utf-8"))
    local = [link.split("#")[0] for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


@ids
def test_every_function_exists(document: Path) -> None:
    """`name()` is defined in Python, TypeScript or SQL."""
    names = {each.removesuffix("()").split(".")[-1] for each in quoted(document) if each.endswith("()")}
    assert sorted(names - _functions()) == []


def test_operations_tell_every_setting_and_no_other() -> None:
    """OPER-01: the table of docs/operations.md against the Settings classes."""
    known = {f"SINGLEWINDOW_{name.upper()}" for each in SETTINGS for name in each.model_fields}
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert set(re.findall(r"SINGLEWINDOW_[A-Z0-9_]+", text)) == known | FROM_ENVIRONMENT
    assert set(re.findall(r"^\| `(SINGLEWINDOW_[A-Z0-9_]+)`", text, re.MULTILINE)) == known | FROM_ENVIRONMENT


def test_operations_say_who_reads_a_setting() -> None:
    """The letters L P C K of the table are the classes that have the field."""
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    rows = re.findall(r"^\| `SINGLEWINDOW_([A-Z0-9_]+)` \|[^|]+\| ([LPCK ]+) \|", text, re.MULTILINE)
    told = {name: set(letters.split()) for name, letters in rows}
    known = {name for each in SETTINGS for name in each.model_fields}
    assert {name: told[name.upper()] for name in known} == {
        name: {letter for letter, classes in READ_BY.items() if any(name in c.model_fields for c in classes)}
        for name in known
    }


def test_every_decision_is_listed() -> None:
    """docs/decisions/README.md has a row for each page, in their order."""
    folder = ROOT / "docs" / "decisions"
    rows = re.findall(
        r"^\| \[([0-9]{4})\]\(([^)]+)\) \| .+ \|$", (folder / "README.md").read_text("utf-8"), re.MULTILINE
    )
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert rows == [(page[:4], page) for page in pages]


@cache
def _functions() -> frozenset[str]:
    """The names of all functions, looked for once."""
    return frozenset(re.findall(r"\b(?:def|function) (\w+)", _sources()))


def _sources() -> str:
    files = [
        path
        for folder, kinds in (("singlewindow", ("py", "sql")), ("web/src", ("ts", "vue")))
        for kind in kinds
        for path in (ROOT / folder).rglob(f"*.{kind}")
    ]
    return "\n".join(path.read_text("utf-8") for path in files)
