"""Long lists, which have database connections of their own."""
from concurrent.futures import ThreadPoolExecutor

from support.data import seed
from support.postgres import execute, wait_until
from support.tokens import mint

OURS = "FROM pg_stat_activity WHERE application_name = 'watchdxg-back' AND datname = current_database()"
STREAMS = 4  # what an operator has of WDX_DATABASE_STREAM_CONNECTIONS, beside as many of WDX_DATABASE_CONNECTIONS


def backends(url):
    return {pid for pid, in execute(url, "SELECT pid " + OURS)}


def test_an_idle_connection_that_postgresql_closed_is_not_used_again(fresh_database, start_server):
    """libpq calls a connection good until it reads the end: the next long lists after a restart of PostgreSQL were
    503s, one for each idle connection."""
    seed(fresh_database, users=3000)
    expected = execute(fresh_database, "SELECT count(*) FROM users WHERE account_id = 1")[0][0]
    assert expected > 500
    server = start_server(fresh_database)

    def assert_complete(_):
        answer = server.get("/api/users/?account_id=1", token=mint())
        assert answer.status_code == 200 and len(answer.json()) == expected

    def ask_at_once():
        with ThreadPoolExecutor(STREAMS) as threads:
            list(threads.map(assert_complete, range(2 * STREAMS)))

    ask_at_once()
    for _ in range(3):
        old = backends(fresh_database)
        assert len(old) > STREAMS, "an idle connection of a long list, beside those of the pool"
        execute(fresh_database, "SELECT pg_terminate_backend(pid) " + OURS)
        # Until they are gone and others have come, /readyz may still speak of the old ones.
        wait_until(lambda: backends(fresh_database) and not backends(fresh_database) & old, "new connections")
        server.wait_until_ready()
        ask_at_once()
