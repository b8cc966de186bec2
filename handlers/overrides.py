"""Long messages as an administrator words them: templates in a folder that take the place of ours, in a sandbox.

A template that is broken is said by `check` with file and line; when a message is due it is passed over, and ours is
sent.
"""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import jinja2
import structlog
from jinja2 import meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

log = structlog.get_logger()

NAMES = ("digest.j2", "digest_own.j2")
"""What can be worded anew."""
OURS = "builtin"
"""Our own templates can be included or extended as "builtin/digest.j2"."""
LONGEST = 20_000
"""A message of more characters is a mistake of its template."""

BROKEN = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a template can raise that somebody wrote who is no programmer."""


class Empty(ValueError):
    """A template that says nothing, or without end."""


class Overrides:
    """The templates of one folder, read again whenever a file has changed.

    `like` lends its filters and rules, but not its globals: the sandbox has a `range` of its own that ends.
    """

    def __init__(self, folder: Path, like: jinja2.Environment) -> None:
        self.folder = folder
        ours = like.loader
        assert ours is not None
        self._environment = ImmutableSandboxedEnvironment(
            loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder), jinja2.PrefixLoader({OURS: ours})]),
            undefined=like.undefined,
            finalize=like.finalize,
            autoescape=False,
            trim_blocks=like.trim_blocks,
            lstrip_blocks=like.lstrip_blocks,
        )
        self._environment.filters.update(like.filters)

    def render(self, name: str, values: Mapping[str, object]) -> str | None:
        """The message as the folder words it; None where it does not, or where its template is broken."""
        if name not in NAMES or not (self.folder / name).is_file():
            return None
        try:
            return self._rendered(name, values)
        except BROKEN as error:
            log.warning("template left out", file=name, line=_line_of(error, self.folder), error=type(error).__name__)
            return None

    def _rendered(self, name: str, values: Mapping[str, object]) -> str:
        body = self._environment.get_template(name).render(**values).strip()
        if not body:
            raise Empty("什么都没有写")
        if len(body) > LONGEST:
            raise Empty(f"太长了，超过 {LONGEST} 个字")
        return body

    def faults(self, trials: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[tuple[str, int, str]]:
        """What is wrong with the folder, as file, line and words; each template is tried with all its `trials`."""
        if not self.folder.is_dir():
            yield str(self.folder), 1, "没有这个文件夹"
            return
        files = sorted(self.folder.glob("*.j2"))
        included: set[str] = set()
        for file in files:
            broken = list(self._unreadable(file))
            yield from broken
            if not broken:
                included |= self._includes(file)
                if file.name in NAMES:
                    yield from self._untrue(file, trials[file.name])
        for file in files:
            if file.name not in NAMES and file.name not in included:
                yield str(file), 1, f"没有用到：能换的是 {'、'.join(NAMES)}"

    def _unreadable(self, file: Path) -> Iterator[tuple[str, int, str]]:
        try:
            self._environment.compile(file.read_text(encoding="utf-8"))  # an unknown filter shows only here
        except jinja2.TemplateSyntaxError as error:
            yield str(file), error.lineno, f"写法不对：{error.message}"
        except (OSError, UnicodeDecodeError):
            yield str(file), 1, "读不了，请存成 UTF-8 文本"

    def _includes(self, file: Path) -> set[str]:
        parsed = self._environment.parse(file.read_text(encoding="utf-8"))
        return {name for name in meta.find_referenced_templates(parsed) if name}

    def _untrue(self, file: Path, trials: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, int, str]]:
        """Names that no message is given, and what goes wrong when it is said of invented figures."""
        parsed = self._environment.parse(file.read_text(encoding="utf-8"))
        given = set(self._environment.globals).union(*trials)
        unknown = meta.find_undeclared_variables(parsed) - given
        for name in sorted(unknown):
            line = min(one.lineno for one in parsed.find_all(nodes.Name) if one.name == name)
            yield str(file), line, f"没有 {name} 这个值"
        if unknown:
            return
        for values in trials:
            try:
                self._rendered(file.name, values)
            except BROKEN as error:
                place, line = _place_of(error, self.folder)
                yield str(self.folder / (place or file.name)), line, f"用起来出错：{_words(error)}"
                return


def _words(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


def _place_of(error: Exception, folder: Path) -> tuple[str, int]:
    """The file of the folder and the line in it at which a template failed; no file where none of its lines did."""
    found: tuple[str, int] = ("", 1)
    for frame in traceback.extract_tb(error.__traceback__):
        if Path(frame.filename).parent == folder:
            found = (Path(frame.filename).name, frame.lineno or 1)
    return found


def _line_of(error: Exception, folder: Path) -> int:
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    return _place_of(error, folder)[1]
