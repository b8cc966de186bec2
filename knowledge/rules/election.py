"""Elections in a branch: when, of whom, which ballots count, and who is elected.

Sources: 基层组织选举工作条例（2020）; 支部工作条例（试行）（2018） article 21. Where no article is named its number is
not certain. Votes are votes in favour by the id of a person; all figures are persons or ballots.
"""

from collections.abc import Mapping, Sequence, Sized
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from knowledge.rules.periods import months_later
from knowledge.rules.quorum import candidates_needed, votes_needed
from knowledge.rules.terms import latest_election, term_ends, term_years

COMMITTEE_FROM = 7
"""Full members from which a branch has a committee."""


class _Person(Protocol):
    @property
    def id(self) -> int: ...


_Somebody = TypeVar("_Somebody", bound=_Person)


class Deferral(StrEnum):
    """What the level above said of the day of an election."""

    ON_TIME = "on_time"
    LATER = "later"
    EARLIER = "earlier"


class Result(StrEnum):
    """How a ballot came out for the seats it was about."""

    COMPLETE = "complete"
    TIE = "tie"  # more have enough votes than there are seats, and some of them the same number
    SHORT = "short"  # fewer have enough votes than there are seats


def needs_committee(full_members: int) -> bool:
    """Whether a branch has a committee: from seven full members on. ValueError for a negative count.

    Source: 支部工作条例（试行）（2018）.
    """
    if full_members < 0:
        raise ValueError(f"{full_members} members")
    return full_members >= COMMITTEE_FROM


def last_election_day(term_end: date, deferral: str) -> date:
    """The last day for an election: the end of the term, or a year later if the level above agreed to a delay.

    ValueError for an unknown `deferral`. Source: 基层组织选举工作条例（2020） article 3.
    """
    return latest_election(term_end) if Deferral(deferral) is Deferral.LATER else term_end


def preparation_from(term_end: date) -> date:
    """The day from which an election is prepared: six months before the term ends. Article 21 (2018)."""
    return months_later(term_end, -6)


def are_enough_candidates(candidates: Sized, seats: int) -> bool:
    """Whether a committee's candidates are at least a fifth more than its seats, rounded up; ValueError without seats.

    Source: 基层组织选举工作条例（2020） article 13.
    """
    return len(candidates) >= candidates_needed(seats)


def expected_at_election(eligible: int, left_out: int, *, agreed: bool, passed: bool) -> int:
    """How many are expected: those eligible, less those left out if the level above agreed and the meeting voted so.

    With only one of the two everybody is counted. ValueError when more are left out than are eligible.
    Source: the explanations of the Central Organization Department on who is counted at elections.
    """
    if not 0 <= left_out <= eligible:
        raise ValueError(f"{left_out} of {eligible} left out")
    return eligible - left_out if agreed and passed else eligible


def is_ballot_valid(issued: int, returned: int) -> bool:
    """Whether a ballot counts at all: no more papers came back than were handed out, else it is held again.

    ValueError for negative counts. Source: 基层组织选举工作条例（2020）.
    """
    if min(issued, returned) < 0:
        raise ValueError(f"{returned} of {issued} returned")
    return returned <= issued


def valid_papers(returned: int, invalid: int) -> int:
    """How many of the papers that came back count; ValueError when more are invalid than came back."""
    if not 0 <= invalid <= returned:
        raise ValueError(f"{invalid} of {returned} invalid")
    return returned - invalid


def is_paper_valid(marked: int, seats: int) -> bool:
    """Whether one paper counts: it names as many people as there are seats, or fewer.

    Source: 基层组织选举工作条例（2020）.
    """
    return 0 <= marked <= seats


def votes_are_possible(votes: Mapping[int, int], papers: int, seats: int) -> bool:
    """Whether so many valid papers can hold these votes: one a person on each, and no more than the seats in all."""
    return all(0 <= each <= papers for each in votes.values()) and sum(votes.values()) <= papers * seats


def _ranked(
    people: Sequence[_Somebody], votes: Mapping[int, int], eligible: int, seats: int
) -> tuple[list[_Somebody], list[_Somebody]]:
    """Who is elected, most votes first, and who shares the votes that decide the last seats."""
    if seats < 1:
        raise ValueError(f"{seats} seats cannot be elected")
    if any(not 0 <= votes.get(one.id, 0) <= eligible for one in people):
        raise ValueError("nobody can have more votes than there are eligible")
    needed = votes_needed(eligible=eligible)
    enough = [one for one in people if votes.get(one.id, 0) >= needed]
    enough.sort(key=lambda one: -votes[one.id])
    if len(enough) <= seats:
        return enough, []
    last = votes[enough[seats - 1].id]
    above = [one for one in enough if votes[one.id] > last]
    level = [one for one in enough if votes[one.id] == last]
    return ([*above, *level], []) if len(above) + len(level) == seats else (above, level)


def elected_from(people: Sequence[_Somebody], votes: Mapping[int, int], eligible: int, seats: int) -> list[_Somebody]:
    """Who is elected, most votes first: more than half of all eligible, and where more have that the highest.

    Those of equal votes between whom the last seats cannot be decided are not among them; see `tied_in`.
    ValueError without seats, or for more votes than eligible. Source: 基层组织选举工作条例（2020）.
    """
    return _ranked(people, votes, eligible, seats)[0]


def tied_in(people: Sequence[_Somebody], votes: Mapping[int, int], eligible: int, seats: int) -> list[_Somebody]:
    """Between whom another ballot is held, because their votes are equal and there are fewer seats. As above."""
    return _ranked(people, votes, eligible, seats)[1]


def seats_left(people: Sequence[_Somebody], votes: Mapping[int, int], eligible: int, seats: int) -> int:
    """How many seats are still to be filled after a ballot. As `elected_from`."""
    return seats - len(elected_from(people, votes, eligible, seats))


def election_result(people: Sequence[_Somebody], votes: Mapping[int, int], eligible: int, seats: int) -> Result:
    """Whether all seats are filled, and if not why. As `elected_from`."""
    elected, level = _ranked(people, votes, eligible, seats)
    if level:
        return Result.TIE
    return Result.COMPLETE if len(elected) == seats else Result.SHORT


def elected_so_far(
    earlier: Sequence[Sequence[_Somebody]],
    people: Sequence[_Somebody],
    votes: Mapping[int, int],
    eligible: int,
    seats: int,
) -> list[_Somebody]:
    """Who is elected after several ballots: those of the earlier ones, and of the last for the seats that were left.

    `earlier` are those elected after each ballot before, oldest first. As `elected_from`.
    """
    before = list(earlier[-1]) if earlier else []
    if len(before) >= seats:
        return before
    return [*before, *elected_from(others(people, before), votes, eligible, seats - len(before))]


def result_so_far(
    earlier: Sequence[Sequence[_Somebody]],
    people: Sequence[_Somebody],
    votes: Mapping[int, int],
    eligible: int,
    seats: int,
) -> Result:
    """Whether all seats are filled after several ballots, and if not why. As `elected_so_far`."""
    before = list(earlier[-1]) if earlier else []
    if len(before) >= seats:
        return Result.COMPLETE
    return election_result(others(people, before), votes, eligible, seats - len(before))


def are_filled(result: str, other: str) -> bool:
    """Whether both of two ballots filled their seats, by their results."""
    return is_filled(result) and is_filled(other)


def may_reduce_seats(agreeing: int, voters: int) -> bool:
    """Whether the seats may be made fewer instead of voting again: at least half of the voters agree.

    ValueError when more agree than vote. Source: 基层组织选举工作条例（2020）; whether the number elected is near
    enough to the seats is for people to say.
    """
    if not 0 <= agreeing <= voters:
        raise ValueError(f"{agreeing} of {voters} agree")
    return voters > 0 and agreeing * 2 >= voters


def together(first: Sequence[_Somebody], more: Sequence[_Somebody]) -> list[_Somebody]:
    """Those elected in one ballot and in the next, each once."""
    known = {one.id for one in first}
    return [*first, *(one for one in more if one.id not in known)]


def others(people: Sequence[_Somebody], some: Sequence[_Somebody]) -> list[_Somebody]:
    """Those of the people who are not among some: of whom another ballot is about the seats that are left."""
    known = {one.id for one in some}
    return [one for one in people if one.id not in known]


def is_one_of(one: object, people: Sequence[object]) -> bool:
    """Whether somebody is one of some people: a secretary is elected from the committee."""
    return one in people


def are_among(some: Sequence[object], people: Sequence[object]) -> bool:
    """Whether all of some are among some people."""
    return all(one in people for one in some)


def branch_term_ends(elected: date, kind: str) -> date:
    """The day on which the term of a branch's committee is over, by the kind of branch: "village", or any other.

    Source: 支部工作条例（试行）（2018） article 21.
    """
    return term_ends(elected, village_or_community=kind == "village")


def branch_term_years(kind: str) -> int:
    """How long a term of a branch's committee is, by the kind of branch: "village", or any other. As above."""
    return term_years(village_or_community=kind == "village")


def same_people(people: Sequence[_Somebody]) -> list[_Somebody]:
    """The people themselves, as a fact of a later step."""
    return list(people)


def is_as_agreed(person: _Person, agreed: _Person) -> bool:
    """Whether somebody is the person whom the level above agreed to."""
    return person.id == agreed.id


def is_filled(result: str) -> bool:
    """Whether a ballot filled all its seats, by its result."""
    return Result(result) is Result.COMPLETE


def same_person(person: _Somebody) -> _Somebody:
    """The person, as a fact of a later step."""
    return person
