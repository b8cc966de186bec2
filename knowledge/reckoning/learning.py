"""Whether somebody has learned enough this year: 党员今年学了20学时还差多少."""

from typing import Any

from knowledge.reckoning.asked import Asked
from knowledge.rules.learning import hours_missing, hours_needed


def hours(asked: Asked) -> tuple[str, dict[str, Any]] | None:
    """How many hours are missing; None when that is not what was asked, or the training is another."""
    if asked.has(r"发展对象|积极分子|集中培训班|学习班|培训班|短训班|新党员|预备") or not asked.has(
        r"还差|够不够|够了?吗|达标|还要|还得|差多少|完成了?吗"
    ):
        return None
    learned = asked.count(r"N个?(?:学时|课时)")
    if learned is None or learned > 2000:
        return None
    leader = asked.has(r"书记|委员|班子|支委")
    return "hours", {
        "learned": learned,
        "leader": leader,
        "needed": hours_needed(leader=leader),
        "missing": hours_missing(learned, leader=leader),
    }
