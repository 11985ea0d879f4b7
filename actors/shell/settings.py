"""Where the mill runs."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ShellSettings(BaseSettings):
    """Settings of the shell, read from the environment once."""

    model_config = SettingsConfigDict(env_prefix="LEADMILL_", frozen=True)

    ray_address: str | None = Field(
        default=None,
        description="A running Ray to join, `auto` for the one on this machine; absent: one of our own.",
    )
    console_port: int = Field(
        default=8600, ge=0, le=65535, description="The console's port; taken: any other."
    )
