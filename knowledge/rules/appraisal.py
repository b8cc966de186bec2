"""The yearly appraisal of members (民主评议党员).

Sources: 支部工作条例（试行）（2018）; yearly notices of the Central Organization Department, which name four grades.
"""


def excellent_at_most(members: int) -> int:
    """How many may be graded excellent: as a rule no more than a third of the members, rounded down.

    Raises ValueError for a negative count. Source: the yearly notices of the Central Organization Department.
    """
    if members < 0:
        raise ValueError(f"{members} members")
    return members // 3


def are_all_graded(members: int, excellent: int, qualified: int, basic: int, unqualified: int) -> bool:
    """Whether every member who is to be graded has one of the four grades, and nobody two.

    Full members only: members on probation take part and are not graded. Source: the yearly notices.
    """
    grades = (excellent, qualified, basic, unqualified)
    return min(grades) >= 0 and sum(grades) == members


def need_help(basic: int, unqualified: int) -> bool:
    """Whether somebody was graded so that a talk or more has to follow; ValueError for negative counts."""
    if min(basic, unqualified) < 0:
        raise ValueError(f"{basic} and {unqualified} members")
    return basic + unqualified > 0


def is_taking_part_enough(took_part: int, members: int, percent: int) -> bool:
    """Whether at least so many of a hundred took part; a wish of the level above, never a rule."""
    return took_part * 100 >= members * percent
