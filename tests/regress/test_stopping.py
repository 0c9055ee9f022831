"""SIGTERM and SIGHUP while something around the server is broken."""
import os
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.data import make_database, seed
from support.postgres import PrivateCluster, connect, execute, wait_until
from support.raw import RawConnection, request
from support.server import run_command
from support.tokens import mint

SHUTDOWN_TIMEOUT = 1
MARGIN = 10  # seconds beyond it


# -- PostgreSQL hangs

@pytest.fixture
def own_cluster():
    """A cluster to be frozen."""
    cluster = PrivateCluster().start()
    yield cluster
    cluster.remove()


@contextmanager
def frozen(cluster):
    """Stops (SIGSTOP) the cluster's postmaster, then its children; they go on afterwards."""
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    pids = [postmaster]
    os.kill(postmaster, signal.SIGSTOP)
    try:
        for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split():
            pids.append(int(pid))
            os.kill(int(pid), signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass


def test_a_postgresql_that_hangs_does_not_keep_the_server(own_cluster, start_server):
    """A worker thread sat in PQcancel, for a client that had left a long list, and the server waited for it forever."""
    url = make_database(own_cluster)
    seed(url, users=60000)
    server = start_server(url, shutdown_timeout=SHUTDOWN_TIMEOUT)
    connection = RawConnection(server.port, receive_buffer=4096)
    connection.send(request("/api/users/", token=mint()))
    connection.wait_for_bytes()  # the answer has begun; the socket's buffers cannot hold all of it
    with frozen(own_cluster):
        connection.reset()
        wait_until(lambda: server.connections() == 0, "the server to notice")
        server.process.send_signal(signal.SIGTERM)
        assert server.wait(SHUTDOWN_TIMEOUT + MARGIN) == 0


# -- a successor on the same socket

def test_a_server_that_drains_leaves_the_socket_of_its_successor(fresh_database, start_server, tmp_path):
    """The unix socket was removed when the last connection had ended: by then it was the successor's."""
    path = tmp_path / "s"
    listen = f"127.0.0.1:0,unix:{path}"
    old = start_server(fresh_database, listen=listen)
    holder = connect(fresh_database, autocommit=False)
    holder.cursor().execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
    with RawConnection(old.port) as connection:
        connection.send(request("/api/users/?account_id=1", token=mint()))
        wait_until(lambda: execute(fresh_database, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                                                   "AND datname = current_database()"), "the request to wait")
        old.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not path.exists(), "the old server to leave the socket")
        start_server(fresh_database, listen=listen)
        assert old.running
        holder.close()
        assert connection.read().status == 200
    assert old.wait() == 0
    assert path.is_socket()
    asked = run_command("healthcheck", url=fresh_database, listen=f"unix:{path}")
    assert asked.returncode == 0, asked.stderr


# -- the log's folder is gone

COMPLAINT = "cannot open the log file again"


def test_sighup_keeps_the_old_log_where_the_new_one_cannot_be_opened(database, start_server, tmp_path):
    """The failure to reopen ended the coroutine that waits for signals: no more SIGTERM, and lines went nowhere."""
    folder, away = tmp_path / "logs", tmp_path / "away"
    folder.mkdir()
    server = start_server(database, log_file=folder / "server.log")
    old = away / "server.log"
    folder.rename(away)
    folder.write_text("in the way")  # root may write into any folder, but not into a file

    for path in ("/api/first/", "/api/second/"):
        before = old.read_text().count(COMPLAINT)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: old.read_text().count(COMPLAINT) > before, "the complaint in the old log")
        server.get(path)
        wait_until(lambda: path in old.read_text(), "the line in the old log")

    folder.unlink()
    folder.mkdir()
    server.process.send_signal(signal.SIGHUP)
    wait_until((folder / "server.log").exists, "the new log")
    server.get("/api/healed/")
    wait_until(lambda: "/api/healed/" in (folder / "server.log").read_text(), "the line in the new log")

    folder.rename(tmp_path / "away-again")
    folder.write_text("in the way")
    reopened = tmp_path / "away-again" / "server.log"
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: COMPLAINT in reopened.read_text(), "the complaint in the log that was reopened")
    server.process.send_signal(signal.SIGTERM)
    assert server.wait(MARGIN) == 0
