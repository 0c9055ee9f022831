"""Which client address a request has, behind proxies that are trusted and proxies that are not."""
import json
import re
import socket

import pytest

from support.postgres import wait_until
from support.raw import request
from support.tokens import mint


def logged_address(server, name, *headers):
    """The access log's address of a request with these headers, sent under its own request id."""
    server.get("/api/users/", token=mint(), headers={"X-Request-ID": name, **dict(headers)})
    found = wait_until(lambda: re.search(rf'^.*"request_id":"{name}".*$', server.log, re.M), f"the line of {name}")
    return json.loads(found.group(0))["address"]


@pytest.fixture
def start_behind(database, start_server):
    """start_behind(proxies) -> a server with a JSON log"""
    return lambda proxies, **settings: start_server(database, log_format="json", trusted_proxies=proxies, **settings)


def test_nobody_is_believed_by_default(database, start_server):
    server = start_server(database, log_format="json")
    assert logged_address(server, "one", ("X-Forwarded-For", "203.0.113.9")) == "127.0.0.1"


def test_an_untrusted_peer_is_not_believed(start_behind):
    server = start_behind("10.0.0.0/8,unix")
    assert logged_address(server, "one", ("X-Forwarded-For", "203.0.113.9")) == "127.0.0.1"


def test_what_a_trusted_proxy_added_is_believed_and_nothing_before_it(start_behind):
    server = start_behind("127.0.0.0/8,10.0.0.0/8")
    assert logged_address(server, "a", ("X-Forwarded-For", "203.0.113.9")) == "203.0.113.9"
    assert logged_address(server, "b", ("X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.0.0.7")) == "203.0.113.9"
    assert logged_address(server, "c", ("X-Forwarded-For", "forged, 10.0.0.7")) == "10.0.0.7"
    assert logged_address(server, "d", ("X-Forwarded-For", "[2001:db8::5]:443")) == "2001:db8::5"
    assert logged_address(server, "e") == "127.0.0.1"


@pytest.mark.parametrize("header", [("Forwarded", "for=203.0.113.9"), ("X-Real-IP", "203.0.113.9"),
                                    ("X-Client-IP", "203.0.113.9"), ("True-Client-IP", "203.0.113.9")])
def test_no_other_header_is_believed(start_behind, header):
    assert logged_address(start_behind("127.0.0.1"), "one", header) == "127.0.0.1"


def test_a_proxy_on_a_unix_socket_is_trusted_by_name(start_behind, tmp_path):
    path = tmp_path / "http"
    server = start_behind("unix", listen=f"127.0.0.1:0,unix:{path}")

    def over_unix(name, *headers):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(request("/api/users/", headers=[("X-Request-ID", name), ("Connection", "close"),
                                                               *headers]))
            assert connection.makefile("rb").read().startswith(b"HTTP/1.1 401")
        return wait_until(lambda: re.search(rf'"request_id":"{name}","address":"([^"]*)"', server.log), name).group(1)

    assert over_unix("through", ("X-Forwarded-For", "1.1.1.1, 203.0.113.9")) == "203.0.113.9"
    assert over_unix("direct") == ""


def test_a_refused_login_is_logged_with_the_clients_address(start_behind):
    server = start_behind("127.0.0.1")
    server.login("nobody", "wrong", headers={"X-Forwarded-For": "203.0.113.9", "X-Request-ID": "the-login"})
    wait_until(lambda: "login refused from 203.0.113.9 (the-login)" in server.log, "the refusal in the log")


def test_a_forwarded_loopback_address_does_not_make_a_request_local(start_behind):
    server = start_behind("127.0.0.1")
    assert server.login(headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert server.login().status_code == 200
