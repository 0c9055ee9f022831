"""The core's tables change or disappear while requests use them."""
import os
import threading
from collections import Counter
from contextlib import contextmanager

import pytest
import requests

from support.data import seed
from support.postgres import connect, execute, wait_until
from support.tokens import mint

ACCOUNT, USERS = "/api/accounts/synka777/", "/api/users/?account_id=1"
NOTICED = 45  # seconds: the catalog is read at most every 30


class Asker(threading.Thread):
    """Asks for one path on one connection until told to stop, and counts the answers."""

    def __init__(self, server, path):
        super().__init__(daemon=True)
        self.url = f"http://127.0.0.1:{server.port}{path}"
        self.statuses, self.errors = Counter(), []
        self.stopped = threading.Event()

    def run(self):
        headers = {"Host": "localhost", "Authorization": "Bearer " + mint()}
        with requests.Session() as session:
            session.trust_env = False
            while not self.stopped.is_set():
                try:
                    answer = session.get(self.url, headers=headers, timeout=60)
                except requests.RequestException as error:
                    self.errors.append(repr(error))
                    return
                self.statuses[answer.status_code] += 1


@contextmanager
def asked_by(server, *paths):
    """One thread for each path; yields a function that waits until each has got `status` `times` times more."""
    threads = [Asker(server, path) for path in paths]

    def wait_for(status, times=1):
        goals = [thread.statuses[status] + times for thread in threads]
        wait_until(lambda: any(thread.errors for thread in threads) or
                   all(thread.statuses[status] >= goal for thread, goal in zip(threads, goals)),
                   f"{times} answers {status}: {[dict(thread.statuses) for thread in threads]}", 60)

    wait_for.heard = lambda: sum((thread.statuses for thread in threads), Counter())
    for thread in threads:
        thread.start()
    try:
        yield wait_for
    finally:
        for thread in threads:
            thread.stopped.set()
        for thread in threads:
            thread.join(70)
    assert not [error for thread in threads for error in thread.errors]


def test_a_type_that_changes_again_and_again_under_load_is_never_an_error(fresh_database, start_server):
    """The failures of batches sent before the plans were forgotten dropped the new plans as well, or counted names as
    prepared that were not: 500s (26000, 42P05) after a change of type."""
    server = start_server(fresh_database)
    with asked_by(server, *[USERS, ACCOUNT] * 4) as wait_for:
        for kind in ["timestamptz", "date"] * 15:
            wait_for(200)
            execute(fresh_database, f"ALTER TABLE users ALTER created_at TYPE {kind}")
        wait_for(200, 5)
    assert set(wait_for.heard()) == {200}


@pytest.mark.parametrize("warm", [True, False], ids=["prepared_before", "first_use"])
def test_a_prepare_that_fails_late_does_not_poison_its_connection(fresh_database, start_server, warm):
    """A statement counted as prepared once its PREPARE was sent: when that then failed, by the timeout, the connection
    answered 26000 (does not exist) to every later use."""
    server = start_server(fresh_database, statement_timeout=1)
    if warm:
        with asked_by(server, *[ACCOUNT] * 8) as wait_for:
            wait_for(200, 5)
    holder = connect(fresh_database, autocommit=False)
    holder.cursor().execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE; "
                            "ALTER TABLE accounts ALTER handle TYPE text")
    with asked_by(server, *[ACCOUNT] * 8) as wait_for:
        wait_for(503, 2)
    while_locked = set(wait_for.heard())
    holder.commit()
    holder.close()
    with asked_by(server, *[ACCOUNT] * 8) as wait_for:
        wait_for(200, 10)
    assert set(wait_for.heard()) == {200}
    assert while_locked == {503}


def test_a_column_dropped_is_named_where_only_long_lists_are_asked_for(fresh_database, start_server):
    """Only short lists reread the schema when a column was missing: a list known as long was answered 500, or a 200
    that broke off, for as long as the column was away."""
    seed(fresh_database, users=3000)
    expected = execute(fresh_database, "SELECT count(*) FROM users WHERE account_id = 1")[0][0]
    assert expected > 500
    server = start_server(fresh_database)
    for _ in range(3):
        assert len(server.get(USERS, token=mint()).json()) == expected
    execute(fresh_database, "ALTER TABLE users DROP COLUMN bio")
    for _ in range(3):
        answer = server.get(USERS, token=mint())
        assert answer.status_code == 503, answer.text[:300]
        assert "users.bio" in answer.json()["detail"] and int(answer.headers["Retry-After"]) > 0
    execute(fresh_database, "ALTER TABLE users ADD COLUMN bio text")
    wait_until(lambda: server.get(USERS, token=mint()).status_code == 200, "the column to be found again", NOTICED)
    assert len(server.get(USERS, token=mint()).json()) == expected


# -- privileges

@pytest.fixture
def restricted(fresh_database):
    """(URL for a role that may use everything but `users`, function that runs SQL with {role} as the owner)"""
    role = f"restricted_{os.urandom(4).hex()}"

    def as_owner(sql):
        execute(fresh_database, sql.format(role=role))

    as_owner("CREATE ROLE {role} LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}; "
             "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}; REVOKE ALL ON users FROM {role}")
    scheme, _, rest = fresh_database.partition("://")
    return f"{scheme}://{role}@{rest.partition('@')[2]}", as_owner


def assert_users_out_of_reach(server):
    for path in (USERS, "/api/users/", ACCOUNT):
        answer = server.get(path, token=mint())
        assert answer.status_code == 503, answer.text
        assert "users" in answer.json()["detail"] and int(answer.headers["Retry-After"]) > 0
    assert server.get("/readyz").status_code == 503
    tokens = server.login()
    assert tokens.status_code == 200
    assert server.refresh(tokens.json()["refresh"]).status_code == 200


def test_a_table_that_must_not_be_read_is_named(restricted, start_server):
    """A missing SELECT privilege (42501) was answered 500, with /readyz at 200."""
    url, as_owner = restricted
    server = start_server(url, wait="live")
    assert_users_out_of_reach(server)
    as_owner("GRANT SELECT ON users TO {role}")
    server.wait_until_ready(NOTICED)
    assert len(server.get(USERS, token=mint()).json()) == 3


def test_a_privilege_taken_away_while_running_is_named(restricted, start_server):
    """As above, from the first request on that finds it gone."""
    url, as_owner = restricted
    as_owner("GRANT SELECT ON users TO {role}")
    server = start_server(url)
    assert len(server.get(USERS, token=mint()).json()) == 3
    as_owner("REVOKE SELECT ON users FROM {role}")
    assert_users_out_of_reach(server)
