"""What stands on a paper, from top to bottom: lines and tables, filled in but not yet drawn."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from knowledge.documents.layouts import CELL_MARGINS, CELL_PADDING, Layout, Style

_POINTS_A_MM = 72 / 25.4
_SPARE = 10.0
"""Points left free at the foot of a page, since every program sets lines a little differently."""
_BORDER = 1.5
_NARROW = 0.56
_LONG = 150
_ENDS = ("的", "、", "关于", "同志", "）", "》", "委员会", "支部", "年度", "和", "党员", "会议")
_GO_ON = ("的", "委员", "大会", "会议", "教育")
_NEVER_FIRST = "，。；：、！？）》”’·"
_WORTH = 6.0
"""How many characters farther from the middle a title is broken for the sake of a word."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line on paper; `kind` is the name of its style."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of so many columns."""

    lines: list[Line]
    span: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row at least so many points high. A header is repeated on every page; a spare row is only room to write."""

    cells: list[Cell]
    height: float
    header: bool = False
    spare: bool = False

    @property
    def whole(self) -> bool:
        """Whether it stays on one page: what is written at length may run over."""
        return all(sum(len(line.text) for line in cell.lines) <= _LONG for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with its column widths in twentieths of a point."""

    rows: list[Row]
    widths: list[int]
    kind: str = field(default="TABLE", init=False)


Block = Line | Grid


def em(text: str) -> float:
    """How wide a text is, in characters; digits as wide as in the widest typeface that may stand in."""
    return sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else _NARROW for character in text)


def balanced(title: str, width: float) -> str:
    """A title in as few lines of at most so many characters as it takes, about equally long, broken where words end."""
    lines: list[str] = []
    rest = title.strip().replace("\n", "")
    for left in range(int(-(-em(rest) // width)), 1, -1):
        at = _break(rest, em(rest) / left, (em(rest) - width * (left - 1), width))
        lines.append(rest[:at])
        rest = rest[at:]
    return "\n".join((*lines, rest))


def _break(text: str, wanted: float, bounds: tuple[float, float]) -> int:
    """Where to break a text: near the wanted width, after a word that titles are made of if there is one.

    Neither this line nor those after it may be too long, for which it keeps within the bounds.
    """
    best, least = len(text), float("inf")
    for at in range(1, len(text)):
        if text[at] in _NEVER_FIRST:
            continue
        long = em(text[:at])
        whole = text[:at].endswith(_ENDS) and not text[at:].startswith(_GO_ON)
        off = abs(long - wanted) - (_WORTH if whole else 0.0)
        if bounds[0] <= long <= bounds[1] and off < least:
            best, least = at, off
    return best


def copies_that_fit(blocks: Sequence[Block], layout: Layout, wanted: int) -> int:
    """How often blocks, with a line to cut along between them, stand on one page; once at least."""
    once = sum(_height(block, layout) for block in blocks)
    cut = _height(Line(Style.CUT.name, ""), layout)
    return max(1, min(wanted, int((_room(layout) + cut) // (once + cut))))


def fitted(blocks: Sequence[Block], layout: Layout) -> list[Block]:
    """Blocks that stay on one page where they can: rows give up height that only is room to write, then spare rows go.

    What does not fit on one page even so keeps its room.
    """
    over = _over(blocks, layout)
    if over <= 0:
        return list(blocks)
    rows = [(row, grid) for grid in _grids(blocks) for row in grid.rows]
    spare = sum(row.height + _BORDER for row, _ in rows if row.spare)
    slack = sum(_slack(row, grid, layout) for row, grid in rows if not row.spare)
    if spare + slack < over:
        return list(blocks)
    kept = _without_spare(blocks, over - slack)
    over = _over(kept, layout)
    slack = sum(_slack(row, grid, layout) for grid in _grids(kept) for row in grid.rows)
    share = over / slack if over > 0 and slack else 0.0
    return [_lower(block, share, layout) if isinstance(block, Grid) else block for block in kept]


def _over(blocks: Iterable[Block], layout: Layout) -> float:
    return sum(_height(block, layout) for block in blocks) - _room(layout)


def _room(layout: Layout) -> float:
    top, bottom, _, _ = layout.margins
    return (layout.page[1] - top - bottom) * _POINTS_A_MM - _SPARE


def _grids(blocks: Iterable[Block]) -> list[Grid]:
    return [block for block in blocks if isinstance(block, Grid)]


def _height(block: Block, layout: Layout) -> float:
    if isinstance(block, Grid):
        return sum(max(row.height, _written(row, block, layout)) + _BORDER for row in block.rows)
    style = Style[block.kind]
    _, _, left, right = layout.margins
    width = (layout.page[0] - left - right) * _POINTS_A_MM
    indent = 2 if style in (Style.BODY, Style.HEADING, Style.SUBHEADING) else 10 if style is Style.SIGNED else 0
    lines = sum(_wrapped(em(line) + indent, width, layout.size(style)) for line in block.text.split("\n"))
    return lines * layout.line(style) + (
        layout.pitch * 0.6 if style is Style.TITLE else 12 if style is Style.CUT else 0
    )


def _wrapped(wide: float, width: float, size: float) -> int:
    """How many lines so many characters take, whole characters to a line."""
    return max(1, int(-(-wide // max(1, width // size))))


def _written(row: Row, grid: Grid, layout: Layout) -> float:
    """How high a row is by what is written in it."""
    highest, first = 0.0, 0
    for cell in row.cells:
        width = (sum(grid.widths[first : first + cell.span]) - CELL_MARGINS) / 20
        first += cell.span
        lines = sum(_wrapped(em(line.text), width, layout.cell) for line in cell.lines)
        highest = max(highest, lines * layout.line(Style.CELL) + CELL_PADDING / 10)
    return highest


def _slack(row: Row, grid: Grid, layout: Layout) -> float:
    return max(0.0, row.height - max(_written(row, grid, layout), layout.row * 0.8))


def _lower(grid: Grid, share: float, layout: Layout) -> Grid:
    rows = [replace(row, height=row.height - share * _slack(row, grid, layout)) for row in grid.rows]
    return Grid(rows, grid.widths)


def _without_spare(blocks: Sequence[Block], over: float) -> list[Block]:
    """Spare rows go from the last table upwards, until the rest fits."""
    left = over
    found: list[Block] = []
    for block in reversed(blocks):
        if isinstance(block, Grid):
            kept: list[Row] = []
            for row in reversed(block.rows):
                if row.spare and left > 0:
                    left -= row.height + _BORDER
                else:
                    kept.append(row)
            block = Grid(kept[::-1], block.widths)
        found.append(block)
    return found[::-1]
