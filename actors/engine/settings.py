"""How the works are tuned. The defaults suit two cores."""

import os

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EngineSettings(BaseSettings):
    """Settings of the engine, read from the environment once."""

    model_config = SettingsConfigDict(env_prefix="LEADMILL_", frozen=True)

    calls_in_flight: int = Field(
        default=64,
        ge=1,
        description="Provider calls that one desk has open at a time, at most nine tenths of them for one tenant.",
    )
    runs_in_flight: int = Field(
        default=512, ge=1, description="Runs that one desk works on at a time for a lane."
    )
    commit_batch: int = Field(
        default=200, ge=1, description="Finished runs that do not wait for more company."
    )
    commit_linger_s: float = Field(default=0.1, ge=0, description="How long finished runs wait for company.")
    lease_s: float = Field(
        default=10.0,
        gt=0,
        description="How long a role or lane counts as held after its holder's last sign of life.",
    )
    log_retention_s: float = Field(
        default=604_800.0,
        gt=0,
        description="How long events stay in the log after they were published to Kafka.",
    )
    sleep_after_s: float = Field(
        default=60.0, gt=0, description="How long a desk waits on an empty lane before it sleeps."
    )
    scale_after_s: float = Field(
        default=60.0,
        gt=0,
        description="How long what waits for an agent may take, before its tenant gets more lanes for it.",
    )
    scale_lanes: int = Field(
        default=4, ge=1, description="Lanes that a tenant gets for an agent by itself at most; 1: never more."
    )
    max_desks: int = Field(
        default=max(8, 4 * (os.cpu_count() or 1)),
        ge=1,
        description="Desks that the cluster has room for; beyond that one desk holds several lanes.",
    )


class VerifySettings(BaseSettings):
    """How `leadmill verify` asks on its own behalf, without a tenant."""

    model_config = SettingsConfigDict(env_prefix="LEADMILL_", frozen=True)

    mailbox: str | None = Field(
        default=None,
        description="As whom `leadmill verify` asks mail servers, such as "
        "`smtp://{host}:25?ehlo=mail.acme.com&from=probe@acme.com`; absent: it asks none.",
    )
    resolver: str | None = Field(
        default=None,
        description="The name server of `leadmill verify`, such as `127.0.0.1:53`; absent: this machine's own.",
    )
