"""One value decides neither the fate nor the length of an answer: it is null, and the rest is served."""
import pytest

from support.data import apply_core_schema, make_database
from support.postgres import connect, execute
from support.server import Server, migrate, run_command
from support.tokens import mint

EMPTY = "DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777');"
ACCOUNT = "/api/accounts/synka777/"
INSIGHT = [ACCOUNT + route for route in ("stats/", "cohorts/", "triage/", "calibration/", "data-quality/", "history/",
                                         "changes/?since=2020-01-01")]


def get(server, path, status=200, **params):
    answer = server.get(path, token=mint("access"), params=params)
    assert answer.status_code == status, (path, answer.text[:300])
    return answer.json()


def pages(server, **params):
    """The ids of a list, page by page."""
    page = get(server, "/api/users/", page_size="2", **params)
    while True:
        yield [row["id"] for row in page["results"]]
        if not page["next"]:
            return
        page = get(server, "/api/users/" + "?" + page["next"].split("?")[1])


ODD_TIMES = ["294276-12-31 23:59:59.999999", "4714-11-24 00:00:00 BC", "infinity", "-infinity", "10000-01-01", "0001-12-31 23:00 BC"]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati"])
def test_times_at_postgresqls_limits_are_null_in_any_zone(cluster, zone):
    url = make_database(cluster)
    execute(url, f"ALTER DATABASE \"{url.split('?')[0].rsplit('/', 1)[1]}\" SET TimeZone = '{zone}'")
    execute(url, EMPTY + "INSERT INTO users (id, account_id, handle, last_updated) VALUES " + ", ".join(
        f"({n}, 1, 'u{n}', '{time}')" for n, time in enumerate(ODD_TIMES)) + ", (99, 1, 'fine', '2026-01-02 10:00');")
    execute(url, """INSERT INTO posts (id, user_id, timestamp) SELECT n, 99, CASE n WHEN 1 THEN timestamptz 'infinity'
                      WHEN 2 THEN '294276-12-31 23:59:59.999999+00' WHEN 3 THEN '4714-11-24 00:00:00+00 BC' ELSE now() END
                      FROM generate_series(1, 4) AS n;
                    INSERT INTO actions (user_id, timestamp) VALUES (99, '294276-12-31 23:59:59.999999+00'), (99, '4714-11-24 00:00+00 BC');
                    INSERT INTO classification (user_id, classified_at) VALUES (99, '4714-11-24 00:00+00 BC')""")
    with Server(url) as server:
        rows = get(server, "/api/users/", fields="id,last_updated")
        assert [row["last_updated"] for row in rows[:-1]] == [None] * len(ODD_TIMES)
        assert rows[-1]["last_updated"] is not None
        assert [row["timestamp"] is None for row in get(server, "/api/posts/")] == [True] * 3 + [False]
        assert [row["timestamp"] for row in get(server, "/api/actions/")] == [None, None]
        for ordering in ("last_updated", "-last_updated"):
            seen = [id for page in pages(server, ordering=ordering) for id in page]
            assert sorted(seen) == [0, 1, 2, 3, 4, 5, 99]
            whole = [row["id"] for row in get(server, "/api/users/", ordering=ordering)]
            assert seen == whole
        assert len(get(server, "/api/posts/", page_size="1", ordering="timestamp")["results"]) == 1
        assert [row["id"] for row in get(server, "/api/users/", last_updated__gte="2026-01-01")] == [0, 2, 4, 99]
        for path in INSIGHT + ["/api/users/99/", "/api/users/0/report/?format=json", "/api/users/?expand=signals,classification",
                               "/api/classifications/", "/api/users/99/posts/?ordering=-timestamp"]:
            get(server, path)


@pytest.mark.parametrize("schema", ["v1", "v3"])
def test_dates_that_iso_8601_cannot_carry_are_null_page_by_page(cluster, schema):
    url = make_database(cluster, schema)
    dates = ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01", "0001-01-01", "9999-12-31", "2020-02-29"]
    execute(url, EMPTY + "INSERT INTO users (id, account_id, handle, created_at) VALUES " + ", ".join(
        f"({n}, 1, 'u{n}', '{date}')" for n, date in enumerate(dates)))
    with Server(url) as server:
        rows = get(server, "/api/users/", fields="id,created_at")
        assert [row["created_at"] for row in rows[:4]] == [None] * 4
        assert [row["created_at"][:10] for row in rows[4:]] == ["0001-01-01", "9999-12-31", "2020-02-29"]
        assert [id for page in pages(server, ordering="created_at") for id in page] == [1, 2, 4, 6, 5, 3, 0]
        for path in INSIGHT:
            get(server, path)


def test_one_odd_time_hides_no_other(cluster):
    url = make_database(cluster)
    execute(url, EMPTY + """INSERT INTO users (id, account_id, handle, last_updated) VALUES (1, 1, 'a', 'infinity'),
        (2, 1, 'b', '2026-01-02 10:00'), (3, 1, 'c', '294276-12-31 23:59:59.999999'), (4, 1, 'd', '-infinity');
        INSERT INTO posts (id, user_id, timestamp) VALUES (1, 1, 'infinity'), (2, 1, '2026-01-01 10:00+00'), (3, 1, '20000-01-01 00:00+00')""")
    with Server(url) as server:
        answer = get(server, ACCOUNT + "stats/")
        assert answer["last_scrape_at"] == "2026-01-02T10:00:00Z"
        assert answer["posts"]["last_post_at"] == "2026-01-01T10:00:00Z"
        signals = get(server, "/api/users/1/signals/")["signals"]
        assert next(each["value"] for each in signals if each["id"] == "inactive") >= 0


@pytest.fixture(scope="module")
def ascii_database(cluster):
    """A database that takes bytes of any encoding, as an old one restored into a cluster without a locale does."""
    execute(cluster.url("postgres"), "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    url = cluster.url("bytes")
    apply_core_schema(url, "v3")
    migrate(url)
    done = run_command("create_user", "--username", "watchdxg", "--password-stdin", url=url, stdin="correct-horse-battery")
    assert done.returncode == 0, done.stderr
    execute(url, EMPTY)
    connection = connect(url)
    with connection.cursor() as cursor:
        cursor.execute("SET client_encoding TO 'SQL_ASCII'")
        for n, (handle, bio) in enumerate([("b'a'", "fine"), ("caf\\351", "half a letter: \\303"), ("d", "Grüße 🎉"), ("\\377\\376", "x"), ("e", None)]):
            cursor.execute("INSERT INTO users (id, account_id, handle, username, bio, created_at, followers_count) VALUES"
                           " (%s, 1, convert_from(%s::bytea, 'SQL_ASCII'), 'name', convert_from(%s::bytea, 'SQL_ASCII'), '2020-01-01', 5)",
                           (n, handle, None if bio is None else bio.encode() if "\\" not in bio else bio))
        cursor.execute("INSERT INTO posts (id, user_id, text) VALUES (1, 1, convert_from('bad \\377'::bytea, 'SQL_ASCII')), (2, 1, 'good')")
    connection.close()
    return url


def test_a_byte_that_is_no_utf_8_makes_its_value_null_and_no_other(ascii_database):
    with Server(ascii_database) as server:
        rows = get(server, "/api/users/", account_id="1")
        assert [(row["handle"], row["bio"]) for row in rows] == [
            ("b'a'", "fine"), (None, None), ("d", "Grüße 🎉"), (None, "x"), ("e", None)]
        assert {row["username"] for row in rows} == {"name"}
        assert [row["text"] for row in get(server, "/api/posts/")] == [None, "good"]
        assert [row["id"] for row in get(server, "/api/users/", search="grüße")] in ([2], [])  # case folding is the locale's
        assert [row["id"] for row in get(server, "/api/users/", bio__contains="Grüße")] == [2]
        assert [id for page in pages(server, ordering="handle") for id in page] == [
            row["id"] for row in get(server, "/api/users/", ordering="handle")]
        for path in INSIGHT + ["/api/users/1/", "/api/users/1/report/?format=json", "/api/users/?expand=signals,same_person", "/api/users/3/signals/"]:
            get(server, path)
        for path in ("/api/users/?format=csv", "/api/posts/?format=ndjson", "/api/users/1/report/"):
            answer = server.get(path, token=mint("access"))
            assert answer.status_code == 200 and answer.content.decode()  # it is UTF-8
