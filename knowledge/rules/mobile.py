"""Members away from their branch (流动党员): who is one, and how often the branch gets in touch.

Sources: 党员教育管理工作条例（2019） article 25; 关于进一步加强和改进流动党员管理工作的意见. How often is practice, no
article's figure: every quarter; half a year of silence begins a search.
"""

from datetime import date, timedelta

AWAY_DAYS, CONTACT_DAYS, SILENT_DAYS = 180, 90, 180


def is_long_absence(left: date, back: date) -> bool:
    """Whether somebody is away for half a year or longer (180 days), so that a move of the membership comes up."""
    return (back - left).days >= AWAY_DAYS


def is_away_for_good(left: date, back: date, *, settled: bool) -> bool:
    """Whether the membership is to move along: away for half a year or longer, and in one place. Article 25."""
    return settled and is_long_absence(left, back)


def next_contact_due(contacted: date) -> date:
    """The last day for the next contact: 90 days after the last."""
    return contacted + timedelta(days=CONTACT_DAYS)


def search_begins(contacted: date) -> date:
    """The day on which the search for somebody silent begins: 180 days after the last contact."""
    return contacted + timedelta(days=SILENT_DAYS)


def is_short_absence(left: date, back: date) -> bool:
    """Whether somebody is away for less than 180 days."""
    return not is_long_absence(left, back)
