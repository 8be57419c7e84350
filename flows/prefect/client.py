"""How our threads talk to Prefect: one client per thread, without what we don't want Prefect to do."""

import ssl
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache

import certifi
from prefect.client.orchestration import SyncPrefectClient
from prefect.context import SyncClientContext
from prefect.settings import (
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_LOGGING_TO_API_ENABLED,
    PREFECT_RESULTS_PERSIST_BY_DEFAULT,
    temporary_settings,
)


@contextmanager
def prefect_thread() -> Generator[SyncPrefectClient]:
    """Everything that this thread asks of Prefect goes through one client, which is yielded. Needs no reachable Prefect.

    The heartbeat costs a second per run and nobody listens to it; logs stay out of Prefect, where no free text may come;
    the loops try again by themselves, so that the client need not.
    """
    settings = {
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_LOGGING_TO_API_ENABLED: False,
        PREFECT_RESULTS_PERSIST_BY_DEFAULT: False,
        PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
        PREFECT_CLIENT_MAX_RETRIES: 1,
    }
    with temporary_settings(updates=settings), SyncClientContext(httpx_settings={"verify": _authorities()}) as context:
        # So that Prefect itself, which asks for the client without settings of its own, gets this one.
        context._httpx_settings = None
        yield context.client


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Whose certificates are believed, as Prefect's client has it. Once: it is a megabyte, and each thread has a client."""
    return ssl.create_default_context(cafile=PREFECT_API_SSL_CERT_FILE.value() or certifi.where())
