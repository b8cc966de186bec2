"""Which organization is meant, of a few or of thousands: by its name or a part of it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from handlers.dialogue.errors import Invalid, More
from handlers.dialogue.questions import Asking, Option, Question, Reply, pick_one
from handlers.markup import escape
from knowledge import branch_names, choices


class Called(Protocol):
    """An organization that can be chosen."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


class OrganizationNamed(Question[int]):
    """An organization by its name or a part of it; the answer is its id.

    `above` says what each is under, by id: it stands beside the names that several have, and is looked for too.
    """

    AT_A_GLANCE = 8

    def __init__(self, organizations: Sequence[Called], above: dict[int, str] | None = None) -> None:
        times = Counter(one.name for one in organizations)
        places = above or {}
        self.labels = {
            one.id: f"{one.name}（{places[one.id]}）" if times[one.name] > 1 and places.get(one.id) else one.name
            for one in organizations
        }

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """All when they are few, else those that the last words found."""
        shown = self.labels if len(self.labels) <= self.AT_A_GLANCE else {}
        if partial is not None:
            shown = {id: label for id, label in self.labels.items() if id in partial}
        return [Option(str(id), label) for id, label in shown.items()]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> int:
        """The one that fits; several are offered to choose from."""
        if reply.option is not None:
            return self.load(int(reply.option), asking)
        shown = self.options(asking, partial)
        if shown and choices.whole_number(reply.text) is not None:
            return int(pick_one(reply, shown))
        if reply.files:
            raise Invalid("words_please")
        words = reply.text.strip()
        found = [id for id, label in self.labels.items() if words and words in label]
        exact = [id for id in found if self.labels[id] == words]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if 1 < len(found) <= self.AT_A_GLANCE:
            raise More(found, "several_organizations")
        if found:
            raise Invalid("too_many_organizations", count=len(found))
        ids, labels = list(self.labels), list(self.labels.values())
        # Shortened as people do, 柳荫一支部: it is offered and not taken, for the short form may be another's.
        short = branch_names.fitting(words, labels)
        if 0 < len(short) <= self.AT_A_GLANCE:
            raise More([ids[at] for at in short], "several_organizations")
        spelled = choices.match_option(words, [option.label for option in shown])
        # Neighbours differ by one character: what is only like a name is most likely that of another.
        if spelled.index is None or spelled.kind == "near":
            if like := branch_names.alike(words, labels):
                raise More([ids[at] for at in like], "like_organizations")
            raise Invalid("no_such_organization")
        return int(shown[spelled.index].id)

    def load(self, data: Any, asking: Asking) -> int:
        """The id, if that organization is still there."""
        if data not in self.labels:
            raise Invalid("no_longer_offered")
        return int(data)

    def show(self, value: int, asking: Asking) -> str:
        """The name, with what it is under where others are called so too."""
        return escape(self.labels[value])
