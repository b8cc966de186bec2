"""The counting rules, for every branch there can be."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.quorum import Formula, candidates_needed, is_carried, is_quorate, present_needed, votes_needed

members = st.integers(min_value=1, max_value=5000)


@pytest.mark.parametrize(
    ("eligible", "general", "admission", "election", "votes"),
    [(16, 8, 9, 13, 9), (15, 8, 8, 12, 8), (1, 1, 1, 1, 1), (3, 2, 2, 3, 2), (5, 3, 3, 4, 3), (10, 5, 6, 8, 6)],
)
def test_the_examples_of_the_rule_book(eligible: int, general: int, admission: int, election: int, votes: int) -> None:
    assert present_needed(Formula.GENERAL, eligible=eligible) == general
    assert present_needed(Formula.ADMISSION, eligible=eligible) == admission
    assert present_needed(Formula.ELECTION, eligible=eligible) == election
    assert votes_needed(eligible=eligible) == votes


@pytest.mark.parametrize(("committee", "needed"), [(3, 2), (4, 2), (5, 3), (7, 4)])
def test_half_of_a_committee_is_enough(committee: int, needed: int) -> None:
    assert present_needed(Formula.COMMITTEE, eligible=committee) == needed


@given(members)
def test_half_or_more_includes_exactly_half(eligible: int) -> None:
    for formula in (Formula.GENERAL, Formula.COMMITTEE):
        needed = present_needed(formula, eligible=eligible)
        assert Fraction(needed, eligible) >= Fraction(1, 2) > Fraction(needed - 1, eligible)


@given(members)
def test_more_than_half_excludes_exactly_half(eligible: int) -> None:
    for needed in (present_needed(Formula.ADMISSION, eligible=eligible), votes_needed(eligible=eligible)):
        assert Fraction(needed, eligible) > Fraction(1, 2) >= Fraction(needed - 1, eligible)


@given(members)
def test_four_fifths_includes_exactly_four_fifths(eligible: int) -> None:
    needed = present_needed(Formula.ELECTION, eligible=eligible)
    assert Fraction(needed, eligible) >= Fraction(4, 5) > Fraction(needed - 1, eligible)


@given(members, st.sampled_from(Formula))
def test_a_meeting_where_all_came_is_quorate_and_one_where_none_came_is_not(eligible: int, formula: Formula) -> None:
    assert is_quorate(eligible, eligible=eligible, formula=formula)
    assert not is_quorate(0, eligible=eligible, formula=formula)


@given(members, st.sampled_from(Formula))
def test_one_person_makes_the_difference_at_the_threshold(eligible: int, formula: Formula) -> None:
    needed = present_needed(formula, eligible=eligible)
    assert is_quorate(needed, eligible=eligible, formula=formula)
    assert not is_quorate(needed - 1, eligible=eligible, formula=formula)


@given(members)
def test_what_is_carried_could_not_also_be_defeated(eligible: int) -> None:
    needed = votes_needed(eligible=eligible)
    assert is_carried(needed, eligible=eligible)
    assert not is_carried(needed - 1, eligible=eligible)
    assert not is_carried(eligible - needed, eligible=eligible)


@given(st.sampled_from(Formula))
def test_a_branch_without_eligible_members_decides_nothing(formula: Formula) -> None:
    assert not is_quorate(0, eligible=0, formula=formula)
    assert not is_carried(0, eligible=0)


@pytest.mark.parametrize("present", [-1, 17])
def test_a_count_that_cannot_be_is_an_error(present: int) -> None:
    with pytest.raises(ValueError, match="eligible"):
        is_quorate(present, eligible=16, formula=Formula.GENERAL)
    with pytest.raises(ValueError, match="eligible"):
        is_carried(present, eligible=16)


@pytest.mark.parametrize(("seats", "candidates"), [(1, 2), (3, 4), (4, 5), (5, 6), (6, 8), (7, 9)])
def test_a_fifth_more_candidates_than_seats_rounded_up(seats: int, candidates: int) -> None:
    assert candidates_needed(seats) == candidates


def test_no_seats_cannot_be_elected() -> None:
    with pytest.raises(ValueError, match="seats"):
        candidates_needed(0)
