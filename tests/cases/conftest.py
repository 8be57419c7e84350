"""What the cases share: a file system so small that it is soon full."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import database, database_url, provisions

__all__ = ["database", "database_url", "provisions", "small_disk"]

SmallDisk = Callable[[int], AbstractContextManager[Path]]


@pytest.fixture
def small_disk(tmp_path: Path) -> SmallDisk:
    """A context manager with a real file system of so many kilobytes."""

    @contextmanager
    def mounted(kilobytes: int) -> Iterator[Path]:
        folder = tmp_path / "disk"
        folder.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "tmpfs", str(folder)]
        if subprocess.run(["mount", *options], capture_output=True, check=False).returncode != 0:
            pytest.skip("needs the right to mount a small file system (root)")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)

    return mounted


def fill_up(path: Path) -> None:
    """Write until there is no room for another byte."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        for size in (65536, 1):
            try:
                while os.write(descriptor, b"x" * size):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    finally:
        os.close(descriptor)
