"""Cases from their beginning to their end, on both databases."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, insert, text
from sqlalchemy.exc import IntegrityError

from storage.cases import (
    RUNNING,
    CaseMoved,
    CaseState,
    CaseView,
    NewStep,
    TermEnding,
    add_case,
    add_case_file,
    case,
    case_files,
    cases_about,
    cases_of,
    cases_to_remind,
    close_case,
    correct_step,
    count_cases,
    end_posts,
    give_post,
    history_of,
    move_case,
    newest_record,
    open_case_about,
    pause_case,
    record_steps,
    reopen_case,
    resume_case,
    set_remind,
    steps_of,
    terms_ending,
    withdraw_step,
)
from storage.database import MIGRATIONS, Database, Session
from storage.files import add_file
from storage.models import Case, OrganizationKind, PostKind
from storage.people import COMMITTEE, organization
from tests.storage.kit import NOW, Town, add_organization, add_town

DAY = date(2026, 3, 5)
APPLIED = NewStep("application", DAY, {"received_on": "2026-03-05", "pages": 3, "income": "12.50"})
TALKED = NewStep("talk", date(2026, 3, 20), {"talker": {"id": 7, "name": "苏一"}, "points": ["动机", "不足"]})


async def _add_case(database: Database, town: Town, subject_id: int | None = None, procedure: str = "admission") -> int:
    async with database.transaction() as session:
        return await add_case(
            session,
            organization_id=town.branch,
            procedure=procedure,
            subject_id=subject_id,
            title="发展党员",
            started_on=DAY,
            remind_on=DAY + timedelta(days=30),
            started_by_id=town.secretary,
        )


async def _record(database: Database, town: Town, case_id: int, *records: NewStep) -> list[int]:
    async with database.transaction() as session:
        found = await case(session, case_id)
        assert found is not None
        return await record_steps(
            session, case_id, records, after=found.newest_record, recorded_by_id=town.secretary, now=NOW
        )


async def _correct(database: Database, step_id: int, done_on: date, **answers: Any) -> int:
    async with database.transaction() as session:
        return await correct_step(
            session, step_id, done_on=done_on, answers=answers, reason="日期记错", recorded_by_id=None, now=NOW
        )


async def _withdraw(database: Database, step_id: int) -> int:
    async with database.transaction() as session:
        return await withdraw_step(session, step_id, reason="记到别人那里了", recorded_by_id=None, now=NOW)


async def _case(database: Database, case_id: int) -> CaseView:
    async with database.reading() as session:
        found = await case(session, case_id)
    assert found is not None
    return found


async def test_a_case_is_read_back_as_it_was_begun(database: Database) -> None:
    town = await add_town(database)
    case_id = await _add_case(database, town, town.activist)
    assert await _case(database, case_id) == CaseView(
        id=case_id,
        organization_id=town.branch,
        organization_name="柳荫村党支部",
        path=f"/{town.committee}/{town.branch}/",
        timezone="Asia/Shanghai",
        procedure="admission",
        subject_id=town.activist,
        subject_name="季极",
        title="发展党员",
        state=CaseState.OPEN,
        outcome=None,
        started_on=DAY,
        closed_on=None,
        remind_on=DAY + timedelta(days=30),
        paused_why="",
        taken_over_at="",
        newest_record=0,
    )
    about_the_branch = await _add_case(database, town, procedure="election")
    assert (await _case(database, about_the_branch)).subject_name is None
    async with database.reading() as session:
        assert await case(session, 10_000) is None


async def test_a_case_that_began_elsewhere_says_at_which_step_it_was_taken_over(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        case_id = await add_case(
            session,
            organization_id=town.branch,
            procedure="admission",
            subject_id=town.activist,
            title="发展党员",
            started_on=DAY,
            remind_on=None,
            started_by_id=None,
            taken_over_at="activist",
        )
    taken_over = await _case(database, case_id)
    assert (taken_over.taken_over_at, taken_over.remind_on) == ("activist", None)


async def test_cases_are_listed_newest_first_by_state_and_procedure_in_pages(database: Database) -> None:
    town = await add_town(database)
    ids = [await _add_case(database, town, one, "admission") for one in (town.activist, town.probationary)]
    ids += [await _add_case(database, town, None, "election") for _ in range(3)]
    async with database.transaction() as session:
        assert await pause_case(session, ids[1], "外出务工")
        assert await close_case(session, ids[4], outcome="done", on=DAY)
        assert await move_case(session, ids[3], town.other_branch)
    async with database.reading() as session:

        async def listed(**wanted: Any) -> list[int]:
            return [one.id for one in await cases_of(session, town.branch, **wanted)]

        assert await listed(states=RUNNING) == [ids[2], ids[1], ids[0]]
        assert await listed(states=RUNNING, limit=1, offset=1) == [ids[1]]
        assert await listed(states=RUNNING, procedure="election") == [ids[2]]
        assert await listed(states=[CaseState.CLOSED]) == [ids[4]]
        assert await count_cases(session, town.branch, states=RUNNING) == 3
        assert await count_cases(session, town.branch, states=CaseState, procedure="election") == 2
        assert [one.organization_id for one in await cases_of(session, town.other_branch, states=RUNNING)] == [
            town.other_branch
        ]


async def test_the_case_about_somebody_is_found_until_it_is_closed(database: Database) -> None:
    town = await add_town(database)
    old, running = [await _add_case(database, town, town.activist) for _ in range(2)]
    other = await _add_case(database, town, town.activist, "heart_to_heart")
    async with database.transaction() as session:
        await close_case(session, old, outcome="stopped", on=DAY)
        await pause_case(session, running, "")
    async with database.transaction() as session:
        assert [one.id for one in await cases_about(session, town.activist)] == [other, running, old]
        assert await cases_about(session, town.secretary) == []
        found = await open_case_about(session, "admission", town.activist)
        assert found is not None
        assert found.id == running
        await close_case(session, running, outcome="done", on=DAY)
        assert await open_case_about(session, "admission", town.activist) is None
        assert await open_case_about(session, "heart_to_heart", town.secretary) is None


async def test_steps_are_read_back_in_the_order_of_recording(database: Database) -> None:
    town = await add_town(database)
    case_id, empty = [await _add_case(database, town) for _ in range(2)]
    ids = await _record(database, town, case_id, TALKED, APPLIED)
    async with database.reading() as session:
        steps = await steps_of(session, [case_id, empty])
        assert await steps_of(session, []) == {}
        assert await newest_record(session, case_id) == ids[1]
        assert await newest_record(session, empty) == 0
    assert steps[empty] == []
    assert [(one.id, one.step, one.done_on) for one in steps[case_id]] == [
        (ids[0], "talk", TALKED.done_on),
        (ids[1], "application", DAY),
    ]
    first = steps[case_id][0]
    assert first.answers == TALKED.answers
    assert (first.recorded_by_name, first.recorded_at, first.replaces_id, first.note) == ("苏一", NOW, None, "")


async def test_a_correction_takes_the_place_of_what_it_replaces_and_can_be_corrected_itself(database: Database) -> None:
    town = await add_town(database)
    case_id = await _add_case(database, town)
    first, second = await _record(database, town, case_id, NewStep("review", DAY, {"n": 1}), NewStep("review", DAY, {}))
    better = await _correct(database, first, DAY + timedelta(days=1), n=2)
    best = await _correct(database, better, DAY + timedelta(days=2), n=3)
    async with database.reading() as session:
        [one, other] = (await steps_of(session, [case_id]))[case_id]
        history = await history_of(session, case_id)
    assert (one.id, one.step, one.done_on, one.answers) == (best, "review", DAY + timedelta(days=2), {"n": 3})
    assert (one.note, one.replaces_id) == ("日期记错", better)
    assert other.id == second
    assert [(row.id, row.replaces_id, row.answers.get("n")) for row in history] == [
        (first, None, 1),
        (second, None, None),
        (better, first, 2),
        (best, better, 3),
    ]


async def test_a_record_taken_back_is_kept_but_not_in_force(database: Database) -> None:
    town = await add_town(database)
    case_id = await _add_case(database, town)
    applied, talked = await _record(database, town, case_id, APPLIED, TALKED)
    corrected = await _correct(database, applied, DAY)
    taken_back = await _withdraw(database, corrected)
    assert (await _case(database, case_id)).newest_record == taken_back
    async with database.reading() as session:
        assert [one.id for one in (await steps_of(session, [case_id]))[case_id]] == [talked]
        last = (await history_of(session, case_id))[-1]
    assert (last.id, last.replaces_id, last.withdrawn) == (taken_back, corrected, True)
    assert (last.step, last.note, last.done_on) == ("application", "记到别人那里了", DAY)
    [again] = await _record(database, town, case_id, APPLIED)
    async with database.reading() as session:
        assert [one.id for one in (await steps_of(session, [case_id]))[case_id]] == [talked, again]


async def test_what_is_not_in_force_cannot_be_corrected_or_taken_back(database: Database) -> None:
    town = await add_town(database)
    case_id = await _add_case(database, town)
    applied, talked = await _record(database, town, case_id, APPLIED, TALKED)
    await _correct(database, applied, DAY)
    taken_back = await _withdraw(database, talked)
    for step_id in (applied, talked, taken_back, 10_000):
        with pytest.raises(CaseMoved):
            await _correct(database, step_id, DAY)
        with pytest.raises(CaseMoved):
            await _withdraw(database, step_id)
    async with database.reading() as session:
        assert len(await history_of(session, case_id)) == 4


async def test_who_has_not_seen_the_newest_record_cannot_record(database: Database) -> None:
    town = await add_town(database)
    case_id = await _add_case(database, town)
    [applied] = await _record(database, town, case_id, APPLIED)
    corrected = await _correct(database, applied, DAY)

    async def attempt(session: Session, id: int, after: int) -> None:
        with pytest.raises(CaseMoved):
            await record_steps(session, id, [TALKED], after=after, recorded_by_id=None, now=NOW)

    async with database.transaction() as session:
        await attempt(session, case_id, 0)
        await attempt(session, case_id, applied)
        await attempt(session, 10_000, 0)
        await close_case(session, case_id, outcome="done", on=DAY)
        await attempt(session, case_id, corrected)
        await reopen_case(session, case_id)
        await record_steps(session, case_id, [TALKED], after=corrected, recorded_by_id=None, now=NOW)
    async with database.reading() as session:
        assert [one.step for one in (await steps_of(session, [case_id]))[case_id]] == ["application", "talk"]


async def _at_once(work: Callable[[], Awaitable[object]], times: int) -> list[object]:
    return await asyncio.gather(*(work() for _ in range(times)), return_exceptions=True)


async def test_of_several_who_record_or_correct_at_once_one_does(database: Database, database_url: str) -> None:
    town = await add_town(database)
    others = [Database(database_url) for _ in range(3)]  # as other processes would be: no lock is shared in memory
    turns = iter(others * 20)

    async def record() -> None:
        async with next(turns).transaction() as session:
            await record_steps(session, case_id, [APPLIED], after=0, recorded_by_id=None, now=NOW)

    async def correct() -> None:
        await _correct(next(turns), applied, DAY, pages=4)

    async def take_back() -> None:
        await _withdraw(next(turns), applied)

    for _ in range(5):
        case_id = await _add_case(database, town)
        ended = await _at_once(record, 3)
        assert sorted(map(type, ended), key=str) == [type(None), CaseMoved, CaseMoved]
        async with database.reading() as session:
            [applied] = [one.id for one in await history_of(session, case_id)]
        ended = await asyncio.gather(correct(), take_back(), correct(), return_exceptions=True)
        assert sorted(map(type, ended), key=str) == [type(None), CaseMoved, CaseMoved]
        async with database.reading() as session:
            assert len(await history_of(session, case_id)) == 2
    for other in others:
        await other.close()


async def test_a_case_is_closed_once_and_can_be_opened_again(database: Database) -> None:
    town = await add_town(database)
    case_id = await _add_case(database, town)
    async with database.transaction() as session:
        assert not await reopen_case(session, case_id)
        assert await close_case(session, case_id, outcome="stopped", on=DAY, why="本人撤回申请")
        assert not await close_case(session, case_id, outcome="done", on=DAY + timedelta(days=1))
        for refused in (
            pause_case(session, case_id, ""),
            resume_case(session, case_id),
            move_case(session, case_id, town.other_branch),
            set_remind(session, case_id, DAY),
        ):
            assert not await refused
    closed = await _case(database, case_id)
    assert (closed.state, closed.outcome, closed.closed_on, closed.remind_on) == (
        CaseState.CLOSED,
        "stopped",
        DAY,
        None,
    )
    assert (closed.organization_id, closed.paused_why) == (town.branch, "本人撤回申请")
    async with database.transaction() as session:
        assert await reopen_case(session, case_id)
    again = await _case(database, case_id)
    assert (again.state, again.outcome, again.closed_on, again.paused_why) == (CaseState.OPEN, None, None, "")


async def test_a_case_that_rests_says_why_until_it_goes_on(database: Database) -> None:
    town = await add_town(database)
    case_id = await _add_case(database, town)
    async with database.transaction() as session:
        assert not await resume_case(session, case_id)
        assert await pause_case(session, case_id, "本人外出务工")
        assert not await pause_case(session, case_id, "别的")
    resting = await _case(database, case_id)
    assert (resting.state, resting.paused_why) == (CaseState.PAUSED, "本人外出务工")
    async with database.transaction() as session:
        assert await resume_case(session, case_id)
    going_on = await _case(database, case_id)
    assert (going_on.state, going_on.paused_why) == (CaseState.OPEN, "")


async def test_a_case_moves_with_everything_that_is_recorded(database: Database) -> None:
    town = await add_town(database)
    case_id = await _add_case(database, town, town.activist)
    await _record(database, town, case_id, APPLIED)
    async with database.transaction() as session:
        assert await move_case(session, case_id, town.other_branch)
    moved = await _case(database, case_id)
    assert (moved.organization_name, moved.path) == ("渡口村党支部", f"/{town.committee}/{town.other_branch}/")
    async with database.reading() as session:
        assert len((await steps_of(session, [case_id]))[case_id]) == 1
        assert await cases_of(session, town.branch, states=RUNNING) == []


async def test_only_open_cases_whose_day_has_come_are_due(database: Database) -> None:
    town = await add_town(database)
    ids = [await _add_case(database, town) for _ in range(6)]
    async with database.transaction() as session:
        for case_id, day in zip(ids, (DAY, DAY - timedelta(days=2), DAY, DAY + timedelta(days=1)), strict=False):
            assert await set_remind(session, case_id, day)
        assert await set_remind(session, ids[4], None)
        await set_remind(session, ids[5], DAY)
        await pause_case(session, ids[5], "")
    async with database.reading() as session:
        assert [one.id for one in await cases_to_remind(session, DAY)] == [ids[1], ids[0], ids[2]]
        assert [one.id for one in await cases_to_remind(session, DAY, [town.branch])] == [ids[1], ids[0], ids[2]]
        assert await cases_to_remind(session, DAY, [town.other_branch]) == []
        assert await cases_to_remind(session, DAY - timedelta(days=3)) == []


async def test_files_are_kept_with_their_case(database: Database) -> None:
    town = await add_town(database)
    case_id, other = [await _add_case(database, town) for _ in range(2)]
    async with database.transaction() as session:
        for name in ("谈话记录.docx", "谈" * 300):
            file_id = await add_file(session, name, "application/octet-stream", b"word", NOW)
            await add_case_file(
                session, case_id, step="talk", file_id=file_id, name=name, added_by_id=town.secretary, now=NOW
            )
    async with database.reading() as session:
        first, second = await case_files(session, case_id)
        assert await case_files(session, other) == []
    assert (first.step, first.name, first.added_at) == ("talk", "谈话记录.docx", NOW)
    assert second.name == "谈" * 200
    assert second.file_id == first.file_id + 1
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await add_case_file(session, case_id, step="", file_id=10_000, name="", added_by_id=None, now=NOW)


async def test_branches_whose_term_ends_are_found_unless_the_election_is_on_its_way(database: Database) -> None:
    town = await add_town(database)
    ends = date(2027, 3, 1)
    async with database.transaction() as session:
        committee = await organization(session, town.committee)
        assert committee is not None
        await end_posts(session, town.branch, COMMITTEE, DAY)
        for index, (kind, term_ends) in enumerate(
            (
                (PostKind.SECRETARY, ends),
                (PostKind.ORGANIZATION_COMMISSIONER, ends - timedelta(days=90)),
                (PostKind.PUBLICITY_COMMISSIONER, None),
                (PostKind.GROUP_LEADER, ends + timedelta(days=400)),
            )
        ):
            await give_post(session, town.full[index], town.branch, kind, DAY, term_ends)
        await give_post(session, town.full[4], town.committee, PostKind.SECRETARY, DAY, ends)
        await give_post(session, town.full[5], town.other_branch, PostKind.SECRETARY, DAY, ends - timedelta(days=1))

    async def found(first: date, last: date) -> list[TermEnding]:
        async with database.reading() as session:
            return await terms_ending(session, first, last)

    here = TermEnding(town.branch, "柳荫村党支部", f"/{town.committee}/{town.branch}/", "Asia/Shanghai", ends)
    both = await found(ends - timedelta(days=1), ends)
    assert [one.organization_id for one in both] == [town.other_branch, town.branch]
    assert both[1] == here
    assert await found(ends, ends) == [here]
    assert await found(ends - timedelta(days=100), ends - timedelta(days=2)) == []
    assert await found(ends + timedelta(days=1), ends + timedelta(days=500)) == []
    case_id = await _add_case(database, town, None, "election")
    assert await found(ends, ends) == []
    async with database.transaction() as session:
        await close_case(session, case_id, outcome="stopped", on=DAY)
    assert await found(ends, ends) == [here]


async def test_ten_thousand_cases_elsewhere_are_not_gone_through(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        root = await add_organization(session, OrganizationKind.COMMITTEE, "白石镇党委", None)
        places = [await add_organization(session, OrganizationKind.BRANCH, f"第{n}党支部", root) for n in range(200)]
        rows = [
            {
                "organization_id": places[n % 200].id,
                "procedure": "admission",
                "subject_id": town.activist if n % 1000 == 0 else town.full[n % 8],
                "title": "发展党员",
                "state": CaseState.PAUSED if n % 5 == 0 else CaseState.OPEN,
                "started_on": DAY,
                "remind_on": DAY + timedelta(days=n // 20),
            }
            for n in range(10_000)
        ]
        await session.execute(insert(Case), rows)
    if not database.is_sqlite:
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("ANALYZE")

    async def plan(look: Callable[[Session], Awaitable[list[CaseView]]], count: int) -> str:
        """How the one statement of a query is executed, in the words of the database."""
        said: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
            if statement.startswith("SELECT"):
                said.append((statement, parameters))

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        async with database.reading() as session:
            assert len(await look(session)) == count
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        [(statement, parameters)] = said
        async with database.engine.connect() as connection:
            if database.is_sqlite:
                explained = await connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
                return "\n".join(map(str, explained))
            # As it is planned from the sixth time on: without knowing the values.
            await connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
            await connection.exec_driver_sql("PREPARE looking AS " + statement)
            unknown = ", ".join(["NULL"] * len(parameters))
            explained = await connection.exec_driver_sql(f"EXPLAIN EXECUTE looking({unknown})")
            await connection.exec_driver_sql("DEALLOCATE looking")
            return "\n".join(map(str, explained))

    scanned = "SCAN cases" if database.is_sqlite else "Seq Scan on cases"
    for look, count, index in (
        (lambda session: cases_of(session, places[7].id, states=RUNNING), 10, "ix_cases_organization"),
        (lambda session: cases_to_remind(session, DAY), 16, "ix_cases_remind"),
        (lambda session: cases_about(session, town.activist), 10, "ix_cases_subject_id"),
    ):
        found = await plan(look, count)
        assert index in found, found
        assert scanned not in found, found


def _to_the_one_before(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:  # as `Database.migrate` does: a table that others refer to is made anew
        _say(connection, "PRAGMA foreign_keys=OFF")
    with connection.begin():
        command.downgrade(config, "0004")
    if sqlite:
        _say(connection, "PRAGMA foreign_keys=ON")


def _say(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


async def test_cases_from_before_are_kept_by_the_migration(database: Database) -> None:
    town = await add_town(database)
    async with database.engine.connect() as connection:
        await connection.run_sync(_to_the_one_before)
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO cases (id, organization_id, procedure, subject_id, title, state, started_on)"
                f" VALUES (3, {town.branch}, 'admission', {town.activist}, '发展党员', 'open', '2026-03-05')"
            )
        )
        for id, replaces in ((5, "NULL"), (6, "5")):
            figures = json.dumps({"pages": id})
            await session.execute(
                text(
                    "INSERT INTO case_steps (id, case_id, step, done_on, figures, note, recorded_at, replaces_id)"
                    f" VALUES ({id}, 3, 'talk', '2026-03-05', '{figures}', '', '2026-03-05 08:00:00', {replaces})"
                )
            )
    await database.migrate()
    found = await _case(database, 3)
    assert (found.subject_name, found.state, found.outcome, found.remind_on, found.paused_why) == (
        "季极",
        CaseState.OPEN,
        None,
        None,
        "",
    )
    async with database.reading() as session:
        [one] = (await steps_of(session, [3]))[3]
        assert (one.id, one.answers, one.withdrawn) == (6, {"pages": 6}, False)
        assert len(await history_of(session, 3)) == 2
