"""What /proc says about the server and the machine."""
import os
import time
from pathlib import Path


def memory_kb(pid):
    """@return resident set and its highest value so far, in KB"""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]), int(fields["VmHWM"].split()[0])


def cpu_seconds(pid):
    """CPU time of a process, its children and its former children."""
    ticks = sum(int(n) for n in _stat(pid)[11:15])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ticks += sum(sum(int(n) for n in _stat(child)[11:13]) for child in children)
    return ticks / os.sysconf("SC_CLK_TCK")


def children_cpu_seconds():
    """CPU time of our own children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _stat(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):  # a child that has just left; its parent counts it now
        return ["0"] * 15


class CpuMeter:
    """Sums up, over several `with` blocks, the CPU time of processes; `requests` is counted by the caller."""

    def __init__(self, pids):
        self.pids, self.used, self.requests = pids, dict.fromkeys(pids, 0.0), 0.0

    def __enter__(self):
        self._before = {name: cpu_seconds(pid) for name, pid in self.pids.items()}
        return self

    def __exit__(self, *_):
        for name, pid in self.pids.items():
            self.used[name] += cpu_seconds(pid) - self._before[name]

    def microseconds(self, name):
        """CPU time of one request."""
        return self.used[name] / self.requests * 1e6


def busy_share(seconds=0.5):
    """Which share of all processors other programs use while we wait: 0 on a quiet machine."""
    def read():
        numbers = [int(n) for n in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return sum(numbers), numbers[3] + numbers[4]  # all, idle and waiting for a disk
    all_before, idle_before = read()
    time.sleep(seconds)
    all_after, idle_after = read()
    return 1 - (idle_after - idle_before) / max(all_after - all_before, 1)
