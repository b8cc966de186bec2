"""A vacancy from the request to the handover."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from knowledge.procedure.model import Outcome
from tests.knowledge.procedures.walks import CHEN, LI, WANG, ZHAO, Walk

AROUND = {"branch.full_members": 16, "branch.eligible": 16, "branch.committee_members": 2}
VACANCY: dict[str, Any] = {
    "decided_on": date(2026, 3, 5),
    "branch_kind": "regular",
    "post": "secretary",
    "seats": 1,
    "full_members": 16,
    "eligible": 16,
    "left_out": 0,
    "planned_on": date(2026, 4, 20),
}
ELECTION: dict[str, Any] = {
    "held_on": date(2026, 4, 20),
    "present": 14,
    "method_passed": True,
    "issued": 14,
    "collected": 14,
    "invalid": 0,
    "named": [WANG, LI],
    "votes": {WANG.id: 10, LI.id: 4},
}
CHOSEN = {"held_on": date(2026, 4, 20), "eligible": 3, "present": 3, "chosen": WANG, "in_favour": 3}


def at_the_meeting(vacancy: dict[str, Any] | None = None, consent: dict[str, Any] | None = None) -> Walk:
    one = Walk("by-election", AROUND).record("vacancy", **{**VACANCY, **(vacancy or {})})
    one.record("consent", replied_on=date(2026, 3, 19), answer="elect", **(consent or {}))
    one.record("nominations", nominated_on=date(2026, 3, 28), candidates=[WANG, LI])
    one.record("nominees_agreed", replied_on=date(2026, 4, 11))
    return one.record("ballots", prepared_on=date(2026, 4, 15), scrutineers=[ZHAO], tellers=[CHEN])


def test_a_secretary_is_elected_by_the_members_and_then_the_committee() -> None:
    one = at_the_meeting().record("election", **ELECTION).record("post_election", **CHOSEN)
    one.record("filing", reported_on=date(2026, 4, 22)).record("posts_agreed", replied_on=date(2026, 5, 6), agreed=True)
    step = one.procedure.step("posts_agreed")
    holding = [effect for effect in step.effects if one.facts.holds(effect.when, step.id) is True]
    assert [(effect.post, one.facts.get(effect.holders)) for effect in holding] == [("secretary", WANG)]
    one.record("handover", handed_over_on=date(2026, 5, 10))
    assert one.ended is not None
    assert one.ended.outcome is Outcome.DONE


def test_a_member_of_the_committee_is_only_filed() -> None:
    one = at_the_meeting({"post": "member"}).record("election", **ELECTION)
    assert one.open == ["filing"]
    one.record("filing", reported_on=date(2026, 4, 22)).record("handover", handed_over_on=date(2026, 4, 25))
    assert one.ended is not None
    assert one.ended.outcome is Outcome.DONE


def test_a_small_branch_elects_its_secretary_directly() -> None:
    one = at_the_meeting({"full_members": 5, "eligible": 5})
    one.record("election", **{**ELECTION, "present": 4, "issued": 4, "collected": 4, "votes": {WANG.id: 3, LI.id: 1}})
    one.record("filing", reported_on=date(2026, 4, 22)).record("posts_agreed", replied_on=date(2026, 5, 6), agreed=True)
    step = one.procedure.step("posts_agreed")
    holding = [effect for effect in step.effects if one.facts.holds(effect.when, step.id) is True]
    assert [(effect.post, one.facts.get(effect.holders)) for effect in holding] == [("secretary", [WANG])]


def test_the_level_above_may_appoint_a_secretary_and_then_nobody_votes() -> None:
    one = Walk("by-election", AROUND).record("vacancy", **VACANCY)
    one.record("consent", replied_on=date(2026, 3, 19), answer="appointed", appointed=WANG)
    assert one.ended is not None
    assert "不用补选" in one.ended.says
    member = Walk("by-election", AROUND).record("vacancy", **{**VACANCY, "post": "member"})
    given = {"replied_on": date(2026, 3, 19), "answer": "appointed", "appointed": WANG}
    assert member.levels("consent", "answer", **given) == {"members_are_elected": "stop"}


def test_it_ends_when_the_level_above_does_not_agree() -> None:
    one = at_the_meeting().record("election", **ELECTION).record("post_election", **CHOSEN)
    one.record("filing", reported_on=date(2026, 4, 22)).record(
        "posts_agreed", replied_on=date(2026, 5, 6), agreed=False
    )
    assert one.ended is not None
    assert one.ended.outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"branch_kind": "temporary"}, {"not_temporary": "stop"}),
        ({"eligible": 17}, {"eligible_are_full": "stop"}),
        ({"left_out": 17}, {"left_out_are_eligible": "stop"}),
        ({"planned_on": date(2026, 3, 4)}, {"planned_after": "stop"}),
    ],
)
def test_mistakes_of_the_request(wrong: dict[str, Any], found: dict[str, str]) -> None:
    assert Walk("by-election", AROUND).levels("vacancy", **{**VACANCY, **wrong}) == found


def test_a_vacancy_shortly_before_the_end_of_the_term() -> None:
    one = Walk("by-election", {**AROUND, "branch.term_ends": date(2026, 4, 1)})
    assert one.levels("vacancy", **VACANCY) == {"in_term": "warn"}


@pytest.mark.parametrize(
    ("touching", "wrong", "found"),
    [
        ("present", {"present": 12}, "quorate"),
        ("present", {"present": 17}, "present_are_expected"),
        ("method_passed", {"method_passed": False}, "passed_first"),
        ("issued", {"issued": 15}, "no_proxies"),
        ("collected", {"collected": 15}, "ballot_counts"),
        ("invalid", {"invalid": 15}, "invalid_were_collected"),
        ("votes", {"votes": {WANG.id: 10, LI.id: 5}}, "votes_fit"),
        ("held_on", {"held_on": date(2026, 4, 10)}, "after_agreed"),
    ],
)
def test_a_mistake_at_the_meeting_is_stopped_as_it_is_typed(touching: str, wrong: dict[str, Any], found: str) -> None:
    one = at_the_meeting()
    assert one.levels("election", touching, **one.typed("election", touching, {**ELECTION, **wrong})) == {found: "stop"}
    assert one.levels("election", touching, **one.typed("election", touching, ELECTION)) == {}


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"present": 4, "in_favour": 3}, {"present_are_members": "stop"}),
        ({"present": 1, "in_favour": 1}, {"quorate": "stop", "carried": "stop"}),
        ({"present": 2, "in_favour": 3}, {"votes_of_those_present": "stop"}),
        ({"in_favour": 1}, {"carried": "stop"}),
        ({"held_on": date(2026, 4, 19)}, {"after_election": "stop"}),
    ],
)
def test_mistakes_in_the_committee(wrong: dict[str, Any], found: dict[str, str]) -> None:
    one = at_the_meeting().record("election", **ELECTION)
    assert one.levels("post_election", **{**CHOSEN, **wrong}) == found


def test_nobody_is_elected_until_somebody_is() -> None:
    one = at_the_meeting().record("election", **{**ELECTION, "votes": {WANG.id: 8, LI.id: 6}})
    assert one.facts.get("election.outcome") == "short"
    assert one.open == ["election"]
    assert one.standing.stage_now == 2
    one.record("election", **ELECTION)
    assert one.facts.get("election.elected") == [WANG]
    one.record("post_election", **CHOSEN)
    assert one.levels("filing", reported_on=date(2026, 4, 22)) == {}
    assert one.levels("filing", reported_on=date(2026, 4, 2)) == {"after_election": "stop"}


def test_seats_are_filled_in_several_ballots() -> None:
    one = at_the_meeting({"post": "member", "seats": 2})
    one.record("election", **ELECTION)
    assert one.facts.get("election.outcome") == "short"
    one.record("election", **{**ELECTION, "named": [LI], "votes": {LI.id: 9}})
    assert one.facts.get("election.elected") == [WANG, LI]
    assert one.open == ["filing"]


def test_seats_that_stay_empty_are_given_up_by_correcting_their_number() -> None:
    one = at_the_meeting({"post": "member", "seats": 2}).record("election", **ELECTION)
    assert one.open == ["election"]
    first = one.records[0]
    one.records[0] = replace(first, answers={**first.answers, "seats": 1})
    assert one.open == ["filing"]


def test_candidates_do_not_watch_and_as_many_candidates_as_seats_are_remarked_on() -> None:
    one = Walk("by-election", AROUND).record("vacancy", **VACANCY)
    one.record("consent", replied_on=date(2026, 3, 19), answer="elect")
    assert one.levels("nominations", nominated_on=date(2026, 3, 28), candidates=[WANG]) == {"enough": "warn"}
    one.record("nominations", nominated_on=date(2026, 3, 28), candidates=[WANG, LI])
    assert one.levels("nominees_agreed", replied_on=date(2026, 3, 27)) == {"after_nominations": "stop"}
    values = {"prepared_on": date(2026, 4, 15), "scrutineers": [WANG], "tellers": [LI]}
    assert one.levels("ballots", **values) == {"scrutineers_do_not_stand": "stop", "tellers_do_not_stand": "stop"}


def test_members_left_out_need_both_approvals() -> None:
    one = at_the_meeting({"left_out": 2}, {"left_out_agreed": True})
    one.record(
        "election",
        **{
            **ELECTION,
            "present": 13,
            "issued": 13,
            "collected": 13,
            "votes": {WANG.id: 9, LI.id: 4},
            "left_out_passed": True,
        },
    )
    assert one.facts.get("election.eligible") == 14
    refused = Walk("by-election", AROUND).record("vacancy", **{**VACANCY, "left_out": 2})
    given = {"replied_on": date(2026, 3, 19), "answer": "elect", "left_out_agreed": False}
    assert refused.levels("consent", **given) == {"left_out_refused": "warn"}
    assert refused.levels("consent", replied_on=date(2026, 3, 1)) == {"after_request": "stop"}


def test_nobody_takes_over_before_the_consent() -> None:
    one = at_the_meeting().record("election", **ELECTION).record("post_election", **CHOSEN)
    one.record("filing", reported_on=date(2026, 4, 22))
    assert one.levels("posts_agreed", replied_on=date(2026, 4, 21), agreed=True) == {"after_filing": "stop"}
    one.record("posts_agreed", replied_on=date(2026, 5, 6), agreed=True)
    assert one.levels("handover", handed_over_on=date(2026, 5, 5)) == {"after_agreed": "stop"}
