"""结关后报关单数据导出 (manual 4.2): the data of many declarations as one file."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from pathlib import Path
from typing import Any

from singlewindow.kernel.spreadsheets.export_files import FileFormat
from singlewindow.kernel.spreadsheets.exporting import export
from singlewindow.subsystems.declarations.export_columns import PARTS

SUFFIXES: Mapping[FileFormat, str] = {"xlsx": ".xlsx", "csv": ".zip", "json": ".json"}
MEDIA_TYPES: Mapping[FileFormat, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",  # one file for each part
    "json": "application/json",
}


def file_name(application: str, format: FileFormat) -> str:
    """The name under which the data of an application are handed out."""
    return f"结关后报关单数据_{application}{SUFFIXES[format]}"


async def export_declarations(
    declarations: AsyncIterable[Mapping[str, Any]], format: FileFormat, target: Path
) -> int:
    """Write declarations into a new file at `target`; how many they were.

    A declaration is what customs published of it and its `number`. They are taken one by one, as fast as a child
    process writes them; temporary files lie in the folder of `target`. Raises ExportFailed; then there is no file.
    """
    return await export(format, PARTS, declarations, target)
