"""What one run remembers: its answers by name, what was said, and what the newest message showed."""

from collections.abc import Mapping
from typing import Any

ABSENT = object()


class Journal:
    """Answers by name in the order they were given; kept as JSON in the run's row."""

    def __init__(self, kept: Mapping[str, Any] | None = None) -> None:
        kept = kept or {}
        self.answers: dict[str, Any] = dict(kept.get("answers", {}))
        self.said: dict[str, int] = dict(kept.get("said", {}))
        self.once: dict[str, Any] = dict(kept.get("once", {}))
        self.partial: dict[str, Any] = dict(kept.get("partial", {}))
        self.asked: str = kept.get("asked", "")
        self.shown: list[str] = list(kept.get("shown", []))
        self.free: bool = kept.get("free", False)
        self.met: list[str] = list(kept.get("met", []))
        self.revising: dict[str, Any] = dict(kept.get("revising", {}))
        self.revised_at: int = kept.get("revised_at", 0)
        self.given: dict[str, Any] = dict(kept.get("given", {}))

    def kept(self) -> dict[str, Any]:
        """As JSON; what is empty is left out."""
        return {name: value for name, value in vars(self).items() if value}

    def answer(self, name: str, value: Any) -> None:
        """Record an answer; one that was revised goes back to where it stood."""
        if name in self.revising:
            self._put_back(name, value)
        else:
            # What was opened again and is no longer asked for is not waited for.
            self.revising, self.revised_at = {}, 0
            self.answers[name] = value
        self.partial.pop(name, None)

    def part(self, name: str, form: str) -> Any:
        """What has come of an answer so far; a part of another form of question is forgotten, for the code changed."""
        kept = self.partial.get(name)
        if isinstance(kept, list) and len(kept) == 2 and kept[0] == form:
            return kept[1]
        self.partial.pop(name, None)
        return None

    def keep_part(self, name: str, form: str, value: Any) -> None:
        """Record what has come of an answer so far."""
        self.partial[name] = [form, value]

    def show(self, name: str, options: list[str], met: list[str], *, free: bool) -> None:
        """Record the question that is put: its options, the answers that led to it, and whether any words answer it."""
        self.asked, self.shown, self.met, self.free = name, options, met, free
        self.partial = {kept: part for kept, part in self.partial.items() if kept == name}

    def _put_back(self, name: str, value: Any) -> None:
        # At the end it would be forgotten together with a later answer that it made unfit, and asked once more.
        answers = list(self.answers.items())
        self.answers = dict([*answers[: self.revised_at], (name, value), *answers[self.revised_at :]])
        self.revising, self.revised_at = {}, 0

    def forget_from(self, name: str) -> None:
        """Forget an answer that no longer fits, and all that were given after it."""
        names = list(self.answers)
        place = names.index(name)
        for later in names[place:]:
            del self.answers[later]
        self.partial.clear()
        if self.revised_at >= place:
            self.revising, self.revised_at = {}, 0
        self._forget_said()

    def revise(self, name: str) -> None:
        """Open one earlier answer again; the later ones stay for as long as they fit."""
        self.revised_at = list(self.answers).index(name)
        self.revising = {name: self.answers.pop(name)}
        self.partial.clear()

    def step_back(self) -> bool:
        """Drop the newest answer that the dialogue met (or the change that was begun); False when there is none."""
        if self.revising:
            for name, value in dict(self.revising).items():
                self._put_back(name, value)
        elif self.partial:
            self.partial.clear()
            return True
        elif newest := self._newest_met():
            del self.answers[newest]
        else:
            return False
        self.partial.clear()
        self._forget_said()
        return True

    def can_step_back(self) -> bool:
        """Whether there is anything that `step_back` would drop."""
        return bool(self.revising or self.partial or self._newest_met())

    def _newest_met(self) -> str:
        # One that nobody asks for any more, as after another choice earlier on, is ignored here too.
        return next((name for name in reversed(self.answers) if name in self.met), "")

    def _forget_said(self) -> None:
        self.said = {key: count for key, count in self.said.items() if count <= len(self.answers)}
