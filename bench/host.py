"""What a measurement ran on, and how busy that was with other things."""

import os
import platform
import sys
from pathlib import Path
from typing import Any

import psutil


def machine(postgres: str | None = None) -> dict[str, Any]:
    """Cores, memory (GB), processor, kernel, Python, the ``postgres`` version that was asked, and the load of the last minute."""
    return {
        "cores": psutil.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "postgresql": postgres,
        "load_before": load(),
    }


def load() -> float:
    """How many processes wanted a core, averaged over the last minute."""
    return round(os.getloadavg()[0], 1)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
