"""The real binary, started for a test on a port that it picks itself, and stopped with all its output looked at."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import requests

from support.postgres import wait_until
from support.processes import dies_with_us
from support.raw import RawConnection

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "a-signing-secret-for-tests-only-0123456789"
START_SECONDS = 60   # a sanitizer build on a busy machine
STOP_SECONDS = 60
ESTABLISHED = "01"   # linux/include/net/tcp_states.h
SANITIZER_REPORT = re.compile(r"(Address|Thread|Leak|Memory|UndefinedBehavior)Sanitizer|runtime error:")


def binary():
    path = Path(os.environ.get("WDX_BINARY") or PROJECT / "build/release/watchdxg-back")
    if not path.is_absolute():
        path = PROJECT / path
    if not path.exists():
        raise RuntimeError(f"{path} does not exist: build it first (cmake --preset release && "
                           "cmake --build --preset release), or name another in WDX_BINARY")
    return str(path)


def environment(url, folder, **settings):
    """The caller's environment without its WDX_* and database variables, plus ours.

    `settings` are WDX_* names in lower case without the prefix; None leaves a default of ours out.
    """
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("WDX_", "PG")) and name not in ("DATABASE_URL", "STATE_DIRECTORY")}
    chosen = {
        "database_url": url,
        "secret_key": SECRET,
        "listen": "127.0.0.1:0",
        "data_dir": str(folder / "data"),
        "throttle_login": "off",
        "throttle_login_total": "off",
        "throttle_refresh": "off",
        **settings,
    }
    kept.update({"WDX_" + name.upper(): str(value) for name, value in chosen.items() if value is not None})
    return kept


def run_command(*arguments, url=None, stdin=None, timeout=60, program=None, **settings):
    """One subcommand to its end, of another `program` if one is named.  @return CompletedProcess with text output"""
    folder = Path(tempfile.mkdtemp(prefix="wdx-run-", dir="/tmp"))
    try:
        done = subprocess.run([program or binary(), *arguments], env=environment(url, folder, **settings), input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout, cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert not SANITIZER_REPORT.search(done.stderr), done.stderr
    return done


def migrate(url):
    """Applies the managed tables to a database."""
    done = run_command("migrate", url=url)
    assert done.returncode == 0, f"migrate exited with {done.returncode}:\n{done.stdout}{done.stderr}"


class Server:
    """`watchdxg-back serve` on loopback.

    @param url   the database; None leaves WDX_DATABASE_URL to `settings`
    @param wait  `ready` (/readyz says 200), `live` (it listens) or None (started, may exit by itself)
    @param program  another build than the one under test
    @param launcher  a command that starts the one that follows it, in its own place (exec)
    @param variables  further environment variables
    """

    def __init__(self, url, *arguments, wait="ready", command="serve", launcher=(), pass_fds=(), variables=None,
                 program=None, **settings):
        self.url = url
        self.scheme, self._authority = "http", settings.get("tls_cert")
        self.folder = Path(tempfile.mkdtemp(prefix="wdx-srv-", dir="/tmp"))
        self._stdout, self._stderr = self.folder / "stdout", self.folder / "stderr"
        with open(self._stdout, "wb") as out, open(self._stderr, "wb") as err:
            self.process = subprocess.Popen([*launcher, program or binary(), command, *arguments], stdout=out, stderr=err,
                                            stdin=subprocess.DEVNULL, cwd=self.folder, preexec_fn=dies_with_us(),
                                            pass_fds=pass_fds,
                                            env=environment(url, self.folder, **settings) | (variables or {}))
        self.port = None
        try:
            if wait:
                self.wait_until_listening()
            if wait == "ready":
                self.wait_until_ready()
        except BaseException:
            self.kill()
            self.discard()
            raise

    # -- life

    def wait_until_listening(self):
        """Learns the port of the first TCP listener from its line on standard output."""
        def line():
            found = re.search(r"^listening on (https?)://(?:[\d.]+|localhost|\[::1\]):(\d+)$", self.output, re.M)
            if not found and self.process.poll() is not None:
                raise RuntimeError(f"exited with {self.process.returncode}:\n{self.log}")
            return found
        found = wait_until(line, "the line `listening on ...`", START_SECONDS, 0.005)
        self.scheme, self.port = found.group(1), int(found.group(2))

    def wait_until_ready(self, seconds=START_SECONDS):
        wait_until(lambda: self.get("/readyz").status_code == 200, "/readyz to say 200", seconds)

    def stop(self):
        """SIGTERM; requires exit status 0 and a log without sanitizer reports."""
        status = self.terminate()
        self.discard()
        assert status == 0, f"the server ended with {status} on SIGTERM"

    def discard(self):
        """After its end: shows the log, deletes the folder; requires that it neither crashed nor failed a sanitizer."""
        if not self.folder.exists():
            return
        log, status = self.log, self.process.returncode
        print(log[-8000:])
        shutil.rmtree(self.folder, ignore_errors=True)
        assert status >= 0 or status == -signal.SIGKILL, f"the server crashed with signal {-status}"
        assert not SANITIZER_REPORT.search(log), log[-8000:]

    def terminate(self):
        """SIGTERM alone.  @return the exit status"""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self, seconds=STOP_SECONDS):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server still ran after {seconds} s:\n{self.log[-4000:]}") from None

    def kill(self):
        """kill -9; nothing is required of its exit."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    @property
    def running(self):
        return self.process.poll() is None

    @property
    def output(self):
        return self._stdout.read_text(errors="replace")

    @property
    def log(self):
        return self._stderr.read_text(errors="replace")

    def connections(self):
        """How many TCP connections to its first listener are open on the server's side."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return sum(local.endswith(f":{self.port:04X}") and state == ESTABLISHED for _, local, _, state, *_ in rows)

    def memory(self):
        """Bytes of memory that the process has in use (resident, without what it maps of files)."""
        found = re.search(r"^RssAnon:\s+(\d+) kB$", Path(f"/proc/{self.process.pid}/status").read_text(), re.M)
        return int(found.group(1)) * 1024

    # -- HTTP

    host = "localhost"   # what a request over `connect` names

    def connect(self, **options):
        """A bare connection."""
        return RawConnection(self.port, **options)

    @property
    def base_url(self):
        return f"{self.scheme}://localhost:{self.port}"

    def request(self, method, path, token=None, **options):
        """One request on a connection of its own to 127.0.0.1; Host is localhost unless `headers` say otherwise."""
        headers = {"Host": f"localhost:{self.port}", "Connection": "close", **options.pop("headers", {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = str(self._authority)
            return session.request(method, f"{self.scheme}://127.0.0.1:{self.port}{path}", headers=headers,
                                   timeout=options.pop("timeout", 60), allow_redirects=False, **options)

    def get(self, path, token=None, **options):
        return self.request("GET", path, token, **options)

    def post(self, path, json=None, token=None, **options):
        return self.request("POST", path, token, json=json, **options)

    def login(self, username="watchdxg", password="watchdxg", **options):
        return self.post("/api/token/", {"username": username, "password": password}, **options)

    def refresh(self, token, **options):
        return self.post("/api/token/refresh/", {"refresh": token}, **options)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.stop()
        else:
            self.kill()
            self.discard()
