"""Check the shape of every chapter: `python tools/check_subsystems.py`; exit status 1 when one is wrong.

A document type's folder (or the subsystem's, when it has one type) holds the files below under these names,
and the subsystem's folder a README that reads like the manual's chapter. A chapter without document types has routes
and pages of its own instead, and says what strangers get from the routes.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "singlewindow" / "subsystems"
MODULES = ("__init__.py", "document.py", "rules.py", "lifecycle.py", "messages.py", "queries.py")
FOLDERS = ("migrations", "samples/accepted", "samples/rejected", "tests")
WITHOUT_TYPES = ("__init__.py", "queries.py", "rules.py", "routes.py", "tests/strangers.py", "web/index.ts")
TITLE_PAGE_LINES = 40


def problems_of(chapter: Path) -> Iterator[str]:
    """Everything that is wrong with one chapter's folder."""
    if not (chapter / "README.md").is_file():
        yield f"{chapter.name}: README.md is missing"
    types = [chapter] if (chapter / "document.py").is_file() else _type_folders(chapter)
    yield from _title_page(chapter)
    for folder in types:
        yield from _type_problems(folder)
    if not types:
        yield from _problems_without_types(chapter)
    elif (chapter / "routes.py").is_file():
        yield from _missing(chapter, ("tests/strangers.py",))


def _problems_without_types(chapter: Path) -> Iterator[str]:
    for problem in _missing(chapter, WITHOUT_TYPES):
        yield f"{problem} (a chapter without a document type, a folder with document.py, needs it)"
    if not any((chapter / "tests").glob("test_*.py")):
        yield f"{chapter.name}: tests/ has no tests"
    yield from _without_docstring(chapter, WITHOUT_TYPES[1:4])


def _missing(folder: Path, names: Iterable[str]) -> Iterator[str]:
    yield from (
        f"{folder.relative_to(ROOT)}: {name} is missing" for name in names if not (folder / name).is_file()
    )


def _without_docstring(folder: Path, modules: Iterable[str]) -> Iterator[str]:
    for module in modules:
        file = folder / module
        if file.is_file() and not ast.get_docstring(ast.parse(file.read_text("utf-8"))):
            yield f"{folder.relative_to(ROOT)}: {module} has no docstring"


def _type_folders(chapter: Path) -> list[Path]:
    return sorted(path.parent for path in chapter.glob("*/document.py"))


def _type_problems(folder: Path) -> Iterator[str]:
    name = folder.relative_to(ROOT)
    yield from _missing(folder, MODULES)
    yield from (
        f"{name}: {sub}/ is missing or empty" for sub in FOLDERS if not any((folder / sub).glob("[!_]*"))
    )
    yield from _title_page(folder)
    for sample in sorted(folder.glob("samples/**/*.json")):
        yield from _sample_problems(sample)
    yield from _without_docstring(folder, MODULES[1:])


def _title_page(folder: Path) -> Iterator[str]:
    page = folder / "__init__.py"
    if page.is_file() and len(page.read_text("utf-8").splitlines()) > TITLE_PAGE_LINES:
        yield f"{folder.relative_to(ROOT)}: __init__.py is a title page of at most {TITLE_PAGE_LINES} lines"


def _sample_problems(sample: Path) -> Iterator[str]:
    name = sample.relative_to(ROOT)
    try:
        content = json.loads(sample.read_text("utf-8"))
    except ValueError as error:
        yield f"{name}: {error}"
        return
    wanted = {"content"} | ({"expect"} if "rejected" in sample.parts else set())
    if not wanted <= set(content):
        yield f"{name}: a sample needs {sorted(wanted)}"


def main() -> int:
    """Print what is wrong; 1 when anything is."""
    chapters = sorted(path for path in ROOT.iterdir() if (path / "__init__.py").is_file())
    problems = [problem for chapter in chapters for problem in problems_of(chapter)]
    for problem in problems:
        print(problem)
    print(f"{len(chapters)} chapters, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
