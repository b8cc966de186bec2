"""Settings, read once from the environment (and .env), each documented in README and .env.example."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Unusable(Exception):
    """Settings that do not work on this machine; the message is a sentence for its administrator."""


def is_token(words: str) -> bool:
    """Whether words have the form of a Telegram token."""
    return re.fullmatch(r"\d+:[\w-]+", words, re.ASCII) is not None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")


class Settings(BaseSettings):
    """What differs between one installation and another."""

    model_config = SettingsConfigDict(env_prefix="ZHISHU_", env_file=".env", frozen=True, extra="ignore")

    database_url: str = Field(
        default="sqlite+aiosqlite:///zhishu.sqlite3",
        description="数据库：SQLite 文件或 PostgreSQL",
        pattern=r"^(sqlite\+aiosqlite:///.+|postgresql\+asyncpg://.+)$",
    )
    web_host: str = Field(default="127.0.0.1", description="网页对话监听的地址")
    web_port: int = Field(default=8080, description="网页对话监听的端口", ge=0, le=65535)
    web_base: str = Field(default="", description="别人打开网页对话用的地址，空则用监听地址")
    web_hosts: list[str] = Field(default_factory=list, description="除本机外允许的域名，JSON 列表")
    secret: SecretStr = Field(default=SecretStr(""), description="给网页登录签名的密钥，空则每次启动新造一个")
    telegram_token: SecretStr = Field(default=SecretStr(""), description="Telegram 机器人的 token，空则不启用 Telegram")
    telegram_api: str = Field(
        default="https://api.telegram.org", description="Bot API 的地址，自建服务器时改", pattern=r"^https?://[^/\s]+"
    )
    broadcast_per_second: float = Field(
        default=20.0, description="群发每秒最多几条，几个 worker 合起来算，余下的留给对话", gt=0, le=1000
    )
    send_seconds: float = Field(default=20.0, description="发一条消息最多等几秒回应，超过就再发", ge=0.5, le=25)
    metrics_port: int = Field(default=0, description="给 Prometheus 看运行指标的端口，0 则不开", ge=0, le=65500)
    metrics_host: str = Field(default="127.0.0.1", description="运行指标监听的地址")
    overlays: str = Field(default="", description="本级要求（规程的补充规定）所在的文件夹，空则没有")
    templates: str = Field(default="", description="周报模板（替换自带的）所在的文件夹，空则用自带的")
    log_json: bool = Field(default=False, description="日志用 JSON 一行一条")

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        """A port that is none would break whoever connects, long after the start."""
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            port = make_url(url).port
        except ArgumentError as error:
            raise ValueError from error
        if port is not None and not 0 < port < 65536:
            raise ValueError
        return url

    @field_validator("web_base")
    @classmethod
    def _can_be_taken_apart(cls, base: str) -> str:
        """What `urlsplit` cannot read would break every turn that says a link."""
        urlsplit(base)
        return base

    @property
    def overlays_folder(self) -> Path | None:
        """Where a committee's own stricter rules are, if anywhere."""
        return Path(self.overlays) if self.overlays else None

    @property
    def templates_folder(self) -> Path | None:
        """Where messages are worded anew, if anywhere."""
        return Path(self.templates) if self.templates else None

    def pages_base(self, channel: str) -> str:
        """Where somebody on a channel opens our pages, as far as it was set; empty where they would find nothing.

        A phone cannot open an address of this machine, and Telegram refuses a message with such a button.
        """
        base = self.web_base.rstrip("/")
        host = urlsplit(base).hostname or ""
        return "" if channel == "telegram" and _is_loopback(host) else base

    @property
    def sqlite_file(self) -> Path | None:
        """The database file of the embedded default."""
        _, found, path = self.database_url.partition("sqlite+aiosqlite:///")
        return Path(path) if found and path else None
