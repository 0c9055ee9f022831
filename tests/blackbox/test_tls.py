"""The server's own TLS: versions, how a connection begins and ends, renewal of the certificate, HSTS."""
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from support.data import seed
from support.postgres import execute, wait_until
from support.raw import Closed, RawConnection, request
from support.server import Server, run_command
from support.tls import Certificate, client
from support.tokens import mint

JSON = ("Content-Type", "application/json")
DEADLINE = 2        # seconds: the shortest that are told apart from an accident
PATIENCE = 20
ENOUGH_ROWS = 60000
UNUSED = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secure(database, certificate):
    """A server with TLS, and a unix socket beside it, that also answers to a public name."""
    with Server(database, **certificate.settings, allowed_hosts="localhost,127.0.0.1,[::1],watch.example.com",
                log_level="debug") as server:
        yield server


@pytest.fixture(scope="module")
def hasty(database, certificate):
    with Server(database, **certificate.settings, header_timeout=DEADLINE, body_timeout=DEADLINE,
                write_timeout=DEADLINE, idle_timeout=DEADLINE) as server:
        yield server


def connect(server, context=None, **options):
    return RawConnection(server.port, tls=context or client(), **options)


def shown_certificate(server):
    """In DER, to a new connection."""
    with connect(server) as connection:
        return connection._socket.getpeercert(binary_form=True)


def test_links_of_pages_are_https(secure):
    with connect(secure) as connection:
        connection.send(request("/api/logs/?limit=1&offset=1", token=mint()))
        assert connection.read().json()["previous"] == "https://localhost/api/logs/?limit=1"


# -- the handshake

def test_the_ready_line_says_https(secure):
    assert secure.output == f"listening on https://127.0.0.1:{secure.port}\n"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(secure, version):
    with connect(secure, client(version)) as connection:
        assert connection._socket.version() == version.name.replace("_", ".")
        assert connection.send(request("/healthz")).read().json() == {"status": "ok"}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_versions_are_refused(secure, version):
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        connect(secure, client(version))


def test_a_cipher_without_forward_secrecy_is_refused(secure):
    context = client(ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("AES256-GCM-SHA384")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        connect(secure, context)


def test_the_protocol_is_http_1_1(secure):
    with connect(secure, client(protocols=["h2", "http/1.1"])) as connection:
        assert connection._socket.selected_alpn_protocol() == "http/1.1"
    with connect(secure) as connection:
        assert connection._socket.selected_alpn_protocol() is None
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        connect(secure, client(protocols=["h2"]))


def test_a_session_is_resumed_by_its_ticket(secure):
    context = client(ssl.TLSVersion.TLSv1_2)
    with connect(secure, context) as first:
        session = first._socket.session
    plain = socket.create_connection(("127.0.0.1", secure.port))
    with context.wrap_socket(plain, server_hostname="localhost", session=session) as second:
        assert second.session_reused


def test_plain_http_on_its_port_is_closed_without_a_word(secure):
    with RawConnection(secure.port) as connection:
        assert connection.send(request("/healthz")).is_closed()
    wait_until(lambda: "no TLS with 127.0.0.1" in secure.log, "the reason in the log of level debug")
    assert "no TLS" not in "".join(line for line in secure.log.splitlines() if "debug" not in line)


@pytest.mark.parametrize("beginning", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "half_a_hello"])
def test_a_handshake_that_stops_is_given_up(hasty, beginning):
    started = time.monotonic()
    with RawConnection(hasty.port, timeout=PATIENCE) as connection:
        assert connection.send(beginning).is_closed()
    assert time.monotonic() - started >= DEADLINE - 0.5
    assert hasty.get("/healthz").status_code == 200


def test_handshakes_count_as_connections(database, certificate, start_server):
    server = start_server(database, **certificate.settings, max_connections=2)
    held = [RawConnection(server.port) for _ in range(2)]
    wait_until(lambda: server.connections() == 2, "the connections")

    def is_refused():
        try:
            connect(server, timeout=2).close()
            return False
        except (OSError, TimeoutError):
            return True
    wait_until(is_refused, "the limit")
    for connection in held:
        connection.close()
    wait_until(lambda: not is_refused(), "a place for a new connection")


# -- requests

def test_a_connection_is_kept_and_pipelined_requests_are_answered_in_turn(secure, access):
    with connect(secure) as connection:
        assert connection.send(request("/healthz")).read().status == 200
        connection.send(request("/api/users/", token=access) + request("/healthz") + request("/api/nothing/"))
        statuses = [connection.read().status for _ in range(3)]
    assert statuses == [200, 200, 404]


def test_more_requests_than_one_record_holds_are_all_answered(secure):
    """Decrypted bytes wait in OpenSSL while the socket is silent."""
    count = 300
    with connect(secure) as connection:
        connection.send(request("/healthz", headers=[("X-Padding", "x" * 60)]) * count)
        assert [connection.read().status for _ in range(count)] == [200] * count


def test_a_login_with_a_body_in_pieces_works(secure):
    body = b'{"username":"watchdxg","password":"watchdxg"}'
    data = request("/api/token/", "POST", [JSON, ("Expect", "100-continue")], body)
    head, _ = data.split(b"\r\n\r\n")
    with connect(secure) as connection:
        connection.send(head + b"\r\n\r\n")
        assert connection.read().status == 100
        for byte in body:
            connection.send(bytes([byte]))
        assert set(connection.read().json()) == {"access", "refresh"}


def test_a_body_of_1_mib_is_read(secure):
    body = b'{"x":"' + b"x" * (1024 * 1024 - 8) + b'"}'
    with connect(secure) as connection:
        answer = connection.send(request("/api/reports/", "POST", [JSON], body, token=mint())).read()
        assert answer.json()["user_ids"] == ["This field is required."]


def test_a_long_list_is_the_plain_one(fresh_database, certificate, start_server, access):
    seed(fresh_database, users=ENOUGH_ROWS)
    secure, plain = start_server(fresh_database, **certificate.settings), start_server(fresh_database)
    answers = [server.get("/api/users/", token=access).content for server in (secure, plain)]
    assert answers[0] == answers[1] and len(answers[0]) > 4 * 1024 * 1024


def test_an_answer_to_http_1_0_ends_with_close_notify(fresh_database, certificate, start_server, access):
    """Only its end tells its length, and an attacker could otherwise forge that."""
    seed(fresh_database, users=5000)
    server = start_server(fresh_database, **certificate.settings)
    with connect(server) as connection:
        connection.send(request("/api/users/", version="1.0", token=access))
        answer = connection.read()  # a missing close_notify is an SSLEOFError
    assert answer.status == 200 and answer.body.endswith(b"]")


def test_a_closed_connection_ends_with_close_notify(secure):
    with connect(secure) as connection:
        connection.send(request("/healthz", headers=[("Connection", "close")]))
        assert connection.read().status == 200 and connection.is_closed()


def test_the_clients_close_notify_is_answered(secure):
    with connect(secure) as connection:
        assert connection.send(request("/healthz")).read().status == 200
        connection._socket.unwrap().close()  # waits for the server's


def test_an_idle_connection_is_closed_with_close_notify(hasty):
    with connect(hasty) as connection:
        assert connection.send(request("/healthz")).read().status == 200
        assert connection.is_closed()


def test_a_head_that_stops_is_408(hasty):
    with connect(hasty) as connection:
        assert connection.send(b"GET /healthz HTTP/1.1\r\nHost: loc").read().status == 408
        assert connection.is_closed()


def test_a_client_that_does_not_read_is_given_up(fresh_database, certificate, start_server, access):
    seed(fresh_database, users=ENOUGH_ROWS)
    server = start_server(fresh_database, **certificate.settings, write_timeout=DEADLINE)
    with connect(server, receive_buffer=4096) as connection:
        connection.send(request("/api/users/", token=access))
        wait_until(lambda: server.connections() >= 1, "the request to arrive")
        wait_until(lambda: server.connections() == 0, "the stalled connection to be closed", PATIENCE)
        with pytest.raises((Closed, ssl.SSLError, OSError)):  # neither the last chunk nor close_notify
            connection.read()
    assert server.get("/healthz").status_code == 200


def test_a_client_that_leaves_has_its_statement_cancelled(fresh_database, certificate, start_server, access):
    seed(fresh_database, users=ENOUGH_ROWS)
    server = start_server(fresh_database, **certificate.settings)
    streams = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
               "AND application_name = 'watchdxg-back' AND query LIKE '%FROM users ORDER BY id) TO STDOUT%'")
    with connect(server, receive_buffer=4096) as connection:
        connection.send(request("/api/users/", token=access))
        connection.wait_for_bytes()
        wait_until(lambda: execute(fresh_database, streams) != [(0,)], "the statement")
        connection.close()
    wait_until(lambda: execute(fresh_database, streams) == [(0,)], "the end of the statement", PATIENCE)


def test_a_stop_ends_connections_that_are_idle_or_silent_at_once(database, certificate, start_server):
    server = start_server(database, **certificate.settings)
    with connect(server) as idle, RawConnection(server.port) as silent:
        assert idle.send(request("/healthz")).read().status == 200
        wait_until(lambda: server.connections() == 2, "both connections")
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert idle.is_closed() and silent.is_closed()
        assert server.wait() == 0 and time.monotonic() - started < 10  # WDX_HEADER_TIMEOUT is 15 s


# -- other listeners, other commands

def test_a_unix_socket_stays_plain(database, certificate, start_server, tmp_path):
    path = tmp_path / "s"
    server = start_server(database, **certificate.settings, listen=f"unix:{path},127.0.0.1:0,127.0.0.1:0",
                          listen_mode="600")
    lines = server.output.splitlines()
    assert lines[0] == f"listening on unix:{path}" and all(line.startswith("listening on https://") for line in lines[1:])
    assert path.stat().st_mode & 0o777 == 0o600
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect(str(path))
        plain.sendall(request("/healthz", host="watch.example.com", headers=[("Connection", "close")]))
        answer = b"".join(iter(lambda: plain.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 ") and b"strict-transport-security" not in answer.lower()


def test_every_listener_answers(database, certificate, start_server):
    server = start_server(database, **certificate.settings, listen="127.0.0.1:0,127.0.0.2:0")
    port = int(server.output.splitlines()[1].rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.2", port)) as plain:
        with client().wrap_socket(plain) as connection:
            connection.sendall(request("/healthz"))
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_healthcheck_asks_with_tls(secure, certificate):
    done = run_command("healthcheck", url=UNUSED, listen=f"127.0.0.1:{secure.port}", **certificate.settings)
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr
    done = run_command("healthcheck", url=UNUSED, listen=f"127.0.0.1:{secure.port}")
    assert done.returncode == 1 and "does not answer" in done.stderr


# -- HSTS

@pytest.mark.parametrize("target", ["/api/users/", "/healthz", "/api/nothing/", "/api/users"])
def test_browsers_are_told_to_stay_with_tls(secure, target):
    with connect(secure) as connection:
        answer = connection.send(request(target, host="watch.example.com")).read()
    assert answer.header("strict-transport-security") == "max-age=31536000"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LOCALHOST.", "127.0.0.1", "[::1]:8000", "a.localhost"])
def test_hsts_is_not_for_this_machine_or_an_address(secure, host):
    with connect(secure) as connection:
        answer = connection.send(request("/healthz", host=host)).read()
    assert answer.status == 200 and answer.header("strict-transport-security") is None


def test_the_requested_host_decides_about_hsts(secure):
    """RFC 9112, section 3.2.2: an absolute target outweighs Host."""
    with connect(secure) as connection:
        answer = connection.send(request("https://watch.example.com/healthz", host="localhost")).read()
        assert answer.header("strict-transport-security") == "max-age=31536000"
        answer = connection.send(request("https://localhost/healthz", host="watch.example.com")).read()
        assert answer.header("strict-transport-security") is None


def test_plain_http_has_no_hsts(server):
    with RawConnection(server.port) as connection:
        answer = connection.send(request("/healthz", host="watch.example.com")).read()
    assert answer.status == 200 and answer.header("strict-transport-security") is None


# -- renewal

@pytest.fixture
def renewable(database, start_server, tmp_path):
    """(server, its certificate, another one)"""
    current, other = Certificate(tmp_path, "current"), Certificate(tmp_path, "other", key="rsa")
    return start_server(database, **current.settings), current, other


def reload(server, says):
    already = server.log.count(says)
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.log.count(says) > already, f"`{says}` in the log")


def test_sighup_shows_a_new_certificate_to_new_connections(renewable):
    server, current, other = renewable
    with connect(server) as old:
        assert old.send(request("/healthz")).read().status == 200
        before = current.der
        assert shown_certificate(server) == before
        shutil.copy(other.cert, current.cert)
        shutil.copy(other.key, current.key)
        reload(server, "new certificate in use")
        assert shown_certificate(server) == other.der != before
        assert old.send(request("/healthz")).read().status == 200
        assert old._socket.getpeercert(binary_form=True) == before


@pytest.mark.parametrize("fault", ["missing", "garbage", "mismatch"])
def test_a_renewal_that_fails_keeps_the_old_certificate(renewable, fault):
    server, current, other = renewable
    before = current.der
    if fault == "missing":
        current.cert.unlink()
    elif fault == "garbage":
        current.cert.write_text("nothing of that kind\n")
    else:
        shutil.copy(other.key, current.key)
    reload(server, "cannot use the new certificate")
    assert shown_certificate(server) == before


# -- a start that is refused

@pytest.mark.parametrize("given, missing", [("tls_cert", "WDX_TLS_KEY"), ("tls_key", "WDX_TLS_CERT")])
def test_one_of_the_two_alone_is_a_mistake(certificate, given, missing):
    done = run_command("serve", url=UNUSED, **{given: certificate.settings[given]})
    assert done.returncode == 2 and missing in done.stderr


@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_a_key_of_another_certificate_is_refused(certificate, tmp_path, key):
    other = Certificate(tmp_path, "other", key=key)
    done = run_command("serve", url=UNUSED, tls_cert=certificate.cert, tls_key=other.key)
    assert done.returncode == 1
    assert f"the key {other.key} does not belong to the certificate {certificate.cert}" in done.stderr


@pytest.mark.parametrize("which", ["tls_cert", "tls_key"])
def test_a_file_that_is_missing_or_something_else_is_named(certificate, tmp_path, which):
    for path, content in ((tmp_path / "missing", None), (tmp_path, None), (tmp_path / "text", "nothing\n")):
        if content:
            path.write_text(content)
        done = run_command("serve", url=UNUSED, **{**certificate.settings, which: path})
        assert done.returncode == 1 and str(path) in done.stderr, done.stderr


def test_a_key_with_a_passphrase_is_refused_without_a_question(certificate, tmp_path):
    locked = tmp_path / "locked.key"
    subprocess.run(["openssl", "ec", "-in", certificate.key, "-aes128", "-passout", "pass:secret", "-out", locked],
                   check=True, capture_output=True)
    done = run_command("serve", url=UNUSED, tls_cert=certificate.cert, tls_key=locked, stdin="")
    assert done.returncode == 1 and "passphrase" in done.stderr
