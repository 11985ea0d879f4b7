"""Where people reach the console from elsewhere, and who vouches for them there."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConsoleSettings(BaseSettings):
    """Settings of the console, read from the environment once."""

    model_config = SettingsConfigDict(env_prefix="LEADMILL_", frozen=True)

    console_url: str | None = Field(
        default=None,
        description="The https address under which a proxy offers the console to others, such as "
        "`https://leadmill.example.com`; absent: it answers to this machine's own names only.",
    )

    @field_validator("console_url")
    @classmethod
    def _https_without_a_path(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if (
            parts.scheme != "https"
            or not parts.netloc
            or parts.path.strip("/")
            or parts.query
            or parts.fragment
        ):
            raise ValueError(
                "an address such as https://leadmill.example.com is wanted, https and without a path"
            )
        return f"https://{parts.netloc.lower()}"
