"""Plain plots as SVG: stacked bars, and lines over a common axis. Text is text, so that a difference can be read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 780, 320, 92, 190, 36, 44
# Okabe and Ito's colours, which differ for everybody's eyes
COLOURS = ("#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#009e73", "#cc79a7", "#7f7f7f", "#000000", "#f0e442")
Point = tuple[float, float]


def bars(title: str, unit: str, rows: Mapping[str, Mapping[str, float]], mark: tuple[float, str]) -> str:
    """A horizontal bar for each row, made of its parts in their order; `mark`: a line at a value, and what it says."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    most = max([mark[0], *(sum(row.values()) for row in rows.values())]) * 1.05 or 1.0
    plot = _Plot(title, (0, most), (0, max(len(rows), 1)))
    for at, (label, row) in enumerate(rows.items()):
        begins, top = 0.0, plot.y(len(rows) - at) + 10
        height = plot.y(len(rows) - at - 1) - top - 10
        plot.text(LEFT - 6, top + height / 2 + 4, label, "end")
        for name, value in row.items():
            x, width = plot.x(begins), plot.x(begins + value) - plot.x(begins)
            plot.add(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
                f'fill="{_colour(names, name)}"><title>{escape(f"{name}: {value:g} {unit}")}</title></rect>'
            )
            begins += value
        plot.text(plot.x(begins) + 4, top + height / 2 + 4, f"{begins:.1f}")
    plot.across(unit)
    plot.line([(mark[0], 0), (mark[0], len(rows))], "#000", dashed=True)
    plot.text(plot.x(mark[0]), TOP - 6, mark[1], "middle")
    plot.legend(names)
    return plot.svg()


def lines(title: str, x_unit: str, y_unit: str, series: Mapping[str, Sequence[Point]]) -> str:
    """A line for each series of points, from zero on."""
    points = [point for each in series.values() for point in each] or [(1.0, 1.0)]
    plot = _Plot(title, (0, max(x for x, _ in points) or 1.0), (0, max(y for _, y in points) * 1.08 or 1.0))
    plot.across(x_unit)
    plot.up(y_unit)
    for name, each in series.items():
        plot.line(each, _colour(list(series), name))
    plot.legend(list(series))
    return plot.svg()


def _colour(names: Sequence[str], name: str) -> str:
    return COLOURS[names.index(name) % len(COLOURS)]


class _Plot:
    """Axes and what is drawn on them."""

    def __init__(self, title: str, across: Point, up: Point) -> None:
        self._title, self._across, self._up = title, across, up
        self._parts: list[str] = []

    def x(self, value: float) -> float:
        low, high = self._across
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        low, high = self._up
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def add(self, part: str) -> None:
        self._parts.append(part)

    def text(self, x: float, y: float, words: str, anchor: str = "start") -> None:
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>')

    def line(self, points: Sequence[Point], colour: str, *, dashed: bool = False) -> None:
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self.add(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>')

    def across(self, unit: str) -> None:
        for value in _ticks(self._across[1]):
            self.add(f'<line x1="{self.x(value):.1f}" y1="{TOP}" x2="{self.x(value):.1f}" y2="{HEIGHT - BOTTOM}" '
                     'stroke="#ddd"/>')  # fmt: skip
            self.text(self.x(value), HEIGHT - BOTTOM + 16, f"{value:g}", "middle")
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, unit, "middle")

    def up(self, unit: str) -> None:
        for value in _ticks(self._up[1]):
            self.add(f'<line x1="{LEFT}" y1="{self.y(value):.1f}" x2="{WIDTH - RIGHT}" y2="{self.y(value):.1f}" '
                     'stroke="#ddd"/>')  # fmt: skip
            self.text(LEFT - 6, self.y(value) + 4, f"{value:g}", "end")
        self.text(LEFT, TOP - 6, unit)

    def legend(self, names: Sequence[str]) -> None:
        for at, name in enumerate(names):
            x, y = WIDTH - RIGHT + 18, TOP + 18 * at
            self.add(f'<rect x="{x}" y="{y}" width="11" height="11" fill="{_colour(names, name)}"/>')
            self.text(x + 17, y + 10, name)

    def svg(self) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(self._title, quote=True)}" font-family="sans-serif" font-size="12">\n'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
            f'<text x="{LEFT}" y="15" font-weight="bold">{escape(self._title)}</text>\n'
        )
        return head + "\n".join(self._parts) + "\n</svg>\n"


def _ticks(most: float) -> list[float]:
    """Round values from 0 to `most`, four to eight of them."""
    power = 10 ** math.floor(math.log10(most / 4))
    step = next(power * each for each in (1, 2, 5, 10) if most / (power * each) <= 8)
    return [round(step * at, 10) for at in range(int(most / step) + 1)]
