"""What is due is brought to mind once a day, in one message, at an hour at which one may be spoken to."""

from datetime import datetime, timedelta

from bot.reminder_round import remind_everybody
from handlers.messages import Kind
from storage.database import Database
from storage.make_ups import add_make_ups
from storage.meetings import close_meeting
from storage.models import Task
from storage.tasks import add_task
from tests.branch import settled_town
from tests.fakes import MONDAY, PROCEDURES, TEXTS, Chat, FakeTown
from tests.meeting_room import open_meeting

DUE = (MONDAY + timedelta(days=3)).date()


async def noted(database: Database, ids: dict[str, int], what: str, who: str = "", days: int = 3) -> int:
    """A task that the secretary gave to somebody, or to somebody who is not on the roster."""
    async with database.transaction() as session:
        return await add_task(
            session,
            organization_id=ids["桃花村党支部"],
            what=what,
            person_id=ids[who] if who else None,
            who="" if who else "村会计",
            due_on=(MONDAY + timedelta(days=days)).date(),
            created_by_id=ids["李向阳"],
            now=MONDAY,
        )


async def tick(town: FakeTown, at: datetime) -> None:
    """The worker looks what is due."""
    town.now = at
    await remind_everybody(town.database, TEXTS, PROCEDURES, at)
    await town.deliver()


def reminders(chat: Chat) -> list[str]:
    """What was brought to mind since last asked."""
    return [words for words in chat.hears() if "提醒您" in words]


async def test_all_that_is_due_for_one_person_is_one_message_a_day(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    await noted(database, ids, "修灯", "赵大海")
    await noted(database, ids, "买灯泡", "赵大海")
    await noted(database, ids, "还早的事", "赵大海", days=9)
    await tick(town, MONDAY)
    await tick(town, MONDAY + timedelta(hours=2))
    [heard] = reminders(chats["赵大海"])
    assert "修灯，还有 3 天" in heard
    assert "买灯泡，还有 3 天" in heard
    assert "还早的事" not in heard
    assert reminders(chats["王桂兰"]) == reminders(chats["李向阳"]) == []


async def test_it_is_said_three_days_before_the_day_before_on_the_day_and_then_weekly(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    await noted(database, ids, "修灯", "赵大海")
    said_on = []
    for days in range(40):
        await tick(town, MONDAY + timedelta(days=days))
        said_on += [days] * len(reminders(chats["赵大海"]))
    assert said_on == [0, 2, 3, 10, 17, 24, 31]


async def test_nobody_is_woken_and_what_is_done_is_not_brought_up(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    id = await noted(database, ids, "修灯", "赵大海")
    await tick(town, MONDAY.replace(hour=7))
    await tick(town, MONDAY.replace(hour=22))
    assert reminders(chats["赵大海"]) == []
    town.now = MONDAY
    await chats["赵大海"].sends(Kind.TAP, payload=f"task_done.{id}")
    await tick(town, MONDAY + timedelta(hours=1))
    assert reminders(chats["赵大海"]) == []


async def test_what_somebody_outside_the_roster_does_is_brought_to_the_secretary(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    await noted(database, ids, "联系施工队")
    await tick(town, MONDAY)
    [heard] = reminders(chats["李向阳"])
    assert "联系施工队（村会计），还有 3 天" in heard


async def test_make_ups_stand_in_the_same_message(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    secretary = chats["李向阳"]
    meeting_id = await open_meeting(secretary, "李向阳", "王桂兰", kind="党课", agenda="讲党史")
    async with database.transaction() as session:
        await close_meeting(session, meeting_id, now=MONDAY, summary="讲党史")
        await add_make_ups(session, meeting_id, [ids["赵大海"]], "听录音", DUE)
    await noted(database, ids, "修灯", "赵大海")
    await tick(town, MONDAY)
    [heard] = reminders(chats["赵大海"])
    assert "补学：听录音，还有 3 天" in heard
    assert "修灯" in heard
    await chats["赵大海"].taps("学完了：听录音")
    assert chats["赵大海"].hears()[-1].startswith("好的，记下了：听录音")


async def test_a_task_of_others_is_neither_seen_nor_finished(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    id = await noted(database, ids, "修灯", "赵大海")
    for who in ("王桂兰", "吴长河", "郑远"):
        for name in ("task", "task_done"):
            chats[who].hears()
            await chats[who].sends(Kind.TAP, payload=f"{name}.{id}")
            assert chats[who].hears() == [TEXTS.say("shared", "not_yours")], (who, name)
    await chats["吴长河"].sends(Kind.TAP, payload=f"task_again.{id}")
    assert chats["吴长河"].hears() == [TEXTS.say("shared", "not_yours")]
    async with database.reading() as session:
        assert (await session.get_one(Task, id)).done_on is None
