"""The plan as a calendar file, read back as a phone would."""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from knowledge.procedure.calendar import calendar
from knowledge.procedure.model import Procedure
from tests.knowledge.procedure.made import BEGUN, check, procedure, record, rows, step

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MADE = procedure(
    [
        step("a"),
        step(
            "b",
            title="谈话；写“记录”，报上级\\备案",
            usually={"days": 14},
            checks=[check("talk_due", "at_most", applied="a.on")],
        ),
        step("c", repeat={"due": "next_review_due", "at_least": 2}, usually={"months": 6}),
    ]
)


def events(
    made: Procedure, today: date, *records: object, now: datetime = NOW, title: str = "发展党员：林小雨"
) -> dict[str, Event]:
    """The events of the file, by what they are called in it."""
    found = rows(made, today, *records)  # type: ignore[arg-type]
    read = Calendar.from_ical(calendar(7, title, list(found.values()), now))
    assert not read.errors
    made_of = {str(event["uid"]): event for event in read.events}
    assert len(made_of) == len(read.events)
    return made_of


def test_planned_and_latest_days_are_whole_days_with_a_reminder_the_day_before() -> None:
    found = events(MADE, BEGUN, record(1, "a", BEGUN))
    plan, latest = found["zhishu-case-7-b-1-plan"], found["zhishu-case-7-b-1-latest"]
    assert (plan["dtstart"].dt, plan["dtend"].dt) == (date(2026, 3, 16), date(2026, 3, 17))
    assert plan["summary"] == "计划：谈话；写“记录”，报上级\\备案"
    assert (latest["dtstart"].dt, latest["summary"]) == (date(2026, 4, 2), "最晚：谈话；写“记录”，报上级\\备案")
    for event in (plan, latest):
        (alarm,) = event.walk("VALARM")
        assert alarm["action"] == "DISPLAY"
        midnight = datetime.combine(event["dtstart"].dt, datetime.min.time())
        assert (midnight + alarm["trigger"].dt).date() == event["dtstart"].dt - timedelta(days=1)


def test_what_was_done_stands_on_its_day_and_reminds_of_nothing() -> None:
    found = events(MADE, date(2026, 3, 20), record(1, "a", BEGUN), record(2, "b", date(2026, 3, 18)))
    done = found["zhishu-case-7-b-1-plan"]
    assert (done["summary"][:3], done["dtstart"].dt) == ("已办：", date(2026, 3, 18))
    assert found["zhishu-case-7-b-1-latest"]["status"] == "CANCELLED"
    assert not done.walk("VALARM")
    assert not found["zhishu-case-7-b-1-latest"].walk("VALARM")


def test_another_export_calls_everything_the_same_and_is_the_newer() -> None:
    before = events(MADE, BEGUN, record(1, "a", BEGUN))
    later = NOW + timedelta(days=30)
    after = events(MADE, date(2026, 4, 1), record(1, "a", BEGUN), record(2, "b", date(2026, 3, 30)), now=later)
    assert set(before) == set(after)
    assert before["zhishu-case-7-c-1-plan"]["dtstart"].dt < after["zhishu-case-7-c-1-plan"]["dtstart"].dt
    assert all(before[uid]["sequence"] < event["sequence"] for uid, event in after.items())
    assert all(event["dtstamp"].dt == later for event in after.values())


def test_each_round_has_its_own_name() -> None:
    found = events(MADE, BEGUN, record(1, "a", BEGUN), record(2, "b", BEGUN), record(3, "c", date(2026, 9, 1)))
    assert found["zhishu-case-7-c-1-plan"]["summary"].startswith("已办")
    assert found["zhishu-case-7-c-2-plan"]["summary"].startswith("计划")


def test_what_hangs_on_holidays_that_are_not_published_says_so() -> None:
    made = procedure([step("a"), step("b", checks=[check("notice_ends", "at_most", first="a.on")])])
    far = events(made, date(2031, 3, 3), record(1, "a", date(2031, 3, 3)))
    assert far["zhishu-case-7-b-1-latest"]["summary"].startswith("最晚（暂算）：")
    assert far["zhishu-case-7-b-1-plan"]["summary"].startswith("计划（暂算）：")
    assert "放假安排" in far["zhishu-case-7-b-1-latest"]["description"]
    near = events(made, BEGUN, record(1, "a", BEGUN))
    assert near["zhishu-case-7-b-1-latest"]["summary"].startswith("最晚：")
    assert "放假安排" not in near["zhishu-case-7-b-1-latest"]["description"]


def test_no_title_breaks_the_file() -> None:
    found = events(MADE, BEGUN, title="请示：甲\r\nBEGIN:VALARM\x00；乙,丙")
    assert all("请示：甲 BEGIN:VALARM；乙,丙" in event["description"] for event in found.values())
    assert sum(len(event.walk("VALARM")) for event in found.values()) == len(found)


def test_nobody_else_sees_it_and_nobody_is_busy_all_day() -> None:
    for event in events(MADE, BEGUN).values():
        assert (event["class"], event["transp"]) == ("PRIVATE", "TRANSPARENT")
