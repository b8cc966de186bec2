"""Who is elected, and which ballots count, for every vote there can be."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.procedure.facts import Named
from knowledge.rules import election
from knowledge.rules.election import (
    Result,
    are_enough_candidates,
    branch_term_ends,
    elected_from,
    election_result,
    expected_at_election,
    is_ballot_valid,
    is_filled,
    is_paper_valid,
    last_election_day,
    may_reduce_seats,
    needs_committee,
    preparation_from,
    seats_left,
    tied_in,
    together,
    valid_papers,
    votes_are_possible,
)

PEOPLE = [Named(n, f"党员{n}") for n in range(1, 10)]


@st.composite
def counts(draw: st.DrawFn) -> tuple[list[Named], dict[int, int], int, int]:
    """People, their votes, how many were expected, and the seats."""
    eligible = draw(st.integers(1, 60))
    people = PEOPLE[: draw(st.integers(1, 9))]
    votes = {one.id: draw(st.integers(0, eligible)) for one in people}
    return people, votes, eligible, draw(st.integers(1, 7))


@given(counts())
def test_whoever_is_elected_has_more_than_half_of_all_expected(
    count: tuple[list[Named], dict[int, int], int, int],
) -> None:
    people, votes, eligible, seats = count
    elected = elected_from(people, votes, eligible, seats)
    assert len(elected) <= seats
    assert all(votes[one.id] * 2 > eligible for one in elected)


@given(counts())
def test_nobody_with_more_than_half_is_passed_over_for_somebody_with_fewer_votes(
    count: tuple[list[Named], dict[int, int], int, int],
) -> None:
    people, votes, eligible, seats = count
    elected, tied = elected_from(people, votes, eligible, seats), tied_in(people, votes, eligible, seats)
    settled = [*elected, *tied]
    passed_over = [one for one in people if votes[one.id] * 2 > eligible and one not in settled]
    for one in passed_over:
        assert all(votes[other.id] > votes[one.id] for other in settled)


@given(counts())
def test_a_tie_is_between_equals_and_only_where_seats_are_too_few(
    count: tuple[list[Named], dict[int, int], int, int],
) -> None:
    people, votes, eligible, seats = count
    elected, tied = elected_from(people, votes, eligible, seats), tied_in(people, votes, eligible, seats)
    if tied:
        assert len({votes[one.id] for one in tied}) == 1
        assert len(elected) < seats < len(elected) + len(tied)
        assert not set(elected) & set(tied)


@given(counts())
def test_the_result_says_what_is_left(count: tuple[list[Named], dict[int, int], int, int]) -> None:
    result, left = election_result(*count), seats_left(*count)
    assert (left == 0) == (result is Result.COMPLETE) == is_filled(result)
    assert (result is Result.TIE) == bool(tied_in(*count))


@given(counts(), st.randoms())
def test_the_order_in_which_people_are_named_changes_nothing(
    count: tuple[list[Named], dict[int, int], int, int], chance: Random
) -> None:
    people, votes, eligible, seats = count
    mixed = list(people)
    chance.shuffle(mixed)
    assert set(elected_from(people, votes, eligible, seats)) == set(elected_from(mixed, votes, eligible, seats))
    assert set(tied_in(people, votes, eligible, seats)) == set(tied_in(mixed, votes, eligible, seats))


def test_the_highest_are_elected_where_more_than_the_seats_have_enough() -> None:
    votes = {1: 12, 2: 11, 3: 10, 4: 9}
    assert elected_from(PEOPLE[:4], votes, 16, 3) == PEOPLE[:3]
    assert seats_left(PEOPLE[:4], votes, 16, 3) == 0


def test_half_is_not_enough() -> None:
    assert elected_from(PEOPLE[:1], {1: 8}, 16, 1) == []
    assert elected_from(PEOPLE[:1], {1: 9}, 16, 1) == PEOPLE[:1]


def test_it_is_those_expected_and_not_those_present_who_are_counted() -> None:
    assert election_result(PEOPLE[:1], {1: 7}, 16, 1) is Result.SHORT


def test_equals_who_all_have_a_seat_are_no_tie() -> None:
    assert election_result(PEOPLE[:3], {1: 12, 2: 10, 3: 10}, 16, 3) is Result.COMPLETE


def test_equals_for_the_last_seat_are_voted_on_again() -> None:
    votes = {1: 12, 2: 10, 3: 10}
    assert elected_from(PEOPLE[:3], votes, 16, 2) == PEOPLE[:1]
    assert tied_in(PEOPLE[:3], votes, 16, 2) == PEOPLE[1:3]
    assert together(PEOPLE[:1], [PEOPLE[2], PEOPLE[0]]) == [PEOPLE[0], PEOPLE[2]]


@given(counts(), counts())
def test_several_ballots_never_fill_more_than_the_seats_and_take_nobody_back(
    first: tuple[list[Named], dict[int, int], int, int], second: tuple[list[Named], dict[int, int], int, int]
) -> None:
    people, votes, eligible, seats = first
    before = elected_from(people, votes, eligible, seats)
    again = {id: min(each, eligible) for id, each in second[1].items()}
    elected = election.elected_so_far([before], second[0], again, eligible, seats)
    assert elected[: len(before)] == before
    assert len(elected) == len(set(elected)) <= seats
    result = election.result_so_far([before], second[0], again, eligible, seats)
    assert is_filled(result) == (len(elected) == seats)
    assert election.elected_so_far([], people, votes, eligible, seats) == before
    assert election.result_so_far([], people, votes, eligible, seats) is election_result(people, votes, eligible, seats)


def test_both_of_two_ballots_fill_their_seats_or_not() -> None:
    assert election.are_filled("complete", "complete")
    assert not election.are_filled("complete", "tie")
    assert not election.are_filled("short", "complete")


@pytest.mark.parametrize(("votes", "eligible", "seats"), [({1: 17}, 16, 1), ({1: -1}, 16, 1), ({1: 9}, 16, 0)])
def test_votes_that_cannot_be_are_an_error(votes: dict[int, int], eligible: int, seats: int) -> None:
    with pytest.raises(ValueError, match=r"seats|votes"):
        elected_from(PEOPLE[:1], votes, eligible, seats)


@given(st.integers(1, 300), st.integers(0, 300), st.booleans(), st.booleans())
def test_nobody_is_left_out_of_the_count_without_both_approvals(
    eligible: int, left_out: int, agreed: bool, passed: bool
) -> None:
    if left_out > eligible:
        with pytest.raises(ValueError, match="left out"):
            expected_at_election(eligible, left_out, agreed=agreed, passed=passed)
        return
    expected = expected_at_election(eligible, left_out, agreed=agreed, passed=passed)
    assert expected == (eligible - left_out if agreed and passed else eligible)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_ballot_counts_while_no_more_papers_come_back_than_went_out(issued: int, returned: int) -> None:
    assert is_ballot_valid(issued, returned) == (returned <= issued)


@given(st.integers(0, 20), st.integers(1, 7))
def test_a_paper_counts_that_names_no_more_than_the_seats(marked: int, seats: int) -> None:
    assert is_paper_valid(marked, seats) == (marked <= seats)


@given(st.lists(st.lists(st.integers(1, 9), max_size=3, unique=True), max_size=30))
def test_votes_that_were_really_cast_are_always_possible(papers: list[list[int]]) -> None:
    votes = {one.id: sum(one.id in paper for paper in papers) for one in PEOPLE}
    assert votes_are_possible(votes, len(papers), 3)
    assert not votes_are_possible({**votes, 1: len(papers) + 1}, len(papers), 3)


def test_more_votes_than_the_papers_hold_are_noticed() -> None:
    assert not votes_are_possible({1: 10, 2: 10, 3: 10, 4: 1}, 10, 3)


def test_papers_are_valid_less_the_invalid() -> None:
    assert valid_papers(14, 1) == 13
    with pytest.raises(ValueError, match="invalid"):
        valid_papers(3, 4)
    with pytest.raises(ValueError, match="returned"):
        is_ballot_valid(-1, 0)


@given(st.integers(0, 100), st.integers(0, 100))
def test_seats_are_reduced_by_at_least_half_of_the_voters(agreeing: int, voters: int) -> None:
    if agreeing > voters:
        with pytest.raises(ValueError, match="agree"):
            may_reduce_seats(agreeing, voters)
        return
    assert may_reduce_seats(agreeing, voters) == (voters > 0 and agreeing >= voters / 2)


@given(st.integers(1, 30), st.integers(0, 40))
def test_candidates_are_a_fifth_more_than_the_seats(seats: int, candidates: int) -> None:
    assert are_enough_candidates(range(candidates), seats) == (candidates >= seats * 1.2 - 1e-9)


def test_a_committee_from_seven_members() -> None:
    assert [needs_committee(members) for members in (0, 6, 7, 50)] == [False, False, True, True]
    with pytest.raises(ValueError, match="members"):
        needs_committee(-1)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_delay_is_a_year_and_only_with_consent(term_end: date) -> None:
    assert last_election_day(term_end, "on_time") == last_election_day(term_end, "earlier") == term_end
    assert last_election_day(term_end, "later").year == term_end.year + 1
    assert preparation_from(term_end) < term_end


def test_the_end_of_a_term_by_the_kind_of_branch() -> None:
    assert branch_term_ends(date(2024, 2, 29), "other") == date(2027, 2, 28)
    assert branch_term_ends(date(2024, 2, 29), "village") == date(2029, 2, 28)
    with pytest.raises(ValueError, match="whenever"):
        last_election_day(date(2026, 1, 1), "whenever")


def test_who_is_among_whom() -> None:
    assert election.is_one_of(PEOPLE[0], PEOPLE)
    assert not election.is_one_of(Named(99, "外人"), PEOPLE)
    assert election.are_among(PEOPLE[:2], PEOPLE)
    assert not election.are_among([*PEOPLE[:2], Named(99, "外人")], PEOPLE)
    assert election.is_as_agreed(PEOPLE[0], Named(1, "改了名"))
    assert election.same_people(PEOPLE) == PEOPLE
    assert election.others(PEOPLE[:3], PEOPLE[1:2]) == [PEOPLE[0], PEOPLE[2]]
    assert election.same_person(PEOPLE[0]) is PEOPLE[0]


def test_how_long_a_term_is() -> None:
    assert election.branch_term_years("village") == 5
    assert election.branch_term_years("other") == 3
