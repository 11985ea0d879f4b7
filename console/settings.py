"""Where people reach the console from elsewhere, and who vouches for them there."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from console.openid import OpenId, is_safe


class ConsoleSettings(BaseSettings):
    """Settings of the console, read from the environment once."""

    model_config = SettingsConfigDict(env_prefix="LEADMILL_", frozen=True)

    console_url: str | None = Field(
        default=None,
        description="The https address under which a proxy offers the console to others, such as "
        "`https://leadmill.example.com`; absent: it answers to this machine's own names only.",
    )

    oidc_issuer: str | None = Field(
        default=None,
        description="The provider of OpenID Connect that vouches for people, as it calls itself, such as "
        "`https://login.example.com/realms/sales`; absent: none does.",
    )
    oidc_client_id: str | None = Field(
        default=None, description="With an issuer: as whom it knows this console."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="With an issuer: the secret for that, if it has given one."
    )
    oidc_client_secret_file: Path | None = Field(
        default=None, description="A file with that secret, in place of the secret itself."
    )

    def provider(self) -> OpenId | None:
        """Who vouches for people, if anybody does. Raises OSError where the file of the secret can't be read."""
        if self.oidc_issuer is None or self.oidc_client_id is None:
            return None
        secret = self.oidc_client_secret.get_secret_value() if self.oidc_client_secret is not None else None
        if self.oidc_client_secret_file is not None:
            secret = self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        return OpenId(self.oidc_issuer, self.oidc_client_id, secret)

    @model_validator(mode="after")
    def _one_secret_of_a_whole_provider(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError("LEADMILL_OIDC_ISSUER and LEADMILL_OIDC_CLIENT_ID belong together")
        if self.oidc_client_secret is not None and self.oidc_client_secret_file is not None:
            raise ValueError("LEADMILL_OIDC_CLIENT_SECRET and its file are one too many")
        return self

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, issuer: str | None) -> str | None:
        if issuer is not None and not is_safe(issuer):
            raise ValueError("an issuer has an https address, or one of this machine")
        return issuer

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
