"""Writing what a sitting decided: the steps, what they change in the roster, the end of a case, the next reminder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.case_work import Work
from handlers.dialogue.turn import Turn
from knowledge.procedure.facts import Facts
from knowledge.procedure.model import Effect, Outcome, Step
from knowledge.procedure.standing import Ended
from storage.case_steps import NewStep, record_steps
from storage.cases import close_case, set_due, set_remind
from storage.memberships import change_status, end_membership, end_posts, give_post
from storage.models import PostKind, Status
from storage.people import COMMITTEE, audit

BRANCH_POSTS = (*COMMITTEE, PostKind.GROUP_LEADER)
"""What nobody holds in a branch that they have left."""


REASONS = "_reasons"
"""Where reasons stand among the answers of a step; no field can be called so."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One step as a sitting has it: its day, and its answers as JSON by field; `reasons` by check."""

    step: Step
    done_on: date
    answers: dict[str, Any]
    reasons: dict[str, str]

    @property
    def kept(self) -> dict[str, Any]:
        """What is stored."""
        return {**self.answers, **({REASONS: self.reasons} if self.reasons else {})}


async def write_steps(turn: Turn, work: Work, taken: Sequence[Taken]) -> Ended | None:
    """Record the steps of one case, with everything that follows from them; how it ended, if it did.

    Raises `storage.case_steps.CaseMoved` when somebody recorded in the meantime.
    """
    rows = [NewStep(one.step.id, one.done_on, one.kept, "；".join(one.reasons.values())) for one in taken]
    await record_steps(turn.session, work.case.id, rows, after=work.newest, recorded_by_id=turn.person_id, now=turn.now)
    await audit(
        turn.session, turn.now, turn.person_id, work.case.organization_id, "record_steps", f"case:{work.case.id}"
    )
    after = work
    for one in taken:
        after = after.supposing(one.step.id, one.done_on, one.answers)
        for effect in one.step.effects:
            if after.facts.holds(effect.when, one.step.id) is True:
                await _take_effect(turn, work, effect, one, after.facts)
    return await settle(turn, after)


async def settle(turn: Turn, work: Work) -> Ended | None:
    """Close a case that has come to its end, or set the day from which on something has to be said."""
    ended = work.standing.ended
    if ended is not None:
        await close_case(turn.session, work.case.id, outcome=ended.outcome.value, on=turn.today)
        return ended
    await set_remind(turn.session, work.case.id, work.standing.first_reminder)
    await set_due(turn.session, work.case.id, work.standing.due)
    return None


async def _take_effect(turn: Turn, work: Work, effect: Effect, taken: Taken, facts: Facts) -> None:
    session, person, place = turn.session, work.case.subject_id, work.case.organization_id
    since = (effect.since and facts.get(effect.since, taken.step.id)) or taken.done_on
    if effect.status and person is not None:
        await change_status(session, person, Status(effect.status), since)
    if effect.leaves and person is not None:
        await end_membership(session, person, since)
        await end_posts(session, place, BRANCH_POSTS, since, person_id=person)
    if effect.post and effect.holders:
        kind = PostKind(effect.post)
        chosen = facts.get(effect.holders, taken.step.id)
        if not chosen:
            return
        term_ends = facts.get("term_ends", taken.step.id) or work.around.get("branch.term_ends")
        await end_posts(session, place, [kind], since)
        for one in chosen if isinstance(chosen, list) else [chosen]:
            await give_post(session, one.id, place, kind, since, term_ends)


__all__ = ["Outcome", "Taken", "settle", "write_steps"]
