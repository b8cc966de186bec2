"""A meeting as the secretary gets it going: what tests of votes, minutes and tasks begin with."""

from tests.fakes import Chat


async def said(chat: Chat, *lines: str) -> None:
    """One line after another."""
    for line in lines:
        await chat.says(line)


async def open_meeting(chat: Chat, *names: str, kind: str = "支部党员大会", agenda: str = "讨论道路硬化方案") -> int:
    """The secretary convenes a meeting, opens the check-in and marks people; its id."""
    await said(chat, "开会", kind, "今天上午11点", "村委会", agenda, "确认")
    payload = next(button.payload for button in chat.buttons() if button.payload.startswith("open_check_in."))
    await said(chat, "开始签到", "只在会场签到", "代签到", "、".join(names), "好了", "本人在场，没带手机", "确认")
    return int(payload.partition(".")[2])
