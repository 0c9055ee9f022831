"""The operator: who am I, and a new password that ends every session."""
import threading
import time

import pytest

from support.postgres import connect, execute, wait_until
from support.server import Server
from support.tokens import mint

WRONG = (400, {"current_password": ["Your current password was entered incorrectly. Please enter it again."]})
NEW = "correct-horse-battery"


def change(server, token, current="watchdxg", new=NEW, **more):
    answer = server.post("/api/me/password/", {"current_password": current, "new_password": new, **more}, token)
    return answer.status_code, answer.json() if answer.content else None


@pytest.fixture
def server(fresh_database, start_server):
    return start_server(fresh_database)


def test_me_is_the_operator_of_the_token(server, access):
    answer = server.get("/api/me/", access)
    assert answer.status_code == 200
    assert list(answer.json()) == ["id", "username", "email", "date_joined", "second_factor"]
    assert (answer.json()["id"], answer.json()["username"], answer.json()["second_factor"]) == (1, "watchdxg", False)
    assert server.get("/api/me/", mint(user_id="2")).json()["username"] == "second"


def test_me_by_basic(fresh_database, start_server):
    server = start_server(fresh_database, basic_auth="on")
    answer = server.request("GET", "/api/me/", auth=("watchdxg", "watchdxg"))
    assert (answer.status_code, answer.json()["id"]) == (200, 1)


def test_a_changed_password_ends_every_session_and_logs_in_at_once(server, fresh_database):
    first, second = server.login().json(), server.login().json()
    foreign = mint("refresh")
    assert change(server, first["access"]) == (204, None)
    for tokens in (first, second):
        assert server.get("/api/me/", tokens["access"]).status_code == 401
        assert server.refresh(tokens["refresh"]).status_code == 401
        assert server.post("/api/token/verify/", {"token": tokens["access"]}).status_code == 401
    assert server.refresh(foreign).json() == {"detail": "Token is invalid", "code": "token_not_valid"}
    assert server.login().status_code == 401
    fresh = server.login(password=NEW)
    assert fresh.status_code == 200
    assert server.get("/api/me/", fresh.json()["access"]).status_code == 200
    refreshed = server.refresh(fresh.json()["refresh"])
    assert refreshed.status_code == 200
    assert len(server.get("/api/sessions/", refreshed.json()["access"]).json()) == 1
    assert execute(fresh_database, "SELECT password ~ '^pbkdf2_sha256[$]1000000[$]' FROM auth_user WHERE id = 1") == [
        (True,)]


def test_a_wrong_current_password_changes_nothing(server):
    tokens = server.login().json()
    assert change(server, tokens["access"], current="wrong") == WRONG
    assert server.get("/api/me/", tokens["access"]).status_code == 200
    assert server.login().status_code == 200


@pytest.mark.parametrize("new, words", [
    ("short1", "This password is too short. It must contain at least 8 characters."),
    ("password", "This password is too common."),
    ("8520741963", "This password is entirely numeric."),
    ("watchdxg1", "The password is too similar to the username."),
])
def test_a_new_password_is_judged_in_djangos_words(server, access, new, words):
    status, body = change(server, access, new=new)
    assert status == 400 and list(body) == ["new_password"] and words in body["new_password"]
    assert server.login().status_code == 200


@pytest.mark.parametrize("body, expected", [
    ({}, {"current_password": ["This field is required."], "new_password": ["This field is required."]}),
    ({"current_password": "x", "new_password": None}, {"new_password": ["This field may not be null."]}),
    ({"current_password": "x", "new_password": " "}, {"new_password": ["This field may not be blank."]}),
    ({"current_password": ["x"], "new_password": "y"}, {"current_password": ["Not a valid string."]}),
])
def test_fields_are_checked_as_everywhere(server, access, body, expected):
    answer = server.post("/api/me/password/", body, access)
    assert (answer.status_code, answer.json()) == (400, expected)


def test_without_a_token_no_password_is_looked_at(server):
    answer = server.post("/api/me/password/", {"current_password": "watchdxg", "new_password": NEW})
    assert answer.status_code == 401
    assert server.login().status_code == 200


def test_of_two_changes_at_once_one_wins(fresh_database, start_server):
    servers = [start_server(fresh_database) for _ in range(2)]
    access = servers[0].login().json()["access"]
    answers, gate = [], threading.Barrier(2)

    def ask(number):
        gate.wait()
        answers.append((number, change(servers[number], access, new=f"{NEW}-{number}")))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for number, answer in answers if answer == (204, None)]
    assert len(winners) == 1, answers
    (loser,) = [answer for number, answer in answers if number not in winners]
    assert loser == WRONG or loser[0] == 401, "it may have been too late for its token"
    assert servers[0].login(password=f"{NEW}-{winners[0]}").status_code == 200


def test_a_login_beside_a_change_is_refused_or_newer_than_it(fresh_database, start_server):
    """A login that began with the old password is either ended by the change or refused."""
    server = start_server(fresh_database, hash_threads=2)
    access = server.login().json()["access"]
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(server.login())) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert change(server, access)[0] == 204
    for thread in threads:
        thread.join()
    for answer in answers:
        if answer.status_code == 200:
            assert server.get("/api/me/", answer.json()["access"]).status_code == 401
            assert server.refresh(answer.json()["refresh"]).status_code == 401


def test_the_answer_comes_when_its_second_is_over(server):
    """`iat` has whole seconds: a login after the answer is newer than the cut-off."""
    assert change(server, server.login().json()["access"])[0] == 204
    (cutoff,) = execute(server.url, "SELECT extract(epoch FROM not_before)::float FROM watchdxg_session_cutoff")[0]
    assert time.time() >= cutoff + 1


def test_no_secret_reaches_the_log(fresh_database, start_server):
    server = start_server(fresh_database, log_level="debug")
    tokens = server.login().json()
    change(server, tokens["access"], current="a-wrong-secret")
    server.login(password="another-wrong-secret")
    assert change(server, tokens["access"])[0] == 204
    server.refresh(tokens["refresh"])
    for secret in (*tokens.values(), NEW, "a-wrong-secret", "another-wrong-secret", "pbkdf2_sha256"):
        assert secret not in server.log


def test_a_change_ends_tokens_of_a_process_whose_clock_is_ahead(server, fresh_database):
    """The cut-off lets them pass; their session is over all the same."""
    tokens = server.login().json()
    assert change(server, tokens["access"]) == (204, None)
    execute(fresh_database, "UPDATE watchdxg_session_cutoff SET not_before = not_before - interval '1 hour'")
    assert server.get("/api/me/", tokens["access"]).status_code == 401
    assert server.refresh(tokens["refresh"]).status_code == 401


def test_a_change_waits_for_a_rotation_of_the_original(server, fresh_database):
    """The original knows nothing of our lock, but of the operator's row: the token that it has just made ends, too."""
    access = server.login().json()["access"]
    other = connect(fresh_database, autocommit=False)
    other.cursor().execute("SELECT 1 FROM auth_user WHERE id = 1 FOR UPDATE")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(change(server, access)))
    thread.start()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    wait_until(lambda: execute(fresh_database, waiting), "the change to wait for the row")
    other.cursor().execute("INSERT INTO token_blacklist_outstandingtoken (token, jti, user_id, created_at, expires_at) "
                           "VALUES ('t', 'rotated', 1, now(), now() + interval '1 day')")
    other.commit()
    other.close()
    thread.join()
    assert answers == [(204, None)]
    assert ("rotated",) in execute(fresh_database, "SELECT o.jti FROM token_blacklist_blacklistedtoken b "
                                                   "JOIN token_blacklist_outstandingtoken o ON o.id = b.token_id")
