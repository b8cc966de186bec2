"""Questions for the curator, on both databases."""

from datetime import timedelta

from storage.database import Database
from storage.models import Organization, OrganizationKind, Outcome
from storage.questions import Unanswered, add_question, give_feedback, question, settle, unanswered
from tests.storage.kit import NOW


async def test_what_was_not_answered_or_did_not_help_is_grouped_with_the_most_asked_first(database: Database) -> None:
    async with database.transaction() as session:
        asked = [
            ("党徽怎么戴", Outcome.UNKNOWN, 3),
            ("党徽怎么戴", Outcome.UNKNOWN, 1),
            ("预备期多长", Outcome.ANSWERED, 2),
            ("食堂几点开", Outcome.UNKNOWN, 2),
            ("换届怎么办", Outcome.ANSWERED, 0),
            ("很久以前的", Outcome.UNKNOWN, -5),
        ]
        ids = [
            await add_question(
                session,
                organization_id=None,
                text=text,
                outcome=outcome,
                entry=None,
                score=41.5,
                now=NOW + timedelta(hours=hour),
            )
            for text, outcome, hour in asked
        ]
        await give_feedback(session, ids[4], False)
        await give_feedback(session, ids[2], False)
        await give_feedback(session, ids[2], True)
        await give_feedback(session, 10_000, True)
    async with database.reading() as session:
        assert await unanswered(session, NOW) == [
            Unanswered("党徽怎么戴", 2, NOW + timedelta(hours=3), ids[1]),
            Unanswered("食堂几点开", 1, NOW + timedelta(hours=2), ids[3]),
            Unanswered("换届怎么办", 1, NOW, ids[4]),
        ]
        assert len(await unanswered(session, NOW, limit=1)) == 1


async def test_a_settled_question_is_not_listed_until_it_is_asked_again(database: Database) -> None:
    async with database.transaction() as session:
        values = {"organization_id": None, "outcome": Outcome.UNKNOWN, "entry": None, "score": 0.0}
        await add_question(session, text="党徽怎么戴", now=NOW, **values)
        await settle(session, ["党徽怎么戴"], NOW + timedelta(hours=1))
        assert await unanswered(session, NOW) == []
        again = await add_question(session, text="党徽怎么戴", now=NOW + timedelta(hours=2), **values)
    async with database.reading() as session:
        assert [(each.times, each.id) for each in await unanswered(session, NOW)] == [(1, again)]


async def test_a_curator_sees_and_settles_what_was_asked_below_her_only(database: Database) -> None:
    async with database.transaction() as session:
        places = [Organization(kind=OrganizationKind.BRANCH, name=name, path="") for name in ("桃花村", "柳湾村")]
        session.add_all(places)
        await session.flush()
        for place in places:
            place.path = f"/{place.id}/"
        await session.flush()
        for place in places:
            asked = {"outcome": Outcome.UNKNOWN, "entry": None, "score": 0.0, "now": NOW}
            await add_question(session, organization_id=place.id, text="党徽怎么戴", **asked)
        path = places[0].path
        assert [each.times for each in await unanswered(session, NOW, path=path)] == [1]
        await settle(session, ["党徽怎么戴"], NOW, path=path)
        assert await unanswered(session, NOW, path=path) == []
        (left,) = await unanswered(session, NOW)
        found = await question(session, left.id)
        assert found is not None
        assert (found.text, found.path) == ("党徽怎么戴", places[1].path)
        assert await question(session, 10_000) is None
