"""How much memory and processor time a process took, where the system tells (Linux)."""

from os import sysconf
from pathlib import Path

PROC = Path("/proc")
KNOWN = (PROC / "self/status").exists()


def resident_mib(process: int | str = "self") -> float:
    """The memory that a process holds, in MiB; 0 where it cannot be known."""
    if not KNOWN:
        return 0.0
    status = (PROC / str(process) / "status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def cpu_seconds(process: int) -> float | None:
    """The processor time that a process has used."""
    if not KNOWN:
        return None
    fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")
