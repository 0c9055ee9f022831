"""The default password and weak signing keys work on loopback only."""
import pytest

from support.postgres import execute
from support.raw import exchange, request
from support.server import SECRET, Server, run_command

LOGIN = b'{"username":"watchdxg","password":"watchdxg"}'
JSON = ("Content-Type", "application/json")
BEYOND = "0.0.0.0:0"  # only where the server must refuse to listen


def log_in(server, headers=(), host="localhost", body=LOGIN):
    return exchange(server.port, request("/api/token/", "POST", [JSON, *headers], body, host=host))


def assert_refused(answer):
    assert answer.status in (401, 403), answer
    assert "detail" in answer.json() and "access" not in answer.json()


@pytest.fixture(scope="module")
def named_server(database):
    """Also answers to a public name, as behind a proxy."""
    with Server(database, allowed_hosts="localhost,127.0.0.1,[::1],watch.example.com") as server:
        yield server


def set_strong_password(url):
    """For user 1: that of the kit's user `second`, who shares its salt."""
    execute(url, "UPDATE auth_user SET password = (SELECT password FROM auth_user WHERE id = 2) WHERE id = 1")


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_the_default_password_logs_in_locally(named_server, host):
    assert log_in(named_server, host=host).status == 200


@pytest.mark.parametrize("header", [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Host", "watch.example.com"),
                                    ("X-Forwarded-Proto", "https"), ("Forwarded", "for=203.0.113.9"),
                                    ("X-Forwarded-For", "127.0.0.1"), ("x-forwarded-anything", "1")])
def test_the_default_password_is_refused_behind_a_proxy(named_server, header):
    assert_refused(log_in(named_server, [header]))


def test_the_default_password_is_refused_under_a_public_name(named_server):
    assert_refused(log_in(named_server, host="watch.example.com"))


def test_another_password_logs_in_behind_a_proxy(fresh_database, start_server):
    server = start_server(fresh_database, allowed_hosts="watch.example.com")
    body = b'{"username":"second","password":"second-pass"}'
    answer = log_in(server, [("X-Forwarded-For", "203.0.113.9")], "watch.example.com", body)
    assert answer.status == 200, answer


def test_a_listener_beyond_loopback_does_not_start_with_the_default_password(fresh_database, start_server):
    server = start_server(fresh_database, wait=None, listen=BEYOND)
    assert server.wait() not in (0, None)
    assert "password" in server.log and "listening" not in server.output


@pytest.mark.parametrize("key", ["short", "django-insecure-" + "x" * 40])
def test_a_listener_beyond_loopback_does_not_start_with_a_weak_key(fresh_database, start_server, key):
    set_strong_password(fresh_database)
    server = start_server(fresh_database, wait=None, listen=BEYOND, secret_key=key)
    assert server.wait() not in (0, None)
    assert "WDX_SECRET_KEY" in server.log and "listening" not in server.output
    assert key not in server.log


@pytest.mark.parametrize("key", ["short", "django-insecure-" + "x" * 40])
def test_a_weak_key_serves_on_loopback(fresh_database, start_server, key):
    assert start_server(fresh_database, secret_key=key).login().status_code == 200


def test_check_reports_both(fresh_database):
    done = run_command("check", url=fresh_database, secret_key="short")
    said = (done.stdout + done.stderr).lower()
    assert done.returncode != 0 and "password" in said and "secret" in said


def test_a_key_of_our_own_is_made_once_with_mode_0600(fresh_database, start_server, tmp_path):
    data = tmp_path / "data"
    first = start_server(fresh_database, secret_key=None, data_dir=data)
    access = first.login().json()["access"]
    first.stop()
    kept = [path for path in data.rglob("*") if path.is_file() and "secret" in path.name]
    assert kept and all(path.stat().st_mode & 0o777 == 0o600 for path in kept)
    second = start_server(fresh_database, secret_key=None, data_dir=data)
    assert second.get("/api/users/", token=access).status_code == 200


def test_settings_are_refused_by_name_all_at_once(database):
    done = run_command("serve", url=database, access_token_lifetime="soon", idle_timeout="-1", no_such_setting="1",
                       secret_key=SECRET)
    assert done.returncode != 0
    for name in ("WDX_ACCESS_TOKEN_LIFETIME", "WDX_IDLE_TIMEOUT", "WDX_NO_SUCH_SETTING"):
        assert name in done.stderr


def test_the_front_as_it_comes_is_refused_after_changepassword_as_check_says(fresh_database, start_server):
    """Its request, whatever is typed: 401, and after some of them 429 for the right password, too."""
    assert "watchdxg-front sends" in run_command("check", url=fresh_database).stdout
    new_password = "correct-horse-battery"
    done = run_command("changepassword", "--username", "watchdxg", "--password-stdin", url=fresh_database,
                       stdin=new_password)
    assert done.returncode == 0, done.stderr
    server = start_server(fresh_database, throttle_login="2/min")  # 10 by default
    origin = {"Origin": "http://localhost:4200"}
    assert server.login(password=new_password, headers=origin).status_code == 200
    assert [server.login(headers=origin).status_code for _ in range(2)] == [401] * 2
    assert server.login(password=new_password, headers=origin).status_code == 429
