"""Calibration: by hand on few rows, and against a second computation over the same rows."""
import math

import pytest

from support.data import make_database
from support.postgres import execute, wait_until
from support.server import Server
from support.signals import judged_crowd, up_to_date
from support.tokens import mint

PATH = "/api/accounts/synka777/calibration/"
EMPTY = "DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'Other');"
QUALITY = ["precision", "recall", "n", "fired", "auc", "auc_low", "auc_high"]
MEMBERS = ["version", "bias", "weights", "labels", "all", "sampled", "disagreements", "probability", "probability_reason",
           "suggested_weights", "reason"]
FIGURES = ["n", "harmful", "score", "signals", "bins_by", "bins", "roc", "disagreements", "reason"]


def get(server, path=PATH, **params):
    answer = server.get(path, token=mint("access"), params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(server, body, status=200):
    answer = server.post(PATH, body, token=mint("access"))
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def seeded(cluster):
    with judged_crowd(cluster) as server:
        yield server


@pytest.fixture(scope="module")
def judged(seeded):
    """The users with a verdict, as the lists show them."""
    return [row for row in get(seeded, "/api/users/", fields="id,risk,rank,signals,classification", account_id="1",
                               expand="signals,classification") if row["classification"]]


def verdict(row):
    return row["classification"]["harmful"]


def strength(signal):
    return signal["contribution"] / signal["weight"]


def logistic(x):
    return 1 / (1 + math.exp(-x))


def rescored(row, bias, weights):
    """The risk of a user with other weights."""
    signals = row["signals"]["signals"]
    if all(one["value"] is None for one in signals):
        return None
    return logistic(bias + sum(weights.get(one["id"], one["weight"]) * strength(one) for one in signals))


def pairs(scored):
    """The AUC and the standard error of DeLong, from all pairs."""
    positive = [score for score, harmful in scored if harmful]
    negative = [score for score, harmful in scored if not harmful]
    if not positive or not negative:
        return None, None

    def psi(a, b):
        return (a > b) + 0.5 * (a == b)
    rows = [sum(psi(a, b) for b in negative) / len(negative) for a in positive]
    columns = [sum(psi(a, b) for a in positive) / len(positive) for b in negative]

    def variance(values):
        mean = sum(values) / len(values)
        return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    area = sum(rows) / len(rows)
    if len(positive) < 2 or len(negative) < 2:
        return area, None
    return area, math.sqrt(variance(rows) / len(rows) + variance(columns) / len(columns))


def expect_quality(shown, scored, fires):
    called = [harmful for score, harmful in scored if fires(score)]
    positives = sum(harmful for _, harmful in scored)
    assert (shown["n"], shown["fired"]) == (len(scored), len(called))
    assert shown["precision"] == (pytest.approx(sum(called) / len(called)) if called else None)
    assert shown["recall"] == (pytest.approx(sum(called) / positives) if positives else None)
    area, error = pairs(scored)
    assert shown["auc"] == (None if area is None else pytest.approx(area))
    if error is not None:
        assert shown["auc_low"] == pytest.approx(max(0, area - 1.959963984540054 * error))
        assert shown["auc_high"] == pytest.approx(min(1, area + 1.959963984540054 * error))


def expect_roc(roc, scored):
    assert len(roc) <= 100
    positives = sum(harmful for _, harmful in scored)
    assert roc[0] == {"threshold": None, "false_positive_rate": 0, "true_positive_rate": 0}
    assert (roc[-1]["false_positive_rate"], roc[-1]["true_positive_rate"]) == (1, 1)
    for point in roc[1:]:
        called = [harmful for score, harmful in scored if score >= point["threshold"]]
        assert point["true_positive_rate"] == pytest.approx(sum(called) / positives)
        assert point["false_positive_rate"] == pytest.approx((len(called) - sum(called)) / (len(scored) - positives))


def test_calibration_is_what_the_signals_of_the_lists_and_the_verdicts_give(seeded, judged):
    answer = get(seeded)
    assert list(answer) == MEMBERS and list(answer["all"]) == list(answer["sampled"]) == FIGURES
    assert len(judged) == 1000
    harmful = sum(map(verdict, judged))
    assert answer["labels"] == {"total": 1000, "n": 1000, "harmful": harmful, "sampled": answer["sampled"]["n"]}
    described = get(seeded, "/api/signals/")
    assert answer["bias"] == described["bias"]
    assert answer["weights"] == {one["id"]: one["weight"] for one in described["signals"]}
    shown = answer["all"]
    assert (shown["n"], shown["harmful"], shown["reason"]) == (1000, harmful, None)
    scored = [(row["risk"], verdict(row)) for row in judged if row["risk"] is not None]
    assert list(shown["score"]) == QUALITY
    high = next(band for band in described["bands"] if band["name"] == "high")
    called = {row["risk"] for row in judged if row["risk"] is not None and row["risk"] >= high["from"] and row["rank"] >= high["from_rank"]}
    expect_quality(shown["score"], scored, called.__contains__)
    expect_roc(shown["roc"], scored)
    assert len(shown["signals"]) == 17
    for index, signal in enumerate(shown["signals"]):
        assert list(signal) == ["id", *QUALITY]
        known = [(row["signals"]["signals"][index], verdict(row)) for row in judged]
        expect_quality(signal, [(round(strength(one), 12), harmful) for one, harmful in known if one["value"] is not None],
                       lambda score: score > 0)
    assert [(one["from"], one["to"]) for one in shown["bins"]] == [(n / 10, (n + 1) / 10) for n in range(10)]
    assert shown["bins_by"] == "account"
    for index, one in enumerate(shown["bins"]):
        within = [verdict(row) for row in judged if row["rank"] is not None and min(9, math.floor(row["rank"] * 10)) == index]
        assert (one["n"], one["harmful"]) == (len(within), sum(within))
    apart = sorted((row for row in judged if row["risk"] is not None and abs(row["risk"] - verdict(row)) > 0.5),
                   key=lambda row: (-abs(row["risk"] - verdict(row)), row["id"]))[:20]
    assert [one["user"]["id"] for one in shown["disagreements"]] == [row["id"] for row in apart]
    assert shown["disagreements"] == answer["disagreements"]


def test_without_verdicts_on_users_drawn_at_random_nothing_is_said_of_the_others(seeded):
    answer = get(seeded)
    assert answer["labels"]["sampled"] == 0
    assert {name: answer["sampled"][name] for name in FIGURES[2:-1]} == dict.fromkeys(FIGURES[2:-1])
    assert "0 of 30" in answer["sampled"]["reason"]
    assert answer["probability"] is None and "there are 0" in answer["probability_reason"]


def test_without_verdicts_on_users_drawn_at_random_the_bias_alone_is_fitted(seeded, judged):
    answer = get(seeded)
    better = answer["suggested_weights"]
    assert (better["fitted"], better["lambda"], better["judged_by"], better["n"]) == ("bias", None, "all", 1000)
    assert "0 of 30" in answer["reason"]
    assert better["weights"] == answer["weights"]
    # As many users are expected to be harmful as there are, which is where the loss is least.
    expected = sum(logistic(better["bias"] + sum(one["contribution"] for one in row["signals"]["signals"])) for row in judged)
    assert expected == pytest.approx(sum(map(verdict, judged)), abs=1e-6)
    assert better["log_loss"] < better["current_log_loss"]
    assert (better["auc"], better["auc_low"]) == (better["current_auc"], better["current_auc_low"])  # the order stays


def test_other_weights_can_be_tried_and_nothing_is_changed(seeded, judged):
    before = get(seeded)
    assert post(seeded, {}) == before
    assert post(seeded, {"bias": before["bias"], "weights": before["weights"]}) == before
    weights = {"no_bio": 3, "wave": -1.5, "follow_ratio": "0.25"}
    tried = post(seeded, {"bias": -2, "weights": weights})
    assert tried["bias"] == -2
    assert tried["weights"] == {**before["weights"], "no_bio": 3, "wave": -1.5, "follow_ratio": 0.25}
    scored = [(rescored(row, -2, {**weights, "follow_ratio": 0.25}), verdict(row)) for row in judged]
    scored = [(round(score, 12), harmful) for score, harmful in scored if score is not None]
    high = next(band for band in get(seeded, "/api/signals/")["bands"] if band["name"] == "high")
    expect_quality(tried["all"]["score"], scored, lambda score: score >= high["from"])
    assert tried["all"]["signals"] == before["all"]["signals"]
    # The rank among all users is not known with them: the tenths are those among the verdicts.
    assert tried["all"]["bins_by"] == "labels"
    places = sorted(scored)
    for index, shown in enumerate(tried["all"]["bins"]):
        ranks = {score: (sum(s < score for s, _ in places) + sum(s == score for s, _ in places) / 2) / len(places)
                 for score in {s for s, _ in places}}
        within = [harmful for score, harmful in places if min(9, math.floor(ranks[score] * 10)) == index]
        assert (shown["n"], shown["harmful"]) == (len(within), sum(within))
    assert tried["suggested_weights"]["weights"] == tried["weights"]
    assert get(seeded) == before


@pytest.mark.parametrize("body, why", [
    ({"bias": "much"}, {"bias": ["A valid number is required."]}),
    ({"bias": None}, {"bias": ["This field may not be null."]}),
    ({"bias": 100.5}, {"bias": ["Ensure this value is less than or equal to 100."]}),
    ({"weights": [1]}, {"weights": ['Expected a dictionary of items but got type "list".']}),
    ({"weights": {"wavve": 1}}, {"weights": {"wavve": ["There is no field 'wavve'; the nearest is 'wave'."]}}),
    ({"weights": {"wave": -101, "no_bio": True, "no_link": 1}},
     {"weights": {"wave": ["Ensure this value is greater than or equal to -100."], "no_bio": ["A valid number is required."]}}),
    ({"weigths": {}}, {"weigths": ["There is no field 'weigths'; the nearest is 'weights'."]}),
])
def test_weights_that_cannot_be_set_cannot_be_tried(seeded, body, why):
    assert post(seeded, body, 400) == why


def test_trying_weights_needs_a_login_an_account_and_json(seeded):
    assert seeded.post(PATH, {}).status_code == 401
    assert seeded.post("/api/accounts/nobody/calibration/", {}, token=mint("access")).status_code == 404
    refused = seeded.post(PATH, token=mint("access"), data="bias=1", headers={"Content-Type": "text/plain"})
    assert refused.status_code == 415


def test_options_describes_what_can_be_tried(seeded):
    described = seeded.request("OPTIONS", PATH, token=mint("access")).json()["actions"]["POST"]
    assert described["bias"] == {"type": "float", "required": False, "read_only": False, "label": "Bias",
                                 "min_value": -100, "max_value": 100}
    assert described["weights"]["type"] == "nested object" and described["weights"]["child"]["type"] == "float"


def test_calibration_by_hand(cluster):
    url = make_database(cluster)
    execute(url, EMPTY + """
        INSERT INTO users (id, account_id, handle, certified, followers_count) VALUES
            (1, 1, 'a', true, 10), (2, 1, 'b', false, 10), (3, 1, 'c', false, 1000), (4, 1, 'd', NULL, 50),
            (5, 1, 'e', true, 5), (6, 2, 'f', true, 1);
        INSERT INTO classification (user_id, harmful) VALUES (1, false), (2, true), (3, NULL), (4, true), (6, true)""")
    with Server(url) as server:
        up_to_date(server)
        answer = get(server)
        execute(url, "DELETE FROM classification WHERE user_id IN (2, 4)")
        of_one_kind = get(server)
        execute(url, "DELETE FROM classification")
        of_none = get(server)
    signals = {signal.pop("id"): signal for signal in answer["all"]["signals"]}
    # NULL is false; user 5 has no verdict
    assert answer["labels"] == {"total": 4, "n": 4, "harmful": 2, "sampled": 0}
    # certified: 1 fires (not harmful), 2 and 3 do not, 4 is not known. Pairs: 2 against 1: lost, 2 against 3: a tie.
    assert signals["certified"] == {"precision": 0, "recall": 0, "n": 3, "fired": 1, "auc": 0.25, "auc_low": None,
                                    "auc_high": None}
    # followers_below_15: 1 and 2 fire. Pairs: 2-1 tie, 2-3 won, 4-1 lost, 4-3 tie: 2 of 4.
    assert {name: signals["followers_below_15"][name] for name in QUALITY[:5]} == {
        "precision": 0.5, "recall": 0.5, "n": 4, "fired": 2, "auc": 0.5}
    assert signals["wave"] == {**dict.fromkeys(QUALITY), "n": 0, "fired": 0}
    assert answer["suggested_weights"]["fitted"] == "bias" and "4 of 100 verdicts" in answer["reason"]
    for other in (of_one_kind, of_none):
        assert other["suggested_weights"] is None and "of one kind" in other["reason"]
        assert other["all"]["roc"] is None and other["all"]["score"]["auc"] is None


# These two come last: the scores that are kept are then those of other weights.

def test_the_suggested_setting_is_taken_and_then_nothing_better_is_suggested(seeded):
    better = get(seeded)["suggested_weights"]
    with Server(seeded.database, signal_weights=better["setting"]) as server:
        up_to_date(server)
        again = get(server)
    assert again["bias"] == pytest.approx(better["bias"], abs=0.0006)
    assert again["suggested_weights"]["bias"] == pytest.approx(better["bias"], abs=0.001)
    assert again["suggested_weights"]["current_log_loss"] <= better["log_loss"]


def test_what_is_set_is_what_was_tried(seeded):
    tried = post(seeded, {"bias": -2.5, "weights": {"no_bio": 1.25}})
    with Server(seeded.database, signal_weights="bias=-2.5,no_bio=1.25") as server:
        up_to_date(server)
        assert post(server, {"bias": -2.5}) == get(server)
        here = get(server)
    for name in ("bias", "weights", "labels", "suggested_weights", "reason"):
        assert here[name] == (pytest.approx(tried[name]) if name == "bias" else tried[name])
    assert here["all"]["roc"] == tried["all"]["roc"] and here["all"]["signals"] == tried["all"]["signals"]


def judge_at_random(server, count=200):
    """Marks the first verdicts as answers to drawn places.  @return once the probabilities are learnt from them"""
    execute(server.database, f"INSERT INTO watchdxg_sampled_verdict SELECT user_id, now() FROM classification ORDER BY user_id LIMIT {count}")
    ids = [str(row[0]) for row in execute(server.database, "SELECT user_id FROM watchdxg_sampled_verdict ORDER BY user_id LIMIT 1")]
    wait_until(lambda: get(server, f"/api/users/{ids[0]}/signals/")["probability"] is not None, "a probability", 60, 0.1)


def expected_probability(model, row):
    if model["method"] == "bins":
        return model["bins"][min(9, math.floor(row["rank"] * 10))]["probability"]
    return logistic(model["intercept"] + model["slope"] * math.log(row["risk"] / (1 - row["risk"])))


def test_the_probability_beside_every_score_is_that_of_the_model_of_the_calibration(cluster):
    with judged_crowd(cluster) as server:
        assert {row["probability"] for row in get(server, "/api/users/", fields="probability")} == {None}
        judge_at_random(server)
        model = get(server)["probability"]
        rows = get(server, "/api/users/", fields="id,risk,rank,probability,signals", expand="signals")
        assert len({row["probability"] for row in rows}) > 1
        for row in rows:
            expected = None if row["risk"] is None else pytest.approx(expected_probability(model, row), rel=1e-9)
            assert row["probability"] == row["signals"]["probability"] == expected
        one = rows[7]
        assert get(server, f"/api/users/{one['id']}/signals/")["probability"] == pytest.approx(one["probability"], rel=1e-12)


def test_a_model_of_another_method_gives_the_probabilities_that_its_numbers_say(cluster):
    with judged_crowd(cluster) as server:
        judge_at_random(server)
        rows = get(server, "/api/users/", fields="id,risk,rank")
        # What was learnt stays as long as the verdicts and scores do, so that a test can put another model in its place.
        for numbers, expected in [
            ("intercept = -2, slope = 1.5, tenths = NULL", lambda row: logistic(-2 + 1.5 * math.log(row["risk"] / (1 - row["risk"])))),
            ("intercept = 1e6, slope = 0, tenths = NULL", lambda row: 1),
            ("tenths = '{0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9}'", lambda row: min(9, math.floor(row["rank"] * 10)) / 10),
        ]:
            execute(server.database, f"UPDATE watchdxg_probability SET {numbers}")
            for row, shown in zip(rows, get(server, "/api/users/", fields="id,probability")):
                assert shown["probability"] == (None if row["risk"] is None else pytest.approx(expected(row), rel=1e-9))


def test_a_probability_goes_when_too_few_sampled_verdicts_are_left(cluster):
    with judged_crowd(cluster) as server:
        judge_at_random(server)
        execute(server.database, "DELETE FROM watchdxg_sampled_verdict")
        wait_until(lambda: {row["probability"] for row in get(server, "/api/users/", fields="probability")} == {None},
                   "no probability", 60, 0.1)


def test_a_probability_follows_the_ranks_though_no_score_that_it_was_learnt_from_has_changed(cluster):
    with judged_crowd(cluster) as server:
        judge_at_random(server)
        assert get(server)["probability"]["method"] == "bins"
        execute(server.database, "UPDATE users SET followers_count = 1, following_count = 5000, featured_url = NULL WHERE id % 2 = 0")
        up_to_date(server)
        model = get(server)["probability"]
        wait_until(lambda: all(row["probability"] == pytest.approx(expected_probability(model, row), rel=1e-9) for row in
                               get(server, "/api/users/", fields="risk,rank,probability") if row["risk"] is not None),
                   "the probabilities of the new ranks", 60, 0.2)


def test_there_is_no_probability_while_too_few_verdicts_are_sampled(cluster):
    with judged_crowd(cluster) as server:
        execute(server.database, "INSERT INTO watchdxg_sampled_verdict SELECT user_id, now() FROM classification ORDER BY user_id LIMIT 29")
        wait_until(lambda: execute(server.database, "SELECT account_id FROM watchdxg_probability"), "the verdicts to be looked at", 60, 0.1)
        assert "there are 29" in get(server)["probability_reason"]
        assert {row["probability"] for row in get(server, "/api/users/", fields="probability")} == {None}
