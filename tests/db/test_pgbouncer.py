"""The commands behind PgBouncer in transaction mode, which keeps nothing of a session between transactions."""
import os
import pwd
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from support.postgres import apply_core_schema, execute, wait_until
from support.server import run_command

CONFIGURATION = """
[databases]
* = host={server} port={port} user={user}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = 6432
auth_type = any
pool_mode = transaction
max_client_conn = 50
default_pool_size = 3
"""


@pytest.fixture(scope="module")
def pgbouncer(cluster):
    """pgbouncer(url) -> the same database, through the pooler."""
    program = shutil.which("pgbouncer", path=os.environ["PATH"] + os.pathsep + "/usr/sbin")
    assert program, "pgbouncer is missing; scripts/setup --tests installs it"
    folder = Path(tempfile.mkdtemp(prefix="wdx-pgb-", dir="/tmp"))
    folder.chmod(0o755)
    (folder / "ini").write_text(CONFIGURATION.format(server=cluster.root, port=cluster.port, user=cluster.user,
                                                         folder=folder))
    credentials = {}
    if os.geteuid() == 0:  # it refuses root
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        credentials = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([program, str(folder / "ini")], stdout=log, stderr=log, cwd="/", **credentials)
    try:
        wait_until(lambda: (folder / ".s.PGSQL.6432").exists() or process.poll() is not None, "pgbouncer's socket")
        assert process.poll() is None, (folder / "log").read_text()
        yield lambda url: f"host={folder} port=6432 user={cluster.user} dbname={parse_dsn(url)['dbname']}"
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def test_every_command_works(empty, pgbouncer):
    url = pgbouncer(empty)
    assert run_command("migrate", url=url).returncode == 0
    created = run_command("create_user", "--username", "operator", "--password-stdin", url=url,
                          stdin="correct-horse-battery")
    assert created.returncode == 0, created.stderr
    changed = run_command("changepassword", "--password-stdin", url=url, stdin="another-long-secret-7")
    assert changed.returncode == 0, changed.stderr
    assert run_command("flushexpiredtokens", url=url).returncode == 0
    assert run_command("migrate", "--check", url=url).returncode == 0


def test_many_migrate_at_once_on_few_connections(empty, pgbouncer):
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: run_command("migrate", url=pgbouncer(empty)), range(8)))
    assert [run.returncode for run in runs] == [0] * 8, [run.stderr for run in runs]
    assert execute(empty, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(0,)]


def test_check_tells_of_the_pooler(migrated, pgbouncer):
    apply_core_schema(migrated, "v3")
    done = run_command("check", url=pgbouncer(migrated))
    assert done.returncode == 0, done.stdout
    assert "warn  pooler: " in done.stdout
    assert "WDX_PREPARED_STATEMENTS" in done.stdout and "WDX_DATABASE_DIRECT_URL" in done.stdout
    suited = run_command("check", url=pgbouncer(migrated), prepared_statements="false", database_direct_url=migrated)
    assert "ok    pooler: " in suited.stdout and "ok    events: " in suited.stdout
    pooled = run_command("check", url=pgbouncer(migrated), prepared_statements="false",
                         database_direct_url=pgbouncer(migrated))
    assert "warn  events: WDX_DATABASE_DIRECT_URL leads to a pooler" in pooled.stdout


def test_no_statement_timeout_stays_with_a_pooled_connection(migrated, pgbouncer):
    url = pgbouncer(migrated)
    assert run_command("check", url=url, statement_timeout=7).returncode in (0, 1)
    for _ in range(6):
        assert execute(url, "SHOW statement_timeout") == [("0",)]


def test_indexes_are_told_through_it_and_made_past_it(cluster, pgbouncer):
    direct = cluster.create_database("v3")
    pooled = pgbouncer(direct)
    assert run_command("indexes", url=pooled).returncode == 0
    done = run_command("indexes", "--create", url=pooled)
    assert done.returncode == 1 and "WDX_DATABASE_DIRECT_URL" in done.stderr
    assert run_command("indexes", "--create", url=pooled, database_direct_url=direct).returncode == 0
    assert execute(direct, "SELECT count(*) FROM pg_class WHERE relname LIKE 'wdx\\_%'") == [(8,)]
