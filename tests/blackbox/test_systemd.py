"""Listening sockets from systemd, and what the server tells systemd, by the documented protocols."""
import os
import signal
import socket

import pytest

from support.postgres import execute, wait_until
from support.raw import request
from support.systemd import Manager, activated
from support.tls import Certificate

WATCHDOG = 1_000_000  # microseconds


@pytest.fixture
def tcp():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    address = str(tmp_path / "notify") if request.param == "path" else f"@wdx-test-{os.getpid()}-{id(tmp_path)}"
    with Manager(address) as manager:
        yield manager


def unix_listener(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    return listener


def ask_unix(path):
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect(path)
        plain.sendall(request("/healthz", headers=[("Connection", "close")]))
        return b"".join(iter(lambda: plain.recv(4096), b""))


# -- sockets

def test_passed_sockets_are_used_instead_of_wdx_listen(database, start_server, tcp, tmp_path):
    path, unused = str(tmp_path / "s"), tmp_path / "unused"
    port = tcp.getsockname()[1]
    with unix_listener(path) as unix:
        server = start_server(database, **activated(tcp, unix), listen=f"unix:{unused}")
        assert server.output == f"listening on http://127.0.0.1:{port}\nlistening on unix:{path}\n"
        assert server.get("/healthz").status_code == 200
        assert ask_unix(path).startswith(b"HTTP/1.1 200 ")
        assert not unused.exists()
        server.stop()
        assert os.path.exists(path), "it belongs to systemd"
        # The listener lives on: what comes now waits for the next process.
        with socket.create_connection(("127.0.0.1", port)):
            pass


def test_an_abstract_socket_can_be_passed(database, start_server, tcp):
    name = f"wdx-test-{os.getpid()}"
    with unix_listener("\0" + name) as unix:
        server = start_server(database, **activated(tcp, unix))
        assert f"listening on unix:@{name}\n" in server.output
        assert ask_unix("\0" + name).startswith(b"HTTP/1.1 200 ")


def test_tls_is_on_passed_tcp_sockets_alone(database, start_server, tcp, tmp_path):
    path = str(tmp_path / "s")
    with unix_listener(path) as unix:
        server = start_server(database, **activated(tcp, unix), **Certificate(tmp_path).settings)
        assert server.output.startswith("listening on https://127.0.0.1:")
        assert server.get("/healthz").status_code == 200
        assert ask_unix(path).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_came_before_the_server_is_served(database, start_server, tcp):
    with socket.create_connection(("127.0.0.1", tcp.getsockname()[1])) as early:
        early.sendall(request("/healthz"))
        start_server(database, **activated(tcp))
        early.settimeout(30)
        assert early.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_sockets_for_another_process_are_left_alone(database, start_server, tcp):
    server = start_server(database, **activated(tcp), variables={"WRONG_PID": "1"})
    assert server.port != tcp.getsockname()[1]


def test_passed_sockets_are_closed_on_exec(database, start_server, tcp):
    server = start_server(database, **activated(tcp))
    for line in open(f"/proc/{server.process.pid}/fdinfo/3"):
        if line.startswith("flags:"):
            assert int(line.split()[1], 8) & os.O_CLOEXEC


def test_a_passed_socket_beyond_loopback_is_refused_with_the_default_password(fresh_database, start_server):
    with socket.create_server(("0.0.0.0", 0)) as beyond:
        server = start_server(fresh_database, wait=None, **activated(beyond))
        assert server.wait() == 1
        assert "default password" in server.log and "listening" not in server.output


def test_a_passed_socket_beyond_loopback_is_refused_with_a_weak_key(fresh_database, start_server):
    execute(fresh_database, "UPDATE auth_user SET password = '!'")
    with socket.create_server(("::", 0), family=socket.AF_INET6) as beyond:
        server = start_server(fresh_database, wait=None, **activated(beyond), secret_key="short")
        assert server.wait() == 1
        assert "WDX_SECRET_KEY" in server.log and "listening" not in server.output


def test_what_is_no_listening_socket_is_refused(database, start_server):
    with socket.socket() as idle:
        server = start_server(database, wait=None, **activated(idle))
        assert server.wait() == 1 and "LISTEN_FDS: cannot listen on socket 3" in server.log


def test_sockets_that_are_not_there_are_refused(database, start_server):
    launcher = ["/bin/sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"', "sh"]
    server = start_server(database, wait=None, launcher=launcher)
    assert server.wait() == 1 and "LISTEN_FDS: there is no socket 3" in server.log


# -- messages

def test_start_reload_and_stop_are_told(database, start_server, manager):
    server = start_server(database, wait="live", variables=manager.variables)
    assert manager.hear() == {"READY": "1"}
    server.process.send_signal(signal.SIGHUP)
    reloading = manager.hear()
    assert reloading["RELOADING"] == "1" and int(reloading["MONOTONIC_USEC"]) > 0
    assert manager.hear() == {"READY": "1"}
    server.process.send_signal(signal.SIGTERM)
    assert manager.hear() == {"STOPPING": "1"}
    assert server.wait() == 0 and manager.hears_nothing()


def test_ready_is_not_said_before_the_server_listens(fresh_database, start_server, manager):
    """A pending migration ends the start: systemd must not think that it succeeded."""
    execute(fresh_database, "DELETE FROM watchdxg_migrations WHERE name LIKE '0002%'")
    server = start_server(fresh_database, wait=None, variables=manager.variables)
    assert server.wait() == 1
    assert manager.hear() == {"STOPPING": "1"} and manager.hears_nothing()


def test_the_watchdog_is_fed_until_the_process_hangs(database, start_server, tmp_path, tcp):
    with Manager(str(tmp_path / "notify")) as manager:
        variables = manager.variables | {"WATCHDOG_USEC": str(WATCHDOG)}
        server = start_server(database, **activated(tcp), variables=variables)
        for _ in range(3):
            wait_until(lambda: "WATCHDOG" in manager.hear(), "a sign of life", WATCHDOG / 1e6 * 5)
        server.process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(TimeoutError):
                while True:
                    manager.hear(WATCHDOG / 1e6)
        finally:
            server.process.send_signal(signal.SIGCONT)
        wait_until(lambda: "WATCHDOG" in manager.hear(), "a sign of life")


def test_a_watchdog_of_another_process_is_not_fed(database, start_server, tmp_path):
    with Manager(str(tmp_path / "notify")) as manager:
        start_server(database, variables=manager.variables | {"WATCHDOG_USEC": "2000", "WATCHDOG_PID": "1"})
        assert manager.hear() == {"READY": "1"}
        with pytest.raises(TimeoutError):
            manager.hear(1)
