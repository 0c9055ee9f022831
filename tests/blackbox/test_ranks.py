"""Lists chosen by rank: their users are those whose shown rank meets the condition."""
import operator

import pytest

from support.data import make_database, seed
from support.postgres import execute
from support.server import Server
from support.signals import keep_signals, up_to_date
from support.tokens import mint

COMPARISONS = {"gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt}


@pytest.fixture(scope="module")
def served(cluster):
    """2,500 users of one X account, whose steps are not of every risk, and 500 of others."""
    url = make_database(cluster)
    seed(url, 3000, 5)
    execute(url, "UPDATE users SET account_id = 1 WHERE id <= 2500")
    with Server(url) as server:
        yield up_to_date(server)


@pytest.fixture(scope="module")
def ranks(served):
    """By id."""
    (risks, steps), = execute(served.url, "SELECT count(DISTINCT risk), (SELECT count(*) FROM watchdxg_risk_step WHERE account_id = 1)"
                                          " FROM watchdxg_signal WHERE account_id = 1")
    assert steps < risks
    return shown_ranks(served)


def shown_ranks(server):
    return {row["id"]: row["rank"] for row in server.get("/api/users/?fields=id,rank", token=mint()).json()}


def chosen(server, condition):
    answer = server.get(f"/api/users/?fields=id&{condition}", token=mint())
    assert answer.status_code == 200, answer.text
    return {row["id"] for row in answer.json()}


def those_with(ranks, meets):
    return {id for id, rank in ranks.items() if rank is not None and meets(rank)}


def values_of(ranks):
    """Some that users have, and some between them."""
    known = sorted(set(ranks.values()) - {None})
    return [0, 1, 0.5, 0.99, 0.99999, known[0], known[-1], *known[1::len(known) // 8]]


def assert_chooses_by_shown_ranks(server, ranks, name):
    for value in values_of(ranks):
        wanted = those_with(ranks, lambda rank: COMPARISONS[name](rank, value))
        assert chosen(server, f"rank__{name}={value!r}") == wanted, (name, value)


@pytest.mark.parametrize("name", COMPARISONS)
def test_a_comparison_chooses_those_whose_shown_rank_meets_it(served, ranks, name):
    assert_chooses_by_shown_ranks(served, ranks, name)


def test_named_ranks_and_ranges_choose_those_who_have_them(served, ranks):
    _, _, a, b, *_ = sorted(set(ranks.values()) - {None})
    assert chosen(served, f"rank={a!r}") == those_with(ranks, lambda rank: rank == a) != set()
    assert chosen(served, f"rank__in={a!r},{b!r}") == those_with(ranks, lambda rank: rank in (a, b))
    assert chosen(served, "rank__range=0.2,0.3") == those_with(ranks, lambda rank: 0.2 <= rank <= 0.3) != set()
    assert chosen(served, "rank__gt=0.2&rank__lt=0.3&account_id=1") < chosen(served, "rank__range=0.2,0.3")


def test_pages_have_all_who_are_chosen_once_and_count_them(served, ranks):
    wanted = those_with(ranks, lambda rank: rank >= 0.9)
    page = served.get("/api/users/?fields=id&rank__gte=0.9&limit=10&offset=10&ordering=-risk", token=mint()).json()
    ordered = served.get("/api/users/?fields=id&rank__gte=0.9&ordering=-risk", token=mint()).json()
    assert page["count"] == len(ordered) == len(wanted) and page["results"] == ordered[10:20]
    page, seen = served.get("/api/users/?fields=id&rank__gte=0.9&page_size=50", token=mint()).json(), []
    while True:
        seen += [row["id"] for row in page["results"]]
        if not page["next"]:
            break
        page = served.get(page["next"].split(str(served.port), 1)[1], token=mint()).json()
    assert seen == sorted(wanted)


def test_with_steps_older_than_the_risks_a_higher_risk_has_no_lower_rank_and_the_filter_agrees(cluster, start_server):
    """Between two steps there are more users than when they were counted, so many that they would pass the next step."""
    url = make_database(cluster)
    seed(url, 300, 5)
    execute(url, "UPDATE users SET account_id = 1")
    server = start_server(url)
    up_to_date(server)
    keep_signals(url, "CASE WHEN id % 3 = 0 THEN id / 300.0 ELSE 0.5 + id / 10000.0 END")
    execute(url, "DELETE FROM watchdxg_risk_step WHERE risk > 0.5 AND risk < 0.55;"
                 "UPDATE watchdxg_risk_step SET below = below - 195, total = total - 195 WHERE risk >= 0.55;"
                 "UPDATE watchdxg_risk_step SET total = total - 195 WHERE risk < 0.55")
    rows = server.get("/api/users/?fields=id,risk,rank&ordering=risk", token=mint()).json()
    assert len({row["rank"] for row in rows}) < len({row["risk"] for row in rows})
    assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows) and rows[-1]["rank"] <= 1
    ranks = {row["id"]: row["rank"] for row in rows}
    for name in COMPARISONS:
        assert_chooses_by_shown_ranks(server, ranks, name)
    for row in server.get("/api/users/?fields=id,rank&rank__gte=0.6&ordering=-rank", token=mint()).json():
        assert row["rank"] >= 0.6


def test_users_without_a_rank_are_chosen_by_isnull_alone(cluster, start_server):
    """Who has no risk, whose account has no steps yet, and whoever came since they were counted with a risk below all of them."""
    url = make_database(cluster)
    seed(url, 200, 5)
    execute(url, "UPDATE users SET account_id = CASE WHEN id <= 20 THEN 2 ELSE 1 END")
    server = start_server(url)
    up_to_date(server)
    keep_signals(url, "CASE WHEN id % 10 <> 0 THEN id / 200.0 END")
    execute(url, "DELETE FROM watchdxg_risk_step WHERE account_id = 2 OR risk < 0.2; "
                 "UPDATE watchdxg_risk_step SET below = below - 20, total = total - 20")
    ranks = shown_ranks(server)
    nowhere = {id for id, rank in ranks.items() if rank is None}
    assert {5, 10, 25, 100} <= nowhere != ranks.keys()
    assert chosen(server, "rank__isnull=true") == nowhere
    assert chosen(server, "rank__isnull=false") == ranks.keys() - nowhere
    for name in COMPARISONS:
        assert_chooses_by_shown_ranks(server, ranks, name)
