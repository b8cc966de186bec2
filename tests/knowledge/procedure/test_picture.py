"""The picture of a timeline: what is drawn where, that nothing breaks it, and that it is drawn at all."""

import struct
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.procedure.facts import Facts, Record
from knowledge.procedure.model import Procedure
from knowledge.procedure.months import Months
from knowledge.procedure.picture import COLOURS, MARGIN, WIDTH, svg
from knowledge.procedure.raster import png
from knowledge.procedure.timeline import Row, timeline
from knowledge.procedure.words import cut, span_words, width_of
from tests.knowledge.procedure.made import BEGUN, cases, check, procedure, record, rows, step

SVG = "{http://www.w3.org/2000/svg}"
MADE = procedure(
    [step("a"), step("b", usually={"days": 14}, checks=[check("talk_due", "at_most", applied="a.on")])],
    [step("c", usually={"months": 2}, checks=[check("talk_due", "at_most", applied="b.on")])],
)


def drawn(title: str, found: list[Row], today: date) -> ET.Element:
    """The picture as read back."""
    return ET.fromstring(svg(title, found, today))


def words(picture: ET.Element) -> list[str]:
    """Everything that is written, from the top down."""
    return [one.text or "" for one in picture.iter(f"{SVG}text")]


def made(today: date, *records: Record) -> list[Row]:
    """The rows of the small procedure."""
    return list(rows(MADE, today, *records).values())


def test_the_three_tracks_are_told_apart() -> None:
    today = BEGUN + timedelta(days=3)
    picture = drawn("发展党员：林小雨", made(today, record(1, "a", BEGUN)), today)
    written = words(picture)
    assert written[:2] == ["发展党员：林小雨", "截至2026年3月5日"]
    assert {"已办", "可办的日子", "按计划推算", "计划", "今天", "阶段1", "阶段2"} <= set(written)
    assert {"2026年3月2日", "最晚2026年4月2日", "2026年3月16日", "现在可以办"} <= set(written)
    dots = [one.attrib for one in picture.iter(f"{SVG}circle")][2:]  # two are of the legend
    assert [(one["fill"], one["stroke"]) for one in dots] == [
        (COLOURS["done"], COLOURS["done"]),
        (COLOURS["white"], COLOURS["plan"]),
        (COLOURS["white"], COLOURS["plan"]),
    ]
    assert [float(one["cx"]) for one in dots] == sorted(float(one["cx"]) for one in dots)
    assert len(list(picture.iter(f"{SVG}path"))) == 2  # of the legend, and the one limit that hangs on a plan


def test_today_stands_between_what_was_and_what_will_be() -> None:
    today = BEGUN + timedelta(days=3)
    picture = drawn("x", made(today, record(1, "a", BEGUN)), today)
    done, planned, _ = [float(one.attrib["cx"]) for one in picture.iter(f"{SVG}circle")][2:]
    dashed = [one for one in picture.iter(f"{SVG}line") if one.get("stroke-dasharray")]
    assert done < float(dashed[-1].attrib["x1"]) < planned


def test_what_is_late_says_so() -> None:
    today = date(2026, 7, 6)
    assert "已过最晚日" in words(drawn("x", made(today, record(1, "a", BEGUN)), today))


def test_working_days_without_a_calendar_are_marked() -> None:
    notice = procedure([step("a"), step("b", checks=[check("notice_ends", "at_least", first="a.on")])])
    begun = date(2031, 3, 3)
    written = words(drawn("x", list(rows(notice, begun, record(1, "a", begun)).values()), begun))
    assert any(one.startswith("最早2031年3月") and one.endswith("（暂算）") for one in written)


@given(title=st.text(max_size=120), name=st.text(min_size=2, max_size=24))
@settings(deadline=None, max_examples=60)
def test_no_words_break_the_picture_or_leave_it(title: str, name: str) -> None:
    one = step("a")
    named = procedure([one]).model_copy(deep=True)
    stage = named.stages[0].model_copy(update={"steps": (named.steps[0].model_copy(update={"title": name}),)})
    loud = Procedure.model_construct(**{**dict(named), "stages": (stage,)})
    picture = drawn(title, list(rows(loud, BEGUN).values()), BEGUN)
    for text in picture.iter(f"{SVG}text"):
        wide = width_of(text.text or "", float(text.attrib["font-size"]))
        left = float(text.attrib["x"]) - (wide if text.get("text-anchor") == "end" else 0)
        assert left >= 0
        assert left + wide <= WIDTH


@given(case=cases())
@settings(deadline=None, max_examples=40)
def test_everything_stands_inside_and_no_two_labels_of_a_track_on_each_other(
    case: tuple[Procedure, list[Record], date],
) -> None:
    its, records, today = case
    found = timeline(its, records, Facts(its, records, {"today": today, "case.started_on": BEGUN}), today)
    picture = drawn("一件事", found, today)
    height = float(picture.attrib["height"])
    for dot in picture.iter(f"{SVG}circle"):
        assert 0 <= float(dot.attrib["cx"]) <= WIDTH
        assert float(dot.attrib["cy"]) <= height
    for bar in picture.iter(f"{SVG}rect"):
        assert float(bar.attrib.get("x", 0)) + float(bar.attrib["width"]) <= WIDTH
        assert float(bar.attrib["width"]) > 0
    by_line: dict[str, list[tuple[float, float]]] = {}
    for text in picture.iter(f"{SVG}text"):
        if text.get("text-anchor") == "end":
            continue
        left = float(text.attrib["x"])
        spans = by_line.setdefault(text.attrib["y"], [])
        spans.append((left, left + width_of(text.text or "", float(text.attrib["font-size"]))))
    for spans in by_line.values():
        spans.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_forty_steps_with_long_names_fit_a_picture_that_platforms_take() -> None:
    long = procedure(
        *[
            [step(f"s{stage}x{at}", title="向上级党组织报送有关材料并等候批复意见的步骤二三"[:24]) for at in range(8)]
            for stage in range(5)
        ]
    )
    picture = drawn("很长的名称" * 24, list(rows(long, BEGUN).values()), BEGUN)
    assert float(picture.attrib["height"]) + WIDTH <= 10_000  # Telegram takes no larger picture
    assert words(picture)[1].endswith("…")


def test_it_is_drawn_with_glyphs_of_its_own_font_and_the_same_again() -> None:
    found = made(BEGUN, record(1, "a", BEGUN))
    first = png(svg("发展党员：林小雨", found, BEGUN))
    assert first.startswith(b"\x89PNG")
    wide, high = struct.unpack(">II", first[16:24])
    assert (wide, high) == (WIDTH, int(drawn("x", found, BEGUN).attrib["height"]))
    assert png(svg("发展党员：林小雨", found, BEGUN)) == first
    assert png(svg("发展党员：林小兩", found, BEGUN)) != first  # one glyph differs, so they are no empty boxes


def test_a_year_is_written_at_each_january_and_months_where_there_is_room() -> None:
    wide = Months(date(2026, 11, 1), date(2029, 9, 1), MARGIN, WIDTH - MARGIN)
    assert date(2028, 1, 1) in wide.ticks
    assert all(wide.x(later) - wide.x(earlier) >= 60 for earlier, later in pairwise(wide.ticks))
    assert wide.x(date(2020, 1, 1)) == MARGIN
    assert wide.x(date(2040, 1, 1)) == WIDTH - MARGIN
    one = Months(date(2026, 11, 1), date(2026, 12, 1), MARGIN, WIDTH - MARGIN)
    assert one.ticks == [date(2026, 11, 1)]


def test_spans_name_a_year_once_and_names_are_cut_with_an_ellipsis() -> None:
    assert span_words(date(2026, 3, 5), date(2026, 4, 5)) == "2026年3月5日—4月5日"
    assert span_words(date(2026, 12, 5), date(2027, 1, 5)) == "2026年12月5日—2027年1月5日"
    assert (span_words(date(2026, 3, 5), None), span_words(None, None)) == ("最早2026年3月5日", "")
    assert cut("一二三四五", 10, 40) == ["一二三…"]
    assert cut("一二三四五", 10, 30, lines=2) == ["一二三", "四五"]
    assert cut("", 10, 30) == [""]
