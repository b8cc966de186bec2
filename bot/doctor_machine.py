"""What the doctor finds on this machine and in the settings: disk, zones, fonts, the folders and addresses named."""

import ipaddress
import os
import shutil
import subprocess
from collections.abc import Collection
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.check import template_faults
from bot.settings import Settings
from handlers.drawing import drawn
from handlers.wording import FOLDER
from knowledge.documents.papers import Papers
from knowledge.procedure.files import read_overlays, read_procedures

GOOD, WORTH_A_LOOK, BAD, NONE = "✓", "!", "✗", "–"
LITTLE: Final = 100 * 1024**2
"""With less room than this nothing is written for long."""
SCANT: Final = 1024**3
_SVG: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 40 40">'
    '<text x="2" y="34" font-family="Noto Sans SC" font-size="34">{}</text></svg>'
)


class Finding(NamedTuple):
    """One line of what the doctor says: how it is, what, and in words."""

    mark: str
    name: str
    words: str


def disk(settings: Settings) -> list[Finding]:
    """The room for the embedded database, its journal and a copy of it; a server looks after its own."""
    file = settings.sqlite_file
    folder = file.absolute().parent if file is not None else None
    if file is None or folder is None or not folder.is_dir():
        return []
    for needed in (file, folder):  # the journal is written beside it
        if needed.exists() and not os.access(needed, os.W_OK):
            return [Finding(BAD, "磁盘", f"{needed} 不能写。请检查文件的主人和权限")]
    free = shutil.disk_usage(folder).free
    size = file.stat().st_size if file.exists() else 0
    words = f"数据库文件 {_size(size)}，所在的盘还有 {_size(free)}"
    if free < LITTLE:
        return [Finding(BAD, "磁盘", f"{words}，快写不下了。请腾出地方")]
    if free < max(SCANT, 2 * size):
        return [Finding(WORTH_A_LOOK, "磁盘", f"{words}，请早点腾出地方")]
    return [Finding(GOOD, "磁盘", words)]


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GB" if count >= 1024**3 else f"{count / 1024**2:.1f} MB"


def zones(names: Collection[str]) -> Finding:
    """Whether every time zone that is in use is known here."""
    unknown = []
    for name in names:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            unknown.append(name)
    if unknown:
        return Finding(BAD, "时区", f"这台机器不认得 {'、'.join(unknown)}。请改组织的时区，或重装依赖（tzdata）")
    return Finding(GOOD, "时区", "、".join(names))


async def charts() -> Finding:
    """Whether pictures can be drawn, and with Chinese in them: without a font 支 and 部 look the same."""
    try:
        pictures = [await drawn(_SVG.format(character)) for character in ("支", "部")]
    except (subprocess.SubprocessError, OSError):
        return Finding(BAD, "图表", "画不了图，周报和日程图会没有图。请重装依赖（resvg-py、pylopdf-fonts-zh-cn）")
    if pictures[0] == pictures[1]:
        return Finding(BAD, "图表", "图里的汉字显示不了。请重装依赖（pylopdf-fonts-zh-cn）")
    return Finding(GOOD, "图表", "能画，汉字正常")


def local_rules(settings: Settings) -> Finding:
    """Whether the folder with a committee's own rules is there and all of it holds; what does not is left out."""
    folder = settings.overlays_folder
    if folder is None:
        return Finding(NONE, "本级要求", "没有配置 ZHISHU_OVERLAYS")
    if not folder.is_dir():
        return Finding(BAD, "本级要求", f"没有 {folder} 这个文件夹。请检查 ZHISHU_OVERLAYS")
    procedures, _ = read_procedures()
    found, faults = read_overlays(folder, procedures, set(Papers.load()))
    if faults:
        return Finding(
            BAD, "本级要求", f"{len(faults)} 处问题，有问题的文件没有生效。请运行 python -m bot check 看在哪里"
        )
    return Finding(GOOD, "本级要求", f"{len(found)} 份")


def templates(settings: Settings) -> Finding:
    """Whether the folder with templates of one's own is there and all of it works; ours are sent where it does not."""
    folder = settings.templates_folder
    if folder is None:
        return Finding(NONE, "周报模板", "没有配置 ZHISHU_TEMPLATES，用自带的")
    if not folder.is_dir():
        return Finding(BAD, "周报模板", f"没有 {folder} 这个文件夹。请检查 ZHISHU_TEMPLATES")
    if faults := template_faults(FOLDER, folder):
        return Finding(BAD, "周报模板", f"{len(faults)} 处问题，出错时发自带的。请运行 python -m bot check 看在哪里")
    return Finding(GOOD, "周报模板", f"{folder}")


def pages(settings: Settings) -> Finding:
    """Whether the address that links lead to can be one, and is let in."""
    base, name = settings.web_base.strip(), "网页地址"
    if not base:
        if settings.telegram_token.get_secret_value():
            words = "没有配置 ZHISHU_WEB_BASE，Telegram 里没有签到大屏和看板的链接"
            return Finding(WORTH_A_LOOK, name, words)
        return Finding(NONE, name, "没有配置 ZHISHU_WEB_BASE，只能在这台机器上打开")
    parts = urlsplit(base)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        return Finding(BAD, name, f"ZHISHU_WEB_BASE 应像 https://zhishu.example，现在是 {base}")
    if _is_here(host):
        if settings.telegram_token.get_secret_value():
            return Finding(WORTH_A_LOOK, name, f"{base} 只能在这台机器上打开，Telegram 里没有签到大屏和看板的链接")
        return Finding(GOOD, name, base)
    if host not in settings.web_hosts and "*" not in settings.web_hosts:
        return Finding(BAD, name, f'{base} 会被拒绝。请设置 ZHISHU_WEB_HOSTS=["{host}"]')
    if parts.scheme == "http":
        return Finding(WORTH_A_LOOK, name, f"{base} 没有加密，链接在路上会被看到。建议用 https")
    return Finding(GOOD, name, base)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def metrics(settings: Settings) -> Finding:
    """Where Prometheus reads, if anywhere."""
    if not settings.metrics_port:
        return Finding(NONE, "运行指标", "没有配置 ZHISHU_METRICS_PORT")
    if 0 <= settings.web_port - settings.metrics_port < 3:
        words = f"从 {settings.metrics_port} 起的三个端口里有网页的 {settings.web_port}。请换一个 ZHISHU_METRICS_PORT"
        return Finding(BAD, "运行指标", words)
    return Finding(
        GOOD, "运行指标", f"http://{settings.metrics_host}:{settings.metrics_port}/metrics，bot、worker 依次加一"
    )


def secret(settings: Settings) -> list[Finding]:
    """Whether browsers are known again after a restart."""
    if settings.sqlite_file is not None or settings.secret.get_secret_value():
        return []
    return [Finding(WORTH_A_LOOK, "网页密钥", "没有配置 ZHISHU_SECRET，每次重启后网页对话都要重新认人")]
