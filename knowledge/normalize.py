"""One spelling for what people type: width, script, fillers, numerals; and how it sounds, with the usual confusions folded."""

import re
import unicodedata
from functools import cache, lru_cache

import opencc

FILLERS = (
    "请问一下|请问|想问一下|想问问|想问|我想知道|想知道|想咨询一下|咨询一下|咨询|麻烦问一下|麻烦|劳驾|求助|在线等|急急急|您好|你好"
    "|帮我查一下|帮我查查|帮我查|帮忙查一下|帮我看看|帮我|查一下|查查|告诉我|跟我说说|给我说说|给我讲讲|说一说|说说|讲讲|谈谈|说一下|讲一下"
    "|一下子|一下|那个啥|那个|这个|到底|究竟|具体|一般来说|按规定|按照规定|根据规定|规定是|来着|啊|呀|吗|嘛|呢|吧|哦|噢|哈|哎|唉|诶|咧|谢谢|多谢"
    "|怎么办呀|同志|老师|现在|目前|现行|的|了|我们|咱们|我|咱|俺|你们|您|你"
)
_FILLER = re.compile(FILLERS)

# Written both ways by everybody; folded on both sides so that an alias need not say each of them.
_SAME = {
    "如何": "怎么", "怎样": "怎么", "怎么样": "怎么", "咋样": "怎么", "咋": "怎么", "啥": "什么", "哪些": "什么", "多长时间": "多久",
    "多少时间": "多久", "多长": "多久", "隔多久": "多久", "能不能": "可以", "可不可以": "可以", "能否": "可以", "是否": "是不是", "有没有": "有无",
    "需不需要": "要", "要不要": "要", "用不用": "要", "需要": "要", "必须": "要", "入党积极分子": "积极分子", "入积": "积极分子", "组关": "组织关系",
    "支部党员大会": "党员大会", "支部大会": "党员大会", "党支部": "支部", "支部委员会": "支委会", "支部书记": "书记",
    "支书": "书记", "入党志愿": "入党", "共产党员": "党员", "交纳": "交", "缴纳": "交", "缴": "交", "举行": "开", "召开": "开",
    "民主评议党员": "民主评议", "联系不上": "失联", "怎么办": "怎么", "怎么弄": "怎么", "怎么搞": "怎么",
}  # fmt: skip
_SAME_WORDS = re.compile("|".join(sorted(_SAME, key=len, reverse=True)))

_DIGITS = "零一二三四五六七八九"
_COUNTED = re.compile(r"2(?=[个名年人次天位种])")
_NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?![\d.])")
_NOT_WORD = re.compile(r"[^0-9a-z㐀-鿿]+")
_RUN = re.compile(r"[a-z]+|[0-9]+|[㐀-鿿]+")

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_FINALS = (
    "iang iong uang ueng ang eng ing ong ian iao uan uai van iu ie ia in ai ei ao ou an en er ua uo ui un ue ve a o e i u v".split()
)
_FOLDED_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "h": "f"}
_FOLDED_FINALS = {"ang": "an", "eng": "en", "ing": "in", "uang": "uan", "iang": "ian"}
_AFTER_F = {"ui": "ei", "uan": "an", "un": "en", "ua": "a", "uo": "o", "ong": "en"}


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _in_words(found: re.Match[str]) -> str:
    number = int(found[0])
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (_DIGITS[ones] if ones or not number else "")


def simplify(text: str) -> str:
    """NFKC, lower case, simplified characters; nothing is dropped."""
    return str(_converter().convert(unicodedata.normalize("NFKC", text))).lower()


@lru_cache(maxsize=4096)
def normalize(text: str) -> str:
    """The words that matter, without punctuation, spaces and fillers, small numbers in Chinese (3会1课 → 三会一课).

    Of a text that is nothing but fillers the fillers are kept; of one without a letter, digit or character nothing remains.
    """
    words = _NUMBER.sub(_in_words, _COUNTED.sub("两", simplify(text)))
    words = _NOT_WORD.sub("", words)
    words = _SAME_WORDS.sub(lambda found: _SAME[found[0]], words)
    return _FILLER.sub("", words) or words


@cache
def _syllables() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT  # its dictionaries take a quarter of a second: only when asked
    from pypinyin.contrib.tone_convert import to_normal

    common = {to_normal(reading) for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    return frozenset(spelled for spelled in common if spelled.isascii() and _split(spelled)[1] in _FINALS)


def _segment(letters: str) -> tuple[str, ...]:
    """Pinyin written together as syllables, the fewest that fit; () where it is not pinyin."""
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 6), end):
            before, last = best[start], letters[start:end]
            if before is None or last not in _syllables():
                continue
            so_far = best[end]
            if so_far is None or len(before) + 1 < len(so_far):
                best[end] = (*before, last)
    return best[-1] or ()


@cache
def _split(syllable: str) -> tuple[str, str]:
    for initial in _INITIALS:
        if syllable.startswith(initial):
            return initial, syllable[len(initial) :]
    return "", syllable


@cache
def fold(syllable: str) -> str:
    """One spelling for syllables that are often confused: z/zh, c/ch, s/sh, n/l, f/h, an/ang, en/eng, in/ing."""
    initial, final = _split(syllable)
    initial = _FOLDED_INITIALS.get(initial, initial)
    final = _FOLDED_FINALS.get(final, final)
    return initial + (_AFTER_F.get(final, final) if initial == "f" else final)


@lru_cache(maxsize=4096)
def heard(words: str) -> tuple[tuple[str, str], ...]:
    """Normalized words piece by piece as (written, read without tones); pinyin is cut into syllables and has nothing written.

    Letters that are no pinyin, and numbers, are one piece each that is read as it is written.
    """
    from pypinyin import lazy_pinyin

    pieces: list[tuple[str, str]] = []
    for run in _RUN.findall(words):
        if run[0] > "z":
            pieces.extend(zip(run, lazy_pinyin(run), strict=True))
        else:
            pieces.extend([("", syllable) for syllable in _segment(run)] or [(run, run)])
    return tuple(pieces)


def to_pinyin(text: str) -> tuple[str, ...]:
    """How a text sounds: syllables without tones, the usual confusions folded, after `normalize`."""
    return tuple(fold(read) for _, read in heard(normalize(text)))


def initials(text: str) -> str:
    """The first letter of each syllable: 三会一课 → shyk; what is not pinyin stays as it is."""
    return "".join(read if read == written else read[0] for written, read in heard(normalize(text)))
