"""The figures of a vote as people say them: one number within a bound that has a reason, and all votes in a line."""

import re
from dataclasses import astuple, dataclass
from typing import Any

from handlers.dialogue import Invalid, Number, Option
from handlers.dialogue.questions import Asking, Question, Reply
from knowledge.choices import whole_number


class Count(Number):
    """A number of people or papers that cannot be more than `at_most`; `key` says why, `usual` is what it mostly is."""

    def __init__(self, *, at_most: int, key: str, usual: int | None = None, at_least: int = 0) -> None:
        super().__init__(at_least=at_least, at_most=at_most)
        self.key = key
        self.usual = usual if usual is not None and at_least <= usual <= at_most else None

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """What it mostly is."""
        if self.usual is None:
            return []
        return [Option(str(self.usual), asking.texts.say("votes", "so_many", count=self.usual))]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> int:
        """The number that was tapped or typed."""
        if reply.option is not None:
            return self._checked(int(reply.option))
        usual = self.options(asking, partial)
        if usual and reply.text.strip() == usual[0].label:
            return int(usual[0].id)
        return super().read(reply, asking, partial)

    def _checked(self, value: int) -> int:
        if value > self.at_most:
            raise Invalid(self.key, limit=self.at_most, said=value)
        return super()._checked(value)


@dataclass(frozen=True, slots=True)
class Votes:
    """How many were for, against, neither, and how many papers did not count."""

    in_favour: int
    against: int = 0
    abstained: int = 0
    invalid: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.in_favour + self.against + self.abstained + self.invalid


ALL = "all"
_NAMES = {
    "不同意": "against",
    "不赞成": "against",
    "反对": "against",
    "赞成": "in_favour",
    "同意": "in_favour",
    "弃权": "abstained",
    "无效": "invalid",
    "废票": "invalid",
}
_TOKENS = re.compile(
    rf"(?P<none>没有?人?|无人|无)?(?P<name>{'|'.join(_NAMES)})|(?P<number>\d{{1,5}}|[零〇一二两三四五六七八九十百]{{1,5}})"
)
_EVERYBODY = re.compile(r"(?:全部|全体|都|一致|全)(?:赞成|同意|通过|票)(?:通过|赞成|同意)?了?[。！!]?")


class Figures(Question[Votes]):
    """All votes of one ballot in one line; together they are `total`, and with `ballots` papers may be invalid.

    `room` is how many votes in favour the papers have left, where several names share them.
    """

    def __init__(self, total: int, *, ballots: bool, room: int | None = None) -> None:
        self.total, self.ballots = total, ballots
        self.is_shared, self.room = room is not None, total if room is None else room

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """Everybody in favour."""
        return [Option(ALL, asking.texts.say("votes", "all_in_favour", total=self.total))]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> Votes:
        """The figures, by their names in any order, or alone in the order of the question."""
        if reply.files:
            raise Invalid("words_please")
        text = reply.text.strip()
        # Where there are no buttons the one offer is the number 1, and a lone number is no other answer.
        offered = ("1", self.options(asking, partial)[0].label)
        if reply.option == ALL or text in offered or _EVERYBODY.fullmatch(text):
            return Votes(self.total)
        if not text:
            raise Invalid("empty")
        return self._checked(_named(text) or _in_order(text))

    def _checked(self, votes: Votes) -> Votes:
        if votes.invalid and not self.ballots:
            raise Invalid("no_papers_here")
        if votes.total != self.total:
            key = "papers_do_not_add_up" if self.ballots else "hands_do_not_add_up"
            key = "names_do_not_add_up" if self.is_shared else key
            raise Invalid(key, votes=votes, total=self.total, difference=abs(self.total - votes.total))
        if votes.in_favour > self.room:
            raise Invalid("more_votes_than_papers", room=max(0, self.room))
        return votes

    def dump(self, value: Votes) -> Any:
        """The four in order."""
        return list(astuple(value))

    def load(self, data: Any, asking: Asking) -> Votes:
        """The four, if they still add up."""
        if type(data) is not list or len(data) != 4 or any(type(one) is not int for one in data):
            raise TypeError(f"{data!r} are no figures of a vote")
        return self._checked(Votes(*data))

    def show(self, value: Votes, asking: Asking) -> str:
        """In words."""
        return asking.texts.say("votes", "figures_shown", votes=value, ballots=self.ballots)


def _named(text: str) -> Votes | None:
    """Figures with their names, each name beside its number on either side; None where nothing is named."""
    tokens = list(_TOKENS.finditer(text))
    if not any(token["name"] for token in tokens):
        return None
    numbers = {place: whole_number(token["number"]) or 0 for place, token in enumerate(tokens) if token["number"]}
    found: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if not token["name"]:
            continue
        name = _NAMES[token["name"]]
        if name in found:
            raise Invalid("figures_please")
        if token["none"]:
            found[name] = 0
            continue
        beside = place - 1 if place - 1 in numbers else place + 1
        found[name] = numbers.pop(beside, 0)
    if numbers:
        raise Invalid("figures_please")
    return Votes(**{"in_favour": 0, **found})


def _in_order(text: str) -> Votes:
    """Numbers alone: 12 1 2, or 12 1 2 0."""
    if re.search(r"[^\d\s,，、/;；.。票]", text):
        raise Invalid("figures_please")
    numbers = [int(one) for one in re.findall(r"\d{1,4}", text)]
    if len(numbers) not in (1, 3, 4):
        raise Invalid("figures_please")
    return Votes(*numbers)
