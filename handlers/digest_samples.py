"""Invented figures: what a template is tried with by `check`, and what tests say them of."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.figures import BranchFigures, Owed, ScopeFigures, WeekCount, totals_of
from knowledge.rules.owed import Light

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)
STEADY = (WeekCount(1, 20, 18), WeekCount(1, 20, 17), WeekCount(1, 20, 16), WeekCount(2, 40, 34), WeekCount())
DUTY_ENDS = date(2026, 12, 31)


def scope(branches: list[BranchFigures], *, name: str = "清河镇党委", unanswered: int = 0) -> ScopeFigures:
    """The figures of some branches together."""
    return ScopeFigures(1, name, "/1/", ZONE, FIRST, LAST, NOW, branches, unanswered, totals_of(branches))


def well(number: int, name: str) -> BranchFigures:
    """A branch of which there is nothing to say but good."""
    return BranchFigures(
        number,
        name,
        f"/1/{number}/",
        "清河镇党委",
        members=20,
        weeks=STEADY,
        duties=7,
        done=7,
        reports=1,
        last_record_at=NOW - timedelta(days=2),
    )


def troubled(number: int, name: str) -> BranchFigures:
    """A branch with everything that can call for somebody."""
    return BranchFigures(
        number,
        name,
        f"/1/{number}/",
        "清河镇党委",
        members=11,
        weeks=(WeekCount(2, 22, 7), *STEADY[1:]),
        duties=8,
        done=3,
        owed=(
            Owed("general_meeting", Light.RED, DUTY_ENDS, missed=date(2026, 7, 1)),
            Owed("committee_meeting", Light.RED, date(2026, 11, 30), missed=date(2026, 10, 1)),
            Owed("theme_day", Light.YELLOW, date(2026, 11, 30)),
            Owed("group_meeting", Light.YELLOW, date(2026, 11, 30), count=2),
            Owed("appraisal", Light.NONE, DUTY_ENDS),
        ),
        reports=4,
        unread=3,
        oldest_unread_at=NOW - timedelta(days=9),
        cases_open=5,
        cases_moved=1,
        cases_late=2,
        term_ends=date(2026, 11, 1),
        probations_ending=2,
        last_record_at=NOW - timedelta(days=1),
        unanswered=2,
        unreachable=2,
    )


def quiet(number: int, name: str, days: int | None = 33) -> BranchFigures:
    """A branch without a record for so many days, or without any."""
    last = None if days is None else NOW - timedelta(days=days)
    return BranchFigures(number, name, f"/1/{number}/", "清河镇党委", members=5, duties=6, last_record_at=last)


def samples() -> list[ScopeFigures]:
    """Nothing there, nothing done, one branch, all well, all that can be, and very many branches."""
    mixed = [
        well(2, "柳荫村第一党支部"),
        troubled(3, "青禾纺织厂党支部"),
        quiet(4, "丰收农机合作社党支部"),
        quiet(5, "镇机关党支部", None),
    ]
    many = [(well, troubled, quiet)[number % 3](number + 2, f"第{number}村党支部") for number in range(100)]
    return [
        scope([]),
        scope([quiet(2, "柳荫村第一党支部", 1)]),
        scope([troubled(2, "青禾纺织厂党支部")], unanswered=1),
        scope([well(2, "柳荫村第一党支部"), well(3, "镇中心小学党支部")]),
        scope(mixed, unanswered=3),
        scope(many, unanswered=41),
    ]
