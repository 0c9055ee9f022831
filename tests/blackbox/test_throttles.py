"""Throttles in DRF's words: failed logins, refreshes and requests, by address and by operator."""
import base64
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.data import apply_state
from support.postgres import execute
from support.tokens import mint

PROXY = {"trusted_proxies": "127.0.0.1"}


@pytest.fixture(autouse=True)
def default_rows(fresh_database):
    apply_state(fresh_database)


def at(address):
    """The header that a trusted proxy sets; the password `watchdxg` is refused with it."""
    return {"X-Forwarded-For": address}


def fail_from(server, address, password="wrong"):
    return server.login("second", password, headers=at(address)).status_code


def assert_throttled(answer, most=60):
    assert answer.status_code == 429, answer.text
    seconds = int(answer.headers["Retry-After"])
    assert 1 <= seconds <= most
    unit = "second" if seconds == 1 else "seconds"
    assert answer.json() == {"detail": f"Request was throttled. Expected available in {seconds} {unit}."}


def test_failed_logins_of_one_address_are_throttled(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login="3/min", **PROXY)
    assert [fail_from(server, "203.0.113.1") for _ in range(4)] == [401, 401, 401, 429]
    assert_throttled(server.login("second", "second-pass", headers=at("203.0.113.1")))
    assert fail_from(server, "203.0.113.2", "second-pass") == 200
    assert server.get("/api/users/", token=mint(), headers=at("203.0.113.1")).status_code == 200


def test_the_default_is_ten_failed_logins_a_minute(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login=None, throttle_login_total=None, throttle_refresh=None)
    # At once: on a slow machine eleven hashes one after the other take more than the minute.
    with ThreadPoolExecutor(11) as clients:
        answers = list(clients.map(lambda _: server.login("nobody", "wrong"), range(11)))
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429]
    assert_throttled(next(answer for answer in answers if answer.status_code == 429))


def test_successful_logins_do_not_count(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login="2/hour")
    assert [server.login().status_code for _ in range(4)] == [200] * 4
    assert [server.login(password="wrong").status_code for _ in range(3)] == [401, 401, 429]


def test_parallel_guesses_do_not_get_past_the_throttle(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login="5/hour", hash_queue=100)
    with ThreadPoolExecutor(40) as pool:
        statuses = list(pool.map(lambda _: server.login(password="wrong").status_code, range(40)))
    assert sorted(statuses) == [401] * 5 + [429] * 35


def test_a_login_that_could_not_be_checked_does_not_count(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login="1/hour")
    execute(fresh_database, "ALTER TABLE auth_user RENAME TO hidden")
    assert {server.login().status_code for _ in range(3)} == {503}
    execute(fresh_database, "ALTER TABLE hidden RENAME TO auth_user")
    assert server.login().status_code == 200


def test_http_basic_counts_as_a_login(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login="2/hour", basic_auth="on")

    def basic(password):
        pair = base64.b64encode(f"watchdxg:{password}".encode()).decode()
        return server.get("/api/users/", headers={"Authorization": f"Basic {pair}"})

    assert basic("watchdxg").status_code == 200
    assert [basic("wrong").status_code for _ in range(2)] == [401, 401]
    assert_throttled(basic("watchdxg"), 3600)
    assert server.login().status_code == 429


def test_ipv6_clients_of_one_network_share_a_throttle(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login="1/hour", **PROXY)
    assert fail_from(server, "2001:db8:1:1::1") == 401
    assert fail_from(server, "2001:db8:1:1:ffff::2") == 429
    assert fail_from(server, "2001:db8:1:2::1") == 401


def test_failed_logins_in_total_are_throttled_but_not_those_of_known_addresses(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login_total="2/hour", **PROXY)
    assert fail_from(server, "203.0.113.1", "second-pass") == 200
    assert [fail_from(server, f"198.51.100.{n}") for n in range(3)] == [401, 401, 429]
    assert_throttled(server.login("second", "second-pass", headers=at("198.51.100.9")), 3600)
    assert fail_from(server, "203.0.113.1", "second-pass") == 200
    execute(fresh_database, "UPDATE watchdxg_login_address SET last_login_at = now() - interval '31 days'")
    assert fail_from(server, "203.0.113.1", "second-pass") == 429


def test_only_a_login_makes_an_address_known(fresh_database, start_server):
    server = start_server(fresh_database, **PROXY)
    fail_from(server, "198.51.100.1")
    fail_from(server, "203.0.113.1", "second-pass")
    fail_from(server, "2001:db8:1:1::1", "second-pass")
    rows = execute(fresh_database, "SELECT address FROM watchdxg_login_address ORDER BY address")
    assert rows == [("2001:db8:1:1::/64",), ("203.0.113.1",)]


def test_all_refreshes_of_one_address_are_throttled(fresh_database, start_server):
    server = start_server(fresh_database, throttle_refresh="2/hour", **PROXY)
    token = server.login().json()["refresh"]
    token = server.refresh(token).json()["refresh"]
    assert server.refresh("nonsense").status_code == 401
    assert_throttled(server.refresh(token), 3600)
    assert server.refresh(token, headers=at("203.0.113.7")).status_code == 200


def test_only_what_refreshes_counts_as_a_refresh(fresh_database, start_server):
    """Any page in the operator's browser may send GET or OPTIONS. That must not stop the operator from refreshing."""
    server = start_server(fresh_database, throttle_refresh="1/hour")
    for method in ("GET", "HEAD", "OPTIONS", "PUT"):
        assert server.request(method, "/api/token/refresh/").status_code in (200, 405)
    assert server.refresh(server.login().json()["refresh"]).status_code == 200


def test_requests_are_throttled_by_operator(fresh_database, start_server):
    server = start_server(fresh_database, throttle_api="2/hour", **PROXY)
    one, two = mint(), mint(user_id="2")
    assert server.get("/api/accounts/nobody/", token=one).status_code == 404
    assert server.get("/api/users/", token=one).status_code == 200
    assert_throttled(server.get("/api/users/", token=one, headers=at("203.0.113.1")), 3600)
    assert server.get("/api/users/", token=two).status_code == 200
    assert server.login().status_code == 200


def test_the_api_is_not_throttled_by_default(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login=None, throttle_refresh=None)
    assert {server.get("/api/accounts/nobody/", token=mint()).status_code for _ in range(120)} == {404}


def test_a_bad_token_is_told_so_rather_than_throttled(fresh_database, start_server):
    server = start_server(fresh_database, throttle_api="1/hour")
    token = mint()
    assert server.get("/api/users/", token=token).status_code == 200
    assert server.get("/api/users/", token=token).status_code == 429
    execute(fresh_database, "UPDATE auth_user SET is_active = false WHERE id = 1")
    assert server.get("/api/users/", token=token).status_code == 401


def test_an_ended_token_does_not_use_up_its_operators_requests(fresh_database, start_server):
    server = start_server(fresh_database, throttle_api="1/hour")
    execute(fresh_database, "UPDATE auth_user SET is_active = false WHERE id = 1")
    assert {server.get("/api/users/", token=mint()).status_code for _ in range(3)} == {401}
    execute(fresh_database, "UPDATE auth_user SET is_active = true WHERE id = 1")
    assert server.get("/api/users/", token=mint()).status_code == 200


def test_throttled_comes_before_method_and_after_the_token(fresh_database, start_server):
    server = start_server(fresh_database, throttle_api="1/hour")
    assert server.post("/api/users/", token=mint()).status_code == 405
    assert server.post("/api/users/", token=mint()).status_code == 429
    assert server.post("/api/users/").status_code == 401


def test_probes_and_preflights_are_never_throttled(fresh_database, start_server):
    server = start_server(fresh_database, throttle_api="1/hour", throttle_refresh="1/hour", throttle_login="1/hour")
    preflight = {"Origin": "http://localhost:4200", "Access-Control-Request-Method": "POST"}
    for _ in range(3):
        assert server.get("/healthz").status_code == server.get("/readyz").status_code == 200
        for path in ("/api/users/", "/api/token/refresh/", "/api/token/"):
            assert server.request("OPTIONS", path, headers=preflight).status_code == 200


def test_a_throttled_answer_has_the_headers_of_every_answer(fresh_database, start_server):
    server = start_server(fresh_database, throttle_refresh="1/hour")
    server.refresh("nonsense")
    answer = server.refresh("nonsense", headers={"Origin": "http://localhost:4200", "X-Request-ID": "mine"})
    assert answer.status_code == 429 and answer.headers["X-Request-ID"] == "mine"
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:4200"
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Allow"] == "POST, OPTIONS"
