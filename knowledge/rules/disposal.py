"""What is done about members who fall short (不合格党员组织处置): from when, for how long, and what follows.

Spans count by the calendar. Source: 不合格党员组织处置办法（2024）; where an article is known it is named.
"""

from datetime import date

from knowledge.rules.periods import months_later, years_later
from knowledge.rules.terms import correction_range, expelled_from, stopped_from


def may_reapply_from(removed: date) -> date:
    """The first day on which somebody who was persuaded to leave or removed may apply again: five years later."""
    return years_later(removed, 5)


def walked_away_from(last_active: date) -> date:
    """The first day on which six months without dues, meetings or work count as leaving (自行脱党), if without reason.

    Source: 党员教育管理工作条例（2019） article 31.
    """
    return months_later(last_active, 6)


def removal_due_from(ground: str, since: date) -> date:
    """The first day on which a member may be removed for a reason that takes a span of time.

    `ground` is "walked_away" (`since` is when she was last active) or "stopped" (when membership was stopped).
    Raises ValueError for any other.
    """
    match ground:
        case "walked_away":
            return walked_away_from(since)
        case "stopped":
            return expelled_from(since)
    raise ValueError(f"{ground} takes no span")


def lost_may_be_corrected_from(lost: date) -> date:
    """Six months after somebody was lost: less is no ground yet. Source: as for `stopped_from`."""
    return stopped_from(lost)


def correction_at_the_latest(begun: date) -> date:
    """The latest end of a time for correction: a year."""
    return correction_range(begun)[1]


def correction_usually_until(begun: date) -> date:
    """The usual end of a time for correction: six months."""
    return correction_range(begun)[0]


def correction_reviewed_from(until: date) -> date:
    """The first day on which it is decided whether a correction helped: the day on which its time is over."""
    return until
