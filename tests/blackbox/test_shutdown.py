"""SIGTERM ends the server gracefully and in bounded time; SIGHUP reopens its log."""
import os
import signal
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.data import seed
from support.postgres import connect, execute, wait_until
from support.raw import Closed, RawConnection, request

PROMPT = 10  # seconds: far below the shutdown timeout, far above what an idle server needs


@contextmanager
def locked_users(url):
    """Holds back every answer about users; yields a function that waits until `n` queries are held."""
    connection = connect(url, autocommit=False)
    connection.cursor().execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")

    def wait_for(n=1):
        sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        wait_until(lambda: execute(url, sql)[0][0] >= n, "a query to wait for the lock")
    try:
        yield wait_for
    finally:
        connection.close()


def refuses_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_at_once_with_status_0(database, start_server, number):
    server = start_server(database)
    server.process.send_signal(number)
    assert server.wait(PROMPT) == 0


def test_idle_connections_do_not_delay_the_end(database, start_server):
    server = start_server(database)
    idle = [RawConnection(server.port) for _ in range(20)]
    for connection in idle[:10]:  # half of them have had an answer, half never spoke
        assert connection.send(request("/healthz")).read().status == 200
    server.process.send_signal(signal.SIGTERM)
    assert server.wait(PROMPT) == 0
    assert all(connection.is_closed() for connection in idle)


def test_a_half_sent_request_does_not_delay_the_end_for_long(database, start_server):
    server = start_server(database, shutdown_timeout=2)
    with RawConnection(server.port) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: loc")
        server.process.send_signal(signal.SIGTERM)
        assert server.wait(PROMPT) == 0


def test_requests_under_way_are_answered(fresh_database, start_server, access):
    server = start_server(fresh_database)
    with RawConnection(server.port) as first, RawConnection(server.port) as second:
        with locked_users(fresh_database) as wait_for:
            first.send(request("/api/users/", token=access))
            second.send(request("/api/users/?account_id=1", token=access))
            wait_for(1)
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: refuses_connections(server.port), "the listener to close")
        for connection in (first, second):
            answer = connection.read()
            assert answer.status == 200 and len(answer.json()) > 0
            assert connection.is_closed()
    assert server.wait(PROMPT) == 0


def test_a_login_under_way_is_answered(fresh_database, start_server):
    server = start_server(fresh_database)
    statuses, idle = [], cpu_seconds(server)
    thread = threading.Thread(target=lambda: statuses.append(server.login().status_code))
    thread.start()
    wait_until(lambda: cpu_seconds(server) > idle + 0.05, "the password to be hashed", step=0.001)
    server.process.send_signal(signal.SIGTERM)
    thread.join()
    assert statuses == [200]
    assert server.wait(PROMPT) == 0


def cpu_seconds(server):
    """User and system time of the process, proc(5)."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_long_list_under_way_is_finished(fresh_database, start_server, access):
    seed(fresh_database, users=30000)
    server = start_server(fresh_database)
    with RawConnection(server.port, receive_buffer=4096) as connection:
        connection.send(request("/api/users/", token=access))
        connection.wait_for_bytes()  # the answer has begun; the socket's buffers cannot hold all of it
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses_connections(server.port), "the listener to close")
        assert len(connection.read().json()) == 30000
    assert server.wait(PROMPT) == 0


def test_a_client_that_does_not_read_is_cut_off_after_the_shutdown_timeout(fresh_database, start_server, access):
    seed(fresh_database, users=60000)
    server = start_server(fresh_database, shutdown_timeout=1)
    with RawConnection(server.port, receive_buffer=4096) as connection:
        connection.send(request("/api/users/", token=access))
        connection.wait_for_bytes()
        server.process.send_signal(signal.SIGTERM)
        assert server.wait(PROMPT) == 0
        with pytest.raises(Closed):
            connection.read()


def test_a_query_that_hangs_is_given_up_after_the_shutdown_timeout(fresh_database, start_server, access):
    server = start_server(fresh_database, shutdown_timeout=1)
    with RawConnection(server.port) as connection, locked_users(fresh_database) as wait_for:
        connection.send(request("/api/users/", token=access))
        wait_for(1)
        server.process.send_signal(signal.SIGTERM)
        assert server.wait(PROMPT) == 0


def test_a_server_without_a_database_ends_at_once(start_server):
    server = start_server("postgresql://nobody@127.0.0.1:1/nothing", wait="live")
    server.process.send_signal(signal.SIGTERM)
    assert server.wait(PROMPT) == 0


def test_its_connections_to_postgresql_are_gone_afterwards(fresh_database, start_server, access):
    server = start_server(fresh_database)
    assert server.get("/api/users/", token=access).status_code == 200
    server.stop()
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    wait_until(lambda: execute(fresh_database, sql) == [(0,)], "the backends to leave")


def test_sighup_reopens_the_log(database, start_server, tmp_path):
    log, old = tmp_path / "server.log", tmp_path / "server.log.1"
    server = start_server(database, log_file=log)
    server.get("/api/first/")
    wait_until(lambda: "/api/first/" in log.read_text(), "the log line")
    log.rename(old)
    server.process.send_signal(signal.SIGHUP)
    wait_until(log.exists, "the new log file")
    server.get("/api/second/")
    wait_until(lambda: "/api/second/" in log.read_text(), "the log line in the new file")
    assert "/api/second/" not in old.read_text() and server.running
