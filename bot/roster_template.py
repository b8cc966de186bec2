"""The workbook that an administrator fills in: empty sheets with choices, and a sheet that explains them."""

import io

from bot.roster_words import COLUMNS, EXPLAINED, KINDS, POSTS_OFFERED, SHEET, STATUSES_OFFERED, TREE_COLUMNS, TREE_SHEET

ROWS = 3000
"""How far down the choices reach."""


def template() -> bytes:
    """An .xlsx with headings and choices for people and for the tree, and what each column means with two examples."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    tree = book.create_sheet(TREE_SHEET)
    explained = book.create_sheet(EXPLAINED)
    explained.append(["列", "怎么填", "例一", "例二"])
    choices = {
        "身份": (STATUSES_OFFERED, True),
        "党内职务": (POSTS_OFFERED, False),  # several may be held at once, so others than those offered are let through
        "有表决权": (("是", "否"), True),
    }
    formats = {"手机号后四位": "@", "起始日期": "yyyy-mm-dd", "任期届满": "yyyy-mm-dd"}
    fill = PatternFill("solid", fgColor="F3E9E7")
    for number, column in enumerate(COLUMNS, 1):
        letter = get_column_letter(number)
        head = sheet.cell(1, number, column.heading)
        head.font = Font(name="宋体", bold=True)
        head.fill = fill
        head.alignment = Alignment(horizontal="center")
        sheet.column_dimensions[letter].width = 20 if number <= 4 else 15
        if column.heading in formats:
            sheet.column_dimensions[letter].number_format = formats[column.heading]
        if column.heading in choices:
            offered, only = choices[column.heading]
            validation = DataValidation("list", formula1=f'"{",".join(offered)}"', showErrorMessage=only)
            validation.error = "请从列表里选"
            validation.add(f"{letter}2:{letter}{ROWS + 1}")
            sheet.add_data_validation(validation)
        must = "必填。" if column.required else ""
        explained.append([column.heading, must + column.explained, *column.examples])
    explained.append([])
    explained.append(
        [f"“{TREE_SHEET}”表", "只管花名册的可以空着；全县一次导入，或者有党委上面还有党委的，把每个组织写一行。"]
    )
    for number, column in enumerate(TREE_COLUMNS, 1):
        letter = get_column_letter(number)
        head = tree.cell(1, number, column.heading)
        head.font, head.fill = Font(name="宋体", bold=True), fill
        head.alignment = Alignment(horizontal="center")
        tree.column_dimensions[letter].width = 26 if number <= 2 else 15
        if column.heading == "届满":
            tree.column_dimensions[letter].number_format = "yyyy-mm-dd"
        if column.heading == "类别":
            validation = DataValidation("list", formula1=f'"{",".join(KINDS)}"', showErrorMessage=True)
            validation.error = "请从列表里选"
            validation.add(f"{letter}2:{letter}{ROWS + 1}")
            tree.add_data_validation(validation)
        must = "必填。" if column.required else ""
        explained.append([column.heading, must + column.explained, *column.examples])
    tree.freeze_panes = "A2"
    sheet.freeze_panes = "A2"
    for letter, width in (("A", 16), ("B", 70), ("C", 20), ("D", 20)):
        explained.column_dimensions[letter].width = width
    for cells in explained.iter_rows():
        for cell in cells:
            cell.font = Font(name="宋体", bold=cell.row == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    explained.append([])
    explained.append(["导入时", "有一处错就一行也不导入，所有错处按行和列列出；改好再导入一次，只更新，不会重复。"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
