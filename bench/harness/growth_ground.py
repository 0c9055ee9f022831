"""What growth is measured on: a database of so many users, the same statements by psql, and PostgreSQL's own clock."""
import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from harness.ground import CLUSTER_SETTINGS, read_statements
from support.postgres import PrivateCluster, bin_dir, connect, execute, run_psql
from support.server import run_command

DATA = Path(__file__).resolve().parent / "growth_data.sql"
# What an operator can make beside the core's keys, where the binary does not have the command `indexes` itself.
INDEXES = """
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX ON users (account_id, id);
    CREATE INDEX ON users (account_id, followers_count DESC NULLS LAST, id);
    CREATE INDEX ON users (lower(handle));
    CREATE INDEX ON users USING gin (handle gin_trgm_ops, username gin_trgm_ops, bio gin_trgm_ops);
    CREATE INDEX ON posts (user_id, id);
    CREATE INDEX ON posts (timestamp DESC NULLS LAST, id)"""
INDEXES_SECONDS = 3600
# What the server's jobs send by themselves, at any time, also beside a request.
JOBS = ("WITH snapshot AS", "WITH turn AS", "watchdxg_event_state AS state", "watchdxg_signal_state",
        "watchdxg_alert_state")
OPERATOR = ("INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,"
            " date_joined) VALUES (1, '!', false, 'watchdxg', '', '', '', false, true, now())")
DURATION = re.compile(r"\[(\d+)\] LOG:  duration: ([\d.]+) ms(.*)", re.S)
ENTRY = re.compile(r"\n(?=\d{4}-\d\d-\d\d )")
TOOK = re.compile(r"^Time: ([\d.]+) ms", re.M)


class TooLong(Exception):
    """PostgreSQL did not finish within the time that was allowed."""


class GrowthGround:
    """A cluster of its own with one database of `size` users; removed by `close`.

    @param indexed  with the indexes that an operator can make
    """

    def __init__(self, size, indexed):
        self.size = size
        self.cluster = PrivateCluster(durable=True, settings={
            **CLUSTER_SETTINGS, "shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track_planning": "on"})
        self.cluster.start()
        self.url = self.cluster.create_database("v3", name="growth")
        run_psql(self.url, "-v", f"users={size}", "-f", str(DATA))
        command("migrate", self.url)
        execute(self.url, f"CREATE EXTENSION pg_stat_statements; {OPERATOR}")
        if indexed:
            make_indexes(self.url)
        self.settle()
        self.folder = Path(tempfile.mkdtemp(prefix="files-", dir=self.cluster.root))

    def close(self):
        self.cluster.remove()

    def settle(self):
        """So that neither autovacuum nor a checkpoint comes into what is measured next."""
        execute(self.url, "VACUUM ANALYZE")
        execute(self.url, "CHECKPOINT")
        execute(self.url, "SELECT pg_stat_statements_reset()")

    def spent(self, marker="%"):
        """ms that PostgreSQL has worked since `settle` on statements that are done and like `marker`."""
        (spent,), = execute(self.url, """
            SELECT sum(total_exec_time + total_plan_time) FROM pg_stat_statements
             WHERE calls > 0 AND query LIKE %s AND query NOT LIKE '%%pg_stat_statements%%'""", (marker,))
        return float(spent or 0)

    def wait_until_idle(self):
        """A client that has gone may have left its statement at work.  It is cancelled."""
        execute(self.url, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
                          " AND query_start < now() - interval '10 seconds' AND datname = current_database()")

    # -- the server's statements

    def learn(self, request):
        """@return the statements with parameters that the server sends for a request, and the request's answer"""
        said = self.cluster.log.stat().st_size
        self._set("log_statement", "'all'")
        try:
            answer = request()
        finally:
            self._set("log_statement", "'none'")
        log = self.cluster.log.read_bytes()[said:].decode().replace("\n\t", "\n")
        sent = [one for one in read_statements(log) if not any(job in one.sql for job in JOBS)]
        return [replace(one, sql=without_comments(one.sql)) for one in sent], answer

    def logged(self, request, marker):
        """ms that the session which sends a statement with `marker` works for this request, its commit included."""
        said = self.cluster.log.stat().st_size
        self._set("log_min_duration_statement", "0")
        try:
            request()
        finally:
            self._set("log_min_duration_statement", "-1")
        spent, sessions = {}, set()
        for entry in ENTRY.split(self.cluster.log.read_bytes()[said:].decode()):
            if found := DURATION.search(entry):
                spent[found.group(1)] = spent.get(found.group(1), 0) + float(found.group(2))
                if marker in found.group(3):
                    sessions.add(found.group(1))
        return sum(spent[session] for session in sessions)

    def psql(self, statements, seconds):
        """ms of all statements one after another as psql counts them.  Without JIT, as the server runs them.

        @throws TooLong  one of them takes longer than `seconds`
        """
        script = [f"SET jit = off;\nSET statement_timeout = '{seconds}s';\n\\timing on\n"]
        script += [f"\\copy ({' '.join(one.with_literals().split())}) TO '/dev/null'\n" for one in statements]
        return sum(float(ms) for ms in TOOK.findall(self._run_psql("".join(script))))

    def plans(self, statements, seconds, how="ANALYZE, BUFFERS, COSTS OFF"):
        """EXPLAIN of each of them, with its real times and the pages that it read."""
        script = [f"SET jit = off;\nSET statement_timeout = '{seconds}s';\n"]
        script += [f"EXPLAIN ({how}) {one.with_literals()};\n" for one in statements]
        return self._run_psql("".join(script), "-A", "-t", "-q")

    def _run_psql(self, script, *options):
        done = subprocess.run([bin_dir() / "psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", self.url, *options, "-f", "-"],
                              input=script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if "statement timeout" in done.stderr:
            raise TooLong
        if done.returncode:
            raise RuntimeError(f"psql: {done.stderr[-2000:]}")
        return done.stdout

    def _set(self, name, value):
        """Of all sessions; a session takes it over before its next statement."""
        connection = connect(self.url)
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER SYSTEM SET {name} = {value}")
            cursor.execute("SELECT pg_reload_conf()")
            cursor.execute("SELECT pg_sleep(0.2)")
        connection.close()


def command(name, url, *arguments, timeout=600):
    done = run_command(name, *arguments, url=url, timeout=timeout)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")
    return done.stdout


def make_indexes(url):
    if re.search(r"^  indexes ", run_command("--help").stdout, re.M):
        command("indexes", url, "--create", timeout=INDEXES_SECONDS)
    else:
        execute(url, INDEXES)


def without_comments(sql):
    """In one line, as psql's \\copy wants it, a comment would hide the rest."""
    return re.sub(r"--[^\n']*$", "", sql, flags=re.M)
