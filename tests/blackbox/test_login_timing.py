"""With a wrong password, the time of a login tells nothing about the name.

Logins for the kinds of names are timed in turn, in random order, on one connection, so that whatever else the machine
does hits all of them alike; each time is taken relative to its round's median, so that a processor that gets slower for
a while does not hide anything, and two kinds are told apart by a rank test.  What is timed is the processor time that
the server spends on a login: the time that a client sees is that and what other programs add, which would hide a
difference here and not from a patient attacker.  Before a comparison counts, the test shows by the measured times
themselves that it would notice a difference of a tenth: the power.
"""
import random
from math import erfc
from pathlib import Path

import pytest
import requests

from support.postgres import execute

pytestmark = pytest.mark.alone  # a processor that others use as well needs more rounds

ROUNDS = 12        # of one login for each kind of name
MOST_ROUNDS = 144  # on a noisy machine more are needed for the power
SHIFT = 0.10       # the difference that has to be noticed: a tenth of a login, 100,000 of its 1,000,000 rounds
POWER = 0.90       # how surely
ALPHA = 0.0001     # how often chance alone may look like a difference, in each comparison
RESAMPLES = 300
NAMES = {
    "unknown": "nobody-has-this-name",
    "active": "watchdxg",        # the kit's hash of 1,000 rounds: topped up to 1,000,000
    "inactive": "sleeper",
    "today": "second",           # gets a hash of today's 1,000,000 rounds
    "unusable": "spacey",        # gets one that never matches
    "with a factor": "12345",
}


def median(values):
    return sorted(values)[len(values) // 2]


def rank_p(a, b):
    """Two-sided p-value of Mann and Whitney's rank test, by its normal approximation (groups of ten and more)."""
    ranked = sorted([(value, 0) for value in a] + [(value, 1) for value in b])
    u = sum(rank for rank, (_, group) in enumerate(ranked, 1) if group == 0) - len(a) * (len(a) + 1) / 2
    mean = len(a) * len(b) / 2
    deviation = (len(a) * len(b) * (len(a) + len(b) + 1) / 12) ** 0.5
    return two_sided(abs(u - mean) / deviation)


def two_sided(z):
    return erfc(z / 2 ** 0.5)


def relative(times):
    """Each time divided by the median of its round: {kind: [one for each round]}."""
    rounds = [median(one) for one in zip(*times.values())]
    return {kind: [value / middle for value, middle in zip(group, rounds)] for kind, group in times.items()}


def power(times):
    """How often the test notices one kind that takes SHIFT longer: both groups drawn anew from all times, many times."""
    pooled = [value / median(group) for group in relative(times).values() for value in group]
    size = min(map(len, times.values()))
    draw = random.Random(7)
    noticed = 0
    for _ in range(RESAMPLES):
        one = [draw.choice(pooled) for _ in range(size)]
        other = [draw.choice(pooled) * (1 + SHIFT) for _ in range(size)]
        noticed += rank_p(one, other) < ALPHA
    return noticed / RESAMPLES


class Stopwatch:
    """Times refused logins on one kept connection."""

    def __init__(self, server, kinds=tuple(NAMES)):
        self.kinds = kinds
        self.tasks = Path(f"/proc/{server.process.pid}/task")
        self.url = f"http://127.0.0.1:{server.port}/api/token/"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Host"] = "localhost"
        self.times = {kind: [] for kind in kinds}

    def run(self, rounds):
        order = random.Random(len(self.times["unknown"]))
        for _ in range(rounds):
            for kind in order.sample(self.kinds, len(self.kinds)):
                started = self.processor_time()
                answer = self.session.post(self.url, json={"username": NAMES[kind], "password": "a wrong password"})
                self.times[kind].append(self.processor_time() - started)
                assert answer.status_code == 401

    def processor_time(self):
        """Nanoseconds that all threads of the server have run (proc(5), schedstat)."""
        return sum(int((task / "schedstat").read_text().split()[0]) for task in self.tasks.iterdir())


@pytest.fixture
def server(fresh_database, start_server):
    server = start_server(fresh_database)
    assert server.login().status_code == 200  # makes a hash of today's for `watchdxg`
    execute(fresh_database, """
        UPDATE auth_user SET password = (SELECT password FROM auth_user WHERE id = 1) WHERE username = 'second';
        UPDATE auth_user SET password = '!unusable' WHERE username = 'spacey';
        UPDATE auth_user SET password = (SELECT password FROM auth_user WHERE username = 'sleeper')
         WHERE username = 'watchdxg';
        INSERT INTO watchdxg_totp SELECT id, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 0, now() FROM auth_user
         WHERE username = '12345'""")
    return server


def test_the_time_of_a_refused_login_does_not_tell_names_apart(server):
    watch = Stopwatch(server)
    watch.run(2)  # connections, caches
    watch.times = {kind: [] for kind in watch.kinds}
    while len(watch.times["unknown"]) < MOST_ROUNDS:
        watch.run(ROUNDS)
        shown = power(watch.times)
        if shown >= POWER:
            break
    assert shown >= POWER, f"too noisy to say anything: a difference of {SHIFT:.0%} would be seen with {shown:.0%}"
    medians = {kind: f"{median(times) / 1e6:.1f} ms" for kind, times in watch.times.items()}
    times = relative(watch.times)
    for kind in NAMES:
        p = rank_p(times["unknown"], times[kind])
        assert kind == "unknown" or p > ALPHA, f"{kind} can be told from unknown (p = {p:.2g}): {medians}"


def test_the_rank_test_notices_a_hash_that_is_a_fifth_more_expensive(server, fresh_database):
    """Shows that the comparison can fail: nothing evens out a hash of more rounds than today's."""
    execute(fresh_database, "UPDATE auth_user SET password = replace(password, '$1000000$', '$1200000$') "
                            "WHERE username = 'second'")
    watch = Stopwatch(server, ("unknown", "today"))
    watch.run(2 * ROUNDS)
    times = relative(watch.times)
    assert rank_p(times["unknown"], times["today"]) < ALPHA
