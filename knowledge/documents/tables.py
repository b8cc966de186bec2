"""Tables of a rendered template: columns as wide as they should be, cells that span, heads that repeat."""

from collections.abc import Sequence
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from knowledge.documents.blocks import Grid, Row
from knowledge.documents.layouts import CELL_PADDING


def set_table(table: Any, grid: Grid) -> None:
    """Give a table of a rendered template, the element of its XML, the widths and heights of its grid."""
    properties = table.tblPr
    for name in ("tblStyle", "tblW", "tblLayout", "jc", "tblLook"):
        for old in properties.findall(qn(f"w:{name}")):
            properties.remove(old)
    borders = properties.find(qn("w:tblBorders"))
    borders.addprevious(_element("tblW", w=sum(grid.widths), type="dxa"))
    borders.addprevious(_element("jc", val="center"))
    margins = _element("tblCellMar")
    margins.extend((_element("top", w=CELL_PADDING, type="dxa"), _element("bottom", w=CELL_PADDING, type="dxa")))
    borders.addnext(margins)
    borders.addnext(_element("tblLayout", type="fixed"))
    columns = table.tblGrid
    for old in list(columns):
        columns.remove(old)
    columns.extend(_element("gridCol", w=width) for width in grid.widths)
    for drawn, row in zip(table.tr_lst, grid.rows, strict=True):
        _set_row(drawn, row, grid.widths)


def _set_row(drawn: Any, row: Row, widths: Sequence[int]) -> None:
    properties = drawn.get_or_add_trPr()
    if row.whole:
        properties.append(_element("cantSplit"))
    properties.append(_element("trHeight", val=round(row.height * 20), hRule="atLeast"))
    if row.header:
        properties.append(_element("tblHeader"))
    first = 0
    for place, cell in zip(drawn.tc_lst, row.cells, strict=True):
        own = place.get_or_add_tcPr()
        for old in list(own):
            own.remove(old)
        own.append(_element("tcW", w=sum(widths[first : first + cell.span]), type="dxa"))
        if cell.span > 1:
            own.append(_element("gridSpan", val=cell.span))
        own.append(_element("vAlign", val="center"))
        first += cell.span


def _element(name: str, **attributes: Any) -> Any:
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made
