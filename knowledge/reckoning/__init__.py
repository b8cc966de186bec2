"""Questions with figures, answered by the rules that count: the result first, then the working.

What is recognized stands in `votes`, `money`, `learning` and `deadlines`; how it is said, and the entry
whose source it has, in sentences.yaml. A question that none of them recognizes with certainty is left to the search.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.reckoning.asked import Asked
from knowledge.reckoning.deadlines import deadline
from knowledge.reckoning.learning import hours
from knowledge.reckoning.money import dues, fixed_dues
from knowledge.reckoning.votes import candidates, excellent, size, votes

__all__ = ["SENTENCES", "Reckoned", "Sentence", "reckon", "sentences"]

SENTENCES = Path(__file__).parent / "sentences.yaml"
LONGEST = 200
"""Characters of a question that are looked through for figures."""

_Recognizes = Callable[[Asked], tuple[str, dict[str, Any]] | None]
_ALL: tuple[_Recognizes, ...] = (candidates, size, excellent, hours, votes, dues, fixed_dues, deadline)


class Sentence(BaseModel):
    """How one result is said, and the entry of the handbook that has its rule and source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: str
    say: str


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A computed answer in house markup, and the id of the entry that it follows from."""

    id: str
    entry: str
    answer: str


def reckon(question: str, today: date | None = None) -> Reckoned | None:
    """The answer to a question with figures; None when it has none that a rule is sure of.

    `today` is for days said without a year; without it such days are not understood.
    """
    asked = Asked(question[:LONGEST], today)
    if not asked.figures and not asked.days and not asked.has(r"党费"):
        return None
    for recognizes in _ALL:
        if (found := recognizes(asked)) is not None:
            id, values = found
            sentence = sentences()[id]
            return Reckoned(id, sentence.entry, _template(sentence.say).render(values).strip())
    return None


@cache
def sentences() -> dict[str, Sentence]:
    """Every sentence by the id of its result."""
    found = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    return {id: Sentence.model_validate(value) for id, value in found.items()}


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["day"] = _said
    return environment


@cache
def _template(source: str) -> jinja2.Template:
    return _environment().from_string(source)
