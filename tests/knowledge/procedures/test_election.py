"""An election from the roll to the handover, with a committee and without one."""

from datetime import date
from typing import Any

import pytest

from knowledge.procedure.facts import Named
from knowledge.procedure.model import Outcome
from knowledge.procedure.timeline import timeline
from tests.knowledge.procedures.walks import CHEN, LI, WANG, ZHAO, Walk

SUN, ZHOU = Named(5, "孙丽"), Named(6, "周强")
AROUND = {
    "branch.full_members": 16,
    "branch.eligible": 16,
    "branch.committee_members": 3,
    "branch.name": "桃花村党支部",
}
ROLL = {
    "checked_on": date(2026, 3, 5),
    "branch_kind": "other",
    "last_elected_on": date(2023, 6, 1),
    "full_members": 16,
    "eligible": 16,
    "leave_out": False,
}
DECISION = {"decided_on": date(2026, 3, 12), "committee_present": 3, "seats": 3, "planned_on": date(2026, 5, 20)}
NAMED = [WANG, LI, ZHAO, CHEN]
NOMINATIONS = {"nominated_on": date(2026, 4, 10), "candidates": NAMED, "secretary": WANG, "secretary_year": True}
ELECTION: dict[str, Any] = {
    "held_on": date(2026, 5, 20),
    "present": 14,
    "method_passed": True,
    "issued": 14,
    "collected": 14,
    "invalid": 0,
    "named": NAMED,
    "votes": {WANG.id: 14, LI.id: 12, ZHAO.id: 10, CHEN.id: 6},
}
FIRST = {
    "held_on": date(2026, 5, 20),
    "host": LI,
    "present": 3,
    "secretary": WANG,
    "secretary_votes": 3,
    "organization": LI,
    "publicity": ZHAO,
}


def walk(roll: dict[str, Any] | None = None, consent: dict[str, Any] | None = None) -> Walk:
    """As far as the learning before the nominations."""
    one = Walk("election", AROUND).record("roll", **{**ROLL, **(roll or {})}).record("decision", **DECISION)
    one.record("consent", **{"replied_on": date(2026, 3, 26), "deferral": "on_time", **(consent or {})})
    return one.record("learning", held_on=date(2026, 4, 2))


def at_the_meeting(roll: dict[str, Any] | None = None, consent: dict[str, Any] | None = None) -> Walk:
    one = walk(roll, consent).record("nominations", **NOMINATIONS)
    one.record("nominees_agreed", replied_on=date(2026, 4, 24))
    return one.record("ballots", prepared_on=date(2026, 5, 12), scrutineers=[SUN], tellers=[ZHOU])


def small(*, with_deputy: bool = False) -> Walk:
    """A branch of five up to its meeting."""
    one = Walk("election", {**AROUND, "branch.full_members": 5})
    one.record(
        "roll",
        **{**ROLL, "branch_kind": "village", "last_elected_on": date(2021, 6, 1), "full_members": 5, "eligible": 5},
    )
    one.record("decision", decided_on=date(2026, 3, 12), with_deputy=with_deputy, planned_on=date(2026, 5, 20))
    one.record("consent", replied_on=date(2026, 3, 26), deferral="on_time").record("learning", held_on=date(2026, 4, 2))
    deputies = {"deputies": [LI]} if with_deputy else {}
    one.record("post_nominations", nominated_on=date(2026, 4, 10), secretaries=[WANG], secretary_year=True, **deputies)
    one.record("nominees_agreed", replied_on=date(2026, 4, 24))
    return one.record("ballots", prepared_on=date(2026, 5, 12), scrutineers=[SUN], tellers=[ZHOU])


SMALL: dict[str, Any] = {**ELECTION, "present": 4, "issued": 4, "collected": 4, "named": [WANG], "votes": {WANG.id: 4}}


def test_a_committee_is_elected_and_its_secretary_agreed_to() -> None:
    one = at_the_meeting().record("election", **ELECTION)
    facts = one.facts
    assert facts.get("election.present_at_least") == 13
    assert facts.get("election.votes_at_least") == 9
    assert facts.get("election.elected") == [WANG, LI, ZHAO]
    assert one.open == ["first_session"]
    one.record("first_session", **FIRST).record("filing", reported_on=date(2026, 5, 22))
    one.record("posts_agreed", replied_on=date(2026, 6, 3), agreed=True)
    assert one.facts.get("posts_agreed.term_ends") == date(2029, 5, 20)
    one.record("handover", handed_over_on=date(2026, 6, 10))
    assert one.ended is not None
    assert one.ended.outcome is Outcome.DONE


def test_a_small_branch_elects_its_secretary_at_the_general_meeting() -> None:
    one = small()
    assert one.facts.get("roll.has_committee") is False
    assert one.facts.get("roll.term_ends") == date(2026, 6, 1)
    one.record("post_ballot", **SMALL).record("filing", reported_on=date(2026, 5, 22))
    assert one.facts.get("post_ballot.secretary") == [WANG]
    one.record("posts_agreed", replied_on=date(2026, 6, 3), agreed=True)
    assert one.facts.get("posts_agreed.term_ends") == date(2031, 5, 20)
    one.record("handover", handed_over_on=date(2026, 6, 10))
    assert one.ended is not None
    assert one.ended.outcome is Outcome.DONE


def test_a_small_branch_votes_again_until_there_is_a_secretary() -> None:
    one = small(with_deputy=True)
    deputy = {"deputy_named": [LI], "deputy_votes": {LI.id: 4}}
    one.record("post_ballot", **{**SMALL, "votes": {WANG.id: 2}}, **deputy)
    assert one.facts.get("post_ballot.outcome") == "short"
    assert one.open == ["post_ballot"]
    one.record("post_ballot", **{**SMALL, **deputy, "deputy_votes": {LI.id: 2}})
    assert one.open == ["post_ballot"]
    one.record("post_ballot", **SMALL, **deputy)
    assert one.facts.get("post_ballot.deputy") == [LI]
    assert one.open == ["filing"]


def test_the_effects_follow_the_consent_of_the_level_above() -> None:
    one = at_the_meeting().record("election", **ELECTION).record("first_session", **FIRST)
    filing, agreed = one.procedure.step("filing"), one.procedure.step("posts_agreed")
    assert [effect.post for effect in filing.effects] == [
        "organization_commissioner",
        "publicity_commissioner",
        "discipline_commissioner",
    ]
    one.record("filing", reported_on=date(2026, 5, 22)).record("posts_agreed", replied_on=date(2026, 6, 3), agreed=True)
    holding = [effect for effect in agreed.effects if one.facts.holds(effect.when, "posts_agreed") is True]
    assert [(effect.post, one.facts.get(effect.holders)) for effect in holding] == [
        ("secretary", WANG),
        ("deputy_secretary", None),
    ]


def test_it_ends_when_the_level_above_does_not_agree() -> None:
    one = at_the_meeting().record("election", **ELECTION).record("first_session", **FIRST)
    one.record("filing", reported_on=date(2026, 5, 22)).record(
        "posts_agreed", replied_on=date(2026, 6, 3), agreed=False
    )
    assert one.ended is not None
    assert one.ended.outcome is Outcome.STOPPED


def test_a_temporary_branch_elects_nobody() -> None:
    one = Walk("election", AROUND)
    found = one.found("roll", "branch_kind", checked_on=date(2026, 3, 5), branch_kind="temporary")
    assert "临时党支部不换届" in found["not_temporary"].says


def test_those_who_may_vote_are_full_members() -> None:
    one = Walk("election", AROUND)
    assert one.levels("roll", "eligible", **{**ROLL, "eligible": 17}) == {"eligible_are_full": "stop"}
    left = {**ROLL, "leave_out": True, "left_out": 17}
    assert one.levels("roll", "left_out", **left) == {"left_out_are_eligible": "stop"}


@pytest.mark.parametrize(
    ("planned", "found"),
    [
        (date(2026, 5, 31), {}),
        (date(2026, 6, 2), {"planned_in_term": "warn"}),
        (date(2027, 6, 1), {"planned_in_term": "warn"}),
        (date(2027, 6, 2), {"planned_in_term": "warn", "deferred_at_most": "stop"}),
        (date(2026, 3, 1), {"planned_after": "stop"}),
    ],
)
def test_the_planned_day_against_the_term(planned: date, found: dict[str, str]) -> None:
    one = Walk("election", AROUND).record("roll", **ROLL)
    assert one.levels("decision", "planned_on", **{**DECISION, "planned_on": planned}) == found


@pytest.mark.parametrize(
    ("seats", "found"), [(2, {"size": "stop"}), (3, {}), (5, {}), (6, {"usual_size": "warn"}), (8, {"size": "stop"})]
)
def test_the_size_of_a_committee(seats: int, found: dict[str, str]) -> None:
    one = Walk("election", AROUND).record("roll", **ROLL)
    assert one.levels("decision", "seats", **{**DECISION, "seats": seats}) == found


def test_a_decision_needs_half_of_the_committee_and_a_reason_when_the_term_is_over() -> None:
    one = Walk("election", AROUND).record("roll", **ROLL)
    assert one.levels("decision", "committee_present", **{**DECISION, "committee_present": 1}) == {
        "committee_quorate": "stop"
    }
    late = {"decided_on": date(2026, 6, 2)}
    assert one.levels("decision", "decided_on", **late) == {"in_term": "reason"}


def test_candidates_are_a_fifth_more_rounded_up() -> None:
    one = walk()
    found = one.found("nominations", "candidates", nominated_on=date(2026, 4, 10), candidates=NAMED[:3])
    assert "至少要4名" in found["enough"].says
    assert one.levels("nominations", "candidates", nominated_on=date(2026, 4, 10), candidates=NAMED) == {}


def test_the_secretary_stands_for_the_committee_and_is_not_the_deputy() -> None:
    one = walk()
    assert one.levels("nominations", "secretary", **{**NOMINATIONS, "secretary": SUN}) == {"secretary_stands": "stop"}
    assert one.levels("nominations", "deputy", **NOMINATIONS, deputy=SUN) == {"deputy_stands": "stop"}
    assert one.levels("nominations", "deputy", **NOMINATIONS, deputy=WANG) == {"two_people": "stop"}
    assert one.levels("nominations", **{**NOMINATIONS, "secretary_year": False}) == {"secretary_seasoned": "warn"}


def test_no_candidate_watches_or_counts_the_votes() -> None:
    one = walk().record("nominations", **NOMINATIONS).record("nominees_agreed", replied_on=date(2026, 4, 24))
    values = {"prepared_on": date(2026, 5, 12), "scrutineers": [WANG], "tellers": [LI]}
    assert one.levels("ballots", **values) == {"scrutineers_do_not_stand": "stop", "tellers_do_not_stand": "stop"}
    few = small()
    few.records.pop()
    assert few.levels("ballots", **values) == {"scrutineers_not_for_secretary": "stop"}


@pytest.mark.parametrize(
    ("touching", "wrong", "found"),
    [
        ("present", {"present": 12}, "quorate"),
        ("present", {"present": 17}, "present_are_expected"),
        ("method_passed", {"method_passed": False}, "passed_first"),
        ("issued", {"issued": 15}, "no_proxies"),
        ("collected", {"collected": 15}, "ballot_counts"),
        ("invalid", {"invalid": 15}, "invalid_were_collected"),
        ("votes", {"votes": {WANG.id: 15, LI.id: 1, ZHAO.id: 1, CHEN.id: 1}}, "votes_fit"),
        ("votes", {"votes": {WANG.id: 14, LI.id: 14, ZHAO.id: 14, CHEN.id: 1}}, "votes_fit"),
        ("held_on", {"held_on": date(2026, 6, 2)}, "in_time"),
        ("held_on", {"held_on": date(2026, 4, 20)}, "after_agreed"),
    ],
)
def test_a_mistake_at_the_meeting_is_stopped_as_it_is_typed(touching: str, wrong: dict[str, Any], found: str) -> None:
    one = at_the_meeting()
    assert one.levels("election", touching, **one.typed("election", touching, {**ELECTION, **wrong})) == {found: "stop"}
    assert one.levels("election", touching, **one.typed("election", touching, ELECTION)) == {}


@pytest.mark.parametrize(
    ("touching", "wrong", "found"),
    [
        ("present", {"present": 3}, "quorate"),
        ("present", {"present": 6}, "present_are_expected"),
        ("method_passed", {"method_passed": False}, "passed_first"),
        ("issued", {"issued": 5}, "no_proxies"),
        ("collected", {"collected": 5}, "ballot_counts"),
        ("invalid", {"invalid": 5}, "invalid_were_collected"),
        ("votes", {"votes": {WANG.id: 5}}, "votes_fit"),
        ("deputy_votes", {"deputy_votes": {LI.id: 5}}, "deputy_votes_fit"),
        ("held_on", {"held_on": date(2026, 6, 2)}, "in_time"),
        ("held_on", {"held_on": date(2026, 4, 20)}, "after_agreed"),
    ],
)
def test_a_mistake_in_a_small_branch_is_stopped_too(touching: str, wrong: dict[str, Any], found: str) -> None:
    one = small(with_deputy=True)
    good = {**SMALL, "deputy_named": [LI], "deputy_votes": {LI.id: 4}}
    assert one.levels("post_ballot", touching, **one.typed("post_ballot", touching, {**good, **wrong})) == {
        found: "stop"
    }
    assert one.levels("post_ballot", touching, **one.typed("post_ballot", touching, good)) == {}


def test_exactly_four_fifths_are_enough() -> None:
    one = at_the_meeting()
    assert one.levels("election", "present", held_on=date(2026, 5, 20), present=13) == {}
    assert small().levels("post_ballot", "present", held_on=date(2026, 5, 20), present=4) == {}


@pytest.mark.parametrize(("agreed", "passed", "expected"), [(True, True, 14), (True, False, 16), (False, None, 16)])
def test_members_are_left_out_of_the_count_only_with_both_approvals(
    agreed: bool, passed: bool | None, expected: int
) -> None:
    one = at_the_meeting({"leave_out": True, "left_out": 2}, {"left_out_agreed": agreed})
    given = {} if passed is None else {"left_out_passed": passed}
    votes = {WANG.id: 13, LI.id: 12, ZHAO.id: 10, CHEN.id: 4}
    step = one.procedure.step("election")
    facts = one.facts.supposing(step, {**ELECTION, "votes": votes, **given})
    assert facts.get("election.eligible") == expected


def test_a_refusal_to_leave_members_out_is_said() -> None:
    one = Walk("election", AROUND).record("roll", **{**ROLL, "leave_out": True, "left_out": 2})
    one.record("decision", **DECISION)
    values = {"replied_on": date(2026, 3, 26), "deferral": "on_time", "left_out_agreed": False}
    assert one.levels("consent", **values) == {"left_out_refused": "warn"}


def test_a_delay_needs_consent() -> None:
    one = Walk("election", AROUND).record("roll", **ROLL)
    one.record("decision", **{**DECISION, "planned_on": date(2026, 9, 1)})
    values = {"replied_on": date(2026, 3, 26), "deferral": "on_time"}
    assert one.levels("consent", **values) == {"planned_allowed": "warn"}
    assert one.levels("consent", **{**values, "deferral": "later"}) == {}
    assert one.levels("consent", replied_on=date(2026, 3, 1)) == {"after_request": "stop"}


def test_equal_votes_are_voted_on_again() -> None:
    one = at_the_meeting()
    one.record("election", **{**ELECTION, "votes": {WANG.id: 14, LI.id: 12, ZHAO.id: 8, CHEN.id: 8}})
    assert one.facts.get("election.outcome") == "short"
    one = at_the_meeting().record(
        "election", **{**ELECTION, "votes": {WANG.id: 12, LI.id: 10, ZHAO.id: 10, CHEN.id: 10}}
    )
    assert one.facts.get("election.outcome") == "tie"
    assert one.facts.get("election.to_name") == [LI, ZHAO, CHEN]
    assert one.open == ["second_ballot"]
    fewer = {"held_on": date(2026, 5, 20), "way": "fewer", "agreeing": 14}
    assert one.levels("second_ballot", **fewer) == {"a_tie_is_voted_on": "stop"}
    again = {"held_on": date(2026, 5, 20), "way": "again", "collected": 14, "invalid": 0, "named": [LI, ZHAO, CHEN]}
    one.record("second_ballot", **again, votes={LI.id: 11, ZHAO.id: 9, CHEN.id: 8})
    one.record("first_session", **{**FIRST, "host": LI})
    assert one.facts.get("first_session.committee") == [WANG, LI, ZHAO]


def test_seats_are_made_fewer_when_half_agree() -> None:
    one = at_the_meeting().record("election", **{**ELECTION, "votes": {WANG.id: 14, LI.id: 12, ZHAO.id: 8, CHEN.id: 8}})
    assert one.facts.get("election.to_name") == [ZHAO, CHEN]
    fewer = {"held_on": date(2026, 5, 20), "way": "fewer"}
    assert one.levels("second_ballot", "agreeing", **fewer, agreeing=6) == {"half_agree": "stop"}
    one.record("second_ballot", **fewer, agreeing=7)
    assert one.facts.get("second_ballot.elected") == [WANG, LI]


def test_a_second_ballot_that_fills_nothing_is_said() -> None:
    one = at_the_meeting().record("election", **{**ELECTION, "votes": {WANG.id: 14, LI.id: 12, ZHAO.id: 8, CHEN.id: 8}})
    again = {"held_on": date(2026, 5, 20), "way": "again", "collected": 14, "invalid": 0, "named": [ZHAO, CHEN]}
    assert one.levels("second_ballot", **again, votes={ZHAO.id: 7, CHEN.id: 7}) == {"none_missing": "warn"}
    assert one.levels("second_ballot", "votes", **again, votes={ZHAO.id: 9, CHEN.id: 6}) == {"votes_fit": "stop"}
    assert one.levels("second_ballot", "collected", **{**again, "collected": 15}) == {"no_proxies": "stop"}


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"host": SUN}, {"host_was_elected": "stop"}),
        ({"present": 4}, {"present_are_members": "stop"}),
        ({"present": 1, "secretary_votes": 1}, {"quorate": "stop", "four_fifths": "warn", "secretary_carried": "stop"}),
        ({"present": 2, "secretary_votes": 2}, {"four_fifths": "warn"}),
        ({"secretary": SUN}, {"secretary_was_elected": "stop", "secretary_as_agreed": "warn"}),
        ({"secretary": LI}, {"secretary_as_agreed": "warn"}),
        ({"secretary_votes": 0}, {"secretary_carried": "stop"}),
        ({"present": 2, "secretary_votes": 3}, {"four_fifths": "warn", "votes_of_those_present": "stop"}),
        ({"deputy": CHEN}, {"deputy_was_elected": "stop"}),
        ({"deputy": WANG}, {"two_people": "stop"}),
        ({"discipline": SUN}, {"discipline_was_elected": "stop"}),
        ({"held_on": date(2026, 5, 19)}, {"after_election": "stop"}),
    ],
)
def test_mistakes_of_the_first_session(wrong: dict[str, Any], found: dict[str, str]) -> None:
    one = at_the_meeting().record("election", **ELECTION)
    assert one.levels("first_session", **{**FIRST, **wrong}) == found


def test_nobody_hands_over_before_the_consent() -> None:
    one = at_the_meeting().record("election", **ELECTION).record("first_session", **FIRST)
    assert one.levels("filing", reported_on=date(2026, 5, 19)) == {"after_first_session": "stop"}
    one.record("filing", reported_on=date(2026, 5, 22))
    assert one.levels("posts_agreed", replied_on=date(2026, 5, 21), agreed=True) == {"after_filing": "stop"}
    one.record("posts_agreed", replied_on=date(2026, 6, 3), agreed=True)
    assert one.levels("handover", handed_over_on=date(2026, 6, 1)) == {"after_agreed": "stop"}


def test_the_plan_of_an_election_stays_within_the_term() -> None:
    one = Walk("election", AROUND).record("roll", **{**ROLL, "checked_on": date(2025, 12, 3)})
    rows = timeline(one.procedure, one.records, one.facts, date(2025, 12, 3))
    planned = {row.step.id: row.planned for row in rows}
    assert list(planned) == [
        "roll", "decision", "consent", "learning", "nominations", "nominees_agreed", "ballots", "election",
        "first_session", "filing", "posts_agreed", "handover",
    ]  # fmt: skip
    assert date(2025, 12, 3) < planned["election"][-1] <= date(2026, 6, 1)
    assert one.standing.next_reminder(date(2025, 12, 3)) == date(2026, 3, 3)


def test_dates_of_the_beginning_keep_their_order() -> None:
    one = Walk("election", AROUND)
    assert one.levels("roll", **{**ROLL, "last_elected_on": date(2026, 3, 6)}) == {"elected_before": "stop"}
    one = walk().record("nominations", **NOMINATIONS)
    assert one.levels("nominees_agreed", replied_on=date(2026, 4, 9)) == {"after_nominations": "stop"}
    few = small()
    few.records = few.records[:-2]
    assert few.levels("nominees_agreed", replied_on=date(2026, 4, 9)) == {"after_post_nominations": "stop"}


def test_no_candidate_of_a_small_branch_watches_or_counts_the_votes() -> None:
    few = small(with_deputy=True)
    few.records.pop()
    given = {"prepared_on": date(2026, 5, 12)}
    assert few.levels("ballots", **given, scrutineers=[LI], tellers=[WANG]) == {
        "scrutineers_not_for_deputy": "stop",
        "tellers_not_for_secretary": "stop",
    }
    assert few.levels("ballots", **given, scrutineers=[SUN], tellers=[LI]) == {"tellers_not_for_deputy": "stop"}


def test_a_second_ballot_may_end_in_a_tie_and_is_not_before_the_meeting() -> None:
    one = at_the_meeting()
    one.record("election", **{**ELECTION, "votes": {WANG.id: 12, LI.id: 10, ZHAO.id: 10, CHEN.id: 10}})
    again = {"held_on": date(2026, 5, 20), "way": "again", "collected": 14, "invalid": 0, "named": [LI, ZHAO, CHEN]}
    assert one.levels("second_ballot", **again, votes={LI.id: 9, ZHAO.id: 9, CHEN.id: 9}) == {"all_filled": "warn"}
    assert one.levels("second_ballot", held_on=date(2026, 5, 19)) == {"not_before_the_meeting": "stop"}


@pytest.mark.parametrize("post", ["organization", "publicity", "discipline"])
def test_posts_go_to_those_who_were_elected(post: str) -> None:
    one = at_the_meeting().record("election", **ELECTION)
    assert one.levels("first_session", post, **{**FIRST, post: CHEN}) == {f"{post}_was_elected": "stop"}


def test_a_small_branch_files_after_its_meeting() -> None:
    few = small().record("post_ballot", **SMALL)
    assert few.levels("filing", reported_on=date(2026, 5, 19)) == {"after_post_ballot": "stop"}
