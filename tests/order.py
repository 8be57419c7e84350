"""In which order the files of tests go, and which of them stay together and are slow (``make test``, ``make quick``)."""

from collections import Counter
from typing import Any

import pytest

from provisions.settings import PROJECT

TESTS = PROJECT / "tests"
# One worker starts Prefect's server and all of these ask that one, which stops after the last of them: it never rests. While they
# wait for it the other workers have the cores. A file that is missing here only has another server started.
ASK_PREFECT = (
    "flows/test_put_right.py",
    "flows/test_engine.py",
    "flows/test_screens.py",
    "flows/contract/test_client.py",
    "flows/contract/test_server.py",
    "flows/test_record.py",
    "flows/test_run_forms.py",
    "flows/test_waiting.py",
    "flows/test_keeping.py",
    "flows/test_an_answer_that_could_not_be_deleted.py",
    "flows/test_two_installations_one_database.py",
)
# One worker loads the example, and each of these has a copy.
SHARE_THE_EXAMPLE = ("caseload/test_caseload.py", "caseload/test_letters.py")
# They ask one ``provisions up``, and the first begins with nobody taken in.
IN_PREFECTS_PAGES = ("browser/test_monday.py", "browser/test_tables.py")
# Half a minute and more, longest first; most of it they wait for processes of their own.
LONG = (
    "faults/test_kill.py",
    "machines/test_pool.py",
    "caseload/test_caseload.py",
    *IN_PREFECTS_PAGES,
    "bench/test_bench.py",
    "infra/test_up.py",
    "machines/test_together.py",
    "cases/test_the_screen.py",
    "web/test_accessible.py",
    "web/test_in_a_browser.py",
    "domain/test_sweep.py",
    "faults/test_clock_jumps.py",
    "faults/test_prefect.py",
    "fuzz/test_use_cases.py",
    "caseload/test_letters.py",
    "faults/test_network.py",
    "flows/test_old_home.py",
    "infra/test_versions.py",
    "privacy/test_whole.py",
    "faults/test_upgrade.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first, then the files with many tests: so that at the end no worker is left alone with one.

    The files of both lists are ``slow``: ``make quick`` leaves them out.
    """
    tests = Counter(item.path for item in items)
    place = {TESTS / name: number for number, name in enumerate((*ASK_PREFECT, *LONG))}
    for item in items:
        if item.path in place:
            item.add_marker("slow")
    items.sort(key=lambda item: (place.get(item.path, len(place)), -tests[item.path]))  # a file's own order stays


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """File by file, as ``--dist loadfile`` has it, and as one those that ask Prefect, share the example, or open one product."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    groups = (ASK_PREFECT, SHARE_THE_EXAMPLE, IN_PREFECTS_PAGES)
    together = {f"{TESTS.name}/{name}": names[0] for names in groups for name in names}

    class Together(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return together.get(file, file)

    return Together(config, log)
