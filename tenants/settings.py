"""Where an installation keeps its state and its database."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class StoreSettings(BaseSettings):
    """Settings of the ground floor, read from the environment once."""

    model_config = SettingsConfigDict(env_prefix="LEADMILL_", frozen=True)

    home: Path = Field(
        default=Path(".leadmill"), description="Folder with the state of an embedded installation."
    )
    database_url: str | None = Field(
        default=None, description="PostgreSQL 15 or later; absent: an embedded PostgreSQL 18 in the home."
    )
    database_owner_url: str | None = Field(
        default=None, description="Address used by `leadmill migrate` only; absent: the database URL."
    )
    database_read_url: str | None = Field(
        default=None, description="Address for the console's reads; absent: the database URL."
    )
    master_key: str | None = Field(
        default=None,
        description="Key that seals provider keys (base64, 32 bytes); absent: generated into the home.",
    )
    models_url: str | None = Field(
        default=None,
        description="Where all machines find the models' files, such as `s3://bucket/models` (with s3fs "
        "installed); absent: `models` in the home.",
    )
    lanes: int = Field(default=12, ge=1, le=1024, description="Lanes of a new installation.")
