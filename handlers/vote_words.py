"""What a vote comes to: which formula it falls under, whether it is carried, and that in words with the working."""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.wording import Texts
from knowledge.rules.quorum import Formula, is_carried, is_quorate, present_needed, votes_needed
from storage.models import AgendaKind, MeetingKind
from storage.votes import Counted, VoteView

VOTING = (MeetingKind.GENERAL_MEETING, MeetingKind.COMMITTEE_MEETING, MeetingKind.THEME_DAY)
"""The meetings that decide: a group gives opinions, and the others are not there for that."""
MATTERS = (AgendaKind.DECISION, AgendaKind.ADMISSION, AgendaKind.ELECTION)
_BY_MATTER: Mapping[AgendaKind, Formula] = {
    AgendaKind.ADMISSION: Formula.ADMISSION,
    AgendaKind.ELECTION: Formula.ELECTION,
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What a vote is counted against: its formula, what it is about, who could vote and who of them was there."""

    formula: Formula
    matter: AgendaKind
    eligible: int
    present: int
    secret: bool

    @property
    def is_quorate(self) -> bool:
        """Whether enough are there for it."""
        return is_quorate(self.present, eligible=self.eligible, formula=self.formula)

    @property
    def present_needed(self) -> int:
        """How many have to be there."""
        return present_needed(self.formula, eligible=self.eligible)

    @property
    def votes_needed(self) -> int:
        """How many votes in favour carry it."""
        return votes_needed(eligible=self.eligible)

    def has_enough(self, for_it: int) -> bool:
        """Whether so many votes are more than half of all who could vote, present or not."""
        return is_carried(for_it, eligible=self.eligible)


def formula_of(kind: MeetingKind, matter: AgendaKind) -> Formula:
    """Which formula a matter falls under at a meeting of a kind; a committee has its own for all."""
    if kind is MeetingKind.COMMITTEE_MEETING:
        return Formula.COMMITTEE
    return _BY_MATTER.get(matter, Formula.GENERAL)


def basis_of(kind: MeetingKind, one: VoteView) -> Basis:
    """What a vote that was noted was counted against."""
    counted = one.counted
    return Basis(formula_of(kind, one.kind), one.kind, counted.eligible, counted.present, counted.secret)


def result_words(texts: Texts, basis: Basis, subject: str, counted: Counted) -> str:
    """The result with its working and its source."""
    return texts.say("votes", "result", basis=basis, formula=basis.formula.value, subject=subject, counted=counted)


def short_words(texts: Texts, one: VoteView) -> str:
    """A vote on one line, without the working."""
    return texts.say("votes", "short", one=one, election=one.kind is AgendaKind.ELECTION)
