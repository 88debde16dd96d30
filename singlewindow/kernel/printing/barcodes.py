"""Bar codes for prints: Code 128 (ISO/IEC 15417) as SVG."""

from __future__ import annotations

import re

from barcode import Code128  # type: ignore[import-untyped]

QUIET = 10  # modules of white on either side (ISO/IEC 15417, 4.4)
HEIGHT = 30  # modules; whoever draws it may stretch it
_BARS = re.compile("1+")


class _Code128(Code128):  # type: ignore[misc]
    """python-barcode begins every code in set C and, where a change of the set follows, takes that back. It tells the
    change by its value alone, which the digits 99 have too: they would be lost (0.16.1).
    """

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        if self.code[:2].isdigit():
            return encoded
        taken_back: list[int] = super()._try_to_optimize(encoded)
        return taken_back


def code128(text: str) -> str:
    """The bars of a text (printable ASCII) as SVG: one path of black bars, one unit for each module, quiet zones left
    and right, no letters below. Raises barcode.errors.IllegalCharacterError for what Code 128 cannot say.
    """
    [modules] = _Code128(text).build()
    bars = "".join(
        f"M{bar.start() + QUIET} 0h{len(bar[0])}v{HEIGHT}h-{len(bar[0])}z" for bar in _BARS.finditer(modules)
    )
    width = len(modules) + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" shape-rendering="crispEdges">'
        f'<path d="{bars}"/></svg>'
    )
