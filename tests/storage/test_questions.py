"""Questions for the curator, on both databases."""

from datetime import timedelta

from storage.database import Database
from storage.models import Outcome
from storage.questions import Unanswered, add_question, give_feedback, unanswered
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
            Unanswered("党徽怎么戴", 2, NOW + timedelta(hours=3)),
            Unanswered("食堂几点开", 1, NOW + timedelta(hours=2)),
            Unanswered("换届怎么办", 1, NOW),
        ]
        assert len(await unanswered(session, NOW, limit=1)) == 1
