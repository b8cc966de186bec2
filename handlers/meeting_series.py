"""Meetings that come back every month on one day: each is proposed a week before, and one tap convenes it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.agenda import Agenda, AgendaKinds, guessed_kind
from handlers.convening import convened, say_convened, usual_agenda
from handlers.dialogue import Choice, Clock, Dialogue, Number, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Turn, record_id
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.reminders import Reminder, is_civil
from handlers.router import reply
from handlers.wording import Texts
from knowledge.rules.working_days import is_provisional, is_working_day, next_working_day, previous_working_day
from storage.database import Session
from storage.meeting_series import (
    SeriesView,
    active_series,
    add_series,
    hold_series,
    is_convened,
    series_of,
    stop_series,
    take_proposal,
)
from storage.meetings import add_meeting, expected_attendees, meetings_of
from storage.models import MeetingKind, OrganizationKind
from storage.people import audit, secretaries_of

KINDS = (
    MeetingKind.THEME_DAY,
    MeetingKind.COMMITTEE_MEETING,
    MeetingKind.LECTURE,
    MeetingKind.GENERAL_MEETING,
)
BEFORE = timedelta(days=7)
"""How long before its day a meeting is proposed."""
AT_MOST = timedelta(days=62)
"""Nothing is convened by one tap for a day further off than this."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One month's meeting of a series; `moved` when its day is none on which people work, `provisional` when the days
    off of that year are not known yet."""

    month: date
    starts_at: datetime
    moved: bool
    provisional: bool


def planned_in(day: int, minute: int, month: date, zone: ZoneInfo) -> Planned:
    """A month's meeting: on its day or, if that is a day off, on the working day before, always in that month.

    Source: 支部工作条例（试行）2018, article 16, for one day a month; moving it before a day off is a custom.
    """
    fixed = month.replace(day=day)
    held_on = fixed if is_working_day(fixed) else previous_working_day(fixed)
    if held_on.month != month.month:
        held_on = next_working_day(fixed)
    at = datetime.combine(held_on, time(minute // 60, minute % 60), zone)
    return Planned(month, at, held_on != fixed, is_provisional(month.year))


def _months_from(today: date) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


@dialogue("fix_series", role=Role.SECRETARY)
async def fix_a_day(d: Dialogue) -> None:
    """The secretary fixes a day of every month for a meeting; an earlier one of that kind is replaced."""
    if d.place.kind not in (OrganizationKind.BRANCH, OrganizationKind.GENERAL_BRANCH):
        raise Refused("branches_only")
    kind = await d.ask("kind", Choice(MeetingKind, KINDS))
    day = await d.ask("day", Number(at_least=1, at_most=28))
    clock = await d.ask("clock", Clock())
    earlier = await meetings_of(d.session, d.place.organization_id, limit=5)
    place = await d.ask("place", Text(max_length=60, suggestions=[past.place for past in earlier][:3]))
    usual = usual_agenda(d.texts, kind)
    agenda = await d.ask("agenda", Agenda(usual), usual=usual)
    guessed = [guessed_kind(point) for point in agenda]
    kinds = await d.ask("kinds", AgendaKinds(agenda, guessed), presumed=guessed)
    minute = clock.hour * 60 + clock.minute
    plans = (planned_in(day, minute, month, d.zone) for month in _months_from(d.today))
    coming = next(one for one in plans if one.starts_at > d.now)
    before = [one for one in await series_of(d.session, d.place.organization_id) if one.kind is kind]
    await d.confirm(coming=coming.starts_at, moved=coming.moved, replaced=bool(before))
    id = await add_series(
        d.session,
        organization_id=d.place.organization_id,
        kind=kind,
        day=day,
        minute=minute,
        place=place,
        agenda=list(zip(agenda, kinds, strict=True)),
        created_by_id=d.turn.person_id,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, d.place.organization_id, "fix_series", f"series:{id}")
    await d.say("fixed", kind=kind, day=day, rows=_list_button(d.texts))


def _list_button(texts: Texts) -> Rows:
    return ((Button(texts.title("series"), "series"),),)


@reply("series", role=Role.SECRETARY)
async def list_series(turn: Turn, argument: str) -> None:
    """What comes back every month in a secretary's branches, each with a button to stop it."""
    found = [
        one for place in turn.places(Role.SECRETARY) for one in await series_of(turn.session, place.organization_id)
    ]
    say = turn.texts.say
    lines = [
        say("meeting_series.series", "line", one=one, clock=time(one.minute // 60, one.minute % 60)) for one in found
    ]
    rows: Rows = tuple(
        (Button(say("meeting_series.series", "stop", kind=one.kind, day=one.day), f"stop_series.{one.id}"),)
        for one in found
    )
    fix = Button(turn.texts.title("fix_series"), "fix_series")
    await turn.say(say("meeting_series.series", "list", lines=lines), rows=(*rows, (fix, *back_to_menu(turn)[0])))


@dialogue("stop_series", role=Role.SECRETARY)
async def stop(d: Dialogue) -> None:
    """A meeting does not come back any more; what was convened already stays."""
    argument = str(d.given.get("argument", ""))
    if not argument:
        raise Refused("which_series")
    one = await _series_of_mine(d.turn, argument)
    if not one.active:
        raise Refused("stopped_already")
    await d.confirm(kind=one.kind, day=one.day)
    if not await stop_series(d.session, one.id):
        await d.say("stopped_already")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, one.organization_id, "stop_series", f"series:{one.id}")
    await d.say("stopped", kind=one.kind, day=one.day)


async def _series_of_mine(turn: Turn, number: str) -> SeriesView:
    one = await hold_series(turn.session, record_id(number))
    if one is None:
        raise Refused("gone")
    turn.require_at(Role.SECRETARY, one.path)
    return one


@reply("convene_series", role=Role.SECRETARY)
async def convene_as_planned(turn: Turn, argument: str) -> None:
    """One tap on a proposal: that month's meeting is convened as it was fixed, once."""
    number, _, month = argument.partition(".")
    one = await _series_of_mine(turn, number)
    planned = _planned(one, month)
    if planned is None or planned.starts_at - turn.now > AT_MOST:
        raise Refused("gone")
    if not one.active:
        raise Refused("stopped_already")
    if planned.starts_at <= turn.now:
        raise Refused("too_late_now", starts_at=planned.starts_at)
    if await _is_convened(turn.session, one, planned):
        raise Refused("convened_already", kind=one.kind)
    expected = await expected_attendees(turn.session, one.organization_id, one.kind)
    if not expected:
        raise Refused("nobody_expected", kind=one.kind)
    added = await add_meeting(
        turn.session,
        organization_id=one.organization_id,
        kind=one.kind,
        starts_at=planned.starts_at,
        place=one.place,
        agenda=[point for point, _ in one.agenda],
        kinds=[kind for _, kind in one.agenda],
        expected=expected,
        convened_by_id=turn.person_id,
        series_id=one.id,
    )
    held = await convened(turn, added.id, expected)
    await say_convened(turn, held, expected)


def _planned(one: SeriesView, month: str) -> Planned | None:
    if not (month.isascii() and month.isdecimal() and len(month) == 6):
        return None
    year, number = int(month[:4]), int(month[4:])
    if not 2020 <= year <= 2100 or not 1 <= number <= 12:
        return None
    return planned_in(one.day, one.minute, date(year, number, 1), ZoneInfo(one.timezone))


async def _is_convened(session: Session, one: SeriesView, planned: Planned) -> bool:
    zone = ZoneInfo(one.timezone)
    first = datetime.combine(planned.month, time(), zone)
    last = datetime.combine(_months_from(planned.month)[1], time(), zone)
    return await is_convened(session, one.organization_id, one.kind, first, last)


async def series_proposals(session: Session, texts: Texts, now: datetime) -> list[Reminder]:
    """To each secretary a proposal a week before a fixed day, unless that month's meeting is convened already."""
    found = []
    for one in await active_series(session):
        zone = ZoneInfo(one.timezone)
        local = now.astimezone(zone)
        plans = [planned_in(one.day, one.minute, month, zone) for month in _months_from(local.date())]
        due = [plan for plan in plans if local < plan.starts_at and plan.starts_at.date() - local.date() <= BEFORE]
        for planned in due if is_civil(now, one.timezone) else []:
            if one.proposed is not None and one.proposed >= planned.month:
                continue
            people = tuple(person.id for person in await secretaries_of(session, one.organization_id))
            if not await take_proposal(session, one.id, planned.month) or not people:
                continue
            if not await _is_convened(session, one, planned):
                found.append(_proposal(texts, one, planned, people))
    return found


def _proposal(texts: Texts, one: SeriesView, planned: Planned, people: tuple[int, ...]) -> Reminder:
    say = texts.say
    body = say(
        "meeting_series",
        "proposal",
        branch=one.organization_name,
        kind=one.kind,
        day=one.day,
        starts_at=planned.starts_at,
        moved=planned.moved,
        provisional=planned.provisional,
        place=one.place,
        agenda=[point for point, _ in one.agenda],
    )
    rows = (
        (Button(say("meeting_series", "as_planned"), f"convene_series.{one.id}.{planned.month:%Y%m}"),),
        (Button(say("meeting_series", "otherwise"), f"convene.{one.kind.value}"),),
    )
    key = f"series:{one.id}:{planned.month:%Y%m}"
    title = say("meeting_series", "proposal_title", kind=one.kind)
    return Reminder(people, title, body, rows, key, not_after=planned.starts_at)
