"""What is typed: a few words, several points, a number."""

from collections.abc import Sequence
from typing import Any

from handlers.dialogue.errors import Invalid
from handlers.dialogue.questions.question import Asking, Option, Question, Reply, looked_up, of_form, only_words
from handlers.wording import tidy
from knowledge import choices


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
        text = " ".join(only_words(reply).split())
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
        text: str = of_form(data, str)
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
        points = [choices.without_numbering(line) for line in only_words(reply).splitlines()]
        return self.load([point for point in points if any(character.isalnum() for character in point)], asking)

    def load(self, data: Any, asking: Asking) -> list[str]:
        """The points, if they are neither too few nor too many nor too long by now."""
        points: list[str] = [of_form(point, str) for point in of_form(data, list)]
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


class Number(Question[int]):
    """A whole number between two bounds, inclusive, in digits or Chinese."""

    def __init__(self, *, at_least: int = 0, at_most: int = 100_000) -> None:
        self.at_least, self.at_most = at_least, at_most

    def read(self, reply: Reply, asking: Asking, partial: Any) -> int:
        """The number."""
        value = choices.whole_number(looked_up(reply))
        if value is None:
            raise Invalid("no_number")
        return self._checked(value)

    def _checked(self, value: int) -> int:
        if not self.at_least <= value <= self.at_most:
            raise Invalid("out_of_bounds", at_least=self.at_least, at_most=self.at_most)
        return value

    def load(self, data: Any, asking: Asking) -> int:
        """The number, if it is still in bounds."""
        return self._checked(of_form(data, int))
