"""From a field of a procedure to a question: what may be tapped, how a reply is read, and what the rules say of it."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from handlers.dialogue.errors import Invalid, More
from handlers.dialogue.questions import (
    DONE,
    Asking,
    Choices,
    Day,
    Lines,
    Number,
    OneOf,
    Option,
    PersonIn,
    Question,
    Reply,
    Text,
    YesNo,
)
from handlers.markup import escape
from knowledge import choices
from knowledge.procedure import facts as fact
from knowledge.procedure.facts import Named
from knowledge.procedure.model import Asked, Kind
from storage.people import Member

SKIP, STOP = "skip", "stop"

Complaint = Callable[[Any], str]
"""What the rules say against an answer; empty when nothing."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The answer that ends a sitting: what comes next has not happened yet."""


class Amount(Question[Decimal]):
    """Hours or yuan, with up to two places, never negative."""

    def read(self, reply: Reply, asking: Asking, partial: Any) -> Decimal:
        """The figure; a unit behind it is passed over."""
        text = reply.text.strip().replace(",", "").replace("，", "")
        found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,2})?)\s*(?:元|块|块钱|学时|个?小时|课时)?", text)
        if found:
            return Decimal(found[1])
        whole = choices.whole_number(text)
        if whole is None:
            raise Invalid("no_number")
        return Decimal(whole)

    def dump(self, value: Decimal) -> str:
        """As decimal digits."""
        return str(value)

    def load(self, data: Any, asking: Asking) -> Decimal:
        """The figure back."""
        if not isinstance(data, str):
            raise TypeError(f"{data!r} is no amount")
        try:
            return Decimal(data)
        except InvalidOperation as error:
            raise ValueError(data) from error


def _require_fitting(reply: Reply, names: Iterable[str], others: Sequence[Member]) -> None:
    """Raises `Invalid` when somebody of the branch is named who has not the status that is asked for."""
    if reply.option is not None:
        return
    left = reply.text
    for name in sorted(names, key=len, reverse=True):
        left = left.replace(name, " ")
    for one in others:
        if one.name in left:
            raise Invalid("wrong_status", name=one.name, status=one.status)


class People(Question[list[Named]]):
    """Some of a list of people: names typed are the whole answer, taps add until 好了 or until all are there."""

    AT_A_GLANCE = 12

    def __init__(
        self, people: Sequence[Member], others: Sequence[Member] = (), *, at_least: int = 1, at_most: int | None = None
    ) -> None:
        self.people = {str(one.person_id): Named(one.person_id, one.name) for one in people}
        self.others = others
        self.at_least = at_least
        self.at_most = len(people) if at_most is None else at_most

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """Everybody when they are few, with a tick when chosen; 好了 once enough are."""
        chosen = set(partial or ())
        shown = self.people if len(self.people) <= self.AT_A_GLANCE else {}
        found = [Option(id, f"✓ {one.name}" if id in chosen else one.name) for id, one in shown.items()]
        return [*found, Option(DONE, asking.texts.say("shared", "done_button"))] if chosen else found

    def read(self, reply: Reply, asking: Asking, partial: Any) -> list[Named]:
        """Those who were named."""
        chosen = [id for id in partial or () if id in self.people]
        if reply.option == DONE or (reply.option is None and asking.texts.means("done", reply.text) and chosen):
            return self._checked(chosen)
        if reply.option is not None:
            if reply.option not in self.people:
                raise Invalid("no_longer_offered")
            chosen = [id for id in chosen if id != reply.option] if reply.option in chosen else [*chosen, reply.option]
            if len(chosen) == self.at_most:
                return self._checked(chosen)
            raise More(chosen, "chosen_so_far", count=len(chosen))
        return self._checked(list(dict.fromkeys([*chosen, *self._named(reply)])))

    def _named(self, reply: Reply) -> list[str]:
        if reply.files:
            raise Invalid("words_please")
        _require_fitting(reply, (one.name for one in self.people.values()), self.others)
        ids, names = list(self.people), [one.name for one in self.people.values()]
        found = choices.match_many(reply.text.replace("同志", " "), names)
        if not found:
            raise Invalid("no_such_person")
        return [ids[index] for index in found]

    def _checked(self, chosen: Collection[str]) -> list[Named]:
        if len(chosen) < self.at_least:
            raise Invalid("choose_at_least", at_least=self.at_least)
        if len(chosen) > self.at_most:
            raise Invalid("choose_at_most", at_most=self.at_most)
        return [self.people[id] for id in chosen]

    def dump(self, value: list[Named]) -> Any:
        """Ids and names."""
        return fact.dump(Kind.PEOPLE, value)

    def load(self, data: Any, asking: Asking) -> list[Named]:
        """The people, if all are still on the list."""
        found: list[Named] = fact.load(Kind.PEOPLE, data)
        if any(str(one.id) not in self.people for one in found):
            raise Invalid("no_longer_offered")
        return self._checked([str(one.id) for one in found])

    def show(self, value: list[Named], asking: Asking) -> str:
        """Their names."""
        return "、".join(escape(one.name) for one in value)


class OnePerson(Question[Named]):
    """One of a list of people, with the name they have now."""

    def __init__(self, people: Sequence[Member], others: Sequence[Member] = ()) -> None:
        self.inner = PersonIn(people)
        self.others = others
        self.names = {one.person_id: one.name for one in people}

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """As `PersonIn`."""
        return self.inner.options(asking, partial)

    def read(self, reply: Reply, asking: Asking, partial: Any) -> Named:
        """The one that fits."""
        _require_fitting(reply, self.names.values(), self.others)
        found = self.inner.read(reply, asking, partial)
        return Named(found, self.names[found])

    def dump(self, value: Named) -> Any:
        """Id and name."""
        return fact.dump(Kind.PERSON, value)

    def load(self, data: Any, asking: Asking) -> Named:
        """The person, if still on the list."""
        found: Named = fact.load(Kind.PERSON, data)
        self.inner.load(found.id, asking)
        return found

    def show(self, value: Named, asking: Asking) -> str:
        """The name."""
        return escape(value.name)


class SomebodyNew(PersonIn):
    """One of a list of people, or somebody whom the roster does not have yet: 0."""

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """As `PersonIn`, and somebody new."""
        return [*super().options(asking, partial), Option("0", asking.texts.say("shared", "somebody_new"))]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> int:
        """The one that fits, or nobody that is there yet."""
        label = asking.texts.say("shared", "somebody_new")
        count = len(self.options(asking, partial))
        if reply.option == "0" or (reply.option is None and reply.text.strip() in (label, "新登记", str(count))):
            return 0
        try:
            return super().read(reply, asking, partial)
        except Invalid as invalid:
            raise Invalid("nobody_yet") if invalid.key == "no_such_person" else invalid from invalid

    def load(self, data: Any, asking: Asking) -> int:
        """The id, if that person is still on the list."""
        return 0 if data == 0 and data is not False else super().load(data, asking)

    def show(self, value: int, asking: Asking) -> str:
        """The name, or that it is somebody new."""
        return super().show(value, asking) if value else asking.texts.say("shared", "somebody_new")


class PhoneDigits(Text):
    """The last four digits of a phone; a whole number is cut to them."""

    def __init__(self) -> None:
        super().__init__(max_length=20)

    def load(self, data: Any, asking: Asking) -> str:
        """Four digits."""
        digits = "".join(letter for letter in super().load(data, asking) if letter.isdecimal())
        if len(digits) not in (4, 11):
            raise Invalid("four_digits")
        return digits[-4:]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> str:
        """The digits."""
        return self.load(super().read(reply, asking, partial), asking)


class Tally(Question[dict[int, int]]):
    """Votes for each of some people: a name and a number a line, or the numbers alone in the order of the names."""

    def __init__(self, people: Sequence[Named]) -> None:
        self.people = list(people)

    def read(self, reply: Reply, asking: Asking, partial: Any) -> dict[int, int]:
        """Votes by the ids of people; everybody has to have a number."""
        text = reply.text.strip()
        alone = re.findall(r"\d+", text)
        if (
            alone
            and len(alone) == len(self.people)
            and not re.search(r"[\u4e00-\u9fff]", re.sub(r"[票，、,\s]", "", text))
        ):
            return {one.id: int(number) for one, number in zip(self.people, alone, strict=True)}
        found: dict[int, int] = {}
        for one in self.people:
            votes = re.search(re.escape(one.name) + r"\D{0,6}?(\d{1,4})", text)
            if votes is None:
                raise Invalid("votes_of", name=one.name)
            found[one.id] = int(votes[1])
        return found

    def dump(self, value: dict[int, int]) -> Any:
        """By id."""
        return fact.dump(Kind.TALLY, value)

    def load(self, data: Any, asking: Asking) -> dict[int, int]:
        """The votes, if they are of these people."""
        found: dict[int, int] = fact.load(Kind.TALLY, data)
        if set(found) != {one.id for one in self.people}:
            raise Invalid("no_longer_offered")
        return found

    def show(self, value: dict[int, int], asking: Asking) -> str:
        """Name and votes."""
        return "，".join(f"{escape(one.name)} {value[one.id]} 票" for one in self.people)


class Fitted(Question[Any]):
    """A question of a procedure: with 跳过, with what is likely as a button, and with what the rules say of an answer.

    The answer is None when it was skipped and `Stop()` when the sitting ends before it.
    """

    def __init__(
        self,
        inner: Question[Any],
        *,
        likely: Mapping[str, Any] | None = None,
        skippable: bool = False,
        may_stop: bool = False,
        complaint: Complaint = lambda value: "",
    ) -> None:
        self.inner = inner
        self.free = inner.free
        self.likely = dict(likely or {})
        self.skippable = skippable
        self.may_stop = may_stop
        self.complaint = complaint

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """What is likely, what the question itself offers, then 跳过 and 先记到这里."""
        say = asking.texts.say
        found = [] if partial else [Option(f"={label}", label) for label in self.likely]
        found += self.inner.options(asking, partial)
        if self.skippable and not partial:
            found.append(Option(SKIP, say("shared", "skip_button")))
        if self.may_stop and not partial:
            found.append(Option(STOP, say("shared", "stop_here_button")))
        return found

    def read(self, reply: Reply, asking: Asking, partial: Any) -> Any:
        """The answer, if the rules have nothing against it."""
        means = asking.texts.means
        reply = self._by_number(reply, asking, partial)
        if self.skippable and (reply.option == SKIP or (reply.option is None and means("skip", reply.text))):
            return None
        if self.may_stop and (reply.option == STOP or (reply.option is None and means("stop_here", reply.text))):
            return Stop()
        return self._allowed(self._read(reply, asking, partial))

    def _by_number(self, reply: Reply, asking: Asking, partial: Any) -> Reply:
        """A number as the option it stands for, counted over all that are offered, unless a figure is asked for."""
        options = self.options(asking, partial)
        if reply.option is not None or not options or isinstance(self.inner, Number | Amount):
            return reply
        found = choices.match_option(reply.text, [option.label for option in options])
        if found.kind != "number" or found.index is None:
            return reply
        return Reply(option=options[found.index].id)

    def _read(self, reply: Reply, asking: Asking, partial: Any) -> Any:
        for label, value in self.likely.items():
            if reply.option == f"={label}" or (reply.option is None and reply.text.strip() == label):
                return value
        return self.inner.read(reply, asking, partial)

    def _allowed(self, value: Any) -> Any:
        if words := self.complaint(value):
            raise Invalid("not_by_the_rules", words=words)
        return value

    def dump(self, value: Any) -> Any:
        """Tagged, because it may be no answer at all."""
        if value is None:
            return {"skipped": True}
        return {"stopped": True} if isinstance(value, Stop) else {"is": self.inner.dump(value)}

    def load(self, data: Any, asking: Asking) -> Any:
        """The answer, if it still fits and the rules have nothing against it by now."""
        if not isinstance(data, dict):
            raise TypeError(f"{data!r} is no answer of a procedure")
        if data.get("skipped"):
            if not self.skippable:
                raise Invalid("needed_now")
            return None
        if data.get("stopped"):
            if not self.may_stop:
                raise Invalid("needed_now")
            return Stop()
        return self._allowed(self.inner.load(data["is"], asking))

    def show(self, value: Any, asking: Asking) -> str:
        """As the question itself shows it."""
        if isinstance(value, Stop):
            return ""  # nothing was answered, and nothing stands in the summary
        if value is None:
            return asking.texts.say("shared", "none")
        return self.inner.show(value, asking)


def question_of(
    asked: Asked, people: Sequence[Member], facts: fact.Facts, step: str, today: date, dated: str
) -> Question[Any]:
    """The question that a field asks, without what surrounds it; a step's own day has come already."""
    match asked.kind:
        case Kind.DAY:
            since = (facts.get(dated, step) or today) if asked.ahead else None
            return Day(before=today if asked.id == dated else None, since=since)
        case Kind.NUMBER:
            return Number(at_least=asked.at_least or 0, at_most=100_000 if asked.at_most is None else asked.at_most)
        case Kind.DECIMAL:
            return Amount()
        case Kind.TEXT:
            return Text(max_length=asked.max_length)
        case Kind.LINES:
            return Lines(at_least=asked.at_least or 1, at_most=asked.at_most or 20, max_length=asked.max_length)
        case Kind.YES_NO:
            return YesNo()
        case Kind.CHOICE:
            return OneOf(_offered(asked))
        case Kind.CHOICES:
            return Choices(_offered(asked), at_least=1 if asked.at_least is None else asked.at_least)
        case Kind.PERSON:
            return OnePerson(*_fitting(asked, people))
        case Kind.PEOPLE:
            return People(*_fitting(asked, people), at_least=asked.at_least or 1, at_most=asked.at_most)
    return Tally(facts.get(asked.of, step) or [])


def _offered(asked: Asked) -> list[Option]:
    return [Option(id, label) for id, label in asked.among.items()]


def _fitting(asked: Asked, people: Sequence[Member]) -> tuple[list[Member], list[Member]]:
    """Those who have a status that the field asks for, and the others of the branch."""
    fit = [one for one in people if not asked.whom or one.status.value in asked.whom]
    return fit, [one for one in people if one not in fit]
