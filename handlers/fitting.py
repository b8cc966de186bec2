"""Makes a message fit what a platform can carry: the rules of degradation, in one place and in this order.

1. Buttons that fit are buttons; otherwise none of them is, and all become a numbered list to answer with a number.
2. Ways out (返回, 取消) are then named in words, for they need no number.
3. A text over the limit is split at paragraphs, and the buttons go under the last part; what would take more than
   three parts is one message with its beginning, and a document with all of it, where documents can be sent.
4. Documents that cannot be sent are named in words.
5. Where each document goes by itself, the words go under the last one if they have room there, and else before them.
"""

from collections.abc import Iterable
from dataclasses import replace

from handlers.markup import escape, split, to_plain, width
from handlers.messages import Button, Document, Limits, Outgoing, Rows
from handlers.wording import tidy

NUMBERED = "回复数字："
FIGURES = "可以直接回复："
ALSO = "也可以回复：{words}"
MOST_PARTS = 3
WHOLE = "全文.txt"
SEE_WHOLE = "……（全文见附件“{name}”）"
NO_FILES = "（这里发不了文件：{names}。请换一个平台查看。）"


def is_way_out(button: Button) -> bool:
    """Whether it is one of 返回 and 取消, which everywhere may be said in words."""
    return button.payload.startswith("c") and button.payload[1:2].isdigit()


def fit(message: Outgoing, limits: Limits) -> tuple[Outgoing, ...]:
    """One message as the one or more that a platform can carry, in order; ids of later parts get a suffix."""
    rows, documents = message.buttons, message.documents
    below: list[str] = []
    if not _fits(rows, limits):
        below, rows = _numbered(rows), ()
    if len(documents) > limits.documents:
        names = "、".join(escape(document.name) for document in documents[limits.documents :])
        below.append(NO_FILES.format(names=names))
        documents = documents[: limits.documents]
    parts = split(_joined(message.body, *below), limits.text, limits.unit)
    if len(parts) > MOST_PARTS and len(documents) < limits.documents:
        parts = split(_joined(_beginning(message.body, below, limits), *below), limits.text, limits.unit)
        whole = to_plain(message.body).encode("utf-8-sig")  # phones take a text without the mark for GBK
        documents = (*documents, Document(WHOLE, "text/plain", whole))
    *first, last = (replace(message, body=part, buttons=(), documents=()) for part in parts)
    carried = [*first, *_with_documents(replace(last, buttons=rows), documents, limits)]
    # What is sent with documents of their own comes below everything, and takes no other message's place.
    replaces = "" if documents and limits.caption is not None else message.replaces
    return tuple(
        replace(
            one,
            id=message.id if index == 0 else f"{message.id}.{index}",
            replaces=replaces if index == 0 else "",
        )
        for index, one in enumerate(carried)
    )


def _with_documents(message: Outgoing, documents: tuple[Document, ...], limits: Limits) -> list[Outgoing]:
    if limits.caption is None or not documents:
        return [replace(message, documents=documents)]
    alone = [replace(message, body="", buttons=(), documents=(one,)) for one in documents]
    if width(to_plain(message.body), limits.unit) > limits.caption:
        return [message, *alone]
    return [*alone[:-1], replace(message, documents=documents[-1:])]


def _joined(*paragraphs: str) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _beginning(body: str, below: list[str], limits: Limits) -> str:
    """As much of the body as leaves room for what must stand below it."""
    note = SEE_WHOLE.format(name=WHOLE)
    room = limits.text - width(to_plain(_joined(note, *below)), limits.unit) - 2
    return f"{split(body, max(room, limits.text // 4), limits.unit)[0]}\n{note}"


def _fits(rows: Rows, limits: Limits) -> bool:
    buttons = [button for row in rows for button in row]
    if limits.tap == "text" and len({tidy(button.label) or button.label for button in buttons}) < len(buttons):
        return False  # the label is all that comes back
    return len(buttons) <= limits.buttons and all(len(button.label) <= limits.label for button in buttons)


def is_choice(payload: str) -> bool:
    """Whether a button with this payload gets a number: ways out have words of their own, addresses have no payload."""
    return bool(payload) and not is_way_out(Button("", payload))


def are_figures(buttons: Iterable[Button]) -> bool:
    """Whether a figure is asked for and some are offered: a number is the answer then and stands for no button."""
    return any(is_choice(button.payload) and button.label.isdecimal() for button in buttons)


def _numbered(rows: Rows) -> list[str]:
    buttons = [button for row in rows for button in row]
    labels = [escape(button.label) for button in buttons if is_choice(button.payload)]
    figures = are_figures(buttons)
    lines = [f"- {label}" if figures else f"{number}. {label}" for number, label in enumerate(labels, 1)]
    links = [f"- [{escape(button.label)}]({_address(button.url)})" for button in buttons if button.url]
    ways_out = "、".join(escape(button.label.strip("‹ ")) for button in buttons if is_way_out(button))
    paragraphs = [
        "\n".join(links),
        f"{FIGURES if figures else NUMBERED}\n" + "\n".join(lines) if lines else "",
        ALSO.format(words=ways_out) if ways_out else "",
    ]
    return [paragraph for paragraph in paragraphs if paragraph]


def _address(url: str) -> str:
    return url.replace(")", "%29")  # a link of the house markup ends there
