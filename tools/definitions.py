"""Print every document type's definition as the pages get it, by name: `python -m tools.definitions`."""

from __future__ import annotations

import json

from singlewindow.kernel.definition.export import definition_of
from singlewindow.kernel.subsystem import document_types


def main() -> None:
    """One JSON object on standard output."""
    found = {name: definition_of(type).model_dump(mode="json") for name, type in document_types().items()}
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
