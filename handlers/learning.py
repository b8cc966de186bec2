"""Hours of learning (学时): given to all who were at a meeting, noted by hand with a proof, seen against the aim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from handlers.dialogue import Choice, Choices, Day, Dialogue, Option, Refused, Role, Text, dialogue
from handlers.dialogue.questions import OneOf
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.ledger_place import PAGE, member_named, members, place_meant, place_named, place_of, year_in
from handlers.meeting_words import meeting_name
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Document, Rows
from handlers.one_file import OneFile
from handlers.report_words import Hours, plain
from handlers.router import reply
from handlers.sheets import workbook
from handlers.wording import day_words
from knowledge.rules.learning import december_begins, hours_left, hours_needed, hours_on_course, hours_together
from storage.learning import (
    LearningKind,
    LearningView,
    add_hours,
    counted_before,
    drop_hours,
    hours_of_meetings,
    learners_at,
    learning,
    learning_of,
    members_on,
    set_hours_of_meeting,
)
from storage.meetings import MeetingView, meeting, meetings_of
from storage.models import MeetingKind, MeetingState
from storage.people import Member, audit, committee_of

LONG_DAY = 8
"""Hours on one day that are looked at twice."""
BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Progress:
    """What somebody learned in a year against the least that is asked for."""

    person_id: int
    name: str
    learned: Decimal
    needed: int
    done: tuple[LearningView, ...]

    @property
    def left(self) -> Decimal:
        """What is still to be learned."""
        return hours_left(self.learned, self.needed)


async def _progress(turn: Turn, organization_id: int, people: Sequence[Member], year: int) -> list[Progress]:
    """How each stands in a year, in the order of the people; in two statements, whatever their number."""
    leaders = {one.person_id for one in await committee_of(turn.session, organization_id)}
    by_person: dict[int, list[LearningView]] = {one.person_id: [] for one in people}
    for view in await learning_of(turn.session, list(by_person), year):
        by_person[view.person_id].append(view)
    return [
        Progress(
            one.person_id,
            one.name,
            hours_together([view.hours for view in by_person[one.person_id]]),
            hours_needed(leader=one.person_id in leaders),
            tuple(by_person[one.person_id]),
        )
        for one in people
    ]


def _mark(one: Progress, today: date) -> str:
    """The colour: red when the year ends and hours are missing, yellow when a quarter's share is."""
    if not one.left:
        return "🟢"
    if today >= december_begins(today):
        return "🔴"
    return "⚪" if hours_on_course(one.learned, today, one.needed) else "🟡"


@reply("learning", role=Role.SECRETARY)
async def show_learning(turn: Turn, argument: str) -> None:
    """How a branch stands this year, those who are furthest from their aim first; the argument is "branch.page"."""
    id, _, page = argument.partition(".")
    place = await place_meant(turn, "learning", id)
    if place is None:
        return
    found = await _progress(turn, place.organization_id, await members(turn, place), turn.today.year)
    ordered = sorted(found, key=lambda one: -one.left)
    name = f"learning.{place.organization_id}"
    buttons = [Button(one.name, f"hours_of.{one.person_id}") for one in ordered]
    listed, steps, start = page_of(turn, buttons, name, page, PAGE)
    shown = ordered[start : start + len(listed)]
    words = turn.texts.say(
        "learning.learning",
        "page",
        place=place.name,
        year=turn.today.year,
        count=len(found),
        reached=sum(not one.left for one in found),
        lines=[(_mark(one, turn.today), one.name, plain(one.learned), one.needed) for one in shown],
    )
    first = (Button(turn.texts.title("give_hours"), f"give_hours.{place.organization_id}"),)
    second = tuple(
        Button(turn.texts.title(each), f"{each}.{place.organization_id}") for each in ("record_hours", "hours_ledger")
    )
    pairs = tuple(tuple(listed[at : at + 2]) for at in range(0, len(listed), 2))
    rows = (*pairs, *((steps,) if steps else ()), first, second, *back_to_menu(turn))
    await turn.say(words, rows=rows, replaces=bool(page))


def _back(turn: Turn, place: Place) -> Rows:
    return ((Button(turn.texts.title("learning"), f"learning.{place.organization_id}"), *back_to_menu(turn)[0]),)


@dialogue("give_hours", role=Role.SECRETARY)
async def give_hours(d: Dialogue) -> None:
    """The hours of a closed meeting, said once for everybody who was there; said again, they are corrected."""
    place = place_of(d)
    closed = await meetings_of(d.session, place.organization_id, states=[MeetingState.CLOSED], limit=10)
    if not closed:
        raise Refused("no_meetings")
    given = await hours_of_meetings(d.session, [one.id for one in closed])
    options = [Option(str(one.id), _label(d, one, given)) for one in closed]
    chosen = await d.ask("meeting", OneOf(options))
    held = await meeting(d.session, int(chosen))
    if held is None:
        raise Refused("gone")
    day = held.starts_at.astimezone(d.zone).date()
    there = await learners_at(d.session, held.id, day)
    if not there:
        raise Refused("nobody_there")
    hours = await d.ask("hours", Hours(), meeting=meeting_name(d.texts, held), count=len(there))
    await d.confirm(count=len(there), long=hours > LONG_DAY, before=held.id in given)
    count = await set_hours_of_meeting(
        d.session,
        held.id,
        held_on=day,
        title=meeting_name(d.texts, held)[:120],
        kind=LearningKind.THEME_DAY if held.kind is MeetingKind.THEME_DAY else LearningKind.MEETING,
        hours=hours,
        recorded_by_id=d.turn.person_id,
        now=d.turn.now,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, place.organization_id, "give_hours", f"meeting:{held.id}")
    await d.say("given", rows=_back(d.turn, place), count=count, hours=plain(hours))


def _label(d: Dialogue, one: MeetingView, given: Mapping[int, tuple[int, Decimal]]) -> str:
    day = one.starts_at.astimezone(d.zone).date()
    mark = f" ✓{plain(given[one.id][1])}学时" if one.id in given else ""
    return f"{day.month}月{day.day}日 {meeting_name(d.texts, one)}{mark}"


@dialogue("record_hours", role=Role.SECRETARY)
async def record_hours(d: Dialogue) -> None:
    """What was learned elsewhere, noted by hand for one or several, with a proof."""
    place = place_of(d)
    people = await members(d.turn, place)
    names = {one.person_id: one.name for one in people}
    chosen = await d.ask("who", Choices(_options(people), at_least=1))
    held_on = await d.ask("held_on", Day(after=d.today - BACK, before=d.today))
    kind = await d.ask("kind", Choice(LearningKind))
    topic = await d.ask("topic", Text(max_length=60))
    hours = await d.ask("hours", Hours())
    proof = await d.ask("paper", OneFile())
    ids = [int(one) for one in chosen]
    before = await counted_before(d.session, ids, held_on)
    twice = {one.person_id for one in before if _alike(one.title, topic)}
    early = set(ids) - await members_on(d.session, ids, held_on)
    counting = [id for id in ids if id not in twice | early]
    if not counting:
        raise Refused("counted_before" if twice else "no_members_then")
    await d.confirm(
        twice=[names[id] for id in ids if id in twice],
        early=[names[id] for id in ids if id in early],
        beside=sorted({f"{one.person_name}（{one.title}）" for one in before if one.person_id in counting}),
        long=hours > LONG_DAY,
    )
    await add_hours(
        d.session,
        place.organization_id,
        counting,
        held_on=held_on,
        title=topic,
        kind=kind,
        hours=hours,
        proof_id=proof,
        recorded_by_id=d.turn.person_id,
        now=d.turn.now,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, place.organization_id, "record_hours", f"{held_on}")
    await d.say("recorded", rows=_back(d.turn, place), count=len(counting), hours=plain(hours))


def _options(people: Sequence[Member]) -> list[Option]:
    names = [one.name for one in people]
    return [
        Option(str(one.person_id), one.name if names.count(one.name) == 1 else f"{one.name}（{one.phone_last4}）")
        for one in people
    ]


def _alike(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


@reply("hours_of", role=Role.SECRETARY)
async def show_one(turn: Turn, argument: str) -> None:
    """What one member learned this year; what was noted by hand or reported can be taken back."""
    who, place = await member_named(turn, argument)
    one = (await _progress(turn, place.organization_id, [who], turn.today.year))[0]
    dropped = [view for view in one.done if view.meeting_id is None][-6:]
    say = turn.texts.say
    rows = [
        (Button(say("learning.hours_of", "drop", day=view.held_on, title=view.title[:10]), f"drop_hours.{view.id}"),)
        for view in reversed(dropped)
    ]
    await turn.say(_page(turn, one, turn.today.year), rows=(*rows, *_back(turn, place)))


def _page(turn: Turn, one: Progress, year: int) -> str:
    lines = [(view.held_on, view.kind, view.title, plain(view.hours)) for view in one.done[-24:]]
    return turn.texts.document(
        "hours_of.j2",
        name=one.name,
        year=year,
        learned=plain(one.learned),
        needed=one.needed,
        left=plain(one.left),
        lines=lines,
        more=max(0, len(one.done) - 24),
    )


@dialogue("drop_hours", role=Role.SECRETARY)
async def take_back(d: Dialogue) -> None:
    """Hours that were noted by mistake are taken back; those of a meeting are corrected with the meeting."""
    found = await learning(d.session, record_id(str(d.given.get("argument", ""))))
    if found is None:
        raise Refused("gone")
    place = place_named(d.turn, str(found.organization_id))
    if found.meeting_id is not None:
        raise Refused("with_the_meeting")
    await d.confirm(name=found.person_name, day=found.held_on, title=found.title, hours=plain(found.hours))
    if not await drop_hours(d.session, found.id):
        raise Refused("gone")
    await audit(d.session, d.turn.now, d.turn.person_id, found.organization_id, "drop_hours", f"learning:{found.id}")
    await d.say("taken_back", rows=_back(d.turn, place), name=found.person_name)


@reply("my_hours", role=Role.BOUND)
async def show_my_hours(turn: Turn, argument: str) -> None:
    """What the person who asks learned this year; nobody else's."""
    year = turn.today.year
    done = await learning_of(turn.session, [turn.person_id], year)
    if turn.belongs is None:
        raise Refused("nothing_on_me")
    leaders = {one.person_id for one in await committee_of(turn.session, turn.belongs.organization_id)}
    assert turn.person is not None
    needed = hours_needed(leader=turn.person_id in leaders)
    one = Progress(turn.person_id, turn.person.name, hours_together([v.hours for v in done]), needed, tuple(done))
    if turn.belongs.status.value not in ("full", "probationary") and not done:
        raise Refused("nothing_on_me")
    rows = ((Button(turn.texts.title("my_data"), "my_data"), *back_to_menu(turn)[0]),)
    await turn.say(_page(turn, one, year), rows=rows)


@reply("hours_ledger", role=Role.SECRETARY)
async def export_hours(turn: Turn, argument: str) -> None:
    """A year's hours as a workbook, by where they come from; the argument is "branch.year"."""
    id, _, words = argument.partition(".")
    place = await place_meant(turn, "hours_ledger", id)
    if place is None:
        return
    year = year_in(turn, words)
    found = await _progress(turn, place.organization_id, await members(turn, place), year)
    table = _ledger(turn, place, found, year)
    await audit(turn.session, turn.now, turn.person_id, place.organization_id, "export_hours", f"year:{year}")
    other = Button(f"{year - 1}年", f"hours_ledger.{place.organization_id}.{year - 1}")
    said = turn.texts.say("learning.hours_ledger", "made", year=year)
    await turn.say(said, documents=[table], rows=((other,), *_back(turn, place)))


def _ledger(turn: Turn, place: Place, found: Sequence[Progress], year: int) -> Document:
    say = turn.texts.say
    heads = [*say("learning.hours_ledger", "before").split("、"), *(turn.texts.word(kind) for kind in LearningKind)]
    heads += say("learning.hours_ledger", "behind").split("、")
    rows: list[list[str | int | float]] = []
    for n, one in enumerate(found, 1):
        sums = [float(hours_together([v.hours for v in one.done if v.kind is kind])) for kind in LearningKind]
        rows.append([n, one.name, one.needed, *sums, float(one.learned), float(one.left)])
    title = f"{place.name}{say('learning.hours_ledger', 'title_of', year=year)}"
    line = say("learning.hours_ledger", "line", day=day_words(turn.today))
    return workbook(title, title, [line], heads, rows, foot=say("learning.hours_ledger", "foot"))
