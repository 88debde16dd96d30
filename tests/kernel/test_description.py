"""The API's description is whole and true: every operation of the kernel and of the chapters (INTG-01)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from singlewindow.kernel.definition.fields import enabled_values
from singlewindow.kernel.http.app import create_app
from singlewindow.kernel.http.description import JSON, OWN_EXAMPLES, PROBLEM, operations
from singlewindow.kernel.http.problems import known_problems
from singlewindow.kernel.subsystem import ROOT, document_types
from tests.json_schema import misfits

DOCS = Path(__file__).resolve().parents[2] / "docs"
PUBLIC_OPERATIONS = (
    "/exchange/",
    "/healthz",
    "/readyz",
    "/metrics",
)  # for customs and for who runs the portal
LARGEST = 1_500_000  # bytes


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    """The description of the API, made with the settings of all tests: those of a process are read once."""
    described: dict[str, Any] = create_app().openapi()
    return described


def every(api: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, method, operation in operations(api):
        if not path.startswith("/api/_"):  # an invented chapter's, where other tests have loaded it
            yield f"{method.upper()} {path}", operation


def test_every_operation_says_what_it_is(api: dict[str, Any]) -> None:
    """Summary, description, tags that are described, parameters that are described, and who may ask."""
    tags = {tag["name"]: tag["description"] for tag in api["tags"]}
    lacking = []
    for name, operation in every(api):
        lacking += [
            f"{name}: no {part}" for part in ("summary", "description", "tags") if not operation.get(part)
        ]
        lacking += [f"{name}: tag {tag} is not described" for tag in operation["tags"] if not tags.get(tag)]
        lacking += [
            f"{name}: {parameter['in']} {parameter['name']} is not described"
            for parameter in operation.get("parameters", ())
            if not parameter.get("description")
        ]
        lacking += [f"{name}: who may ask?" for right in [operation.get("x-token-right")] if not right]
    assert not lacking, "\n".join(lacking)


def test_every_operation_says_who_may_ask(api: dict[str, Any]) -> None:
    """A token, a session with its CSRF token where anything changes, or nobody in particular."""
    schemes = api["components"]["securitySchemes"]
    for name, operation in every(api):
        right, ways = operation["x-token-right"], operation["security"]
        assert bool(ways) is (right != "public"), name
        assert ({"token": []} in ways) is (right in ("read", "draft", "submit")), name
        assert all(scheme in schemes for way in ways for scheme in way)
        asks_csrf = any("csrf" in way for way in ways)
        assert asks_csrf is (right != "public" and not name.startswith("GET ")), name


def test_every_refusal_is_a_problem_with_an_example(api: dict[str, Any]) -> None:
    """Each has its status and type; the example is of that type and fits the schema."""
    told = api["components"]["examples"]
    for slug, problem in known_problems().items():
        example = told[f"problem-{slug}"]["value"]
        assert (example["type"], example["status"]) == (f"/problems/{slug}", problem.status)
        assert list(misfits(api, {"$ref": "#/components/schemas/ProblemBody"}, example)) == []
    for name, operation in every(api):
        assert operation["responses"]["default"], name
        for status, response in operation["responses"].items():
            if status[0] == "4" or status[0] == "5":
                examples = response["content"][PROBLEM]["examples"]
                assert examples, f"{name} {status}"
                slugs = [each["$ref"].rpartition("problem-")[2] for each in examples.values()]
                assert {str(known_problems()[slug].status) for slug in slugs} == {status}, name


def test_every_operation_has_true_examples(api: dict[str, Any]) -> None:
    """A request and an answer, which fit their own schemas; files and streams have none to show."""
    wrong = []
    for name, operation in every(api):
        for parameter in operation.get("parameters", ()):
            if parameter["required"] and "example" not in parameter:
                wrong.append(f"{name}: no example of {parameter['name']}")
            if "example" in parameter:
                wrong += misfits(api, parameter["schema"], _typed(parameter), f"{name} {parameter['name']}")
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            wrong += _shown(api, f"{name} request", kind, content)
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                if status == example_status(operation):
                    wrong += _shown(api, f"{name} {status}", kind, content)
    assert not wrong, "\n".join(wrong)


def test_examples_are_of_operations_that_there_are(api: dict[str, Any]) -> None:
    """Nothing is left of routes that are gone."""
    there = {name for name, _ in every(api)} | {"problems"}
    for file in (OWN_EXAMPLES, *ROOT.glob("[!_]*/examples.json")):
        assert set(json.loads(file.read_text("utf-8"))) <= there, file


def test_contents_are_schemas_that_samples_fit(api: dict[str, Any]) -> None:
    """What the chapters' own tests accept fits the schema of the type; what no client may send does not."""
    schemas = api["components"]["schemas"]
    for name, type in document_types().items():
        if name.startswith("_"):
            continue
        schema = schemas[f"{name}.content"]
        assert set(schema["properties"]) == {*type.form.content.fields, *type.form.content.tables}
        folder = ROOT.joinpath(*name.split("."))
        folder = folder if folder.is_dir() else folder.parent
        for sample in folder.glob("samples/accepted/*.json"):
            typed = unicodedata.normalize(
                "NFKC", sample.read_text("utf-8")
            )  # as the portal reads full-width digits
            named = re.sub(r"\$\w+", "202600000000000001", typed.replace("$applicant", "4403110001"))
            content = enabled_values(type.form.content, json.loads(named)["content"])
            assert list(misfits(api, schema, content)) == [], sample
        assert list(misfits(api, schema, {"no_such_field": "1"}))


def test_the_guide_names_every_problem(api: dict[str, Any]) -> None:
    """docs/api.md lists each type with its status (first; the framework's follow) and title, and no other."""
    rows = re.findall(
        r"^\| `/problems/([a-z-]+)` \| (\d+)(?:, \d+)* \| ([^:|]+)",
        (DOCS / "api.md").read_text("utf-8"),
        re.M,
    )
    assert {row[0]: (int(row[1]), row[2].strip()) for row in rows} == {
        slug: (problem.status, problem.title) for slug, problem in known_problems().items()
    }


def test_the_guide_says_what_ends_a_submission() -> None:
    """docs/api.md lists for each signed action of each type by which states or receipt codes it is settled."""
    text = (DOCS / "api.md").read_text("utf-8")
    for name, type in document_types().items():
        in_force = "、".join(
            f"{state.code} {state.name}" for state in type.lifecycle.states if state.in_force
        )
        for action in type.lifecycle.actions if not name.startswith("_") else ():
            row = f"| `{name}` | `{action.name}` {action.word} |"
            if action.amends:
                accepted, refused = (
                    ", ".join(sorted(c)) for c in (action.amends.accepted, action.amends.refused)
                )
                assert f"{row} codes {accepted} | codes {refused} |" in text
            elif action.signed:
                assert f"{row} states {in_force} | |" in text


def test_it_stays_readable(api: dict[str, Any]) -> None:
    """Small enough for every viewer."""
    assert len(json.dumps(api, ensure_ascii=False).encode()) < LARGEST


def example_status(operation: dict[str, Any]) -> str:
    """The status of the answer that is shown: that with an example, else the first of those that are no refusals."""
    done = {status: each for status, each in operation["responses"].items() if status[0] == "2"}
    shown = [s for s, each in done.items() for kind in each.get("content", {}).values() if "example" in kind]
    status: str = next(iter(shown or done))
    return status


def _shown(api: dict[str, Any], name: str, kind: str, content: dict[str, Any]) -> list[str]:
    if kind not in (JSON, "application/x-ndjson"):
        return []
    if "example" not in content:
        return [f"{name}: no example"]
    return list(misfits(api, content.get("schema", {}), content["example"], name))


def _typed(parameter: dict[str, Any]) -> Any:
    """An example of a parameter, which travels as text, as its schema has it."""
    value, schema = parameter["example"], json.dumps(parameter["schema"])
    if isinstance(value, str) and '"integer"' in schema and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    if value in ("true", "false") and '"boolean"' in schema:
        return value == "true"
    return [value] if '"array"' in schema and isinstance(value, str) else value
