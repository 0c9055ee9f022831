"""`check`: what it finds, and what it says."""
import re
from urllib.parse import quote

import pytest

from support.postgres import apply_core_schema, connect, execute, wait_until
from support.server import PROJECT, Server, run_command


def check(url, *options, **settings):
    """@return (exit status, {name: [(verdict, text, what to do)]})"""
    done = run_command("check", *options, url=url, **settings)
    found = {}
    for verdict, name, text, to_do in re.findall(r"^(ok  |warn|FAIL)  ([^:]+): (.*)\n((?:      .*\n)*)", done.stdout,
                                                 re.MULTILINE):
        found.setdefault(name, []).append((verdict.strip(), text, to_do.strip()))
    return done.returncode, found


def statements(to_do):
    """The lines of what to do that are SQL."""
    return [line.strip() for line in to_do.splitlines() if line.rstrip().endswith(";")]


def columns(url):
    return execute(url, "SELECT table_name, column_name, data_type, character_maximum_length, column_default"
                        " FROM information_schema.columns WHERE table_schema = 'public'"
                        " AND table_name IN ('accounts', 'users', 'posts', 'classification', 'actions')"
                        " AND (table_name, column_name) <> ('users', 'created_at') ORDER BY 1, 2")


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


def end_of(url, **settings):
    return run_command("check", url=url, **settings).stdout.splitlines()[-2:]


def test_it_ends_with_the_command_that_helps_with_the_worst_finding(empty, migrated, tmp_path):
    assert end_of(empty) == ["Next:", "    watchdxg-back migrate"]
    apply_core_schema(migrated, "v3")
    assert end_of(migrated) == ["Next:", "    watchdxg-back create_user"]
    create(migrated, "watchdxg", "watchdxg")
    assert end_of(migrated) == ["Next:", "    watchdxg-back changepassword --username watchdxg"]
    (tmp_path / "secret_key").write_text("short")
    (tmp_path / "secret_key").chmod(0o600)
    assert end_of(migrated, secret_key=None, data_dir=tmp_path) == ["Next:", "    watchdxg-back rotatesecret"]


def test_without_a_command_that_helps_it_names_none(complete):
    assert "Next:" not in run_command("check", url=complete).stdout


def test_a_backup_that_failed_or_is_long_ago_is_told(complete):
    def add(event, age):
        execute(complete, "INSERT INTO watchdxg_log (time, level, event, message)"
                          f" VALUES (now() - interval '{age}', 'info', '{event}', 'what it said')")

    def verdict():
        return check(complete)[1]["backup"][0]
    assert verdict()[0] == "ok" and "none" in verdict()[1]
    add("backup_made", "10 days")
    assert verdict()[0] == "warn" and "10 days ago" in verdict()[1]
    add("backup_made", "2 days")
    assert verdict()[0] == "ok" and "2 days ago" in verdict()[1]
    add("backup_failed", "1 day")
    assert verdict()[0] == "warn" and "what it said" in verdict()[1]


def test_the_statement_for_the_index_works(complete):
    execute(complete, "DROP INDEX users_account_id_id_idx, posts_user_id_id_idx, actions_user_id_id_idx")
    for verdict, _, statement in check(complete)[1]["index"]:
        assert verdict == "warn"
        execute(complete, statement)
    assert [verdict for verdict, _, _ in check(complete)[1]["index"]] == ["ok", "ok", "ok"]


def test_a_large_table_without_an_index_is_a_reason_to_look_at_all_indexes(complete):
    execute(complete, "DROP INDEX users_account_id_id_idx")
    execute(complete, "UPDATE pg_class SET reltuples = 50001 WHERE oid = 'users'::regclass")
    assert statements(check(complete)[1]["index"][0][2]) == ["CREATE INDEX CONCURRENTLY ON users (account_id, id);"]
    assert end_of(complete) == ["Next:", "    watchdxg-back indexes"]


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
    assert verdict == "warn" and text in said and statements(to_do)
    assert all(name in said.split("missing: ")[1].split(", ") for name in missing)


@pytest.mark.parametrize("schema", ["v1", "v2"])
def test_what_an_older_core_lacks_is_added_by_the_statements_that_are_printed(migrated, complete, schema, cluster):
    """`--setup` of the core adds no column, and its trigger breaks every update while last_updated is missing."""
    older = cluster.create_database(schema)
    execute(older, "INSERT INTO users (handle) VALUES ('someone')")
    to_do = check(older)[1]["core schema"][0][2]
    assert "--setup does not" in to_do
    for statement in statements(to_do):
        execute(older, statement)
    assert columns(older) == columns(complete)
    assert check(older)[1]["core schema"][0] == ("ok", "generation v2", "")
    assert execute(older, "SELECT last_updated FROM users") == [(None,)]
    execute(older, "UPDATE users SET bio = 'changed'")
    assert execute(older, "SELECT last_updated IS NOT NULL FROM users") == [(True,)]


def test_the_trigger_of_a_newer_core_on_an_older_table_is_mended(cluster):
    older = cluster.create_database("v2")
    execute(older, "CREATE FUNCTION update_last_updated_column() RETURNS trigger LANGUAGE plpgsql AS"
                   " $$ BEGIN NEW.last_updated = now(); RETURN NEW; END $$;"
                   "CREATE TRIGGER set_last_updated BEFORE UPDATE ON users FOR EACH ROW"
                   " EXECUTE FUNCTION update_last_updated_column();"
                   "INSERT INTO users (handle) VALUES ('someone')", autocommit=False)
    printed = statements(check(older)[1]["core schema"][0][2])
    assert printed and not any("TRIGGER" in statement for statement in printed)
    for statement in printed:
        execute(older, statement)
    execute(older, "UPDATE users SET bio = 'changed'")


def test_a_needed_column_that_is_gone_is_added_by_what_is_printed(complete):
    execute(complete, "ALTER TABLE users DROP COLUMN featured_url")
    verdict, _, to_do = check(complete)[1]["core schema"][0]
    assert verdict == "FAIL"
    for statement in statements(to_do):
        execute(complete, statement)
    assert check(complete)[0] == 0


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
    (to_do,) = [line[2] for line in found["core schema"] if line[:2] == ("FAIL", "no permission to read posts")]
    execute(complete, to_do.split(": ", 1)[1])
    assert check(complete.replace("wdx@", "reader@"))[1]["core schema"][0][0] == "ok"


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
    for _, _, to_do in found["core rights"]:
        execute(complete, to_do.split("As the owner: ", 1)[1])
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
    verdict, _, to_do = found["default password"][0]
    assert verdict == "FAIL"
    assert to_do.index("watchdxg-front sends") < to_do.index("api.service.ts") < to_do.index("_apiUrl") \
        < to_do.index("password: 'watchdxg'") < to_do.index("429") < to_do.index("changepassword")


def test_an_operator_who_is_not_active_is_made_active_by_what_is_printed(complete):
    execute(complete, "UPDATE auth_user SET is_active = false")
    verdict, text, to_do = check(complete)[1]["operator"][0]
    assert verdict == "warn" and "operator is not active" in text
    execute(complete, to_do)
    assert check(complete)[1]["operator"][0] == ("ok", "1 active", "")


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


def test_a_weak_key_of_the_settings_is_to_be_taken_out(empty):
    to_do = check(empty, secret_key="django-insecure-" + "x" * 50)[1]["secret key"][0][2]
    assert "the server makes one" in to_do and "logs in once more" in to_do


def test_a_weak_key_of_the_data_folder_is_replaced_as_it_is_said(empty, tmp_path):
    path = tmp_path / "secret_key"
    path.write_text("short")
    path.chmod(0o600)
    assert "watchdxg-back rotatesecret" in check(empty, secret_key=None, data_dir=tmp_path)[1]["secret key"][0][2]
    assert run_command("rotatesecret", url=empty, secret_key=None, data_dir=tmp_path).returncode == 0
    assert check(empty, secret_key=None, data_dir=tmp_path)[1]["secret key"][0][0] == "ok"


def test_no_secret_key_yet_is_fine_and_none_is_made(empty, tmp_path):
    assert check(empty, secret_key=None, data_dir=tmp_path / "data")[1]["secret key"][0][0] == "ok"
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_away_is_a_failure(tmp_path):
    status, found = check(f"postgresql://wdx@/db?host={tmp_path}&port=5432")
    assert status == 1
    assert found["database"][0][0] == "FAIL"
    assert "secret key" in found


def test_where_the_settings_file_names_the_database_the_line_to_write_is_printed(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(f'database_url = "postgresql:///wdx?host={tmp_path}"\n')
    done = run_command("check", "--config", file, database_url=None)
    assert done.returncode == 1
    to_do = done.stdout.split("FAIL  database: ")[1].splitlines()[-3:]
    assert to_do == [f"      Start the server, or name another in file {file}:",
                     '      database_url = "postgresql://USER:PASSWORD@HOST/DATABASE"',
                     "      What needs the database was not looked at."]


@pytest.mark.parametrize("password", ["p@ss", "12/34", "50%"])
def test_a_password_that_is_not_encoded_in_the_url_is_hinted_at_and_not_shown(password):
    url = f"postgresql://watchdxg:{password}@127.0.0.1:1/watchdxg"
    for command in ("check", "migrate"):
        done = run_command(command, url=url)
        said = done.stdout + done.stderr
        assert done.returncode in (1, 2, 3)
        assert "%40" in said and "ss@" not in said and "34@" not in said and "50%" not in said
    with Server(url, wait="live") as server:
        wait_until(lambda: "%40" in server.log, "the hint")  # the log has a thread of its own
        assert "ss@" not in server.log and "34@" not in server.log and "50%" not in server.log


def test_a_url_whose_password_is_encoded_is_left_to_libpq(tmp_path):
    url = f"postgresql://watchdxg:{quote('p@s/s%', safe='')}@127.0.0.1:1/watchdxg"
    assert "refused" in check(url)[1]["database"][0][1]


def test_an_encoding_that_lacks_characters_is_named(cluster):
    execute(cluster.url("postgres"), "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
                                     " TEMPLATE template0")
    status, found = check(cluster.url("latin"))
    verdict, text, to_do = found["encoding"][0]
    assert verdict == "warn" and "LATIN1" in text and "emoji" in text
    for statement in statements(to_do):
        execute(cluster.url("postgres"), statement)
    assert check(cluster.url("latin"))[1]["encoding"][0] == ("ok", "UTF8", "")


@pytest.mark.parametrize("whose", ['DATABASE "{}"', 'ROLE traveller', 'ROLE traveller IN DATABASE "{}"'])
def test_a_time_zone_that_shifts_the_times_of_posts_is_named_and_mended_by_what_is_printed(complete, whose):
    execute(complete, "DO $$ BEGIN CREATE ROLE traveller; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    name = execute(complete, "SELECT current_database()")[0][0]
    for good_enough in ("UTC", "Etc/UCT"):
        execute(complete, f"ALTER {whose.format(name)} SET TimeZone = '{good_enough}'")
        assert check(complete)[1]["time zone"][0][0] == "ok"
    execute(complete, f"ALTER {whose.format(name)} SET TimeZone = 'Europe/Paris'")
    verdict, text, to_do = check(complete)[1]["time zone"][0]
    assert verdict == "warn" and "Europe/Paris" in text and ("traveller" in text) == ("traveller" in whose)
    for statement in statements(to_do):
        execute(complete, statement)
    assert check(complete)[1]["time zone"][0][0] == "ok"


def test_the_documented_statement_corrects_times_that_a_time_zone_has_shifted(complete):
    text = (PROJECT / "docs/deployment.md").read_text()
    statement = re.search(r"^    (UPDATE posts\n(?:     .*\n)*)", text, re.M).group(1)
    with connect(complete) as connection, connection.cursor() as cursor:
        cursor.execute("SET TimeZone = 'Europe/Paris'")
        # As the core writes it: the time of X, which is UTC, without its zone.
        cursor.execute("INSERT INTO posts (id, timestamp) VALUES (1, '2025-06-01T12:00:00'), (2, '2025-12-01T00:30:00'),"
                       " (3, NULL)")
        cursor.execute("SET TimeZone = 'UTC'")
        cursor.execute(statement)
        cursor.execute("SELECT timestamp::text FROM posts ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == ["2025-06-01 12:00:00+00", "2025-12-01 00:30:00+00", None]


@pytest.mark.parametrize("zone, verdict, said", [
    ("Europe/Paris", "ok", ""),
    ("Europe/Pariss", "FAIL", "Did you mean Europe/Paris?"),
    ("Mars/Olympus", "FAIL", "tzdata-legacy"),
    ("UTC+2", "warn", "pg_timezone_names"),
])
def test_a_time_zone_of_the_core_that_the_database_does_not_know_fails(complete, zone, verdict, said):
    status, found = check(complete, core_timezone=zone)
    assert status == (verdict == "FAIL")
    (line,) = found["core time zone"]
    assert line[0] == verdict and zone in line[1] and said in line[2]
    assert found["core schema"][0][0] == "ok"
    assert "core time zone" not in check(complete)[1]


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
