"""Clients that send much and want nothing."""
import threading
import time

import pytest

from support.postgres import wait_until
from support.raw import Closed, RawConnection, exchange, request
from support.tokens import mint

JSON = ("Content-Type", "application/json")
LOGIN = b'{"username":"watchdxg","password":"watchdxg"}'
PROMPT = 5  # seconds: far below the header timeout of 15
MIB = 1024 * 1024


@pytest.mark.parametrize("lines", [100, 100_000])
def test_a_flood_of_empty_lines_is_refused(server, lines):
    """Empty lines before a request were skipped without end, each by moving all that had been received."""
    started = time.monotonic()
    with RawConnection(server.port) as connection:
        connection.send(b"\r\n" * lines + request())
        answer = connection.read()
        assert answer.status == 400 and answer.header("connection") == "close"
        assert connection.is_closed()
    assert time.monotonic() - started < PROMPT
    assert exchange(server.port, b"\r\n" + request()).status == 200


# -- bodies: each is below WDX_BODY_LIMIT, and all together were bounded by the number of connections alone

@pytest.fixture
def narrow(database, start_server):
    """A server with room for one large body."""
    return start_server(database, body_memory=MIB)


def post(path, body, size=None):
    """A request with this body, or the beginning of one of `size` bytes."""
    return request(path, "POST", [JSON, ("Content-Length", len(body) if size is None else size)], token=mint()) + body


def large(body, size=None):
    return post("/api/reports/", body, size)


def large_status(server, size=100_000):
    return exchange(server.port, large(b'{"x":"' + b"a" * (size - 8) + b'"}')).status


def test_bodies_under_way_share_a_bounded_memory(narrow):
    """A thousand clients that each sent nearly 1 MB and stopped took a gigabyte until the body timeout."""
    with RawConnection(narrow.port) as first, RawConnection(narrow.port) as second:
        assert large_status(narrow) == 400
        for connection in (first, second):
            connection.send(large(b'{"x":"' + b"a" * 500_000, 1_000_000))
        # Not before: the third's bytes would compete with the last of the second's, and both could be refused.
        wait_until(lambda: first.has_been_read() and second.has_been_read(), "both to be received")
        wait_until(lambda: large_status(narrow) == 503, "the third to be refused")
        refused = exchange(narrow.port, large(b"a" * 100_000))
        assert int(refused.header("retry-after")) > 0 and list(refused.json()) == ["detail"]
        # Small bodies are not counted: nobody is locked out.
        assert exchange(narrow.port, post("/api/token/", LOGIN)).status == 200
        assert narrow.get("/api/users/?account_id=1", token=mint()).status_code == 200
    wait_until(lambda: large_status(narrow) == 400, "the memory to be given back")


def test_of_many_large_bodies_at_once_only_what_fits_is_kept(narrow):
    """The same, all at once and in small pieces: at most one of them fits."""
    answers, connections = [], [RawConnection(narrow.port, timeout=60) for _ in range(40)]

    def send_slowly(connection):
        connection.send(large(b"", 1_000_000))
        for _ in range(90):
            connection.send(b"a" * 10_000)
        try:
            answers.append(connection.read())
        except (Closed, OSError):  # the one that is kept, once it says that nothing more comes
            pass

    threads = [threading.Thread(target=send_slowly, args=(one,), daemon=True) for one in connections]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) >= len(connections) - 1, "all but one to be refused", 50)
    assert {answer.status for answer in answers} == {503}
    assert exchange(narrow.port, post("/api/token/", LOGIN)).status == 200
    for connection in connections:
        connection.finish_sending()
    for thread in threads:
        thread.join(60)
    wait_until(lambda: large_status(narrow) == 400, "the memory to be given back")
