"""The core's tables in every generation, changes to them while the server runs, and PgBouncer in between."""
import pytest

from support.data import apply_state, make_database
from support.pgbouncer import PgBouncer
from support.postgres import apply_core_schema, execute, wait_until
from support.server import migrate
from support.tokens import mint

FIELDS = ["id", "account_id", "handle", "username", "bio", "created_at", "following_count", "followers_count",
          "featured_url", "follower"]
NOTICED = 45  # seconds: the catalog is read at most every 30


def users(server, **options):
    return server.get("/api/users/?account_id=1", token=mint(), **options)


def assert_unavailable(answer, name):
    """A 503 in JSON that asks to try again, names what is missing and shows no SQL."""
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert list(answer.json()) == ["detail"] and name in answer.json()["detail"]
    assert "SELECT" not in answer.text


@pytest.mark.parametrize("schema, created_at", [("v1", "2015-03-01T00:00:00Z"), ("v2", "2015-03-01T00:00:00Z"),
                                                ("v3", "2015-03-01")])
def test_every_generation_serves_the_same_ten_fields(cluster, start_server, schema, created_at):
    server = start_server(make_database(cluster, schema))
    rows = users(server).json()
    assert [list(row) for row in rows] == [FIELDS] * 3
    assert rows[0]["created_at"] == created_at


def test_tables_made_after_the_start_are_found(cluster, start_server):
    url = cluster.create_database()
    migrate(url)
    server = start_server(url, wait="live")
    assert server.get("/readyz").status_code == 503
    execute(url, "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, "
                 "is_active, date_joined) VALUES (1, '!', false, 'watchdxg', '', '', '', false, true, now())")
    assert_unavailable(users(server), "accounts")  # the first that is missing
    apply_core_schema(url, "v3")
    wait_until(lambda: server.get("/readyz").status_code == 200, "/readyz", NOTICED)
    assert (users(server).status_code, users(server).json()) == (200, [])


def test_without_users_login_works_and_data_says_which_table(fresh_database, start_server):
    execute(fresh_database, "ALTER TABLE users RENAME TO users_elsewhere")
    server = start_server(fresh_database, wait="live")
    tokens = server.login()
    assert tokens.status_code == 200
    assert server.refresh(tokens.json()["refresh"]).status_code == 200
    assert_unavailable(users(server), "users")
    assert server.get("/readyz").status_code == 503
    assert "users" in server.log


def test_without_accounts_data_says_which_table(fresh_database, start_server):
    execute(fresh_database, "ALTER TABLE accounts RENAME TO accounts_elsewhere")
    server = start_server(fresh_database, wait="live")
    assert_unavailable(server.get("/api/accounts/synka777/", token=mint()), "accounts")


def test_a_table_renamed_while_running_is_named_and_heals(fresh_database, start_server):
    server = start_server(fresh_database)
    assert users(server).status_code == 200
    execute(fresh_database, "ALTER TABLE users RENAME TO users_elsewhere")
    assert_unavailable(users(server), "users")
    execute(fresh_database, "ALTER TABLE users_elsewhere RENAME TO users")
    wait_until(lambda: users(server).status_code == 200, "the table to be found again", NOTICED)
    assert len(users(server).json()) == 3


def test_a_column_dropped_while_running_is_named_and_heals(fresh_database, start_server):
    server = start_server(fresh_database)
    assert users(server).status_code == 200
    execute(fresh_database, "ALTER TABLE users DROP COLUMN featured_url")
    answer = users(server)
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    wait_until(lambda: "featured_url" in server.log, "the name in the log")
    assert server.get("/api/accounts/synka777/", token=mint()).status_code in (200, 503)
    execute(fresh_database, "ALTER TABLE users ADD COLUMN featured_url VARCHAR")
    wait_until(lambda: users(server).status_code == 200, "the column to be found again", NOTICED)
    assert [list(row) for row in users(server).json()] == [FIELDS] * 3
    assert server.running


def test_a_type_that_changes_while_running_is_noticed_at_once(fresh_database, start_server):
    """A cached plan of the old type fails (0A000); the read is repeated and answered."""
    server = start_server(fresh_database)
    assert users(server).json()[0]["created_at"] == "2015-03-01"
    execute(fresh_database, "ALTER TABLE users ALTER COLUMN created_at TYPE timestamptz")
    answer = users(server)
    assert (answer.status_code, answer.json()[0]["created_at"]) == (200, "2015-03-01T00:00:00Z")
    execute(fresh_database, "ALTER TABLE users ALTER COLUMN created_at TYPE date")
    assert users(server).json()[0]["created_at"] == "2015-03-01"


def test_added_columns_and_a_recreated_table_change_nothing(fresh_database, start_server):
    server = start_server(fresh_database)
    before = users(server).json()
    execute(fresh_database, "ALTER TABLE users ADD COLUMN novelty text DEFAULT 'x'")
    assert users(server).json() == before
    execute(fresh_database, "CREATE TABLE copy (LIKE users INCLUDING ALL); INSERT INTO copy SELECT * FROM users; "
                            "DROP TABLE users CASCADE; ALTER TABLE copy RENAME TO users")
    wait_until(lambda: users(server).status_code == 200, "the new table", NOTICED)
    assert users(server).json() == before


def test_a_truncated_and_restored_core_is_served_at_once(fresh_database, start_server):
    server = start_server(fresh_database)
    apply_state(fresh_database, "no_rows")
    assert users(server).json() == []
    apply_state(fresh_database)
    assert len(users(server).json()) == 3


# -- PgBouncer

@pytest.fixture
def pgbouncer(cluster):
    """pgbouncer(url) -> the URL of the same database through a pooler in transaction mode."""
    started = []

    def start(url):
        started.append(PgBouncer(cluster, url))
        return started[-1].url

    yield start
    for pooler in started:
        pooler.stop()


def test_the_routes_work_behind_pgbouncer_in_transaction_mode(fresh_database, pgbouncer, start_server):
    server = start_server(pgbouncer(fresh_database), prepared_statements="off", database_direct_url=fresh_database)
    login = server.login()
    assert login.status_code == 200
    refreshed = server.refresh(login.json()["refresh"])
    assert refreshed.status_code == 200
    assert server.refresh(login.json()["refresh"]).status_code == 401
    token = refreshed.json()["access"]
    for _ in range(20):
        assert server.get("/api/accounts/synka777/", token=token).json() == {"id": 1, "handle": "synka777"}
        assert len(server.get("/api/users/", token=token).json()) == 10
        assert server.get("/api/accounts/nope/", token=token).status_code == 404
    assert server.get("/readyz").status_code == 200


def test_migrate_works_through_pgbouncer(cluster, pgbouncer):
    url = cluster.create_database("v3")
    migrate(pgbouncer(url))
    assert execute(url, "SELECT count(*) FROM auth_user") == [(0,)]

