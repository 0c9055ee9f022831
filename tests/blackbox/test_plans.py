"""The plans of the default lists over 100,000 users with the indexes that `check` recommends, as PostgreSQL itself logs
them for the statements that the server really sends."""
import re

import pytest

from support.data import make_database, seed
from support.postgres import TESTS, PrivateCluster, execute, run_psql, wait_until
from support.server import Server, run_command
from support.signals import up_to_date
from support.tokens import mint

# What they share takes longer to make than they take: one worker makes it once.
pytestmark = pytest.mark.xdist_group("plans")

USERS, ACCOUNTS = 100_000, 20
LARGE, SMALL = 1, 20  # accounts with a third and a fiftieth of the users
DEEP = 20             # pages
OF_ACCOUNT, OF_USER = "users_account_id_id_idx", "{}_user_id_id_idx"


@pytest.fixture(scope="module")
def explaining():
    """A cluster that logs every plan, with the setting for SSDs that docs/deployment.md names."""
    cluster = PrivateCluster(settings={"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": 0,
                                       "log_line_prefix": "", "random_page_cost": 1.1}).start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def served(explaining):
    url = make_database(explaining)
    run_psql(url, "-v", f"users={USERS}", "-v", f"accounts={ACCOUNTS}", "-v", "replace=1",
             "-f", str(TESTS / "core-schema" / "seed.sql"))
    statements = re.findall(r"^ +(CREATE INDEX .*;)$", run_command("check", url=url).stdout, re.M)
    assert len(statements) == 3
    for statement in statements:
        execute(url, statement)
    execute(url, "VACUUM ANALYZE")
    with Server(url) as server:
        up_to_date(server, 300)
        execute(url, "ANALYZE watchdxg_signal")
        yield server


class Plans:
    """What PostgreSQL plans for the statements of one request after the other."""

    def __init__(self, cluster, server):
        self._log, self._server = cluster.log, server

    def of(self, target, table, count=1, chosen=" WHERE "):
        """@return (the answer, the plans of the `count` statements that read the table, and then have `chosen`)"""
        begin = self._log.stat().st_size
        answer = self._server.get(target, token=mint())
        assert answer.status_code == 200, answer.text

        def logged():
            with open(self._log, "rb") as log:
                log.seek(begin)
                entries = re.findall(r"^LOG:  duration: .*plan:\n((?:\t.*\n)+)", log.read().decode(), re.M)
            # The daily snapshot reads everything, when its time has come, and so do who keeps the signals and
            # the probabilities.
            # What only asks for the columns of a stream reads nothing.
            found = [one for one in entries if re.search(rf"FROM {table}\b.*{chosen}", one, re.S)
                     and "One-Time Filter: false" not in one
                     and not re.search(r"WITH (turn|snapshot) AS|t.id::bigint, coalesce|watchdxg_sampled_verdict AS m", one)]
            return len(found) >= count and found
        found = wait_until(logged, f"{count} plans over {table}")
        assert len(found) == count, found
        return answer.json(), found


@pytest.fixture
def plans(explaining, served):
    return Plans(explaining, served)


def assert_reads_the_index(plan, index=None):
    assert "Seq Scan" not in plan, plan
    assert re.search(r"Index (Only )?Scan", plan), plan
    assert index is None or index in plan, plan


def assert_walks_the_index(plan, index=None):
    """In the order of the list."""
    assert_reads_the_index(plan, index)
    assert "Sort" not in plan, plan


# The planner may walk the primary key instead where every third row is wanted.
ACCOUNT_CASES = pytest.mark.parametrize("account, index", [(LARGE, None), (SMALL, OF_ACCOUNT)])


@ACCOUNT_CASES
def test_the_whole_list_of_an_account(plans, account, index):
    target = f"/api/users/?account_id={account}"
    _, (begin, _) = plans.of(target, "users", 2)
    assert_reads_the_index(begin, OF_ACCOUNT)
    _, (plan,) = plans.of(target, "users")
    assert_walks_the_index(plan, index)


@ACCOUNT_CASES
def test_a_list_of_the_open_layer(plans, account, index):
    _, found = plans.of(f"/api/users/?account_id={account}&fields=id,handle", "users", 2)
    for plan in found:
        assert_walks_the_index(plan, index)


@ACCOUNT_CASES
def test_a_page_by_number_and_its_count(plans, account, index):
    for offset in (0, 1000):
        page, found = plans.of(f"/api/users/?account_id={account}&limit=50&offset={offset}", "users", 2)
        assert len(page["results"]) == 50
        rows, count = sorted(found, key=lambda plan: "count(*)" in plan)
        assert_walks_the_index(rows, index)
        assert_reads_the_index(count, OF_ACCOUNT)


@ACCOUNT_CASES
def test_the_first_and_a_deep_page_by_cursor(plans, account, index):
    target = f"/api/users/?account_id={account}&page_size=50"
    for _ in range(DEEP):
        page, (plan,) = plans.of(target, "users")
        assert len(page["results"]) == 50
        assert_walks_the_index(plan, index)
        target = page["next"][page["next"].index("/api/"):]


@pytest.mark.parametrize("table", ["posts", "actions"])
def test_posts_and_actions_of_a_user(plans, served, table):
    user_id, = execute(served.url, f"SELECT user_id FROM {table} GROUP BY user_id HAVING count(*) <= 500 "
                       "ORDER BY count(*) DESC, 1 LIMIT 1")[0]
    _, (plan,) = plans.of(f"/api/{table}/?user_id={user_id}", table)
    assert_walks_the_index(plan, OF_USER.format(table))
    _, (plan,) = plans.of(f"/api/{table}/?user_id={user_id}&page_size=2", table)
    assert_walks_the_index(plan, OF_USER.format(table))


def test_the_posts_below_a_user(plans):
    _, (plan,) = plans.of("/api/users/5/posts/", "posts")
    assert_walks_the_index(plan, OF_USER.format("posts"))


@pytest.mark.parametrize("parameters", ["", "&account_id=1", "&expand=signals", "&risk__lt=0.5"])
def test_the_first_and_a_deep_page_in_the_order_of_the_score(plans, parameters):
    """Nothing is sorted, and of users only those of the page are read."""
    target = f"/api/users/?ordering=-risk&page_size=50{parameters}"
    for _ in range(3):
        page, (plan,) = plans.of(target, "users", chosen=" ORDER BY s.risk")
        assert len(page["results"]) == 50
        assert re.search(r"Index (Only )?Scan using watchdxg_signal_(account_)?risk", plan), plan
        # The probabilities of an account are one row.
        assert not re.search(r"Seq Scan on (?!watchdxg_probability)", plan) and "Hash" not in plan, plan
        target = page["next"][page["next"].index("/api/"):]


@pytest.mark.parametrize("parameters", ["", "&account_id=1", "&ordering=-risk&account_id=1"])
def test_a_page_chosen_by_rank_ranks_nobody_else(plans, parameters):
    page, (plan,) = plans.of(f"/api/users/?rank__gte=0.99&page_size=50{parameters}", "users", chosen="watchdxg_risk_step")
    assert len(page["results"]) == 50
    assert "WindowAgg" not in plan and "Seq Scan on users" not in plan, plan
    ranked, = re.findall(r"Filter: .*SubPlan \d", plan)
    assert "risk >= " in ranked.split("SubPlan")[0], plan


def test_who_has_no_rank_is_found_by_a_join_and_not_by_looking_through_all_others(plans):
    _, (plan,) = plans.of("/api/users/?rank__isnull=true&page_size=50", "users", chosen="watchdxg_risk_step")
    assert "Anti Join" in plan and "SubPlan" not in plan.split("Anti Join")[1].split("->")[0], plan


def logged_plans(cluster, begin, statement):
    """The plans of a statement that the server runs by itself, logged from a place in the log on."""
    with open(cluster.log, "rb") as log:
        log.seek(begin)
        entries = re.findall(r"^LOG:  duration: .*plan:\n((?:\t.*\n)+)", log.read().decode(), re.M)
    return [entry for entry in entries if statement in entry]


def test_people_in_several_rows_are_looked_for_once_and_not_for_each_user(explaining):
    """Also when PostgreSQL has no memory for a table of all handles: there its plan was as long as users times users."""
    url = make_database(explaining)
    seed(url, 6000, 6000)
    execute(url, "UPDATE users SET account_id = 1, handle = CASE id WHEN 11 THEN 'twin' ELSE 'Twin' END,"
                 " created_at = '2024-05-06' WHERE id IN (11, 21)")
    name = url.split("?")[0].rsplit("/", 1)[1]
    for setting in ("work_mem = '64kB'", "hash_mem_multiplier = 1"):
        execute(url, f'ALTER DATABASE "{name}" SET {setting}')
    with Server(url) as server:
        up_to_date(server, 300)
        execute(url, "ANALYZE watchdxg_signal")
        begin = explaining.log.stat().st_size
        execute(url, "UPDATE users SET account_id = 1, handle = 'TWIN', created_at = '2024-05-06' WHERE id = 31")
        up_to_date(server, 300)
        people = execute(url, "SELECT user_id, person FROM watchdxg_signal WHERE user_id IN (11, 21, 31) ORDER BY 1")
    assert len({person for _, person in people}) == 1, people
    plans = logged_plans(explaining, begin, "HAVING count(*) > 1")
    assert plans and not [plan for plan in plans if "SubPlan" in plan], plans


def test_the_members_of_a_cohort_are_found_by_what_they_share(explaining):
    """Not by reading every user of the account: neither for the list of one cohort nor for all of them."""
    url = make_database(explaining)
    seed(url, 5000, 5000)
    execute(url, f"UPDATE users SET account_id = {LARGE}")
    with Server(url) as server:
        up_to_date(server, 300)
        plans = Plans(explaining, server)
        # Another process has the turn: these cohorts stay.
        execute(url, "UPDATE watchdxg_signal_state SET holder = 'a test', held_until = now() + interval '1 hour'")
        for kind in ("template", "bio", "link"):
            execute(url, f"DELETE FROM watchdxg_cohort; INSERT INTO watchdxg_cohort SELECT account_id, '{kind}', month, {kind}_key,"
                         f" count(*), 1 FROM watchdxg_signal WHERE month IS NOT NULL AND {kind}_key IS NOT NULL"
                         " AND person = user_id GROUP BY 1, 3, 4 ORDER BY count(*) DESC, 4 LIMIT 50")
            execute(url, "ANALYZE watchdxg_cohort, watchdxg_signal")
            cohorts, (plan,) = plans.of("/api/accounts/synka777/cohorts/", "watchdxg_cohort", chosen="members AS")
            assert len(cohorts) == 50 and all(len(cohort["members"]) == cohort["size"] for cohort in cohorts)
            assert f"watchdxg_signal_{kind}" in plan and "watchdxg_signal_tie" not in plan, plan
            page, (plan,) = plans.of(f"/api/users/?cohort={cohorts[0]['id']}&page_size=50", "users", chosen="watchdxg_cohort")
            assert [row["id"] for row in page["results"]] == cohorts[0]["members"][:50]
            assert f"watchdxg_signal_{kind}" in plan and "watchdxg_signal_tie" not in plan, plan
