"""The figures of one organization and everything below it, as a conversation asks for them."""

from datetime import date, datetime, time, timedelta

from handlers.dialogue.turn import Place
from handlers.figures import WEEKS, BranchFigures, ScopeFigures, WeekCount, totals_of
from storage.database import Session
from storage.digest import unanswered_between, week_figures


async def figures_of(session: Session, place: Place, day: date, now: datetime) -> ScopeFigures:
    """The week that a day is in, on the clock of the place."""
    monday = datetime.combine(day - timedelta(days=day.isoweekday() - 1), time(), place.zone)
    weeks = [
        await week_figures(session, place.path, monday - timedelta(weeks=back), monday + timedelta(weeks=1 - back))
        for back in range(WEEKS)
    ]
    counts = [[WeekCount(one.meetings_held, one.expected, one.present) for one in week] for week in weeks]
    branches = [
        BranchFigures(
            one.organization_id,
            one.name,
            place.path,
            "",
            weeks=tuple(week[at] for week in counts),
            reports=one.reports,
            unread=one.unread_reports,
            oldest_unread_at=one.oldest_unread_at,
            cases_open=one.open_cases,
            last_record_at=one.last_record_at,
        )
        for at, one in enumerate(weeks[0])
    ]
    unanswered = await unanswered_between(session, place.path, monday, monday + timedelta(weeks=1))
    last = monday.date() + timedelta(days=6)
    return ScopeFigures(
        place.organization_id,
        place.name,
        place.path,
        place.zone,
        monday.date(),
        last,
        now,
        branches,
        unanswered,
        totals_of(branches),
    )
