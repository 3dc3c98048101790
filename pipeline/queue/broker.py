"""The message broker by its address: inside the process, Redis or Valkey, RabbitMQ."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import dramatiq
from dramatiq.brokers.stub import StubBroker

from models.errors import BadSettings

log = logging.getLogger("ecopy.queue")

EMBEDDED = "memory"
PREFIX = "ecopy"
"""Of the names of queues, so that others may use the same broker."""


def open_broker(address: str) -> dramatiq.Broker:
    """The broker at `address`, without any middleware: what fails, waits or is tried again is on record in the register.

    Nothing is connected before the first message. Raises BadSettings for an address of another kind.
    """
    if address == EMBEDDED:
        return StubBroker(middleware=[])
    scheme = urlsplit(address).scheme
    if scheme in ("redis", "rediss"):
        from dramatiq.brokers.redis import RedisBroker

        return RedisBroker(url=address, namespace=PREFIX, middleware=[])
    if scheme in ("amqp", "amqps"):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        return RabbitmqBroker(url=address, middleware=[])
    raise BadSettings(reason="ECOPY_BROKER")


def send(actor: dramatiq.Actor[[], None]) -> bool:
    """Send word; false where the broker can't be reached now."""
    try:
        actor.send()
    except _faults(actor.broker) as fault:
        log.warning("the broker can't be reached: %s", fault)
        return False
    return True


def _faults(broker: dramatiq.Broker) -> tuple[type[Exception], ...]:
    """What is raised where there is no server: dramatiq hands on what the broker's library says."""
    common = (OSError, dramatiq.errors.BrokerConnectionError)
    if isinstance(broker, StubBroker):
        return common
    if hasattr(broker, "client"):  # Redis or Valkey
        from redis.exceptions import RedisError

        return (*common, RedisError)
    from pika.exceptions import AMQPError  # type: ignore[import-untyped]

    return (*common, AMQPError)


def answers(broker: dramatiq.Broker) -> bool:
    """Whether the broker can be reached now."""
    try:
        if isinstance(broker, StubBroker):
            return True
        client = getattr(broker, "client", None)
        if client is not None:  # Redis or Valkey
            return bool(client.ping())
        return bool(broker.connection.is_open)  # type: ignore[attr-defined]
    except _faults(broker) as fault:
        log.warning("the broker can't be reached: %s", fault)
        return False
