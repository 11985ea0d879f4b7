"""Settings of Kafka that fit together, and the one sentence where they do not."""

import pytest

from actors.bus.connection import client_options
from actors.bus.settings import KafkaSettings, WrongSettings

LOGIN = {"sasl_mechanism": "SCRAM-SHA-512", "username": "mill", "password": "secret"}


def test_without_a_broker_there_is_no_kafka():
    assert KafkaSettings().bootstrap is None
    with pytest.raises(WrongSettings, match="LEADMILL_KAFKA_BOOTSTRAP is missing"):
        client_options(KafkaSettings())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"bootstrap": "kafka"}, "BOOTSTRAP: 'kafka' is not a host and a port"),
        ({"bootstrap": "kafka:9092,other:port"}, "BOOTSTRAP: 'other:port' is not"),
        ({"bootstrap": "kafka:70000"}, "BOOTSTRAP: 'kafka:70000' is not"),
        ({"bootstrap": ""}, "BOOTSTRAP: '' is not"),
        ({"security_protocol": "TLS"}, "SECURITY_PROTOCOL is 'TLS', and must be one of PLAINTEXT, SSL"),
        (
            {"security_protocol": "SASL_SSL"},
            "SASL_MECHANISM is missing, and LEADMILL_KAFKA_SECURITY_PROTOCOL",
        ),
        (
            {"security_protocol": "SASL_SSL"} | LOGIN | {"password": None},
            "PASSWORD is missing, and LEADMILL_KAFKA_SECURITY_PROTOCOL is SASL_SSL",
        ),
        ({"security_protocol": "SASL_SSL"} | LOGIN | {"username": ""}, "USERNAME is missing"),
        (
            {"security_protocol": "SASL_SSL"} | LOGIN | {"sasl_mechanism": "GSSAPI"},
            "SASL_MECHANISM is 'GSSAPI'",
        ),
        (LOGIN, "SASL_MECHANISM is set, but LEADMILL_KAFKA_SECURITY_PROTOCOL is PLAINTEXT"),
        ({"security_protocol": "SSL", "password": "x"}, "PASSWORD is set, but"),
        ({"ca_file": "ca.pem"}, "CA_FILE is set, but LEADMILL_KAFKA_SECURITY_PROTOCOL is PLAINTEXT"),
    ],
)
def test_what_does_not_fit_is_told_in_one_sentence_that_names_the_setting(wrong, sentence):
    with pytest.raises(WrongSettings) as told:
        KafkaSettings(**({"bootstrap": "kafka:9092"} | wrong))
    assert str(told.value).startswith(f"LEADMILL_KAFKA_{sentence}")
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_all_that_is_set_reaches_the_client(tmp_path):
    settings = KafkaSettings(
        bootstrap="one:9092, two:9093", security_protocol="SASL_SSL", topic_prefix="eu.", **LOGIN
    )
    options = client_options(settings)
    assert options["bootstrap_servers"] == ["one:9092", "two:9093"]
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("mill", "secret")
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert options["ssl_context"].check_hostname
    assert settings.topic("lead.scored") == "eu.lead.scored"
    assert "secret" not in repr(settings)


def test_a_file_of_certificates_that_is_not_one_is_told(tmp_path):
    for name, content in (("missing.pem", None), ("empty.pem", "nothing\n")):
        if content is not None:
            (tmp_path / name).write_text(content)
        settings = KafkaSettings(bootstrap="one:9092", security_protocol="SSL", ca_file=tmp_path / name)
        with pytest.raises(WrongSettings, match=rf"LEADMILL_KAFKA_CA_FILE: .*{name} can not be used"):
            client_options(settings)
