"""What other steps of a case say, where the step that makes a paper says nothing."""

from collections.abc import Mapping
from typing import Any

_ONE_SITTING = """
held_on done_on decided_on replied_on reviewed_on checked_on reported_on ended_on started_on planned_on starts_at title
place host recorder talker person people secretary deputy guests way by form method agenda content discussion plans
eligible present expected excused absent missing in_favour against abstained written issued collected valid invalid
votes votes_against votes_abstained passed unanimous approved agreed clear quiet outcome result resolution conclusion
reply answer opinion opinions remarks progress months hours days total score left done notice_first notice_last
first_day last_day
"""
OF_ONE_SITTING = frozenset(_ONE_SITTING.split())
"""Facts that are true of the step alone that recorded them."""


def with_earlier(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """The context of a paper, its `step` completed from its `facts`; of several steps the one recorded last is taken.

    A form is often filled in over several steps, and a matter keeps its topic. What belongs to one sitting or one day
    stays with its step: nobody is present at a second meeting because of the first.
    """
    facts, step = context.get("facts"), context.get("step")
    if not isinstance(facts, Mapping) or not isinstance(step, Mapping | None):
        return context
    earlier = {
        name: value
        for values in facts.values()
        if isinstance(values, Mapping)
        for name, value in values.items()
        if name not in OF_ONE_SITTING
    }
    return {**context, "step": {**earlier, **(step or {})}}
