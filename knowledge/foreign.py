"""Other bodies and subjects that sound like ours, and what is nobody's to know: not for the handbook to answer."""

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.located import Fault
from knowledge.normalize import simplify
from knowledge.reading import Question, Reading

FILE = Path(__file__).parent / "foreign.yaml"

_BESIDE = re.compile("党|支部|支委|预备|三会一课|发展对象|积极分子")


class Foreign(BaseModel):
    """A subject, and the words by which it is known: regular expressions with blanks between.

    `always` where it stays foreign whatever of the Party stands beside it; `mild` where it may be part of a fair
    question, of which it only says that it is likely none. `ask` says who knows about it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str = Field(min_length=2)
    ask: str = ""
    always: bool = False
    mild: bool = False
    words: str = Field(min_length=2)


class Subjects(BaseModel):
    """Words that only the Party has, words that others have too, and other subjects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ours: str
    near: str
    who: str = ""
    foreign: tuple[Foreign, ...]

    def words_of(self, subject: Foreign) -> list[str]:
        """The regular expressions of a subject, with how people call somebody put in."""
        return [word.replace("{who}", self.who.replace(" ", "")) for word in subject.words.split()]


def read_subjects(file: Path = FILE) -> Subjects:
    """The file; raises pydantic's error where it is not one."""
    return Subjects.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def faults(file: Path = FILE) -> list[Fault]:
    """What is wrong in the file: its form, or a word that is no regular expression."""
    try:
        subjects = read_subjects(file)
        for each in subjects.foreign:
            for word in subjects.words_of(each):
                if re.compile(word).groups:
                    return [Fault(str(file), 1, f"“{word}”里的括号要写成 (?:…)")]
    except (ValidationError, yaml.YAMLError, re.error) as error:
        return [Fault(str(file), 1, f"读不懂：{error}")]
    return []


_subjects = cache(read_subjects)


@cache
def _words(*, always: bool = False, mild: bool = False) -> re.Pattern[str]:
    said = (each for each in _subjects().foreign if (each.always, each.mild) == (always, mild))
    words = (word for each in said for word in _subjects().words_of(each))
    return re.compile("|".join(sorted(words, key=len, reverse=True)))


@cache
def _askable() -> list[tuple[re.Pattern[str], str]]:
    subjects = _subjects()
    ordered = sorted(subjects.foreign, key=lambda each: (not each.always, each.mild))
    return [(re.compile("|".join(subjects.words_of(each))), each.ask) for each in ordered if each.ask]


def who_knows(question: str) -> str:
    """Who is to be asked instead, in a sentence; "" where nothing of another subject is in the question."""
    words = simplify(question)
    return next((ask for known, ask in _askable() if known.search(words)), "")


def foreign_to(question: str) -> list[str]:
    """The words of a question that are about something else than the Party's branches; usually none.

    None either where something of the Party is left when they are taken away: 工会主席能当支部书记吗.
    """
    words = simplify(question)
    found = list(dict.fromkeys(_words().findall(words)))
    return [] if found and _BESIDE.search(_words().sub("〇", words)) else found


def is_likely_foreign(question: str) -> bool:
    """Whether it has words that fair questions seldom have, and nothing of the Party beside them."""
    words = simplify(question)
    return _words(mild=True).search(words) is not None and _BESIDE.search(words) is None


def nearness(question: str) -> int:
    """How near a question is: 2 with words of the Party, 1 with one that others use too or that means ours, else 0.

    Two of the latter are as good as a word of the Party: a story told without one of them (托人 … 画票).
    """
    asked = Question.of_question(question)
    if _has(asked, _subjects().ours):
        return 2
    either = f"{_subjects().ours} {_subjects().near}"
    signs = sum(any(_has(each, either) for each in means) for _, means in asked.meant_by)
    return min(2, signs + _has(asked, either))


@cache
def _pairs(words: str) -> frozenset[str]:
    return frozenset().union(*(Reading(word, quickly=True).pairs for word in words.split())) - {""}


def _has(reading: Reading, words: str) -> bool:
    return not _pairs(words).isdisjoint(reading.pairs)


def is_never_ours(question: str) -> bool:
    """Whether it is asked for what no handbook tells: how somebody voted, where she lives, what a thing costs."""
    return _words(always=True).search(simplify(question)) is not None


def is_about(words: list[str], names: str) -> bool:
    """Whether the names of an entry have all of these words."""
    return all(word in names for word in words)
