"""Whether Redis, through which several servers of Prefect are one, can be reached as Prefect will reach it."""

from provisions.domain.errors import Unreachable
from provisions.settings import Settings


def reach_redis(settings: Settings) -> None:
    """Raises ``Unreachable`` (Dutch) when the Redis of the settings does not answer."""
    from prefect_redis.connection import redis_from_url
    from redis.exceptions import RedisError

    assert settings.redis_url is not None  # noqa: S101 - the role says so
    try:
        with redis_from_url(
            settings.redis_url.get_secret_value(), asynchronous=False, socket_connect_timeout=5
        ) as redis:
            redis.ping()
    except (RedisError, ValueError, OSError):
        # The address may hold a password, and is not repeated.
        raise Unreachable(
            "Redis is niet bereikbaar op het adres in PROVISIONS_REDIS_URL.",
            "Controleer of hij draait en of het adres en het wachtwoord kloppen.",
        ) from None
