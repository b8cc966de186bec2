"""One spelling for date phrases: narrow, simplified, digits for numerals, ⟨3⟩ for Wednesday, no blanks."""

import re

from knowledge.normalize import simplify

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = "零〇一二两三四五六七八九十"
_FESTIVALS = {
    "五一": "5月1日",
    "五四": "5月4日",
    "七一": "7月1日",
    "八一": "8月1日",
    "十一": "10月1日",
    "元旦": "1月1日",
    "三八": "3月8日",
    "劳动节": "5月1日",
    "青年节": "5月4日",
    "建党节": "7月1日",
    "建军节": "8月1日",
    "教师节": "9月10日",
    "国庆节": "10月1日",
    "国庆": "10月1日",
    "妇女节": "3月8日",
}
_WORDS = (
    (r"礼拜|周(?=[一二三四五六日天末1-7])", "星期"),
    (r"星期([天日7])", "星期七"),
    (r"星期末", "星期六"),
    (r"星期([一二三四五六七1-7])", r"⟨\1⟩"),
    (rf"([上下])[五伍舞](?=[{_NUMERAL}\d])", r"\1午"),
    (r"今晚", "今天晚上"),
    (r"明晚", "明天晚上"),
    (r"后晚", "后天晚上"),
    (r"今早", "今天早上"),
    (r"明早", "明天早上"),
    (r"([今明后])儿", r"\1天"),
    (r"([今明后昨])日", r"\1天"),
    (r"点(?:钟|整|正)+", "点"),
    (r"(?<=\d)时(?!候)", "点"),
    (r"(\d)[点:](\d{1,2})分", r"\1点\2"),
    (r"以?前$|之前$", ""),
    (r"以后|之后|过后", "后"),
)


def spelled(text: str) -> str:
    """The phrase in the one spelling that the patterns know; "" when nothing is left."""
    phrase = simplify(text).strip().rstrip("。.!！~～,，、吧呢啊哦")
    phrase = re.sub(r"(?<=[\d日号])\s+(?=\d)", "，", phrase)
    phrase = re.sub(r"\s+", "", phrase)
    for pattern, instead in _WORDS:
        phrase = re.sub(pattern, instead, phrase)
    phrase = re.sub(
        rf"({'|'.join(_FESTIVALS)})(?:节|当天|那天)?(?![{_NUMERAL}月点号日个天:])", lambda m: _FESTIVALS[m[1]], phrase
    )
    phrase = re.sub(rf"[{_NUMERAL}]+", _in_digits, phrase)
    return re.sub(r"^(?:就|那就|定在|改到|改成|在|于)+|(?:开会|开始|开|举行|集合)$", "", phrase)


def _in_digits(found: re.Match[str]) -> str:
    numeral = found[0]
    if "十" not in numeral:
        return "".join(str(_DIGITS[c]) for c in numeral)
    tens, _, ones = numeral.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return numeral
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))
