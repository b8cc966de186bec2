"""What is picked: of a list, of people, or yes and no; tapped, named or numbered."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from handlers.dialogue.errors import Invalid, More
from handlers.dialogue.questions.question import (
    DONE,
    Asking,
    Option,
    Question,
    Reply,
    looked_up,
    of_form,
    pick_one,
    without_emoji,
)
from knowledge import choices

E = TypeVar("E", bound=StrEnum)

TAKES_AWAY = re.compile(r"^\s*(?:去掉|去除|不要|不选|取消|删掉|删除|除掉)[\s:：，,]*")


class Choice(Question[E]):
    """One value of an enum, or of some of its values."""

    def __init__(self, kind: type[E], among: Sequence[E] | None = None) -> None:
        self.kind = kind
        self.among = list(kind) if among is None else list(among)

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """One for each value."""
        return [Option(value.value, asking.texts.word(value)) for value in self.among]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> E:
        """The value that was tapped or named."""
        return self.load(pick_one(reply, self.options(asking, partial)), asking)

    def dump(self, value: E) -> str:
        """Its value."""
        return value.value

    def load(self, data: Any, asking: Asking) -> E:
        """The member, if it is still offered."""
        for value in self.among:
            if value.value == data:
                return value
        raise Invalid("no_longer_offered")

    def show(self, value: E, asking: Asking) -> str:
        """Its Chinese term."""
        return asking.texts.word(value)


class OneOf(Question[str]):
    """One of a list that is made on the spot; the answer is the option's id."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.offered = list(options)

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """All of them."""
        return self.offered

    def read(self, reply: Reply, asking: Asking, partial: Any) -> str:
        """The id that was tapped or named."""
        return self.load(pick_one(reply, self.offered), asking)

    def load(self, data: Any, asking: Asking) -> str:
        """The id, if it is still offered."""
        if data not in {option.id for option in self.offered}:
            raise Invalid("no_longer_offered")
        return str(data)

    def show(self, value: str, asking: Asking) -> str:
        """Its label."""
        from handlers.markup import escape

        return escape(next(option.label for option in self.offered if option.id == value))


class Choices(Question[list[str]]):
    """Any number of a list; taps add and take away, words add all that they name, until 好了."""

    def __init__(self, options: Sequence[Option], *, at_least: int = 0) -> None:
        self.offered = list(options)
        self.at_least = at_least

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """Each with a tick when chosen, then 好了."""
        chosen = set(partial or ())
        ticked = [
            Option(option.id, f"✓ {option.label}" if option.id in chosen else option.label) for option in self.offered
        ]
        return [*ticked, Option(DONE, asking.texts.say("shared", "done_button"))]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> list[str]:
        """The ids in the order of the list."""
        still_there = {option.id for option in self.offered}
        chosen = [id for id in partial or () if id in still_there]
        finished = reply.option == DONE or asking.texts.means("done", reply.text)
        if not finished and choices.whole_number(without_emoji(reply.text)) != len(self.offered) + 1:
            chosen = self._changed(chosen, reply)
            raise More(chosen, "chosen_so_far", count=len(chosen))
        return self.load([option.id for option in self.offered if option.id in chosen], asking)

    def _changed(self, chosen: list[str], reply: Reply) -> list[str]:
        """A tap adds or takes away; words add what they name or, after 去掉, take it away; 都不选 empties it."""
        if reply.option is not None:
            if reply.option not in {option.id for option in self.offered}:
                raise Invalid("no_longer_offered")
            return [id for id in chosen if id != reply.option] if reply.option in chosen else [*chosen, reply.option]
        text = looked_up(reply)
        taken_away = TAKES_AWAY.sub("", text)
        named = choices.match_many(taken_away or text, [option.label for option in self.offered])
        if named is None:
            raise Invalid("not_among_these")
        if taken_away != text:
            return [id for id in chosen if id not in {self.offered[index].id for index in named}]
        if not named:
            return []
        return list(dict.fromkeys([*chosen, *(self.offered[index].id for index in named)]))

    def load(self, data: Any, asking: Asking) -> list[str]:
        """The ids, if all are still offered and they are still enough."""
        chosen: list[str] = of_form(data, list)
        if not set(chosen) <= {option.id for option in self.offered}:
            raise Invalid("no_longer_offered")
        if len(chosen) < self.at_least:
            raise Invalid("choose_at_least", at_least=self.at_least)
        return chosen

    def show(self, value: list[str], asking: Asking) -> str:
        """Their labels."""
        from handlers.markup import escape

        labels = [escape(option.label) for option in self.offered if option.id in value]
        return "、".join(labels) or asking.texts.say("shared", "none")


class YesNo(Question[bool]):
    """Yes or no."""

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """Both."""
        return [
            Option("yes", asking.texts.say("shared", "yes_button")),
            Option("no", asking.texts.say("shared", "no_button")),
        ]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> bool:
        """What was tapped, or said in one of many ways."""
        if reply.option is None:
            said = choices.yes_no(looked_up(reply))
            if said is not None:
                return said
        return pick_one(reply, self.options(asking, partial)) == "yes"

    def load(self, data: Any, asking: Asking) -> bool:
        """True or false, and no other thing that Python would take for one of them."""
        answer: bool = of_form(data, bool)
        return answer

    def show(self, value: bool, asking: Asking) -> str:
        """The word on the button."""
        return asking.texts.say("shared", "yes_button" if value else "no_button")


class Named(Protocol):
    """Somebody who can be looked up."""

    @property
    def person_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def phone_last4(self) -> str: ...


class PersonIn(Question[int]):
    """One of a list of people, found by name, pinyin, initials or phone digits; the answer is the id."""

    AT_A_GLANCE = 8

    def __init__(self, people: Sequence[Named]) -> None:
        self.people = list(people)

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """Everybody when they are few, else whom the last search found."""
        if partial is not None:
            shown = [person for person in self.people if person.person_id in partial]
        else:
            shown = self.people if len(self.people) <= self.AT_A_GLANCE else []
        return [Option(str(person.person_id), self._label(person)) for person in shown]

    def _label(self, person: Named) -> str:
        alone = sum(other.name == person.name for other in self.people) == 1
        return person.name if alone else f"{person.name}（{person.phone_last4}）"

    def read(self, reply: Reply, asking: Asking, partial: Any) -> int:
        """The one that fits; several are offered to choose from."""
        if reply.option is not None:
            return int(pick_one(reply, [Option(str(person.person_id), person.name) for person in self.people]))
        text = looked_up(reply)
        offered = self.options(asking, partial)
        if offered:
            number = choices.match_option(text, [option.label for option in offered])
            if number.kind == "number" and number.index is not None and len(text.strip()) < 4:
                return int(offered[number.index].id)
        keys = [choices.PersonKey(person.name, person.phone_last4) for person in self.people]
        found = choices.match_person(text, keys)
        if not found:
            raise Invalid("no_such_person")
        if len(found) == 1:
            return self.people[found[0]].person_id
        if len(found) > self.AT_A_GLANCE:
            raise Invalid("too_many_people", count=len(found))
        raise More([self.people[index].person_id for index in found], "several_people")

    def load(self, data: Any, asking: Asking) -> int:
        """The id, if that person is still on the list."""
        person_id: int = of_form(data, int)
        if person_id not in {person.person_id for person in self.people}:
            raise Invalid("no_longer_offered")
        return person_id

    def show(self, value: int, asking: Asking) -> str:
        """The name."""
        from handlers.markup import escape

        return escape(next(self._label(person) for person in self.people if person.person_id == value))
