"""Every sentence the assistant says: read from texts/zh/*.yaml by file and key, rendered by Jinja.

Values put into a sentence are escaped for the house markup, unless they are `Marked` already.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import yaml
from jinja2 import meta

from handlers import markup
from handlers.overrides import Overrides
from knowledge.rules.dates import format_moment

FOLDER = Path(__file__).parent / "texts" / "zh"


class Marked(str):
    """Text that is house markup already and is put in as it is."""

    __slots__ = ()


class MissingText(KeyError):
    """A sentence was asked for that no file under texts/ has."""


def _finalize(value: object) -> object:
    if isinstance(value, Marked | jinja2.Undefined):
        return value
    if value is None:
        return ""  # Jinja would write the English word
    return markup.escape(str(value))


class Texts:
    """All sentences of one language, and the words for the values of our enums; some of the long messages may be
    worded anew in a folder of `templates`."""

    def __init__(self, folder: Path = FOLDER, templates: Path | None = None) -> None:
        self.files: dict[str, Mapping[str, Any]] = {
            path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) or {} for path in sorted(folder.glob("*.yaml"))
        }
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder / "documents"),
            undefined=jinja2.StrictUndefined,
            finalize=_finalize,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            word=self.word, moment=format_moment, day=day_words, clock=_clock, names=_names, marked=Marked
        )
        self.overrides = Overrides(templates, self._environment) if templates else None
        self._render = lru_cache(maxsize=None)(self._environment.from_string)

    def needs(self, template: str) -> set[str]:
        """The names of the values that a template has to be given.

        Raises `jinja2.TemplateSyntaxError` when it is broken or uses an unknown filter.
        """
        self._environment.compile(template)  # an unknown filter shows only here
        return meta.find_undeclared_variables(self._environment.parse(template)) - set(self._environment.globals)

    def find(self, file: str, key: str) -> Any:
        """What stands under a dotted key in a part of a file ("meetings.convene"), else in that file, else in shared.

        Raises `MissingText`.
        """
        name, _, part = file.partition(".")
        for path in (f"{name}.{part}.{key}" if part else "", f"{name}.{key}", f"shared.{key}"):
            found: Any = self.files
            for step in path.split("."):
                found = found.get(step) if isinstance(found, Mapping) else None
            if found is not None:
                return found
        raise MissingText(f"texts/zh/{file}.yaml: {key}")

    def has(self, file: str, key: str) -> bool:
        """Whether there is such a text."""
        try:
            self.find(file, key)
        except MissingText:
            return False
        return True

    def say(self, file: str, key: str, /, **values: object) -> str:
        """A sentence in house markup, with its values put in."""
        found = self.find(file, key)
        if isinstance(found, Mapping):
            found = found["say"]
        return self.render(str(found), **values)

    def title(self, name: str) -> str:
        """What a dialogue or a stateless reply is called on a button.

        Raises `MissingText`.
        """
        return str(self._of(name)["title"])

    def words(self, name: str) -> list[str]:
        """What people may type to start a dialogue or a stateless reply; empty when it has no words of its own."""
        try:
            return list(self._of(name).get("words", ()))
        except MissingText:
            return []

    def _of(self, name: str) -> Mapping[str, Any]:
        for file in self.files.values():
            found = file.get(name)
            if isinstance(found, Mapping) and "title" in found:
                return found
        raise MissingText(f"texts/zh: {name}.title")

    def render(self, template: str, /, **values: object) -> str:
        """A template that is not in a file, under the same rules."""
        return self._render(template).render(**values).strip()

    def document(self, name: str, /, **values: object) -> str:
        """A long message from texts/zh/documents, or as it is worded anew."""
        if self.overrides and (worded := self.overrides.render(name, values)) is not None:
            return worded
        return self._environment.get_template(name).render(**values).strip()

    def means(self, what: str, reply: str) -> bool:
        """Whether a reply is one of the ways to say 返回, 取消, 菜单, 好了 …, as shared.yaml lists them."""
        return tidy(reply) in self.files["shared"]["words"][what]

    def word(self, value: StrEnum) -> str:
        """The Chinese term for a value of one of our enums."""
        words = self.files["words"].get(type(value).__name__, {})
        if value.value not in words:
            raise MissingText(f"texts/zh/words.yaml: {type(value).__name__}.{value.value}")
        return str(words[value.value])


def tidy(reply: str) -> str:
    """A reply without blanks, case, full-width forms, and the punctuation and emoji that trail it."""
    plain = unicodedata.normalize("NFKC", reply).casefold()
    return "".join(character for character in plain if character.isalnum() or character in "?/")


def _clock(value: datetime) -> str:
    return f"{value:%H:%M}"


def _names(values: Iterable[object]) -> Marked:
    return Marked("、".join(markup.escape(str(value)) for value in values))


def day_words(day: date, seen_from: date | None = None) -> str:
    """A day as people write it: 2026年12月2日, and without its year where it is seen from a day of the same year."""
    year = "" if seen_from is not None and seen_from.year == day.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
