"""Whatever the server, the database or our role hand to every session: the answers are the same."""
import json
import re

import pytest

from support import hostile
from support.data import make_database, seed
from support.pgbouncer import PgBouncer
from support.postgres import PrivateCluster, execute
from support.server import Server, run_command
from support.signals import up_to_date
from support.tokens import mint

ACCOUNT = "/api/accounts/synka777/"
PATHS = ["/api/users/?account_id=1", "/api/users/?ordering=-risk&expand=signals,classification,same_person&limit=200",
         "/api/users/?fields=id,last_updated,certified,risk,created_at", "/api/users/?page_size=400&ordering=created_at,handle",
         "/api/users/?corrected=true&followers_count__gte=10&created_at__lt=2024-01-01", "/api/users/?search=a%5Cb%25",
         "/api/users/?format=csv", "/api/users/1/", "/api/users/2/signals/", "/api/posts/?limit=300&ordering=-timestamp",
         "/api/posts/?format=ndjson", "/api/classifications/", "/api/actions/?timestamp__lt=2027-01-01",
         ACCOUNT + "stats/", ACCOUNT + "cohorts/", ACCOUNT + "triage/?limit=200", ACCOUNT + "calibration/",
         ACCOUNT + "data-quality/", "/api/users/1/report/?format=json"]
MOMENT = re.compile(r'"(as_of|generated_at|at|sha256|next|previous)": ?"[^"]*"')


def answers(server):
    """What each path gives, without what depends on the moment or the process."""
    found = {}
    up_to_date(server)
    for path in PATHS:
        answer = server.get(path, token=mint("access"))
        assert answer.status_code == 200, (path, answer.text[:500])
        found[path] = MOMENT.sub("", answer.text)
    return found


def fill(url):
    seed(url, 1500, 4000)
    execute(url, r"""UPDATE users SET handle = 'a\b%' WHERE id = 7; UPDATE users SET bio = E' \t\n' WHERE id % 50 = 3;
        INSERT INTO users (account_id, handle, created_at, followers_count, followers_str)
        SELECT 1, 'Twice_A', date '2020-05-01' + n, 12, '12.345' FROM generate_series(1, 7) AS n""")


@pytest.fixture(scope="module")
def own_cluster():
    cluster = PrivateCluster().start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def filled(own_cluster):
    """url, and what a server answers while nothing is hostile."""
    url = make_database(own_cluster)
    fill(url)
    execute(url, "ALTER DATABASE \"%s\" SET TimeZone = 'UTC'" % url.split("?")[0].rsplit("/", 1)[1])
    with Server(url) as server:
        return url, answers(server)


def differences(expected, found):
    return {path: (expected[path][:300], found[path][:300]) for path in expected if expected[path] != found[path]}


def test_settings_of_our_role_change_no_answer(filled):
    url, expected = filled
    execute(url, "CREATE ROLE hostile SUPERUSER LOGIN")
    hostile.of_role(url, "hostile", hostile.SETTINGS)
    # The core's session has the database's zone, not that of our role.
    execute(url, "ALTER ROLE hostile SET TimeZone = 'America/Los_Angeles'")
    with Server(url.replace("wdx@", "hostile@")) as server:
        assert differences(expected, answers(server)) == {}


def test_settings_of_the_database_change_no_answer_and_stop_no_command(filled):
    url, expected = filled
    name = url.split("?")[0].rsplit("/", 1)[1]
    hostile.of_database(url, hostile.SETTINGS)
    try:
        for command in (("migrate",), ("migrate", "--check"), ("flushexpiredtokens",)):
            done = run_command(*command, url=url)
            assert done.returncode == 0, done.stderr
        assert "the database refused" not in run_command("check", "--data", url=url).stdout
        with Server(url) as server:
            assert differences(expected, answers(server)) == {}
    finally:
        execute(hostile.tame(url), f'ALTER DATABASE "{name}" RESET ALL')
        execute(hostile.tame(url), f"ALTER DATABASE \"{name}\" SET TimeZone = 'UTC'")


def test_settings_change_no_answer_behind_a_pooler_either(own_cluster, filled):
    """It keeps nothing of a session between transactions: they are pinned in each."""
    url, expected = filled
    name = url.split("?")[0].rsplit("/", 1)[1]
    # A pooled session is PgBouncer's own: when it is ended is between the two.
    pooled = set(hostile.SETTINGS) - {"idle_session_timeout", "exit_on_error", "default_transaction_read_only"}
    hostile.of_database(url, pooled)
    pooler = PgBouncer(own_cluster, url)
    try:
        with Server(pooler.url, prepared_statements="false", database_direct_url=url) as server:
            assert differences(expected, answers(server)) == {}
    finally:
        pooler.stop()
        execute(hostile.tame(url), f'ALTER DATABASE "{name}" RESET ALL')
        execute(hostile.tame(url), f"ALTER DATABASE \"{name}\" SET TimeZone = 'UTC'")


def test_settings_of_the_server_change_no_answer(own_cluster, filled):
    url, expected = filled
    before = dict(own_cluster.settings)
    hostile.of_server(own_cluster, hostile.SETTINGS)
    try:
        with Server(url) as server:
            assert differences(expected, answers(server)) == {}
            made = server.post("/api/actions/", {"user_id": 1, "action_type": "block"}, token=mint("access"))
            assert made.status_code == 201, made.text
            assert server.login().status_code == 200
    finally:
        own_cluster.settings = before
        own_cluster.restart()
