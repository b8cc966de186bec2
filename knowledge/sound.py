"""Labels and names as they are compared: without what does not matter, and as they sound."""

import re
from functools import lru_cache

from knowledge.normalize import simplify
from knowledge.pinyin import fold, segment

_NOT_WORD = re.compile(r"[^0-9a-z〇㐀-鿿\U00020000-\U000323af]+")

# As a surname these are read otherwise than in most words.
_READ_AS_SURNAMES = """
曾 zeng 单 shan 解 xie 仇 qiu 区 ou 查 zha 翟 zhai 盖 ge 朴 piao 缪 miao 卜 bu 覃 qin 种 chong 员 yun 召 shao 黑 he
秘 bi 祭 zhai 折 she 洗 xian 薄 bo 隗 wei 郄 xi 逄 pang 谌 chen
"""
_PAIRS = _READ_AS_SURNAMES.split()
_SURNAMES = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))


def tidy(text: str) -> str:
    """Simplified, narrow, lower case, without blanks, punctuation and emoji."""
    return _NOT_WORD.sub("", simplify(text))


@lru_cache(maxsize=4096)
def syllables(words: str) -> tuple[str, ...]:
    """How words are read, without tones; letters and digits stay together as they are."""
    from pypinyin import lazy_pinyin  # its dictionaries take a quarter of a second: only when asked

    return tuple(lazy_pinyin(words))


def sound(words: str) -> str:
    """How words sound, with the usual confusions folded; pinyin typed together counts as the words it spells."""
    read = segment(words) if words.isascii() else ()
    return " ".join(fold(syllable) for syllable in read or syllables(words))


def name_syllables(name: str) -> tuple[str, ...]:
    """How a person's name is read: its first character as a surname."""
    surname = _SURNAMES.get(name[:1])
    return (surname, *syllables(name)[1:]) if surname else syllables(name)


def name_readings(name: str) -> set[tuple[str, ...]]:
    """The ways in which people may spell a name: as a surname is read, and as its character usually is."""
    return {name_syllables(name), syllables(name)}
