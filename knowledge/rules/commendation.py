"""Who is put forward to be honoured (党内表彰推荐): those whom the branch proposed and the meeting carried.

Sources: 支部工作条例（试行）（2018） article 11 for the vote; 党内功勋荣誉表彰条例（2017）.
"""

from collections.abc import Mapping, Sequence

from knowledge.rules.quorum import is_carried


def every_nominee_is_carried(votes: Mapping[int, int], eligible: int) -> bool:
    """Whether everybody put forward has more than half of all eligible, present or not.

    ValueError when somebody has more votes than there are eligible.
    """
    return all(is_carried(count, eligible=eligible) for count in votes.values())


def no_nominee_is_over(votes: Mapping[int, int], present: int) -> bool:
    """Whether nobody has more votes than people were present."""
    return all(count <= present for count in votes.values())


def nominees_were_proposed(nominees: Sequence[object], proposed: Sequence[object]) -> bool:
    """Whether all who are put forward were proposed before."""
    return all(one in proposed for one in nominees)
