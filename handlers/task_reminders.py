"""Tasks and make-ups whose day is near or over, as things to be reminded of: who does them, else the secretaries."""

from datetime import date, timedelta

from handlers.messages import Button
from handlers.reminders import Item, Looked
from knowledge.rules.owed import Light
from storage.reminders import ToDo, make_ups_near, tasks_near

BEFORE = (3, 1, 0)
"""Days before something is due on which it is brought to mind; afterwards once a week, for four weeks."""
AFTER = (7, 14, 21, 28)


def near(today: date) -> tuple[date, date]:
    """Between which days something is due that is brought to mind on a day, wherever that has begun already."""
    return today - timedelta(days=AFTER[-1] + 3), today + timedelta(days=BEFORE[0] + 1)


async def task_items(looked: Looked) -> list[Item]:
    """Each task and make-up of these people; what nobody on the roster does is the secretaries' to pass on."""
    first, last = near(looked.now.date())
    tasks = await tasks_near(looked.session, looked.people, list(looked.keepers), first, last)
    make_ups = await make_ups_near(looked.session, looked.people, first, last)
    found = [_item(looked, one, "task", "done_button") for one in tasks]
    found += [_item(looked, one, "make_up", "made_up_button") for one in make_ups]
    return [item for item in found if item is not None]


def _item(looked: Looked, one: ToDo, kind: str, button: str) -> Item | None:
    today, say = looked.today(one.timezone), looked.texts.say
    marks = [one.due_on - timedelta(days=days) for days in BEFORE] + [
        one.due_on + timedelta(days=days) for days in AFTER
    ]
    if today < marks[0]:
        return None
    left = (one.due_on - today).days
    return Item(
        key=f"{kind}:{one.id}:{one.due_on}",
        people=(one.person_id,) if one.person_id is not None else looked.keepers.get(one.organization_id, ()),
        light=Light.NONE if left > 0 else Light.YELLOW,
        begun=max(day for day in marks if day <= today),
        label=one.what[:20],
        words=say("task_reminders", kind, what=one.what, who=one.who, own=one.person_id is not None, left=left),
        buttons=(Button(say("task_reminders", button, what=one.what[:20]), f"{kind}_done.{one.id}"),),
        marks=tuple(marks),
        itself=True,
    )
