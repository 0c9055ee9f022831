"""The management listener: metrics in Prometheus' text format, and the reasons behind the probes."""
import re
import socket

import pytest

from support.postgres import execute, wait_until
from support.raw import exchange, request
from support.server import run_command
from support.tls import Certificate
from support.tokens import mint

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')


@pytest.fixture
def start_managed(start_server):
    """start_managed(url, ...) -> (server, port of its management listener)"""
    def start(*arguments, **settings):
        server = start_server(*arguments, management_listen="127.0.0.1:0", **settings)
        found = re.search(r"^management on http://127\.0\.0\.1:(\d+)$", server.output, re.M)
        assert found, server.output
        return server, int(found.group(1))
    return start


def ask(port, path, method="GET", host="localhost"):
    return exchange(port, request(path, method, host=host, body=b"" if method == "POST" else None), method)


def scrape(port):
    """{(name, frozenset of labels): value}; every line must be one of the format's."""
    text = ask(port, "/metrics").body.decode()
    samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.match(r"# (HELP|TYPE) [a-z_]+ \S", line), line
            continue
        name, labels, value = SAMPLE.match(line).groups()
        pairs = frozenset(re.findall(r'([a-z_]+)="([^"]*)"', labels or ""))
        assert (name, pairs) not in samples, line
        samples[name, pairs] = float(value)
    return samples


def value(samples, name, **labels):
    return samples.get((name, frozenset(labels.items())), 0)


def requests_of(port, **labels):
    return value(scrape(port), "wdx_http_requests_total", **labels)


def test_requests_are_counted_by_route_method_and_status(database, start_managed):
    server, port = start_managed(database)
    token = mint()
    server.get("/api/accounts/nobody/", token=token)
    server.get("/api/accounts/nobody-else/", token=token)
    server.get("/api/users/")
    server.request("BREW", "/api/users/", token=token)
    server.get("/no/such/path/")
    expected = [
        (2, {"route": "/api/accounts/{handle}/", "method": "GET", "status": "404"}),
        (1, {"route": "/api/users/", "method": "GET", "status": "401"}),
        (1, {"route": "/api/users/", "method": "other", "status": "405"}),
        (1, {"route": "other", "method": "GET", "status": "404"}),
    ]
    for count, labels in expected:
        wait_until(lambda: requests_of(port, **labels) == count, f"{count} of {labels}")
    samples = scrape(port)
    assert value(samples, "wdx_http_request_duration_seconds_count", route="/api/accounts/{handle}/") == 2
    assert value(samples, "wdx_http_request_duration_seconds_bucket", route="/api/accounts/{handle}/", le="+Inf") == 2
    assert 0 < value(samples, "wdx_http_request_duration_seconds_sum", route="/api/accounts/{handle}/") < 60
    assert "nobody" not in ask(port, "/metrics").body.decode()


def test_a_request_that_was_refused_before_it_was_whole_is_counted(database, start_managed):
    server, port = start_managed(database)
    assert exchange(server.port, b"GET / HTTP/1.1\r\n\r\n").status == 400
    wait_until(lambda: requests_of(port, route="other", method="other", status="400") == 1, "the refusal")


def test_logins_refreshes_and_throttled_requests_are_counted(fresh_database, start_managed):
    server, port = start_managed(fresh_database, throttle_login="1/hour", throttle_refresh="1/hour")
    refresh = server.login().json()["refresh"]
    assert server.login(password="wrong").status_code == 401
    assert server.login().status_code == 429
    assert server.refresh(refresh).status_code == 200
    assert server.refresh(refresh).status_code == 429
    samples = scrape(port)
    assert value(samples, "wdx_logins_total", result="ok") == 1
    assert value(samples, "wdx_logins_total", result="refused") == 1
    assert value(samples, "wdx_refreshes_total") == 1
    assert value(samples, "wdx_throttled_total", kind="login") == 1
    assert value(samples, "wdx_throttled_total", kind="refresh") == 1
    assert value(samples, "wdx_throttled_total", kind="api") == 0


def test_the_state_of_the_process_is_told(database, start_managed):
    server, port = start_managed(database, database_connections=3)
    version = run_command("version").stdout.split()[-1]

    def settled():
        """A scrape in which every connection is up and idle: more come for writes at the start, and the jobs' first batches take a moment."""
        samples = scrape(port)
        up = int(value(samples, "wdx_database_connections_up"))
        depths = {dict(labels)["connection"] for name, labels in samples if name == "wdx_database_pipeline_depth"}
        idle = not value(samples, "wdx_database_queue")
        return samples if up >= 4 and depths == set(map(str, range(up))) and idle else None
    samples = wait_until(settled, "three connections and the one that the watcher of the core's tables has made for edits, none of them at work")
    assert value(samples, "wdx_build_info", version=version) == 1
    assert 1e6 < value(samples, "process_resident_memory_bytes") < 1e9
    assert value(samples, "process_start_time_seconds") > 1.7e9
    for name in ("wdx_database_queue", "wdx_hashes_pending", "wdx_events_lost_total"):
        assert samples[name, frozenset()] == 0, name
    for work in ("reports", "lists", "exports"):
        for name in ("wdx_work_running", "wdx_work_waiting", "wdx_work_full", "wdx_work_refused_total"):
            assert samples[name, frozenset({("class", work)})] == 0, (name, work)
    with socket.create_connection(("127.0.0.1", server.port)):
        wait_until(lambda: value(scrape(port), "wdx_open_connections") == 1, "the open connection")
    wait_until(lambda: value(scrape(port), "wdx_open_connections") == 0, "its end")


def test_readyz_tells_the_reasons(fresh_database, start_managed):
    execute(fresh_database, "DROP TABLE users CASCADE")
    server, port = start_managed(fresh_database, wait="live")
    answer = wait_until(lambda: "users" in str(ask(port, "/readyz").body) and ask(port, "/readyz"), "the missing table")
    assert answer.status == 503 and answer.json()["status"] == "unavailable"
    assert answer.json()["reasons"] == ["core schema: The table users of watchdxg-core is missing in the database."]
    assert server.get("/readyz").json() == {"status": "unavailable"}


def test_readyz_says_why_the_database_is_away(start_managed):
    server, port = start_managed("postgresql://nobody:hush@127.0.0.1:1/nothing", wait="live")
    answer = ask(port, "/readyz")
    assert answer.status == 503 and ask(port, "/healthz").status == 200
    reasons = " ".join(answer.json()["reasons"])
    assert "database: " in reasons and "refused" in reasons and "hush" not in reasons
    assert ask(port, "/metrics").status == 200


def test_readyz_says_ok_when_data_is_served(database, start_managed):
    _, port = start_managed(database)
    assert (ask(port, "/readyz").status, ask(port, "/readyz").json()) == (200, {"status": "ok"})
    assert ask(port, "/healthz").json() == {"status": "ok"}


def test_only_those_paths_and_only_reading(database, start_managed):
    _, port = start_managed(database)
    for path in ("/", "/api/users/", "/metrics/", "/api/token/"):
        assert (ask(port, path).status, ask(port, path).json()) == (404, {"detail": "Not found."})
    for path in ("/metrics", "/readyz", "/healthz"):
        answer = ask(port, path, "POST")
        assert answer.status == 405 and answer.header("allow") == "GET, HEAD"
        assert ask(port, path, "HEAD").status == 200
    assert ask(port, "/metrics").header("content-type") == "text/plain; version=0.0.4; charset=utf-8"


def test_a_page_of_another_name_that_resolves_to_loopback_reads_nothing(database, start_managed):
    _, port = start_managed(database)
    for host in ("evil.example", f"evil.example:{port}"):
        for path in ("/metrics", "/readyz", "/healthz"):
            assert (ask(port, path, host=host).status, ask(port, path, host=host).json()) == (
                400, {"detail": "Invalid host."})
    for host in ("localhost:9000", "127.0.0.1", f"127.0.0.1:{port}", "[::1]:9000"):
        assert ask(port, "/metrics", host=host).status == 200


def test_metrics_are_not_on_the_public_listener(server):
    assert server.get("/metrics", token=mint()).status_code == 404


def test_it_listens_on_a_unix_socket_as_well(database, start_server, tmp_path):
    path = tmp_path / "management"
    server = start_server(database, management_listen=f"unix:{path}")
    assert f"management on unix:{path}\n" in server.output
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(request("/healthz", headers=[("Connection", "close")]))
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1 200 ")
    server.stop()
    assert not path.exists()


def test_it_does_not_listen_beyond_this_machine(database):
    done = run_command("serve", url=database, management_listen="0.0.0.0:9000")
    assert done.returncode != 0 and "WDX_MANAGEMENT_LISTEN" in done.stderr


def test_it_speaks_plain_http_where_the_server_speaks_tls(database, start_managed, tmp_path):
    server, port = start_managed(database, **Certificate(tmp_path).settings, wait="live")
    assert f"listening on https://127.0.0.1:{server.port}\n" in server.output
    assert ask(port, "/healthz").status == 200
