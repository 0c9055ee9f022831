"""The log: one line per request that can be found by its id, no secrets in it, nothing forged into it."""
import json
import os
import re
import sys

import pytest

from support.data import apply_state
from support.postgres import execute, wait_until
from support.raw import RawConnection, exchange, request
from support.tokens import mint


# Standard error is a pipe whose only reader is descriptor 9 of the server itself, which reads nothing from it.
UNREAD_PIPE = (sys.executable, "-c", "import os, sys; r, w = os.pipe(); os.dup2(r, 9); os.dup2(w, 2);"
                                     "os.execvp(sys.argv[1], sys.argv[1:])")


def lines_with(server, text):
    """The log's lines with this text, once there is one."""
    wait_until(lambda: text in server.log, f"a log line with {text!r}")
    return [line for line in server.log.splitlines() if text in line]


@pytest.fixture
def json_server(database, start_server):
    return start_server(database, log_format="json")


def test_standard_output_carries_ready_lines_only(database, start_server):
    server = start_server(database)
    server.get("/api/users/")
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:\d+\n", server.output)


def test_every_listener_says_that_it_is_ready(database, start_server, tmp_path):
    socket_path = tmp_path / "s"
    server = start_server(database, listen=f"127.0.0.1:0,unix:{socket_path},127.0.0.1:0")
    lines = wait_until(lambda: len(server.output.splitlines()) >= 3 and server.output.splitlines(), "three ready lines")
    assert len(lines) == 3 and lines[1] == f"listening on unix:{socket_path}"
    assert socket_path.stat().st_mode & 0o777 == 0o660


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_request_leaves_one_line_with_its_id_method_path_and_status(database, start_server, log_format):
    server = start_server(database, log_format=log_format)
    server.get("/api/accounts/nope/", token=mint(), headers={"X-Request-ID": "find-me"})
    lines = lines_with(server, "find-me")
    assert len(lines) == 1
    for piece in ("GET", "/api/accounts/nope/", "404"):
        assert piece in lines[0]


def test_each_line_of_the_json_log_is_an_object(json_server):
    json_server.get("/api/users/", token=mint())
    json_server.get('/api/"quote"\\/', headers={"User-Agent": 'odd "agent" \\ \x7f'})
    exchange(json_server.port, request("/api/\xe9/", headers=[("User-Agent", "\xe9\xff"), ("X-Request-ID", "last")]))
    lines_with(json_server, "last")
    for line in json_server.log.splitlines():
        assert isinstance(json.loads(line), dict)


def test_no_secret_reaches_the_log(database, start_server):
    server = start_server(database, log_level="debug", basic_auth="on")
    password, wrong = "watchdxg", "Wr0ng-Passw0rd-xyz"
    tokens = server.login().json()
    server.login("watchdxg", wrong)
    rotated = server.refresh(tokens["refresh"]).json()
    server.refresh(tokens["refresh"])
    server.get("/api/users/", token=rotated["access"])
    server.get("/api/users/", headers={"Authorization": "Basic d2F0Y2hkeGc6V3IwbmctUGFzc3cwcmQteHl6"})
    server.post("/api/token/", data='{"password":"' + wrong + '"', headers={"Content-Type": "application/json"})
    server.get("/healthz", headers={"X-Request-ID": "the-last"})
    lines_with(server, "the-last")
    log = server.log
    for secret in (wrong, "d2F0Y2hkeGc6", tokens["access"], tokens["refresh"], rotated["access"], rotated["refresh"],
                   f'"{password}"', "pbkdf2_sha256$1000000$"):
        assert secret not in log
        assert "." not in secret or secret.rsplit(".", 1)[1] not in log  # nor a token's signature alone


def test_a_database_password_is_not_logged(start_server):
    server = start_server("postgresql://someone:hush-hush@127.0.0.1:1/nothing", wait="live", log_level="debug")
    wait_until(lambda: "127.0.0.1" in server.log or "refused" in server.log, "the failure in the log")
    assert "hush-hush" not in server.log


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_request_cannot_forge_a_line(database, start_server, log_format):
    server = start_server(database, log_format=log_format)
    forged = "/api/%0A2026-01-01%20forged/?q=%0D%0Aforged"
    server.get(forged, headers={"X-Request-ID": "the-one"})
    with RawConnection(server.port) as connection:
        connection.send(b"GET /\x1b[31mred\x00\nforged HTTP/1.1\r\n\r\n").read()
    server.get("/healthz", headers={"X-Request-ID": "the-last"})
    lines_with(server, "the-last")
    assert not [line for line in server.log.splitlines() if re.match(r"\W*(2026-01-01 )?forged", line)]
    assert "\x1b" not in server.log and "\x00" not in server.log


def test_a_refused_statement_is_in_the_log_with_its_request_and_not_in_the_answer(fresh_database, start_server):
    server = start_server(fresh_database)
    apply_state(fresh_database)
    execute(fresh_database, "REVOKE ALL ON users FROM PUBLIC; ALTER TABLE users DROP COLUMN bio")
    answer = server.get("/api/users/", token=mint(), headers={"X-Request-ID": "refused"})
    assert answer.status_code == 503
    assert "SELECT" not in answer.text and "42703" not in answer.text and answer.headers["X-Request-ID"] == "refused"
    lines_with(server, "refused")


def test_the_access_log_can_be_switched_off(database, start_server):
    server = start_server(database, access_log="off")
    assert server.get("/api/users/", token=mint(), headers={"X-Request-ID": "unseen"}).status_code == 200
    server.terminate()
    assert "unseen" not in server.log


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_answer_that_was_cut_is_said_to_be(database, start_server, log_format):
    server = start_server(database, log_format=log_format)
    whole = len(server.get("/api/schema/", token=mint()).content)
    with RawConnection(server.port, receive_buffer=4096) as connection:
        # More than fits into the buffers on the way.
        connection.send(request("/api/schema/", token=mint(), headers=[("X-Request-ID", "many")]) * 100)
        connection.wait_for_bytes()
        connection.reset()
    lines = lines_with(server, '"whole":false' if log_format == "json" else " cut off")
    assert len(lines) == 1 and "many" in lines[0] and "200" in lines[0]
    sent = json.loads(lines[0])["bytes"] if log_format == "json" else int(re.search(r'" 200 (\d+) ', lines[0])[1])
    assert sent < whole


def test_a_request_that_was_refused_before_its_body_came_leaves_a_line(database, start_server):
    server = start_server(database)
    head = [("Content-Type", "application/json"), ("Content-Length", 10 ** 9), ("X-Request-ID", "too-large")]
    assert exchange(server.port, request("/api/reports/", "POST", headers=head)).status == 413
    line, = lines_with(server, "too-large")
    assert '127.0.0.1 "POST /api/reports/" 413 ' in line


def flood_log(server):
    """More lines than the pipe and the queue hold."""
    target = "/" + "\xe9" * 8000  # four bytes each in the log
    with RawConnection(server.port) as connection:
        for _ in range(200):
            assert connection.send(request(target)).read().status == 404


def test_a_log_that_nobody_reads_stops_nothing(database, start_server):
    server = start_server(database, launcher=UNREAD_PIPE, management_listen="127.0.0.1:0")
    flood_log(server)
    assert server.get("/api/users/", token=mint()).status_code == 200
    port = int(re.search(r"management on http://127\.0\.0\.1:(\d+)", server.output)[1])
    lost = int(re.search(r"^wdx_log_lines_lost_total (\d+)", exchange(port, request("/metrics")).body.decode(), re.M)[1])
    assert 0 < lost < 200
    assert server.terminate() == 0


def test_lines_that_were_lost_are_counted_in_the_log(database, start_server):
    """Once somebody reads it again."""
    server = start_server(database, launcher=UNREAD_PIPE)
    flood_log(server)
    seen = b""
    with open(os.open(f"/proc/{server.process.pid}/fd/9", os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as pipe:
        def notice():
            nonlocal seen
            seen += pipe.read(1 << 20) or b""
            return re.search(rb"(\d+) lines of the log are missing here", seen)
        lost = int(wait_until(notice, "the line that says how many are missing")[1])
        server.get("/healthz", headers={"X-Request-ID": "after-it"})
        wait_until(lambda: notice() and b"after-it" in seen, "the log to go on")
    written = sum(b' 404 ' in line for line in seen.splitlines())
    assert written + lost >= 200 and written < 200


def test_closed_standard_descriptors_are_not_given_to_anything_else(database, start_server, tmp_path):
    path = tmp_path / "s"
    server = start_server(database, launcher=("/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"), wait=None,
                          listen=f"unix:{path}")
    wait_until(path.exists, "the socket")
    for descriptor in (0, 1, 2):
        assert os.readlink(f"/proc/{server.process.pid}/fd/{descriptor}") == "/dev/null"
    assert server.terminate() == 0
