"""What a digest says of its figures: what is pressing, the gravest first, how the week went, and what went well."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.figures import BranchFigures, DigestStyle, Owed, ScopeFigures, Totals, WeekCount, totals_of
from handlers.markup import escape
from handlers.screen import SCREEN, folded, lines
from handlers.wording import Marked, Texts
from knowledge.rules.owed import Light

LATE_AFTER = timedelta(hours=3)
"""What is sent so long after its moment says that it is late, and waits for an hour at which people are spoken to: its
reader chose another, and nobody's telephone should ring at night because a machine is back."""
UNREAD_AFTER = timedelta(days=7)
"""Reports that wait shorter than this are the secretary's business alone."""
SOON = timedelta(days=30)
"""An election that is due within this time is pressing; until then it is only listed."""
GRAVITY = ("term_over", "cases_late", "no_record", "quiet", "owed", "low_attendance", "unread", "term_soon")
"""Why a branch needs help, the gravest first: who reads only the first lines should read what matters."""
SHOWN, UNFOLDED = 3, 12
"""How many branches that need help are named: in what is sent, and in all of it. The table has everybody."""
PRESSING = 6
"""Lines of a screen that these take together, two for each of three."""
NAMED, NAMED_UNFOLDED = 3, 10
"""How many branches are named that something can be said of alike."""
A_FEW = 3
"""Of fewer people than this no share is spoken of."""
MANY_MORE = 10
"""By how many points of a hundred attendance has grown when it is worth a word."""
SMALL = 10
"""Lines of a screen that a secretary's digest takes at most."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody should look at a branch: a key of texts/zh/digest.yaml, and what stands in its sentence."""

    key: str
    number: int = 0
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needing:
    """A branch that needs somebody, and why, the gravest first; never without a reason."""

    branch: BranchFigures
    reasons: tuple[Reason, ...]


def week_of(day: date) -> str:
    """The ISO week that a day is in, as "2026-W47"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def needs(branch: BranchFigures, now: datetime, today: date, quiet_days: int) -> tuple[Reason, ...]:
    """Why somebody should look at a branch; empty when all is well. `today` is the local day of `now`."""
    found = [*_of_terms(branch, today), *_of_records(branch, now, quiet_days)]
    if branch.cases_late:
        found.append(Reason("cases_late", branch.cases_late))
    if missed := tuple(dict.fromkeys(owed.what for owed in branch.owed if owed.light is Light.RED)):
        found.append(Reason("owed", len(missed), missed))
    share = percent(branch.week)
    if share is not None and branch.week.expected >= A_FEW and branch.week.present * 2 < branch.week.expected:
        found.append(Reason("low_attendance", share))
    if branch.oldest_unread_at is not None and now - branch.oldest_unread_at > UNREAD_AFTER:
        found.append(Reason("unread", (now - branch.oldest_unread_at).days))
    return tuple(sorted(found, key=lambda one: GRAVITY.index(one.key)))


def _of_terms(branch: BranchFigures, today: date) -> list[Reason]:
    if branch.term_ends is None or branch.term_ends > today + SOON:
        return []
    days = (branch.term_ends - today).days
    return [Reason("term_over", -days) if days < 0 else Reason("term_soon", days)]


def _of_records(branch: BranchFigures, now: datetime, quiet_days: int) -> list[Reason]:
    if branch.last_record_at is None:
        return [Reason("no_record")]
    days = (now - branch.last_record_at).days
    return [Reason("quiet", days)] if days >= quiet_days else []


def needing_of(figures: ScopeFigures, style: DigestStyle) -> list[Needing]:
    """The branches that need somebody, the gravest first, and of what is equally grave the longest or most."""
    today = figures.now.astimezone(figures.zone).date()
    found = [
        Needing(branch, reasons)
        for branch in figures.branches
        if (reasons := needs(branch, figures.now, today, style.quiet_days))
    ]
    return sorted(found, key=lambda one: (GRAVITY.index(one.reasons[0].key), -one.reasons[0].number, -len(one.reasons)))


def reason_words(texts: Texts, reason: Reason) -> str:
    """One reason as a clause."""
    return texts.say("digest.reason", reason.key, number=reason.number, what=what_words(texts, reason.what))


def what_words(texts: Texts, what: Sequence[str], most: int = 2) -> Marked:
    """What is owed, by name: the first few of them."""
    named = "、".join(texts.say("frequencies", key) for key in what[:most])
    return Marked(texts.say("digest", "and_more", named=Marked(named), count=len(what)) if len(what) > most else named)


def percent(week: WeekCount) -> int | None:
    """The attendance in per cent; None where nobody was expected."""
    return None if week.rate is None else round(100 * week.rate)


def points(change: float | None) -> int | None:
    """A change of attendance in points of a hundred."""
    return None if change is None else round(100 * change)


def _all_came(branch: BranchFigures) -> bool:
    return branch.week.expected >= A_FEW and branch.week.present == branch.week.expected


def _all_done(branch: BranchFigures) -> bool:
    return branch.duties > 0 and branch.done == branch.duties


def _more_came(branch: BranchFigures) -> bool:
    before = sum(branch.weeks[1:], WeekCount())
    now, then = percent(branch.week), percent(before)
    few = branch.week.expected < A_FEW or before.expected < A_FEW
    return now is not None and then is not None and not few and now >= 50 and now - then >= MANY_MORE


def _moved_on(branch: BranchFigures) -> bool:
    return branch.cases_moved > 0 and not branch.cases_late


def _all_read(branch: BranchFigures) -> bool:
    return branch.reports > 0 and not branch.unread


GOOD: tuple[tuple[str, Callable[[BranchFigures], bool]], ...] = (
    ("all_came", _all_came),
    ("all_done", _all_done),
    ("more_came", _more_came),
    ("moved_on", _moved_on),
    ("all_read", _all_read),
)
"""What is worth praising: of branches, never of persons, and never in an order of merit."""


@dataclass(frozen=True, slots=True)
class Good:
    """Something worth praising: in which words, the first branches it is true of, and of how many."""

    words: str
    names: tuple[str, ...]
    count: int


def good_of(texts: Texts, branches: Sequence[BranchFigures], named: int) -> list[Good]:
    """What went well, each with the branches it is true of in the order of the tree."""
    found = []
    for key, holds in GOOD:
        names = tuple(branch.name for branch in branches if holds(branch))
        if names:
            found.append(Good(texts.say("digest.good", key), names[:named], len(names)))
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """A branch that needs somebody, as it is said."""

    name: str
    reasons: tuple[Marked, ...]


def _line(texts: Texts, one: Needing, room: int) -> Line:
    """The gravest reason, and as many more as fit so many lines of a screen."""
    words = [Marked(reason_words(texts, reason)) for reason in one.reasons]
    while len(words) > 1 and lines(f"- **{escape(one.branch.name)}**：{'；'.join(words)}") > room:
        words.pop()
    return Line(one.branch.name, tuple(words))


def digest_values(texts: Texts, figures: ScopeFigures, style: DigestStyle, *, whole: bool) -> dict[str, object]:
    """What the template digest.j2 is given; docs/digest.md says what each is."""
    needing = needing_of(figures, style)
    shown = UNFOLDED if whole else SHOWN
    room = SCREEN if whole else PRESSING // max(1, min(len(needing), shown))
    named = NAMED_UNFOLDED if whole else NAMED
    totals: Totals = figures.totals
    good = good_of(texts, figures.branches, named)
    # Those that are named above because of it need no second line.
    unsaid = [reason.key for one in needing[0 if whole else shown :] for reason in one.reasons]
    return {
        "whole": whole,
        "late": style.late,
        "pressing_only": style.pressing_only and not whole,
        "place": figures.name,
        "first": figures.first,
        "last": figures.last,
        "branches": totals.branches,
        "needing": [_line(texts, one, room) for one in needing[:shown]],
        "needing_count": len(needing),
        "totals": totals,
        "week": totals.weeks[0],
        "rate": percent(totals.weeks[0]),
        "to_last_week": points(totals.change_to_last_week),
        "to_mean": points(totals.change_to_mean),
        "elections": _ends(figures, named) if whole else [],
        "quiet": unsaid.count("quiet") + unsaid.count("no_record"),
        "quiet_days": style.quiet_days,
        "good": good if whole else good[:1],
        "unanswered": figures.unanswered,
    }


@dataclass(frozen=True, slots=True)
class End:
    """A branch whose committee's term ends."""

    name: str
    on: date


def _ends(figures: ScopeFigures, named: int) -> list[End]:
    ends = [End(one.name, one.term_ends) for one in figures.branches if one.term_ends is not None]
    return sorted(ends, key=lambda one: one.on)[:named]


def own_values(texts: Texts, figures: ScopeFigures, style: DigestStyle) -> dict[str, object]:
    """What the template digest_own.j2 is given: a secretary's own branch."""
    totals = figures.totals or totals_of(figures.branches)
    waiting = [one.oldest_unread_at for one in figures.branches if one.oldest_unread_at is not None]
    owed = [one for branch in figures.branches for one in branch.owed]
    ends = [one.term_ends for one in figures.branches if one.term_ends is not None]
    today = figures.now.astimezone(figures.zone).date()
    return {
        "late": style.late,
        "pressing_only": style.pressing_only,
        "place": figures.name,
        "first": figures.first,
        "last": figures.last,
        "missed": _owed_words(texts, owed, Light.RED),
        "soon": _owed_words(texts, owed, Light.YELLOW),
        "soon_until": min((one.last for one in owed if one.light is Light.YELLOW), default=None),
        "term_ends": min(ends, default=None),
        "term_over": bool(ends) and min(ends) < today,
        "totals": totals,
        "week": totals.weeks[0],
        "rate": percent(totals.weeks[0]),
        "to_last_week": points(totals.change_to_last_week),
        "to_mean": points(totals.change_to_mean),
        "waiting_days": (figures.now - min(waiting)).days if waiting else 0,
        "unanswered": figures.unanswered,
    }


def _owed_words(texts: Texts, owed: Sequence[Owed], light: Light) -> Marked:
    """What is owed with a light, by name; empty when nothing is."""
    return what_words(texts, tuple(dict.fromkeys(one.what for one in owed if one.light is light)), most=3)


def digest_words(texts: Texts, figures: ScopeFigures, style: DigestStyle) -> tuple[str, bool]:
    """The message on one screen, and whether there is more to unfold."""
    if style.own:
        return folded(texts.document("digest_own.j2", **own_values(texts, figures, style)), SMALL), False
    body = texts.document("digest.j2", **digest_values(texts, figures, style, whole=False))
    return folded(body, SCREEN), body != unfolded_words(texts, figures, style)


def unfolded_words(texts: Texts, figures: ScopeFigures, style: DigestStyle) -> str:
    """All of an official's digest."""
    return texts.document("digest.j2", **digest_values(texts, figures, style, whole=True))
