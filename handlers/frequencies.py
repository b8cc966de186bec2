"""What a branch owes of its organizational life: counted from its records, yellow and red, one tap to convene it."""

from collections.abc import Sequence
from datetime import date

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Place, Turn
from handlers.duties import LOOKED_BACK, MEETINGS, Duty, duties_of
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply
from knowledge.choices import by_pinyin
from knowledge.rules.customs import CustomName, Every, agreed, period_code, period_words
from knowledge.rules.owed import Light, Standing, period_of
from storage.customs import customs_for
from storage.frequencies import writers, written_for
from storage.held import TALKS, Home, held_in
from storage.models import OrganizationKind, ReportKind
from storage.people import committee_of

REPORTS = {CustomName.THOUGHT_REPORT: ReportKind.THOUGHT_REPORT, CustomName.MOBILE_REPORT: ReportKind.MOBILE_REPORT}
ORDER = (Light.RED, Light.YELLOW, Light.NONE)


@reply("owed", role=Role.SECRETARY)
async def show_owed(turn: Turn, argument: str) -> None:
    """What the secretary's branches still have to do this month, quarter and year, the most urgent first."""
    places = [one for one in turn.places(Role.SECRETARY) if one.kind is OrganizationKind.BRANCH]
    if not places:
        raise Refused("branches_only")
    for place in places:
        duties = await _asked_of(turn, place)
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


async def _asked_of(turn: Turn, place: Place) -> list[Duty]:
    """Everything that is asked of a branch, done or not: first what its lights are counted from, then what custom wants
    of its people."""
    today, id = turn.now.astimezone(place.zone).date(), place.organization_id
    home = Home(id, place.path, str(place.zone))
    held = await held_in(turn.session, [home], turn.now, LOOKED_BACK, every_day=True)
    committee = len(await committee_of(turn.session, id))
    lectures = (await customs_for(turn.session, CustomName.LECTURE, [id])).get(id, [])
    return [
        *duties_of(held[id], today, committee=committee, lectures=[one.value for one in lectures]),
        *await _by_custom(turn, place, today),
    ]


async def _by_custom(turn: Turn, place: Place, today: date) -> list[Duty]:
    found: list[Duty] = []
    for name, kind in REPORTS.items():
        every = await custom_of(turn, place, name)
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
    out = (
        Button(turn.texts.title("reminders"), "reminders"),
        Button(turn.texts.title("set_custom"), "set_custom"),
        *back_to_menu(turn)[0],
    )
    return (*((button,) for button in buttons.values()), out)
