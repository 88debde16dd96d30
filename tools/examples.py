"""Make the examples of the API's description from what tests asked and got (`tests/recording.py`).

.venv/bin/python -m tools.examples /tmp/recorded.jsonl [--all]     fills in what has none yet; --all renews every one
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from singlewindow.kernel.http.description import OWN_EXAMPLES, operations
from singlewindow.kernel.subsystem import ROOT, subsystems
from tools.openapi import whole

FEW = 2  # items of a list: an example shows its shape
BEST = 1500  # characters: long enough to say something, short enough to read
Line = dict[str, Any]


def main(recorded: Path, *, renew: bool) -> None:
    """Write the examples into the files beside the description, and into the chapters' folders."""
    lines = [json.loads(line) for line in recorded.read_text("utf-8").splitlines()]
    files = [OWN_EXAMPLES, *(ROOT / name / "examples.json" for name in subsystems())]
    kept = {file: json.loads(file.read_text("utf-8")) if file.is_file() else {} for file in files}
    there = {name for examples in kept.values() for name in examples}
    for name, line, parameters in _chosen(lines):
        if renew or name not in there:
            for examples in kept.values():
                examples.pop(name, None)
            kept[_file_of(name, parameters)][name] = _example(line, parameters)
    problems = kept[OWN_EXAMPLES].setdefault("problems", {})
    for slug, body in _problems(lines):
        problems.setdefault(slug, body)
    for file, examples in kept.items():
        if examples:
            file.write_text(
                json.dumps(examples, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8"
            )


def _chosen(lines: list[Line]) -> Iterator[tuple[str, Line, dict[str, Any]]]:
    """For each operation the line that shows it best, with its parameters."""
    for path, method, operation in operations(whole()):
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        fitting = []
        for line in lines:
            found = pattern.fullmatch(line["path"])
            done = found and line["method"] == method.upper() and str(line["status"])[0] == "2"
            if found and done and str(line["status"]) in operation["responses"]:
                given = found.groupdict() | dict(line["query"]) | line["headers"]
                if not str(given.get("type", "")).startswith("_"):
                    fitting.append((line, given))
        if fitting:
            line, given = min(fitting, key=lambda pair: _awkwardness(pair[0]))
            yield f"{method.upper()} {path}", line, given


def _awkwardness(line: Line) -> float:
    """How ill a line shows its operation: too long, or empty; of an invented chapter."""
    text = json.dumps([line.get("body"), line.get("answer")], ensure_ascii=False)
    return abs(len(text) - BEST) + 5000 * ('"_' in text) + 2000 * ("[]" in text[:200])


def _file_of(name: str, parameters: Mapping[str, Any]) -> Path:
    chapter = str(parameters.get("type", "")).partition(".")[0] or f"{name}//".split("/")[2]
    return ROOT / chapter / "examples.json" if chapter in subsystems() else OWN_EXAMPLES


def _example(line: Line, parameters: Mapping[str, Any]) -> Line:
    example: Line = {"parameters": dict(parameters), "status": str(line["status"])}
    if "body" in line:
        example["body"] = _short(line["body"])
    if "answer" in line:
        example["answer"] = _short(line["answer"])
    return example


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(each) for each in value[:FEW]]
    return {n: _short(v) for n, v in value.items()} if isinstance(value, dict) else value


def _problems(lines: list[Line]) -> Iterator[tuple[str, Line]]:
    """Each problem as it was answered, the shortest that has everything."""
    told: dict[str, Line] = {}
    for line in lines:
        if line["kind"] == "application/problem+json" and '"_' not in json.dumps(line["answer"]):
            slug = line["answer"]["type"].rpartition("/")[2]
            if slug not in told or len(str(line["answer"])) < len(str(told[slug])):
                told[slug] = line["answer"]
    yield from ((slug, _short(body)) for slug, body in told.items())


if __name__ == "__main__":
    main(Path(sys.argv[1]), renew="--all" in sys.argv[2:])
