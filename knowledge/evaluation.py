"""How well the handbook answers a set of questions: by kind, with every failure.

A question is a line of JSON: {"id", "kind", "question", "facts"}. Each fact is a list of ways to say it, one of which
the answer must contain, blanks and markup aside; a question without facts must be refused.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.handbook import Handbook
from knowledge.normalize import simplify

Outcome = Literal["right", "wrong", "offered", "refused"]


class Evaluated(BaseModel):
    """One question of a set."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    question: str
    facts: tuple[tuple[str, ...], ...] = ()


class BrokenSet(Exception):
    """A line of the set is not a question; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that was not answered as it should be, and what was said instead."""

    asked: Evaluated
    outcome: Outcome
    said: str


@dataclass(slots=True)
class Score:
    """One kind: how many were right, offered among the candidates, wrong, refused."""

    kind: str
    counts: dict[Outcome, int] = field(default_factory=lambda: defaultdict(int))
    failures: list[Failure] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many questions."""
        return sum(self.counts.values())

    def share(self, outcome: Outcome) -> float:
        """The share of one outcome, 0 to 1."""
        return self.counts[outcome] / self.total if self.total else 0.0


def read_set(lines: Iterable[str]) -> Iterator[Evaluated]:
    """The questions of a set; blank lines are passed over. Raises `BrokenSet`."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield Evaluated.model_validate_json(line)
            except ValidationError as error:
                raise BrokenSet(f"第 {number} 行不是一个问题：{error.errors()[0]['msg']}") from error


def evaluate(answer: Callable[[str], tuple[str, str]], questions: Iterable[Evaluated]) -> dict[str, Score]:
    """Scores by kind, in the order in which kinds appear.

    `answer` gives a status (answered, unsure, unknown) and the text said. A question with facts is right when it is
    answered with all of them, and offered when it is unsure and they are among what is offered; one without is right
    when it is refused.
    """
    scores: dict[str, Score] = {}
    for asked in questions:
        score = scores.setdefault(asked.kind, Score(asked.kind))
        status, said = answer(asked.question)
        outcome = _outcome(asked, status, said)
        score.counts[outcome] += 1
        if outcome != "right":
            score.failures.append(Failure(asked, outcome, said))
    return scores


def of_handbook(handbook: Handbook, today: date) -> Callable[[str], tuple[str, str]]:
    """What the handbook says, for `evaluate`."""

    def answer(question: str) -> tuple[str, str]:
        found = handbook.ask_all(question, today=today)
        if all(each.status == "answered" for each in found):
            return "answered", "\n".join(f"{each.entry.title if each.entry else ''}\n{each.answer}" for each in found)
        if all(each.status == "unknown" for each in found):
            return "unknown", ""
        near = (candidate.entry for each in found for candidate in each.candidates)
        return "unsure", "\n".join(f"{entry.title}\n{entry.answer}" for entry in near)

    return answer


def _outcome(asked: Evaluated, status: str, said: str) -> Outcome:
    if not asked.facts:
        return "right" if status == "unknown" else "offered" if status == "unsure" else "wrong"
    if status == "unknown":
        return "refused"
    plain = _plain(said)
    complete = all(any(_plain(way) in plain for way in ways) for ways in asked.facts)
    if status == "answered":
        return "right" if complete else "wrong"
    return "offered"


def _plain(text: str) -> str:
    return re.sub(r"[\s*＊]+", "", simplify(text))
