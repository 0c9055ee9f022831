"""The measurements of growth at one size.  Each gives a figure, which is a number, or a text where there is none."""
import json
import statistics
import subprocess
import time
from datetime import datetime
from pathlib import Path

from harness.growth_ground import TooLong
from harness.growth_works import BIG_ACCOUNT, reads
from harness.process import memory_kb
from support.events import EventReader
from support.postgres import execute
from support.server import Server
from support.tokens import mint

LONGEST_SECONDS = 30        # for one request: the server's own limit for a statement (WDX_STATEMENT_TIMEOUT)
LONGEST_LIST_SECONDS = 600  # for a list without an end, which has no such limit
LONGEST_PASS_SECONDS = 7200  # for a pass of the signals over everybody
LONGEST_LAG_SECONDS = 300   # for one over what has changed
REPEATS, ENOUGH_SECONDS = 5, 4  # how often each is repeated, and after how long no more
VERDICTS, BULK = 10_000, 10_000
CHANGED = 1000              # rows whose way into the scores is measured
LOOK_SECONDS = 0.1          # between two looks whether a background job is done
MEANWHILE = "PostgreSQL's work meanwhile"
SNAPSHOT = "%UPDATE watchdxg_seen_user AS s SET gone_at%"  # only the history's statement has it


class Answer:
    """What curl says of one request."""

    def __init__(self, status, ms, text):
        self.status_code, self.ms, self.text = status, ms, text

    @property
    def is_too_long(self):
        """Given up by us, or by the server, whose statement was cancelled."""
        return self.status_code == 0 or (self.status_code >= 500 and self.ms > 0.9 * LONGEST_SECONDS * 1000)


class Rows:
    """The figures of all sizes so far, in the order in which their works came first."""

    def __init__(self):
        self.rows = {}

    def add(self, size, key, name, unit, ours, limit=None, limit_is=""):
        row = self.rows.setdefault(key, {"key": key, "name": name, "unit": unit, "limit_is": limit_is, "ours": {}, "limit": {}})
        row["ours"][str(size)] = ours
        if limit is not None:
            row["limit"][str(size)] = limit
            row["limit_is"] = limit_is

    def given_up(self, key):
        """The text of a smaller size that took too long; at this one it would take longer."""
        figures = list(self.rows.get(key, {"ours": {}})["ours"].values())
        return figures[-1] if figures and isinstance(figures[-1], str) and figures[-1].startswith(">") else None


class GrowthMeasures:
    """@param plans  a file for the plans of all statements; @param only  keys of works, or None for all"""

    def __init__(self, ground, rows, plans, say, only=None):
        self.ground, self.size, self.rows, self.plans, self.say, self.only = ground, ground.size, rows, plans, say, only

    def run(self):
        with self._serve() as server:
            self._first_pass(server)
            self._judge(server)
            self._wait_until_scored(server)
            self._wait_for_snapshot()
        self.ground.settle()
        with self._serve() as server:
            self._snapshot()
            self._wait_until_scored(server)
            for work in reads(server, self.size):
                if self.only is None or work.key in self.only:
                    self._read(server, work)
            if self.only is None:
                self._write(server)
                self._lag(server)
                rss, peak = memory_kb(server.process.pid)
                self._add("memory", "memory, PSS after all of this", "MB", pss_kb(server.process.pid) / 1000)
                self._add("memory_rss", "memory, RSS after all of this", "MB", rss / 1000)
                self._add("memory_peak", "memory, highest RSS", "MB", peak / 1000)

    def _serve(self):
        # The hourly look of the alerts would be taken for statements of the request beside it.
        return Server(self.ground.url, access_log="off", alert_data_quality="off")

    def _add(self, key, name, unit, ours, limit=None, limit_is=""):
        self.rows.add(self.size, key, name, unit, ours, limit, limit_is)
        self.say(f"{self.size:,}: {name}: {ours if isinstance(ours, str) else f'{ours:.4g}'} {unit}, limit {limit}")

    # -- what runs by itself

    def _first_pass(self, server):
        begin = time.monotonic()
        done = self._wait_until_scored(server, LONGEST_PASS_SECONDS)
        took = time.monotonic() - begin
        self._add("first_pass", "first pass of the signals", "s", took if done else over(LONGEST_PASS_SECONDS),
                  self.ground.spent() / 1000, MEANWHILE)

    def _wait_until_scored(self, server, seconds=LONGEST_LAG_SECONDS):
        """Until all that is committed now is in the scores.  @return False when that takes longer than `seconds`"""
        (now,), = execute(self.ground.url, "SELECT clock_timestamp()")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            known = server.get("/api/server/", mint(), timeout=600).json()["signals"]
            if known["as_of"] and datetime.fromisoformat(known["as_of"].replace("Z", "+00:00")) > now and known["pending"] == 0:
                return True
            time.sleep(LOOK_SECONDS)
        return False

    def _wait_for_snapshot(self):
        """Until the history has one since the server's start.  @return False when that took too long"""
        end = time.monotonic() + 2 * LONGEST_SECONDS
        while not self.ground.spent(SNAPSHOT):
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_SECONDS)
        return True

    def _snapshot(self):
        """A server that has just begun takes one; PostgreSQL does all of the work."""
        done = self._wait_for_snapshot()
        self._add("snapshot", "history snapshot", "ms", self.ground.spent(SNAPSHOT) if done else over(LONGEST_SECONDS))

    def _lag(self, server):
        times, spent = [], []
        for _ in range(2):
            execute(self.ground.url, "SELECT pg_stat_statements_reset()")
            execute(self.ground.url, f"UPDATE users SET followers_count = followers_count + 1 WHERE id <= {CHANGED}")
            begin = time.monotonic()
            if not self._wait_until_scored(server):
                break
            times.append(time.monotonic() - begin)
            spent.append(self.ground.spent() / 1000)
        lag = statistics.median(times) if len(times) == 2 else over(LONGEST_LAG_SECONDS)
        self._add("lag", f"{CHANGED:,} changed users are in the scores after", "s", lag, statistics.median(spent or [0]), MEANWHILE)

    # -- reading

    def _read(self, server, work):
        longest = LONGEST_LIST_SECONDS if work.is_file else LONGEST_SECONDS
        if known := self.rows.given_up(work.key):
            self._add(work.key, work.name, "ms", known)
            return

        def ask():
            return self._ask(server, "GET", work.path, longest)
        statements, answer = self.ground.learn(ask)  # warms up, too
        if work.is_file:
            reset_peak(server.process.pid)
        if answer.status_code >= 300 or answer.is_too_long:
            ours = self._failure(answer, longest)
        else:
            ours = answer.ms if answer.ms > ENOUGH_SECONDS * 1000 else self._repeat(ask)
        if work.is_file:
            self._add(f"{work.key}_peak", f"{work.name}: highest RSS meanwhile", "MB", memory_kb(server.process.pid)[1] / 1000)
        try:
            times = [self.ground.psql(statements, longest)]
            while len(times) < REPEATS and sum(times) < ENOUGH_SECONDS * 1000:
                times.append(self.ground.psql(statements, longest))
            limit = statistics.median(times[1:] or times)
            plans = self.ground.plans(statements, longest)
        except TooLong:
            limit, plans = over(longest), self.ground.plans(statements, longest, "COSTS ON")
        self._add(work.key, work.name, "ms", ours, limit, "psql")
        with self.plans.open("a") as file:
            file.write(f"==== {work.key}: {work.path}\n")
            file.writelines(f"-- {one.with_literals()}\n" for one in statements)
            file.write(f"{plans}\n")

    def _failure(self, answer, longest):
        """The figure in place of a time."""
        if not answer.is_too_long:
            return f"status {answer.status_code}"
        self.ground.wait_until_idle()
        return over(longest)

    def _repeat(self, ask):
        """Median of some repetitions."""
        times = []
        while len(times) < REPEATS and sum(times) < ENOUGH_SECONDS * 1000:
            answer = ask()
            if answer.is_too_long or answer.status_code >= 300:
                return self._failure(answer, LONGEST_SECONDS)
            times.append(answer.ms)
        return statistics.median(times)

    # -- writing

    def _judge(self, server):
        """Verdicts for calibration: on 10,000 users, or on a tenth of them; every third is harmful."""
        count = min(VERDICTS, self.size // 10)
        ids = [n * (self.size // count) - 1 for n in range(1, count + 1)]
        for harmful in (True, False):
            self._bulk(server, [user for place, user in enumerate(ids) if (place % 3 == 0) == harmful], harmful)

    def _bulk(self, server, ids, harmful):
        return self._ask(server, "POST", "/api/classifications/", LONGEST_SECONDS, {"user_ids": ids, "harmful": harmful})

    def _write(self, server):
        path = f"/api/users/{self.size // 3}/classification/"

        def judge(harmful=True):
            return self._ask(server, "PUT", path, LONGEST_SECONDS, {"harmful": harmful, "inactive": False})
        spent = [self.ground.logged(judge, "classification") for _ in range(3)]
        self._add("verdict", "verdict on one user", "ms", self._repeat(judge), statistics.median(spent), "PostgreSQL's log")

        ids = list(range(1, min(BULK, self.size) + 1))
        spent = self.ground.logged(lambda: self._bulk(server, ids, True), "classification")
        self._add("bulk", f"verdict on {BULK:,} users", "ms", self._repeat(lambda: self._bulk(server, ids, False)), spent,
                  "PostgreSQL's log")
        dry = {"filter": f"account_id={BIG_ACCOUNT}&rank__gte=0.99", "harmful": True, "dry_run": True}
        self._add("bulk_filter", "bulk by filter (rank), dry run", "ms",
                  self._repeat(lambda: self._ask(server, "POST", "/api/classifications/", LONGEST_SECONDS, dry)))
        self._events(server, judge)

    def _events(self, server, judge):
        times = []
        with EventReader(server) as reader:
            for turn in range(REPEATS):
                begin = time.perf_counter()
                judge(turn % 2 == 0)
                while reader.next(LONGEST_SECONDS).data["table"] != "classification":
                    pass
                times.append((time.perf_counter() - begin) * 1000)
        self._add("event", "from sending a verdict to its event", "ms", statistics.median(times))

    # -- one request

    def _ask(self, server, method, path, longest, body=None):
        sent = []
        if body is not None:
            file = Path(self.ground.folder) / "body"
            file.write_text(json.dumps(body))
            sent = ["-H", "Content-Type: application/json", "--data-binary", f"@{file}"]
        done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-m", str(longest + 5), "-X", method,
                               "-w", "%{http_code} %{time_total}", "-H", f"Authorization: Bearer {mint()}", *sent,
                               f"http://127.0.0.1:{server.port}{path}"], stdout=subprocess.PIPE, text=True)
        status, seconds = done.stdout.split()
        # A list that ends early has a status, and is no answer.
        return Answer(int(status) if done.returncode == 0 else 0, float(seconds) * 1000, f"{method} {path}")


def over(seconds):
    return f"> {seconds} s"


def pss_kb(pid):
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def reset_peak(pid):
    """VmHWM begins anew.  Source: proc(5), clear_refs."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
