"""`watchdxg-back dev`: the private PostgreSQL cluster, the demo account, and what it repairs."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time

import psycopg2
import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("WDX_BINARY", PROJECT / "build/release/watchdxg-back")).resolve()
IS_ROOT = os.geteuid() == 0


class Dev:
    """A running `dev`. Threads read its output, so that waiting for a line has a deadline."""

    def __init__(self, data_dir, *options, binary=BINARY, **popen):
        env = {name: value for name, value in os.environ.items()
               if not name.startswith(("WDX_", "DATABASE_URL", "PG", "XDG_"))}
        env.update(WDX_DATA_DIR=str(data_dir), WDX_LISTEN="127.0.0.1:0")
        self.data_dir = pathlib.Path(data_dir)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(binary), "dev", *options], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True, **popen)
        self.output, self.errors = [], []
        self.readers = [self._read(self.process.stdout, self.output), self._read(self.process.stderr, self.errors)]

    @staticmethod
    def _read(stream, lines):
        thread = threading.Thread(target=lambda: lines.extend(iter(stream.readline, "")), daemon=True)
        # extend() over an iterator appends line by line, so that others see them as they come
        thread.start()
        return thread

    def wait_ready(self):
        def is_settled():
            return any(line.startswith("listening on ") for line in self.output) or self.process.poll() is not None

        wait_for(is_settled, 60, "the ready line")
        assert self.process.poll() is None, self.log()
        self.seconds_to_ready = time.monotonic() - self.started
        return self

    def wait_exit(self, timeout=60):
        status = self.process.wait(timeout)
        for reader in self.readers:
            reader.join(10)
        return status

    def stop(self, signal_number=signal.SIGTERM):
        self.process.send_signal(signal_number)
        return self.wait_exit()

    def log(self):
        return "".join(self.output + self.errors)

    @property
    def postmaster(self):
        return int((self.data_dir / "postgres/postmaster.pid").read_text().split("\n")[0])

    def server_setting(self, name):
        text = (self.data_dir / "postgres/watchdxg.conf").read_text()
        return re.search(rf"^{name} = '?([^'\n]*)'?$", text, re.M).group(1)

    def connect(self):
        return psycopg2.connect(host=self.server_setting("unix_socket_directories"),
                                port=self.server_setting("port"), user="watchdxg", dbname="watchdxg")

    def ask(self, sql):
        connection = self.connect()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0]
        finally:
            connection.close()


def wait_for(holds, seconds, what):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def ground():
    """A folder that the cluster's user may enter, unlike pytest's own, which is closed to others."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="wdx-dev-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def prepared(ground):
    """A data folder in which `dev` ran once; tests that leave it stopped and whole may share it."""
    dev = Dev(ground / "data").wait_ready()
    assert dev.stop() == 0, dev.log()
    return ground / "data"


@pytest.fixture
def start(ground):
    """Starts `dev`, and makes sure that nothing of it is left running."""
    running = []

    def begin(data_dir, *options, **popen):
        running.append(Dev(data_dir, *options, **popen))
        return running[-1]

    yield begin
    for dev in running:
        if dev.process.poll() is None:
            dev.stop()
    for dev in running:
        if (dev.data_dir / "postgres/postmaster.pid").exists() and is_alive(dev.postmaster):
            os.kill(dev.postmaster, signal.SIGQUIT)


def test_the_printed_lines_work_when_pasted(prepared, start):
    dev = start(prepared).wait_ready()
    wait_for(lambda: any(line.startswith("curl ") for line in dev.errors + dev.output), 10, "the lines to paste")
    lines = [line for line in dev.errors + dev.output if re.match(r"(tokens|refresh|access|account|id)=|curl ", line)]
    shell = subprocess.run(["bash", "-eu"], input="".join(lines), capture_output=True, text=True, timeout=60)
    answers = [json.loads(line) for line in shell.stdout.splitlines()]
    assert [sorted(answer) for answer in answers[:3]] == [["access", "refresh"]] * 2 + [["handle", "id"]]
    assert len(answers[3]) == 500


def test_a_second_start_is_up_within_two_seconds_and_finds_its_data(prepared, start):
    dev = start(prepared).wait_ready()
    assert dev.seconds_to_ready < 2
    assert dev.ask("SELECT count(*) FROM users") == 500


def test_the_demo_data_is_the_same_all_day(prepared, start, ground):
    first = start(prepared).wait_ready()
    second = start(ground / "another").wait_ready()
    for table, key in (("users", "id"), ("posts", "id"), ("classification", "user_id"), ("actions", "id")):
        digest = f"SELECT md5(string_agg({table}::text, '' ORDER BY {key})) FROM {table}"
        assert first.ask(digest) == second.ask(digest)


def test_what_an_operator_deleted_does_not_come_back(ground, start):
    dev = start(ground / "emptied").wait_ready()
    connection = dev.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts")
    connection.close()
    assert dev.stop() == 0
    assert start(ground / "emptied").wait_ready().ask("SELECT count(*) FROM users") == 0


def drop_core_tables(connection):
    """The server reads them at the same time, in an order of its own: PostgreSQL may end either of the two."""
    for _ in range(10):
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("DROP TABLE accounts, users, posts, classification, actions")
            return
        except psycopg2.errors.DeadlockDetected:
            pass
    raise AssertionError("they could not be dropped")


def test_tables_that_were_dropped_are_made_again(ground, start):
    dev = start(ground / "dropped").wait_ready()
    connection = dev.connect()
    drop_core_tables(connection)
    connection.close()
    assert dev.stop() == 0
    dev = start(ground / "dropped").wait_ready()
    assert dev.ask("SELECT count(*) FROM users") == 500
    assert dev.ask("SELECT count(*) FROM watchdxg_seen_user WHERE renamed_at IS NOT NULL") == 5


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_the_server_with_itself(prepared, start, signal_number):
    dev = start(prepared).wait_ready()
    postmaster = dev.postmaster
    os.killpg(dev.process.pid, signal_number)  # as a terminal does: whoever is in the group gets it
    assert dev.wait_exit() == 0, dev.log()
    assert not is_alive(postmaster)
    assert not (prepared / "postgres/postmaster.pid").exists()


@pytest.mark.parametrize("delay", [0.02, 0.05, 0.1, 0.15, 0.2])
def test_a_stop_while_it_starts_leaves_nothing_running(prepared, start, delay):
    dev = start(prepared)
    time.sleep(delay)  # not a wait: the moment of the signal is what varies
    os.killpg(dev.process.pid, signal.SIGTERM)
    dev.wait_exit(10)
    assert not (prepared / "postgres/postmaster.pid").exists()


def test_standard_output_carries_ready_lines_only(ground, start):
    dev = start(ground / "quiet").wait_ready()
    assert dev.stop() == 0
    assert all(line.startswith("listening on ") for line in dev.output), dev.output


def test_a_second_dev_on_one_folder_is_refused_and_names_the_first(prepared, start):
    first = start(prepared).wait_ready()
    second = start(prepared)
    assert second.wait_exit() != 0
    assert f"process {first.process.pid}" in second.log()
    assert first.ask("SELECT 1") == 1


@pytest.mark.alone
def test_a_server_left_running_by_a_kill_is_taken_over(prepared, start):
    killed = start(prepared).wait_ready()
    postmaster = killed.postmaster
    killed.stop(signal.SIGKILL)
    dev = start(prepared).wait_ready()
    assert dev.postmaster == postmaster
    assert dev.seconds_to_ready < 2
    assert dev.stop() == 0
    assert not is_alive(postmaster)


def test_a_server_left_running_is_restarted_when_its_port_changes(prepared, start):
    killed = start(prepared).wait_ready()
    postmaster = killed.postmaster
    killed.stop(signal.SIGKILL)
    port = free_port()
    dev = start(prepared, "--postgres-port", str(port)).wait_ready()
    assert dev.postmaster != postmaster
    assert dev.server_setting("port") == str(port)


def test_it_heals_after_a_kill_of_everything(prepared, start):
    killed = start(prepared).wait_ready()
    postmaster = killed.postmaster
    killed.stop(signal.SIGKILL)
    os.kill(postmaster, signal.SIGKILL)
    assert start(prepared).wait_ready().ask("SELECT count(*) FROM users") == 500


def test_it_clears_orphans_of_a_killed_server(prepared, start):
    killed = start(prepared).wait_ready()
    busy = killed.connect()  # a backend in a long statement does not notice that its server is gone
    worker = threading.Thread(target=lambda: pytest.raises(psycopg2.Error, busy.cursor().execute,
                                                           "SELECT count(*) FROM generate_series(1, 100000000000)"))
    worker.start()
    wait_for(lambda: killed.ask("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 1000000%'"
                                " AND state = 'active' AND pid <> pg_backend_pid()") == 1, 10, "the long statement")
    postmaster = killed.postmaster
    killed.stop(signal.SIGKILL)
    os.kill(postmaster, signal.SIGKILL)
    assert start(prepared).wait_ready().ask("SELECT count(*) FROM users") == 500
    worker.join(10)
    assert not worker.is_alive()


def test_lock_files_that_name_a_foreign_process_are_cleared(prepared, start):
    killed = start(prepared).wait_ready()
    postmaster, folder = killed.postmaster, pathlib.Path(killed.server_setting("unix_socket_directories"))
    killed.stop(signal.SIGKILL)
    os.kill(postmaster, signal.SIGKILL)
    wait_for(lambda: not is_alive(postmaster), 10, "the server's end")
    for lock in [prepared / "postgres/postmaster.pid", *folder.glob("*.lock")]:
        lock.write_text(re.sub(r"\A\d+", str(os.getpid()), lock.read_text()))
    assert start(prepared).wait_ready().ask("SELECT count(*) FROM users") == 500


def test_a_half_made_cluster_is_made_again(ground, start):
    data_dir = ground / "half"
    (data_dir / "postgres.new/base").mkdir(parents=True)
    (data_dir / "postgres.new/PG_VERSION").write_text("15\n")
    data_dir.chmod(0o755)
    assert start(data_dir).wait_ready().ask("SELECT count(*) FROM users") == 500
    assert not (data_dir / "postgres.new").exists()


def test_a_kill_during_the_first_start_is_healed(ground, start):
    data_dir = ground / "killed"
    killed = start(data_dir)
    wait_for(lambda: (data_dir / "postgres.new/PG_VERSION").exists(), 30, "initdb at work")
    killed.stop(signal.SIGKILL)
    assert start(data_dir).wait_ready().ask("SELECT count(*) FROM users") == 500


def test_a_deep_data_folder_gets_a_short_socket_folder(ground, start):
    data_dir = ground / ("long" * 15) / ("and odd, 'quoted' $(names) " * 2)
    data_dir.mkdir(parents=True)
    for folder in (data_dir, data_dir.parent):
        folder.chmod(0o755)
    dev = start(data_dir).wait_ready()
    folder = pathlib.Path(dev.server_setting("unix_socket_directories"))
    assert len(f"{folder}/.s.PGSQL.5432") <= 107
    assert not folder.is_relative_to(data_dir)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert dev.ask("SELECT count(*) FROM users") == 500
    assert dev.stop() == 0
    assert not folder.exists()


def test_without_a_port_it_listens_on_the_unix_socket_alone(prepared, start):
    dev = start(prepared).wait_ready()
    assert dev.ask("SELECT current_setting('listen_addresses')") == ""
    folder = pathlib.Path(dev.server_setting("unix_socket_directories"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_with_a_port_it_prints_a_url_that_needs_its_password(prepared, start):
    port = free_port()
    dev = start(prepared, "--postgres-port", str(port)).wait_ready()
    wait_for(lambda: "DATABASE_URL=" in dev.log(), 10, "the URL")
    url = re.search(r"DATABASE_URL=(\S+)", dev.log()).group(1)
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM users")
        assert cursor.fetchone() == (500,)
        cursor.execute("SELECT current_setting('listen_addresses')")
        assert cursor.fetchone() == ("127.0.0.1",)
    connection.close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(host="127.0.0.1", port=port, user="watchdxg", dbname="watchdxg", password="watchdxg")
    secret = prepared / "postgres-password"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text().strip() in url


def test_the_core_fills_the_database_with_what_is_printed_for_it(prepared, start, tmp_path, monkeypatch):
    """As `python src/runner.py --dev` connects: by settings.json, with an empty password, so that libpq reads .pgpass."""
    dev = start(prepared, "--postgres-port", str(free_port())).wait_ready()
    wait_for(lambda: "DATABASE_URL=" in dev.log(), 10, "the lines for the core")
    settings = json.loads("{" + re.search(r'^ *("db": .*)$', dev.log(), re.M).group(1) + "}")["db"]
    passwords = tmp_path / "pgpass"
    passwords.write_text(re.search(r"^\S+:\*:\*:\S+$", dev.log(), re.M).group(0) + "\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    at = {"host": settings["host"], "port": settings["port"], "password": ""}
    handle = f"core{os.getpid()}"
    # The core connects anew for every statement; its setup and some of its versions do so as `postgres`.
    for user in (settings["pipeline_user"], "postgres"):
        psycopg2.connect(user=user, dbname="postgres", **at).close()

        def execute(statement, values):
            connection = psycopg2.connect(user=user, dbname=settings["dbname"], **at)
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                found = cursor.fetchone() if cursor.description else None
            connection.close()
            return found

        account = execute("INSERT INTO accounts (handle) VALUES (%s) RETURNING id", (f"{handle}_{user}",))[0]
        assert execute("SELECT id FROM accounts WHERE handle = %s;", (f"{handle}_{user}",)) == (account,)
        upsert = ("INSERT INTO users (account_id, handle, username, certified, bio, created_at, following_count,"
                  " followers_count, following_str, followers_str, featured_url, follower)"
                  " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                  " ON CONFLICT (handle, created_at) DO UPDATE SET username = EXCLUDED.username,"
                  " certified = EXCLUDED.certified, bio = EXCLUDED.bio, following_count = EXCLUDED.following_count,"
                  " followers_count = EXCLUDED.followers_count, following_str = EXCLUDED.following_str,"
                  " followers_str = EXCLUDED.followers_str, featured_url = EXCLUDED.featured_url,"
                  " follower = EXCLUDED.follower RETURNING id;")
        values = (account, f"{handle}_{user}", "Some One", True, "hello 🎣", "2020-02-01", 3, 1200, "3", "1.2K", None, True)
        made = execute(upsert, values)
        assert execute(upsert, values) == made
        post = ("INSERT INTO posts (id, user_id, timestamp, username, handle, text, reposts, likes, replies, views, repost)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)")
        values = (made[0] + 10**15, made[0], "2025-06-01T12:00:00", "Some One", handle, "text", 0, 0, 0, 0, False)
        execute(post, values)
        with pytest.raises(psycopg2.errors.UniqueViolation):
            execute(post, values)
    with psycopg2.connect(user="postgres", dbname=settings["dbname"], **at) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts WHERE handle LIKE %s", (handle + "%",))
    connection.close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(**{**at, "password": "postgres"}, user="postgres", dbname=settings["dbname"])


def test_a_port_that_is_taken_is_said(prepared, start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dev = start(prepared, "--postgres-port", str(taken.getsockname()[1]))
        assert dev.wait_exit() != 0
    assert "Address already in use" in dev.log()


@pytest.mark.skipif(not IS_ROOT, reason="only root changes to another user")
class TestAsRoot:
    def test_the_cluster_belongs_to_an_unprivileged_user(self, prepared, start):
        dev = start(prepared).wait_ready()
        cluster = (prepared / "postgres").stat()
        status = pathlib.Path(f"/proc/{dev.postmaster}/status").read_text()
        assert cluster.st_uid != 0
        assert re.search(r"^Uid:\t(.*)$", status, re.M).group(1).split() == [str(cluster.st_uid)] * 4
        assert re.search(r"^Groups:\t(.*)$", status, re.M).group(1).split() == [str(cluster.st_gid)]

    def test_a_folder_that_its_user_may_not_enter_is_named(self, ground, start):
        closed = ground / "closed"
        closed.mkdir(mode=0o700)
        dev = start(closed / "data")
        assert dev.wait_exit() != 0
        assert f"may not enter {closed}: " in dev.log()

    def test_another_user_runs_it_without_root_and_root_takes_that_folder_over(self, ground, start):
        home = ground / "home"
        home.mkdir()
        shutil.chown(home, "nobody", "nogroup")
        home.chmod(0o755)
        binary = shutil.copy(BINARY, ground / "watchdxg-back")  # where that user may read it
        dev = start(home / "data", binary=binary, user="nobody", group="nogroup", extra_groups=[]).wait_ready()
        assert dev.ask("SELECT count(*) FROM users") == 500
        assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
        assert dev.stop() == 0
        assert start(home / "data").wait_ready().ask("SELECT count(*) FROM users") == 500
