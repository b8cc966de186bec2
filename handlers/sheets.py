"""Workbooks: a title, some lines above, and a table."""

import io
import re
from collections.abc import Sequence
from copy import copy

from handlers.messages import Document

Value = str | int | float
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_IN_SHEET_NAMES = re.compile(r"[\\/*?:\[\]\x00-\x1f]")


def workbook(
    name: str,
    title: str,
    lines: Sequence[str],
    heads: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    foot: str = "",
    landscape: bool = False,
) -> Document:
    """One sheet, ready to print on A4, with a line to sign below; a text that begins like a formula stays text."""
    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    # A meeting may be called what no sheet may: openpyxl refuses these marks and more than 31 letters.
    sheet.title = _NOT_IN_SHEET_NAMES.sub("", title)[:31]
    thin = Side(style="thin", color="999999")
    centred = Alignment(horizontal="center", vertical="center", wrap_text=True)
    span = max(len(heads), 2)
    top = len(lines) + 2
    around = [*enumerate([title, *lines], 1), *([(top + len(rows) + 2, foot)] if foot else [])]
    for number, line in around:
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=span)
        head = sheet.cell(number, 1, line)
        head.data_type = "s"
        head.font = Font(name="宋体", size=16 if number == 1 else 11, bold=number == 1)
        head.alignment = centred if number == 1 else Alignment(vertical="top", wrap_text=True)
        # Merged cells do not grow by themselves: what needs more lines than there is height for would not be printed.
        sheet.row_dimensions[number].height = 30 if number == 1 else min(16 * _lines_of(line) + 2, 409)
    like: Cell | MergedCell | None = None
    for offset, values in enumerate([heads, *rows]):
        for column, value in enumerate(values, 1):
            field = sheet.cell(top + offset, column, value)
            if isinstance(value, str):
                field.data_type = "s"
            if like is not None and offset > 1:
                # Looking its parts up for each cell took most of the time of a long table; the stubs leave this out.
                field._style = copy(like._style)  # type: ignore[attr-defined, union-attr]
                continue
            field.font = Font(name="宋体", size=11, bold=offset == 0)
            field.alignment = centred
            field.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            if offset == 0:
                field.fill = PatternFill("solid", fgColor="F3E9E7")
            else:
                like = field
    # A table that needs the long side of the paper has many columns: they are as narrow as they can be read.
    more, least, most = (1, 6, 20) if landscape else (3, 8, 40)
    for column in range(1, len(heads) + 1):
        widest = max(sum(2 if ord(c) > 255 else 1 for c in str(row[column - 1])) for row in [heads, *rows])
        sheet.column_dimensions[get_column_letter(column)].width = min(max(widest + more, least), most)
    sheet.freeze_panes = f"A{top + 1}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE if landscape else sheet.ORIENTATION_PORTRAIT
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]  # openpyxl always makes it
    sheet.print_title_rows = f"{top}:{top}"
    content = io.BytesIO()
    book.save(content)
    return Document(f"{name}.xlsx", XLSX, content.getvalue())


def _lines_of(text: str) -> int:
    """How many lines a text needs where forty Chinese characters stand side by side."""
    return sum(1 + (sum(2 if ord(letter) > 255 else 1 for letter in line) - 1) // 80 for line in text.split("\n"))
