"""The one message a day: everything that is due for somebody, gravest first, as far as they have not answered it.

What is due follows from the records each time; only the answers are kept. They are: 知道了, not again until it is
graver; 稍后, again in three working days; 已办, not again for this occurrence, whoever of those who are charged with it
says so. Whoever is charged with it later sees it anew.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.case_reminders import case_items, probation_items, term_items
from handlers.duty_reminders import duty_items
from handlers.ledger_reminders import dues_items, hours_items
from handlers.messages import Button, Rows
from handlers.reminders import LAST, Item, Looked, Reminder
from handlers.report_reminders import report_items
from handlers.screen import SCREEN, lines
from handlers.task_reminders import task_items
from handlers.wording import Marked, Texts
from knowledge.procedure.files import Procedures
from knowledge.rules.owed import Light
from storage.database import Session
from storage.models import ReminderAnswer
from storage.reminders import Answered, answers_to, kept_by

SOURCES: tuple[Callable[[Looked], Awaitable[list[Item]]], ...] = (
    duty_items,
    term_items,
    case_items,
    probation_items,
    dues_items,
    hours_items,
    task_items,
    report_items,
)
GRAVITY = (Light.NONE, Light.YELLOW, Light.RED)
SHOWN = 6
"""At most so many stand in one message: their marks are carried by one button."""

LABEL = 30
"""So many characters a button has."""


@dataclass(frozen=True, slots=True)
class Stood:
    """How something due stands with somebody: `answer` silences it now, theirs or a colleague's; `put_off` is the day
    on which it is said again after they put it off."""

    item: Item
    answer: Answered | None = None
    put_off: date | None = None

    def is_said(self, today: date, after: date) -> bool:
        """Whether it stands in their message of today, when the last one was of the day `after`."""
        if self.answer is not None:
            return False
        put_off = self.put_off is not None and after < self.put_off <= today
        return put_off or self.item.is_said(today, after)


async def looked_for(
    session: Session, texts: Texts, procedures: Procedures, people: Sequence[int], now: datetime
) -> Looked:
    """The people with the branches they keep."""
    branches, keepers = await kept_by(session, people)
    return Looked(session, texts, procedures, now, people, branches, keepers)


async def due_for(looked: Looked, today: date) -> dict[int, list[Stood]]:
    """Everything due for each of these people on a day of theirs, gravest and longest due first; whoever has nothing
    due is left out. The number of statements does not depend on how many people and things there are."""
    items = [item for source in SOURCES for item in await source(looked)]
    items.sort(key=lambda one: (-GRAVITY.index(one.light), one.begun, one.key))
    answers: dict[str, list[Answered]] = defaultdict(list)
    for answer in await answers_to(looked.session, {one.key for one in items}):
        answers[answer.key].append(answer)
    mine = set(looked.people)
    found: dict[int, list[Stood]] = defaultdict(list)
    for item in items:
        for person_id in item.people:
            if person_id in mine:
                found[person_id].append(_stood(item, answers[item.key], person_id, today))
    return dict(found)


def _stood(item: Item, answers: Sequence[Answered], person_id: int, today: date) -> Stood:
    for one in answers:
        if one.answer is ReminderAnswer.DONE and one.person_id in item.people:
            return Stood(item, one)
    own = next((one for one in answers if one.person_id == person_id), None)
    if own is None or GRAVITY.index(item.light) > GRAVITY.index(Light(own.light)):
        return Stood(item)
    if own.until is not None and today >= own.until:
        return Stood(item, put_off=own.until)
    return Stood(item, own)


def message(texts: Texts, person_id: int, due: Sequence[Stood], now: datetime, after: date) -> Reminder | None:
    """Today's message for one person, on one screen; None when nothing is to be said.

    `now` is on their clock, and the last message was of the day `after`.
    """
    today = now.date()
    said = [one.item for one in due if one.is_said(today, after)]
    if not said:
        return None
    shown = min(len(said), SHOWN)
    while shown > 1 and lines(_body(texts, said, shown)) > SCREEN:
        shown -= 1
    return Reminder(
        (person_id,),
        texts.say("daily_reminders", "title", count=len(said)),
        _body(texts, said, shown),
        rows_under(texts, said, shown),
        f"remind:{person_id}:{today}",
        not_after=datetime.combine(today, LAST, now.tzinfo),
    )


def _body(texts: Texts, said: Sequence[Item], shown: int) -> str:
    return texts.say(
        "daily_reminders", "body", count=len(said), lines=lines_of(texts, said[:shown]), more=len(said) - shown
    )


def lines_of(texts: Texts, items: Sequence[Item]) -> list[Marked]:
    """Each on a line with its light, and whose it is when they are of several organizations."""
    several = len({one.of for one in items if one.of}) > 1
    return [
        Marked(
            texts.say(
                "daily_reminders",
                "line",
                light=one.light.value,
                of=one.of if several else "",
                words=Marked(one.words),
            )
        )
        for one in items
    ]


def labels_of(texts: Texts, items: Sequence[Item]) -> list[str]:
    """What each is called on a button; with whose it is, where two of several organizations are called alike."""
    alike = Counter(one.label for one in items)
    found = []
    for one in items:
        room = LABEL - len(one.label) - 2
        several = one.of and room > 1 and alike[one.label] > 1
        words = texts.say("daily_reminders", "called", what=one.label, of=one.of[:room]) if several else one.label
        found.append(words[:LABEL])
    return found


def rows_under(texts: Texts, said: Sequence[Item], shown: int) -> Rows:
    """What can be done about the first of them, which are shown: of one at once; of several each has its button, and
    all that are shown can be answered."""
    items = said[:shown]
    if len(items) == 1:
        rows = single_rows(texts, items[0])
    else:
        each = tuple((_button(one, label),) for one, label in zip(items, labels_of(texts, said), strict=False))
        marks = "".join(one.mark for one in items)
        say = texts.say
        rows = (
            *each,
            (
                Button(say("daily_reminders", "all_seen"), f"reminders_seen.{marks}"),
                Button(say("daily_reminders", "all_later"), f"reminders_later.{marks}"),
            ),
        )
    return (*rows, (Button(texts.title("reminders"), "reminders"),)) if len(said) > shown else rows


def _button(item: Item, label: str) -> Button:
    return item.buttons[0] if item.itself else Button(label, f"reminder.{item.mark}")


def single_rows(texts: Texts, item: Item) -> Rows:
    """What can be done about one thing, and how it can be answered."""
    names = (
        ("reminders_seen", "reminders_later")
        if item.itself
        else ("reminders_seen", "reminders_later", "reminders_done")
    )
    answers = tuple(Button(texts.title(name), f"{name}.{item.mark}") for name in names)
    return (*((button,) for button in item.buttons), answers)
