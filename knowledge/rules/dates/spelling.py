"""One spelling for date phrases: narrow, simplified, without blanks.

Numerals become digits, Wednesday ⟨3⟩, and a festival one private character.
"""

import re

from knowledge.normalize import simplify
from knowledge.rules.dates.festivals import marked, without_marks

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = "零〇一二两三四五六七八九十"
_BEFORE_NUMERALS = (
    (r"[。.!?~,、吧呢啊哦]+$", ""),
    (rf"(?<=[\d日号{_NUMERAL}])\s+(?=[\d{_NUMERAL}])", "，"),
    (r"(?<=\d)t(?=\d)", "，"),
    (r"\s+", ""),
    (r"^(?:那就|就|定在|定于|放在|改到|改成|改为|推迟到|提前到|在|于)+", ""),
    (r"(?:左右|开会|开始|举行|集合|召开|开)+$", ""),
    (r"○", "〇"),
    (r"廿", "二十"),
    (r"礼拜|周(?=[一二三四五六日天1-7])", "星期"),
    (r"星期[天日]", "星期七"),
    (r"星期([一二三四五六七1-7])", r"⟨\1⟩"),
    (r"([今明后昨前])儿个?", r"\1天"),
    (r"(?<!\d)(?<!十)([今明后昨])日", r"\1天"),
    (r"([今明昨])([晚早])上?", r"\1天\2上"),
    (r"后晚上?", "后天晚上"),
    (r"一?大早上?|大清早", "早上"),
    # As people in the villages of the north say it.
    (r"[头前上]晌午?", "上午"),
    (r"[后下]晌午?", "下午"),
    (r"大?晌午头?", "中午"),
    (r"傍黑|擦黑", "傍晚"),
)
_AFTER_NUMERALS = (
    (r"(?<=\d)时(?!候)", "点"),
    (r"点(?:钟|整|正)+", "点"),
    # A meeting from three to five begins at three.
    (
        r"(?<=[点半])(?:到|至|-)[上中下早晚傍]?[上午晚]?\d{1,2}(?:点(?:半|\d{1,2}分?)?|:\d{2})$"
        r"|(?<=[:点]\d\d)(?:到|至|-)[上中下早晚傍]?[上午晚]?\d{1,2}(?:点(?:半|\d{1,2}分?)?|:\d{2})$",
        "",
    ),
    (r"(?:以|之|过)后", "后"),
    (r"(?:以|之)前", "前"),
    # "By the end of the month" is its last day; "three days ago" stays.
    (r"(?<![天日周⟩月年期])前$|(?<=月\d日)前$|(?<=月\d\d日)前$|(?<=⟩)前$", ""),
)


def spelled(text: str) -> str:
    """The phrase in the one spelling that the patterns know; "" when nothing is left."""
    phrase = without_marks(simplify(text)).strip()
    for pattern, instead in _BEFORE_NUMERALS:
        phrase = re.sub(pattern, instead, phrase)
    phrase = re.sub(rf"[{_NUMERAL}]+", _in_digits, marked(phrase))
    for pattern, instead in _AFTER_NUMERALS:
        phrase = re.sub(pattern, instead, phrase)
    return phrase


def _in_digits(found: re.Match[str]) -> str:
    numeral = found[0]
    if "十" not in numeral:
        return "".join(str(_DIGITS[c]) for c in numeral)
    tens, _, ones = numeral.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return numeral
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))
