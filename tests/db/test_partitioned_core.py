"""The current core schema with `users` partitioned by account, which is as near to Citus as plain PostgreSQL comes: what
answers as over the core's own tables, which partitions each kind of work reads, and what breaks (docs/scaling.md)."""
import json
import re
from datetime import date, datetime, timedelta, timezone

import psycopg2
import pytest

from support.data import apply_state, make_database
from support.events import last_id
from support.postgres import PrivateCluster, apply_core_schema, connect, execute, run_psql, wait_until
from support.server import PROJECT, Server, migrate, run_command
from support.signals import up_to_date
from support.tokens import mint

USERS, POSTS, ACCOUNTS = 3000, 9000, 4
STATS = "/api/accounts/account_2/stats/"
LATER = f"{datetime.now(timezone.utc) + timedelta(days=30):%Y-%m-%dT00:00:00Z}"

# As near to the core's table as a partitioned one can be: every key has to have `account_id`.
PARTITION = """
    ALTER TABLE users RENAME TO whole;
    CREATE TABLE users (LIKE whole INCLUDING DEFAULTS,
                        PRIMARY KEY (id, account_id),
                        UNIQUE (account_id, handle, created_at),
                        FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE)
        PARTITION BY LIST (account_id);
    ALTER SEQUENCE users_id_seq OWNED BY users.id;
    DROP TABLE whole CASCADE;
    CREATE TRIGGER set_last_updated BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION update_last_updated_column();
    """ + "".join(f"CREATE TABLE users_{n} PARTITION OF users FOR VALUES IN ({n});" for n in range(1, ACCOUNTS + 1))

# docs/scaling.md has a line for each, which says how many partitions its statements read: one, all or none.
READS = [
    ("An account by its handle", "/api/accounts/account_2/"),
    ("A user by id, or by handle", "/api/users/17/"),
    ("A user by id, or by handle", "/api/users/?handle=nobody"),
    ("A user by handle and `account_id`", "/api/users/?handle=nobody&account_id=2"),
    ("Users of an account: whole, by cursor, filtered, ordered", "/api/users/?account_id=2"),
    ("Users of an account: whole, by cursor, filtered, ordered", "/api/users/?account_id=2&page_size=50"),
    ("Users of an account: whole, by cursor, filtered, ordered",
     "/api/users/?account_id=2&certified=true&ordering=-followers_count&page_size=50"),
    ("Users of an account, in the order of the score", "/api/users/?account_id=2&ordering=-risk&page_size=50"),
    ("`search` within an account", "/api/users/?account_id=2&search=zen&page_size=50"),
    ("`search` in all users", "/api/users/?search=nobodyhasthis&page_size=50"),
    ("All users, as an export", "/api/users/?format=csv"),
    ("Posts of a user", "/api/users/17/posts/"),
    ("Newest posts of an account", "/api/posts/?account_id=2&ordering=-timestamp&page_size=50"),
    ("Score of a user; report", "/api/users/17/signals/"),
    ("Score of a user; report", "/api/users/17/report/?format=json"),
    ("People: other rows of a person", "/api/users/?account_id=2&expand=same_person&page_size=50"),
    ("Statistics", STATS),
    ("Audience", "/api/accounts/account_2/audience/"),
    ("Calibration", "/api/accounts/account_2/calibration/"),
    ("Cohorts", "/api/accounts/account_2/cohorts/"),
    ("Triage", "/api/accounts/account_2/triage/"),
    ("Triage, summary", "/api/accounts/account_2/triage/summary/"),
    ("Data quality", "/api/accounts/account_2/data-quality/"),
    ("History; changes", "/api/accounts/account_2/history/"),
    ("History; changes", "/api/accounts/account_2/changes/?since=2026-01-01"),
]
WRITES = [
    ("Verdict on a user, on named users", "PUT", "/api/users/17/classification/", {"harmful": True, "inactive": False, "notes": "a"}),
    ("Verdict on a user, on named users", "POST", "/api/classifications/", {"user_ids": [21, 22, 23], "inactive": True}),
    ("Verdicts by a filter with `account_id`", "POST", "/api/classifications/",
     {"filter": "account_id=4&certified=true", "expected_count": None, "harmful": True}),
    ("Actions, snoozes", "POST", "/api/actions/", {"user_id": 17, "action_type": "block"}),
    ("Actions, snoozes", "POST", "/api/snoozes/", {"user_ids": [31, 32], "until": LATER}),
    ("Undo", "POST", "/api/edits/{edit}/undo/", {}),
]
JOBS = [
    ("Signals: first pass", r"SELECT t\.id::bigint, coalesce"),
    ("Signals: users that have changed", r"WITH snapshot AS"),
    ("History: snapshot", r"WITH turn AS"),
    ("Event feed", r"uncounted"),
    ("Event feed", r"watchdxg_event_state AS state"),
]
# Nobody else may read users while a request is looked at.
QUIET = {name: "off" for name in (
    "alert_new_wave", "alert_harmful_share", "alert_followers_drop", "alert_core_silent", "alert_data_quality",
    "alert_queue_stuck", "alert_backup_failed")} | {"history_interval": 86400}
VOLATILE = (
    r'"(as_of|at|generated_at|classified_at|created_at|last_scrape_at)":"20[^"]*"|"timestamp":"%s[^"]*"'
    r'|"(edit_id|sha256)":"[^"]*"|localhost:\d+' % date.today().year)


class Plans:
    """The plans that PostgreSQL has logged since a moment, with what each of their parts really did."""

    def __init__(self, cluster):
        self._log, self._from = cluster.log, 0

    def forget(self):
        self._from = self._log.stat().st_size

    def all(self):
        with open(self._log, "rb") as log:
            log.seek(self._from)
            return re.findall(r"^LOG:  duration: .*plan:\n((?:\t.*\n)+)", log.read().decode(), re.M)

    def of_request(self, url):
        """PostgreSQL tells of a statement at the end of its transaction, after the client may have its answer."""
        wait_until(lambda: not execute(url, "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
                                            " AND pid <> pg_backend_pid()"), "the sessions to be idle")
        return [one for one in self.all() if not any(re.search(job, one) for _, job in JOBS)]


def partitions(plans):
    """The partitions of users that any of them read."""
    scans = re.findall(r"Scan[^\n]* on users_(\d+) [^\n]*\((actual[^)]*|never executed)\)", "".join(plans))
    return {number for number, how in scans if how != "never executed"}


def make_core(cluster, partitioned):
    """A migrated database with the rows of the core's seed and the indexes that `check` asks for; the same in either."""
    url = cluster.create_database()
    apply_core_schema(url, "v3")
    if partitioned:
        execute(url, PARTITION, autocommit=False)
    migrate(url)
    apply_state(url, "no_rows")
    run_psql(url, "-v", f"users={USERS}", "-v", f"posts={POSTS}", "-v", f"accounts={ACCOUNTS}",
             "-f", str(PROJECT / "tests/core-schema/seed.sql"))
    # A wave, for a cohort; and one person in two rows.  Without the trigger, which would write down when that was.
    execute(url, "SET session_replication_role = replica;"
                 "UPDATE users SET account_id = 2, handle = 'Maria' || 10000000 + id, bio = 'Tips, number ' || id,"
                 "                 created_at = date '2024-01-01' + id % 20 WHERE id BETWEEN 2001 AND 2060;"
                 "UPDATE users SET account_id = 2, handle = 'twice', created_at = date '2020-05-01' + id % 2 WHERE id IN (11, 12);"
                 "RESET session_replication_role;"
                 "CREATE INDEX ON users (account_id, id); CREATE INDEX ON posts (user_id, id);"
                 "CREATE INDEX ON actions (user_id, id)")
    execute(url, "VACUUM ANALYZE")
    return url


@pytest.fixture(scope="module")
def explaining():
    """A cluster that logs the plan of every statement, and what each part of it did."""
    cluster = PrivateCluster(settings={
        "session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": 0, "auto_explain.log_analyze": "on",
        "auto_explain.log_timing": "off", "log_line_prefix": "", "random_page_cost": 1.1}).start()
    yield cluster
    cluster.remove()


def serve(cluster, url):
    """A server whose jobs have done what they do at the start, and the plans of that."""
    plans = Plans(cluster)
    plans.forget()
    server = up_to_date(Server(url, **QUIET))
    wait_until(lambda: "".join(plans.all()).count("UPDATE watchdxg_daily_snapshot") >= ACCOUNTS, "the first day of the history", 60)
    return server, plans


@pytest.fixture(scope="module")
def whole(explaining):
    """A server over the core's own tables."""
    server, _ = serve(explaining, make_core(explaining, partitioned=False))
    with server:
        yield server


@pytest.fixture(scope="module")
def begun(explaining):
    """A server over `users` by account, and the plans of what it did at its start."""
    server, plans = serve(explaining, make_core(explaining, partitioned=True))
    with server:
        yield server, plans.all()


@pytest.fixture(scope="module")
def parted(begun):
    return begun[0]


def get(server, target, **headers):
    return server.get(target, token=mint(), headers=headers)


def assert_documented(kind, read):
    line = re.search(rf"^\| {re.escape(kind)} \| (\w+) \|", (PROJECT / "docs/scaling.md").read_text(), re.M)
    assert line, f"docs/scaling.md has no line for {kind}"
    # What looks for a few ids ends when it has found them.
    found = {0: "none", 1: "one"}.get(len(read), "all")
    assert found == line.group(1), (kind, read)


def plain(answer):
    """Without the times, ids and ports that differ from one server to another."""
    return re.sub(VOLATILE, "", re.sub(r"\s", "", answer.text))


# -- what it reads

@pytest.mark.parametrize("kind, target", READS, ids=[kind for kind, _ in READS])
def test_a_request_reads_as_many_partitions_as_documented(explaining, parted, kind, target):
    plans = Plans(explaining)
    plans.forget()
    answer = get(parted, target)
    assert answer.status_code == 200, answer.text
    assert_documented(kind, partitions(plans.of_request(parted.url)))


@pytest.mark.parametrize("kind, marker", JOBS, ids=[kind for kind, _ in JOBS])
def test_a_job_reads_as_many_partitions_as_documented(begun, kind, marker):
    plans = [one for one in begun[1] if re.search(marker, one)]
    assert plans
    assert_documented(kind, partitions(plans))


# -- what answers the same

def targets(url):
    """Every path of the API that answers to GET with what is in the core's tables, and those above."""
    (post,), = execute(url, "SELECT min(id) FROM posts WHERE user_id = 17")
    (action,), = execute(url, "SELECT min(id) FROM actions")
    ids = {"users": 17, "posts": post, "actions": action, "planned-actions": 1}
    for path, methods in json.loads((PROJECT / "docs/openapi.json").read_text())["paths"].items():
        kind = path.split("/")[2] if path.startswith("/api/") else ""
        if "get" in methods and kind in ("accounts", "users", "posts", "classifications", "actions", "signals",
                                         "snoozes", "planned-actions", "exemptions"):
            yield path.format(handle="account_2", id=ids.get(kind)) + ("?format=json" if "report" in path else "")
    yield from (target for _, target in READS)


def test_every_get_answers_the_same_as_over_the_tables_of_the_core(whole, parted):
    asked = list(dict.fromkeys(targets(whole.url)))
    found = 0
    for target in asked:
        answers = [get(server, target) for server in (whole, parted)]
        assert answers[0].status_code == answers[1].status_code, target
        found += answers[0].status_code == 200
        assert plain(answers[0]) == plain(answers[1]), target
    assert found >= len(asked) - 2, "all but a planned action that is not there, and changes since no day"


def write(server, method, path, body, edit):
    if "expected_count" in body:
        dry = {name: value for name, value in body.items() if name != "expected_count"} | {"dry_run": True}
        body = body | {"expected_count": server.post(path, dry, mint()).json()["count"]}
        assert body["expected_count"] > 10
    return server.request(method, path.format(edit=edit), mint(), json=body)


def test_every_write_answers_the_same_and_reads_as_many_partitions_as_documented(explaining, whole, parted):
    edits, plans = {whole: None, parted: None}, Plans(explaining)
    for kind, method, path, body in WRITES:
        answers = []
        for server in (whole, parted):
            plans.forget()
            answers.append(write(server, method, path, body, edits[server]))
            edits[server] = answers[-1].headers.get("X-Edit-ID", edits[server])
        assert answers[0].status_code in (200, 201), answers[0].text
        assert answers[0].status_code == answers[1].status_code, answers[1].text
        assert plain(answers[0]) == plain(answers[1])
        assert_documented(kind, partitions(plans.of_request(parted.url)))
    for target in ("/api/classifications/", "/api/actions/", "/api/snoozes/", STATS):
        assert plain(get(whole, target)) == plain(get(parted, target)), target


def test_the_signals_follow_what_the_core_writes(whole, parted):
    for server in (whole, parted):
        execute(server.url, "INSERT INTO users (account_id, handle, username, bio, follower) VALUES (2, 'late', 'Late', 'hi', true)")
        up_to_date(server)
    user = f"/api/users/{USERS + 1}/signals/"
    assert get(parted, user).status_code == 200
    assert plain(get(whole, user)) == plain(get(parted, user))


def test_check_finds_the_core_and_its_indexes_in_order(parted):
    said = run_command("check", url=parted.url).stdout
    assert "ok    core schema: generation v3" in said
    assert "ok    index: users (account_id, id) has one" in said


# -- what does not

def test_changes_of_the_core_in_a_partitioned_users_are_missed_by_events_and_etags(whole, parted):
    """PostgreSQL counts them at the partitions, and we look at the table.  Who mends that turns this around."""
    for server, is_missed in ((whole, False), (parted, True)):
        last = last_id(server.url)
        change(server.url)
        told = wait_until(lambda: execute(server.url, "SELECT table_name FROM watchdxg_event WHERE id > %s", (last,)), "an event")
        assert ("accounts",) in told and (("users",) in told) != is_missed
        wait_until(lambda: get(server, STATS, **{"If-None-Match": get(server, STATS).headers["ETag"]}).status_code == 304,
                   "the statistics to be known", 30)
        before = get(server, STATS)
        execute(server.url, "UPDATE users SET certified = NOT certified WHERE account_id = 2")
        assert get(server, STATS).json()["users"]["certified"] != before.json()["users"]["certified"]
        again = get(server, STATS, **{"If-None-Match": before.headers["ETag"]})
        assert (again.status_code == 304) == is_missed


def change(url):
    """As the core would, in one session: what it has changed is counted at once."""
    execute(url, "UPDATE users SET certified = NOT certified WHERE account_id = 2; UPDATE accounts SET handle = handle WHERE id = 3")


BY_HANDLE = ("INSERT INTO users (account_id, handle, created_at, bio) VALUES (2, 'twice', '2020-05-02', 'new')"
             " ON CONFLICT ({}handle, created_at) DO UPDATE SET bio = EXCLUDED.bio RETURNING id")


@pytest.mark.parametrize("statement, error", [
    (BY_HANDLE.format(""), psycopg2.errors.InvalidColumnReference),
    ("ALTER TABLE posts ADD FOREIGN KEY (user_id) REFERENCES users (id)", psycopg2.errors.InvalidForeignKey),
    ("ALTER TABLE users ADD UNIQUE (id)", psycopg2.errors.FeatureNotSupported),
    ("INSERT INTO users (handle) VALUES ('of nobody')", psycopg2.errors.CheckViolation),
    ("INSERT INTO accounts (id, handle) VALUES (9, 'nine'); INSERT INTO users (account_id, handle) VALUES (9, 'x')",
     psycopg2.errors.CheckViolation),
], ids=["upsert by handle and day", "foreign key of posts", "unique id", "user of no account", "user of an account without partition"])
def test_what_the_core_says_is_refused_by_a_partitioned_users(parted, statement, error):
    with pytest.raises(error):
        execute(parted.url, statement, autocommit=False)


@pytest.fixture
def undone(parted):
    """A cursor whose changes nobody sees."""
    connection = connect(parted.url, autocommit=False)
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


def test_the_upsert_of_the_core_works_once_it_names_the_account(undone):
    undone.execute(BY_HANDLE.format("account_id, "))
    assert undone.fetchall() == [(11,)]
    undone.execute("SELECT bio, last_updated = now()::timestamp FROM users WHERE id = 11")
    assert undone.fetchall() == [("new", True)], "its trigger works, too"


def test_nothing_but_the_sequence_keeps_ids_of_two_accounts_apart(undone):
    undone.execute("INSERT INTO users (id, account_id, handle) VALUES (17, 3, 'again'), (17, 4, 'again')")
    undone.execute("SELECT count(*) FROM users WHERE id = 17")
    assert undone.fetchone()[0] > 1


def test_who_removes_an_account_leaves_the_posts_and_verdicts_of_its_users(undone):
    undone.execute("DELETE FROM accounts WHERE id = 2")
    for table in ("posts", "classification"):
        undone.execute(f"SELECT count(*) FROM {table} WHERE user_id NOT IN (SELECT id FROM users)")
        assert undone.fetchone()[0] > 0


def test_a_join_that_names_the_account_stays_in_one_partition(undone):
    join = "EXPLAIN SELECT t.id FROM watchdxg_signal AS k JOIN users AS t ON t.id = k.user_id{} WHERE k.account_id = 2::bigint"
    for more, count in (("", ACCOUNTS), (" AND t.account_id = k.account_id", 1)):
        undone.execute(join.format(more))
        assert len(set(re.findall(r" on users_(\d+) ", "\n".join(line for line, in undone.fetchall())))) == count


def test_classification_by_account_stops_verdicts_and_keeps_the_history(cluster, start_server):
    """Our ON CONFLICT (user_id) finds no key.  The snapshot knows whose `account_id` it means."""
    url = make_database(cluster)
    execute(url, "CREATE TABLE other (LIKE classification INCLUDING DEFAULTS, account_id integer NOT NULL DEFAULT 1,"
                 " PRIMARY KEY (user_id, account_id)) PARTITION BY LIST (account_id);"
                 "CREATE TABLE other_1 PARTITION OF other FOR VALUES IN (1);"
                 "INSERT INTO other SELECT *, 1 FROM classification; DROP TABLE classification;"
                 "ALTER TABLE other RENAME TO classification")
    server = start_server(url)
    (user,), = execute(url, "SELECT min(id) FROM users")
    answer = server.request("PUT", f"/api/users/{user}/classification/", mint(), json={"harmful": True, "inactive": False})
    assert answer.status_code == 500
    reason = "no unique or exclusion constraint matching the ON CONFLICT"
    wait_until(lambda: reason in server.log, reason)
    wait_until(lambda: execute(url, "SELECT count(*) FROM watchdxg_daily_snapshot") != [(0,)], "the snapshot")
    assert get(server, "/api/classifications/").status_code == 200


def test_indexes_makes_none_on_a_partitioned_table(parted):
    done = run_command("indexes", "--create", url=parted.url)
    assert done.returncode == 1
    assert "users (lower(handle)): not made, for the table is partitioned: make it by hand" in done.stdout
