"""What was decided to be done: noted, listed, done, and brought to mind when its day is near."""

from collections.abc import Sequence
from datetime import date

from handlers.dialogue import Day, Dialogue, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_choice import secretarys_meeting
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.person_or import NOBODY, PersonOr
from handlers.router import reply
from handlers.wording import Texts
from knowledge.choices import by_pinyin
from storage.models import Status
from storage.people import audit, members_of, secretaries_of
from storage.tasks import TaskView, add_task, finish_task, open_tasks_for, open_tasks_of, reopen_task, task

LISTED = 8


@dialogue("add_task", role=Role.SECRETARY)
async def note_a_task(d: Dialogue) -> None:
    """The secretary notes what is to be done, by whom, by when; who does it is told."""
    argument = str(d.given.get("argument", ""))
    held = await secretarys_meeting(d.turn, argument) if argument else None
    organization = held.organization_id if held else d.place.organization_id
    what = await d.ask("what", Text(max_length=100))
    people = await members_of(d.session, organization, (Status.FULL, Status.PROBATIONARY))
    people.sort(key=lambda one: by_pinyin(one.name))
    who = await d.ask("who", PersonOr(people, d.texts.say("tasks", "not_listed")))
    name = await d.ask("name", Text(max_length=30)) if who == NOBODY else ""
    due_on = await d.ask("due_on", Day(after=d.today))
    await d.confirm()
    id = await add_task(
        d.session,
        organization_id=organization,
        meeting_id=held.id if held else None,
        what=what,
        person_id=who or None,
        who=name,
        due_on=due_on,
        created_by_id=d.turn.person_id,
        now=d.turn.now,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, organization, "add_task", f"task:{id}")
    if who not in (NOBODY, d.turn.person_id):
        rows = ((Button(d.texts.title("task_done"), f"task_done.{id}"),),)
        await d.notify([who], "notice", rows=rows, what=what, due_on=due_on)
    await d.say("noted", rows=((Button(d.texts.title("tasks"), "tasks"),),))


@reply("tasks", role=Role.SECRETARY)
async def list_tasks(turn: Turn, argument: str) -> None:
    """What the branch still has to do, the most urgent first."""
    found = await open_tasks_of(turn.session, [place.organization_id for place in turn.places(Role.SECRETARY)])
    rows = [_button(one) for one in found[:LISTED]]
    rows.append((Button(turn.texts.title("add_task"), "add_task"),))
    await turn.say(_listed(turn, found, "listed"), rows=tuple(rows))


@reply("my_tasks", role=Role.BOUND)
async def list_my_tasks(turn: Turn, argument: str) -> None:
    """What this person still has to do."""
    found = await open_tasks_for(turn.session, turn.person_id)
    rows = tuple(_button(one) for one in found[:LISTED])
    await turn.say(_listed(turn, found, "mine"), rows=rows or back_to_menu(turn))


def _listed(turn: Turn, found: Sequence[TaskView], key: str) -> str:
    lines = [line_of(turn.texts, one, turn.today) for one in found[:LISTED]]
    return turn.texts.say("tasks", key, lines=lines, count=len(found), more=max(0, len(found) - LISTED))


def line_of(texts: Texts, one: TaskView, today: date) -> str:
    """A task on one line: what, who, by when, and whether that day is over."""
    return texts.say("tasks", "line", one=one, days=(one.due_on - today).days if one.due_on else None)


def _button(one: TaskView) -> tuple[Button, ...]:
    return (Button(one.what[:30], f"task.{one.id}"),)


@reply("task", role=Role.BOUND)
async def show_task(turn: Turn, argument: str) -> None:
    """One task, for who does it and for the secretary."""
    one = await _task_of_mine(turn, argument)
    name = "task_again" if one.done_on else "task_done"
    rows: Rows = ((Button(turn.texts.title(name), f"{name}.{one.id}"),),)
    if one.done_on and not turn.may_at(Role.SECRETARY, one.path):
        rows = back_to_menu(turn)
    await turn.say(turn.texts.say("tasks.task", "page", one=one), rows=rows)


async def _task_of_mine(turn: Turn, argument: str) -> TaskView:
    one = await task(turn.session, record_id(argument))
    if one is None:
        raise Refused("gone")
    if one.person_id != turn.person_id:
        turn.require_at(Role.SECRETARY, one.path)
    return one


@reply("task_done", role=Role.BOUND)
async def finish(turn: Turn, argument: str) -> None:
    """It is done: said by who did it, or by the secretary; the other one is told."""
    one = await _task_of_mine(turn, argument)
    if not await finish_task(turn.session, one.id, turn.person_id, turn.today):
        raise Refused("done_already")
    await audit(turn.session, turn.now, turn.person_id, one.organization_id, "finish_task", f"task:{one.id}")
    concerned = {each.id for each in await secretaries_of(turn.session, one.organization_id)} | {one.person_id}
    assert turn.person is not None
    turn.push(
        [id for id in concerned if id is not None and id != turn.person_id],
        turn.texts.say("tasks.task_done", "told", one=one, by=turn.person.name),
        title=turn.texts.say("tasks.task_done", "told_title"),
        key=f"task:{one.id}:done:{turn.incoming.id}",
    )
    await turn.say(turn.texts.say("tasks.task_done", "noted", one=one), rows=back_to_menu(turn))


@reply("task_again", role=Role.SECRETARY)
async def reopen(turn: Turn, argument: str) -> None:
    """The secretary says that it is not done after all."""
    one = await task(turn.session, record_id(argument))
    if one is None:
        raise Refused("gone")
    turn.require_at(Role.SECRETARY, one.path)
    if not await reopen_task(turn.session, one.id):
        raise Refused("open_already")
    await audit(turn.session, turn.now, turn.person_id, one.organization_id, "reopen_task", f"task:{one.id}")
    await turn.say(turn.texts.say("tasks.task_again", "open", one=one), rows=back_to_menu(turn))
