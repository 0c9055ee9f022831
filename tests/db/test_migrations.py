"""`migrate` on an empty database, on one of the original, and on one that it must not touch."""
import subprocess
from contextlib import closing, contextmanager

import pytest

from support.postgres import apply_core_schema, bin_dir, connect, execute, wait_until
from support.server import PROJECT, Server, binary, environment, run_command

OURS = ["0001_initial", "0002_session_cutoff", "0003_sessions", "0004_log", "0005_totp",
        "0006_open_layer", "0007_history", "0008_failed_changes", "0009_people", "0010_signals", "0011_triage",
        "0012_probability", "0013_edits", "0014_console", "0015_planned_actions", "0016_alerts", "0017_backups",
        "0018_cohort_indexes"]


def dump(url):
    """The schema without our own tables."""
    text = subprocess.run([str(bin_dir() / "pg_dump"), "--schema-only", "--no-owner", "--exclude-table=watchdxg_*", url],
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    # Newer versions of pg_dump frame their output with a random word.
    return [line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def rows(url):
    return [
        execute(url, "SELECT id, app, name FROM django_migrations ORDER BY id"),
        execute(url, "SELECT * FROM django_content_type ORDER BY id"),
        execute(url, "SELECT id, name, content_type_id, codename FROM auth_permission ORDER BY id"),
    ]


def recorded(url):
    return [name for (name,) in execute(url, "SELECT name FROM watchdxg_migrations ORDER BY name")]


def has_own_bookkeeping(url):
    return execute(url, "SELECT to_regclass('watchdxg_migrations') IS NOT NULL")[0][0]


def refused(url):
    """Runs migrate, which must refuse and change nothing.  @return its message"""
    before = dump(url)
    done = run_command("migrate", url=url)
    assert done.returncode == 1
    assert dump(url) == before
    assert not has_own_bookkeeping(url)
    assert run_command("migrate", "--check", url=url).returncode == 1
    return done.stderr


# What a released combination of Django 4.2, 5.0, 5.1 or 5.2 with SimpleJWT 5.2 to 5.5 leaves behind.  The four versions of
# Django have the same migrations of admin, auth, contenttypes and sessions.
RECORDED = {
    "SimpleJWT 5.5.1": "SELECT",
    "SimpleJWT 5.2.0, 5.2.1, 5.2.2, 5.3.0, 5.3.1, 5.4.0 or 5.5.0":
        "DELETE FROM django_migrations WHERE name = '0013_alter_blacklistedtoken_options_and_more'",
    "SimpleJWT 5.2.0 to 5.5.0, with migrations that makemigrations made for it":
        "DELETE FROM django_migrations WHERE name = '0013_alter_blacklistedtoken_options_and_more';"
        "INSERT INTO django_migrations (app, name, applied) VALUES ('token_blacklist', '0013_blacklist', now()),"
        " ('token_blacklist', '0009_auto_20210525_2224', now())",
}

# Django made serial columns before 4.1, with these statements and no other difference.
SERIAL_IDS = """
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT table_name AS name, data_type AS type, pg_get_serial_sequence(table_name, 'id') AS sequence
                  FROM information_schema.columns
                 WHERE table_schema = 'public' AND is_identity = 'YES' LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id DROP IDENTITY', made.name);
        EXECUTE format('CREATE SEQUENCE %s AS %s OWNED BY %I.id', made.sequence, made.type, made.name);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id SET DEFAULT nextval(%L)', made.name, made.sequence);
        EXECUTE format('SELECT setval(%L, (SELECT count(*) + 1 FROM %I), false)', made.sequence, made.name);
    END LOOP;
END
$$;
"""
# Ids that Django 3.1 and older made, and newer ones where DEFAULT_AUTO_FIELD is AutoField.
SHORT_IDS = """
ALTER TABLE auth_group_permissions ALTER COLUMN id TYPE integer;
ALTER TABLE auth_user_groups ALTER COLUMN id TYPE integer;
ALTER TABLE auth_user_user_permissions ALTER COLUMN id TYPE integer;
ALTER TABLE django_migrations ALTER COLUMN id TYPE integer;
"""
SHORT_TOKEN_IDS = """
ALTER TABLE token_blacklist_blacklistedtoken ALTER COLUMN id TYPE integer, ALTER COLUMN token_id TYPE integer;
ALTER TABLE token_blacklist_outstandingtoken ALTER COLUMN id TYPE integer;
"""
IDS = {
    "begun with Django 4.1 or newer": "SELECT",
    "begun with Django 4.1 or newer, DEFAULT_AUTO_FIELD not set": SHORT_IDS,
    "begun with Django 3.2 or 4.0": SERIAL_IDS,
    "begun with Django 3.1 or older": SHORT_IDS + SERIAL_IDS,
    "begun with Django 3.1 or older, token ids never made long": SHORT_IDS + SHORT_TOKEN_IDS + SERIAL_IDS,
}


@pytest.mark.parametrize("recorded_by", RECORDED)
@pytest.mark.parametrize("ids", IDS)
def test_every_state_that_the_original_leaves_behind_is_taken_as_it_is(original, recorded_by, ids):
    execute(original, RECORDED[recorded_by] + ";" + IDS[ids], autocommit=False)
    assert_is_taken(original)


def assert_is_taken(original):
    schema, content = dump(original), execute(original, "SELECT * FROM django_migrations ORDER BY id")
    done = run_command("migrate", url=original)
    assert done.returncode == 0, done.stderr
    assert "Taken as it is: 0001_initial" in done.stdout
    assert dump(original) == schema
    assert execute(original, "SELECT * FROM django_migrations ORDER BY id") == content
    assert recorded(original) == OURS


@pytest.mark.parametrize("ids", list(IDS)[-2:])
def test_operators_and_tokens_work_on_every_kind_of_id(original, ids):
    execute(original, IDS[ids], autocommit=False)
    apply_core_schema(original, "v3")
    for arguments in (["migrate"], ["create_user", "--username", "someone", "--password-stdin", "--no-validate"]):
        done = run_command(*arguments, url=original, stdin="a-long-enough-password")
        assert done.returncode == 0, done.stderr
    with Server(original) as server:
        tokens = server.login("someone", "a-long-enough-password").json()
        assert server.refresh(tokens["refresh"]).status_code == 200
        assert server.refresh(tokens["refresh"]).status_code == 401
        assert server.get("/api/me/", token=tokens["access"]).json()["username"] == "someone"
    assert execute(original, "SELECT count(*) FROM token_blacklist_outstandingtoken") == [(2,)]
    assert execute(original, "SELECT count(*) FROM token_blacklist_blacklistedtoken") == [(1,)]


FAULTS = [
    ("ALTER TABLE token_blacklist_outstandingtoken DROP CONSTRAINT token_blacklist_outstandingtoken_jti_hex_d9bdf6f7_uniq",
     "token_blacklist_outstandingtoken.jti has no unique index"),
    ("ALTER TABLE token_blacklist_blacklistedtoken DROP CONSTRAINT token_blacklist_blacklistedtoken_token_id_key",
     "token_blacklist_blacklistedtoken.token_id has no unique index"),
    ("ALTER TABLE auth_user ALTER COLUMN id DROP IDENTITY", "auth_user.id has no default"),
    ("ALTER TABLE token_blacklist_outstandingtoken ALTER COLUMN id DROP IDENTITY",
     "token_blacklist_outstandingtoken.id has no default"),
    ("ALTER TABLE auth_user ALTER COLUMN id TYPE bigint", "auth_user.id is of type bigint"),
    ("ALTER TABLE auth_user ADD COLUMN phone text NOT NULL", "auth_user.phone must have a value"),
]


@pytest.mark.parametrize("damage, fault", FAULTS)
def test_tables_that_are_not_as_we_need_them_are_refused_with_the_statement_that_mends_them(original, damage, fault):
    execute(original, damage)
    message = refused(original)
    assert fault in message
    mended = message[message.index(fault):].split("(", 1)[1].split(";)")[0]
    execute(original, mended)
    assert run_command("migrate", url=original).returncode == 0


def test_a_column_that_is_gone_is_named(original):
    execute(original, "ALTER TABLE auth_user DROP COLUMN date_joined")
    assert "auth_user.date_joined is missing" in refused(original)


def test_an_empty_database_becomes_what_the_original_makes(migrated, original):
    assert dump(migrated) == dump(original)
    assert rows(migrated) == rows(original)


def test_every_sequence_stands_behind_its_last_row(migrated):
    positions = dict(execute(migrated, "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences"
                                       " WHERE sequencename NOT LIKE 'watchdxg\\_%'"))
    assert {name: at for name, at in positions.items() if at} == {
        "django_migrations_id_seq": 31,
        "django_content_type_id_seq": 10,
        "auth_permission_id_seq": 40,
    }
    assert len(positions) == 11


def test_the_same_again_finds_nothing_to_do(migrated):
    before = execute(migrated, "SELECT * FROM watchdxg_migrations ORDER BY name")
    done = run_command("migrate", url=migrated)
    assert (done.returncode, done.stdout) == (0, "No migrations to apply.\n")
    assert execute(migrated, "SELECT * FROM watchdxg_migrations ORDER BY name") == before
    assert [name for name, _ in before] == OURS


def test_a_database_of_the_original_is_taken_as_it_is(original):
    assert "0001" not in run_command("migrate", "--plan", url=original).stdout
    assert_is_taken(original)


def test_rows_of_other_apps_and_newer_migrations_are_no_obstacle(original):
    execute(original, "INSERT INTO django_migrations (app, name, applied) VALUES"
                      " ('blog', '0001_initial', now()), ('auth', '0013_from_the_future', now())")
    assert run_command("migrate", url=original).returncode == 0


def test_check_and_plan_change_nothing(empty):
    check = run_command("migrate", "--check", url=empty)
    plan = run_command("migrate", "--plan", url=empty)
    assert (check.returncode, plan.returncode) == (1, 0)
    assert check.stdout == plan.stdout == "Pending migrations:\n" + "".join(f"  {name}\n" for name in OURS)
    assert execute(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    assert run_command("migrate", url=empty).returncode == 0
    assert run_command("migrate", "--check", url=empty).returncode == 0


def test_every_migration_that_the_original_has_not_applied_is_named(original):
    names = execute(original, "SELECT app, name FROM django_migrations"
                              " WHERE name <> '0013_alter_blacklistedtoken_options_and_more' ORDER BY id")
    assert len(names) == 30
    for app, name in names:
        execute(original, "DELETE FROM django_migrations WHERE app = %s AND name = %s", (app, name))
        message = refused(original)
        assert f"Missing: {app}.{name}." in message
        assert "run `python manage.py migrate`" in message and "pip install --upgrade" in message
        execute(original, "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", (app, name))


def test_every_table_that_is_gone_is_named(original):
    tables = [name for (name,) in execute(original, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert len(tables) == 12
    for table in sorted(tables):
        execute(original, f"ALTER TABLE {table} RENAME TO hidden")
        message = refused(original)
        assert table in message
        execute(original, f"ALTER TABLE hidden RENAME TO {table}")


def test_tables_without_a_record_are_refused(original):
    execute(original, "TRUNCATE django_migrations")
    assert "without a record of its migrations" in refused(original)
    execute(original, "DROP TABLE django_migrations")
    assert "without a record of its migrations" in refused(original)


def test_tables_that_vanished_later_are_not_made_again(migrated):
    execute(migrated, "DROP TABLE token_blacklist_blacklistedtoken, token_blacklist_outstandingtoken")
    done = run_command("migrate", url=migrated)
    assert done.returncode == 1
    assert "token_blacklist_blacklistedtoken, token_blacklist_outstandingtoken" in done.stderr


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_the_core_is_left_alone(cluster, schema):
    url = cluster.create_database(schema)
    execute(url, "INSERT INTO accounts (handle) VALUES ('someone')")
    before = dump(url)
    assert run_command("migrate", url=url).returncode == 0
    core = subprocess.run([str(bin_dir() / "pg_dump"), "--schema-only", "--no-owner", "--exclude-table=watchdxg_*",
                           "--exclude-table=auth_*", "--exclude-table=django_*", "--exclude-table=token_*", url],
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    assert [line for line in core.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))] == before
    assert execute(url, "SELECT handle FROM accounts") == [("someone",)]


def test_many_at_once_run_each_migration_once(empty, tmp_path):
    runs = [subprocess.Popen([binary(), "migrate"], env=environment(empty, tmp_path), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True) for _ in range(8)]
    outputs = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0] * 8, outputs
    applied = "".join(out for out, _ in outputs)
    for name in OURS:
        assert applied.count(f"Applied: {name}\n") == 1
    assert recorded(empty) == OURS


def at(cluster, newest):
    """@return URL of a database of the core's to which nothing newer than that migration has been applied"""
    url = cluster.create_database("v3")
    execute(url, "CREATE TABLE watchdxg_migrations (name text PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())")
    for name in OURS[:OURS.index(newest) + 1]:
        execute(url, (PROJECT / f"migrations/{name}.sql").read_text(), autocommit=False)
        execute(url, "INSERT INTO watchdxg_migrations (name) VALUES (%s)", (name,))
    return url


@contextmanager
def long_reader(url):
    """Somebody reads a table that 0008 changes, as an export or a backup does."""
    with closing(connect(url, autocommit=False)) as reader:
        reader.cursor().execute("SELECT count(*) FROM watchdxg_watched_table")
        yield


def assert_others_come_through(url):
    """Whoever reads that table now waits behind the migration at most for as long as that waits."""
    for _ in range(3):
        execute(url, "SET statement_timeout = '10s'; SELECT count(*) FROM watchdxg_watched_table")


def test_a_migration_that_waits_for_a_table_does_not_hold_up_others(cluster, tmp_path):
    url = at(cluster, "0007_history")
    with long_reader(url):
        with open(tmp_path / "stderr", "w") as said:
            run = subprocess.Popen([binary(), "migrate"], env=environment(url, tmp_path), stdout=subprocess.PIPE,
                                   stderr=said, text=True)
        wait_until(lambda: "A table is in use" in (tmp_path / "stderr").read_text(), "the reason")
        assert_others_come_through(url)
        assert run.poll() is None and recorded(url)[-1] == "0007_history"
    out, _ = run.communicate(timeout=60)
    assert run.returncode == 0 and "Applied: 0008_failed_changes" in out
    assert (tmp_path / "stderr").read_text().count("\n") == 1
    assert recorded(url) == OURS


def test_a_server_that_migrates_waits_for_a_table_and_says_so(cluster, start_server):
    url = at(cluster, "0007_history")
    with long_reader(url):
        server = start_server(url, "--migrate", wait="live")
        wait_until(lambda: "lock timeout" in server.log, "the reason in the log")
        assert_others_come_through(url)
        assert server.get("/healthz").status_code == 200 and server.get("/readyz").status_code == 503
    server.wait_until_ready()
    assert recorded(url) == OURS


def test_a_migration_that_fails_leaves_nothing_of_itself(empty):
    execute(empty, "CREATE TABLE watchdxg_session_cutoff (mine integer)")
    done = run_command("migrate", url=empty)
    assert done.returncode == 1
    assert 'relation "watchdxg_session_cutoff" already exists' in done.stderr
    assert recorded(empty) == ["0001_initial"]
    execute(empty, "DROP TABLE watchdxg_session_cutoff")
    assert run_command("migrate", url=empty).returncode == 0
    assert recorded(empty) == OURS


def test_tables_go_to_the_first_schema_of_the_search_path(cluster):
    url = cluster.create_database(name="elsewhere")
    execute(url, "CREATE SCHEMA own; ALTER DATABASE elsewhere SET search_path = own, public", autocommit=False)
    assert run_command("migrate", url=url).returncode == 0
    assert execute(url, "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname IN ('own', 'public')") == [("own",)]
    assert execute(url, "SELECT DISTINCT schemaname FROM pg_sequences") == [("own",)]


def test_no_schema_to_use_is_said(cluster):
    url = cluster.create_database(name="nowhere")
    execute(url, "ALTER DATABASE nowhere SET search_path = missing")
    done = run_command("migrate", url=url)
    assert done.returncode == 1
    assert "No schema of the search path exists" in done.stderr


def test_a_stricter_default_isolation_does_not_double_a_migration(cluster, tmp_path):
    url = cluster.create_database(name="strict")
    execute(url, "ALTER DATABASE strict SET default_transaction_isolation = 'serializable'")
    runs = [subprocess.Popen([binary(), "migrate"], env=environment(url, tmp_path), stderr=subprocess.PIPE, text=True)
            for _ in range(4)]
    outputs = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0] * 4, outputs


def test_a_newer_build_may_have_been_here(migrated):
    execute(migrated, "INSERT INTO watchdxg_migrations (name) VALUES ('0999_from_the_future')")
    assert run_command("migrate", "--check", url=migrated).returncode == 0


def test_a_database_that_is_away_has_its_own_exit_code(cluster, tmp_path):
    done = run_command("migrate", url=f"postgresql://wdx@/db?host={tmp_path}&port=5432")
    assert done.returncode == 3
    assert "not available" in done.stderr


def test_core_tables_that_come_later_do_not_matter(migrated):
    apply_core_schema(migrated, "v3")
    assert run_command("migrate", "--check", url=migrated).returncode == 0
