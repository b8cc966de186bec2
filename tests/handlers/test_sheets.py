"""Workbooks as a printer sees them: nothing is cut off, and there is a line to sign."""

import io

from openpyxl import load_workbook

from handlers.sheets import workbook


def test_a_text_of_many_lines_gets_the_height_to_be_printed() -> None:
    made = workbook("记录", "记录", ["一行", "一\n二\n三\n四", "长" * 100], ["序号", "姓名"], [[1, "王桂兰"]])
    sheet = load_workbook(io.BytesIO(made.blob)).active
    assert sheet is not None
    one, four, long = (sheet.row_dimensions[row].height for row in (2, 3, 4))
    assert four >= one + 3 * 15
    assert long >= one + 2 * 15


def test_the_line_to_sign_stands_below_the_table() -> None:
    made = workbook("记录", "记录", ["一行"], ["序号", "姓名"], [[1, "王桂兰"], [2, "赵大海"]], foot="主持人（签字）：")
    sheet = load_workbook(io.BytesIO(made.blob)).active
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == [
        "记录",
        "一行",
        "序号",
        1,
        2,
        None,
        "主持人（签字）：",
    ]
