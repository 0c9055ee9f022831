"""`backup` and `restore`: one file, and from it the same database, the same key and nothing by halves."""
import hashlib
import json
import random
import re
import signal
import subprocess
import tarfile
import time
from pathlib import Path

import psycopg2
import pytest

from support.data import make_database, seed
from support.postgres import execute, wait_until
from support.server import SECRET, Server, binary, environment, run_command
from support.tokens import mint

PASSPHRASE = "correct horse battery staple"
OTHERS = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
          " AND backend_type = 'client backend'")


@pytest.fixture
def passphrase(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    return path


def back_up(url, folder, *options, **settings):
    """@return path of the new file"""
    done = run_command("backup", "--to", str(folder), *options, url=url, **settings)
    assert done.returncode == 0, done.stderr
    return Path(re.match(r"(\S+\.backup): \d+ bytes", done.stdout).group(1))


def restore(file, url, *options, stdin="", **settings):
    return run_command("restore", str(file), "--to", url, *options, url=None, stdin=stdin, **settings)


def tables_of(url):
    return [name for name, in execute(url, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                                           " ORDER BY relname")]


def contents(url, tables=None):
    """A checksum of the rows of each table."""
    sums = {}
    for table in tables or tables_of(url):
        (rows,), = execute(url, f"SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM {table} AS t")
        sums[table] = hashlib.sha256(rows.encode()).hexdigest()
    return sums


def schema(url):
    dump = subprocess.run(["pg_dump", "--schema-only", "--no-owner", "--no-privileges", f"--dbname={url}"],
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    return [line for line in dump.splitlines() if line and not line.startswith(("--", "\\"))]


def findings(check):
    """What `check` said: (ok, warn or FAIL, of what)."""
    return re.findall(r"^(ok|warn|FAIL) +([^:]+):", check.stdout, re.M)


def without_log(sums):
    return {name: total for name, total in sums.items() if name != "watchdxg_log"}


@pytest.mark.parametrize("generation", ["v1", "v2", "v3"])
def test_a_restored_backup_has_the_same_tables_rows_and_sequences(cluster, tmp_path, passphrase, generation):
    url = make_database(cluster, generation)
    file = back_up(url, tmp_path, "--passphrase-file", str(passphrase))
    target = cluster.create_database()
    done = restore(file, target, "--passphrase-file", str(passphrase))
    assert done.returncode == 0, done.stderr
    assert schema(target) == schema(url)
    assert without_log(contents(target)) == without_log(contents(url))
    sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE sequencename !~ 'watchdxg_log' ORDER BY 1"
    assert execute(target, sequences) == execute(url, sequences)
    assert [event for event, in execute(target, "SELECT event FROM watchdxg_log ORDER BY id DESC LIMIT 1")] == ["restored"]


def test_on_another_machine_the_old_password_and_the_old_tokens_work_and_check_has_no_complaint(cluster, tmp_path, passphrase):
    old, new = tmp_path / "old", tmp_path / "new"
    url = make_database(cluster)
    with Server(url, secret_key=None, data_dir=old) as server:
        tokens = server.login().json()
        assert server.request("PUT", "/api/users/1/classification/", tokens["access"], json={"harmful": True, "inactive": False}).ok
    file = back_up(url, tmp_path / "backups", "--passphrase-file", str(passphrase), secret_key=None, data_dir=old)
    target = cluster.create_database()
    with Server(target, "--migrate", secret_key=None, data_dir=new, wait="live"):
        wait_until(lambda: "watchdxg_log" in tables_of(target), "the tables of a server that was just installed")
    done = restore(file, target, "--passphrase-file", str(passphrase), secret_key=None, data_dir=new)
    assert done.returncode == 0, done.stderr
    assert (new / "secret_key").read_text() == (old / "secret_key").read_text()
    assert (new / "secret_key").stat().st_mode & 0o777 == 0o600
    checked = run_command("check", url=target, secret_key=None, data_dir=new)
    told = run_command("check", url=url, secret_key=None, data_dir=old)
    assert findings(checked) == findings(told) and ("ok", "secret key") in findings(checked)
    with Server(target, secret_key=None, data_dir=new) as server:
        assert server.get("/api/me/", tokens["access"]).status_code == 200
        assert server.refresh(tokens["refresh"]).status_code == 200
        assert server.login().status_code == 200
        assert server.get("/api/users/1/", tokens["access"]).json()["classification"]["harmful"] is True


def test_ours_leaves_what_the_core_has_collected_as_it_is(cluster, tmp_path):
    url = make_database(cluster)
    seed(url, users=50, posts=100)
    execute(url, "DELETE FROM classification WHERE user_id > 10")
    file = back_up(url, tmp_path, "--what", "ours")
    before = contents(url)
    execute(url, "UPDATE users SET bio = 'newer'")
    execute(url, "DELETE FROM classification; DELETE FROM actions; DELETE FROM auth_user")
    newer = contents(url, ["users", "posts", "accounts"])
    shape = schema(url)
    refused = restore(file, url)
    done = restore(file, url, "--replace")
    assert refused.returncode == 0 or "--replace" in refused.stderr
    assert done.returncode == 0, done.stderr
    after = contents(url)
    assert {name: after[name] for name in newer} == newer
    rest = [name for name in before if name not in newer and name != "watchdxg_log"]
    assert {name: after[name] for name in rest} == {name: before[name] for name in rest}
    assert schema(url) == shape


def test_ours_says_so_where_the_core_has_no_tables_yet(cluster, tmp_path):
    url = make_database(cluster)
    seed(url, users=5, posts=5)
    file = back_up(url, tmp_path, "--what", "ours")
    target = cluster.create_database()
    done = restore(file, target)
    assert done.returncode == 1 and "let watchdxg-core make and fill its tables" in done.stderr
    assert tables_of(target) == []


def test_verdicts_of_users_who_are_not_there_are_not_lost_silently(cluster, tmp_path):
    url = make_database(cluster)
    seed(url, users=5, posts=5)
    file = back_up(url, tmp_path, "--what", "ours")
    target = make_database(cluster, state=None)
    before = contents(target)
    done = restore(file, target, "--replace")
    assert done.returncode == 1 and 'is not present in table "users"' in done.stderr, done.stderr
    assert contents(target) == before


def test_what_a_database_holds_is_shown_and_is_replaced_only_on_request(cluster, tmp_path):
    url = make_database(cluster)
    file = back_up(url, tmp_path)
    target = make_database(cluster, "v2")
    execute(target, "DELETE FROM users WHERE id > 3; CREATE TABLE watchdxg_of_a_newer_version (id integer)")
    before = contents(target)
    for options in ((), ("--dry-run",), ("--replace", "--dry-run")):
        done = restore(file, target, *options)
        assert re.search(r"^users +3 +\d+$", done.stdout, re.M), done.stdout
        assert done.returncode == (0 if "--dry-run" in options else 1)
        assert contents(target) == before
    assert "--replace" in restore(file, target).stderr
    done = restore(file, target, "--replace")
    assert done.returncode == 0, done.stderr
    assert schema(target) == schema(url) and without_log(contents(target)) == without_log(contents(url))


def test_a_table_of_somebody_else_is_left(cluster, tmp_path):
    url, target = make_database(cluster), make_database(cluster)
    file = back_up(url, tmp_path)
    execute(target, "CREATE TABLE notes AS SELECT 'mine' AS text")
    assert restore(file, target, "--replace").returncode == 0
    assert execute(target, "SELECT text FROM notes") == [("mine",)]


def test_a_view_that_needs_a_table_stops_the_restore_before_anything_is_changed(cluster, tmp_path):
    url, target = make_database(cluster), make_database(cluster)
    file = back_up(url, tmp_path)
    execute(target, "CREATE VIEW names AS SELECT handle FROM users")
    before = contents(target)
    done = restore(file, target, "--replace")
    assert done.returncode == 1 and "names" in done.stderr
    assert contents(target) == before


def test_nobody_else_may_be_connected(cluster, tmp_path):
    url, target = make_database(cluster), make_database(cluster)
    file = back_up(url, tmp_path)
    before = contents(target)
    other = psycopg2.connect(target, application_name="the-scraper")
    done = restore(file, target, "--replace")
    other.close()
    assert done.returncode == 1 and "the-scraper" in done.stderr
    assert contents(target) == before


def test_a_role_that_is_no_superuser_sees_others_too(cluster, tmp_path):
    url, target = make_database(cluster), cluster.create_database()
    file = back_up(url, tmp_path)
    name = target.rsplit("/", 1)[1].split("?")[0]
    execute(target, f'CREATE ROLE plain LOGIN; ALTER DATABASE "{name}" OWNER TO plain; ALTER SCHEMA public OWNER TO plain')
    plain = target.replace("wdx@", "plain@")
    other = psycopg2.connect(target)
    done = restore(file, plain)
    other.close()
    assert done.returncode == 1 and "Others are connected" in done.stderr
    assert restore(file, plain).returncode == 0


def test_tables_in_another_schema_go_where_the_server_looks_or_nowhere(cluster, tmp_path):
    url = make_database(cluster)
    name = url.rsplit("/", 1)[1].split("?")[0]
    execute(url, f'ALTER SCHEMA public RENAME TO elsewhere; ALTER DATABASE "{name}" SET search_path TO elsewhere')
    for what in ("all", "ours"):
        back_up(url, tmp_path / what, "--what", what, "--verify")
    file = next((tmp_path / "all").iterdir())
    target = cluster.create_database()
    refused = restore(file, target)
    assert refused.returncode == 1 and tables_of(target) == []
    execute(target, re.search(r"ALTER DATABASE .*;", refused.stderr).group())
    assert restore(file, target).returncode == 0
    assert execute(target, "SELECT count(*) FROM users") == execute(url, "SELECT count(*) FROM users")


def test_indexes_of_somebody_on_the_cores_tables_do_not_stop_ours(cluster, tmp_path):
    url = make_database(cluster)
    execute(url, "CREATE INDEX mine ON classification (harmful); CREATE STATISTICS pair ON harmful, inactive FROM classification;"
                 "CREATE INDEX yours ON actions (user_id)")
    file = back_up(url, tmp_path, "--what", "ours")
    execute(url, "DROP INDEX yours")
    done = restore(file, url, "--replace")
    assert done.returncode == 0, done.stderr
    assert execute(url, "SELECT to_regclass('mine') IS NOT NULL, to_regclass('yours') IS NOT NULL") == [(True, False)]


def test_a_restore_that_fails_leaves_the_keys_as_they_were(cluster, tmp_path, passphrase):
    url, target, data = make_database(cluster), make_database(cluster), tmp_path / "data"
    file = back_up(url, tmp_path, "--passphrase-file", str(passphrase))
    with Server(target, secret_key=None, data_dir=data) as server:
        server.get("/healthz")
    key = (data / "secret_key").read_text()
    execute(target, "CREATE VIEW names AS SELECT handle FROM users")
    done = restore(file, target, "--replace", "--passphrase-file", str(passphrase), secret_key=None, data_dir=data)
    assert done.returncode == 1
    assert (data / "secret_key").read_text() == key and (data / "secret_key_fallbacks").read_text().strip() == ""


def test_a_backup_whose_role_may_not_write_the_log_is_made_all_the_same(cluster, tmp_path):
    url = make_database(cluster)
    execute(url, "CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader")
    done = run_command("backup", "--to", str(tmp_path), url=url.replace("wdx@", "reader@"))
    assert done.returncode == 0 and ".backup: " in done.stdout and "could not be told" in done.stderr


def test_work_of_a_server_without_an_operator_is_not_lost_silently(cluster, tmp_path):
    url, target = make_database(cluster), make_database(cluster, state=None)
    file = back_up(url, tmp_path)
    execute(target, "DELETE FROM auth_user; INSERT INTO watchdxg_exemption (handle, created_at) VALUES ('friend', now())")
    assert "--replace" in restore(file, target).stderr
    assert execute(target, "SELECT handle FROM watchdxg_exemption") == [("friend",)]


def test_a_truncated_an_altered_and_a_newer_file_are_refused_before_anything_is_touched(cluster, tmp_path):
    url = make_database(cluster)
    whole = back_up(url, tmp_path).read_bytes()
    target = cluster.create_database()
    random_ = random.Random(7)
    end = len(whole)
    spoilt = {f"cut at {cut}": whole[:cut] for cut in (0, 1, 600, end // 2, end - 1600, end - 1)}
    for place in [0, 100, 300, 512, 700, end - 1] + [random_.randrange(end) for _ in range(12)]:
        changed = whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1:]
        spoilt[f"changed at {place}"] = changed
    newer = whole.replace(b'"format": 1', b'"format": 9', 1)
    spoilt["newer"] = newer
    file = tmp_path / "spoilt.backup"
    for name, content in spoilt.items():
        file.write_bytes(content)
        for options in ((), ("--dry-run",)):
            done = restore(file, target, *options)
            assert done.returncode == 1 and done.stderr, name
            assert tables_of(target) == []
    file.write_bytes(newer)
    assert "newer" in restore(file, target).stderr


def test_the_file_can_be_read_without_us_and_holds_no_secret(cluster, tmp_path, passphrase):
    secret, fallback = "a-signing-secret-of-thirty-two-bytes-or-so", "another-secret-of-thirty-two-bytes-or-more"
    url = make_database(cluster)
    file = back_up(url, tmp_path, "--passphrase-file", str(passphrase), secret_key=secret, secret_key_fallbacks=fallback,
                   idle_timeout=61)
    assert file.stat().st_mode & 0o777 == 0o600
    subprocess.run(["tar", "-xf", str(file), "-C", str(tmp_path)], check=True)
    assert sorted(tarfile.open(file).getnames()) == ["SHA256SUMS", "config.toml", "database.dump", "manifest.json", "secret_key.cms"]
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    keys = subprocess.run(["openssl", "cms", "-decrypt", "-inform", "DER", "-in", "secret_key.cms", "-pwri_password", PASSPHRASE],
                          cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert keys.split() == [secret, fallback]
    settings = (tmp_path / "config.toml").read_text()
    assert "idle_timeout = 61" in settings and "# secret_key is a secret" in settings
    for value in (secret, fallback, url, PASSPHRASE):
        assert value.encode() not in file.read_bytes()
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    rows = {table["name"]: table["rows"] for table in manifest["tables"]}
    assert rows["users"] == execute(url, "SELECT count(*) FROM users")[0][0]


def test_the_key_needs_its_passphrase_or_is_left_on_request(cluster, tmp_path, passphrase):
    url, target = make_database(cluster), cluster.create_database()
    file = back_up(url, tmp_path, "--passphrase-file", str(passphrase))
    other = tmp_path / "other"
    other.write_text("another passphrase")
    for options in ((), ("--passphrase-file", str(other)), ("--key-file", str(other))):
        done = restore(file, target, *options)
        assert done.returncode == 1 and "passphrase" in done.stderr, options
        assert tables_of(target) == []
    short = tmp_path / "short"
    short.write_text("short")
    assert "too short" in run_command("backup", "--to", str(tmp_path), "--passphrase-file", str(short), url=url).stderr
    done = restore(file, target, "--without-key", secret_key=None, data_dir=tmp_path / "data")
    assert done.returncode == 0 and not (tmp_path / "data/secret_key").exists(), done.stderr


def test_where_the_key_is_set_elsewhere_restore_says_what_to_set(cluster, tmp_path, passphrase):
    old, new = "the-old-signing-secret-0123456789-abcdef", "the-new-signing-secret-0123456789-abcdef"
    url = make_database(cluster)
    file = back_up(url, tmp_path, "--passphrase-file", str(passphrase), secret_key=old)
    done = restore(file, cluster.create_database(), "--passphrase-file", str(passphrase), secret_key=new)
    assert done.returncode == 0 and f"WDX_SECRET_KEY={old}" in done.stdout.splitlines()
    key_file = tmp_path / "key"
    key_file.write_text(new)
    done = restore(file, cluster.create_database(), "--passphrase-file", str(passphrase), secret_key=None, secret_key_file=key_file)
    assert done.returncode == 0 and key_file.read_text().strip() == old and old not in done.stdout


def test_a_backup_that_is_verified_was_restored_and_counted(cluster, tmp_path):
    url = make_database(cluster)
    databases = "SELECT datname FROM pg_database ORDER BY 1"
    before = execute(url, databases)
    for what in ("all", "ours"):
        back_up(url, tmp_path / what, "--what", what, "--verify")
    assert execute(url, databases) == before
    # Rows that are refused when they are made again: a dump that cannot be restored.
    execute(url, "CREATE FUNCTION broken() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
                 "ALTER TABLE auth_user ADD CONSTRAINT calls CHECK (broken() = 1);"
                 "CREATE OR REPLACE FUNCTION broken() RETURNS integer LANGUAGE sql AS 'SELECT 2'")
    done = run_command("backup", "--to", str(tmp_path / "broken"), "--verify", url=url)
    assert done.returncode == 1 and "calls" in done.stderr
    # What is said goes into the journal and into alerts: no row of a table, whose passwords' hashes it may have.
    (message,), = execute(url, "SELECT message FROM watchdxg_log WHERE event = 'backup_failed'")
    assert "pbkdf2" not in done.stderr + message and "calls" in message
    assert list((tmp_path / "broken").iterdir()) == []
    assert execute(url, databases) == before


def test_a_role_that_may_not_make_databases_is_told_what_verify_needs(cluster, tmp_path):
    url = make_database(cluster)
    execute(url, "CREATE ROLE verifier LOGIN; GRANT pg_read_all_data TO verifier")
    done = run_command("backup", "--to", str(tmp_path), "--verify", url=url.replace("//wdx@", "//verifier@")
                       if "//wdx@" in url else re.sub(r"user=\w+", "user=verifier", url))
    assert done.returncode == 1 and "ALTER ROLE verifier CREATEDB;" in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_two_backups_of_one_second_have_two_names(cluster, tmp_path):
    url = make_database(cluster)
    assert len({back_up(url, tmp_path) for _ in range(4)}) == len(list(tmp_path.iterdir())) == 4


def test_a_failure_is_said_by_the_exit_code_and_the_log(cluster, tmp_path):
    url = make_database(cluster)
    (tmp_path / "file").write_text("")
    done = run_command("backup", "--to", str(tmp_path / "file"), url=url)
    assert done.returncode == 1 and done.stdout == ""
    assert [row for row in execute(url, "SELECT level, event FROM watchdxg_log ORDER BY id DESC LIMIT 1")] == [("error", "backup_failed")]
    back_up(url, tmp_path / "folder")
    assert execute(url, "SELECT level, event FROM watchdxg_log ORDER BY id DESC LIMIT 1") == [("info", "backup_made")]
    away = run_command("backup", "--to", str(tmp_path), url="postgresql://nobody@127.0.0.1:1/nothing")
    assert away.returncode == 3
    for usage in (("backup",), ("backup", "--to", str(tmp_path), "--keep", "0"), ("backup", "--to", str(tmp_path), "--what", "some"),
                  ("restore",), ("backup", "--to", str(tmp_path), "--passphrase-file", "a", "--key-file", "b")):
        assert run_command(*usage, url=url).returncode == 2, usage


def test_old_backups_are_thinned_out_and_other_files_are_left(cluster, tmp_path):
    url = make_database(cluster)
    other = make_database(cluster)
    (tmp_path / "watchdxg-back-old.backup").write_text("")
    (tmp_path / "watchdxg-back-20260114T000000Z.backup").write_text("nothing of ours")

    def put(name, *options, database=url):
        path = tmp_path / f"watchdxg-back-{name}.backup"
        back_up(database, tmp_path, *options).rename(path)
        return path.name
    gone = [put(name) for name in ("20260101T000000Z", "20260115T000000Z", "20260131T000000Z")]
    stays = [put("20260131T120000Z"), put("20260131T110000Z", "--what", "ours"), put("20260131T100000Z", database=other),
             put("20990101T000000Z")]  # a clock was wrong once
    done = run_command("backup", "--to", str(tmp_path), "--keep", "2", url=url)
    new = re.match(r"(\S+\.backup): \d+ bytes", done.stdout).group(1)
    assert re.findall(r"^Removed: (\S+)$", done.stdout, re.M) == [str(tmp_path / name) for name in gone]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*stays, "watchdxg-back-20260114T000000Z.backup", "watchdxg-back-old.backup", Path(new).name])


def start(*arguments, url, folder, preexec_fn=None, **settings):
    return subprocess.Popen([binary(), *arguments], env=environment(url, folder, **settings), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=preexec_fn)


def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(cluster, tmp_path):
    url = make_database(cluster)
    seed(url, users=20000, posts=20000)
    folder = tmp_path / "backups"
    killed = 0
    for delay in (0.05, 0.15, 0.3, 0.5):
        process = start("backup", "--to", str(folder), url=url, folder=tmp_path)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        for path in folder.glob("*.backup"):
            assert run_command("restore", str(path), "--dry-run", url=url).returncode == 0
    assert killed >= 2
    last = back_up(url, folder)
    assert [path for path in folder.iterdir() if path.name.startswith(".")] == [] and last.exists()


class BackupThatWaits:
    """A backup that has begun and waits for a table, until the block ends."""

    def __init__(self, url, folder, **options):
        self.url, self.folder, self.options = url, folder, options

    def __enter__(self):
        self.lock = psycopg2.connect(self.url)
        self.lock.cursor().execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        self.process = start("backup", "--to", str(self.folder), url=self.url, folder=self.folder.parent, **self.options)
        wait_until(lambda: execute(self.url, "SELECT count(*) FROM pg_locks WHERE NOT granted") == [(1,)], "the backup to wait")
        return self.process

    def __exit__(self, *_):
        self.lock.close()
        self.process.kill()
        self.process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_backup_that_a_signal_ends_is_told_as_one_that_failed(cluster, tmp_path, number):
    url, folder = make_database(cluster), tmp_path / "backups"
    # What our own caller ignores, such as nohup(1), would be inherited.
    with BackupThatWaits(url, folder, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL)) as process:
        process.send_signal(number)
        assert process.wait(30) == -number
        noted = execute(url, "SELECT level, event, message FROM watchdxg_log ORDER BY id DESC LIMIT 2")
        assert noted[0] == ("error", "backup_failed", f"The backup was ended by {number.name}.")
        assert [event for _, event, _ in noted].count("backup_failed") == 1
        assert list(folder.glob("*.backup")) == []
    assert "ended by" in run_command("check", url=url).stdout


def test_a_backup_goes_on_after_a_signal_that_its_caller_ignores(cluster, tmp_path):
    url, folder = make_database(cluster), tmp_path / "backups"
    waiting = BackupThatWaits(url, folder, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    with waiting as process:
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        waiting.lock.rollback()
        assert process.wait(60) == 0
    assert len(list(folder.glob("*.backup"))) == 1
    assert execute(url, "SELECT event FROM watchdxg_log ORDER BY id DESC LIMIT 1") == [("backup_made",)]


def test_a_restore_that_is_killed_leaves_the_old_state_or_the_new(cluster, tmp_path, passphrase):
    url, target, data = make_database(cluster), make_database(cluster), tmp_path / "data"
    seed(url, users=3000, posts=9000)
    file = back_up(url, tmp_path, "--passphrase-file", str(passphrase))
    new = without_log(contents(url))
    restored = False
    for delay in (0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.6, 60):
        with Server(target, "--migrate", secret_key=None, data_dir=data) as server:
            token = server.login().json()["access"]
        old = without_log(contents(target))
        process = start("restore", str(file), "--to", target, "--replace", "--passphrase-file", str(passphrase), url=None,
                        folder=tmp_path, secret_key=None, data_dir=data)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        wait_until(lambda: execute(target, OTHERS) == [(0,)], "the sessions of the killed restore to end")
        now = without_log(contents(target))
        assert now in (old, new), delay
        restored = now == new
        with Server(target, "--migrate", secret_key=None, data_dir=data) as server:
            # The backup's key verifies, or the key from before does.
            assert server.get("/api/me/", mint(secret=SECRET) if restored else token).status_code == 200, delay
        if restored:
            break
    assert restored
