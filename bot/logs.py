"""What is written to the log, and what never is: nothing that a person wrote, no name, no digits, no token.

What an exception says may quote what somebody typed (`int("我的…")`), a row (`DETAIL: Key (name)=(…)`) or a token in an
address. So of an exception its kind and where it came from is written, and what it says only where we know the words.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any, Final

import structlog
from prometheus_client import Counter

from handlers.dialogue.errors import DialogueBug

Event = MutableMapping[str, Any]

TROUBLES: Final = Counter(
    "zhishu_troubles", "Warnings and errors in the log, by what they say", ["what"], registry=None
)
"""Counted wherever they are written; what they say is a handful of words of ours."""
OF_OTHERS: Final = "of a library"
"""How the lines of other people's code are counted: their words are many."""
SPOKEN: Final = (DialogueBug,)
"""Exceptions whose words are ours and quote nobody."""
_DEEPEST: Final = 8


def exception_lines(error: BaseException) -> str:
    """An exception as its kinds and places, without anything that it says; with its causes, the first one first."""
    return "\n".join(_chain(error, set()))


def _chain(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ if error.__cause__ is not None or error.__suppress_context__ else error.__context__
    if before is not None and id(before) not in seen and len(seen) < _DEEPEST:
        yield from _chain(before, seen)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    yield from _places(error.__traceback__)
    yield _named(error)
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        if id(inner) not in seen and len(seen) < _DEEPEST:
            yield "one of these:"
            yield from _chain(inner, seen)


def _places(found: TracebackType | None) -> Iterator[str]:
    """Where it passed: file, line, function and the line of code, which is ours and nobody's words."""
    for frame in traceback.extract_tb(found):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        if frame.line:
            yield f"    {frame.line}"


def _named(error: BaseException) -> str:
    """The kind of an exception, with what is known to quote nobody: our own words, a database's code, an errno."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    known = [
        str(value)
        for name in ("sqlstate", "sqlite_errorname", "constraint_name", "table_name", "column_name", "errno")
        if isinstance(value := getattr(error, name, None), str | int)
    ]
    if isinstance(error, SPOKEN):
        known.append(str(error))
    return f"{kind}: {', '.join(known)}" if known else kind


def without_words(_logger: Any, _method: str, event: Event) -> Event:
    """Write an exception by `exception_lines`, wherever one was asked for."""
    wanted = event.pop("exc_info", None)
    if wanted:
        error = wanted if isinstance(wanted, BaseException) else wanted[1] if isinstance(wanted, tuple) else None
        error = error or sys.exc_info()[1]
        if error is not None:
            event["exception"] = exception_lines(error)
    return event


def counted(_logger: Any, method: str, event: Event) -> Event:
    """Count what is a warning or worse."""
    if method in ("warning", "error", "critical", "exception"):
        TROUBLES.labels(OF_OTHERS if "library" in event else str(event["event"])).inc()
    return event


class _Forwarded(logging.Handler):
    """What libraries log, in our form: who says it and the words of their code, without what they put into them.

    asyncio puts the exception's own words below the first line; others put them into arguments.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write it."""
        words = str(record.msg).partition("\n")[0] if isinstance(record.msg, str) else type(record.msg).__name__
        log = structlog.get_logger()
        write = log.error if record.levelno >= logging.ERROR else log.warning
        write(words, library=record.name, exc_info=record.exc_info)


def configure(*, json: bool) -> None:
    """Have our log and that of the libraries written to standard error, whatever that is by then."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if not json:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            counted,
            without_words,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Forwarded)]:
        root.removeHandler(handler)
    root.addHandler(_Forwarded(logging.WARNING))
    sys.excepthook = _uncaught
    # Where somebody has put their own, as a test run has, they see to it.
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _uncaught_in_a_thread
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _ignored


def _uncaught_in_a_thread(found: threading.ExceptHookArgs) -> None:
    structlog.get_logger().error("thread ends", exc_info=found.exc_value)


def _ignored(found: "sys.UnraisableHookArgs") -> None:
    structlog.get_logger().error("error where none can be raised", exc_info=found.exc_value)


def _uncaught(kind: type[BaseException], error: BaseException, places: TracebackType | None) -> None:
    """What ends a process is told like everything else."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, places)
    else:
        structlog.get_logger().critical("process ends", exc_info=error)
