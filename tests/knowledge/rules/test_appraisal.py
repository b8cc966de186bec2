"""Grades of an appraisal add up, and the excellent are few, for every branch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.appraisal import are_all_graded, excellent_at_most, is_taking_part_enough, need_help

few = st.integers(0, 60)


@given(st.integers(0, 5000))
def test_the_excellent_are_at_most_a_third(members: int) -> None:
    most = excellent_at_most(members)
    assert most * 3 <= members < (most + 1) * 3


@given(few, few, few, few)
def test_everybody_has_one_grade(excellent: int, qualified: int, basic: int, unqualified: int) -> None:
    members = excellent + qualified + basic + unqualified
    assert are_all_graded(members, excellent, qualified, basic, unqualified)
    assert not are_all_graded(members + 1, excellent, qualified, basic, unqualified)
    assert not are_all_graded(members, -1, qualified + 1 + excellent, basic, unqualified)


@given(few, few)
def test_help_follows_the_two_lower_grades(basic: int, unqualified: int) -> None:
    assert need_help(basic, unqualified) == bool(basic or unqualified)


@given(st.integers(1, 300), st.integers(0, 300))
def test_taking_part_counts_the_percentage_itself(members: int, took_part: int) -> None:
    assert is_taking_part_enough(took_part, members, 95) == (took_part / members >= 0.95)


def test_figures_that_cannot_be_are_an_error() -> None:
    with pytest.raises(ValueError, match="members"):
        excellent_at_most(-1)
    with pytest.raises(ValueError, match="members"):
        need_help(-1, 0)
