"""What has to fit into what, at meetings of every size."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.quorum import Formula, are_absent, fit_in, formula_for, is_two_thirds_present, present_needed
from knowledge.rules.records import as_it_is, holds_once, is_after, is_not_only

few = st.integers(0, 100)


@given(few, few, few, few)
def test_parts_fit_into_the_whole_or_they_do_not(total: int, first: int, second: int, third: int) -> None:
    assert fit_in(total, first, second, third) == (first + second + third <= total)
    assert not fit_in(total, -1, 0)


@given(few, few, few)
def test_whoever_neither_came_nor_was_excused_is_absent(eligible: int, present: int, excused: int) -> None:
    if present + excused > eligible:
        with pytest.raises(ValueError, match="of"):
            are_absent(eligible, present, excused)
        return
    assert present + excused + are_absent(eligible, present, excused) == eligible


@given(st.integers(1, 500))
def test_two_thirds_include_exactly_two_thirds(eligible: int) -> None:
    needed = next(present for present in range(eligible + 1) if is_two_thirds_present(present, eligible=eligible))
    assert Fraction(needed, eligible) >= Fraction(2, 3) > Fraction(needed - 1, eligible)
    assert needed >= present_needed(Formula.GENERAL, eligible=eligible)


def test_nobody_is_not_two_thirds_of_nobody() -> None:
    assert not is_two_thirds_present(0, eligible=0)


def test_which_formula_for_what() -> None:
    found = [formula_for(matter) for matter in ("admission", "election", "village", "report")]
    assert found == [Formula.ADMISSION, Formula.ELECTION, Formula.GENERAL, Formula.GENERAL]


@given(st.lists(st.sampled_from(["leisure", "study", "dues"])))
def test_a_list_has_more_than_one_thing_or_it_has_not(things: list[str]) -> None:
    assert is_not_only(things, "leisure") == bool(set(things) - {"leisure"})
    assert as_it_is(things) is things


@given(st.dates(), st.dates())
def test_a_day_comes_after_another_or_it_does_not(day: date, other: date) -> None:
    assert is_after(day, other) == ((day - other).days > 0)


@given(st.lists(st.booleans()))
def test_something_holds_once_or_never(flags: list[bool]) -> None:
    assert holds_once(flags) == (True in flags)
