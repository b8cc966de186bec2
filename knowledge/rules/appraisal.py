"""The yearly appraisal of members (民主评议党员)."""


def excellent_at_most(members: int) -> int:
    """How many may be graded excellent: as a rule no more than a third of the members, rounded down.

    Raises ValueError for a negative count. Source: the yearly notices of the Central Organization Department.
    """
    if members < 0:
        raise ValueError(f"{members} members")
    return members // 3
