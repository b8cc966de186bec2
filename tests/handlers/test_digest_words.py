"""What a digest says of invented figures: nothing there, one branch, very many, all well, and everything at once."""

import zipfile
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from handlers.digest import digest_of
from handlers.digest_chart import BARS, bars_of, chart
from handlers.digest_samples import NOW, quiet, samples, scope, troubled, well
from handlers.digest_sheet import table
from handlers.digest_words import (
    GRAVITY,
    SMALL,
    Reason,
    digest_words,
    good_of,
    needing_of,
    needs,
    own_values,
    unfolded_words,
    week_of,
)
from handlers.figures import BranchFigures, DigestStyle, Owed, ScopeFigures, WeekCount
from handlers.markup import to_plain
from handlers.screen import SCREEN, lines
from knowledge.rules.owed import Light
from tests.fakes import TEXTS

FULL, PRESSING, LATE, OWN = (
    DigestStyle(),
    DigestStyle(pressing_only=True),
    DigestStyle(late=True),
    DigestStyle(own=True),
)
TODAY = date(2026, 11, 23)
NOTHING_TO_WORRY = "本周没有需要您操心的事。"


def said(figures: ScopeFigures, style: DigestStyle = FULL) -> str:
    """The message as people see it."""
    return to_plain(digest_words(TEXTS, figures, style)[0])


def calm(number: int = 2, **more: object) -> BranchFigures:
    """A branch of which there is nothing to say."""
    plain = BranchFigures(number, f"第{number}党支部", f"/1/{number}/", "清河镇党委", last_record_at=NOW)
    return replace(plain, **more)  # type: ignore[arg-type]  # whatever the test is about


@pytest.mark.parametrize("figures", samples(), ids=["none", "idle", "one", "well", "mixed", "many"])
@pytest.mark.parametrize("style", [FULL, PRESSING, LATE, OWN, replace(OWN, late=True)])
def test_whatever_happened_fits_a_screen(figures: ScopeFigures, style: DigestStyle) -> None:
    body, _ = digest_words(TEXTS, figures, style)
    assert lines(body) <= (SMALL if style.own else SCREEN)
    assert ("补发" in body) == style.late
    assert "None" not in body
    assert "\n\n\n" not in body


def test_the_first_lines_say_what_needs_somebody_the_gravest_first() -> None:
    branches = [
        calm(2, oldest_unread_at=NOW - timedelta(days=8), unread=1),
        calm(3, weeks=(WeekCount(1, 10, 4), *(WeekCount(),) * 4)),
        calm(4, cases_late=1),
        calm(5, term_ends=TODAY - timedelta(days=1)),
    ]
    assert said(scope(branches)).splitlines()[:5] == [
        "清河镇党委周报 11月16日—22日",
        "• 第5党支部：任期届满 1 天，还没换届",
        "• 第4党支部：1 件事过了规定日子",
        "• 第3党支部：到会率只有 40%",
        "另有 1 个要操心，共 4 个支部。",
    ]
    assert "第2党支部：有材料等了 8 天，书记还没看" in to_plain(unfolded_words(TEXTS, scope(branches), FULL))


def test_of_what_is_equally_grave_the_longest_comes_first() -> None:
    found = needing_of(scope([quiet(2, "一", 31), quiet(3, "二", 90), quiet(4, "三", 40)]), FULL)
    assert [one.branch.name for one in found] == ["二", "三", "一"]


@pytest.mark.parametrize(
    ("branch", "reasons"),
    [
        (calm(), []),
        (calm(last_record_at=None), [Reason("no_record")]),
        (calm(last_record_at=NOW - timedelta(days=29, hours=23)), []),
        (calm(last_record_at=NOW - timedelta(days=30)), [Reason("quiet", 30)]),
        (calm(weeks=(WeekCount(1, 2, 0),) * 5), []),
        (calm(weeks=(WeekCount(1, 10, 5),) * 5), []),
        (calm(weeks=(WeekCount(1, 10, 4),) * 5), [Reason("low_attendance", 40)]),
        (calm(oldest_unread_at=NOW - timedelta(days=7)), []),
        (calm(oldest_unread_at=NOW - timedelta(days=8)), [Reason("unread", 8)]),
        (calm(term_ends=TODAY + timedelta(days=31)), []),
        (calm(term_ends=TODAY + timedelta(days=30)), [Reason("term_soon", 30)]),
        (calm(term_ends=TODAY), [Reason("term_soon", 0)]),
        (calm(term_ends=TODAY - timedelta(days=1)), [Reason("term_over", 1)]),
        (calm(owed=(Owed("lecture", Light.YELLOW, TODAY),)), []),
        (calm(owed=(Owed("lecture", Light.RED, TODAY),) * 2), [Reason("owed", 1, ("lecture",))]),
    ],
)
def test_a_branch_needs_somebody_from_a_border_on(branch: BranchFigures, reasons: list[Reason]) -> None:
    assert list(needs(branch, NOW, TODAY, 30)) == reasons


def test_after_how_many_days_a_branch_is_quiet_is_the_readers_choice() -> None:
    branch = quiet(2, "一", 33)
    assert [one.key for one in needs(branch, NOW, TODAY, 15)] == ["quiet"]
    assert needs(branch, NOW, TODAY, 60) == ()


def test_every_reason_has_its_words() -> None:
    assert set(TEXTS.files["digest"]["reason"]) == set(GRAVITY) == set(TEXTS.files["digest_nudge"]["reason"])
    found = needs(replace(troubled(2, "一"), last_record_at=None), NOW, TODAY, 30)
    assert [one.key for one in found] == [key for key in GRAVITY if key not in ("quiet", "term_soon")]


def test_when_all_is_well_it_says_so_and_praises_by_count() -> None:
    body = said(scope([well(2, "柳荫村第一党支部"), well(3, "镇中心小学党支部")]))
    assert body.splitlines()[1] == NOTHING_TO_WORRY
    assert "到会率 90%，比上周高 5 个点，比前四周高 6 个点" in body
    assert "• 值得肯定 该办的都办了：柳荫村第一党支部、镇中心小学党支部" in body


def test_praise_is_true_and_no_order_of_merit() -> None:
    before = (WeekCount(1, 20, 10),) * 4
    praised = {
        "all_came": calm(weeks=(WeekCount(2, 20, 20), *before)),
        "all_done": calm(duties=4, done=4),
        "more_came": calm(weeks=(WeekCount(1, 20, 12), *before)),
        "moved_on": calm(cases_moved=1),
        "all_read": calm(reports=2),
    }
    for key, branch in praised.items():
        assert TEXTS.say("digest.good", key) in [one.words for one in good_of(TEXTS, [branch], 3)], key
    others = [
        calm(weeks=(WeekCount(1, 2, 2), *before)),  # two people are no meeting to speak of
        calm(weeks=(WeekCount(1, 20, 9), *((WeekCount(1, 20, 4),) * 4))),  # more than before, and still few
        calm(weeks=(WeekCount(1, 20, 11), *before)),
        calm(duties=4, done=3),
        calm(cases_moved=1, cases_late=1),
        calm(reports=2, unread=1),
        calm(),
    ]
    assert good_of(TEXTS, others, 3) == []
    many = good_of(TEXTS, [calm(number, reports=1) for number in range(2, 9)], 3)
    assert [(one.names, one.count) for one in many] == [(("第2党支部", "第3党支部", "第4党支部"), 7)]


def test_nothing_at_all_is_said_in_words_and_not_in_zeros() -> None:
    assert said(scope([])).splitlines()[1:] == ["这里还没有登记党支部。"]
    idle = said(scope([calm()]))
    assert idle.splitlines()[1:] == [NOTHING_TO_WORRY, "", "这一周没有开会，也没有新交的材料和新办的事。"]


def test_a_week_without_a_meeting_before_it_is_compared_with_none() -> None:
    body = said(scope([calm(weeks=(WeekCount(1, 10, 9), *(WeekCount(),) * 4))]))
    assert "到会率 90%" in body
    assert "比" not in body
    same = said(scope([calm(weeks=(WeekCount(1, 10, 9),) * 5)]))
    assert "比上周持平，比前四周持平" in same


def test_who_wants_only_what_is_pressing_reads_no_sums_and_gets_no_files() -> None:
    body = said(samples()[4], PRESSING)
    assert "青禾纺织厂党支部" in body
    assert "到会率" not in body
    assert said(samples()[3], PRESSING).splitlines()[1:] == [NOTHING_TO_WORRY]


def test_a_name_with_marks_is_shown_as_it_is() -> None:
    body = said(scope([calm(name="**第[1]**党支部", last_record_at=None)]))
    assert "**第[1]**党支部：还没有任何记录" in body


def test_a_secretary_reads_what_is_owed_what_is_due_and_what_came_in() -> None:
    busy = replace(troubled(2, "青禾纺织厂党支部"), term_ends=date(2026, 12, 20), cases_late=0, probations_ending=0)
    own = replace(scope([busy]), name=busy.name)
    assert said(own, OWN).splitlines() == [
        "青禾纺织厂党支部 11月16日—22日",
        "• 上一期缺：党员大会、支委会",
        "• 该办了：主题党日、党小组会（11月30日前）",
        "• 2026年12月20日届满",
        "• 待阅材料 3 份，最早等了 9 天",
        "• 这一期该办 8 项，办了 3 项",
        "• 开会 2 次，到会率 32%，……",
    ]
    assert own_values(TEXTS, own, OWN)["rate"] == 32


def test_a_week_is_named_as_iso_does() -> None:
    assert week_of(date(2027, 1, 3)) == "2026-W53"
    assert week_of(date(2027, 1, 4)) == "2027-W01"


async def test_buttons_lead_to_the_branches_named_to_all_of_them_and_to_the_settings() -> None:
    digest = await digest_of(TEXTS, samples()[5], FULL)
    payloads = [button.payload for row in digest.rows for button in row]
    week = "2026-W47"
    assert payloads == [
        *(f"digest_branch.{number}.{week}" for number in (3, 6, 9)),
        f"digest_whole.1.{week}",
        f"digest_branches.1.{week}",
        "digest_settings.1",
    ]
    assert [document.name[-4:] for document in digest.documents] == [".png", "xlsx"]
    own = await digest_of(TEXTS, samples()[2], OWN)
    assert [button.payload for row in own.rows for button in row] == ["owed", "reports", "cases", "digest_settings.1"]
    assert own.documents == ()
    assert (await digest_of(TEXTS, samples()[4], PRESSING)).documents == ()


@pytest.mark.draws
async def test_the_chart_is_drawn_as_a_picture_a_phone_can_show() -> None:
    digest = await digest_of(TEXTS, samples()[4], FULL)
    picture = digest.documents[0].blob
    assert picture.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(picture[16:20], "big") == 1080
    assert len(picture) < 300_000


async def test_a_digest_goes_out_without_its_chart_when_that_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: str) -> bytes:
        raise OSError("no memory")

    monkeypatch.setattr("handlers.digest.drawn", broken)
    digest = await digest_of(TEXTS, samples()[4], FULL)
    assert [document.name for document in digest.documents] == ["清河镇党委周报_20261116.xlsx"]


@pytest.mark.parametrize("figures", samples())
def test_the_chart_is_svg_with_a_bar_for_each_branch_or_for_what_is_above_them(figures: ScopeFigures) -> None:
    bars = bars_of(figures)
    assert len(bars) <= BARS
    assert sum(bar.totals.branches for bar in bars) == len(figures.branches)
    assert sum(bar.totals.duties for bar in bars) == figures.totals.duties
    drawn = ElementTree.fromstring(chart(TEXTS, figures))
    words = "".join(drawn.itertext())
    assert all(bar.name in words for bar in bars)
    assert drawn.get("width") == "1080"
    assert not [part for part in drawn.iter() if "href" in "".join(part.attrib)]


def test_many_branches_are_put_together_by_what_is_above_them() -> None:
    branches = [calm(number, above=f"第{number % 3}党总支") for number in range(2, 22)]
    assert [bar.name for bar in bars_of(scope(branches))] == ["第2党总支", "第0党总支", "第1党总支"]
    apart = [replace(one, above=one.name) for one in branches]
    worst = replace(apart[-1], owed=(Owed("lecture", Light.RED, TODAY),), duties=1)
    bars = bars_of(scope([*apart[:-1], worst]))
    assert (len(bars), bars[-1].name, bars[-1].totals.branches) == (BARS, "", len(branches) - BARS + 1)
    assert worst.name in [bar.name for bar in bars]


def test_a_name_that_is_no_xml_is_drawn_all_the_same() -> None:
    drawn = chart(TEXTS, scope([calm(name="<&>\x07“第一”党支部")]))
    assert "&lt;&amp;&gt;“第一”党支部" in drawn
    ElementTree.fromstring(drawn)


def test_the_table_has_every_branch_and_their_sum() -> None:
    figures = samples()[4]
    found = table(TEXTS, figures, LATE)
    assert zipfile.is_zipfile(BytesIO(found.blob))
    rows = [list(row) for row in load_workbook(BytesIO(found.blob)).active.iter_rows(values_only=True)]
    heads = next(row for row in rows if row[0] == "支部")
    at = rows.index(heads)
    assert [row[0] for row in rows[at + 1 : at + 6]] == [*(one.name for one in figures.branches), "合计"]
    assert "上级" not in heads  # it is the same for all
    trouble = dict(zip(heads, rows[at + 2], strict=True))
    assert trouble == {
        "支部": "青禾纺织厂党支部",
        "开会": 2,
        "应到人次": 22,
        "实到人次": 7,
        "到会率": "32%",
        "比上周": "-53",
        "比前四周": "-52",
        "该办": 8,
        "办了": 3,
        "上期缺": "党员大会、支委会",
        "快到期": "主题党日、党小组会",
        "交材料": 4,
        "待阅": 3,
        "在办的事": 5,
        "有进展": 1,
        "超期": 2,
        "届满": "2026-11-01",
        "预备期将满": 2,
        "最近记录": "2026-11-22",
    }
    assert "补发" in str(rows[1][0])


def test_a_branch_named_like_a_formula_stays_a_name() -> None:
    found = table(TEXTS, scope([calm(name="=1+1"), calm(3, above="=2")]), FULL)
    sheet = load_workbook(BytesIO(found.blob)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")} == {"s"}
