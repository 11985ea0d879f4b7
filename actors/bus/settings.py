"""Where the Kafka broker is, and how one gets in."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LEADMILL_KAFKA_"
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")


class WrongSettings(Exception):
    """Settings of Kafka that do not fit together."""


class KafkaSettings(BaseSettings):
    """Settings of the Kafka bus, read from the environment once.

    Raises WrongSettings, with one sentence that names the setting, where they do not fit together.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    bootstrap: str | None = Field(
        default=None, description="Brokers to begin with, as host:port,host:port; absent: no Kafka."
    )
    security_protocol: str = Field(
        default="PLAINTEXT", description="One of PLAINTEXT, SSL, SASL_PLAINTEXT and SASL_SSL."
    )
    sasl_mechanism: str | None = Field(
        default=None, description="With SASL: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN."
    )
    username: str | None = Field(default=None, description="With SASL: the name to log in with.")
    password: SecretStr | None = Field(default=None, description="With SASL: the password to log in with.")
    ca_file: Path | None = Field(
        default=None,
        description="With SSL: certificates (PEM) that vouch for the brokers; absent: those of the system.",
    )
    topic_prefix: str | None = Field(default=None, description="What stands before the name of each topic.")
    group_prefix: str = Field(
        default="leadmill.",
        description="What stands before an agent's name in the name of its consumer group.",
    )
    max_message_bytes: int = Field(
        default=4_194_304, ge=1024, description="How large an event may be; larger ones are dead letters."
    )

    def topic(self, name: str) -> str:
        """What a topic of ours is called at the broker."""
        return f"{self.topic_prefix or ''}{name}"

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        fault = self._address_fault() or self._access_fault()
        if fault is not None:
            raise WrongSettings(f"{PREFIX}{fault}")
        return self

    def _address_fault(self) -> str | None:
        for address in self.bootstrap.split(",") if self.bootstrap is not None else ():
            host, colon, port = address.strip().rpartition(":")
            if not (host and colon and port.isdecimal() and 0 < int(port) < 65_536):
                return f"BOOTSTRAP: {address!r} is not a host and a port, as in kafka.example.com:9092"
        return None

    def _access_fault(self) -> str | None:
        protocol = self.security_protocol
        if protocol not in PROTOCOLS:
            return f"SECURITY_PROTOCOL is {protocol!r}, and must be one of {', '.join(PROTOCOLS)}"
        logs_in = {
            "SASL_MECHANISM": self.sasl_mechanism,
            "USERNAME": self.username,
            "PASSWORD": self.password,
        }
        for name, value in logs_in.items():
            if protocol.startswith("SASL") and not value:
                return f"{name} is missing, and {PREFIX}SECURITY_PROTOCOL is {protocol}"
            if not protocol.startswith("SASL") and value is not None:
                return f"{name} is set, but {PREFIX}SECURITY_PROTOCOL is {protocol}, where nobody logs in"
        if self.sasl_mechanism is not None and self.sasl_mechanism not in MECHANISMS:
            return f"SASL_MECHANISM is {self.sasl_mechanism!r}, and must be one of {', '.join(MECHANISMS)}"
        if self.ca_file is not None and not protocol.endswith("SSL"):
            return f"CA_FILE is set, but {PREFIX}SECURITY_PROTOCOL is {protocol}, where nothing is enciphered"
        return None
