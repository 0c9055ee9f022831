"""What happens when a refresh token is used twice: the original's refusal, the grace period, and theft."""
import threading

import pytest

from support.postgres import execute
from support.tokens import claims_of, mint

BLACKLISTED = (401, {"detail": "Token is blacklisted", "code": "token_not_valid"})


def refresh(server, token):
    answer = server.refresh(token)
    return answer.status_code, answer.json()


def age_last_refresh(url, seconds):
    execute(url, "UPDATE watchdxg_session SET last_used_at = last_used_at - make_interval(secs => %s)", (seconds,))


@pytest.fixture
def graceful(fresh_database, start_server):
    return start_server(fresh_database, refresh_grace=30)


def test_without_the_grace_the_second_presenter_is_refused(fresh_database, start_server):
    server = start_server(fresh_database)
    token = server.login().json()["refresh"]
    assert refresh(server, token)[0] == 200
    assert refresh(server, token) == BLACKLISTED


@pytest.mark.parametrize("recorded", [True, False], ids=["of_a_session", "of_the_original"])
def test_within_the_grace_the_second_presenter_gets_the_very_same_successor(graceful, recorded):
    token = graceful.login().json()["refresh"] if recorded else mint("refresh")
    first = refresh(graceful, token)
    assert first[0] == 200
    assert refresh(graceful, token) == first
    assert refresh(graceful, token) == first, "and so does the third"
    assert graceful.get("/api/me/", first[1]["access"]).status_code == 200


def test_all_that_come_at_once_over_two_processes_get_the_same(fresh_database, start_server):
    servers = [start_server(fresh_database, refresh_grace=30) for _ in range(2)]
    token = servers[0].login().json()["refresh"]
    answers, gate = [], threading.Barrier(16)

    def ask(server):
        gate.wait()
        answers.append(refresh(server, token))

    threads = [threading.Thread(target=ask, args=(servers[n % 2],)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [answers[0]] * 16 and answers[0][0] == 200
    assert execute(fresh_database, "SELECT count(*) FROM token_blacklist_outstandingtoken") == [(2,)]
    assert execute(fresh_database, "SELECT count(*) FROM token_blacklist_blacklistedtoken") == [(1,)]


def test_once_the_successor_was_used_the_grace_is_over(graceful):
    token = graceful.login().json()["refresh"]
    successor = refresh(graceful, token)[1]["refresh"]
    assert refresh(graceful, successor)[0] == 200
    assert refresh(graceful, token) == BLACKLISTED


def test_once_the_successor_was_logged_out_the_grace_is_over(graceful):
    token = graceful.login().json()["refresh"]
    successor = refresh(graceful, token)[1]["refresh"]
    assert graceful.post("/api/token/blacklist/", {"refresh": successor}).status_code == 200
    assert refresh(graceful, token) == BLACKLISTED


def test_after_the_grace_the_second_presenter_is_refused(graceful, fresh_database):
    token = graceful.login().json()["refresh"]
    assert refresh(graceful, token)[0] == 200
    age_last_refresh(fresh_database, 31)
    assert refresh(graceful, token) == BLACKLISTED


def test_the_grace_is_not_for_an_inactive_operator(graceful, fresh_database):
    token = graceful.login().json()["refresh"]
    assert refresh(graceful, token)[0] == 200
    execute(fresh_database, "UPDATE auth_user SET is_active = false WHERE id = 1")
    assert refresh(graceful, token)[0] == 401


def test_a_reuse_is_logged_and_ends_nothing_by_itself(fresh_database, start_server):
    server = start_server(fresh_database)
    token = server.login().json()["refresh"]
    successor = refresh(server, token)[1]
    assert refresh(server, token) == BLACKLISTED
    assert "a refresh token was shown again after its use, from 127.0.0.1" in server.log
    assert token not in server.log
    assert refresh(server, successor["refresh"])[0] == 200


def test_a_reuse_ends_the_whole_session_where_that_is_wanted(fresh_database, start_server):
    server = start_server(fresh_database, revoke_on_reuse="on")
    token = server.login().json()["refresh"]
    bystander = server.login().json()
    first = refresh(server, token)[1]
    second = refresh(server, first["refresh"])[1]
    assert refresh(server, token) == BLACKLISTED
    assert refresh(server, second["refresh"]) == BLACKLISTED
    for access in (first["access"], second["access"]):
        assert server.get("/api/me/", access).status_code == 401
    assert server.get("/api/me/", bystander["access"]).status_code == 200
    assert refresh(server, bystander["refresh"])[0] == 200


def test_a_token_that_was_logged_out_is_no_theft(fresh_database, start_server):
    server = start_server(fresh_database, revoke_on_reuse="on")
    tokens = server.login().json()
    assert server.post("/api/token/blacklist/", {"refresh": tokens["refresh"]}).status_code == 200
    assert refresh(server, tokens["refresh"]) == BLACKLISTED
    assert "shown again" not in server.log
    assert server.get("/api/me/", tokens["access"]).status_code == 200


# -- the absolute lifetime

def test_a_session_ends_at_its_greatest_age_however_often_it_is_refreshed(fresh_database, start_server):
    server = start_server(fresh_database, session_max_age=3600)
    tokens = server.login().json()
    for token in tokens.values():
        claims = claims_of(token)
        assert claims["exp"] - claims["iat"] == 3600
    execute(fresh_database, "UPDATE watchdxg_session SET created_at = created_at - interval '50 minutes'")
    tokens = refresh(server, tokens["refresh"])[1]
    for token in tokens.values():
        claims = claims_of(token)
        assert 590 <= claims["exp"] - claims["iat"] <= 600
    execute(fresh_database, "UPDATE watchdxg_session SET created_at = created_at - interval '10 minutes'")
    assert refresh(server, tokens["refresh"]) == (401, {"detail": "Token is expired", "code": "token_not_valid"})


def test_a_token_of_the_original_is_as_old_as_it_says(fresh_database, start_server):
    server = start_server(fresh_database, session_max_age=3600)
    assert refresh(server, mint("refresh", iat="-3601"))[0] == 401
    assert refresh(server, mint("refresh", iat="-60"))[0] == 200
