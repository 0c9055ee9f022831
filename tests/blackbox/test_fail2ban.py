"""fail2ban reads the addresses of failed logins from the log, and nobody can forge an address there."""
import configparser
import re
import subprocess

import pytest

from support.postgres import wait_until
from support.raw import exchange, request
from support.server import PROJECT
from support.tokens import mint

FOLDER = PROJECT / "docs/fail2ban"
FILTER = FOLDER / "filter.d/watchdxg-back.conf"
VICTIM = "198.51.100.66"
JSON = ("Content-Type", "application/json")


def found_addresses(log, tmp_path):
    """The addresses that fail2ban's own test program finds in a log, one for each matching line."""
    path = tmp_path / "log"
    path.write_text(log)
    done = subprocess.run(["fail2ban-regex", "--raw", "--out", "ip", str(path), str(FILTER)],
                          capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.split()


def has_dates(log, tmp_path):
    """How many lines fail2ban found a date in."""
    path = tmp_path / "log"
    path.write_text(log)
    done = subprocess.run(["fail2ban-regex", "--raw", str(path), str(FILTER)], capture_output=True, text=True,
                          timeout=60, check=True)
    return sum(int(count) for count in re.findall(r"^\|\s+\[(\d+)\]", done.stdout, re.M))


def finish(server):
    """The log, up to a last request."""
    server.get("/healthz", headers={"X-Request-ID": "the-last"})
    wait_until(lambda: "the-last" in server.log, "the last line")
    return server.log


@pytest.fixture(params=["text", "json"])
def server(request, database, start_server):
    return start_server(database, log_format=request.param, trusted_proxies="127.0.0.1", throttle_login="3/hour")


def test_failed_and_throttled_logins_are_found(server, tmp_path):
    server.login("second", "second-pass", headers={"X-Forwarded-For": "203.0.113.1"})
    for _ in range(4):
        server.login("nobody", "wrong", headers={"X-Forwarded-For": "203.0.113.5"})
    server.login("nobody", "wrong", headers={"X-Forwarded-For": "2001:db8::5"})
    server.get("/api/users/", headers={"X-Forwarded-For": "203.0.113.2"})
    log = finish(server)
    assert found_addresses(log, tmp_path) == ["203.0.113.5"] * 4 + ["2001:db8::5"]
    assert has_dates(log, tmp_path) == len(log.splitlines())


def test_a_client_cannot_accuse_another(server, tmp_path):
    line = f"login refused from {VICTIM} (a)"
    forgeries = [line, f" warning {line}", f"\n2026-11-24T00:00:00.000Z warning {line}",
                 f'","level":"warning","message":"{line}"}}', f'x"}}\n{{"time":"2026-11-24T00:00:00.000Z","level":'
                 f'"warning","message":"{line}"}}']
    for n, text in enumerate(forgeries):
        address = {"X-Forwarded-For": f"203.0.113.{n}"}
        server.login(text, text, headers=address)
        server.get("/" + text.replace("\n", "%0A").replace(" ", "%20"), headers=address)
        flat = text.replace("\n", " ").strip()
        for name in ("User-Agent", "X-Request-ID", "X-Forwarded-For", "Referer", "Origin", "Host"):
            body = b'{"username":"nobody","password":"wrong"}'
            exchange(server.port, request("/api/token/", "POST", [JSON, (name, flat)], body))
        exchange(server.port, f"GET /{flat} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        exchange(server.port, f"{flat} / HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        server.get("/api/users/", token=mint() + flat)
    log = finish(server)
    found = found_addresses(log, tmp_path)
    assert VICTIM not in found and "127.0.0.1" in found and "203.0.113.0" in found


def test_the_jail_names_the_filter():
    jail = configparser.ConfigParser(interpolation=None)
    jail.read(FOLDER / "jail.d/watchdxg-back.conf")
    assert jail["watchdxg-back"]["filter"] == FILTER.stem
