"""Which documents of OutBox name which files: a file that several name stays until the last of them leaves."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field

from singlewindow.client.bridge.boxes import Folder, find
from singlewindow.client.bridge.orders import MOST_ORDER, files_named_in

Written = tuple[int, int]


@dataclass
class Naming:
    """Looks once in a round, when a file that goes with a document is to leave, and reads what was written since."""

    folder: Folder
    _read: dict[str, tuple[Written, list[str]]] = field(default_factory=dict)  # document → the files it names
    _by_file: dict[str, list[str]] | None = None  # the other way round, as of this round

    def forget(self) -> None:
        """Another round has begun."""
        self._by_file = None

    def is_named_besides(self, file: str, document: str) -> bool:
        """Whether another document that lies in OutBox names a file."""
        if self._by_file is None:
            self._by_file = self._look()
        others = (name for name in self._by_file.get(file, ()) if name != document)
        return any((self.folder.out / name).exists() for name in others)

    def _look(self) -> dict[str, list[str]]:
        by_file, read = defaultdict(list), {}
        for name in self.folder.orders():
            with suppress(OSError, ValueError):  # gone, or too large to be a document
                facts = (self.folder.out / name).stat()
                written = facts.st_mtime_ns, facts.st_size
                read[name] = self._read.get(name, ((-1, -1), []))
                if read[name][0] != written:
                    read[name] = written, self._named_in(name)
                for file in read[name][1]:
                    by_file[file].append(name)
        self._read = read
        return dict(by_file)

    def _named_in(self, name: str) -> list[str]:
        found = find(self.folder.out, name, MOST_ORDER)
        return files_named_in(name, found.data) if found else []
