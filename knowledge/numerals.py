"""Whole numbers written in Chinese: 十二, 二〇二六, 一百零五, 一千二, 廿三."""

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
CHARACTERS = "".join(DIGITS) + "".join(_UNITS) + "万廿卅"
"""Every character that a number may be written with."""


def chinese_number(words: str) -> int | None:
    """The number that simplified words are as a whole; None when they are none.

    Digits read one by one are a number only as a year or with a zero (二〇二六, 零五): 两三 is a guess, not 23.
    """
    words = words.replace("廿", "二十").replace("卅", "三十")
    if not words or any(character not in CHARACTERS for character in words):
        return None
    if all(character in DIGITS for character in words):
        one_by_one = len(words) == 1 or len(words) == 4 or DIGITS[words[0]] == 0
        return int("".join(str(DIGITS[character]) for character in words)) if one_by_one else None
    high, ten_thousands, low = words.partition("万")
    if not ten_thousands:
        return _below_ten_thousand(words)
    above = _below_ten_thousand(high)
    if above is None:
        return None
    if len(low) == 1 and low in DIGITS:
        return above * 10_000 + DIGITS[low] * 1_000
    below = _below_ten_thousand(low) if low else 0
    return None if below is None else above * 10_000 + below


def _below_ten_thousand(words: str) -> int | None:
    total, digit, unit, zero = 0, 0, 10_000, False
    for character in words:
        if character in _UNITS:
            smaller = _UNITS[character]
            if smaller >= unit or not (digit or (smaller == 10 and not total)):
                return None
            total, digit, unit, zero = total + (digit or 1) * smaller, 0, smaller, False
        elif digit or character == "万":
            return None
        else:
            digit = DIGITS[character]
            zero = zero or not digit
    # 一百二 is 120; with a zero before it, the last digit is a one: 一百零二.
    shortened = digit and total and unit >= 100 and not zero
    return total + digit * (unit // 10 if shortened else 1) if words else None
