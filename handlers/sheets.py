"""Workbooks: a title, some lines above, and a table."""

import io
import re
from collections.abc import Sequence

from handlers.messages import Document

Value = str | int | float
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767
"""Characters that a cell holds."""
TALLEST = 409
"""Points that a row may be high."""
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
    from xlsxwriter import Workbook

    content = io.BytesIO()
    # Not with constant_memory: it writes texts into their cells, and an iPhone's preview shows such cells empty.
    with Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        around = {"font_name": "宋体", "font_size": 11, "text_wrap": True, "valign": "top"}
        in_table = {**around, "align": "center", "valign": "vcenter", "border": 1, "border_color": "#999999"}
        titled = book.add_format({**around, "font_size": 16, "bold": True, "align": "center", "valign": "vcenter"})
        lined, field = book.add_format(around), book.add_format(in_table)
        head = book.add_format({**in_table, "bold": True, "bg_color": "#F3E9E7"})

        last = max(len(heads), 2) - 1
        top = len(lines) + 1
        below = [(top + len(rows) + 2, foot)] if foot else []
        for number, line in [*enumerate([title, *lines]), *below]:
            # Merged cells do not grow by themselves: what needs more lines than there is height for would not be
            # printed.
            sheet.set_row(number, 30 if number == 0 else min(16 * _lines_of(line) + 2, TALLEST))
            sheet.merge_range(number, 0, number, last, "", titled if number == 0 else lined)
            sheet.write_string(number, 0, line[:LONGEST], titled if number == 0 else lined)

        # A table that needs the long side of the paper has many columns: they are as narrow as they can be read.
        more, least, most = (1, 6, 20) if landscape else (3, 8, 40)
        widths = [least] * len(heads)
        for number, values in enumerate([heads, *rows], top):
            look = head if number == top else field
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(number, column, value[:LONGEST], look)
                else:
                    sheet.write_number(number, column, value, look)
                if widths[column] < most:
                    widths[column] = max(widths[column], min(_width(str(value)) + more, most))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)

        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        if landscape:
            sheet.set_landscape()
    return Document(f"{name}.xlsx", XLSX, content.getvalue())


def _sheet_name(title: str) -> str | None:
    """A meeting may be called what no sheet may: some marks, more than 31 letters, a mark of quotation at an end."""
    return _NOT_IN_SHEET_NAMES.sub("", title)[:31].strip("' ") or None


def _width(text: str) -> int:
    """How wide a text is, in Latin letters: a Chinese character has two bytes in GBK, and stands as wide as two."""
    return len(text.encode("gbk", "replace"))


def _lines_of(text: str) -> int:
    """How many lines a text needs where forty Chinese characters stand side by side."""
    return sum(1 + (_width(line) - 1) // 80 for line in text.split("\n"))
