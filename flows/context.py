"""How a flow reaches the use cases: what the engine gave, or else what the settings say.

Inside the engine's process :func:`use` is called once, before any flow runs. A Prefect worker in a process of its own
calls nothing: the first flow that asks builds the same from the settings.
"""

import threading
from dataclasses import dataclass

from provisions.catalogue import Config, load
from provisions.database import migrate
from provisions.database.connect import open_engine
from provisions.settings import load_settings
from provisions.usecases.cases import Steps


@dataclass(frozen=True)
class Ground:
    """What flows stand on."""

    steps: Steps
    config: Config


_ground: Ground | None = None
_lock = threading.Lock()


def use(steps: Steps, config: Config) -> None:
    """Let every flow in this process use ``steps`` and ``config``."""
    global _ground
    _ground = Ground(steps, config)


def steps() -> Steps:
    """The use cases."""
    return _get().steps


def config() -> Config:
    """The configuration that :func:`steps` was built with."""
    return _get().config


def _get() -> Ground:
    with _lock:
        if _ground is None:
            use(*_from_settings())
        assert _ground is not None  # noqa: S101 - for the type checker
        return _ground


def _from_settings() -> tuple[Steps, Config]:
    settings = load_settings()
    loaded = load(settings.config)
    engine = open_engine(settings, pool_size=2)  # one run at a time
    with engine.connect() as connection:
        migrate.refuse_other_version(connection)
    return Steps(engine, loaded), loaded
