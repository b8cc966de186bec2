"""What a procedure is: stages, steps, fields, checks, and what follows from an outcome. The files hold no code.

A *fact* is one answer of one step and is named "step.field"; within its own step "field" is enough. What is known of
the surroundings is named likewise: "subject.name", "branch.full_members", "case.started_on" (see `facts.SURROUNDINGS`).
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from knowledge.entry import Citation

_ID = r"^[a-z][a-z0-9_]*$"
_PROCEDURE_ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_FACT = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"

Literal: TypeAlias = bool | int | Decimal | str


def _yes_and_no(words: Any) -> Any:
    """YAML reads the keys yes and no as true and false."""
    names = {True: "yes", False: "no"}
    return {names.get(key, key): each for key, each in words.items()} if isinstance(words, dict) else words


Words: TypeAlias = Annotated[dict[str, str], BeforeValidator(_yes_and_no)]
"""What is said for a value: for yes and no, or for each of the words that a rule returns, the usual one first."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class About(StrEnum):
    """What a case is about: somebody, the branch itself, or a matter that is given a name."""

    PERSON = "person"
    BRANCH = "branch"
    MATTER = "matter"


class Kind(StrEnum):
    """What a field holds; in brackets what it is in the facts."""

    DAY = "day"  # date
    NUMBER = "number"  # int
    DECIMAL = "decimal"  # Decimal: hours, yuan
    TEXT = "text"  # str, one line
    LINES = "lines"  # list[str]
    YES_NO = "yes_no"  # bool
    CHOICE = "choice"  # str, an id of `among`
    CHOICES = "choices"  # list[str]
    PERSON = "person"  # Named
    PEOPLE = "people"  # list[Named]
    TALLY = "tally"  # dict[int, int]: votes by person, of the people in the field `of`


class Level(StrEnum):
    """What happens when a check fails: it cannot be recorded, only with a reason, or it is said and goes on."""

    STOP = "stop"
    REASON = "reason"
    WARN = "warn"


class Outcome(StrEnum):
    """How a case ends: as it should, or before its last step."""

    DONE = "done"
    STOPPED = "stopped"


class Condition(_Strict):
    """A fact that has to be one of some values; all facts of a list of conditions have to."""

    fact: str = Field(pattern=_FACT)
    among: tuple[Literal, ...] = Field(min_length=1, alias="is")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Asked(_Strict):
    """One thing that is asked: its sentence, why it is asked, and what may answer it.

    `default` names a fact that is offered as the answer ("today" is one). `at_least` and `at_most` bound numbers and
    the counts of people and lines. `whom` are the statuses that people may have; empty is everybody of the branch.
    `shared` says that cases decided in one sitting have the same answer. `when` has to hold for it to be asked;
    `otherwise` is the fact when it does not. A day that is `ahead` is the next of its date after the step's own.
    """

    id: str = Field(pattern=_ID)
    kind: Kind
    ask: str = Field(min_length=2, max_length=80)
    label: str = Field(min_length=2, max_length=14)
    why: str = Field(default="", max_length=60)
    example: str = ""
    unit: str = ""
    optional: bool = False
    shared: bool = False
    default: str = ""
    at_least: int | None = None
    at_most: int | None = None
    max_length: int = 200
    among: dict[str, str] = {}
    whom: tuple[str, ...] = ()
    of: str = ""
    when: tuple[Condition, ...] = ()
    otherwise: Literal | None = None
    ahead: bool = False


class Bound(StrEnum):
    """How a fact has to lie to what a rule returns."""

    AT_LEAST = "at_least"  # not before, not less
    AT_MOST = "at_most"  # not after, not more
    EQUAL = "equal"
    WITHIN = "within"  # of a rule that returns the first and the last


class Check(_Strict):
    """A rule of knowledge/rules held against facts.

    `of` gives the rule's parameters from facts, `literally` from here. Without `fact` the rule answers yes or no;
    with it the fact has to lie to what the rule returns as `bound` says, and the day of a step so bound is also its
    earliest or latest day. A check of which a fact is not known does not apply. `says` is what is wrong and `then` what
    to do, as Jinja over the step's facts, `limit` (and `last` for WITHIN). `version` limits it to steps done under that
    version of the rules. `local` marks what a committee added to the national rules.
    """

    id: str = Field(pattern=_ID)
    rule: str
    of: dict[str, str] = {}
    literally: dict[str, Literal] = {}
    fact: str = ""
    bound: Bound | None = None
    level: Level
    says: str = Field(min_length=4)
    then: str = ""
    source: Citation | None = None
    version: str = ""
    when: tuple[Condition, ...] = ()
    local: bool = False


class Derived(_Strict):
    """A fact that a rule makes of others: a date, a figure, or passed and not passed.

    `words` are said for yes and no, or for the words that the rule returns; without them the value is shown as it is,
    and without a `label` it is not shown.
    Where several rules make the same fact, each has a `when`, of which only one can hold.
    """

    id: str = Field(pattern=_ID)
    label: str = ""
    rule: str
    of: dict[str, str] = {}
    literally: dict[str, Literal] = {}
    words: Words = {}
    when: tuple[Condition, ...] = ()


class Effect(_Strict):
    """What a recorded step changes in the roster: the subject's status, who holds a post, or that somebody leaves.

    `holders` names the fact with whoever holds the post from now on, of this step or an earlier one. `since` names the
    fact with the day from which it holds; without it that is the step's own day.
    """

    status: str = ""
    post: str = ""
    holders: str = Field(default="", pattern=rf"{_FACT}|^$")
    leaves: bool = False
    since: str = Field(default="", pattern=rf"{_FACT}|^$")
    when: tuple[Condition, ...] = ()


class End(_Strict):
    """The case is over when the conditions hold after this step."""

    when: tuple[Condition, ...] = ()
    outcome: Outcome = Outcome.STOPPED
    says: str = Field(min_length=4)


class Span(_Strict):
    """So long, by the calendar; working days count the first day."""

    days: int = 0
    months: int = 0
    working_days: int = 0


class Repeat(_Strict):
    """A step that is done again and again: `due` is a rule from one day to the last day for the next.

    Without `due` it is done as often as there is something, such as a vote on each item. With `until` it is done
    again until the newest round makes these conditions hold, such as a ballot until all seats are filled.
    """

    due: str = ""
    at_least: int = 1
    until: tuple[Condition, ...] = ()


class Due(_Strict):
    """A day that a rule makes, of which people are reminded and by which nothing is held."""

    rule: str
    of: dict[str, str] = {}
    literally: dict[str, Literal] = {}


class Step(_Strict):
    """One step: who does it, what it asks, what holds it, which papers it makes, and after what it may come.

    `after` are the steps that must be done before it (by default the one above it); a step that waits for several may
    be reached by any order of them. `when` has to hold, else the step is passed over; with `counted` it usually holds,
    so that people count the step. `dated` is the field that is its day. `usually` is how long after the steps before
    it is usually done: for the suggested plan, and for what is asked for along in one sitting. `remind` are days before
    its earliest or latest day on which the secretary is reminded, `remind_on` further days. `papers_when` are the
    conditions of papers that are made in some cases only.
    """

    id: str = Field(pattern=_ID)
    title: str = Field(min_length=2, max_length=24)
    who: str = Field(min_length=1, max_length=40)
    guide: str = Field(min_length=4, max_length=300)
    fields: tuple[Asked, ...]
    dated: str
    derived: tuple[Derived, ...] = ()
    checks: tuple[Check, ...] = ()
    papers: tuple[str, ...] = ()
    papers_when: dict[str, tuple[Condition, ...]] = {}
    sources: tuple[Citation, ...] = ()
    confirm_locally: str = ""
    optional: bool = False
    counted: bool = False
    batch: bool = False
    repeat: Repeat | None = None
    after: tuple[str, ...] | None = None
    when: tuple[Condition, ...] = ()
    usually: Span = Span(days=7)
    remind: tuple[int, ...] = (7, 0)
    remind_on: tuple[Due, ...] = ()
    effects: tuple[Effect, ...] = ()
    ends: tuple[End, ...] = ()
    local: bool = False

    def field(self, id: str) -> Asked | None:
        """A field by its id."""
        return next((field for field in self.fields if field.id == id), None)


class Stage(_Strict):
    """Steps that belong together; a dot of the line that shows where a case stands."""

    title: str = Field(min_length=2, max_length=12)
    steps: tuple[Step, ...] = Field(min_length=1)


class Version(_Strict):
    """A version of the rules, for steps done between two days; `second_hand` says how sure we are of it."""

    id: str
    document: str
    first: date | None = None
    last: date | None = None
    second_hand: str = ""


class Procedure(_Strict):
    """One procedure from its first step to its ends.

    `subject` are the statuses of whom a PERSON case may be about, `matter` the question for the name of a MATTER.
    `historical` says what a practice that is over was; it leads to others and has no steps. `reader` is the chapter and
    page in the 2012 reader. `mistakes` are what people get wrong, as said to them.
    """

    id: str = Field(pattern=_PROCEDURE_ID)
    title: str = Field(min_length=2, max_length=20)
    words: tuple[str, ...] = Field(min_length=1)
    purpose: str = Field(min_length=4, max_length=120)
    about: About
    matter: str = ""
    subject: tuple[str, ...] = ()
    historical: str = ""
    leads_to: tuple[str, ...] = ()
    reader: str = ""
    stages: tuple[Stage, ...] = ()
    versions: tuple[Version, ...] = ()
    sources: tuple[Citation, ...] = ()
    mistakes: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    changed_since_2012: str = ""

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    @cached_property
    def usual_steps(self) -> tuple[Step, ...]:
        """The steps of a case in which nothing out of the ordinary happens: those that people count."""
        return tuple(step for step in self.steps if (step.counted or not step.when) and not step.optional)

    def step(self, id: str) -> Step:
        """A step by its id.

        Raises KeyError.
        """
        for step in self.steps:
            if step.id == id:
                return step
        raise KeyError(id)

    def before(self, step: Step) -> tuple[str, ...]:
        """The ids of the steps that must be done, or passed over, before this one."""
        if step.after is not None:
            return step.after
        position = self.steps.index(step)
        return (self.steps[position - 1].id,) if position else ()

    def version_on(self, day: date) -> Version | None:
        """Which version of the rules a step done on that day is held to; None when there is only one."""
        for version in self.versions:
            if (version.first is None or version.first <= day) and (version.last is None or day <= version.last):
                return version
        return None

    def cited_on(self, day: date, citation: Citation) -> Citation:
        """A rule's source for a step done on a day.

        What stands in one version's document is cited from the version that held on that day; without its article
        then, whose number may be another there.
        """
        version = self.version_on(day)
        if version is None or citation.document == version.document:
            return citation
        if citation.document not in {one.document for one in self.versions}:
            return citation
        return Citation(document=version.document)
