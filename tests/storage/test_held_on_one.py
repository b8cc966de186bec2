"""What is held on one person, on both databases: all of it is found, and a phone that is let go keeps nothing."""

from datetime import date, timedelta

from sqlalchemy import select

from storage.accounts import lock_account
from storage.database import Database
from storage.dialogues import start_run
from storage.models import (
    Account,
    Attendance,
    Base,
    Delivery,
    Lane,
    MakeUp,
    OutboxMessage,
    Person,
    PostKind,
    Presence,
    Run,
    RunState,
    Status,
    Task,
)
from storage.my_data import (
    HANDLED,
    OWN,
    attended_by,
    bound_to,
    charged_to,
    done_by,
    made_up_by,
    other_names,
    served_by,
    small_traces,
    stretches_of,
    unbind,
)
from storage.outbox import Draft, put
from storage.people import audit
from tests.storage.kit import NOW, START, add_convened_meeting, add_town


def test_every_column_that_names_a_person_is_shown_or_counted() -> None:
    named = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == Person.__tablename__ for key in column.foreign_keys)
    }
    known = {(column.class_.__tablename__, column.key) for column in (*OWN, *HANDLED)}
    assert named == known


async def test_what_is_held_is_found_by_topic_and_others_have_their_own(database: Database) -> None:
    town = await add_town(database)
    who = town.full[1]
    meeting_id = await add_convened_meeting(database, town)
    async with database.transaction() as session:
        query = select(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.person_id == who)
        mine = (await session.scalars(query)).one()
        mine.presence, mine.reason, mine.granted_by_id = Presence.EXCUSED, "出差", town.secretary
        session.add(MakeUp(attendance_id=mine.id, what="自学条例", due_on=date(2026, 12, 1)))
        task = Task(organization_id=town.branch, what="修路", person_id=who, created_by_id=who, created_at=NOW)
        session.add(task)
        await audit(session, NOW, who, town.branch, "convene", "meeting:1")
    async with database.reading() as session:
        (attended,) = await attended_by(session, who)
        assert (attended.presence, attended.reason) == (Presence.EXCUSED, "出差")
        assert [one.what for one in await made_up_by(session, who)] == ["自学条例"]
        assert [one.what for one in await charged_to(session, who)] == ["修路"]
        assert [one.action for one in await done_by(session, who)] == ["convene"]
        (stretch,) = await stretches_of(session, who)
        assert (stretch.status, stretch.since, stretch.until) == (Status.FULL, START, None)
        assert [one.kind for one in await served_by(session, who)] == [PostKind.ORGANIZATION_COMMISSIONER]
        assert (await small_traces(session, who))["handled"] == 1
        assert (await small_traces(session, town.secretary))["handled"] == 2  # convened, and granted leave
        other = town.full[2]
        for held in (made_up_by, charged_to, done_by, served_by, bound_to):
            assert await held(session, other) == []


async def test_the_names_of_the_others_are_known_and_a_namesake_is_none(database: Database) -> None:
    town = await add_town(database)
    async with database.reading() as session:
        names = await other_names(session, town.full[0])
    assert "苏一" not in names
    assert {"苏二", "余备", "季极"} <= set(names)
    assert names == sorted(names, key=lambda name: (-len(name), name))


async def test_a_phone_that_is_let_go_keeps_no_draft_and_gets_no_notice(database: Database) -> None:
    town = await add_town(database)
    who = town.full[1]
    accounts = []
    for user in ("旧手机", "新手机"):
        async with database.transaction() as session:
            account = await lock_account(session, "fake", "t", user, user, NOW)
            account.person_id = who
            run = await start_run(session, account.id, "hand_in_report", {"answers": {"paper": "心里话"}}, NOW)
            run.state = RunState.PARKED
            accounts.append(account.id)
            draft = Draft("fake", "t", user, "开会通知", lane=Lane.PUSH, account_id=account.id)
            await put(session, [draft], NOW)
    async with database.transaction() as session:
        mine = await start_run(session, accounts[0], "unbind_phone", {}, NOW)
        await unbind(session, accounts[0], who, keep_run=mine.id, now=NOW + timedelta(minutes=1))
    async with database.reading() as session:
        bound = {row[0]: row[1] for row in await session.execute(select(Account.id, Account.person_id))}
        runs = (await session.execute(select(Run.account_id, Run.state, Run.journal, Run.dialogue))).all()
        waiting = list(
            await session.scalars(select(OutboxMessage.account_id).where(OutboxMessage.state == Delivery.WAITING))
        )
        assert [one.id for one in await bound_to(session, who)] == [accounts[1]]
    assert bound == {accounts[0]: None, accounts[1]: who}
    assert waiting == [accounts[1]]
    old = [
        (state, journal) for account, state, journal, name in runs if account == accounts[0] and name != "unbind_phone"
    ]
    assert old == [(RunState.CANCELLED, {})]
    assert any(account == accounts[1] and state is RunState.PARKED and journal for account, state, journal, _ in runs)
