"""A private PostgreSQL cluster for one test run: no fixed port, no system-wide service, gone at the end."""
import atexit
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg2

from support.processes import dies_with_us

TESTS = Path(__file__).resolve().parent.parent
CORE_SCHEMAS = TESTS / "core-schema"
START_SECONDS = 60


def free_port():
    """A loopback port that nobody listens on now; somebody else may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bin_dir():
    """Debian keeps initdb and postgres outside PATH, one folder per major version: the newest one."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    folders = [f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()]
    if not folders:
        raise RuntimeError("PostgreSQL's initdb was not found; scripts/setup --tests installs it")
    return max(folders, key=lambda f: (f.parent.name.isdigit(), int(f.parent.name) if f.parent.name.isdigit() else 0))


def unprivileged():
    """subprocess options that run a program as `postgres` if we are root, whom PostgreSQL and PgBouncer refuse."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give_to_unprivileged(path):
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(path, account.pw_uid, account.pw_gid)


@functools.cache
def initialised(user):
    """A data folder as initdb leaves it, made once: to copy it takes a tenth of the time.  Gone at exit."""
    root = Path(tempfile.mkdtemp(prefix="wdx-pg-", dir="/tmp"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    give_to_unprivileged(root)
    done = subprocess.run([str(bin_dir() / "initdb"), "-D", str(root / "data"), "-U", user, "-A", "trust", "-E", "UTF8",
                           "--locale=C.UTF-8", "--no-sync"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          cwd="/", text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, **unprivileged())
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}")
    return root / "data"


class PrivateCluster:
    """One cluster in its own short temporary folder, reached by unix socket (and by loopback if `tcp`).

    `user` is the superuser's name and the owner of every database that `create_database` makes.  As root the
    processes run as the system user postgres, because PostgreSQL refuses root.  `durable` turns fsync on.
    """

    def __init__(self, tcp=False, durable=False, settings=None, user="wdx"):
        self.user = user
        self.root = Path(tempfile.mkdtemp(prefix="wdx-pg-", dir="/tmp"))
        self.data = self.root / "data"
        self.log = self.root / "log"
        self.port = free_port() if tcp else 5432  # without TCP it only names the socket file
        self.tcp = tcp
        self.settings = {
            "unix_socket_directories": str(self.root),
            "listen_addresses": "127.0.0.1" if tcp else "",
            "port": self.port,
            "max_connections": 100,
            "timezone": "UTC",
            **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
            **(settings or {}),
        }
        self._process = None
        self._databases = 0
        self._templates = {}  # what it holds -> the name of the database that others are copies of
        atexit.register(self.remove)
        give_to_unprivileged(self.root)
        self.root.chmod(0o755)  # the server under test may be another user; the data folder itself is 0700
        subprocess.run(["cp", "-a", str(initialised(user)), str(self.data)], check=True)

    # -- life

    def start(self):
        """Starts the postmaster and returns once it accepts connections."""
        end = time.monotonic() + START_SECONDS
        while True:
            said = self.log.stat().st_size if self.log.exists() else 0
            self._spawn()
            try:
                wait_until(self._accepts, "PostgreSQL to accept connections", START_SECONDS)
                return self
            except RuntimeError:
                # After kill -9 the last backends may still hold the old postmaster's memory.
                held = b"pre-existing shared memory block" in self.log.read_bytes()[said:]
                if not held or time.monotonic() > end:
                    raise

    def stop(self, mode="fast"):
        """`smart`, `fast` or `immediate`, as in pg_ctl; not an error if it does not run."""
        signals = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
        self._end(signals[mode])

    def kill(self):
        """kill -9 of the postmaster; its children notice and leave by themselves."""
        children = self._children()
        self._end(signal.SIGKILL)
        wait_until(lambda: not any(_alive(child) for child in children), "PostgreSQL's backends to leave")

    def restart(self, mode="fast"):
        self.stop(mode)
        return self.start()

    def remove(self):
        """Stops it and lets its folder be deleted; also called at exit."""
        atexit.unregister(self.remove)
        self.stop("immediate")
        # Not waited for: a cluster whose tables were truncated a thousand times takes a minute to delete on some disks.
        subprocess.Popen(["rm", "-rf", "--", str(self.root)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         start_new_session=True)

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    # -- databases

    def url(self, dbname, tcp=False):
        """A libpq URL over the unix socket, or over loopback for a cluster made with `tcp`."""
        if tcp:
            assert self.tcp, "this cluster has no port"
            return f"postgresql://{self.user}@127.0.0.1:{self.port}/{dbname}"
        return f"postgresql://{self.user}@/{dbname}?host={quote(str(self.root), safe='')}&port={self.port}"

    def create_database(self, schema=None, name=None):
        """A new empty database, or one with a core schema (`v1`, `v2`, `v3`).  @return its URL"""
        if schema:
            return self.copy_database(schema, lambda url: apply_core_schema(url, schema), name)
        self._databases += 1
        name = name or f"db{self._databases}"
        execute(self.url("postgres"), f'CREATE DATABASE "{name}"')
        return self.url(name)

    def copy_database(self, key, fill, name=None):
        """A copy of the database that `fill(url)` filled when the first one was asked for under this key, which tells
        what is in it.  Nobody else gets to see the original.  @return the copy's URL"""
        if key not in self._templates:
            template = f"template{len(self._templates) + 2}"  # PostgreSQL's own are 0 and 1
            fill(self.create_database(name=template))
            self._templates[key] = template
        self._databases += 1
        name = name or f"db{self._databases}"
        execute(self.url("postgres"), f'CREATE DATABASE "{name}" TEMPLATE "{self._templates[key]}"')
        return self.url(name)

    # -- inside

    def _spawn(self):
        arguments = [str(bin_dir() / "postgres"), "-D", str(self.data)]
        for name, value in self.settings.items():
            arguments += ["-c", f"{name}={value}"]
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                             cwd="/", start_new_session=True, preexec_fn=dies_with_us(signal.SIGQUIT),
                                             **unprivileged())

    def _accepts(self):
        if self._process.poll() is not None:
            raise RuntimeError("PostgreSQL did not start:\n" + self.log.read_text()[-2000:])
        try:
            psycopg2.connect(self.url("postgres")).close()
            return True
        except psycopg2.OperationalError:
            return False

    def _end(self, number):
        if self.running:
            self._process.send_signal(number)
            self._process.wait(START_SECONDS)
        self._process = None

    def _children(self):
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self._process.pid)], stdout=subprocess.PIPE,
                               text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]


def _alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def wait_until(condition, what, seconds=30, step=0.02):
    """Polls until `condition()` is true and returns its value; fails with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(step)


def connect(url, autocommit=True):
    connection = psycopg2.connect(url)
    connection.autocommit = autocommit
    return connection


def execute(url, sql, parameters=None, autocommit=True):
    """Runs one statement (or several without parameters).  @return its rows, [] if it gives none"""
    connection = connect(url, autocommit)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall() if cursor.description else []
        if not autocommit:
            connection.commit()
        return rows
    finally:
        connection.close()


def apply_core_schema(url, schema):
    execute(url, (CORE_SCHEMAS / f"{schema}.sql").read_text(), autocommit=False)


def run_psql(url, *arguments):
    """psql with the tests' strictness, for files that use its commands.  @return its output"""
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(f"psql: {done.stderr.strip()}")
    return done.stdout
