"""Databases as each earlier version has left them are upgraded to the newest: nothing is lost, all of it works."""
import re
import subprocess
from pathlib import Path

import pytest

from support import past, totp
from support.past import ACTIONS, KEEP, OPERATOR, PASSWORD, VERDICTS, Operator
from support.postgres import apply_core_schema, bin_dir, execute, run_psql
from support.server import PROJECT, Server, migrate, run_command
from support.tokens import claims_of, mint

FOLDER = Path(__file__).with_name("versions")
ROW = re.compile(r"^\| (\S+) \| (\S+) \| \[\d+\.sql\]\((\d+)\.sql\) \|$", re.M)
VERSIONS = sorted(path.stem for path in FOLDER.glob("*.sql"))
CORE = ["accounts", "users", "posts", "classification", "actions"]
# What a version with this migration, or a newer one, has left in the dump, besides what all of them have.
TABLES = {"0000": ["auth_user", "token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken", "watchdxg_session",
                   "watchdxg_session_token", "watchdxg_log", "watchdxg_totp", "watchdxg_recovery_code", "watchdxg_event",
                   "watchdxg_idempotency_key", "watchdxg_daily_snapshot", "watchdxg_seen_user", *CORE],
          "0010": ["watchdxg_signal", "watchdxg_risk_step"],
          "0011": ["watchdxg_snooze"],
          "0013": ["watchdxg_edit", "watchdxg_edited_row"],
          "0015": ["watchdxg_preferences", "watchdxg_planned_action", "watchdxg_exemption"]}

every_version = pytest.mark.parametrize("version", VERSIONS)


def restore(cluster, version):
    """@return URL of a database as that version has left it"""
    return cluster.copy_database(("version", version), lambda url: run_psql(url, "-f", str(FOLDER / f"{version}.sql")))


def upgraded(cluster, version):
    def fill(url):
        run_psql(url, "-f", str(FOLDER / f"{version}.sql"))
        migrate(url)
    return cluster.copy_database(("upgraded", version), fill)


def contents(url, columns=None):
    """{table: rows as JSON texts}; with `columns`, {table: names}, those columns of those tables alone."""
    if columns is None:
        columns = columns_of(url)
    return {table: sorted(row for (row,) in execute(url, "SELECT row_to_json(t)::text FROM (SELECT {} FROM {}) AS t".format(
        ", ".join(f'"{name}"' for name in names), table))) for table, names in columns.items()}


def columns_of(url):
    return dict(execute(url, "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c"
                             "  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                             " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY 1"))


def schema(url):
    text = subprocess.run([str(bin_dir() / "pg_dump"), "--schema-only", "--no-owner", url], stdout=subprocess.PIPE,
                          check=True, text=True).stdout
    return [line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


# -- the dumps

def test_each_version_has_its_dump():
    rows = ROW.findall((FOLDER / "README.md").read_text())
    assert sorted(dump for *_, dump in rows) == VERSIONS
    released = re.findall(r"^## \[(\d\S*)\] - \d{4}-", (PROJECT / "CHANGELOG.md").read_text(), re.M)
    assert set(released) <= {version for version, *_ in rows}, "a release without its dump: scripts/upgrade-test"


@every_version
def test_a_dump_is_as_old_as_its_name_and_has_something_in_each_table(cluster, version):
    url = restore(cluster, version)
    assert execute(url, "SELECT max(name) FROM watchdxg_migrations")[0][0].startswith(version)
    for since, tables in TABLES.items():
        for table in tables if version >= since else []:
            assert execute(url, f"SELECT 1 FROM {table} LIMIT 1"), table


def test_a_dump_tells_nothing_of_the_machine_that_made_it():
    for version in VERSIONS:
        text = (FOLDER / f"{version}.sql").read_text()
        assert len(text) < 100_000 and not re.search(r"/(home|root|tmp|work|var|usr)/", text), version


# -- the upgrade

@every_version
def test_an_upgrade_loses_no_value_of_any_row_and_happens_once(cluster, version):
    url = restore(cluster, version)
    columns = columns_of(url)
    columns.pop("watchdxg_migrations")
    before = contents(url, columns)
    done = run_command("migrate", url=url)
    assert done.returncode == 0, done.stderr
    assert contents(url, columns) == before
    assert run_command("migrate", "--check", url=url).returncode == 0
    after = contents(url)
    again = run_command("migrate", url=url)
    assert (again.returncode, again.stdout) == (0, "No migrations to apply.\n")
    assert contents(url) == after


@every_version
def test_an_upgraded_database_has_the_tables_of_a_new_one(cluster, version):
    """So no migration that a version has applied was edited afterwards."""
    new = cluster.create_database("v3")
    migrate(new)
    assert schema(upgraded(cluster, version)) == schema(new)


@pytest.fixture
def serve(start_server):
    """serve(url): a server that removes nothing for its age, however old the dump is."""
    return lambda url: start_server(url, **KEEP)


@every_version
def test_who_was_logged_in_still_is_and_passwords_and_second_factors_are_the_same(cluster, version, serve):
    url = upgraded(cluster, version)
    alive = [token for token, in execute(url, "SELECT o.token FROM token_blacklist_outstandingtoken AS o"
                                              " WHERE NOT EXISTS (SELECT FROM token_blacklist_blacklistedtoken AS b"
                                              "                    WHERE b.token_id = o.id) ORDER BY o.id")]
    spent = [token for token, in execute(url, "SELECT o.token FROM token_blacklist_outstandingtoken AS o"
                                              " JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = o.id")]
    assert alive and spent
    server = serve(url)
    known = {session["jti"] for session in past.log_in(server).get(server, "/api/sessions/")}
    for token in alive:
        assert claims_of(token)["jti"] in known
        assert server.refresh(token).status_code == 200
    for token in spent:
        assert server.refresh(token).status_code == 401
    assert server.login(OPERATOR, "not the password").status_code == 401
    assert server.login(past.SECOND, PASSWORD).status_code == 401
    (secret,), = execute(url, "SELECT secret FROM watchdxg_totp")
    with_code = {"username": past.SECOND, "password": PASSWORD, "otp": totp.code(secret)}
    assert server.post("/api/token/", with_code).status_code == 200


@every_version
def test_what_was_written_is_served(cluster, version, serve):
    url = upgraded(cluster, version)
    server = serve(url)
    keeper = Operator(mint())
    assert keeper.verdicts(server) == VERDICTS
    assert keeper.actions(server) == ACTIONS
    log = keeper.log(server)
    assert {"login", "login_refused", "classification_changed", "classification_deleted", "action_added"} <= {
        entry["event"] for entry in log}
    slip, = [entry for entry in log if entry["event"] == "classification_deleted"]
    assert (slip["operator"], slip["user_id"], slip["before"]["notes"], slip["after"]) == (OPERATOR, 6, "a slip", None)
    repeated = {"user_ids": [4, 5], "harmful": True, "inactive": False, "notes": "in bulk"}
    assert keeper.write(server, "POST", "/api/classifications/", repeated).status_code == 200
    assert keeper.get(server, f"/api/accounts/{past.ACCOUNT}/history/")
    if version >= "0011":
        assert execute(url, "SELECT user_id FROM watchdxg_snooze") == [(past.SNOOZED,)]
    if version >= "0015":
        assert keeper.get(server, "/api/preferences/") == past.PREFERENCES
        plan, = keeper.get(server, "/api/planned-actions/")
        assert (plan["user_id"], plan["state"]) == (past.PLANNED, "planned")
        assert [row["handle"] for row in keeper.get(server, "/api/exemptions/")] == [past.EXEMPT]


@every_version
def test_an_edit_from_before_is_taken_back_and_where_there_were_none_new_ones_are(cluster, version, serve):
    server = serve(upgraded(cluster, version))
    keeper = Operator(mint())
    edits = keeper.get(server, "/api/edits/?ordering=id")
    if version >= "0013":
        assert len(edits) >= 9
        changed = edits[3]["id"]  # the verdict on user 3, which had been another one
    else:
        assert edits == []
        keeper.judge(server, 3, True, notes="at first sight")
        changed = keeper.judge(server, 3, *VERDICTS[3]).headers["X-Edit-ID"]
    assert keeper.write(server, "POST", f"/api/edits/{changed}/undo/").json()["reverted"] == 1
    assert keeper.verdicts(server) == {**VERDICTS, 3: (True, False, "at first sight")}


@pytest.mark.parametrize("core", ["v1", "v2"])
@pytest.mark.parametrize("version", sorted({VERSIONS[0], VERSIONS[-1]}))
def test_an_older_core_is_no_obstacle(cluster, version, core, serve):
    url = restore(cluster, version)
    verdicts = execute(url, "SELECT user_id, harmful, inactive, notes FROM classification ORDER BY 1")
    execute(url, f"DROP TABLE {', '.join(CORE)} CASCADE")
    apply_core_schema(url, core)
    execute(url, past.CORE_ROWS)
    if core == "v2":
        for row in verdicts:
            execute(url, "INSERT INTO classification (user_id, harmful, inactive, notes) VALUES (%s, %s, %s, %s)", row)
    migrate(url)
    server = serve(url)
    keeper = Operator(mint())
    assert len(keeper.get(server, "/api/users/")) == 12
    if core == "v2":
        assert keeper.verdicts(server) == VERDICTS
