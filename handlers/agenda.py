"""The agenda of a meeting: the usual one of its kind, and what each point is, which decides how it is voted on."""

import re
from collections.abc import Sequence
from typing import Any

from handlers.dialogue import Invalid, Lines, Option
from handlers.dialogue.errors import More
from handlers.dialogue.questions import DONE, Asking, Question, Reply, pick_one
from handlers.markup import escape
from handlers.wording import tidy
from knowledge import choices
from knowledge.rules.quorum import Formula
from storage.models import AgendaKind

USUAL = "usual"
STRICTER = {AgendaKind.ADMISSION: Formula.ADMISSION, AgendaKind.ELECTION: Formula.ELECTION}
"""The points for which more must come than for other decisions."""

_VOTED = re.compile(r"表决|票决|投票|举手")
_BEGINS = {
    AgendaKind.LEARNING: re.compile(
        r"\W*(?:集体|集中|专题|重点|会前|继续|传达)?(?:学习|重温|观看|领学|宣讲|讲党课|上党课|党课)"
    ),
    AgendaKind.REPORT: re.compile(r"\W*(?:书记|支委会|支部)?(?:通报|报告|听取|汇报|传达|总结|公布|介绍)"),
}
"""How a point begins that is about something without deciding it: 学习选举工作条例, 通报转正情况."""
_SAYS = {
    AgendaKind.ELECTION: re.compile(r"选举|换届|补选|改选|选出|差额选|等额选"),
    AgendaKind.ADMISSION: re.compile(r"转正|转为正式|接收|吸收|入党|预备党员"),
    AgendaKind.DECISION: re.compile(r"表决|票决|投票|审议|通过|决定|决议|评选|评定|测评|推荐|确定"),
    AgendaKind.LEARNING: re.compile(r"学习|党课|讲座|培训|讲.{0,6}[史课]|宣誓|誓词"),
    AgendaKind.REPORT: re.compile(r"通报|报告|汇报|总结|传达"),
    AgendaKind.DISCUSSION: re.compile(r"讨论|研究|商量|商议|议事|征求|座谈|交流|评议|批评|互评|自评"),
}


def guessed_kind(point: str) -> AgendaKind:
    """What a point most likely is, by its words; the secretary sees it and can change it."""
    if not _VOTED.search(point):
        for kind, begins in _BEGINS.items():
            if begins.match(point):
                return kind
    return next((kind for kind, says in _SAYS.items() if says.search(point)), AgendaKind.OTHER)


class Agenda(Lines):
    """The points, one a line; the usual ones of this kind of meeting can be taken with one tap."""

    def __init__(self, usual: Sequence[str]) -> None:
        super().__init__(at_most=20)
        self.usual = list(usual)

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """The usual agenda, if there is one."""
        return [Option(USUAL, asking.texts.say("agenda", "take_usual"))] if self.usual else []

    def read(self, reply: Reply, asking: Asking, partial: Any) -> list[str]:
        """The points that were typed, or the usual ones."""
        label = asking.texts.say("agenda", "take_usual")
        said = reply.text.strip()
        if self.usual and (reply.option == USUAL or said == "1" or (said and tidy(said) == tidy(label))):
            return list(self.usual)
        return super().read(reply, asking, partial)


class AgendaKinds(Question[list[AgendaKind]]):
    """What each point is: one is picked, then what it is, until 好了."""

    def __init__(self, agenda: Sequence[str], presumed: Sequence[AgendaKind]) -> None:
        self.agenda, self.presumed = list(agenda), list(presumed)

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """The points with what they are now; or, for the one that was picked, what it can be."""
        kinds, picked = self._so_far(partial)
        if picked is not None:
            return [Option(kind.value, asking.texts.word(kind)) for kind in AgendaKind]
        points = [
            Option(str(place), f"{place + 1}. {_short(point)}：{asking.texts.word(AgendaKind(kinds[place]))}")
            for place, point in enumerate(self.agenda)
        ]
        return [*points, Option(DONE, asking.texts.say("shared", "done_button"))]

    def _so_far(self, partial: Any) -> tuple[list[str], int | None]:
        if partial and len(partial["kinds"]) == len(self.agenda):
            return list(partial["kinds"]), partial["picked"]
        return [kind.value for kind in self.presumed], None

    def read(self, reply: Reply, asking: Asking, partial: Any) -> list[AgendaKind]:
        """All kinds, once the person is content with them."""
        kinds, picked = self._so_far(partial)
        options = self.options(asking, partial)
        if picked is not None:
            kinds[picked] = pick_one(reply, options)
            raise More({"kinds": kinds, "picked": None}, "which_point")
        finished = reply.option == DONE or asking.texts.means("done", reply.text)
        number = choices.whole_number(reply.text) if reply.option is None else None
        chosen = str(number - 1) if number and 0 < number <= len(self.agenda) else None
        if not finished and chosen is None:
            chosen = pick_one(reply, options)
        if finished or chosen == DONE:
            return self.load(kinds, asking)
        raise More({"kinds": kinds, "picked": int(str(chosen))}, "what_is_it")

    def dump(self, value: list[AgendaKind]) -> list[str]:
        """Their values."""
        return [kind.value for kind in value]

    def load(self, data: Any, asking: Asking) -> list[AgendaKind]:
        """One for each point; another agenda needs others."""
        if len(data) != len(self.agenda):
            raise Invalid("no_longer_offered")
        return [AgendaKind(kind) for kind in data]

    def show(self, value: list[AgendaKind], asking: Asking) -> str:
        """Each point's, in their order."""
        words = [escape(asking.texts.word(kind)) for kind in value]
        return words[0] if len(words) == 1 else "；".join(f"{place} {word}" for place, word in enumerate(words, 1))


def _short(point: str) -> str:
    return point if len(point) <= 10 else f"{point[:9]}…"
