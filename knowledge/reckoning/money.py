"""How much in dues a month: 工资6200交多少党费, 退休金五千二一年交多少."""

from decimal import Decimal
from typing import Any

from knowledge.reckoning.asked import Asked
from knowledge.rules.dues import CENT, FARMER_LEAST, FARMER_MOST, FIXED, Payer, monthly_dues, rate_of

_SPANS = (
    (12, r"一年|全年|每年|年度|一整年|12个月|十二个月"),
    (6, r"半年|6个月|六个月"),
    (3, r"一?个?季度|三个月|3个月"),
)
_A_QUARTER = (
    r"(?:季度|三个月|3个月)(?:的|一共|总共|共)?(?:纯?收入|挣|赚|纯利)"  # what came in over three months is no month's
)
_RETIRED = r"退休|离休|养老金"
# What is given beyond the dues owed is no income.
_VOLUNTARY = (
    r"自愿|多交|捐|献|大额|特殊党费|一次性?交.{0,6}以上|"
    r"一次性?(?:要|想|就)?(?:拿|掏|出)"
)
_MONEY = r"工资|收入|薪|拿|挣|到手|税后|退休金|养老金|块|元|基数|领|纯收入|月入"


def dues(asked: Asked) -> tuple[str, dict[str, Any]] | None:
    """Dues for an income, by its rate; the fixed sums for those who have none to reckon from."""
    if not asked.has(r"党费") or asked.has(_VOLUNTARY):
        return None
    if (income := _income(asked)) is None:
        return None
    if a_quarter := asked.has(_A_QUARTER):
        income = (income / 3).quantize(CENT)
    months = 1 if a_quarter else next((count for count, words in _SPANS if asked.has(words)), 1)
    if asked.has(r"年薪|年收入|一年挣|一年收入") and not asked.has(r"当月|每月|月实际|一个月"):
        return None
    payer = Payer.RETIRED if asked.has(_RETIRED) else Payer.EMPLOYED
    monthly = monthly_dues(payer, income)
    return f"dues_{payer.value}", {
        "base": _shown(income),
        "rate": _shown(rate_of(payer, income) * 100),
        "monthly": _shown(monthly),
        "months": months,
        "total": _shown((monthly * months).quantize(CENT)),
        "self_employed": a_quarter or asked.has(r"个体|老板|开店|做生意|经商|纯收入|自由职业"),
        "gross": asked.has(r"税前|应发"),
    }


def fixed_dues(asked: Asked) -> tuple[str, dict[str, Any]] | None:
    """A span of months for those who pay a fixed sum: 农民一年交多少党费."""
    if not asked.has(r"党费") or _income(asked) is not None:
        return None
    months = next((count for count, words in _SPANS if asked.has(words)), None)
    if months is None or not asked.has(r"多少|几块|几元|几毛|合计|一共"):
        return None
    if asked.has(r"农民|种地|务农|村民"):
        return "dues_farmer", {
            "months": months,
            "least": _shown(FARMER_LEAST * months),
            "most": _shown(FARMER_MOST * months),
        }
    if asked.has(r"学生|大学生|下岗|失业|低保|抚恤|救济"):
        return "dues_fixed", {"months": months, "total": _shown(FIXED * months)}
    return None


def _income(asked: Asked) -> Decimal | None:
    if not asked.has(_MONEY):
        return None
    return next(
        (
            figure.value
            for figure in asked.figures
            if figure.value >= 100 and not figure.after.startswith(("个月", "年", "天", "人", "名", "岁", "月"))
        ),
        None,
    )


def _shown(value: Decimal) -> str:
    words = f"{value:f}"
    return words.rstrip("0").rstrip(".") if "." in words else words
