"""The measurements.  Each alternates the server and its limit, and gives values by the keys of targets.py."""
import hashlib
import resource
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from harness import load
from harness.console import measure_console
from harness.ground import (BIG_ACCOUNT, HANDLE, OPERATOR, PASSWORD, SMALL_ACCOUNT, STATISTICS, prepare_scores,
                            prepare_statistics, serve)
from harness.process import CpuMeter, children_cpu_seconds, memory_kb
from support.postgres import execute
from support.server import binary, environment
from support.signals import up_to_date
from support.tokens import mint

LOOKUP = f"/api/accounts/{HANDLE}/"
SMALL_LIST = f"/api/users/?account_id={SMALL_ACCOUNT}"
BIG_LIST = f"/api/users/?account_id={BIG_ACCOUNT}"
REPORT = "/api/users/?search=a&page_size=50"  # looks at all users
SCORED = {"insight_page": "/api/users/?ordering=-risk&page_size=50&expand=signals",
          "insight_triage": f"/api/accounts/{HANDLE}/triage/", "insight_cohorts": f"/api/accounts/{HANDLE}/cohorts/",
          "insight_calibration": f"/api/accounts/{HANDLE}/calibration/", "insight_user": "/api/users/100/signals/"}
CHANGED = 1000  # rows
PAGES = f"{BIG_LIST}&page_size="
DEEP_PAGES, LONG_PAGE, PAGE = 90, 1000, 50  # behind so many rows; rows of a page that is measured
WARM_UP_SECONDS = 1
IDLE_CONNECTIONS = 2000
JTI_PARAMETERS = (2, 5, 9)  # of kRotateToken in src/store/login/tokens.cpp: presented, successor, its access token
HASH_ROUNDS = 1_000_000


GROUPS = ("lookup", "processes", "classes", "small_list", "long_list", "exports", "deep_page", "statistics", "insight",
          "refresh", "login", "memory", "cold_start", "console")  # methods of Measures


class Measures:
    """@param options  `rounds`, `seconds`: how often each pair is measured, and how long each half of a pair takes;
    `refresh_load`: the program
    """

    def __init__(self, ground, options):
        self.ground, self.rounds, self.seconds = ground, options.rounds, options.seconds
        self.refresh_program = options.refresh_load
        self.folder = Path(tempfile.mkdtemp(prefix="files-", dir=ground.cluster.root))

    # -- rates

    def lookup(self):
        statements = self.ground.statements["lookup"]
        result = {}
        with serve(self.ground.url) as server:
            for clients in (16, 64):
                result[f"lookup_{clients}"] = self._rates(
                    server, lambda seconds: load.wrk(server, LOOKUP, clients, seconds),
                    lambda seconds: load.pgbench(self.ground, self.folder, statements, clients, seconds))
        return result

    def processes(self):
        """Lookups by two processes, each asked at its own port, beside those by one with as many clients."""
        with serve(self.ground.url) as one, serve(self.ground.url) as two:
            def ours(seconds):
                return sum(load.at_once(lambda index: load.wrk((one, two)[index], LOOKUP, 16, seconds)[0], 2))

            def limit(seconds):
                return load.wrk(one, LOOKUP, 32, seconds)[0]

            served = {"one": one.process.pid, "two": two.process.pid, "postgres": self.ground.postmaster}
            works = {"two": ours, "one": limit}
            rates, cpus, loads = ({name: make() for name in works} for make in (list, lambda: CpuMeter(served), float))
            ours(WARM_UP_SECONDS)
            for _ in range(self.rounds):
                for name, work in works.items():
                    before = children_cpu_seconds()
                    with cpus[name] as cpu:
                        rates[name].append(work(self.seconds))
                    cpu.requests += rates[name][-1] * self.seconds
                    loads[name] += children_cpu_seconds() - before

        def cost(name):
            cpu = cpus[name]
            servers, load_cpu = cpu.microseconds("one") + cpu.microseconds("two"), loads[name] / cpu.requests * 1e6
            return f"{name} {servers:.0f} + {cpu.microseconds('postgres'):.0f} + {load_cpu:.0f}"

        note = f"CPU a request, us, servers + PostgreSQL + load: {cost('two')}; {cost('one')}"
        return {"processes": pair(rates["two"], rates["one"], note)}

    def classes(self):
        """The slowest lookups beside twelve reports and four stalled streams; the limit is what they are alone."""
        with serve(self.ground.url) as server:
            def p99():
                return load.wrk(server, LOOKUP, load.CLASSES_CLIENTS, self.seconds)[1]

            load.wrk(server, LOOKUP, load.CLASSES_CLIENTS, WARM_UP_SECONDS)
            alone, beside, answered = [], [], 0
            for _ in range(self.rounds):
                alone.append(p99())
                with load.stalled_readers(server, BIG_LIST, 4), load.repeated(server, REPORT, 12) as reports:
                    beside.append(p99())
                answered += reports.answered
        return {"classes": pair(beside, alone, f"{answered} reports were answered meanwhile")}

    def small_list(self):
        statements = self.ground.statements["list"]
        with serve(self.ground.url) as server:
            return {"list_200": self._rates(
                server, lambda seconds: load.wrk(server, SMALL_LIST, 16, seconds),
                lambda seconds: load.pgbench(self.ground, self.folder, statements, 16, seconds))}

    def refresh(self):
        statements = self.ground.statements["refresh"][-1:]  # without the lock before it: one statement, one commit
        with serve(self.ground.url) as server:
            return {"refresh": self._rates(
                server, lambda seconds: load.refresh_load(self.refresh_program, server, 16, seconds),
                lambda seconds: load.pgbench(self.ground, self.folder, statements, 16, seconds, JTI_PARAMETERS))}

    def _rates(self, server, ours, limit):
        ours(WARM_UP_SECONDS)
        limit(WARM_UP_SECONDS)
        rates, p99, limits = [], [], []
        served = {"server": server.process.pid, "postgres": self.ground.postmaster}
        own_cpu, limit_cpu = CpuMeter(served), CpuMeter({"postgres": self.ground.postmaster})
        for _ in range(self.rounds):
            with own_cpu:
                rate, slowest = ours(self.seconds)
                own_cpu.requests += rate * self.seconds
            rates.append(rate)
            p99.append(slowest)
            with limit_cpu:
                limits.append(limit(self.seconds))
                limit_cpu.requests += limits[-1] * self.seconds
        server_cpu, own_postgres = own_cpu.microseconds("server"), own_cpu.microseconds("postgres")
        note = (f"p99 {statistics.median(p99):.2f} ms; CPU a request, us: server {server_cpu:.0f} + PostgreSQL "
                f"{own_postgres:.0f}; PostgreSQL under pgbench {limit_cpu.microseconds('postgres'):.0f}")
        return pair(rates, limits, note)

    # -- the long list

    def long_list(self):
        copied = self.ground.statements["long"][-1]
        first, total, limits, four, four_limits = [], [], [], [], []
        answer = self.folder / "answer"

        def ours_at_once(index):
            return load.curl(server, BIG_LIST, f"{answer}{index}")[1]

        def limit_at_once(index):
            return load.psql_copy(self.ground.url, copied, f"{answer}{index}")

        growth, peak = self._long_list_memory()
        with serve(self.ground.url) as server:
            load.curl(server, BIG_LIST, answer)
            load.psql_copy(self.ground.url, copied, answer)
            cpu = CpuMeter({"server": server.process.pid, "postgres": self.ground.postmaster})
            for _ in range(2 * self.rounds):
                with cpu:
                    to_first, to_last = load.curl(server, BIG_LIST, answer)
                    cpu.requests += 1
                first.append(to_first)
                total.append(to_last)
                size = answer.stat().st_size
                limits.append(load.psql_copy(self.ground.url, copied, answer))
                four.append(max(load.at_once(ours_at_once, 4)))
                four_limits.append(max(load.at_once(limit_at_once, 4)))
        note = (f"{size / 1e6:.1f} MB; CPU, ms: server {cpu.microseconds('server') / 1000:.0f} + PostgreSQL "
                f"{cpu.microseconds('postgres') / 1000:.0f}")
        return {"long_total": pair(total, limits, note), "long_first": single(first),
                "long_growth": single(growth), "long_peak": single(peak), "long_four": pair(four, four_limits)}

    def _long_list_memory(self):
        """Of a server that has answered the other requests: growth through one long list, and its peak, in MB."""
        growth, peak = [], []
        for _ in range(min(self.rounds, 3)):
            with serve(self.ground.url) as server:
                for path in (LOOKUP, SMALL_LIST):
                    server.get(path, mint())
                before = memory_kb(server.process.pid)[0]
                load.curl(server, BIG_LIST, self.folder / "answer")
                highest = memory_kb(server.process.pid)[1]
                growth.append((highest - before) / 1000)
                peak.append(highest / 1000)
        return growth, peak

    def exports(self):
        """The long list as a file; the limit is psql's CSV of the same SELECT."""
        copied = self.ground.statements["long"][-1]
        result = {}
        with serve(self.ground.url) as server:
            for kind in ("csv", "ndjson"):
                file, total, limits = self.folder / f"users.{kind}", [], []
                for _ in range(2 * self.rounds + 1):  # the first one warms up
                    total.append(load.curl(server, f"{BIG_LIST}&format={kind}", file)[1])
                    size = file.stat().st_size
                    limits.append(load.psql_copy(self.ground.url, copied, file, "CSV"))
                result[f"export_{kind}"] = pair(total[1:], limits[1:], f"{size / 1e6:.1f} MB")
        return result

    def deep_page(self):
        """Pages behind 90,000 rows; the limit is the first one."""
        with serve(self.ground.url) as server:
            target = f"{PAGES}{LONG_PAGE}"
            for _ in range(DEEP_PAGES):
                following = server.get(target, mint()).json()["next"]
                target = following[following.index("/api/"):]
            deep, first = target.replace(f"page_size={LONG_PAGE}", f"page_size={PAGE}"), f"{PAGES}{PAGE}"
            rates, limits = [], []
            for _ in range(self.rounds + 1):  # the first one warms up
                rates.append(load.wrk(server, deep, 1, self.seconds)[0])
                limits.append(load.wrk(server, first, 1, self.seconds)[0])
        return {"deep_page": pair(rates[1:], limits[1:], f"{PAGE} rows behind {DEEP_PAGES * LONG_PAGE:,}")}

    def statistics(self):
        """All figures of 100,000 users and 1,000,000 posts; the limit is the same statement in psql."""
        url, statement = prepare_statistics(self.ground.cluster)
        ours, limits = [], []
        with serve(url) as server:
            for _ in range(2 * self.rounds + 1):  # the first one warms up
                ours.append(load.curl(server, STATISTICS, self.folder / "answer")[1])
                limits.append(load.psql_copy(url, statement, self.folder / "answer"))
        return {"statistics": single(ours[1:], f"{min(ours[1:]):.0f} to {max(ours[1:]):.0f} ms"),
                "statistics_limit": pair(ours[1:], limits[1:])}

    # -- scores

    def insight(self):
        """The kept scores of 100,000 users with 500,000 posts and 10,000 verdicts."""
        url = prepare_scores(self.ground.cluster)
        result = {}

        def p99(server):
            return load.wrk(server, LOOKUP, load.CLASSES_CLIENTS, self.seconds)[1]

        with serve(self.ground.url) as server:
            up_to_date(server)
            load.wrk(server, LOOKUP, load.CLASSES_CLIENTS, WARM_UP_SECONDS)
            alone = [p99(server) for _ in range(self.rounds)]
        with serve(url) as server:  # it has just begun with the first pass
            begin, beside = time.perf_counter(), []
            while is_pending(server):
                beside.append(p99(server))
            first = time.perf_counter() - begin
            result["insight_lookups"] = pair(beside, [statistics.median(alone)] * len(beside))
            up_to_date(server)
            execute(url, "TRUNCATE watchdxg_signal; UPDATE watchdxg_signal_state SET horizon = NULL")
            begin = time.perf_counter()
            up_to_date(server)
            result["insight_first"] = single([time.perf_counter() - begin], f"beside lookups {first:.0f} s")
            execute(url, "VACUUM ANALYZE")
            for key, path in SCORED.items():
                times = [load.curl(server, path, self.folder / "answer")[1] for _ in range(2 * self.rounds + 1)]
                result[key] = single(times[1:])
            lags = []
            for turn in range(self.rounds):
                execute(url, f"UPDATE users SET followers_count = {turn} WHERE id <= {CHANGED}")
                begin = time.perf_counter()
                up_to_date(server)
                lags.append(time.perf_counter() - begin)
            result["insight_lag"] = single(lags)
        return result

    # -- the console

    def console(self):
        measured = measure_console(self.ground.url, min(self.rounds, 3), self.seconds)
        return {key: single(values, note) for key, (values, note) in measured.items()}

    # -- one at a time

    def login(self):
        ours, limits = [], []
        with serve(self.ground.url) as server:
            for _ in range(2 * self.rounds):
                begin = time.perf_counter()
                if server.login(OPERATOR, PASSWORD).status_code != 200:
                    raise RuntimeError("the login was refused")
                ours.append((time.perf_counter() - begin) * 1000)
                begin = time.perf_counter()
                hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"a salt of 22 letters..", HASH_ROUNDS)
                limits.append((time.perf_counter() - begin) * 1000)
        return {"login": pair(ours, limits)}

    def memory(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
        with serve(self.ground.url) as server:
            idle = memory_kb(server.process.pid)[0]
            for path in (LOOKUP, SMALL_LIST):
                server.get(path, mint())
            before = memory_kb(server.process.pid)[0]
            request = get_request(LOOKUP)
            clients = []
            for _ in range(IDLE_CONNECTIONS):
                clients.append(socket.create_connection(("127.0.0.1", server.port)))
                clients[-1].sendall(request)
                read_status(clients[-1])
            after = memory_kb(server.process.pid)[0]
            for client in clients:
                client.close()
        return {"idle": single([idle / 1000]),
                "connection": single([(after - before) / IDLE_CONNECTIONS],
                                     f"{IDLE_CONNECTIONS} connections after one request each")}

    def cold_start(self):
        return {"start": single([self._start_once() for _ in range(2 * self.rounds + 1)],
                                "exec to the account lookup's 200")}

    def _start_once(self):
        request = get_request(LOOKUP)
        settings = environment(self.ground.url, self.folder, access_log="off")
        begin = time.perf_counter()
        process = subprocess.Popen([binary(), "serve"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=settings,
                                   cwd=self.folder)
        try:
            port = int(process.stdout.readline().decode().rsplit(":", 1)[1])
            while True:
                with socket.create_connection(("127.0.0.1", port)) as client:
                    client.sendall(request)
                    if read_status(client) == 200:
                        return (time.perf_counter() - begin) * 1000
                time.sleep(0.0005)  # 503: the database is not connected yet
        finally:
            process.terminate()
            process.wait(30)


def is_pending(server):
    known = server.get("/api/server/", mint()).json()["signals"]
    return known["as_of"] is None


def get_request(path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {mint()}\r\n\r\n".encode()


def read_status(client):
    """Reads one answer, which is short enough to come in one piece.  @return its status"""
    return int(client.recv(65536).split(b" ", 2)[1])


def pair(ours, limits, note=""):
    """The ratio is the median of the rounds' ratios, because what disturbs a round disturbs both halves of it."""
    return {"ours": statistics.median(ours), "limit": statistics.median(limits),
            "ratio": statistics.median(a / b for a, b in zip(ours, limits)),
            "ratios": [round(a / b, 3) for a, b in zip(ours, limits)], "note": note}


def single(values, note=""):
    return {"ours": statistics.median(values), "limit": None, "ratio": None, "ratios": [], "note": note}
