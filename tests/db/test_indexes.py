"""`indexes`: what the core's tables lack, what it saves, and making it beside a running core."""
import os
import re
import signal
import subprocess

import pytest

from support.data import make_database, seed
from support.postgres import apply_core_schema, connect, execute, wait_until
from support.server import binary, environment, run_command

OURS = "SELECT relname FROM pg_class WHERE relname LIKE 'wdx\\_%' ORDER BY 1"
INVALID = "SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE NOT i.indisvalid"
OF_USERS = {"wdx_users_account_id_id", "wdx_users_account_id_followers_count_id", "wdx_users_account_id_created_at",
            "wdx_users_lower_handle", "wdx_users_trigrams"}
OF_OTHERS = {"wdx_posts_user_id_id", "wdx_posts_timestamp_id", "wdx_actions_user_id_id"}
ROW = re.compile(r"^(there|missing|broken|optional|left out) +(-|~?\d+ [kM]B) +(-|.*?ms|over \d+ s) +(-|.*?ms|over \d+ s)  (.*)\n((?: {46}.*\n)+)",
                 re.MULTILINE)


def indexes(url, *options, **settings):
    return run_command("indexes", *options, url=url, timeout=300, **settings)


def report(url, **settings):
    """@return {`posts (user_id, id)`: (state, size, without, with, the lines below)}"""
    done = indexes(url, **settings)
    assert done.returncode == 0, done.stderr
    found = {target: (state, size, without, with_it, [line.strip() for line in below.splitlines()])
             for state, size, without, with_it, target, below in ROW.findall(done.stdout)}
    assert len(found) == 9, done.stdout
    return found


def states(url):
    return [state for state, *_ in report(url).values()]


def ours(url):
    return {name for name, in execute(url, OURS)}


@pytest.fixture
def filled(cluster):
    """URL of a database with enough rows for PostgreSQL to prefer an index: one account has nearly all users."""
    def fill(url):
        apply_core_schema(url, "v3")
        seed(url, 8000, 24000)
        execute(url, "UPDATE users SET account_id = CASE WHEN id > 7900 THEN 2 ELSE 1 END;"
                     "UPDATE posts SET text = text || ' unheardofword' WHERE id = (SELECT max(id) FROM posts);"
                     "INSERT INTO actions (user_id, action_type) SELECT id, 'block' FROM users, generate_series(1, 3)",
                autocommit=False)
        execute(url, "VACUUM ANALYZE")

    return cluster.copy_database("filled for indexes", fill)


def test_without_create_it_only_looks(filled):
    found = report(filled)
    assert ours(filled) == set()
    assert execute(filled, "SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'") == []
    assert sorted(state for state, *_ in found.values()) == ["missing"] * 8 + ["optional"]
    for state, size, without, with_it, _ in found.values():
        assert size.startswith("~") and without.endswith(" ms") and with_it == "-"
    assert indexes(filled).stdout.endswith("\n    watchdxg-back indexes --create\n")


def test_create_makes_what_the_servers_own_statements_use(filled):
    done = indexes(filled, "--create")
    assert done.returncode == 0, done.stderr
    assert "not use" not in done.stdout, done.stdout
    assert len(re.findall(r": \d+\.\d s, \d+ [kM]B; .*ms before, .*ms now\n", done.stdout)) == 8
    assert ours(filled) == OF_USERS | OF_OTHERS
    for target, (state, size, without, with_it, below) in report(filled).items():
        if state != "optional":
            assert state == "there" and not size.startswith("~") and with_it.endswith(" ms"), target
            assert not any("not use" in line for line in below), (target, below)
    assert "--create\n" not in indexes(filled).stdout[-40:]


def test_what_is_optional_is_made_when_all_are_asked_for(filled):
    done = indexes(filled, "--create", "--all")
    assert done.returncode == 0 and "not use" not in done.stdout, done.stdout
    assert ours(filled) == OF_USERS | OF_OTHERS | {"wdx_posts_trigrams"}
    assert set(states(filled)) == {"there"}
    assert indexes(filled, "--all").returncode == 2


def test_a_second_time_there_is_nothing_to_make(filled):
    indexes(filled, "--create")
    before = execute(filled, "SELECT oid, relfilenode FROM pg_class WHERE relname LIKE 'wdx\\_%' ORDER BY oid")
    done = indexes(filled, "--create")
    assert done.returncode == 0 and done.stdout.startswith("Nothing to make")
    assert execute(filled, "SELECT oid, relfilenode FROM pg_class WHERE relname LIKE 'wdx\\_%' ORDER BY oid") == before


@pytest.mark.parametrize("generation, made", [("v1", OF_USERS), ("v2", OF_USERS | OF_OTHERS), ("v3", OF_USERS | OF_OTHERS)])
def test_each_generation_gets_what_its_tables_can_have(cluster, generation, made):
    url = make_database(cluster, generation)
    left_out = {target: below for target, (state, *_, below) in report(url).items() if state == "left out"}
    assert len(left_out) == 8 - len(made) + (generation == "v1")
    assert all("this core has no " in below[-1] for below in left_out.values())
    done = indexes(url, "--create")
    assert done.returncode == 0, done.stderr
    assert ours(url) == made


@pytest.mark.parametrize("target, statement, counts", [
    ("users (account_id, id)", "CREATE INDEX other ON users (account_id, id, handle)", True),
    ("users (account_id, id)", "CREATE INDEX other ON users (account_id, id DESC)", True),
    ("users (account_id, id)", "CREATE INDEX other ON users (account_id) INCLUDE (id)", False),
    ("users (account_id, id)", "CREATE INDEX other ON users (account_id, id) WHERE follower", False),
    ("users (lower(handle))", "CREATE INDEX other ON users (lower(handle))", True),
    ("users (lower(handle))", "CREATE INDEX other ON users (upper(handle))", False),
    ("posts (timestamp DESC NULLS LAST, id)", "CREATE INDEX other ON posts (timestamp DESC NULLS LAST, id)", True),
    ("posts (timestamp DESC NULLS LAST, id)", "CREATE INDEX other ON posts (timestamp DESC, id)", False),
    ("posts (timestamp DESC NULLS LAST, id)", "CREATE INDEX other ON posts (timestamp, id)", False),
    ("posts USING gin (text gin_trgm_ops)", "CREATE EXTENSION pg_trgm; CREATE INDEX other ON posts USING gin (text gin_trgm_ops)", True),
    ("posts USING gin (text gin_trgm_ops)", "CREATE EXTENSION pg_trgm; CREATE INDEX other ON posts USING gist (text gist_trgm_ops)", False),
])
def test_an_index_of_somebody_counts_whatever_its_name(cluster, target, statement, counts):
    url = cluster.create_database("v3")
    execute(url, statement)
    state, _, _, _, below = report(url)[target]
    assert (state == "there") == counts
    assert any("as other" in line for line in below) == counts


def test_pg_trgm_may_be_in_another_schema(cluster):
    url = cluster.create_database("v3")
    execute(url, 'CREATE SCHEMA "else where"')
    execute(url, 'CREATE EXTENSION pg_trgm SCHEMA "else where"')
    assert indexes(url, "--create").returncode == 0
    assert "wdx_users_trigrams" in ours(url)


class Interrupted:
    """`--create` that waits for a transaction which has written to users, its first index being begun."""

    def __init__(self, url, folder):
        self.writer = connect(url, autocommit=False)
        self.writer.cursor().execute("UPDATE users SET bio = bio WHERE id = 1")
        self.process = subprocess.Popen([binary(), "indexes", "--create"], env=environment(url, folder), text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: execute(url, INVALID), "an index to be begun")

    def end(self, number):
        os.kill(self.process.pid, number)
        _, said = self.process.communicate(timeout=30)
        assert self.process.returncode == -number
        return said


def nobody_makes_indexes(url):
    return not execute(url, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX%'")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_what_an_interrupted_run_has_left_is_mended_by_the_next_one(cluster, tmp_path, number):
    url = make_database(cluster)
    run = Interrupted(url, tmp_path)
    said = run.end(number)
    assert ("watchdxg-back indexes --create" in said) == (number != signal.SIGKILL)
    wait_until(lambda: nobody_makes_indexes(url), "PostgreSQL to notice that the program has gone")
    run.writer.rollback()
    run.writer.close()
    assert execute(url, INVALID) == [("wdx_users_account_id_id",)]
    state, *_, below = report(url)["users (account_id, id)"]
    assert state == "broken" and "makes it anew" in below[-1]
    done = indexes(url, "--create")
    assert done.returncode == 0, done.stderr
    assert execute(url, INVALID) == [] and ours(url) == OF_USERS | OF_OTHERS


def test_the_core_reads_and_writes_meanwhile_and_two_runs_do_not_meet(cluster, tmp_path):
    url = make_database(cluster)
    run = Interrupted(url, tmp_path)
    execute(url, "SET lock_timeout = '2s'; UPDATE users SET bio = 'written meanwhile' WHERE id = 2")
    second = indexes(url, "--create")
    assert second.returncode == 1 and "is at work" in second.stderr
    run.writer.commit()
    run.writer.close()
    said, _ = run.process.communicate(timeout=60)
    assert run.process.returncode == 0 and "wdx" not in said
    assert ours(url) == OF_USERS | OF_OTHERS


def test_an_index_of_another_kind_under_our_name_is_told(cluster):
    url = cluster.create_database("v3")
    execute(url, "CREATE INDEX wdx_users_lower_handle ON users (handle)")
    done = indexes(url, "--create")
    assert done.returncode == 1 and "another index with the name wdx_users_lower_handle" in done.stderr
    execute(url, "DROP INDEX wdx_users_lower_handle")
    assert indexes(url, "--create").returncode == 0 and ours(url) == OF_USERS | OF_OTHERS


@pytest.fixture
def foreign(cluster):
    """URLs for a database whose tables belong to `core`, who owns nothing else: as a reader, and as `core`."""
    url = make_database(cluster)
    execute(url, """
        DO $$ BEGIN
            IF to_regrole('core') IS NULL THEN CREATE ROLE core LOGIN; CREATE ROLE looker LOGIN; END IF;
        END $$;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker; GRANT CREATE ON SCHEMA public TO core;
        ALTER TABLE accounts OWNER TO core; ALTER TABLE users OWNER TO core; ALTER TABLE posts OWNER TO core;
        ALTER TABLE classification OWNER TO core; ALTER TABLE actions OWNER TO core""", autocommit=False)
    return url.replace("wdx@", "looker@"), url.replace("wdx@", "core@"), url


def test_who_does_not_own_the_tables_is_told_as_which_role_to_run_it(foreign):
    looker, _, url = foreign
    line = "watchdxg-back indexes --create --database-url postgresql://core@HOST/DATABASE"
    assert line in indexes(looker).stdout
    done = indexes(looker, "--create")
    assert done.returncode == 1 and line in done.stderr
    assert "--database-direct-url postgresql://core@" in indexes(looker, database_direct_url=looker).stdout
    assert ours(url) == set()


def test_who_may_not_install_pg_trgm_gets_the_line_for_a_superuser_and_the_rest(foreign):
    _, core, url = foreign
    assert indexes(core).stdout.endswith("As a superuser, in this database:\n    CREATE EXTENSION pg_trgm;\n")
    done = indexes(core, "--create")
    assert done.returncode == 1 and "\n    CREATE EXTENSION pg_trgm;\n" in done.stdout, done.stderr
    assert ours(url) == (OF_USERS | OF_OTHERS) - {"wdx_users_trigrams"}
    execute(url, "CREATE EXTENSION pg_trgm")
    assert indexes(core, "--create").returncode == 0
    assert ours(url) == OF_USERS | OF_OTHERS


def test_check_and_schema_do_not_mind_them(cluster):
    url = make_database(cluster)
    before = run_command("check", url=url).stdout
    indexes(url, "--create", "--all")
    after = run_command("check", url=url).stdout
    of_core = re.compile(r"^.*core (?:schema|rights): .*$", re.MULTILINE)
    assert of_core.findall(after) == of_core.findall(before)
    assert re.findall(r"^(\S+) +index:", after, re.MULTILINE) == ["ok", "ok", "ok"]


@pytest.mark.parametrize("what", ["all", "ours"])
def test_a_backup_of_a_database_with_them_is_restored(cluster, tmp_path, what):
    url = make_database(cluster)
    assert indexes(url, "--create", "--all").returncode == 0
    done = run_command("backup", "--to", str(tmp_path), "--what", what, url=url, secret_key=None, data_dir=tmp_path / "none")
    assert done.returncode == 0, done.stderr
    file, = tmp_path.glob("*.backup")
    target = cluster.create_database() if what == "all" else make_database(cluster)
    if what == "ours":
        assert indexes(target, "--create").returncode == 0
    done = run_command("restore", str(file), "--to", target, "--without-key", "--replace", url=None)
    assert done.returncode == 0, done.stderr
    assert ours(target) == OF_USERS | OF_OTHERS | ({"wdx_posts_trigrams"} if what == "all" else set())
    assert execute(target, INVALID) == []
