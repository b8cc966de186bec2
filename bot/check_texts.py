"""The files under texts/ with the line of every key and sentence: the half of `check` that knows YAML and Jinja."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml
from jinja2 import meta


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that does not agree, and where."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A value in a file of texts: the keys that lead to it, and the line on which its words begin."""

    path: tuple[str, ...]
    line: int
    words: str


def unreadable(file: Path, shown: str) -> Iterator[Fault]:
    """Why a file is no YAML that we can use: broken, no mapping, or with a key written twice."""
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        yield Fault(shown, mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
        return
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        yield Fault(shown, 1, f"not YAML: {error}")
        return
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        yield Fault(shown, root.start_mark.line + 1, "not a mapping from names to sentences")
        return
    yield from _twice(root, shown, ())


def _twice(node: Any, shown: str, path: tuple[str, ...]) -> Iterator[Fault]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*path, str(key.value))
            if key.value in seen:
                yield Fault(shown, key.start_mark.line + 1, f"{'.'.join(here)} is written twice")
            seen.add(key.value)
            yield from _twice(value, shown, here)


def keys_of(file: Path) -> list[tuple[tuple[str, ...], int]]:
    """Every key of a file, from the outermost name on, with its line."""

    def walk(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*path, str(key.value))
                yield here, key.start_mark.line + 1
                yield from walk(value, here)

    return list(walk(yaml.compose(file.read_text(encoding="utf-8")), ()))


def sentences_of(file: Path) -> list[Sentence]:
    """Every sentence of a file; lists of words that start something are none."""

    def walk(node: Any, path: tuple[str, ...]) -> Iterator[Sentence]:
        if isinstance(node, yaml.ScalarNode):
            # The words of a block begin on the line after the sign that opens it.
            yield Sentence(path, node.start_mark.line + (2 if node.style in ("|", ">") else 1), str(node.value))
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from walk(value, (*path, str(key.value)))

    return list(walk(yaml.compose(file.read_text(encoding="utf-8")), ()))


def includes(source: str) -> set[str]:
    """The other templates that a template names."""
    try:
        named = meta.find_referenced_templates(jinja2.Environment().parse(source))
        return {name for name in named if name}
    except jinja2.TemplateError:
        return set()  # what is wrong with it is said where it is compiled
