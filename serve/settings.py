"""How many leads may be judged at once, by how many processes."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from scoring_models.folder import models_folder
from tenants.settings import StoreSettings


class ServeSettings(BaseSettings):
    """Settings of the scoring service, read from the environment once."""

    model_config = SettingsConfigDict(env_prefix="LEADMILL_SERVE_", frozen=True, extra="forbid")

    models_folder: Path = Field(
        default_factory=lambda: models_folder(StoreSettings()),
        description="Folder of the model files; absent: `models` in the home.",
    )
    open_models: int = Field(default=32, ge=1, description="Models that each replica keeps open.")
    replicas: int = Field(default=1, ge=1, description="Processes that judge leads.")
    cpus: float = Field(default=0.2, gt=0, description="Processors that Ray sets aside for each replica.")
