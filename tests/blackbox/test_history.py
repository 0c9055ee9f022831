"""The history of an account day by day, and what changed in its audience since a date."""
import datetime

import pytest

from support.data import make_database
from support.postgres import connect, execute, wait_until
from support.server import Server
from support.tokens import mint

UTC = datetime.timezone.utc
HISTORY = "/api/accounts/synka777/history/"
CHANGES = "/api/accounts/synka777/changes/"
ROWS = """
DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'Empty');
INSERT INTO users (id, account_id, handle, certified, following_count, followers_count, follower) VALUES
    (1, 1, 'a', true, 100, 1000, true), (2, 1, 'b', NULL, 10, 10, false), (3, 1, 'c', false, NULL, NULL, true),
    (4, NULL, 'd', true, 1, 1, true), (5, 1, NULL, NULL, 5, 5, NULL);
INSERT INTO classification (user_id, harmful, inactive) VALUES (1, true, true), (2, false, NULL), (4, true, false);
INSERT INTO posts (id, user_id, repost) VALUES (1, 1, true), (2, 1, false), (3, 3, NULL), (4, 4, true);
INSERT INTO actions (user_id, action_type) VALUES (1, 'block'), (NULL, 'block');
"""
TODAY = {"users": {"total": 4, "people": 4, "followers": 2, "certified": 1, "harmful": 1, "inactive": 1, "sane": 1, "unclassified": 2},
         "posts": {"total": 3, "reposts": 1}, "actions": {"total": 1}, "audience": None}


def today():
    return datetime.datetime.now(UTC).date().isoformat()


def yesterday():
    return (datetime.datetime.now(UTC).date() - datetime.timedelta(days=1)).isoformat()


def get(server, path, status=200, **params):
    answer = server.get(path, token=mint("access"), params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def taken(url):
    return execute(url, "SELECT max(taken_at) FROM watchdxg_daily_snapshot")[0][0]


def look(url):
    """A server has been there and has looked at the rows."""
    before = taken(url)
    with Server(url):
        wait_until(lambda: taken(url) != before, "a snapshot")


@pytest.fixture
def url(fresh_database):
    execute(fresh_database, ROWS)
    return fresh_database


def ids(changes, kind):
    return [each["id"] for each in changes[kind]]


# -- history


def test_a_start_takes_the_snapshot_of_the_day_of_each_account(url):
    with Server(url) as server:
        wait_until(lambda: taken(url), "a snapshot")
        assert get(server, HISTORY) == [{"day": today(), **TODAY}]
        assert get(server, "/api/accounts/empty/history/") == [{
            "day": today(), "users": dict.fromkeys(TODAY["users"], 0), "posts": {"total": 0, "reposts": 0},
            "actions": {"total": 0}, "audience": None}]


def test_the_counts_are_those_of_the_statistics(url):
    with Server(url) as server:
        wait_until(lambda: taken(url), "a snapshot")
        statistics = get(server, "/api/accounts/synka777/stats/")
        (row,) = get(server, HISTORY)
        for member in ("users", "posts", "actions"):
            assert row[member] == {name: statistics[member][name] for name in row[member]}


def test_a_column_account_id_of_another_table_of_the_core_is_not_mistaken(url):
    """The snapshot failed with 42702, for ever."""
    execute(url, "; ".join(f"ALTER TABLE {table} ADD COLUMN account_id integer DEFAULT 7"
                           for table in ("posts", "classification", "actions")))
    look(url)
    assert execute(url, "SELECT count(*) FROM watchdxg_daily_snapshot WHERE account_id = 7") == [(0,)]


def test_a_change_is_seen_after_the_interval_and_replaces_the_row_of_the_day(url):
    with Server(url, watch_interval=1, history_interval=5) as server:
        first = wait_until(lambda: taken(url), "a snapshot")
        execute(url, "INSERT INTO users (id, account_id, follower) VALUES (6, 1, true); DELETE FROM posts WHERE id = 1")
        second = wait_until(lambda: taken(url) != first and taken(url), "the next snapshot")
        assert second - first >= datetime.timedelta(seconds=4)  # one per interval, whatever changes
        (row,) = [each for each in get(server, HISTORY) if each["day"] == today()]
        assert row["users"]["total"] == 5 and row["posts"] == {"total": 2, "reposts": 0}
        assert ids(get(server, CHANGES, since=today()), "new") == [6]


def test_days_of_the_past_stay_as_they_were_and_are_chosen_by_from_and_to(url):
    execute(url, """INSERT INTO watchdxg_daily_snapshot (account_id, day, taken_at, users_total)
                    SELECT 1, day, day, 7 FROM (VALUES ('2026-01-01'::date), ('2026-01-03'), ('2026-02-01')) AS v (day);
                    INSERT INTO watchdxg_daily_snapshot (account_id, day, taken_at) VALUES (3, '2026-01-02', now())""")
    look(url)

    with Server(url) as server:
        def days(**params):
            return [row["day"] for row in get(server, HISTORY, **params)]

        assert days() == ["2026-01-01", "2026-01-03", "2026-02-01", today()]
        assert days(**{"from": "2026-01-03"}) == ["2026-01-03", "2026-02-01", today()]
        assert days(to="2026-01-03") == ["2026-01-01", "2026-01-03"]
        assert days(**{"from": "2026-01-02", "to": "2026-01-31"}) == ["2026-01-03"]
        assert days(**{"from": "2026-02-02", "to": "2026-01-01"}) == []
        assert days(**{"from": "", "to": " "}) == days()
        old = get(server, HISTORY, to="2026-01-01")[0]
        assert old["users"]["total"] == 7 and old["users"]["harmful"] is None and old["posts"]["total"] is None


@pytest.mark.parametrize("path, params, errors", [
    (HISTORY, {"from": "yesterday"}, {"from": ["Enter a valid date."]}),
    (HISTORY, {"to": "2026-02-30"}, {"to": ["Enter a valid date."]}),
    (HISTORY, {"from": "2026-01-01T00:00:00Z"}, {"from": ["Enter a valid date."]}),
    (CHANGES, {}, {"since": ["This field is required."]}),
    (CHANGES, {"since": ""}, {"since": ["This field is required."]}),
    (CHANGES, {"since": "infinity"}, {"since": ["Enter a valid date."]}),
    (CHANGES, {"since": "2026-13-01"}, {"since": ["Enter a valid date."]}),
    (CHANGES, {"since": "2026-01-01", "until": "soon"}, {"until": ["Enter a valid date."]}),
])
def test_what_is_no_date_is_named(server, path, params, errors):
    assert get(server, path, 400, **params) == errors


@pytest.mark.parametrize("path", [HISTORY, CHANGES + "?since=2026-01-01"])
def test_there_is_nothing_without_a_token_or_an_account(server, path):
    assert server.get(path).status_code == 401
    assert get(server, path.replace("synka777", "nobody"), 404) == {"detail": "No XAccount matches the given query."}


def test_two_processes_over_one_database_take_one_snapshot_a_day(url, start_server):
    servers = [start_server(url) for _ in range(3)]
    wait_until(lambda: taken(url), "a snapshot")
    for server in servers:
        assert get(server, HISTORY) == [{"day": today(), **TODAY}]
    assert execute(url, "SELECT count(*) FROM watchdxg_seen_user") == [(4,)]


def test_a_snapshot_that_another_process_has_begun_and_not_finished_is_taken(cluster, url, start_server):
    other = connect(url, autocommit=False)
    other.cursor().execute("SELECT pg_advisory_xact_lock(x'7764785f68697374'::bigint)")
    execute(url, f'ALTER DATABASE "{other.info.dbname}" SET log_statement = \'all\'')
    said = cluster.log.stat().st_size
    start_server(url, history_interval=1)
    wait_until(lambda: b"INSERT INTO watchdxg_daily_snapshot" in cluster.log.read_bytes()[said:], "a look")
    assert taken(url) is None
    other.rollback()   # as when it is killed
    other.close()
    wait_until(lambda: taken(url), "a snapshot")


def test_a_dead_database_is_waited_for(cluster, url):
    """The schema is missing when the server looks, as during a restore."""
    execute(url, "ALTER TABLE users RENAME TO users_away")
    with Server(url, wait="live", history_interval=1) as server:
        execute(url, "ALTER TABLE users_away RENAME TO users")
        wait_until(lambda: taken(url), "a snapshot", 60)
        assert get(server, HISTORY) == [{"day": today(), **TODAY}]


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_each_generation_of_the_core_has_a_history_where_null_is_what_it_cannot_tell(cluster, schema):
    url = make_database(cluster, schema)
    with Server(url) as server:
        wait_until(lambda: taken(url), "a snapshot")
        statistics = get(server, "/api/accounts/synka777/stats/")
        (row,) = get(server, HISTORY)
        for member in ("users", "posts", "actions"):
            assert row[member] == {name: statistics[member][name] for name in row[member]}
        changes = get(server, CHANGES, since=today())
        assert changes["totals"] == dict.fromkeys(("new", "gone", "renamed", "jumped"), 0)


# -- changes


def test_of_what_was_there_at_first_nothing_is_known_to_be_new(url):
    look(url)
    with Server(url) as server:
        answer = get(server, CHANGES, since="2000-01-01")
    assert list(answer) == ["since", "as_of", "observed_since", "totals", "new", "gone", "renamed", "jumped"]
    assert (answer["since"], answer["observed_since"]) == ("2000-01-01", today())
    assert answer["totals"] == dict.fromkeys(("new", "gone", "renamed", "jumped"), 0)
    assert answer["new"] == answer["gone"] == answer["renamed"] == answer["jumped"] == []


def test_nothing_is_known_of_an_account_that_was_never_looked_at(server, database):
    def unknown():
        """A snapshot may be taken in between."""
        execute(database, "INSERT INTO accounts (id, handle) VALUES (77, 'late') ON CONFLICT DO NOTHING;"
                          "DELETE FROM watchdxg_daily_snapshot WHERE account_id = 77")
        answer = get(server, "/api/accounts/late/changes/", since="2000-01-01")
        return answer["observed_since"] is None and answer
    assert set(wait_until(unknown, "an answer without a snapshot")["totals"].values()) == {0}


def test_users_who_come_go_and_come_again_or_change_their_handle_are_told(url):
    look(url)
    execute(url, """INSERT INTO users (id, account_id, handle) VALUES (6, 1, 'f'), (7, 2, 'g'), (8, NULL, 'h');
                    DELETE FROM users WHERE id = 2; UPDATE users SET handle = 'A' WHERE id = 1;
                    UPDATE users SET handle = 'e' WHERE id = 5""")
    look(url)
    with Server(url) as server:
        answer = get(server, CHANGES, since=today())
        assert answer["totals"] == {"new": 1, "gone": 1, "renamed": 1, "jumped": 0}
        assert [(each["id"], each["handle"]) for each in answer["new"]] == [(6, "f")]
        assert [(each["id"], each["handle"]) for each in answer["gone"]] == [(2, "b")]
        # The handle of user 5 became known: that is not a new name.
        assert [(each["id"], each["from"], each["handle"]) for each in answer["renamed"]] == [(1, "a", "A")]
        at = datetime.datetime.fromisoformat(answer["new"][0]["at"].replace("Z", "+00:00"))
        assert at.date().isoformat() == today()
        tomorrow = (datetime.datetime.now(UTC).date() + datetime.timedelta(days=1)).isoformat()
        assert set(get(server, CHANGES, since=tomorrow)["totals"].values()) == {0}
        assert get(server, CHANGES, since="2020-01-01", until=today())["totals"] == answer["totals"]
        assert set(get(server, CHANGES, since="2020-01-01", until=yesterday())["totals"].values()) == {0}
        assert set(get(server, CHANGES, since=tomorrow, until=today())["totals"].values()) == {0}
        assert ids(get(server, CHANGES, since=today(), until="9999-12-31"), "new") == [6]
        assert ids(get(server, "/api/accounts/empty/changes/", since=today()), "new") == [7]
    execute(url, "INSERT INTO users (id, account_id, handle) VALUES (2, 1, 'b'); DELETE FROM users WHERE id = 6")
    look(url)
    with Server(url) as server:
        answer = get(server, CHANGES, since=today())
    assert ids(answer, "new") == [2] and ids(answer, "gone") == [6]


def test_a_user_who_is_moved_to_another_account_is_gone_from_the_first_and_new_in_the_other(url):
    look(url)
    execute(url, "UPDATE users SET account_id = 2 WHERE id = 3")
    look(url)
    with Server(url) as server:
        assert ids(get(server, CHANGES, since=today()), "gone") == [3]
        assert ids(get(server, "/api/accounts/empty/changes/", since=today()), "new") == [3]


@pytest.mark.parametrize("before, after, told", [
    (1000, 1499, False), (1000, 1500, True), (1000, 501, False), (1000, 500, True),  # half of what was, or more
    (10, 109, False), (10, 110, True), (0, 99, False), (0, 100, True), (199, 100, False), (200, 100, True),  # and 100
    (None, 100_000, False), (100_000, None, False),
    (2**31 - 1, 0, True), (-5, 95, True), (-5, 94, False),
])
def test_a_count_jumps_by_half_of_what_it_was_and_a_hundred_at_least(url, before, after, told):
    for column in ("following_count", "followers_count"):
        execute(url, f"UPDATE users SET {column} = %s WHERE id = 1", (before,))
    look(url)
    execute(url, "UPDATE users SET followers_count = %s WHERE id = 1", (after,))
    look(url)
    with Server(url) as server:
        answer = get(server, CHANGES, since=today())
    assert [(each["id"], each["handle"], each["field"], each["from"], each["to"]) for each in answer["jumped"]] == \
        ([(1, "a", "followers_count", before, after)] if told else [])
    assert answer["totals"]["jumped"] == told


def test_at_most_a_thousand_changes_of_a_kind_are_listed_the_newest_first_and_all_are_counted(url):
    look(url)
    execute(url, """INSERT INTO watchdxg_seen_user (account_id, user_id, first_seen_at)
                    SELECT 1, 1000 + i, '2026-01-01'::timestamptz + i * interval '1 second' FROM generate_series(1, 1500) i;
                    INSERT INTO users (id, account_id) SELECT 1000 + i, 1 FROM generate_series(1, 1500) i""")
    with Server(url) as server:
        answer = get(server, CHANGES, since="2026-01-01")
    assert answer["totals"]["new"] == 1500
    assert ids(answer, "new") == list(range(2500, 1500, -1))


def test_users_who_are_gone_are_forgotten_after_the_retention_and_days_never(url):
    look(url)
    execute(url, """DELETE FROM users WHERE id IN (2, 3);
                    UPDATE watchdxg_daily_snapshot SET day = '2020-01-01', taken_at = '2020-01-01'""")
    look(url)
    execute(url, "UPDATE watchdxg_seen_user SET gone_at = now() - interval '2 days' WHERE user_id = 2")
    with Server(url, history_retention=86400) as server:
        wait_until(lambda: not execute(url, "SELECT 1 FROM watchdxg_seen_user WHERE user_id = 2"), "it to be forgotten")
        assert ids(get(server, CHANGES, since="2020-01-01"), "gone") == [3]
        assert [row["day"] for row in get(server, HISTORY)][0] == "2020-01-01"


def test_the_cores_rows_and_schema_are_only_read(url):
    tables = "SELECT * FROM users ORDER BY id", "SELECT * FROM classification ORDER BY 1", "SELECT * FROM posts ORDER BY id"
    before = [execute(url, table) for table in tables]
    look(url)
    assert [execute(url, table) for table in tables] == before
