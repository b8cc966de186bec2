"""What is due for whoever asks, and what they answered to being reminded of it; an answer can be taken back."""

from collections.abc import Sequence
from datetime import date

from handlers.daily_reminders import Stood, due_for, labels_of, lines_of, looked_for, single_rows
from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Rows
from handlers.reminders import MARK, MARK_LENGTH
from handlers.router import reply
from knowledge.rules.reminding import put_off_until
from storage.models import ReminderAnswer
from storage.reminders import answer, take_answer_back

PAGE = 6


async def _due(turn: Turn) -> list[Stood]:
    people = [turn.person_id]
    looked = await looked_for(turn.session, turn.texts, turn.around.procedures, people, turn.now)
    return (await due_for(looked, turn.today)).get(turn.person_id, [])


async def _marked(turn: Turn, argument: str) -> list[Stood]:
    """Those of the marks on a button that are due for whoever pressed it; marks of others' things name nothing.

    Raises `Refused` when none is: it is done, or another time has begun, or the button was never theirs.
    """
    marks = {argument[at : at + MARK_LENGTH] for at in range(0, len(argument), MARK_LENGTH)}
    readable = any(len(mark) == MARK_LENGTH and set(mark) <= set(MARK) for mark in marks)
    found = [one for one in await _due(turn) if one.item.mark in marks] if readable else []
    if not found:
        raise Refused("not_due")
    return found


@reply("reminders", role=Role.BOUND)
async def list_reminders(turn: Turn, argument: str) -> None:
    """All that is due, what is not answered first; each has a button."""
    due = sorted(await _due(turn), key=lambda one: one.answer is not None)
    items = [one.item for one in due]
    labels = labels_of(turn.texts, items)
    buttons = [Button(label, f"reminder.{one.mark}") for one, label in zip(items, labels, strict=True)]
    listed, steps, start = page_of(turn, buttons, "reminders", argument, PAGE)
    shown = due[start : start + len(listed)]
    words = lines_of(turn.texts, [one.item for one in shown])
    body = turn.texts.say(
        "my_reminders.reminders",
        "listed",
        count=len(due),
        waiting=sum(one.answer is None for one in due),
        lines=[(line, _answered(turn, one)) for line, one in zip(words, shown, strict=True)],
    )
    rows = (*((button,) for button in listed), *((steps,) if steps else ()), *back_to_menu(turn))
    await turn.say(body, rows=rows, replaces=bool(argument))


def _answered(turn: Turn, one: Stood) -> str:
    given = one.answer
    if given is None:
        return ""
    by = given.name if given.person_id != turn.person_id else ""
    return turn.texts.say("my_reminders", "answered", answer=given.answer, until=given.until, by=by, today=turn.today)


@reply("reminder", role=Role.BOUND)
async def show_reminder(turn: Turn, argument: str) -> None:
    """One thing that is due: what can be done about it, and how it was or can be answered."""
    [one, *_] = await _marked(turn, argument)
    body = turn.texts.say(
        "my_reminders.reminder",
        "page",
        line=lines_of(turn.texts, [one.item])[0],
        of=one.item.of,
        answered=_answered(turn, one),
    )
    await turn.say(body, rows=(*_rows(turn, one), _back(turn)))


def _rows(turn: Turn, one: Stood) -> Rows:
    if one.answer is None:
        return single_rows(turn.texts, one.item)
    acts = tuple((button,) for button in one.item.buttons)
    if one.answer.person_id != turn.person_id:
        return acts
    return (*acts, (Button(turn.texts.title("remind_again"), f"remind_again.{one.item.mark}"),))


def _back(turn: Turn) -> tuple[Button, ...]:
    return (Button(turn.texts.title("reminders"), "reminders"), *back_to_menu(turn)[0])


@reply("reminders_seen", role=Role.BOUND)
async def note_seen(turn: Turn, argument: str) -> None:
    """Not again until it is graver."""
    await _note(turn, await _marked(turn, argument), ReminderAnswer.SEEN)


@reply("reminders_later", role=Role.BOUND)
async def put_off(turn: Turn, argument: str) -> None:
    """Again in some working days."""
    await _note(turn, await _marked(turn, argument), ReminderAnswer.LATER, put_off_until(turn.today))


@reply("reminders_done", role=Role.BOUND)
async def note_done(turn: Turn, argument: str) -> None:
    """Not again for this occurrence; what has a record of its own is done by recording it."""
    found = [one for one in await _marked(turn, argument) if not one.item.itself]
    if not found:
        raise Refused("record_it")
    await _note(turn, found, ReminderAnswer.DONE)


async def _note(turn: Turn, due: Sequence[Stood], what: ReminderAnswer, until: date | None = None) -> None:
    given = [(one.item.key, one.item.light.value) for one in due]
    await answer(turn.session, turn.person_id, given, what, until=until, now=turn.now)
    body = turn.texts.say(
        "my_reminders", "noted", answer=what, until=until, today=turn.today, count=len(due), thing=due[0].item.label
    )
    again = (Button(turn.texts.title("remind_again"), f"remind_again.{due[0].item.mark}"),)
    # What is done wants its record: the way there is the next thing to press.
    acts = tuple((button,) for button in due[0].item.buttons) if what is ReminderAnswer.DONE else ()
    await turn.say(body, rows=(*acts, *((again,) if len(due) == 1 else ()), _back(turn)))


@reply("remind_again", role=Role.BOUND)
async def take_back(turn: Turn, argument: str) -> None:
    """Forget what was answered: it is due as before."""
    [one, *_] = await _marked(turn, argument)
    if not await take_answer_back(turn.session, turn.person_id, one.item.key):
        raise Refused("nothing_answered")
    body = turn.texts.say("my_reminders.remind_again", "taken_back", thing=one.item.label)
    await turn.say(body, rows=(_back(turn),))
