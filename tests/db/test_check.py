"""`check`: what it finds and what it says about it."""
import re

import pytest

from support.postgres import apply_core_schema, connect, execute
from support.server import PROJECT, run_command


def check(url, *options, **settings):
    """@return (exit status, {name: [(verdict, text, what to do)]})"""
    done = run_command("check", *options, url=url, **settings)
    found = {}
    for verdict, name, text, to_do in re.findall(r"^(ok  |warn|FAIL)  ([^:]+): (.*)\n((?:      .*\n)*)", done.stdout,
                                                 re.MULTILINE):
        found.setdefault(name, []).append((verdict.strip(), text, to_do.strip()))
    return done.returncode, found


def create(url, name, password, *options):
    done = run_command("create_user", "--username", name, "--password-stdin", "--no-validate", *options, url=url,
                       stdin=password)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def complete(migrated):
    """URL of a database that has nothing to complain about."""
    apply_core_schema(migrated, "v3")
    execute(migrated, "CREATE INDEX ON users (account_id, id); CREATE INDEX ON posts (user_id, id);"
                      "CREATE INDEX ON actions (user_id, id)")
    create(migrated, "operator", "correct-horse-battery")
    return migrated


def test_a_complete_database_is_fine(complete):
    status, found = check(complete)
    assert status == 0
    assert {verdict for lines in found.values() for verdict, _, _ in lines} == {"ok"}, found
    assert "generation v3" in found["core schema"][0][1]


def test_what_events_need_is_looked_at(complete):
    assert check(complete, database_direct_url="postgresql://nobody@127.0.0.1:1/nothing")[1]["events"][0][0] == "warn"
    name = complete.rsplit("/", 1)[1].split("?")[0]
    execute(complete, f'ALTER DATABASE "{name}" SET track_counts = off')
    status, found = check(complete)
    assert status == 0 and "track_counts" in found["events"][0][1]
    assert check(complete, watch_interval=0)[1]["events"][0][0] == "ok"


def test_warnings_alone_are_no_failure(complete):
    execute(complete, "DROP INDEX users_account_id_id_idx; UPDATE auth_user SET is_active = false", autocommit=False)
    status, found = check(complete)
    assert status == 0
    assert ("warn", "users (account_id, id) has none: lists read the whole table, or sort",
            "CREATE INDEX CONCURRENTLY ON users (account_id, id);") in found["index"]
    assert found["operator"][0][0] == "warn"


def test_the_statement_for_the_index_works(complete):
    execute(complete, "DROP INDEX users_account_id_id_idx, posts_user_id_id_idx, actions_user_id_id_idx")
    for verdict, _, statement in check(complete)[1]["index"]:
        assert verdict == "warn"
        execute(complete, statement)
    assert [verdict for verdict, _, _ in check(complete)[1]["index"]] == ["ok", "ok", "ok"]


@pytest.mark.parametrize("index, counts", [
    ("CREATE INDEX ON users (account_id, id)", True),
    ("CREATE INDEX ON users (account_id, id, handle)", True),
    ("CREATE INDEX ON users (account_id)", False),
    ("CREATE INDEX ON users (id, account_id)", False),
    ("CREATE INDEX ON users (account_id, handle, id)", False),
    ("CREATE INDEX ON users (account_id, (id + 0))", False),
    ("CREATE INDEX ON users USING brin (account_id, id)", False),
    ("CREATE INDEX ON users (account_id, id) WHERE follower", False),
    ("CREATE INDEX made ON users (account_id, id); UPDATE pg_index SET indisvalid = false"
     " WHERE indexrelid = 'made'::regclass", False),
])
def test_which_index_counts(complete, index, counts):
    execute(complete, "DROP INDEX users_account_id_id_idx")
    execute(complete, index)
    assert (check(complete)[1]["index"][0][0] == "ok") == counts


@pytest.mark.parametrize("schema, text, missing", [
    ("v1", "generation v1", ["users.certified", "users.last_updated", "posts", "classification", "actions"]),
    ("v2", "generation v2", ["users.last_updated"]),
])
def test_older_generations_are_told_and_warned_about(migrated, schema, text, missing):
    apply_core_schema(migrated, schema)
    status, found = check(migrated)
    assert status == 0
    (verdict, said, to_do), = found["core schema"]
    assert verdict == "warn" and text in said and to_do
    assert all(name in said.split("missing: ")[1].split(", ") for name in missing)


def test_the_main_tables_of_the_core_are_needed(complete):
    execute(complete, "ALTER TABLE users RENAME COLUMN bio TO biography")
    status, found = check(complete)
    assert status == 1
    assert found["core schema"][0][:2] == ("FAIL", "missing: users.bio")
    execute(complete, "DROP TABLE accounts CASCADE")
    assert check(complete)[1]["core schema"][0][:2] == ("FAIL", "missing: accounts, users.bio")


def test_a_table_that_the_role_may_not_read(complete):
    execute(complete, "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public"
                      " TO reader; REVOKE SELECT ON posts FROM reader", autocommit=False)
    status, found = check(complete.replace("wdx@", "reader@"))
    assert status == 1
    assert ("FAIL", "no permission to read posts") in [line[:2] for line in found["core schema"]]


def test_tables_that_the_role_may_not_write(complete):
    execute(complete, "DROP ROLE IF EXISTS halfwriter; CREATE ROLE halfwriter LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public"
                      " TO halfwriter; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO halfwriter", autocommit=False)
    halfwriter = complete.replace("wdx@", "halfwriter@")
    assert check(halfwriter)[1]["core rights"] == [("ok", "classification and actions can be written", "")]
    execute(complete, "REVOKE INSERT, DELETE ON classification FROM halfwriter; REVOKE UPDATE ON actions FROM halfwriter;"
                      "REVOKE ALL ON SEQUENCE actions_id_seq FROM halfwriter", autocommit=False)
    status, found = check(halfwriter)
    assert status == 1
    missing = ["DELETE, INSERT ON classification", "UPDATE ON actions", "USAGE ON SEQUENCE public.actions_id_seq"]
    assert [line[:2] for line in found["core rights"]] == [("FAIL", f"missing: {one}") for one in missing]
    for one in missing:
        execute(complete, f"GRANT {one} TO halfwriter")
    assert check(halfwriter)[0] == 0


def test_pending_migrations_fail(empty):
    status, found = check(empty)
    assert status == 1
    number = len(list((PROJECT / "migrations").glob("*.sql")))
    assert found["migrations"][0] == ("FAIL", f"{number} pending, the first is 0001_initial",
                                      "Run `watchdxg-back migrate`.")
    assert "operator" not in found


def test_a_half_migrated_original_fails(original):
    execute(original, "DELETE FROM django_migrations WHERE app = 'sessions'")
    status, found = check(original)
    assert status == 1
    assert "sessions.0001_initial" in found["migrations"][0][2]


def test_the_default_password_fails(migrated):
    create(migrated, "watchdxg", "watchdxg")
    status, found = check(migrated)
    assert status == 1
    assert found["default password"][0][0] == "FAIL"


def test_the_name_alone_is_no_failure(migrated):
    create(migrated, "watchdxg", "something-else-entirely")
    assert check(migrated)[1]["default password"][0][0] == "ok"


@pytest.mark.parametrize("key, verdict", [
    ("x" * 31, "FAIL"),
    ("x" * 32, "ok"),
    ("django-insecure-" + "x" * 50, "FAIL"),
])
def test_a_weak_secret_key_fails(empty, key, verdict):
    assert check(empty, secret_key=key)[1]["secret key"][0][0] == verdict


@pytest.mark.parametrize("mode, content, verdict", [
    (0o600, "k" * 64, "ok"),
    (0o640, "k" * 64, "FAIL"),
    (0o604, "k" * 64, "FAIL"),
    (0o600, "short", "FAIL"),
    (0o600, "", "FAIL"),
])
def test_the_kept_secret_key_is_judged(empty, tmp_path, mode, content, verdict):
    path = tmp_path / "secret_key"
    path.write_text(content)
    path.chmod(mode)
    status, found = check(empty, secret_key=None, data_dir=tmp_path)
    assert found["secret key"][0][0] == verdict
    assert content not in str(found) or not content


def test_no_secret_key_yet_is_fine_and_none_is_made(empty, tmp_path):
    assert check(empty, secret_key=None, data_dir=tmp_path / "data")[1]["secret key"][0][0] == "ok"
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_away_is_a_failure(tmp_path):
    status, found = check(f"postgresql://wdx@/db?host={tmp_path}&port=5432")
    assert status == 1
    assert found["database"][0][0] == "FAIL"
    assert "secret key" in found


def test_a_locked_table_does_not_hang_the_check(complete):
    with connect(complete, autocommit=False) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE auth_user IN ACCESS EXCLUSIVE MODE")
        status, found = check(complete, statement_timeout=1)
        other.rollback()
    assert status == 1
    assert found["operator"][0][:2] == ("FAIL", "the database refused")
    assert found["core schema"][0][0] == "ok"


def test_the_rows_are_looked_at_when_asked_for(complete):
    assert "data" not in check(complete)[1]
    assert check(complete, "--data")[1]["data"] == [("ok", "nothing that is known to go wrong", "")]
    execute(complete, "INSERT INTO accounts (id, handle) VALUES (1, 'mine'), (2, NULL);"
                      "INSERT INTO users (id, account_id, handle, created_at, followers_count, followers_str) VALUES"
                      " (1, 1, 'a', '2020-01-01', 12000, '1,2 k'), (2, 2, 'b', NULL, 1, '1'), (3, NULL, 'c', NULL, 1, '1')")
    status, found = check(complete, "--data")
    assert status == 0
    assert [(verdict, text) for verdict, text, _ in found["data"]] == [
        ("warn", "Users that belong to no X account: 1 rows, [3]"),
        ("warn", "mine: Following or followers counted ten or a hundred times too high: 1 rows, [1]"),
        ("warn", "account without handle: Users without the date on which they joined: 1 rows, [2]")]
    assert all(to_do for _, _, to_do in found["data"])


@pytest.mark.parametrize("schema", ["v1", "v2"])
def test_the_rows_of_older_generations_are_looked_at(migrated, schema):
    apply_core_schema(migrated, schema)
    assert check(migrated, "--data")[1]["data"] == [("ok", "nothing that is known to go wrong", "")]
