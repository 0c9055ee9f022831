"""Sizes, deadlines and numbers of connections: every client has limits, and is told about them if possible."""
import time

import pytest

from support.data import seed
from support.postgres import wait_until
from support.raw import TIMEOUT, Closed, RawConnection, exchange, request
from support.server import Server
from support.tokens import mint

ORIGIN = ("Origin", "http://localhost:4200")
JSON = ("Content-Type", "application/json")
KIB, MIB = 1024, 1024 * 1024
PATIENCE = 15  # seconds within which a deadline of one second must have been kept, on a busy machine


@pytest.fixture(scope="module")
def hasty(database):
    """A server with deadlines of one second."""
    with Server(database, header_timeout=1, body_timeout=1, idle_timeout=1, write_timeout=1) as server:
        yield server


def assert_refused(connection, status):
    answer = connection.read()
    assert answer.status == status, answer
    assert list(answer.json()) == ["detail"]
    assert answer.header("x-request-id")
    assert (answer.header("connection") or "").lower() == "close"
    return answer


# -- sizes

def test_a_request_line_over_8_kib_is_414(server):
    with RawConnection(server.port) as connection:
        connection.send(request("/" + "a" * (8 * KIB)))
        assert_refused(connection, 414)
        assert connection.is_closed()


def test_a_request_line_just_under_8_kib_is_served(server):
    target = "/api/" + "a" * (8 * KIB - len("GET /api/ HTTP/1.1\r\n"))
    assert exchange(server.port, request(target)).status == 404


def test_a_request_line_without_an_end_is_414(server):
    with RawConnection(server.port) as connection:
        connection.send(b"GET /" + b"a" * (64 * KIB))
        assert_refused(connection, 414)


@pytest.mark.parametrize("headers", [
    [("X-A", "a" * 17 * KIB)],
    [(f"X-{n}", "a" * 100) for n in range(200)],
    [("a" * 17 * KIB, "1")],
], ids=["one_value", "many", "one_name"])
def test_headers_over_16_kib_are_431(server, headers):
    with RawConnection(server.port) as connection:
        connection.send(request("/healthz", headers=headers))
        assert_refused(connection, 431)
        assert connection.is_closed()


def test_headers_just_under_16_kib_are_served(server):
    headers = [(f"X-{n:02}", "a" * (KIB - 8)) for n in range(15)]
    assert exchange(server.port, request("/healthz", headers=headers)).status == 200


def test_headers_without_an_end_are_431(server):
    with RawConnection(server.port) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * (128 * KIB))
        assert_refused(connection, 431)


def body_of(size):
    return b'{"x":"' + b"a" * (size - 8) + b'"}'


TOKEN_ROUTES = ["/api/token/", "/api/token/refresh/", "/api/token/verify/", "/api/token/blacklist/"]
# Path and the most that its body may have.
BODIES = [(path, 128 * KIB) for path in TOKEN_ROUTES] + [("/api/reports/", MIB), ("/api/me/password/", MIB)]


@pytest.mark.parametrize("path, most", BODIES)
def test_a_body_of_the_greatest_size_is_read(server, access, path, most):
    for framing in (lambda body: request(path, "POST", [JSON], body, token=access),
                    lambda body: request(path, "POST", [JSON, ("Transfer-Encoding", "chunked")], token=access)
                    + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)):
        answer = exchange(server.port, framing(body_of(most)))
        assert ["This field is required."] in answer.json().values(), answer


@pytest.mark.parametrize("path, most", BODIES + [("/healthz", MIB), ("/api/nothing/", MIB)])
@pytest.mark.parametrize("more", [1, MIB, 10 ** 12])
def test_a_greater_content_length_is_413_before_the_body_comes(server, path, most, more):
    for method in ("POST", "PUT"):
        with RawConnection(server.port) as connection:
            connection.send(request(path, method, [JSON, ORIGIN, ("Content-Length", most + more)]))
            answer = assert_refused(connection, 413)
        assert answer.header("access-control-allow-origin") == "http://localhost:4200"


@pytest.mark.parametrize("path", ["/api/token/", "/api/reports/"])
def test_a_client_that_sends_a_large_body_all_the_same_reads_the_413(server, path):
    """The server must read what is on its way before it closes, or the answer is lost in a reset."""
    with RawConnection(server.port) as connection:
        connection.send(request(path, "POST", [JSON], body_of(MIB + 256 * KIB)))
        assert_refused(connection, 413)


@pytest.mark.parametrize("path, most", BODIES)
def test_a_greater_chunked_body_is_413(server, path, most):
    with RawConnection(server.port) as connection:
        connection.send(request(path, "POST", [JSON, ORIGIN, ("Transfer-Encoding", "chunked")]))
        for _ in range(17):
            connection.send(b"%x\r\n%s\r\n" % (most // 16, b"a" * (most // 16)))
        answer = assert_refused(connection, 413)
    assert answer.header("access-control-allow-origin") == "http://localhost:4200"


@pytest.mark.parametrize("size", [b"20001", b"7fffffff", b"ffffffffffffffff"])
def test_a_single_chunk_that_is_too_large_is_413_before_it_comes(server, size):
    with RawConnection(server.port) as connection:
        connection.send(request("/api/token/", "POST", [JSON, ("Transfer-Encoding", "chunked")]) + size + b"\r\n")
        assert_refused(connection, 413)


def test_a_smaller_limit_of_the_settings_holds_for_tokens_too(database, start_server):
    server = start_server(database, body_limit=1024)
    assert exchange(server.port, request("/api/token/", "POST", [JSON], body_of(1024))).status == 400
    assert exchange(server.port, request("/api/token/", "POST", [JSON], body_of(1025))).status == 413


@pytest.mark.parametrize("extras", [
    lambda n: b"1;" + b"a" * 1000 + b"\r\nx\r\n", lambda n: b"1" + b" " * 1000 + b";a\r\nx\r\n",
    lambda n: b"1;a\r\nx\r\n" * 500], ids=["names", "blanks", "short"])
def test_chunk_extensions_are_bounded_in_sum(server, access, extras):
    """16 KiB of them, as of headers: a body of a few bytes must not take megabytes."""
    head = request("/api/reports/", "POST", [JSON, ("Transfer-Encoding", "chunked")], token=access)
    with RawConnection(server.port) as connection:
        connection.send(head + b"".join(extras(n) for n in range(20)) + b"0\r\n\r\n" + request("/healthz"))
        assert_refused(connection, 400)
        assert connection.is_closed()
    few = b"1;" + b"a" * 1000 + b"\r\n1\r\n"
    assert exchange(server.port, head + few * 16 + b"0\r\n\r\n").json()["non_field_errors"]


def test_trailers_are_bounded_in_sum(server, access):
    head = request("/api/reports/", "POST", [JSON, ("Transfer-Encoding", "chunked")], token=access) + b"1\r\n1\r\n0\r\n"
    line = b"X-A: " + b"a" * 993 + b"\r\n"
    assert exchange(server.port, head + line * 16 + b"\r\n").json()["non_field_errors"]
    with RawConnection(server.port) as connection:
        connection.send(head + line * 17 + b"\r\n" + request("/healthz"))
        assert_refused(connection, 400)
        assert connection.is_closed()


# -- elements of JSON

def elements(number, shape):
    """A JSON object with so many elements in all, itself not counted."""
    return {"list": lambda: b'{"x":[' + b",".join([b"1"] * (number - 1)) + b"]}",
            "lists": lambda: b'{"x":[' + b",".join([b"[]"] * (number - 1)) + b"]}",
            "nested": lambda: b'{"x":[' + b",".join([b"[" * 100 + b"]" * 100] * (number // 100 - 1) +
                                                    [b"1"] * (99 + number % 100)) + b"]}",
            "repeated_keys": lambda: b"{" + b",".join([b'"x":1'] * number) + b"}",
            "keys": lambda: b"{" + b",".join(b'"%x":1' % n for n in range(number)) + b"}"}[shape]()


@pytest.mark.parametrize("shape", ["list", "lists", "nested", "repeated_keys", "keys"])
@pytest.mark.parametrize("path, method, most", [
    ("/api/reports/", "POST", 10_000), ("/api/users/1/classification/", "PATCH", 10_000), ("/api/actions/1/", "PATCH", 10_000),
    ("/api/classifications/", "POST", 100_000), ("/api/actions/", "POST", 100_000)])
def test_a_body_of_too_many_elements_is_refused(server, access, path, method, most, shape):
    for number, is_refused in ((most, False), (most + 1, True)):
        answer = exchange(server.port, request(path, method, [JSON], elements(number, shape), token=access))
        said = answer.json().get("detail") == f"The body has too many elements; at most {most} are allowed."
        assert said == is_refused and (answer.status == 400 or not is_refused), answer


def test_what_a_login_is_refused_for_by_its_size_counts_as_a_failed_one(database, start_server):
    """Of its address: the 413 before a password was looked at, and too many elements where it is changed."""
    server = start_server(database, throttle_login="2/min")
    too_large = request("/api/token/", "POST", [JSON, ("Content-Length", MIB)])
    assert [exchange(server.port, too_large).status for _ in range(3)] == [413, 413, 429]
    assert server.login().status_code == 429
    assert server.log.count("login refused from 127.0.0.1") == 2

    for path in ("/api/token/", "/api/me/password/"):
        server = start_server(database, throttle_login="1/min")
        many = request(path, "POST", [JSON], elements(10_001, "list"), token=mint())
        assert [exchange(server.port, many).status for _ in range(2)] == [400, 429]
        assert server.login().status_code == 429


def test_other_requests_that_are_too_large_are_no_failed_logins(database, start_server):
    server = start_server(database, throttle_login="1/min")
    for path, method in (("/api/token/verify/", "POST"), ("/api/token/refresh/", "POST"), ("/api/token/", "PUT"),
                         ("/api/reports/", "POST")):
        assert exchange(server.port, request(path, method, [JSON, ("Content-Length", 2 * MIB)])).status == 413
    assert server.login().status_code == 200


def test_endless_trailers_and_extensions_are_refused(server):
    head = request("/api/token/", "POST", [JSON, ("Transfer-Encoding", "chunked")])
    for tail in (b"1;" + b"a" * (2 * MIB), b"0\r\n" + b"X-A: " + b"a" * (2 * MIB)):
        with RawConnection(server.port) as connection:
            answer = connection.send(head + tail).read()
            assert answer.status in (400, 413, 431), answer
            assert connection.is_closed()


def test_the_limit_also_holds_where_the_body_is_not_read(server, access):
    with RawConnection(server.port) as connection:
        connection.send(request("/api/users/", token=access, headers=[("Content-Length", 2 * MIB)]))
        assert_refused(connection, 413)


# -- Expect: 100-continue

def test_expect_100_continue_is_answered_before_the_body(server):
    body = b'{"username":"x"}'
    with RawConnection(server.port) as connection:
        headers = [JSON, ("Expect", "100-continue"), ("Content-Length", len(body))]
        connection.send(request("/api/token/", "POST", headers))
        assert connection.read().status == 100
        assert connection.send(body).read().json() == {"password": ["This field is required."]}
        assert connection.send(request("/healthz")).read().status == 200


def test_expect_100_continue_works_with_a_chunked_body(server):
    headers = [JSON, ("Expect", "100-Continue"), ("Transfer-Encoding", "chunked")]
    with RawConnection(server.port) as connection:
        connection.send(request("/api/token/", "POST", headers))
        assert connection.read().status == 100
        assert connection.send(b"2\r\n{}\r\n0\r\n\r\n").read().status == 400


def test_a_body_that_is_too_large_gets_413_instead_of_100(server):
    with RawConnection(server.port) as connection:
        connection.send(request("/api/token/", "POST", [JSON, ("Expect", "100-continue"), ("Content-Length", 2 * MIB)]))
        assert_refused(connection, 413)
        assert connection.is_closed()


def test_a_client_that_does_not_wait_for_100_is_served(server):
    """RFC 9110, 10.1.1: the interim answer may be left out once the body is there."""
    with RawConnection(server.port) as connection:
        connection.send(request("/api/token/", "POST", [JSON, ("Expect", "100-continue")], b"{}"))
        answer = connection.read()
        assert (connection.read() if answer.status == 100 else answer).status == 400


def test_http_1_0_gets_no_interim_answer(server):
    """RFC 9110, 10.1.1: such an expectation is ignored."""
    with RawConnection(server.port) as connection:
        headers = [JSON, ("Expect", "100-continue"), ("Content-Length", 2)]
        connection.send(request("/api/token/", "POST", headers, version="1.0"))
        with pytest.raises(TimeoutError):
            connection.receive_some(timeout=0.3)
        connection.send(b"{}")
        assert connection.receive_some(timeout=TIMEOUT).startswith(b"HTTP/1.1 400 ")


def test_an_unknown_expectation_is_417_or_ignored(server):
    assert exchange(server.port, request("/healthz", headers=[("Expect", "a-miracle")])).status in (200, 417)


# -- deadlines

def assert_given_up(connection, started):
    """Closed in time: silently or after a 408."""
    rest = connection.read_to_end()
    assert rest == b"" or rest.startswith(b"HTTP/1.1 408 "), rest[:200]
    assert time.monotonic() - started < PATIENCE


def drip(connection, pieces):
    """Sends slowly until the server has had enough.  @return what it said before it closed"""
    heard = b""
    for piece in pieces:
        connection.send(piece)
        try:
            said = connection.receive_some(timeout=0.1)
        except TimeoutError:
            continue
        heard += said
        if not said:
            return heard
    raise AssertionError("the server read on for ever")


def test_a_head_that_stops_is_given_up(hasty):
    with RawConnection(hasty.port) as connection:
        started = time.monotonic()
        assert_given_up(connection.send(b"GET /healthz HTTP/1.1\r\nHost: loc"), started)


def test_a_head_that_drips_is_given_up(hasty):
    """Each byte must not start the clock again."""
    with RawConnection(hasty.port) as connection:
        pieces = [b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: "] + [b"a"] * (PATIENCE * 10)
        heard = drip(connection, pieces)
        assert heard == b"" or heard.startswith(b"HTTP/1.1 408 "), heard


@pytest.mark.parametrize("framing", [("Content-Length", "1000"), ("Transfer-Encoding", "chunked")])
def test_a_body_that_stops_is_given_up(hasty, framing):
    with RawConnection(hasty.port) as connection:
        started = time.monotonic()
        assert_given_up(connection.send(request("/api/token/", "POST", [JSON, framing]) + b"3\r\n"), started)


def test_a_body_that_drips_is_given_up(hasty):
    with RawConnection(hasty.port) as connection:
        pieces = [request("/api/token/", "POST", [JSON, ("Content-Length", "1000")])] + [b"a"] * (PATIENCE * 10)
        heard = drip(connection, pieces)
        assert heard == b"" or heard.startswith(b"HTTP/1.1 408 "), heard


def test_an_idle_connection_is_closed_silently(hasty):
    with RawConnection(hasty.port) as connection:
        started = time.monotonic()
        assert connection.send(request("/healthz")).read().status == 200
        assert connection.is_closed()
        assert time.monotonic() - started < PATIENCE


def test_a_connection_that_never_says_anything_is_closed_silently(hasty):
    with RawConnection(hasty.port) as connection:
        assert connection.is_closed()


def test_a_client_that_does_not_read_is_given_up(hasty, database):
    """No progress for the write timeout: the connection goes, the server stays."""
    seed(database, users=60000)
    with RawConnection(hasty.port, receive_buffer=4096) as connection:
        connection.send(request("/api/users/", token=mint()))
        wait_until(lambda: hasty.connections() >= 1, "the request to arrive")
        wait_until(lambda: hasty.connections() == 0, "the stalled connection to be closed", PATIENCE)
        with pytest.raises(Closed):  # the last chunk is missing: the client can tell
            connection.read()
    assert hasty.get("/healthz").status_code == 200


# -- numbers

def test_connections_beyond_the_maximum_wait_or_are_refused_and_heal(database, start_server):
    server = start_server(database, max_connections=8)
    held = [RawConnection(server.port) for _ in range(8)]
    for connection in held:
        assert connection.send(request("/healthz")).read().status == 200
    with RawConnection(server.port, timeout=0.5) as extra:
        try:
            extra.send(request("/healthz"))
            assert extra.read().status == 503
        except (Closed, TimeoutError):
            pass
    for connection in held:
        assert connection.send(request("/healthz")).read().status == 200
        connection.close()

    def served():
        try:
            return exchange(server.port, request("/healthz"), timeout=2).status == 200
        except (Closed, OSError):
            return False
    wait_until(served, "a place for a new connection")


def test_a_thousand_idle_connections_are_held(database, start_server):
    server = start_server(database)
    held = [RawConnection(server.port) for _ in range(1000)]
    assert held[-1].send(request("/healthz")).read().status == 200
    assert held[0].send(request("/healthz")).read().status == 200
    for connection in held:
        connection.close()
