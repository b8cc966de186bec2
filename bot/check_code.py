"""What the code says, starts and names, read from its source: the half of `check` that knows Python."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RAISED = {"Invalid", "Refused"}
"""Exceptions whose first argument names the sentence that is said."""
NOT_IN_THE_SENTENCE = {"rows", "documents", "not_after", "replaces", "label", "presumed"}
"""What goes beside a sentence and not into it."""


@dataclass(frozen=True, slots=True)
class Use:
    """A place in the code that says a sentence: in which file of texts, under which key, with which values.

    `values` is None where they cannot be read off the code.
    """

    path: Path
    line: int
    file: str
    key: str
    values: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Started:
    """A dialogue or stateless reply, where it is registered, or a place that starts it by name."""

    path: Path
    line: int
    name: str
    kind: str

    @property
    def module(self) -> str:
        """The conversation it belongs to."""
        return self.path.stem


@dataclass(slots=True)
class Code:
    """Everything that one or several modules say and start."""

    sentences: list[Use]
    documents: list[Use]
    registered: list[Started]
    started: list[Started]

    def names_in(self, module: str) -> list[str]:
        """What one conversation registers."""
        return [each.name for each in self.registered if each.module == module]


def code_of(folder: Path) -> Code:
    """All modules at or below a folder, in the order of their names."""
    code = Code([], [], [], [])
    for path in sorted(folder.rglob("*.py")):
        for part in ast.parse(path.read_text(encoding="utf-8")).body:
            _read(code, path, part)
    return code


def _read(code: Code, path: Path, part: ast.stmt) -> None:
    registered = _registration(path, part)
    file = f"{path.stem}.{registered.name}" if registered else path.stem
    if registered:
        code.registered.append(registered)
    for node in ast.walk(part):
        if isinstance(node, ast.Call):
            code.sentences += _said(path, file, node)
            code.documents += _documents(path, node)
            code.started += _starts(path, node)


def _registration(path: Path, part: ast.stmt) -> Started | None:
    for decorator in getattr(part, "decorator_list", []):
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") in ("dialogue", "reply"):
            for name in _words(decorator.args[0]):
                return Started(path, decorator.lineno, name, ast.unparse(decorator.func))
    return None


def _words(node: ast.expr) -> list[str]:
    """The words that an argument can be, where it is written out: one, or the two of a conditional."""
    if isinstance(node, ast.IfExp):
        return [*_words(node.body), *_words(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _called(call: ast.Call) -> tuple[str, str]:
    if isinstance(call.func, ast.Attribute):
        return ast.unparse(call.func.value), call.func.attr
    return "", getattr(call.func, "id", "")


def _values(call: ast.Call, *more: str) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    if None in names:
        return None
    return (frozenset(name for name in names if name) | set(more)) - NOT_IN_THE_SENTENCE


def _said(path: Path, file: str, call: ast.Call) -> Iterator[Use]:
    owner, called = _called(call)
    words = [_words(argument) for argument in call.args]
    given = _values(call)
    if called in RAISED and words:
        # One that is raised without values may be given some by whoever catches it.
        yield from (Use(path, call.lineno, file, key, given or None) for key in words[0])
    elif owner == "d" and called == "confirm":
        for key in words[0] if words else ["confirm"]:
            yield Use(path, call.lineno, file, f"{key}.ask", _values(call, "summary"))
    elif owner == "d" and called == "ask" and words:
        yield from (Use(path, call.lineno, file, f"{key}.ask", given) for key in words[0])
    elif owner == "d" and called == "say" and words:
        yield from (Use(path, call.lineno, file, key, given) for key in words[0])
    elif owner == "d" and called == "notify" and len(words) > 1:
        for key in words[1]:
            yield Use(path, call.lineno, file, key, given)
            yield Use(path, call.lineno, file, f"{key}.title", given)
    elif called in ("say", "find") and len(words) > 1:
        for place in words[0] or [file]:
            yield from (Use(path, call.lineno, place, key, given if called == "say" else None) for key in words[1])


def _documents(path: Path, call: ast.Call) -> Iterator[Use]:
    owner, called = _called(call)
    if owner and called == "document" and call.args:
        yield from (Use(path, call.lineno, "documents", name, _values(call)) for name in _words(call.args[0]))


def _starts(path: Path, call: ast.Call) -> Iterator[Started]:
    """Buttons carry "name" or "name.argument"; `go`, `start` and `title` are given the name itself."""
    _, called = _called(call)
    at = {"go": 0, "title": 0, "Button": 1, "start": 1}.get(called)
    if at is None or len(call.args) <= at:
        return
    argument = call.args[at]
    if called == "Button" and isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        start, dot, _ = str(argument.values[0].value).partition(".")
        names = [start] if dot else []  # without a dot it is the number of a run that follows
    else:
        names = [word.partition(".")[0] for word in _words(argument)]
    yield from (Started(path, call.lineno, name, called) for name in names if name)


def enumerations(folders: list[Path]) -> dict[str, set[str]]:
    """The values of every enum of words in some folders, by the name of its class."""
    found = {}
    for path in (path for folder in folders for path in sorted(folder.rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
                given = (part.value for part in node.body if isinstance(part, ast.Assign))
                found[node.name] = {word for value in given for word in _words(value)}
    return found
