"""An engine of the case systems as a process of its own, that gets ``kill -9`` at a step.

A step: before a call leaves, when its answer has come, or before something is committed. After it nothing of Python runs:
lines are cut, transactions are rolled back by PostgreSQL, and leases stay.
"""

import os
import signal
from datetime import datetime
from multiprocessing.context import ForkServerProcess
from typing import Any

from sqlalchemy import event

from provisions.database.connect import engine_for
from provisions.usecases.case_system import CaseSystems
from provisions.zaken.servers import servers_for
from tests.faults.engine_process import FORKS
from tests.zaken.conftest import GIVEN, read
from tests.zaken.steps import Stepping, Steps


def _gone() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def live(url: str, tables: dict[str, Any], at: datetime, steps: int) -> None:
    """Do at moment ``at`` (aware) what is to be done, for as many ``steps``."""
    step = Steps(steps, _gone)
    config, _faults = read(tables)
    database = engine_for(url)
    event.listen(database, "commit", step)

    def now() -> datetime:
        return at

    servers = servers_for(config.zaken, GIVEN, now, lambda: 0.5, transport=Stepping(step))
    CaseSystems(database, config, servers, now, lambda: 0.5).turn()


def started(url: str, tables: dict[str, Any], at: datetime, steps: int) -> ForkServerProcess:
    """Such a process, at work."""
    process = FORKS.Process(target=live, args=(url, tables, at, steps), daemon=True)
    process.start()
    return process
