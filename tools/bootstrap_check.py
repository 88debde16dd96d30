"""Refuse tracked files that name a package registry: whoever clones uses the registry of his own settings.

python tools/bootstrap_check.py     prints each place; exit code 1 when there is one
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

REGISTRY = re.compile(
    r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|registry|nexus|artifactory|mirrors?\.)[\w.:-]*"
    r"|^\s*--(?:extra-)?index-url"
    r'|"resolved":\s*"https?:',
    re.MULTILINE,
)


def main() -> int:
    """Look at every tracked text file."""
    names = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout.decode()
    places = [place for name in names.split("\0") if name for place in _places(Path(name))]
    for place in places:
        print(f"{place}: names a package registry")
    if not places:
        print("No tracked file names a package registry.")
    return 1 if places else 0


def _places(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return []
    return [f"{path}:{text.count(chr(10), 0, found.start()) + 1}" for found in REGISTRY.finditer(text)]


if __name__ == "__main__":
    sys.exit(main())
