"""What these tests share. They start real processes, so each module starts one installation and asks it everything."""

import os
import shutil
from functools import partial

import pytest

from bench import rig

# The processes have the cores: looking each moment takes as long as what they do.
wait_until = partial(rig.wait_until, every=0.3)


@pytest.fixture(scope="session")
def redis() -> str:
    """The path of Debian's Redis. Without it a test is skipped, but never in CI."""
    path = shutil.which("redis-server")
    if path is None:
        if os.environ.get("PROVISIONS_TEST_REDIS") == "required":
            pytest.fail("redis-server is not installed: apt-get install redis-server")
        pytest.skip("needs Debian's Redis: apt-get install redis-server")
    return path
