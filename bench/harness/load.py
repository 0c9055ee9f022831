"""The programs that make load: wrk, refresh_load and curl for the server, pgbench and psql for its limit."""
import json
import re
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.postgres import bin_dir
from support.raw import Closed, RawConnection, request
from support.tokens import mint

WRK_REPORT = Path(__file__).resolve().parent.parent / "wrk_report.lua"
# One thread each: on two processors, a second thread of the load takes as much from PostgreSQL as it adds.
THREADS = 1
CLASSES_CLIENTS = 8
SETTLE_SECONDS = 1  # until the reports are at work


def run(command, **options):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} exited with {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.stdout


def _rate(output):
    """@return requests/s, p99 in ms"""
    told = json.loads(output.strip().splitlines()[-1])
    if told["failed"]:
        raise RuntimeError(f"{told['failed']} of {told['requests']} requests failed")
    return told["requests"] / told["microseconds"] * 1e6, told["p99"] / 1000


def wrk(server, path, clients, seconds):
    return _rate(run(["wrk", f"-t{THREADS}", f"-c{clients}", f"-d{seconds}s", "-s", WRK_REPORT,
                      "-H", f"Authorization: Bearer {mint()}", f"http://127.0.0.1:{server.port}{path}"]))


def refresh_load(program, server, clients, seconds):
    tokens = "".join(mint("refresh") + "\n" for _ in range(clients))
    return _rate(run([program, server.port, seconds], input=tokens))


def pgbench(ground, folder, statements, clients, seconds, chain=None):
    """Transactions a second of the statements one after another, each by itself, as many clients on the unix socket.

    @param chain  three parameters of which each client makes a chain of its own: the value of the second is random, and
                  that of the first in its next transaction; the third is random, too
    """
    names = dict(zip(chain or (), ("old", "new", "other")))
    script = ["\\set old :new\n\\set new random(1, 9000000000000000000)\n"
              "\\set other random(1, 9000000000000000000)\n"] if chain else []
    defines = ["-D", "new=0"]
    for index, statement in enumerate(statements):
        name_of = {n: names.get(n, f"s{index}p{n}") for n in statement.parameters}
        script.append(re.sub(r"\$(\d+)", lambda found: ":" + name_of[int(found.group(1))], statement.sql) + ";\n")
        for number, value in statement.parameters.items():
            if number not in names:
                defines += ["-D", f"{name_of[number]}={value.strip(chr(39))}"]
    file = folder / "script.sql"
    file.write_text("".join(script))
    output = run([bin_dir() / "pgbench", "-n", "-M", "prepared", "-c", clients, "-j", THREADS, "-T", seconds,
                  "-f", file, *defines, "-h", ground.cluster.root, "-p", ground.cluster.port,
                  "-U", ground.cluster.user, "bench"])
    return float(re.search(r"^tps = ([\d.]+)", output, re.M).group(1))


def curl(server, path, target):
    """One answer into a file.  @return ms to its first byte, ms to its last"""
    output = run(["curl", "-s", "-o", target, "-w", "%{http_code} %{time_starttransfer} %{time_total}",
                  "-H", f"Authorization: Bearer {mint()}", f"http://127.0.0.1:{server.port}{path}"])
    status, first, total = output.split()
    if status != "200":
        raise RuntimeError(f"{path} answered {status}")
    return float(first) * 1000, float(total) * 1000


def psql_copy(url, statement, target, form=""):
    """ms of `\\copy` to a file, as psql itself counts them: without its start and without connecting.
    Without JIT, as the server runs it.

    @param form  `CSV`; empty for PostgreSQL's own text format
    """
    sql = " ".join(statement.with_literals().split())
    output = run([bin_dir() / "psql", "-X", "-d", url, "-c", "SET jit = off", "-c", "\\timing on",
                  "-c", f"\\copy ({sql}) TO '{target}' {form}"])
    return float(re.search(r"^Time: ([\d.]+) ms", output, re.M).group(1))


def at_once(work, count):
    """Runs `work(0)` ... `work(count - 1)` side by side.  @return their results"""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


@contextmanager
def stalled_readers(server, path, count):
    """Clients that have read the beginning of a long answer, and nothing after it."""
    with ExitStack() as stack:
        for _ in range(count):
            reader = stack.enter_context(RawConnection(server.port, receive_buffer=4096))
            reader.send(request(path, token=mint())).wait_for_bytes()
        yield


class Repeated:
    """What `repeated` keeps asking for; `answered` is how often it got it."""

    def __init__(self):
        self.answered, self.over = 0, False

    def ask(self, connection, data):
        try:
            while not self.over:
                self.answered += connection.send(data).read().status == 200
        except (Closed, OSError):  # it is over
            pass


@contextmanager
def repeated(server, path, count):
    """So many clients that ask for something again and again."""
    asked = Repeated()
    data = request(path, token=mint())
    with ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(server.port, timeout=600)) for _ in range(count)]
        threads = [threading.Thread(target=asked.ask, args=(one, data), daemon=True) for one in connections]
        for thread in threads:
            thread.start()
        time.sleep(SETTLE_SECONDS)
        yield asked
        asked.over = True
        for connection in connections:
            connection.finish_sending()
        for thread in threads:
            thread.join()
