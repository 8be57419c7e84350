"""What the version before left running and registered is understood for one release."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows import context, entrypoints, pool
from flows.server.child import PrefectServer
from provisions.catalogue import load
from provisions.machine import home as homes
from provisions.settings import PROJECT, Settings


@pytest.mark.parametrize("module", ["flows.server.guard", "flows.ui"])
def test_a_server_that_was_left_over_is_stopped_under_either_name(
    module: str, settings: Settings, tmp_path: Path
) -> None:
    """``up`` of the version before was killed: its server runs on under the name of that version."""
    homes.prepare(settings.home)
    file = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
    file.parent.mkdir(parents=True)
    for folder in (tmp_path / "flows", file.parent):  # a package, so that it and not ours is found from there
        (folder / "__init__.py").touch()
    file.write_text("import time\ntime.sleep(600)\n")
    left = subprocess.Popen([sys.executable, "-m", module, str(settings.home), "127.0.0.1", "1"], cwd=tmp_path)
    strangers = subprocess.Popen([sys.executable, "-m", module, str(tmp_path), "127.0.0.1", "1"], cwd=tmp_path)
    try:
        PrefectServer(settings, "token").stop_left_over()
        assert left.poll() is not None
        assert strangers.poll() is None
    finally:
        for process in (left, strangers):
            process.kill()
            process.wait()


def test_entry_points_of_the_version_before_lead_to_the_same_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(PROJECT / "config")
    monkeypatch.setattr(context, "_app", SimpleNamespace(config=config))
    for name in (*config.catalogue.provisions, *entrypoints.FORMS, "weekly_report"):
        assert getattr(pool, name).name == getattr(entrypoints, name).name
    with pytest.raises(AttributeError):
        pool.no_such_flow  # noqa: B018 - asking is the test
