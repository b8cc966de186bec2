"""What closes a year waits for December, and until then nobody is asked for it."""

from collections.abc import Callable
from datetime import date

import pytest

from knowledge.procedure.standing import State, standing
from tests.knowledge.procedures import test_dues as dues
from tests.knowledge.procedures import test_goal_management as goals
from tests.knowledge.procedures import test_reader_practices as practices
from tests.knowledge.procedures import test_theory_study as study
from tests.knowledge.procedures import test_training_hours as training
from tests.knowledge.procedures.walks import Walk


def looked_at() -> Walk:
    walk = goals.templated().record("claim", **goals.CLAIM)
    walk.record("review", reviewed_on=date(2026, 2, 20), shown="public")
    return walk.record("progress", checked_on=date(2026, 3, 31), completion=30)


def visited() -> Walk:
    return Walk("contact-person").record("appoint", **practices.APPOINTED).record("visit", **practices.VISIT)


@pytest.mark.parametrize(
    ("begun", "step"),
    [
        (lambda: study.planned().record("session", **study.SESSION), "archive"),
        (looked_at, "grade"),
        (lambda: dues.assessed().record("pay", **dues.JANUARY), "settle"),
        (lambda: training.aimed().record("entry", **training.ENTRY), "close"),
        (visited, "close"),
    ],
)
def test_a_year_is_closed_from_december_on(begun: Callable[[], Walk], step: str) -> None:
    walk = begun()
    for day, state in ((date(2026, 11, 30), State.EARLY), (date(2026, 12, 1), State.OPEN)):
        assert standing(walk.procedure, walk.records, walk.facts, day).place(step).state is state
    dated = walk.procedure.step(step).dated
    assert walk.levels(step, **{dated: date(2026, 11, 30)})["at_the_end_of_the_year"] == "reason"
    assert "at_the_end_of_the_year" not in walk.levels(step, **{dated: date(2026, 12, 1)})
