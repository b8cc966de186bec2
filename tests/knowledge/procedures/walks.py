"""A case walked by facts alone, as the conversation would record it."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from knowledge.procedure.checking import Problem, problems
from knowledge.procedure.facts import Facts, Named, Record, dump, is_asked
from knowledge.procedure.files import Procedures
from knowledge.procedure.model import Level, Procedure
from knowledge.procedure.standing import Ended, Standing, standing

CHEN, LI, WANG, ZHAO = Named(1, "陈明"), Named(2, "李华"), Named(3, "王芳"), Named(4, "赵强")


@cache
def procedures() -> Procedures:
    """All that there are."""
    return Procedures.load()


class Walk:
    """One case of a procedure; `around` is what is known besides, and the day goes with what is recorded."""

    def __init__(self, procedure: str, around: Mapping[str, Any] | None = None) -> None:
        self.procedure: Procedure = procedures().named(procedure)
        self.around = {"case.started_on": date(2026, 1, 1), **(around or {})}
        self.records: list[Record] = []
        self.today = date(2026, 1, 1)

    @property
    def facts(self) -> Facts:
        """Everything known."""
        return Facts(self.procedure, self.records, self.around)

    @property
    def standing(self) -> Standing:
        """Where it stands on the day of the newest recording."""
        return standing(self.procedure, self.records, self.facts, self.today)

    @property
    def open(self) -> list[str]:
        """The steps that may be done, and those that only wait for their day."""
        return [place.step.id for place in (*self.standing.open, *self.standing.early)]

    @property
    def ended(self) -> Ended | None:
        """How it ended, if it has."""
        return self.standing.ended

    def found(self, step: str, touching: str = "", /, **values: Any) -> dict[str, Problem]:
        """What is wrong with a recording, by check; with `touching` as at the moment that field is typed."""
        its = self.procedure.step(step)
        supposed = self.facts.supposing(its, values)
        day = values.get(its.dated, self.today)
        wrong = problems(self.procedure, its, supposed, day, touching=touching)
        assert not [one.words for one in wrong if "＿" in one.words], "a sentence names what is not known"
        return {one.check.id: one for one in wrong}

    def levels(self, step: str, touching: str = "", /, **values: Any) -> dict[str, str]:
        """Of what is wrong, how grave."""
        return {id: problem.level.value for id, problem in self.found(step, touching, **values).items()}

    def typed(self, step: str, last: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Of a recording, what has been answered at the moment when its field `last` is typed."""
        order = [asked.id for asked in self.procedure.step(step).fields]
        return {id: value for id, value in values.items() if order.index(id) <= order.index(last)}

    def record(self, step: str, /, **values: Any) -> "Walk":
        """Record a step that may be done, all that it asks and nothing else, with nothing that stops it."""
        assert step in self.open, f"{step} is not open: {self.open}"
        its = self.procedure.step(step)
        supposed = self.facts.supposing(its, values)
        for asked in its.fields:
            wanted = is_asked(asked, supposed, step)
            assert wanted or asked.id not in values, f"{step}.{asked.id} is not asked"
            assert not wanted or asked.optional or asked.id in values, f"{step}.{asked.id} is missing"
        assert set(values) <= {asked.id for asked in its.fields}, f"{step} has no {values.keys()}"
        day = values[its.dated]
        stopping = [one.says for one in problems(self.procedure, its, supposed, day) if one.level is not Level.WARN]
        assert not stopping, f"{step}: {stopping}"
        answers = {asked.id: dump(asked.kind, values[asked.id]) for asked in its.fields if asked.id in values}
        self.records.append(Record(len(self.records) + 1, step, day, answers))
        self.today = max(self.today, day)
        return self

    def catches(self, check: str, level: str, step: str, touching: str, /, **values: Any) -> str:
        """The sentence with which a mistake is caught when the last of its facts is typed; nothing of it is blank."""
        found = self.found(step, touching, **values)
        assert check in found, f"{check} does not catch it: {list(found)}"
        problem = found[check]
        assert problem.level.value == level
        assert problem.then, f"{check} does not say what to do"
        assert not re.search("＿|None", problem.words), problem.words
        without = {name: value for name, value in values.items() if name != touching}
        assert check not in self.found(step, **without), f"{check} is said before {touching} is typed"
        return problem.words
