"""The broker of the tests: it starts, keeps what it was given, and never outlives the tests."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from confluent_kafka import Consumer

from tests.conftest import running_broker
from tests.kafka import jars as jars_module
from tests.kafka.broker import Broker
from tests.kafka.jars import NoKafka, jars

ROOT = Path(__file__).resolve().parents[2]


async def say(bootstrap, topic, *words):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for word in words:
            await producer.send_and_wait(topic, word, partition=0)


def heard(bootstrap, topic, count):
    """What an independent consumer reads."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "any", "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic])
        return [message.value() for message in consumer.consume(count, timeout=30)]
    finally:
        consumer.close()


@pytest.mark.kafka
async def test_what_was_said_is_there_after_a_kill_on_the_same_port(own_broker):
    address = own_broker.bootstrap
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic("words", 1, 1)])
    await admin.close()
    await say(address, "words", b"one", b"two")
    own_broker.kill()
    own_broker.start()
    assert own_broker.bootstrap == address
    await say(address, "words", b"three")
    assert await asyncio.to_thread(heard, address, "words", 3) == [b"one", b"two", b"three"]


@pytest.mark.kafka
def test_it_ends_with_whoever_started_it_however_that_ends(broker):
    words = (
        "import os, sys, time; from tests.kafka.broker import Broker; "
        "one = Broker(); one.start(); print(one.pid, one.folder, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    pid, folder = done.stdout.split()
    if psutil.pid_exists(int(pid)):
        _gone, alive = psutil.wait_procs([psutil.Process(int(pid))], timeout=30)
        assert not alive
    subprocess.run(["rm", "-r", folder])


def test_where_maven_can_fetch_nothing_nothing_is_left_and_the_reason_is_told(tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, words in (("java", "exit 0"), ("mvn", "echo '[ERROR] no way to Maven Central'; exit 1")):
        (tools / name).write_text(f"#!/bin/sh\n{words}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(NoKafka, match="no way to Maven Central"):
        jars()
    assert [path.name for path in (tmp_path / "cache" / "leadmill").iterdir()] == ["kafka.lock"]


def test_without_java_there_is_no_kafka(monkeypatch):
    monkeypatch.setattr(jars_module.shutil, "which", lambda name: None)
    with pytest.raises(NoKafka, match="java is not installed"):
        jars()


@pytest.mark.parametrize(("required", "ending"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_where_there_is_no_kafka_its_tests_are_skipped_unless_they_must_not_be(required, ending, monkeypatch):
    def refuse(_):
        raise NoKafka("java is not installed")

    monkeypatch.setenv("REQUIRE_KAFKA", required)
    monkeypatch.setattr(Broker, "start", refuse)
    with pytest.raises(ending, match="no Kafka: java is not installed"), running_broker():
        pass
