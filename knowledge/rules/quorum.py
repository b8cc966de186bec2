"""How many must come and how many must agree: the four formulas for meetings, and who is counted.

Eligible (有表决权, for elections 有选举权) are the branch's full members expected at the meeting, present or not, less
those whose rights are suspended: on 留党察看, membership stopped, rights suspended during detention or arrest.
Probationary members come but are not counted and do not vote; nor are guests, nor members of another branch who come
with a 流动党员活动证. Whoever simply stayed away is still counted. At elections a member may be left out of the count
only when the level above has agreed and the general meeting has voted for it.
Sources: 党章（2022） article 7; 基层组织选举工作条例（2020） article 5.

All figures are persons. “半数以上” and “不少于” include the figure itself, “超过半数” does not.
"""

from enum import StrEnum


class Formula(StrEnum):
    """Which of the four counting rules a meeting or an item of its agenda falls under."""

    GENERAL = "general"  # 党员大会一般表决
    ADMISSION = "admission"  # 接收预备党员、转正
    ELECTION = "election"  # 换届、补选、选代表
    COMMITTEE = "committee"  # 支委会会议


def _counted(persons: int, *, eligible: int) -> int:
    if eligible < 0 or not 0 <= persons <= eligible:
        raise ValueError(f"{persons} of {eligible} eligible: count only those who are eligible")
    return persons


def _half(eligible: int) -> int:
    return -(-eligible // 2)


def _more_than_half(eligible: int) -> int:
    return eligible // 2 + 1


def _four_fifths(eligible: int) -> int:
    return -(-4 * eligible // 5)


_PRESENT = {
    Formula.GENERAL: _half,
    Formula.ADMISSION: _more_than_half,
    Formula.ELECTION: _four_fifths,
    Formula.COMMITTEE: _half,
}


def present_needed(formula: Formula, *, eligible: int) -> int:
    """The smallest number of eligible persons in the room with which a decision may be taken; never less than one.

    For COMMITTEE the eligible are the members of the committee. Raises ValueError for a negative count.
    Sources: GENERAL 支部工作条例（试行）（2018） article 11; ADMISSION 发展党员工作细则（2026-05修订） article 19;
    ELECTION 基层组织选举工作条例（2020）; COMMITTEE 支部工作条例（试行）（2018） article 12.
    """
    _counted(0, eligible=eligible)
    return max(1, _PRESENT[formula](eligible))


def is_quorate(present: int, *, eligible: int, formula: Formula) -> bool:
    """Whether enough eligible persons are present; with nobody eligible a meeting is never quorate.

    `present` counts eligible persons only: ValueError when it is negative or more than `eligible`.
    Source: as for `present_needed`.
    """
    return _counted(present, eligible=eligible) >= present_needed(formula, eligible=eligible)


def votes_needed(*, eligible: int) -> int:
    """Votes in favour that carry a motion, an admission or a candidate: more than half of all eligible, present or not.

    Holds for GENERAL, ADMISSION and ELECTION. For COMMITTEE the regulation names no figure (the minority yields to the
    majority), so nothing may be refused by this function there. Raises ValueError for a negative count.
    Sources: 支部工作条例（试行）（2018） article 11; 发展党员工作细则（2026-05修订） article 20;
    基层组织选举工作条例（2020）.
    """
    _counted(0, eligible=eligible)
    return _more_than_half(eligible)


def is_carried(in_favour: int, *, eligible: int) -> bool:
    """Whether a motion passes: more than half of all eligible full members expected, present or not.

    Abstentions and absences count against it. ValueError when `in_favour` is negative or more than `eligible`.
    Source: 支部工作条例（试行）（2018） article 11; see `votes_needed` for admissions and elections.
    """
    return _counted(in_favour, eligible=eligible) >= votes_needed(eligible=eligible)


def candidates_needed(seats: int) -> int:
    """The fewest candidates for a committee of so many seats: at least 20 % more than seats, rounded up.

    Raises ValueError for less than one seat. Source: 基层组织选举工作条例（2020） article 13.
    """
    if seats < 1:
        raise ValueError(f"{seats} seats cannot be elected")
    return -(-6 * seats // 5)


def formula_for(matter: str) -> Formula:
    """Which counting rule an item falls under by what it is about: "admission", "election" or anything else.

    Source: 支部党务规程资料 §0.3; the articles as for `present_needed`.
    """
    return {"admission": Formula.ADMISSION, "election": Formula.ELECTION}.get(matter, Formula.GENERAL)


def fit_in(total: int, first: int, second: int = 0, third: int = 0) -> bool:
    """Whether the parts are together no more than the whole: votes and those who came, excused and expected."""
    return min(first, second, third) >= 0 and first + second + third <= total


def are_absent(eligible: int, present: int, excused: int) -> int:
    """How many neither came nor were excused; ValueError when more came and were excused than were expected."""
    if not fit_in(eligible, present, excused):
        raise ValueError(f"{present} and {excused} of {eligible}")
    return eligible - present - excused


def is_two_thirds_present(present: int, *, eligible: int) -> bool:
    """Whether at least two thirds came, as local rules for 四议两公开 ask of the meeting of members.

    Source: local rules, stricter than 支部工作条例（试行）（2018） article 11; of uncertain rank, so only to warn by.
    """
    return eligible > 0 and _counted(present, eligible=eligible) * 3 >= eligible * 2
