"""`migrate`: what it makes of an empty database, of the original's, and of one that it must not touch."""
import subprocess

import pytest

from support.postgres import apply_core_schema, bin_dir, execute
from support.server import binary, environment, run_command

OURS = ["0001_initial", "0002_session_cutoff", "0003_sessions", "0004_log", "0005_totp",
        "0006_open_layer", "0007_history"]


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
    schema, content = dump(original), execute(original, "SELECT * FROM django_migrations ORDER BY id")
    assert "0001" not in run_command("migrate", "--plan", url=original).stdout
    done = run_command("migrate", url=original)
    assert done.returncode == 0, done.stderr
    assert "Taken as it is: 0001_initial" in done.stdout
    assert dump(original) == schema
    assert execute(original, "SELECT * FROM django_migrations ORDER BY id") == content
    assert recorded(original) == OURS


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
    names = execute(original, "SELECT app, name FROM django_migrations ORDER BY id")
    assert len(names) == 31
    for app, name in names:
        execute(original, "DELETE FROM django_migrations WHERE app = %s AND name = %s", (app, name))
        message = refused(original)
        assert f"Missing: {app}.{name}." in message
        assert "Finish the original's own `migrate` first" in message
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
