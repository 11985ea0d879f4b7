"""How many leads may be judged at once, by how many processes, and whether others may ask over HTTP."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServeSettings(BaseSettings):
    """Settings of the scoring service, read from the environment once."""

    model_config = SettingsConfigDict(env_prefix="LEADMILL_SERVE_", frozen=True, extra="forbid")

    open_models: int = Field(default=32, ge=1, description="Models that each replica keeps open.")
    replicas: int = Field(default=1, ge=1, description="Processes that judge leads.")
    cpus: float = Field(default=0.2, gt=0, description="Processors that Ray sets aside for each replica.")
    http_port: int | None = Field(
        default=None, ge=1, le=65535, description="Port of the scoring API; absent: there is none."
    )
    http_host: str = Field(
        default="127.0.0.1", description="Address on which the scoring API listens; it speaks no TLS itself."
    )
    requests_per_s: float = Field(
        default=50.0, gt=0, description="Requests to the scoring API that each replica answers one token."
    )
