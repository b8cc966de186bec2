"""The table of a digest: every branch with its figures, to sort, print and pass on."""

from typing import TypeVar

from handlers.digest_words import percent, points, what_words
from handlers.figures import BranchFigures, DigestStyle, ScopeFigures, WeekCount
from handlers.markup import to_plain
from handlers.messages import Document
from handlers.sheets import Value, workbook
from handlers.wording import Texts
from knowledge.rules.owed import Light

COLUMNS = (
    "branch",
    "above",
    "meetings",
    "expected",
    "present",
    "rate",
    "to_last_week",
    "to_mean",
    "duties",
    "done",
    "missed",
    "soon",
    "reports",
    "unread",
    "cases",
    "moved",
    "late",
    "term",
    "probations",
    "last_record",
)
"""What stands in the columns, in this order; their heads are in texts/zh/digest_sheet.yaml."""


def table(texts: Texts, figures: ScopeFigures, style: DigestStyle) -> Document:
    """A row for each branch in the order of the tree, and the sum below."""

    def say(key: str, **values: object) -> str:
        return to_plain(texts.say("digest_sheet", key, **values))

    rows = [_row(texts, figures, one) for one in figures.branches]
    if len(rows) > 1:
        rows.append(_sum(say("sum"), figures))
    heads = [to_plain(texts.say("digest_sheet.heads", key)) for key in COLUMNS]
    if len({one.above for one in figures.branches}) < 2:  # the same on each line says nothing
        heads, rows = _without_above(heads), [_without_above(row) for row in rows]
    return workbook(
        say("name", place=figures.name, first=figures.first),
        say("title", place=figures.name),
        [
            say(
                "period",
                first=figures.first,
                last=figures.last,
                on=figures.now.astimezone(figures.zone),
                late=style.late,
            ),
            say("note"),
        ],
        heads,
        rows,
        landscape=True,
    )


T = TypeVar("T")


def _without_above(values: list[T]) -> list[T]:
    at = COLUMNS.index("above")
    return [*values[:at], *values[at + 1 :]]


def _row(texts: Texts, figures: ScopeFigures, one: BranchFigures) -> list[Value]:
    before = sum(one.weeks[1:], WeekCount())
    return [
        one.name,
        one.above,
        one.week.meetings,
        one.week.expected,
        one.week.present,
        _share(one.week),
        _change(one.week, one.weeks[1]),
        _change(one.week, before),
        one.duties,
        one.done,
        _owed(texts, one, Light.RED),
        _owed(texts, one, Light.YELLOW),
        one.reports,
        one.unread,
        one.cases_open,
        one.cases_moved,
        one.cases_late,
        one.term_ends.isoformat() if one.term_ends else "",
        one.probations_ending,
        f"{one.last_record_at.astimezone(figures.zone):%Y-%m-%d}" if one.last_record_at else "—",
    ]


def _share(week: WeekCount) -> str:
    share = percent(week)
    return "—" if share is None else f"{share}%"


def _change(now: WeekCount, before: WeekCount) -> str:
    change = points(None if now.rate is None or before.rate is None else now.rate - before.rate)
    return "—" if change is None else f"{change:+d}"


def _owed(texts: Texts, one: BranchFigures, light: Light) -> str:
    what = tuple(dict.fromkeys(owed.what for owed in one.owed if owed.light is light))
    return to_plain(what_words(texts, what, most=len(what)))


def _sum(words: str, figures: ScopeFigures) -> list[Value]:
    totals, week = figures.totals, figures.totals.weeks[0]
    return [
        words,
        "",
        week.meetings,
        week.expected,
        week.present,
        _share(week),
        _signed(points(totals.change_to_last_week)),
        _signed(points(totals.change_to_mean)),
        totals.duties,
        totals.done,
        totals.owed_red,
        totals.owed_yellow,
        totals.reports,
        totals.unread,
        totals.cases_open,
        totals.cases_moved,
        totals.cases_late,
        totals.elections,
        totals.probations_ending,
        "",
    ]


def _signed(change: int | None) -> str:
    return "—" if change is None else f"{change:+d}"
