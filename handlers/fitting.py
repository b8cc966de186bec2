"""Makes a message fit what a platform can carry: the rules of degradation, in one place and in this order.

1. Buttons that fit are buttons; otherwise none of them is, and all become a numbered list to answer with a number.
2. Ways out (返回, 取消) are then named in words, for they need no number.
3. A text over the limit is split at paragraphs, and the buttons go under the last part.
4. Documents that cannot be sent are named in words.
"""

from dataclasses import replace

from handlers.markup import escape, split
from handlers.messages import Button, Limits, Outgoing, Rows

NUMBERED = "回复数字："
ALSO = "也可以回复：{words}"
NO_FILES = "（这里发不了文件：{names}。请换一个平台查看。）"


def is_way_out(button: Button) -> bool:
    """Whether it is one of 返回 and 取消, which everywhere may be said in words."""
    return button.payload.startswith("c") and button.payload[1:2].isdigit()


def fit(message: Outgoing, limits: Limits) -> tuple[Outgoing, ...]:
    """One message as the one or more that a platform can carry, in order; ids of later parts get a suffix."""
    body, rows = message.body, message.buttons
    if not _fits(rows, limits):
        body, rows = _numbered(body, rows)
    documents = message.documents
    if len(documents) > limits.documents:
        kept = documents[: limits.documents]
        names = "、".join(escape(document.name) for document in documents[limits.documents :])
        body, documents = f"{body}\n\n{NO_FILES.format(names=names)}", kept
    parts = split(body, limits.text, limits.unit)
    last = len(parts) - 1
    return tuple(
        replace(
            message,
            id=message.id if index == 0 else f"{message.id}.{index}",
            body=part,
            buttons=rows if index == last else (),
            documents=documents if index == last else (),
            replaces=message.replaces if index == 0 else "",
        )
        for index, part in enumerate(parts)
    )


def _fits(rows: Rows, limits: Limits) -> bool:
    buttons = [button for row in rows for button in row]
    if limits.tap == "text" and len({button.label for button in buttons}) < len(buttons):
        return False
    return len(buttons) <= limits.buttons and all(len(button.label) <= limits.label for button in buttons)


def is_choice(payload: str) -> bool:
    """Whether a button with this payload gets a number: ways out have words of their own, addresses have no payload."""
    return bool(payload) and not is_way_out(Button("", payload))


def _numbered(body: str, rows: Rows) -> tuple[str, Rows]:
    buttons = [button for row in rows for button in row]
    numbered = [escape(button.label) for button in buttons if is_choice(button.payload)]
    lines = [f"{number}. {label}" for number, label in enumerate(numbered, 1)]
    links = [f"- [{escape(button.label)}]({button.url})" for button in buttons if button.url]
    ways_out = "、".join(escape(button.label.strip("‹ ")) for button in buttons if is_way_out(button))
    parts = [
        body,
        "\n".join(links),
        f"{NUMBERED}\n" + "\n".join(lines) if lines else "",
        ALSO.format(words=ways_out) if ways_out else "",
    ]
    return "\n\n".join(part for part in parts if part), ()
