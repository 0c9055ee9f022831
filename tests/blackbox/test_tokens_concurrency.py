"""The rotation of a refresh token is one atomic step, however many clients and servers do it at once."""
import json
import threading

import pytest

from support.postgres import connect, execute, wait_until
from support.raw import request
from support.tokens import claims_of, mint

BLACKLISTED = (401, {"detail": "Token is blacklisted", "code": "token_not_valid"})
CLIENTS = 64


def refresh_at_once(jobs):
    """Sends POST /api/token/refresh/ for each (server, token), all together.  @return [(status, body)] in order"""
    answers, gate = [None] * len(jobs), threading.Barrier(len(jobs))

    def ask(number, server, token):
        with server.connect() as connection:
            body = json.dumps({"refresh": token}).encode()
            data = request("/api/token/refresh/", "POST", [("Content-Type", "application/json")], body, host=server.host)
            gate.wait()
            answer = connection.send(data).read()
            answers[number] = (answer.status, answer.json())

    threads = [threading.Thread(target=ask, args=(n, *job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def record(url, token):
    """Stores a refresh token as a login does."""
    claims = claims_of(token)
    execute(url, "INSERT INTO token_blacklist_outstandingtoken (token, jti, user_id, created_at, expires_at) "
                 "VALUES (%s, %s, %s, now(), to_timestamp(%s))", (token, claims["jti"], 1, claims["exp"]))


def outstanding(url):
    return sorted(jti for jti, in execute(url, "SELECT jti FROM token_blacklist_outstandingtoken"))


def blacklisted(url):
    return sorted(jti for jti, in execute(url, "SELECT o.jti FROM token_blacklist_blacklistedtoken b "
                                               "JOIN token_blacklist_outstandingtoken o ON o.id = b.token_id"))


def assert_exactly_one_won(url, token, answers):
    winners = [body for status, body in answers if status == 200]
    assert len(winners) == 1, answers
    assert [a for a in answers if a[0] != 200] == [BLACKLISTED] * (len(answers) - 1)
    old, new = claims_of(token)["jti"], claims_of(winners[0]["refresh"])["jti"]
    assert outstanding(url) == sorted([old, new])
    assert blacklisted(url) == [old]
    stored = execute(url, "SELECT token, user_id FROM token_blacklist_outstandingtoken WHERE jti = %s", (new,))
    assert stored == [(winners[0]["refresh"], 1)]


@pytest.fixture
def servers(fresh_database, start_server):
    return [start_server(fresh_database) for _ in range(2)]


@pytest.mark.parametrize("known", [True, False], ids=["recorded", "unrecorded"])
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("attempt", range(3))
def test_of_concurrent_refreshes_with_one_token_exactly_one_wins(fresh_database, servers, known, processes, attempt):
    token = mint("refresh")
    if known:
        record(fresh_database, token)
    answers = refresh_at_once([(servers[n % processes], token) for n in range(CLIENTS)])
    assert_exactly_one_won(fresh_database, token, answers)


def test_concurrent_refreshes_with_different_tokens_all_win(fresh_database, servers):
    tokens = [mint("refresh") for _ in range(CLIENTS)]
    answers = refresh_at_once([(servers[n % 2], token) for n, token in enumerate(tokens)])
    assert [status for status, _ in answers] == [200] * CLIENTS
    old = [claims_of(token)["jti"] for token in tokens]
    new = [claims_of(body["refresh"])["jti"] for _, body in answers]
    assert outstanding(fresh_database) == sorted(old + new)
    assert blacklisted(fresh_database) == sorted(old)


def test_chains_that_rotate_side_by_side_stay_whole(fresh_database, servers):
    """The token of every answer can be used exactly once more, at any server."""
    tokens = [mint("refresh") for _ in range(4)]
    spent = []
    for turn in range(10):
        answers = refresh_at_once([(servers[(n + turn) % 2], token) for n, token in enumerate(tokens)])
        assert [status for status, _ in answers] == [200] * 4
        spent += [claims_of(token)["jti"] for token in tokens]
        tokens = [body["refresh"] for _, body in answers]
    assert blacklisted(fresh_database) == sorted(spent)
    assert outstanding(fresh_database) == sorted(spent + [claims_of(token)["jti"] for token in tokens])


def test_a_token_that_another_transaction_is_blacklisting_is_not_rotated(fresh_database, servers):
    """The original may run on the same database: the loser waits for it and is then refused.

    The original's foreign keys are checked at commit, when the rotation already waits for it: locking the row of the
    token more than a foreign key allows would be a deadlock.
    """
    token = mint("refresh")
    record(fresh_database, token)
    other = connect(fresh_database, autocommit=False)
    other.cursor().execute("INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at) "
                           "SELECT id, now() FROM token_blacklist_outstandingtoken")
    answers = []
    thread = threading.Thread(target=lambda: answers.extend(refresh_at_once([(servers[0], token)])))
    thread.start()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    wait_until(lambda: answers or execute(fresh_database, waiting), "the rotation to wait")
    other.commit()
    thread.join()
    other.close()
    assert answers == [BLACKLISTED]
    assert blacklisted(fresh_database) == [claims_of(token)["jti"]]


def test_concurrent_logins_are_all_recorded(fresh_database, servers):
    answers = []
    threads = [threading.Thread(target=lambda s=s: answers.append(s.login())) for s in servers * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a.status_code for a in answers] == [200] * 4
    assert outstanding(fresh_database) == sorted(claims_of(a.json()["refresh"])["jti"] for a in answers)


def test_a_full_hash_queue_refuses_instead_of_growing(fresh_database, start_server):
    """When the queue is full, a login is told to try again, and the event loop goes on answering."""
    server = start_server(fresh_database, hash_queue=1, hash_threads=1)
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(server.login("nobody", "x").status_code))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert server.get("/healthz", timeout=5).status_code == 200
    assert set(statuses) == {401, 503}
    assert server.login().status_code == 200
