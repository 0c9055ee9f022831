"""Promises of docs/security.md that no other test shows."""
import json
from datetime import datetime, timedelta, timezone

import pytest

from support.postgres import execute, wait_until
from support.server import Server
from support.tokens import mint

A_MOMENT = timedelta(seconds=5)
LONG = "a passphrase with BLANKS, Ünïcode 🌸 and more than sixty-four characters in it, to the very last one!"
ROUTES = ("/api/token/", "/api/accounts/synka777/", "/api/users/", "/api/sessions/", "/api/me/", "/api/me/password/",
          "/api/logs/", "/healthz", "/readyz", "/no/such/route/")


@pytest.fixture
def own_server(fresh_database, start_server):
    return start_server(fresh_database)


def test_a_long_password_counts_to_its_last_character_and_with_its_case(own_server):
    changed = own_server.post("/api/me/password/", {"current_password": "watchdxg", "new_password": LONG},
                              own_server.login().json()["access"])
    assert changed.status_code == 204
    for other in (LONG[:-1], LONG[:64], LONG.lower(), LONG + "!"):
        assert own_server.login(password=other).status_code == 401
    assert own_server.login(password=LONG).status_code == 200


@pytest.mark.parametrize("jti", ["\x00", "\ud800", "a\udfffb", "a" * 256, 5, None, ["a"]],
                         ids=lambda value: repr(value)[:12])
def test_a_signed_token_with_an_odd_id_is_a_bad_token_and_no_fault(server, jti):
    access, refresh = mint("access", jti=jti), mint("refresh", jti=jti)
    assert server.refresh(refresh).status_code == 401
    answers = [server.get("/api/me/", access), server.request("DELETE", "/api/sessions/", access)]
    for route, field in (("refresh", "refresh"), ("verify", "token"), ("blacklist", "refresh")):
        answers += [server.post(f"/api/token/{route}/", {field: token}) for token in (access, refresh)]
    assert all(answer.status_code in (200, 204, 401) for answer in answers), answers


@pytest.mark.parametrize("path", ROUTES)
def test_no_answer_names_the_software_or_sets_a_cookie(server, access, path):
    for method in ("GET", "POST", "OPTIONS"):
        headers = server.request(method, path, access).headers
        assert not {"server", "x-powered-by", "via", "set-cookie"} & {name.lower() for name in headers}


@pytest.mark.parametrize("path", ROUTES)
def test_trace_echoes_nothing(server, access, path):
    answer = server.request("TRACE", path, access, headers={"X-Echo": "tell-me"})
    assert answer.status_code in (404, 405) and "tell-me" not in answer.text


def test_a_form_of_a_foreign_page_changes_nothing(server):
    """What a page can send without a preflight: a form's media types, and no Authorization header."""
    for media_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        headers = {"Content-Type": media_type, "Origin": "https://evil.example"}
        body = '{"username": "watchdxg", "password": "watchdxg"}'
        answer = server.request("POST", "/api/token/", data=body, headers=headers)
        assert answer.status_code == 415 and "access-control-allow-origin" not in answer.headers
        assert server.request("POST", "/api/me/password/", data=body, headers=headers).status_code == 401


def test_two_servers_with_different_keys_take_no_tokens_of_each_other(database):
    with Server(database) as one, Server(database, secret_key="another-signing-secret-0123456789abcdef") as other:
        token = one.login().json()["access"]
        assert (one.get("/api/me/", token).status_code, other.get("/api/me/", token).status_code) == (200, 401)


def test_answers_of_routes_cannot_be_framed(server, access):
    for path in ROUTES:
        if path.startswith("/api/"):
            assert server.get(path, access).headers["X-Frame-Options"] == "DENY"


def test_a_token_in_the_query_is_no_token(server, access):
    for name in ("token", "access", "access_token", "authorization"):
        assert server.get(f"/api/me/?{name}={access}").status_code == 401


def test_times_of_both_logs_are_utc(fresh_database, start_server):
    server = start_server(fresh_database, log_format="json", variables={"TZ": "Asia/Tokyo"})
    before = datetime.now(timezone.utc)
    assert server.login().status_code == 200
    after = datetime.now(timezone.utc)
    line = wait_until(lambda: [line for line in map(json.loads, server.log.splitlines())
                               if line.get("path") == "/api/token/"], "the line of the login")[0]
    entry = wait_until(lambda: server.get("/api/logs/?event=login", mint()).json(), "the entry")[0]
    for time in (line["time"], entry["time"]):
        assert time.endswith("Z") and before - A_MOMENT <= datetime.fromisoformat(time[:-1] + "+00:00") <= after + A_MOMENT


def test_an_operator_who_is_deactivated_is_out_at_once(own_server, fresh_database):
    tokens = own_server.login().json()
    assert own_server.get("/api/me/", tokens["access"]).status_code == 200
    execute(fresh_database, "UPDATE auth_user SET is_active = false WHERE id = 1")
    assert own_server.get("/api/me/", tokens["access"]).json()["code"] == "user_inactive"
    assert own_server.refresh(tokens["refresh"]).status_code == 401
    assert own_server.login().status_code == 401
