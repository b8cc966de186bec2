"""Titles break well, and a paper stays on its page where it can."""

import io

import docx
import pytest

from knowledge.documents.blocks import Block, Cell, Grid, Line, Row, balanced, copies_that_fit, fitted
from knowledge.documents.layouts import LAYOUTS, Style
from knowledge.documents.papers import Papers

FORM = LAYOUTS["form"]
WIDE = 9000


def row(height: float, text: str = "", *, spare: bool = False) -> Row:
    return Row([Cell([Line(Style.CELL.name, text)])], height, spare=spare)


def heights(blocks: list[Block]) -> list[float]:
    return [row.height for block in blocks if isinstance(block, Grid) for row in block.rows]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("会议通知", ["会议通知"]),
        ("关于确定王秀英同志为入党积极分子的备案报告", ["关于确定王秀英同志", "为入党积极分子的备案报告"]),
        ("中共青石镇柳树湾村联合支部委员会选举办法", ["中共青石镇柳树湾村联合支部委员会选举办法"]),
        ("中共青石镇柳树湾村联合支部委员会换届选举办法", ["中共青石镇柳树湾村联合支部委员会", "换届选举办法"]),
    ],
)
def test_a_title_breaks_near_the_middle_where_a_word_ends(title: str, lines: list[str]) -> None:
    assert balanced(title, 20).split("\n") == lines


def test_no_line_of_a_title_begins_with_a_stop_or_is_too_long() -> None:
    title = "关于认真落实上级部署，按期完成各项任务，进一步做好当前各项工作的若干意见（征求意见稿）" * 2
    lines = balanced(title, 20).split("\n")
    assert "".join(lines) == title
    assert max(map(len, lines)) <= 20
    assert not {line[0] for line in lines} & set("，。）")


def test_what_fits_stays_as_it_is() -> None:
    blocks: list[Block] = [Line(Style.TITLE.name, "表"), Grid([row(30), row(100)], [WIDE])]
    assert heights(fitted(blocks, FORM)) == [30, 100]


def test_room_to_write_gives_way_before_a_page_is_begun() -> None:
    fit = fitted([Grid([row(30), row(400), row(400)], [WIDE])], FORM)
    low, *high = heights(fit)
    assert low == pytest.approx(30, abs=3)
    assert high[0] == high[1] < 400
    assert sum(heights(fit)) < (297 - 46) * 72 / 25.4


def test_spare_rows_go_when_that_is_enough() -> None:
    fit = fitted([Grid([row(24, "一"), *(row(24, spare=True) for _ in range(40))], [WIDE])], FORM)
    assert 20 < len(heights(fit)) < 41


def test_what_needs_two_pages_keeps_its_room() -> None:
    blocks: list[Block] = [Grid([row(24, "一") for _ in range(60)] + [row(24, spare=True)], [WIDE])]
    assert fitted(blocks, FORM) == blocks


def test_as_many_copies_as_fit_and_never_none() -> None:
    small, huge = [Grid([row(100)], [WIDE])], [Grid([row(5000)], [WIDE])]
    assert copies_that_fit(small, FORM, 4) == 4
    assert copies_that_fit(small, FORM, 8) == 5
    assert copies_that_fit(huge, FORM, 4) == 1


def test_a_ballot_stands_several_times_on_its_page() -> None:
    written = docx.Document(io.BytesIO(Papers.load().render("ballot_secretary", {})))
    assert len(written.tables) == 3
