"""What a branch owes of its organizational life: counted from its records, yellow and red, one tap to convene it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Place, Turn
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply
from knowledge.choices import by_pinyin
from knowledge.rules.customs import CustomName, Every, agreed, period_code, period_words
from knowledge.rules.owed import (
    AFTER_A_THEME_DAY,
    LATE_IN_A_MONTH,
    QUIET_DAYS,
    Light,
    Standing,
    period_of,
    standing,
    standing_of_the_year,
)
from storage.customs import customs_for
from storage.frequencies import TALKS, Held, held_in, writers, written_for
from storage.models import MeetingKind, OrganizationKind, ReportKind
from storage.people import committee_of

LOOKED_BACK = timedelta(days=800)
"""Two years and more: the year before last may have been made up for early in the last."""
LEAST_COMMITTEE = 3
"""A branch with a committee has at least so many in it; two posts are a secretary and a deputy without one.

Source: 支部工作条例（试行）（2018）; 支部党务规程资料, 0.5.
"""
MEETINGS = {
    "general_meeting": MeetingKind.GENERAL_MEETING,
    "committee_meeting": MeetingKind.COMMITTEE_MEETING,
    "group_meeting": MeetingKind.GROUP_MEETING,
    "theme_day": MeetingKind.THEME_DAY,
    "lecture": MeetingKind.LECTURE,
    "criticism_meeting": MeetingKind.CRITICISM_MEETING,
    "appraisal": MeetingKind.APPRAISAL,
}
REPORTS = {CustomName.THOUGHT_REPORT: ReportKind.THOUGHT_REPORT, CustomName.MOBILE_REPORT: ReportKind.MOBILE_REPORT}
ORDER = (Light.RED, Light.YELLOW, Light.NONE)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a branch does so often: how it stands, how it is called, and who wants it."""

    what: str
    standing: Standing
    every: Every
    of: str = ""
    people: tuple[str, ...] = ()


@reply("owed", role=Role.SECRETARY)
async def show_owed(turn: Turn, argument: str) -> None:
    """What the secretary's branches still have to do this month, quarter and year, the most urgent first."""
    places = [one for one in turn.places(Role.SECRETARY) if one.kind is OrganizationKind.BRANCH]
    if not places:
        raise Refused("branches_only")
    for place in places:
        duties = await duties_of(turn, place)
        open_ones = [one for one in duties if not one.standing.count]
        open_ones.sort(key=lambda one: ORDER.index(one.standing.light))
        words = turn.texts.say(
            "frequencies.owed",
            "listed",
            place=place.name,
            today=turn.now.astimezone(place.zone).date(),
            owed=[_words(turn, one) for one in open_ones],
            done=[_done_words(turn, one) for one in duties if one.standing.count],
        )
        await turn.say(words, rows=_rows(turn, place, open_ones, alone=len(places) == 1))


async def duties_of(turn: Turn, place: Place) -> list[Duty]:
    """Everything that is asked of a branch, done or not: first what the regulations say, then what custom wants."""
    today = turn.now.astimezone(place.zone).date()
    since = datetime.combine(today - LOOKED_BACK, time(), place.zone)
    held = await held_in(turn.session, place.organization_id, since, place.zone)
    has_committee = len(await committee_of(turn.session, place.organization_id)) >= LEAST_COMMITTEE
    return [
        *_by_regulation(held, today, has_committee=has_committee),
        *await _by_custom(turn, place, held, today),
    ]


def _by_regulation(held: Held, today: date, *, has_committee: bool) -> list[Duty]:
    since = held.since or today
    days = {name: held.days.get(kind, []) for name, kind in MEETINGS.items()}

    def monthly(met: Sequence[date], *, red: bool = False, warn_day: int = LATE_IN_A_MONTH) -> Standing:
        return standing(met, today, months=1, since=since, red=red, warn_day=warn_day)

    quarterly = standing(days["general_meeting"], today, months=3, since=since, red=True, quiet_days=QUIET_DAYS)
    found = [Duty("general_meeting", quarterly, Every.QUARTER)]
    if has_committee:
        found.append(Duty("committee_meeting", monthly(days["committee_meeting"], red=True), Every.MONTH))
    found += [Duty("group_meeting", monthly(group.met), Every.MONTH, of=group.name) for group in held.groups]
    warn_day = held.theme_day + AFTER_A_THEME_DAY if held.theme_day else LATE_IN_A_MONTH
    found.append(Duty("theme_day", monthly(days["theme_day"], warn_day=warn_day), Every.MONTH))
    for name, red in (("criticism_meeting", True), ("appraisal", False)):
        found.append(Duty(name, standing_of_the_year(days[name], today, since=since, red=red), Every.YEAR))
    found.append(Duty("talks", standing(held.talks, today, months=12, since=since), Every.YEAR))
    return found


async def _by_custom(turn: Turn, place: Place, held: Held, today: date) -> list[Duty]:
    found = []
    wanted = {name: await custom_of(turn, place, name) for name in CustomName}
    if (lecture := wanted[CustomName.LECTURE]) is not Every.NEVER:
        met = held.days.get(MeetingKind.LECTURE, [])
        stands = standing(met, today, months=lecture.months, since=held.since or today)
        found.append(Duty("lecture", stands, lecture))
    for name, kind in REPORTS.items():
        every = wanted[name]
        people = await writers(turn.session, kind, place.organization_id) if every is not Every.NEVER else []
        if people:
            written = await written_for(turn.session, kind, [period_code(today, every)])
            missing = sorted((one.name for one in people if one.person_id not in written), key=by_pinyin)
            # Who has not written yet is no light of the branch's.
            stands = Standing(*period_of(today, every.months), 0 if missing else 1, Light.NONE)
            found.append(Duty(name.value, stands, every, people=tuple(missing)))
    return found


async def custom_of(turn: Turn, place: Place, name: CustomName) -> Every:
    """How often something is done by custom in a branch."""
    found = await customs_for(turn.session, name, [place.organization_id])
    return agreed(Every(one.value["every"]) for one in found.get(place.organization_id, []))


def _words(turn: Turn, one: Duty) -> str:
    stands = one.standing
    return turn.texts.say(
        "frequencies.owed",
        "line",
        light=stands.light.value,
        what=_called(turn, one),
        period=period_words(period_code(stands.first, one.every)),
        missed=period_words(period_code(stands.missed, one.every)) if stands.missed else "",
        past=stands.missed == stands.first,
        last=stands.last,
        every=one.every,
        by=_by(turn, one),
        people=one.people,
    )


def _done_words(turn: Turn, one: Duty) -> str:
    times = one.standing.count if one.what not in set(CustomName) - {CustomName.LECTURE} else 0
    return turn.texts.say("frequencies.owed", "done", what=_called(turn, one), times=times)


def _called(turn: Turn, one: Duty) -> str:
    name = turn.texts.say("frequencies", one.what)
    return turn.texts.say("frequencies", "of_a_group", group=one.of, what=name) if one.of else name


def _by(turn: Turn, one: Duty) -> str:
    """Who wants it: 条例, 单位要求 or 惯例."""
    wants = {"lecture": "by_demand", "thought_report": "by_practice", "mobile_report": "by_practice"}
    return turn.texts.say("frequencies", wants.get(one.what, "by_regulation"))


def _rows(turn: Turn, place: Place, owed: Sequence[Duty], *, alone: bool) -> Rows:
    """One tap for each: convene it, begin a talk."""
    # A secretary of several branches is asked for which, as at any other time.
    buttons: dict[str, Button] = {}
    for one in owed:
        label = turn.texts.say("frequencies", "convene_button", what=turn.texts.say("frequencies", one.what))
        if one.what in MEETINGS:
            buttons.setdefault(one.what, Button(label, f"convene.{one.what}" if alone else "convene"))
        elif one.what == "talks":
            talk = turn.texts.say("frequencies", "talk_button")
            buttons.setdefault(one.what, Button(talk, f"start_case.{TALKS}"))
    out = (Button(turn.texts.title("set_custom"), "set_custom"), *back_to_menu(turn)[0])
    return (*((button,) for button in buttons.values()), out)
