"""The whole in a network without a way out: it works, and it calls nobody but the configured recipient.

Every ``connect`` of every process is recorded by strace, and the network namespace has loopback only. The mail server
is an address of TEST-NET, which no one has: that the attempt to reach it is recorded shows that the record is complete.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import PROJECT
from provisions.store import tables as t
from tests.conftest import free_port
from tests.faults.engine_process import wait_until

RECIPIENT = ("192.0.2.10", 25)
CONNECT = re.compile(
    r'connect\(.*?(?:sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)'
    r'|sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)")'
)
PROGRAM = Path(sys.executable).parent / "provisions"


@pytest.fixture
def folder() -> Iterator[Path]:
    if sys.platform != "linux" or os.getuid() != 0 or not all(map(shutil.which, ("strace", "unshare", "ip"))):
        pytest.skip("needs root, and strace and iproute2 from Debian")
    if subprocess.run(["unshare", "-n", "strace", "-f", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine allows no network namespace or no strace")
    with tempfile.TemporaryDirectory(prefix="pn-") as made:
        yield Path(made)


@pytest.mark.timeout(290)
def test_nobody_is_called_but_the_recipient(folder: Path) -> None:
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("PROVISIONS_", "PREFECT_"))} | {
        "PROVISIONS_HOME": str(folder / "var"),
        "PROVISIONS_PORT": str(free_port()),
        "PROVISIONS_CONFIG": str(PROJECT / "config"),
        "PROVISIONS_SMTP_URL": f"smtp://{RECIPIENT[0]}:{RECIPIENT[1]}",
    }
    records = folder / "connects"
    said = folder / "up.log"
    alone = f"ip link set lo up && exec strace -f --seccomp-bpf -e trace=connect -o {records} {PROGRAM} up"
    with said.open("wb") as log:
        up = subprocess.Popen(["unshare", "-n", "sh", "-c", alone], env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        wait_until(lambda: b"ready http" in said.read_bytes() or up.poll() is not None, 150)
        assert up.poll() is None, said.read_text()

        needs = ("id_document", "advance_payment")
        intake = ["intake", "TR-2026-0042", "--route", "voluntary", "--need", *needs, "--by", "regisseur.noord"]
        traced = ["unshare", "-n", "strace", "-f", "--seccomp-bpf", "-e", "trace=connect", "-A", "-o", str(records)]
        subprocess.run([*traced, str(PROGRAM), *intake], env=environment, cwd=folder, capture_output=True, check=True)
        wait_until(lambda: in_prefect(folder / "var") == len(needs), 120)
        wait_until(lambda: RECIPIENT in called(records), 60)
    finally:
        for child in psutil.Process(up.pid).children():  # strace leaves when what it traces does
            child.send_signal(signal.SIGTERM)
        assert up.wait(60) == 0
    outside = {who for who in called(records) if not ip_address(who[0]).is_loopback}
    assert outside == {RECIPIENT}


def in_prefect(home: Path) -> int:
    """How many provisions have a run."""
    engine = engine_for(EmbeddedPostgres(home).url("provisions"))
    try:
        with engine.connect() as connection:
            query = select(func.count()).select_from(t.provision).where(t.provision.c.flow_run.is_not(None))
            return int(connection.execute(query).scalar_one())
    finally:
        engine.dispose()


def called(records: Path) -> set[tuple[str, int]]:
    """(address, port) of every attempt to connect by IP."""
    found = CONNECT.findall(records.read_text(errors="replace"))
    return {(four or six, int(port4 or port6)) for port4, four, port6, six in found}
