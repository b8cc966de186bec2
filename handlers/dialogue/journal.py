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
        self.revising: dict[str, Any] = dict(kept.get("revising", {}))
        self.given: dict[str, Any] = dict(kept.get("given", {}))

    def kept(self) -> dict[str, Any]:
        """As JSON; what is empty is left out."""
        return {name: value for name, value in vars(self).items() if value}

    def answer(self, name: str, value: Any) -> None:
        """Record an answer."""
        self.answers[name] = value
        self.partial.pop(name, None)
        self.revising.pop(name, None)

    def forget_from(self, name: str) -> None:
        """Forget an answer that no longer fits, and all that were given after it."""
        names = list(self.answers)
        for later in names[names.index(name) :]:
            del self.answers[later]
        self._forget_said()

    def revise(self, name: str) -> None:
        """Open one earlier answer again; the later ones stay for as long as they fit."""
        self.revising = {name: self.answers.pop(name)}
        self.partial.clear()

    def step_back(self) -> bool:
        """Drop the newest answer (or the change that was begun); False when there is none."""
        if self.revising:
            self.answers.update(self.revising)
            self.revising = {}
        elif self.partial:
            self.partial.clear()
            return True
        elif self.answers:
            self.answers.popitem()
        else:
            return False
        self.partial.clear()
        self._forget_said()
        return True

    def _forget_said(self) -> None:
        self.said = {key: count for key, count in self.said.items() if count <= len(self.answers)}
