"""The kinds of question: what each offers, how it reads a reply, and how its answer is kept and shown.

An answer is kept as JSON (`dump`, `load`); `load` raises `Invalid` when it no longer fits, and then it is asked again.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

import regex

from handlers.dialogue.errors import Invalid, More
from handlers.wording import Marked, Texts, day_words, tidy
from knowledge import choices
from knowledge.rules import dates

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

TEXT_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Option:
    """Something to tap or to name; `id` is what is recorded."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that came with a reply and is stored already."""

    id: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: words, or the option that was tapped, or files."""

    text: str = ""
    option: str | None = None
    files: tuple[GivenFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question needs to know of its surroundings; `now` is local."""

    texts: Texts
    now: datetime
    zone: ZoneInfo


class Question(ABC, Generic[T]):
    """One kind of question; `free` when any words may be its answer, and not only those that name an option."""

    free = False

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """What may be tapped instead of typed."""
        return []

    @abstractmethod
    def read(self, reply: Reply, asking: Asking, partial: Any) -> T:
        """The answer in a reply.

        Raises `Invalid` when there is none, `More` when it is only a part.
        """

    def dump(self, value: T) -> Any:
        """The answer as JSON."""
        return value

    def load(self, data: Any, asking: Asking) -> T:
        """The answer back from JSON.

        Raises `Invalid` when it no longer fits.
        """
        value: T = data
        return value

    def show(self, value: T, asking: Asking) -> str:
        """The answer in house markup, as a summary says it."""
        from handlers.markup import escape

        return escape(str(value))


def _only_words(reply: Reply) -> str:
    if reply.files:
        raise Invalid("words_please")
    text = reply.text.strip()
    if not text:
        raise Invalid("empty")
    return text


_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\uFE0F\u200D\U0001F3FB-\U0001F3FF\s]")


def _without_emoji(text: str) -> str:
    end = len(text)
    while end and _EMOJI.match(text[end - 1]):
        end -= 1
    return text[:end]


def _looked_up(reply: Reply) -> str:
    """The words without the emoji behind them: keyboards add those, and nothing that is looked up ends with one."""
    text = _only_words(reply)
    return _without_emoji(text) or text


def _of_form(data: Any, form: type) -> Any:
    """What is kept, if it is of the form that this kind of question keeps; the code may have changed since."""
    if type(data) is not form:  # True is an int, and no number of anything
        raise TypeError(f"{data!r} is no {form.__name__}")
    return data


class Text(Question[str]):
    """A few words on one line."""

    free = True

    def __init__(self, *, max_length: int = 60, suggestions: Sequence[str] = ()) -> None:
        self.max_length = max_length
        # One from a time of longer limits could be tapped, but would not fit when it is loaded.
        self.suggestions = [words for words in dict.fromkeys(suggestions) if len(words) <= max_length]

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """Earlier answers that may fit again."""
        return [Option(words, words) for words in self.suggestions]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> str:
        """The words, with runs of blanks made one."""
        if reply.option is not None:
            return self.load(reply.option, asking)
        text = " ".join(_only_words(reply).split())
        numbered = choices.match_option(text, self.suggestions)
        if numbered.kind == "number" and numbered.index is not None:
            return self.suggestions[numbered.index]
        if suggested := next((words for words in self.suggestions if tidy(words) == tidy(text) != ""), None):
            return suggested
        self.load(text, asking)
        if not any(character.isalnum() for character in text):
            raise Invalid("no_words")
        return text

    def load(self, data: Any, asking: Asking) -> str:
        """The words, if they are not too long by now."""
        text: str = _of_form(data, str)
        if len(text) > self.max_length:
            raise Invalid("too_long", max_length=self.max_length, length=len(text))
        return text


class Lines(Question[list[str]]):
    """Several points, one a line; leading numbers and bullets are taken off."""

    free = True

    def __init__(self, *, at_least: int = 1, at_most: int = 20, max_length: int = 200) -> None:
        self.at_least, self.at_most, self.max_length = at_least, at_most, max_length

    def read(self, reply: Reply, asking: Asking, partial: Any) -> list[str]:
        """The points in order."""
        points = [choices.without_numbering(line) for line in _only_words(reply).splitlines()]
        return self.load([point for point in points if any(character.isalnum() for character in point)], asking)

    def load(self, data: Any, asking: Asking) -> list[str]:
        """The points, if they are neither too few nor too many nor too long by now."""
        points: list[str] = [_of_form(point, str) for point in _of_form(data, list)]
        if len(points) < self.at_least:
            raise Invalid("too_few_lines", at_least=self.at_least)
        if len(points) > self.at_most:
            raise Invalid("too_many_lines", at_most=self.at_most)
        longest = max(points, key=len, default="")
        if len(longest) > self.max_length:
            raise Invalid("line_too_long", max_length=self.max_length, start=longest[:12])
        return points

    def show(self, value: list[str], asking: Asking) -> str:
        """Numbered when there are several."""
        from handlers.markup import escape

        if len(value) == 1:
            return escape(value[0])
        return "".join(f"\n　{number}. {escape(point)}" for number, point in enumerate(value, 1))


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
        if not finished and choices.whole_number(_without_emoji(reply.text)) != len(self.offered) + 1:
            chosen = self._changed(chosen, reply)
            raise More(chosen, "chosen_so_far", count=len(chosen))
        return self.load([option.id for option in self.offered if option.id in chosen], asking)

    def _changed(self, chosen: list[str], reply: Reply) -> list[str]:
        """A tap adds or takes away; words add what they name or, after 去掉, take it away; 都不选 empties it."""
        if reply.option is not None:
            if reply.option not in {option.id for option in self.offered}:
                raise Invalid("no_longer_offered")
            return [id for id in chosen if id != reply.option] if reply.option in chosen else [*chosen, reply.option]
        text = _looked_up(reply)
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
        chosen: list[str] = _of_form(data, list)
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


DONE = "done"
TAKES_AWAY = re.compile(r"^\s*(?:去掉|去除|不要|不选|取消|删掉|删除|除掉)[\s:：，,]*")


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
            said = choices.yes_no(_looked_up(reply))
            if said is not None:
                return said
        return pick_one(reply, self.options(asking, partial)) == "yes"

    def load(self, data: Any, asking: Asking) -> bool:
        """True or false, and no other thing that Python would take for one of them."""
        answer: bool = _of_form(data, bool)
        return answer

    def show(self, value: bool, asking: Asking) -> str:
        """The word on the button."""
        return asking.texts.say("shared", "yes_button" if value else "no_button")


class When(Question[datetime]):
    """A day and a time as people say them; the answer is aware and in the branch's zone."""

    def __init__(self, *, after: datetime | None = None, before: datetime | None = None) -> None:
        self.after, self.before = after, before

    def read(self, reply: Reply, asking: Asking, partial: Any) -> datetime:
        """The moment; a day alone is kept, and only its time is asked for."""
        text = _looked_up(reply)
        day, _, half = (partial or "").partition(" ")
        # Asked for the time of that day, people say 三点, 3 or 下午三点; or else another day altogether.
        said = [f"{day} {half}{text}", f"{day} {half}{text}点", f"{day} {text}", f"{day} {text}点"] if day else []
        moment = next((found for words in said if (found := _timed(words, asking.now))), None)
        moment = moment or _moment(text, asking.now)
        if moment is None:
            raise Invalid("no_date")
        if moment.time is None:
            self._check_day(moment.day, asking)
            kept = f"{moment.day.isoformat()} {moment.half}".strip()
            raise More(kept, "what_time", day=dates.format_moment(moment.day) + moment.half)
        value = datetime.combine(moment.day, moment.time, asking.zone)
        self._check(value, asking, asking.now)
        return value

    def _check_day(self, day: date, asking: Asking) -> None:
        """A day that is over has no hour left that could be asked for."""
        if self.after and day < max(self.after, asking.now).astimezone(asking.zone).date():
            raise Invalid("already_past", said=dates.format_moment(day))

    def _check(self, value: datetime, asking: Asking, now: datetime) -> None:
        after = self.after and max(self.after, now)
        if after and value <= after:
            raise Invalid("already_past", said=dates.format_moment(value.astimezone(asking.zone)))
        if self.before and value >= self.before:
            raise Invalid("too_late", limit=dates.format_moment(self.before.astimezone(asking.zone)))

    def dump(self, value: datetime) -> str:
        """ISO 8601 with its offset."""
        return value.isoformat()

    def load(self, data: Any, asking: Asking) -> datetime:
        """Back in the branch's zone; a moment that has passed while the dialogue was set aside no longer fits."""
        moment = datetime.fromisoformat(data)
        if moment.tzinfo is None:
            raise TypeError(f"{data!r} has no time zone: it is a day")
        value = moment.astimezone(asking.zone)
        self._check(value, asking, asking.now)
        return value

    def show(self, value: datetime, asking: Asking) -> str:
        """With the weekday, so that a slip is seen."""
        return dates.format_moment(value)


MOST_OF_A_YEAR = timedelta(days=300)
JUST_PASSED = timedelta(days=31)


class Day(Question[date]):
    """A day, past or future as `after` and `before` (both inclusive) allow.

    Without a year it is the last of that date; where it is to come, or with `since`, it is the first from that day on.
    But one that has only just passed is that one, and not next year's: people are late more often than a year early.
    """

    def __init__(self, *, after: date | None = None, before: date | None = None, since: date | None = None) -> None:
        self.after, self.before, self.since = after, before, since

    def read(self, reply: Reply, asking: Asking, partial: Any) -> date:
        """The day that was said."""
        try:
            day = self._day(_looked_up(reply), asking.now.replace(tzinfo=None))
        except dates.DateProblem as problem:
            raise Invalid(problem.key) from problem
        if day is None:
            raise Invalid("no_day")
        return self._checked(day)

    def _day(self, text: str, now: datetime) -> date | None:
        last = dates.read_day(text, now=now)
        first = self.since or (self.after if self.after is not None and self.after >= now.date() else None)
        if last is None or first is None:
            return last
        # Of a date that comes back every year only the year is open, and the day it counts from says which.
        later = dates.read_day(text, now=now + timedelta(days=1), prefer_future=True)
        if later is None or later - last < MOST_OF_A_YEAR:
            return last if last >= first else dates.read_day(text, now=now, prefer_future=True)
        origin = datetime.combine(first, time(12))
        passed = dates.read_day(text, now=origin)
        if passed is not None and passed < first and first - passed <= JUST_PASSED and passed <= now.date():
            return passed
        return dates.read_day(text, now=origin, prefer_future=True)

    def _checked(self, day: date) -> date:
        if self.after and day < self.after:
            raise Invalid("day_too_early", said=day_words(day), limit=day_words(self.after))
        if self.before and day > self.before:
            raise Invalid("day_too_late", said=day_words(day), limit=day_words(self.before))
        return day

    def dump(self, value: date) -> str:
        """ISO 8601."""
        return value.isoformat()

    def load(self, data: Any, asking: Asking) -> date:
        """The day, if it is still in bounds."""
        return self._checked(date.fromisoformat(data))

    def show(self, value: date, asking: Asking) -> str:
        """With the weekday."""
        return dates.format_moment(value)


class Clock(Question[time]):
    """A time of day as people say it: 下午3点; `suggestions` may be tapped."""

    def __init__(self, *, suggestions: Sequence[time] = ()) -> None:
        self.suggestions = list(dict.fromkeys(suggestions))

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """The suggestions."""
        return [Option(self.dump(value), self.dump(value)) for value in self.suggestions]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> time:
        """The time that was tapped or said; a bare figure is the number of a suggestion, or an hour."""
        if reply.option is not None:
            return self.load(pick_one(reply, self.options(asking, partial)), asking)
        if reply.files or not reply.text.strip():
            raise Invalid("no_clock")
        text = _looked_up(reply)
        bare = choices.whole_number(text)
        if bare is not None and 1 <= bare <= len(self.suggestions):
            return self.suggestions[bare - 1]
        moment = _moment(f"{text}点" if bare is not None else text, asking.now)
        if moment is None or moment.time is None:
            raise Invalid("no_clock")
        return moment.time.replace(second=0, microsecond=0)

    def dump(self, value: time) -> str:
        """HH:MM."""
        return f"{value:%H:%M}"

    def load(self, data: Any, asking: Asking) -> time:
        """Back from HH:MM."""
        return time.fromisoformat(_of_form(data, str))

    def show(self, value: time, asking: Asking) -> str:
        """HH:MM."""
        return self.dump(value)


class Number(Question[int]):
    """A whole number between two bounds, inclusive, in digits or Chinese."""

    def __init__(self, *, at_least: int = 0, at_most: int = 100_000) -> None:
        self.at_least, self.at_most = at_least, at_most

    def read(self, reply: Reply, asking: Asking, partial: Any) -> int:
        """The number."""
        value = choices.whole_number(_looked_up(reply))
        if value is None:
            raise Invalid("no_number")
        return self._checked(value)

    def _checked(self, value: int) -> int:
        if not self.at_least <= value <= self.at_most:
            raise Invalid("out_of_bounds", at_least=self.at_least, at_most=self.at_most)
        return value

    def load(self, data: Any, asking: Asking) -> int:
        """The number, if it is still in bounds."""
        return self._checked(_of_form(data, int))


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
        text = _looked_up(reply)
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
        person_id: int = _of_form(data, int)
        if person_id not in {person.person_id for person in self.people}:
            raise Invalid("no_longer_offered")
        return person_id

    def show(self, value: int, asking: Asking) -> str:
        """The name."""
        from handlers.markup import escape

        return escape(next(self._label(person) for person in self.people if person.person_id == value))


@dataclass(frozen=True, slots=True)
class Paper:
    """What a person wrote and attached, over one or more messages."""

    text: str
    files: tuple[GivenFile, ...]

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.text or self.files)


class Papers(Question[Paper]):
    """Words, photos and files over several messages, until 好了."""

    free = True

    def __init__(self, *, words: bool = True, files: bool = True, at_most: int = 20) -> None:
        self.words, self.files, self.at_most = words, files, at_most

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """好了, once there is something."""
        return [Option(DONE, asking.texts.say("shared", "done_button"))] if partial else []

    def read(self, reply: Reply, asking: Asking, partial: Any) -> Paper:
        """Everything that came, in order."""
        kept = {
            "texts": partial["texts"] if partial and self.words else [],
            "files": partial["files"] if partial and self.files else [],
        }
        finished = (
            reply.option == DONE or asking.texts.means("done", reply.text) or (partial and reply.text.strip() == "1")
        )
        if finished and not reply.files:
            if not any(kept.values()):
                raise Invalid("nothing_yet")
            return self.load(kept, asking)
        if reply.files and not self.files:
            raise Invalid("words_please")
        if reply.text.strip() and not self.words and not reply.files:
            raise Invalid("files_please")
        if not reply.text.strip() and not reply.files:
            raise Invalid("empty")
        texts = [*kept["texts"], *([reply.text.strip()] if self.words and reply.text.strip() else [])]
        files = [*kept["files"], *([file.id, file.name, file.media_type, file.size] for file in reply.files)]
        self._check_number(files)
        if sum(map(len, texts)) > TEXT_MAX:
            raise Invalid("paper_too_long", max_length=TEXT_MAX)
        raise More({"texts": texts, "files": files}, "papers_so_far", characters=sum(map(len, texts)), files=len(files))

    def dump(self, value: Paper) -> Any:
        """Text and references of files."""
        return {
            "texts": [value.text] if value.text else [],
            "files": [[file.id, file.name, file.media_type, file.size] for file in value.files],
        }

    def load(self, data: Any, asking: Asking) -> Paper:
        """The parts joined by blank lines, if what they are is still asked for."""
        texts, files = _of_form(data["texts"], list), [GivenFile(*file) for file in _of_form(data["files"], list)]
        if texts and not self.words:
            raise Invalid("files_please")
        if files and not self.files:
            raise Invalid("words_please")
        self._check_number(files)
        return Paper("\n\n".join(texts), tuple(files))

    def _check_number(self, files: Sequence[object]) -> None:
        if len(files) > self.at_most:
            raise Invalid("too_many_files", at_most=self.at_most)

    def show(self, value: Paper, asking: Asking) -> str:
        """How much there is, and how it begins."""
        return asking.texts.say(
            "shared",
            "paper_shown",
            start=" ".join(value.text.split())[:40],
            characters=len(value.text),
            files=len(value.files),
        )


def pick_one(reply: Reply, options: Sequence[Option]) -> str:
    """The id of the option that a reply means.

    Raises `Invalid`, naming the likely ones when it could be several, or when a tapped one is no longer offered.
    """
    if reply.option is not None:
        if reply.option not in {option.id for option in options}:
            raise Invalid("no_longer_offered")
        return reply.option
    found = choices.match_option(_looked_up(reply), [option.label for option in options])
    if found.index is not None:
        return options[found.index].id
    if found.near:
        raise Invalid("which_of_these", labels=[options[index].label for index in found.near[:3]])
    raise Invalid("not_among_these")


def _moment(text: str, now: datetime) -> dates.Moment | None:
    try:
        return dates.read_moment(text, now=now.replace(tzinfo=None))
    except dates.DateProblem as problem:
        raise Invalid(problem.key) from problem


def _timed(text: str, now: datetime) -> dates.Moment | None:
    """A day with its time; None for all else: what does not fit beside a kept day may be another day altogether."""
    try:
        moment = _moment(text, now)
    except Invalid:
        return None
    return moment if moment is not None and moment.time is not None else None


def summary_line(label: str, shown: str) -> Marked:
    """One line of a summary."""
    return Marked(f"- {label}：{shown}")
