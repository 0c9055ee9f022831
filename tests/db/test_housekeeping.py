"""What has expired is removed: by one running server at a time, or by hand."""
import threading
import time

import pytest

from support.data import make_database
from support.postgres import connect, execute, wait_until
from support.server import Server, run_command

TOKENS = "SELECT count(*) FROM token_blacklist_outstandingtoken"
BLACKLISTED = "SELECT count(*) FROM token_blacklist_blacklistedtoken"


@pytest.fixture
def database(cluster):
    return make_database(cluster)


def count(url, sql):
    return execute(url, sql)[0][0]


def record(url, number, expires="- interval '1 second'", blacklisted=True):
    execute(url, f"""
        INSERT INTO token_blacklist_outstandingtoken (token, jti, user_id, created_at, expires_at)
        SELECT 'x', gen_random_uuid()::text, 1, now(), now() {expires} FROM generate_series(1, {number});
        """)
    if blacklisted:
        execute(url, """INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
                        SELECT id, now() FROM token_blacklist_outstandingtoken ON CONFLICT DO NOTHING""")


def record_session(url, jti, expires, access_expires):
    execute(url, f"""
        WITH session AS (
            INSERT INTO watchdxg_session (user_id, created_at, last_used_at, expires_at, refresh_jti, access_jti,
                                          access_expires_at)
            VALUES (1, now(), now(), now() {expires}, '{jti}', 'a-{jti}', now() {access_expires}) RETURNING *)
        INSERT INTO watchdxg_session_token (refresh_jti, access_jti, family, expires_at)
        SELECT refresh_jti, access_jti, family, greatest(expires_at, access_expires_at) FROM session""")


def test_the_server_removes_what_has_expired_and_nothing_else(database):
    record(database, 12000)
    record(database, 3, "+ interval '1 hour'")
    record_session(database, "over", "- interval '1 second'", "- interval '1 hour'")
    record_session(database, "refresh-lives", "+ interval '1 hour'", "- interval '1 second'")
    record_session(database, "access-lives", "- interval '1 second'", "+ interval '1 hour'")
    execute(database, "INSERT INTO watchdxg_login_address VALUES ('192.0.2.1', now() - interval '31 days'), "
                      "('192.0.2.2', now() - interval '29 days')")
    execute(database, """INSERT INTO watchdxg_idempotency_key (operator_id, key, request_hash, status, response, created_at)
                         SELECT 1, n::text, '', 201, '{}', now() - interval '24 hours' + interval '20 seconds' * (n - 2500)
                           FROM generate_series(1, 3000) AS n WHERE n NOT BETWEEN 2450 AND 2600""")
    execute(database, """INSERT INTO watchdxg_idempotency_key (operator_id, key, request_hash, status, response, created_at)
                         SELECT 1, ' ' || n, '', 200, '{}', now() - interval '11 minutes' FROM generate_series(1, 25000) AS n
                         UNION ALL SELECT 1, ' new', '', 200, '{}', now()""")
    with Server(database):
        wait_until(lambda: count(database, TOKENS) == 3, "expired tokens to go")
        wait_until(lambda: count(database, "SELECT count(*) FROM watchdxg_login_address") == 1, "old addresses to go")
        wait_until(lambda: count(database, "SELECT count(*) FROM watchdxg_idempotency_key") == 401, "old keys to go")
        assert count(database, "SELECT min(key::integer) FROM watchdxg_idempotency_key WHERE key <> ' new'") == 2601
        assert count(database, BLACKLISTED) == 3
        assert execute(database, "SELECT refresh_jti FROM watchdxg_session ORDER BY 1") == [
            ("access-lives",), ("refresh-lives",)]
        assert execute(database, "SELECT refresh_jti FROM watchdxg_session_token ORDER BY 1") == [
            ("access-lives",), ("refresh-lives",)]


def test_one_instance_at_a_time(database):
    """A server that does not get the lock does nothing."""
    record(database, 10)
    holder = connect(database, autocommit=False)
    holder.cursor().execute("SELECT pg_advisory_xact_lock(2003068280)")
    with Server(database) as server:
        assert server.login().status_code == 200
        assert count(database, TOKENS) == 11
    holder.rollback()
    holder.close()


def test_by_hand_everything_goes_and_sessions_too(database):
    record(database, 12000)
    record_session(database, "over", "- interval '1 second'", "- interval '1 hour'")
    done = run_command("flushexpiredtokens", url=database)
    assert (done.returncode, done.stdout) == (0, "Expired tokens deleted: 12000.\n")
    assert count(database, TOKENS) == count(database, BLACKLISTED) == 0
    assert count(database, "SELECT count(*) FROM watchdxg_session") == 0
    assert count(database, "SELECT count(*) FROM watchdxg_session_token") == 0
    again = run_command("flushexpiredtokens", url=database)
    assert (again.returncode, again.stdout) == (0, "Expired tokens deleted: 0.\n")


def test_by_hand_waits_for_whoever_is_at_it(database):
    import threading
    record(database, 10)
    holder = connect(database, autocommit=False)
    holder.cursor().execute("SELECT pg_advisory_xact_lock(2003068280)")
    runs = []
    thread = threading.Thread(target=lambda: runs.append(run_command("flushexpiredtokens", url=database)))
    thread.start()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
    wait_until(lambda: execute(database, waiting), "the command to wait")
    holder.rollback()
    holder.close()
    thread.join()
    assert runs[0].stdout == "Expired tokens deleted: 10.\n"


def test_a_stop_does_not_wait_for_the_next_time(database):
    """Housekeeping that was interrupted by the stop used to wait for its next turn."""
    record(database, 10)
    holder = connect(database, autocommit=False)
    holder.cursor().execute("LOCK TABLE token_blacklist_outstandingtoken")
    server = Server(database)
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    wait_until(lambda: execute(database, waiting), "housekeeping to wait for the table")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 8, "its next try would have been after 10 s"
    holder.rollback()
    holder.close()
