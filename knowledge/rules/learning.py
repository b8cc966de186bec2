"""How many hours a member learns in a year (学时)."""

MEMBER_HOURS = 32
"""As a rule at least. Source: 党员教育管理工作条例（2019） article 20."""

LEADER_HOURS = 56
"""Of secretaries and members of committees. Source: 全国党员教育培训工作规划; ask whether the newest keeps it."""


def hours_needed(*, leader: bool) -> int:
    """The least hours of a year."""
    return LEADER_HOURS if leader else MEMBER_HOURS


def hours_missing(learned: int, *, leader: bool) -> int:
    """How many of them are still to be learned; ValueError for a negative count."""
    if learned < 0:
        raise ValueError(f"{learned} hours")
    return max(0, hours_needed(leader=leader) - learned)
