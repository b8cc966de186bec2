"""How values are written, and what stands where nothing is known."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from knowledge.documents.blanks import BLANK, environment
from tests.knowledge.documents.known import Person, members


def said(template: str, **known: Any) -> str:
    return environment().from_string(template).render(known)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ a }}", BLANK),
        ("{{ a.b.c }}", BLANK),
        ("{{ a.b[c] }}", BLANK),
        ("{{ a|day }}", "＿＿＿＿年＿＿月＿＿日"),
        ("{{ a|month }}", "＿＿＿＿年＿＿月"),
        ("{{ a|names }}", BLANK),
        ("{{ a|later(12)|day }}", "＿＿＿＿年＿＿月＿＿日"),
        ("{{ a|majority }}", BLANK),
        ("{{ a + 1 }}{{ 2 * a }}{{ -a }}", BLANK * 3),
        ("{{ '有' if a else '无' }}{{ '大' if a > 1 else '小' }}", "无小"),
        ("{% for one in a.b %}{{ one }}{% endfor %}", ""),
        ("{{ a|length }}{{ a|full|length }}", "00"),
        ("{{ a() }}", BLANK),
    ],
)
def test_what_is_not_known_is_a_line_to_write_on(template: str, expected: str) -> None:
    assert said(template) == expected
    assert said(template.replace("{{ a|", "{{ a|default(b)|")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, BLANK),
        (0, "0"),
        (True, "是"),
        (False, "否"),
        (date(2026, 3, 5), "2026年3月5日"),
        (datetime(2026, 3, 5, 14, 30), "2026年3月5日14:30"),  # noqa: DTZ001, a time on paper is the one of the place
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (["学习文件", "交党费"], "学习文件；交党费"),
        ([Person(1, "张三"), Person(2, "李四")], "张三、李四"),
        (Person(1, "张三"), "张三"),
        ({"id": 7, "name": "张三"}, "张三"),
        ("一\r\n二\x00\u202e三", "一\n二三"),
    ],
)
def test_values_are_written_as_on_paper(value: object, expected: str) -> None:
    assert said("{{ a }}", a=value) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ 5|money }} {{ d|money }}", "5.00 1234.50"),
        ("{{ 3|numeral }} {{ 10|numeral }} {{ 21|numeral }} {{ 100|numeral }}", "三 十 二十一 100"),
        ("{{ day|later(12)|day }}", "2027年1月31日"),
        ("{{ day|later(1)|day }}", "2026年2月28日"),
        ("{{ day|year }}", "2026"),
        ("{{ 15|majority }} {{ 16|majority }}", "8 9"),
        ("{{ lines|paragraphs }}", "甲\n乙"),
    ],
)
def test_filters(template: str, expected: str) -> None:
    known = {"d": Decimal("1234.5"), "day": date(2026, 1, 31), "lines": ["甲", "乙"]}
    assert said(template, **known) == expected


def test_who_votes_and_who_belongs_is_told_by_status() -> None:
    people = [*members(10), Person(11, "赵六", "入党积极分子"), Person(12, "钱七", "")]
    assert said("{{ people|full|length }} {{ people|members|length }}", people=people) == "10 11"


def test_a_template_reaches_nothing_but_values() -> None:
    assert said("{{ a.__class__ }}", a="x") == BLANK
