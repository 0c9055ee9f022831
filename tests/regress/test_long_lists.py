"""Long lists, which have database connections of their own."""
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.data import make_database, seed
from support.postgres import PrivateCluster, execute, wait_until
from support.server import Server
from support.signals import up_to_date
from support.tokens import mint
from support.wire import StatementCounter

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


# -- a long list is a COPY, which is read by our own code

# Each with more rows than a short list has, and with everything that a column can hold.
ODD_TEXT = '"\\ \x85 \u2028 \x01\r\n \N{CHERRY BLOSSOM}, é; =1'
ODD = """
    UPDATE users SET bio = NULL, username = '', created_at = NULL, following_count = NULL WHERE id % 7 = 0;
    UPDATE users SET created_at = '0044-03-15 BC', featured_url = bio WHERE id % 11 = 0;
    UPDATE users SET created_at = 'infinity', followers_count = -2147483648, certified = NULL WHERE id % 13 = 0;
    UPDATE users SET created_at = '9999-12-31', following_count = 2147483647, follower = NOT follower WHERE id % 17 = 0;
    ALTER TABLE users DISABLE TRIGGER set_last_updated;
    UPDATE users SET last_updated = CASE id % 4 WHEN 0 THEN NULL WHEN 1 THEN '-infinity'::timestamp
        WHEN 2 THEN '2026-01-01 00:00:00.000001' ELSE '10000-01-01' END WHERE id % 3 = 0;
    UPDATE posts SET text = repeat('x', 100000), views = NULL, timestamp = 'infinity' WHERE id % 19 = 0;
    INSERT INTO actions (user_id, action_type) SELECT id, 'block' FROM users WHERE id <= 500;
    UPDATE classification SET harmful = NULL, classified_at = '-infinity', notes = '' WHERE user_id % 5 = 0"""
AS_OF = re.compile(rb'"as_of":"[^"]*"')  # of the signals: it goes on
EVERYTHING = "users/?expand=signals,classification,same_person,cohorts&"


@pytest.fixture(scope="module")
def odd(cluster):
    """A server whose rows have odd values."""
    url = make_database(cluster)
    seed(url, users=2000, posts=3000)
    execute(url, "UPDATE users SET bio = %s WHERE id %% 11 = 0", (ODD_TEXT,))
    execute(url, ODD)
    with Server(url) as server:
        up_to_date(server)
        yield server


def answer(server, path):
    said = server.get("/api/" + path, token=mint())
    assert said.status_code == 200, said.text
    return AS_OF.sub(b'"as_of":""', said.content)


def rows_of_pages(server, path, count):
    """The rows of a list as JSON, read in short pieces, which are no streams."""
    step = 500
    pages = [answer(server, f"{path}limit={step}&offset={offset}") for offset in range(0, count, step)]
    return b",".join(page[page.index(b'"results":[') + len(b'"results":['):-len(b"]}")] for page in pages)


@pytest.mark.parametrize("path, table", [("users/?", "users"), ("users/?corrected=true&", "users"), (EVERYTHING, "users"),
                                         ("users/?ordering=-risk&expand=signals&", "users"), ("posts/?", "posts"),
                                         ("classifications/?", "classification"), ("actions/?", "actions")])
def test_a_long_list_is_byte_for_byte_what_short_ones_are(odd, path, table):
    count = execute(odd.url, f"SELECT count(*) FROM {table}")[0][0]
    assert count > 500
    whole = answer(odd, path)
    assert whole == b"[" + rows_of_pages(odd, path, count) + b"]"
    lines = answer(odd, path + "format=ndjson").replace(rb"\u0085", "\x85".encode())
    assert b"[" + b",".join(lines.splitlines()) + b"]" == whole


def test_the_list_of_the_original_is_byte_for_byte_that_of_its_fields(odd):
    fields = "id,account_id,handle,username,bio,created_at,following_count,followers_count,featured_url,follower"
    assert answer(odd, "users/") == answer(odd, f"users/?fields={fields}&ordering=id")


# -- it starts once

@pytest.fixture(scope="module")
def counted():
    """(server, the counter of its statements)"""
    cluster = PrivateCluster(tcp=True).start()
    url = make_database(cluster)
    seed(url, users=3000, posts=3000)
    counter = StatementCounter(cluster.port)
    name = url.split("/")[-1].split("?")[0]
    with Server(f"postgresql://{cluster.user}@127.0.0.1:{counter.port}/{name}?sslmode=disable&gssencmode=disable") as server:
        up_to_date(server)
        server.direct_url = url
        yield server, counter
    counter.stop()
    cluster.remove()


@pytest.mark.parametrize("path, table", [("/api/posts/?views__gte=0", "posts"), ("/api/users/?account_id=1", "users")])
def test_a_list_that_was_long_starts_once_until_it_is_short(counted, path, table):
    server, counter = counted

    def started():
        """@return how often it was started as a short list, and as a stream"""
        counter.take()
        assert server.get(path, token=mint()).status_code == 200
        statements = {sql: times for (_, sql), times in counter.take().items()
                      if f"FROM {table}" in sql and "watchdxg" not in sql and "hashtextextended" not in sql}  # not the signals'
        return (sum(times for sql, times in statements.items() if "LIMIT 501" in sql),
                sum(times for sql, times in statements.items() if "TO STDOUT" in sql))

    assert started() == (1, 1), "the first time nobody knows"
    assert [started() for _ in range(3)] == [(0, 1)] * 3
    execute(server.direct_url, "DELETE FROM actions; DELETE FROM classification; DELETE FROM posts WHERE id NOT IN"
                               " (SELECT id FROM posts LIMIT 100)")
    if table == "users":
        execute(server.direct_url, "DELETE FROM posts; DELETE FROM users WHERE id > 100")
    assert started() == (0, 1), "it finds out"
    assert [started() for _ in range(3)] == [(1, 0)] * 3
