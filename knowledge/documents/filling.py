"""A paper filled in: its sentences with what is known, its tables with their rows, laid into the Word template."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from docx.oxml.ns import qn
from docxtpl import DocxTemplate  # type: ignore[import-untyped]  # it comes without types

from knowledge.documents.blanks import BLANK_DAY, EMPTY_DAY, LINE, pieces
from knowledge.documents.blocks import Block, Cell, Grid, Line, Row, balanced, copies_that_fit, em, fitted
from knowledge.documents.earlier import with_earlier
from knowledge.documents.layouts import CELL_MARGINS, FOLDER, LAYOUTS, Layout, Style
from knowledge.documents.paper import ENVIRONMENT, Paper, Part, Sentence, Table, sentences
from knowledge.documents.sealing import sealed
from knowledge.documents.tables import set_table

_TWIPS_A_MM = 1440 / 25.4
_DAY = re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日$")
_STOPS = re.compile(r"[。；，](?=[。；，])")


def fill(paper: Paper, context: Mapping[str, Any]) -> bytes:
    """The .docx of a paper; whatever the context lacks is left to be written by hand."""
    blocks = filled_in(paper, context)
    template = DocxTemplate(io.BytesIO(_template(paper.layout)))
    template.render({"blocks": blocks}, _LAYING_OUT)
    document = template.docx  # not get_docx(), which reads the template anew
    assert document is not None
    grids = [block for block in blocks if isinstance(block, Grid)]
    for table, grid in zip(document.element.body.iter(qn("w:tbl")), grids, strict=True):
        set_table(table, grid)
    document.core_properties.title = heading(paper, context)[:200]
    return sealed(document)


def filled_in(paper: Paper, context: Mapping[str, Any]) -> list[Block]:
    """What stands on a paper, from top to bottom."""
    return _Filling(LAYOUTS[paper.layout], with_earlier(context)).blocks(paper)


def heading(paper: Paper, context: Mapping[str, Any]) -> str:
    """What is printed on top of a paper."""
    return _rendered(paper.heading or paper.title, with_earlier(context)).strip()


class _Remembering(jinja2.Environment):
    """docxtpl has the same few templates compiled for every paper; once is enough."""

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        self._compiled: dict[str, jinja2.Template] = {}

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> jinja2.Template:
        """The template of a source, compiled at the first call."""
        key = str(source)
        if key not in self._compiled:
            self._compiled[key] = super().from_string(source, *args, **kwargs)
        return self._compiled[key]


_LAYING_OUT = _Remembering()


@cache
def _template(name: str, folder: Path = FOLDER) -> bytes:
    return (folder / f"{name}.docx").read_bytes()


@cache
def _compiled(template: str) -> jinja2.Template:
    return ENVIRONMENT.from_string(template)


def _rendered(template: str, context: Mapping[str, Any]) -> str:
    return _compiled(template).render(context)


@cache
def _expression(source: str) -> Any:
    return ENVIRONMENT.compile_expression(source, undefined_to_none=False)


def _valued(source: str, context: Mapping[str, Any]) -> Any:
    return _expression(source)(**context)


def _gone_through(source: str, context: Mapping[str, Any]) -> list[Any]:
    found = _valued(source, context)
    return list(found) if isinstance(found, Sequence) and not isinstance(found, str) else []


class _Filling:
    """One paper being filled in."""

    def __init__(self, layout: Layout, context: Mapping[str, Any]) -> None:
        self.layout = layout
        self.context = context
        _, _, left, right = layout.margins
        self.width = int((layout.page[0] - left - right) * _TWIPS_A_MM)

    def blocks(self, paper: Paper) -> list[Block]:
        """Everything on the paper, from top to bottom."""
        width = (self.width / 20) // self.layout.title
        title = Line(Style.TITLE.name, balanced(heading(paper, self.context), width))
        once = _with_room_to_sign([title, *(block for part in paper.body for block in self._part(part))])
        if not self.layout.fits:
            return once
        more = copies_that_fit(once, self.layout, paper.copies) - 1
        return fitted([*once, *([Line(Style.CUT.name, ""), *once] * more)], self.layout)

    def _part(self, part: Part) -> Iterator[Block]:
        for context in self._rounds(part):
            if part.when and not _valued(part.when, context):
                continue
            if part.text:
                for sentence in sentences(part.text):
                    yield from _lines(sentence, context)
            elif part.table is not None:
                yield from (self._table(part.table, context), Line(Style.GAP.name, ""))
            else:
                yield from (self._form(part, context), Line(Style.GAP.name, ""))

    def _rounds(self, part: Part) -> Iterator[Mapping[str, Any]]:
        if not part.each:
            yield self.context
            return
        for number, it in enumerate(_gone_through(part.each, self.context), 1):
            yield {**self.context, "it": it, "n": number}

    def _form(self, part: Part, context: Mapping[str, Any]) -> Grid:
        widths = self._widths(part.widths)
        rows = []
        for row in part.fields:
            words = [cell for cell in row if isinstance(cell, str)]
            lines = row[-1] if isinstance(row[-1], int) else 1
            rows.append(self._row(words, widths, context, lines, labels=slice(0, None, 2)))
        return Grid(rows, widths)

    def _table(self, table: Table, context: Mapping[str, Any]) -> Grid:
        widths = self._widths(table.widths * table.across)
        rows = [self._row(table.head * table.across, widths, context, header=True, labels=slice(None))]
        rows += [self._row(row, widths, context, table.lines) for row in table.rows]
        rows += self._items(table, widths, context)
        rows += [self._row(row, widths, context, table.lines) for row in table.last]
        return Grid(rows, widths)

    def _items(self, table: Table, widths: list[int], context: Mapping[str, Any]) -> Iterator[Row]:
        """A row for each thing; side by side they run down the columns, as people read a list."""
        items = _gone_through(table.each, context) if table.each else []
        count = max(len(items), table.least - len(table.rows))
        deep = -(-count // table.across)
        columns = len(table.widths)
        for row in range(deep):
            cells: list[Cell] = []
            for column in range(table.across):
                number = column * deep + row + 1
                given: dict[str, Any] = {"n": len(table.rows) + number}
                if number <= len(items):
                    given = {**context, **given, "it": items[number - 1]}
                here = widths[column * columns : (column + 1) * columns]
                cells += self._row(table.row, here, given).cells
            yield Row(cells, self._height(table.lines), spare=table.across == 1 and row >= len(items))

    def _widths(self, weights: Sequence[float]) -> list[int]:
        widths = [int(self.width * weight / sum(weights)) for weight in weights]
        least = int(self.layout.cell * 42) + CELL_MARGINS  # a little more than two characters, such as 序号
        lacking = sum(max(0, least - width) for width in widths)
        room = sum(max(0, width - least) for width in widths)
        if 0 < lacking <= room:
            widths = [least if width < least else width - (width - least) * lacking // room for width in widths]
        return [*widths[:-1], self.width - sum(widths[:-1])]

    def _row(
        self,
        words: Sequence[str],
        widths: list[int],
        context: Mapping[str, Any],
        lines: int = 1,
        *,
        header: bool = False,
        labels: slice = slice(0),
    ) -> Row:
        """A row; its labels stand in the middle of their cells however long they are."""
        cells = []
        for number, template in enumerate(words):
            last = number == len(words) - 1
            span = len(widths) - number if last else 1
            width = sum(widths[number : number + span]) - CELL_MARGINS
            cells.append(Cell(self._cell(template, context, width), span))
        for cell in cells[labels]:
            cell.lines[:] = [Line(Style.CELL.name, line.text) for line in cell.lines]
        return Row(cells, self._height(lines), header)

    def _height(self, lines: int) -> float:
        return self.layout.row + (lines - 1) * self.layout.cell * 1.35

    def _cell(self, template: str, context: Mapping[str, Any], width: int) -> list[Line]:
        found = [
            (sentence.style, piece)
            for sentence in sentences(template, cell=True)
            for piece in pieces(_rendered(sentence.template, context))
        ]
        fits = width // (self.layout.cell * 20)
        if len(found) == 1 and found[0][0] is None:
            text = _narrowed(found[0][1], fits)
            return [Line((Style.CELL if em(text) <= fits else Style.CELL_LEFT).name, text)]
        lines = [Line((style or Style.CELL_LEFT).name, text if style else _room(text)) for style, text in found]
        return lines or [Line(Style.CELL.name, "")]


def _lines(sentence: Sentence, context: Mapping[str, Any]) -> Iterator[Line]:
    assert sentence.style is not None
    if not sentence.template:
        yield Line(sentence.style.name, "")
        return
    yield from (
        Line(sentence.style.name, _STOPS.sub("", piece))  # a value may bring a full stop of its own
        for piece in pieces(_rendered(sentence.template, context))
        if piece.strip()
    )


def _room(text: str) -> str:
    """What stands in a cell where nothing is known: the cell itself is the place to write, so no line is drawn."""
    if not text.strip(LINE):
        return ""
    return EMPTY_DAY if text == BLANK_DAY else text


def _narrowed(text: str, fits: float) -> str:
    """The one line of a cell that has room for so many characters: a day is written short before it is broken."""
    text = _room(text)
    if em(text) <= fits:
        return text
    return "" if text == EMPTY_DAY else _DAY.sub(r"\1.\2.\3", text)


def _with_room_to_sign(blocks: Sequence[Block]) -> list[Block]:
    """An empty line before the first who signs, and the paragraph above on the same page, so that none signs alone."""
    found: list[Block] = []
    for block in blocks:
        signs = block.kind == Style.SIGNED.name
        if signs and found and found[-1].kind not in (Style.SIGNED.name, Style.DATED.name, Style.EMPTY.name):
            if isinstance(last := found[-1], Line) and last.kind == Style.BODY.name:
                found[-1] = Line(Style.CLOSING.name, last.text)
            found.append(Line(Style.EMPTY.name, ""))
        found.append(block)
    return found
