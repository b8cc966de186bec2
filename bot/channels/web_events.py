"""What the page is told: a message of ours or of the person as one event, its body as safe HTML."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from bot.channels.web_files import clean_name, link, shown_inline
from bot.channels.web_transcript import Event
from handlers.markup import Line, Span, parse, to_plain
from handlers.messages import Button, Document, Outgoing

_WHOLE = re.compile(
    r"(?:\d+年)?\d+月\d+日(?:—(?:\d+月)?\d+日)?|(?<![\d.:])(?:(?:已过|超期|还有) )?\d+(?:\.\d+)? [一-鿿]"
    r"|(?<![一-鿿])[一-鿿]{2,4}(?=、)|(?<=、)[一-鿿]{2,4}(?![一-鿿])"
)
"""What stays on one line: a day, some days, a figure with the word that it counts by, names in a row."""


def to_web_html(body: str) -> str:
    """House markup as HTML: runs of plain lines, lists and quotes, with every character of a person's escaped."""
    return "".join(_block(kind, list(lines)) for kind, lines in groupby(parse(body), lambda line: line.kind))


def _block(kind: str, lines: list[Line]) -> str:
    words = ["".join(_span(span) for span in line.spans) for line in lines]
    if kind == "bullet":
        return "<ul>" + "".join(f"<li>{each}</li>" for each in words) + "</ul>"
    if kind == "quote":
        return "<blockquote>" + "<br>".join(words) + "</blockquote>"
    return "".join(f"<p>{each}</p>" for each in _paragraphs(words))


def _paragraphs(words: Sequence[str]) -> Iterator[str]:
    for blank, run in groupby(words, lambda each: not each):
        if not blank:
            yield "<br>".join(run)


def _span(span: Span) -> str:
    words = _WHOLE.sub(r'<span class="whole">\g<0></span>', html.escape(span.text))
    if span.mark == "bold":
        return f"<b>{words}</b>"
    if span.mark == "link":
        return f'<a href="{html.escape(span.href)}" target="_blank" rel="noopener noreferrer">{words}</a>'
    return words


def reference(message: Outgoing) -> str:
    """What the bubble is called: the outbox row that first made it, through all its edits."""
    return message.replaces or message.id


def sent_event(message: Outgoing, at: datetime, keep: Callable[[Document], str]) -> Event:
    """A message of ours; `keep` puts a document on the shelf and returns its token."""
    return {
        "type": "sent",
        "key": f"sent:{message.id}",
        "ref": reference(message),
        "replaces": message.replaces,
        "html": to_web_html(message.body),
        "title": message.title or to_plain(message.body)[:60],
        "buttons": [[_button(button) for button in row] for row in message.buttons if row],
        "files": [file_event(document, keep(document)) for document in message.documents],
        "at": at.isoformat(),
    }


def said_event(
    key: str, at: datetime, *, text: str = "", tap: str = "", about: str = "", files: Sequence[Event] = ()
) -> Event:
    """What the person said: words, the label of a button that was tapped in the bubble `about`, or files."""
    return {
        "type": "said",
        "key": f"said:{key}",
        "text": text,
        "tap": tap,
        "about": about,
        "files": list(files),
        "at": at.isoformat(),
    }


def file_event(document: Document, token: str) -> Event:
    """A file as the page shows it."""
    return {
        "name": clean_name(document.name),
        "size": len(document.blob),
        "image": shown_inline(document.media_type),
        "url": link(token, document.name),
    }


def _button(button: Button) -> Event:
    if button.url.startswith(("https://", "http://", "/")):
        return {"label": button.label, "url": button.url}
    return {"label": button.label, "payload": button.payload}
