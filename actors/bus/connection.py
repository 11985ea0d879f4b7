"""The way to a Kafka broker: what every client of ours is given, and why nobody answers."""

import asyncio
import contextlib
import logging
import ssl
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from aiokafka.helpers import create_ssl_context

from actors.bus.base import CarrierAway
from actors.bus.settings import PREFIX, KafkaSettings, WrongSettings

# It tells of every attempt at a broker that is away, several times a second. We say it once, and when it is over.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

REQUEST_TIMEOUT_S = 5.0
_ADDRESSES_TRIED = 3


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """What a client of aiokafka takes to get to the broker.

    Raises WrongSettings where no broker is named or the file of certificates can't be used.
    """
    if settings.bootstrap is None:
        raise WrongSettings(f"{PREFIX}BOOTSTRAP is missing: no broker is named")
    return {
        "bootstrap_servers": [address.strip() for address in settings.bootstrap.split(",")],
        "request_timeout_ms": int(REQUEST_TIMEOUT_S * 1000),
        "retry_backoff_ms": 100,
        "metadata_max_age_ms": 60_000,
    } | _access(settings)


def _access(settings: KafkaSettings) -> dict[str, Any]:
    """How one gets in."""
    options: dict[str, Any] = {"security_protocol": settings.security_protocol}
    if settings.security_protocol.endswith("SSL"):
        cafile = str(settings.ca_file) if settings.ca_file is not None else None
        try:
            options["ssl_context"] = create_ssl_context(cafile=cafile)
        except (OSError, ssl.SSLError) as error:
            raise WrongSettings(f"{PREFIX}CA_FILE: {settings.ca_file} can not be used: {error}") from None
    if settings.security_protocol.startswith("SASL"):
        assert settings.password is not None
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": settings.password.get_secret_value(),
        }
    return options


async def away(settings: KafkaSettings, error: BaseException) -> CarrierAway:
    """The fault as one sentence: aiokafka tells a wrong password and a broker that is away in the same words."""
    first = None
    for address in (settings.bootstrap or "").split(",")[:_ADDRESSES_TRIED]:
        reason = await _tried(address.strip(), _access(settings))
        if reason is None:  # somebody answers: it is not the way that is at fault
            return CarrierAway(f"Kafka at {address.strip()}: {_in_words(error)}")
        first = first or CarrierAway(f"Kafka at {address.strip()}: {_in_words(reason)}")
    return first or CarrierAway(_in_words(error))


async def _tried(address: str, access: dict[str, Any]) -> BaseException | None:
    """Why there is no way to this broker, or None where there is one."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            connection = await create_conn(
                host, int(port), request_timeout_ms=int(REQUEST_TIMEOUT_S * 1000), **access
            )
    except (KafkaError, OSError, TimeoutError) as reason:
        return reason
    connection.close()
    return None


async def cut(client: AIOKafkaClient) -> None:
    """All connections of a client cut where they stand; a broker that is frozen is waited for by nobody."""
    for connection in list(client._conns.values()):  # (closing them would wait for what is unsent)
        if connection._writer is not None:
            connection._writer.transport.abort()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            await client.close()


def _in_words(reason: BaseException) -> str:
    kind = type(reason).__name__
    if "Authentication" in kind or "Sasl" in kind:
        return f"{PREFIX}USERNAME or {PREFIX}PASSWORD is not accepted ({reason})"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not vouched for by {PREFIX}CA_FILE ({reason.verify_message})"
    if isinstance(reason, UnknownTopicOrPartitionError):
        return "there is no such topic; `leadmill topics check` says which are missing"
    if isinstance(reason, TimeoutError):
        return "it does not answer in time"
    if isinstance(reason, ConnectionRefusedError):
        return "nobody listens there"
    return str(reason) or kind
