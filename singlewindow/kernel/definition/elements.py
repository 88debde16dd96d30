"""By which names fields go in XML: the messages' element names, or a field's own where it has none of its own kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from singlewindow.kernel.definition.fields import Content

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def xml_names(content: type[Content]) -> Mapping[str, str]:
    """Field → its name in XML, each another one, and none that of a table or another field."""
    elements = Counter(spec.element for spec in content.fields.values())
    taken = {*content.fields, *content.tables}
    return {
        name: spec.element
        if _NAME.fullmatch(spec.element) and elements[spec.element] == 1 and spec.element not in taken
        else name
        for name, spec in content.fields.items()
    }
