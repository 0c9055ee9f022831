"""Clients that stop reading, leave or do nothing: what they hold is limited, and given back."""
import resource
import time

import pytest

from support.data import make_database, seed
from support.postgres import execute, wait_until
from support.raw import Closed, RawConnection, request
from support.server import Server
from support.tokens import mint

KIB, MIB = 1024, 1024 * 1024
ROWS = 100_000
LIST = request("/api/users/", token=mint())
CLOSING_LIST = request("/api/users/", token=mint(), headers=[("Connection", "close")])
WRITE_TIMEOUT = 2  # seconds
# Seconds within which a client is given up for certain: it may take something in each of some windows before it
# stops, those behind it wait their turn, and the machine may be busy.
PATIENCE = 30
IDLE = 10_000
RUNNING = ("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'watchdxg-back' "
           "AND datname = current_database() AND state <> 'idle' AND query LIKE '%FROM users ORDER BY id) TO STDOUT%'")


@pytest.fixture(scope="module")
def long_database(cluster):
    url = make_database(cluster)
    seed(url, users=ROWS)
    return url


@pytest.fixture(scope="module")
def listed(long_database):
    """A server whose list has 100,000 rows; it has been asked for once, so that its memory has its usual size."""
    with Server(long_database, write_timeout=WRITE_TIMEOUT) as server:
        assert rows_of_list(server) == ROWS
        yield server


def rows_of_list(server):
    answer = server.get("/api/users/", token=mint())
    assert answer.status_code == 200
    return len(answer.json())


def running_statements(server):
    return execute(server.url, RUNNING)[0][0]


def assert_recovered(server, memory):
    """No client is left waiting, and the next one gets the whole list."""
    wait_until(lambda: server.connections() == 0, "the clients' connections to be closed", PATIENCE)
    wait_until(lambda: running_statements(server) == 0, "their statements to end", PATIENCE)
    assert rows_of_list(server) == ROWS
    assert server.memory() - memory < 8 * MIB


@pytest.mark.parametrize("clients", [1, 3])
def test_clients_that_stop_reading_a_long_list_hold_nothing_for_ever(listed, clients):
    memory = listed.memory()
    stalled = [stop_reading(listed) for _ in range(clients)]
    for connection in stalled:
        connection.wait_for_bytes()
    assert running_statements(listed) == clients
    # The whole list is some 30 MB of JSON: it is not made before somebody reads it.
    assert listed.memory() - memory < 2 * MIB * clients + 4 * MIB
    assert_given_up(listed, stalled)
    assert_recovered(listed, memory)


def test_more_stalled_clients_than_connections_for_long_lists_hold_nothing_for_ever(listed):
    """Four have their list begun; the others wait for a place, and get it, or a 503, when those are given up."""
    memory = listed.memory()
    stalled = [stop_reading(listed) for _ in range(12)]
    wait_until(lambda: running_statements(listed) == 4, "four lists to be under way")
    assert listed.memory() - memory < 2 * MIB * len(stalled)
    assert_given_up(listed, stalled)
    assert_recovered(listed, memory)


def stop_reading(server):
    """A client that has asked for the list and reads nothing of it."""
    return RawConnection(server.port, receive_buffer=4 * KIB).send(CLOSING_LIST)


def assert_given_up(server, stalled):
    wait_until(lambda: server.connections() == 0, "the stalled clients to be given up", PATIENCE)
    for connection in stalled:
        try:
            assert connection.read().status == 503
        except Closed:  # the last chunk is missing: the client can tell
            pass
        connection.close()


def test_a_client_that_reads_slowly_but_steadily_gets_the_whole_list(listed):
    """For longer than the write timeout in all: only a window of it without progress ends the connection."""
    with RawConnection(listed.port, receive_buffer=64 * KIB) as connection:
        connection.send(CLOSING_LIST)
        started = time.monotonic()
        while time.monotonic() - started < 3 * WRITE_TIMEOUT:
            assert connection.receive_some(), "cut off"
            time.sleep(0.02)  # the client's pace
        assert connection.read_to_end().endswith(b"]\r\n0\r\n\r\n")


def test_clients_that_reset_in_the_middle_of_a_long_list_hold_nothing(listed):
    memory = listed.memory()
    for _ in range(30):
        connection = RawConnection(listed.port, receive_buffer=4 * KIB)
        connection.send(LIST).wait_for_bytes()
        connection.reset()
    assert_recovered(listed, memory)


def test_clients_that_leave_before_a_long_list_begins_hold_nothing(listed):
    memory = listed.memory()
    for _ in range(30):
        RawConnection(listed.port).send(LIST * 3).reset()
    assert_recovered(listed, memory)


def test_a_pipeline_that_nobody_reads_is_not_read_on(listed):
    """The answers would fill the memory if the server went on reading requests."""
    memory = listed.memory()
    with RawConnection(listed.port, timeout=1, receive_buffer=4 * KIB) as connection:
        flood = request("/api/nothing/") * 1000
        with pytest.raises(TimeoutError):
            for _ in range(10_000):  # 500 MB, far more than the kernel keeps for a connection
                connection.send(flood)
        assert listed.memory() - memory < 4 * MIB
        assert listed.get("/healthz").status_code == 200
    assert_recovered(listed, memory)


def test_ten_thousand_idle_connections_are_held_cheaply(long_database, start_server):
    """From ten addresses, so that ports suffice.  The default of WDX_MAX_CONNECTIONS is 12,000."""
    allow_open_files(IDLE + 1000)
    server = start_server(long_database)
    assert rows_of_list(server) == ROWS
    memory = server.memory()
    held = [RawConnection(server.port, source=f"127.0.0.{2 + n % 10}") for n in range(IDLE)]
    try:
        for connection in held:
            connection.send(request("/healthz"))
        for connection in held:
            assert connection.read().status == 200
        assert server.connections() >= IDLE
        assert (server.memory() - memory) / IDLE < 4 * KIB
        for _ in range(20):
            assert server.get("/readyz").status_code == 200
        assert rows_of_list(server) == ROWS
        for connection in held[::100]:
            assert connection.send(request("/healthz")).read().status == 200
    finally:
        for connection in held:
            connection.close()
    wait_until(lambda: server.connections() == 0, "the connections to be let go", PATIENCE)


def allow_open_files(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= wanted, f"ulimit -Hn is {hard}: this test needs {wanted} files"
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
