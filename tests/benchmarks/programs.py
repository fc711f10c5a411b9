"""Runs programs, says what they used and on what machine, and installs the environments of the peers."""

import datetime
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).resolve().parent / "peers"
MEGABYTE = 1e6
MPI_SETTINGS = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}


@dataclass
class Used:
    wall_s: float
    cpu_s: float
    memory_mb: float
    output: str


def run(*command):
    """Runs a program and says what it used; its memory is the largest of any of its processes."""
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as process:
        start = time.perf_counter()
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench.py: exit code {process.returncode}: {' '.join(map(str, command))}")
    return Used(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MEGABYTE, output)


def peer_python(requirements="requirements.txt", environment="bench-python"):
    """The Python with a list of libraries, installed when the list has changed."""
    folder = PROJECT / "build" / environment
    python, stamp = folder / "bin" / "python", folder / "installed"
    wanted = (PEERS / requirements).read_text()
    if not (stamp.exists() and stamp.read_text() == wanted):
        print(f"bench.py: installing the peers' libraries into build/{environment}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", PEERS / requirements], check=True)
        stamp.write_text(wanted)
    return python


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
        "date": datetime.date.today().isoformat(),
    }
