"""GET /api/events/: whatever changes, by whomever, reaches every listener once, in order, and nobody else."""
import re
import time

import pytest

from support.data import make_database
from support.events import EventReader, add_events, last_id
from support.postgres import PrivateCluster, connect, execute, wait_until
from support.proxy import TcpProxy
from support.raw import Closed, RawConnection, exchange, request
from support.server import Server
from support.tokens import mint

MIB = 1024 * 1024
WATCHED = "SELECT table_name FROM watchdxg_watched_table WHERE relation IS NOT NULL AND relation <> 0 ORDER BY 1"
V3_TABLES = ["accounts", "actions", "classification", "posts", "users"]


def events(url):
    return execute(url, "SELECT table_name, account_id, ids FROM watchdxg_event ORDER BY id")


def wait_for_first_look(url, tables=5):
    """What is changed before the program has looked at a table for the first time is no change."""
    wait_until(lambda: len(execute(url, WATCHED)) == tables, "the first look at the core's tables")


@pytest.fixture
def watched(fresh_database, start_server):
    server = start_server(fresh_database, watch_interval=1)
    wait_for_first_look(fresh_database)
    return server


# -- what is told

CHANGES = {
    "accounts": ["INSERT INTO accounts (handle) VALUES ('new')", "UPDATE accounts SET handle = 'x' WHERE id = 1"],
    "users": ["UPDATE users SET bio = 'x' WHERE id = 1", "INSERT INTO users (account_id, handle) VALUES (1, 'new')",
              "DELETE FROM users WHERE id = 2"],
    "posts": ["INSERT INTO posts (id, user_id, text) VALUES (9007199254740993, 1, 'x')"],
    "classification": ["INSERT INTO classification (user_id, harmful) VALUES (1, true)", "DELETE FROM classification"],
    "actions": ["INSERT INTO actions (user_id, action_type) VALUES (1, 'block')", "TRUNCATE actions"],
}


@pytest.mark.parametrize("table", CHANGES)
def test_a_change_of_one_of_the_cores_tables_by_others_is_told(watched, table):
    with EventReader(watched) as reader:
        for sql in CHANGES[table]:
            execute(watched.url, sql)
            assert reader.table() == table
    # A row that goes with its user is a change of its own table, too; nothing else has been told.
    assert {row[0] for row in events(watched.url)} - {table} <= ({"posts", "actions"} if table == "users" else set())


@pytest.mark.parametrize("schema", ["v1", "v2"])
def test_older_generations_of_the_schema_are_watched(cluster, start_server, schema):
    url = make_database(cluster, schema, state=None)
    execute(url, "INSERT INTO auth_user (id, username, password, is_active, is_superuser, is_staff, first_name, "
                 "last_name, email, date_joined) VALUES (1, 'watchdxg', '!', true, false, false, '', '', '', now())")
    server = start_server(url, watch_interval=1)
    wait_for_first_look(url, 2 if schema == "v1" else 5)
    with EventReader(server) as reader:
        execute(url, "INSERT INTO accounts (handle) VALUES ('new')")
        assert reader.table() == "accounts"
        if schema == "v1":  # the core is updated meanwhile
            execute(url, "CREATE TABLE actions (id SERIAL PRIMARY KEY)")
            assert reader.table() == "actions"
        execute(url, "DROP TABLE actions")
        assert reader.table() == "actions"


def test_an_event_of_ours_comes_at_once_and_as_documented(watched):
    with EventReader(watched) as reader:
        began = last_id(watched.url)
        assert reader.last_id == began
        add_events(watched.url, account="3", ids="'[7, 8]'")
        event = reader.next()
        assert event.kind == "change" and event.id == began + 1
        at = event.data.pop("at")
        assert event.data == {"table": "actions", "account_id": 3, "ids": [7, 8]}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", at)
        add_events(watched.url, account="NULL", ids="NULL")
        event = reader.next()
        assert (event.data["account_id"], event.data["ids"]) == (None, None)


def test_the_answer_is_a_stream_that_no_proxy_holds_back(watched):
    with EventReader(watched) as reader:
        answer = reader.answer
    assert answer.header("content-type") == "text/event-stream"
    assert answer.header("cache-control") == "no-store" and answer.header("x-accel-buffering") == "no"
    assert answer.header("transfer-encoding") == "chunked" and answer.header("x-request-id")


def test_a_statement_that_failed_or_an_unchanged_table_writes_nothing(watched):
    """Nothing is written while nothing changes: no WAL every few seconds."""
    execute(watched.url, "UPDATE accounts SET handle = 'x' WHERE id = 1")
    wait_until(lambda: len(events(watched.url)) == 1, "the event")
    looks = ("SELECT sum(calls) FROM (SELECT seq_scan AS calls FROM pg_stat_user_tables "
             "WHERE relname = 'watchdxg_watched_table') AS counted")
    state = "SELECT xmin::text, ctid::text FROM watchdxg_watched_table ORDER BY table_name"
    before, looked = execute(watched.url, state), execute(watched.url, looks)[0][0]
    # The server's own sessions tell of their scans once in ten seconds.
    wait_until(lambda: execute(watched.url, looks)[0][0] > looked + 3, "some more looks", 40)
    assert execute(watched.url, state) == before and len(events(watched.url)) == 1
