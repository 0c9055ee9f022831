"""/healthz and /readyz: open to everybody, and their answer is one word."""
import pytest

from support.postgres import execute
from support.raw import exchange, request
from support.server import run_command


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_need_neither_token_nor_known_host(server, path):
    for host in ("localhost", "10.0.0.7", "probe.example.com"):
        answer = exchange(server.port, request(path, host=host))
        assert answer.status == 200, answer
        assert b"ok" in answer.body and len(answer.body) < 100


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_head(server, path):
    answer = exchange(server.port, request(path, "HEAD"), "HEAD")
    assert answer.status == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_refuse_other_methods(server, path):
    answer = exchange(server.port, request(path, "POST", body=b""))
    assert answer.status == 405 and "GET" in answer.header("allow")


def test_probes_are_not_cached(server):
    assert server.get("/readyz").headers["Cache-Control"] == "no-store"


def test_readyz_says_unavailable_and_no_more(start_server):
    server = start_server("postgresql://nobody@127.0.0.1:1/secret_database_name", wait="live")
    answer = server.get("/readyz")
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert b"unavailable" in answer.content and b"secret_database_name" not in answer.content
    assert server.get("/healthz").status_code == 200


def test_readyz_misses_the_cores_tables(fresh_database, start_server):
    execute(fresh_database, "DROP TABLE users CASCADE")
    server = start_server(fresh_database, wait="live")
    assert server.get("/readyz").status_code == 503


def test_healthcheck_asks_the_running_server(server, database):
    address = f"127.0.0.1:{server.port}"
    done = run_command("healthcheck", url=database, listen=address)
    assert done.returncode == 0, done.stderr


def test_healthcheck_fails_without_a_server(database):
    assert run_command("healthcheck", url=database, listen="127.0.0.1:1").returncode != 0
