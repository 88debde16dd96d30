"""docs/api.md as a newcomer follows it: its shell commands, and its Python, pasted block after block."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "api.md"
PORTAL, CARD = "http://127.0.0.1:8000", "ws://127.0.0.1:61232"


def blocks(language: str) -> Iterator[tuple[int, str]]:
    """The guide's blocks of a language (sh, python), each with the number of its first line."""
    text = GUIDE.read_text("utf-8")
    for found in re.finditer(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield text[: found.start(1)].count("\n") + 1, found[1]


def follow(portal: str, card: str, environment: Mapping[str, str]) -> str:
    """Do what the guide says, at these addresses; what was printed. AssertionError with the output where it fails."""
    said = []
    for line, command in blocks("sh"):
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", _at(command, portal, card)],
            env=dict(environment), capture_output=True, text=True, timeout=60, check=False, cwd=GUIDE.parents[1],
        )  # fmt: skip
        assert done.returncode == 0, f"{GUIDE.name}, line {line}: {done.stdout}{done.stderr}"
        said.append(done.stdout)
    pasted = "".join(f"{_at(code, portal, card)}\n" for _, code in blocks("python"))
    done = subprocess.run(
        [sys.executable, "-i", "-q", "-"], input=pasted, env=dict(environment), capture_output=True, text=True,
        timeout=120, check=False, cwd=GUIDE.parents[1],
    )  # fmt: skip
    assert "Error" not in done.stderr, done.stdout + done.stderr
    return "".join(said) + done.stdout


def _at(code: str, portal: str, card: str) -> str:
    return code.replace(PORTAL, portal).replace(CARD, card)
