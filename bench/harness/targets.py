"""The goals of the server, and whether a measured value meets them."""
from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Target:
    """One row of the result.

    `relative`: the goal is for ours / limit, otherwise for ours.  `at_least`: more is better, otherwise less.
    """
    key: str
    work: str
    unit: str
    goal: float
    relative: bool
    at_least: bool
    limit: str = ""
    stretch: Optional[float] = None

    def judged(self, ours, ratio):
        """The figure that the goal is about."""
        return ratio if self.relative else ours

    def is_met(self, ours, ratio):
        value = self.judged(ours, ratio)
        return value >= self.goal if self.at_least else value <= self.goal

    @property
    def goal_text(self):
        sign = ">=" if self.at_least else "<="
        text = f"{sign} {self.goal:g} x limit" if self.relative else f"{sign} {self.goal:g} {self.unit}"
        return text + (f" (stretch {self.stretch:g})" if self.stretch else "")


BOTH_SELECTS = "pgbench, both SELECTs"

TARGETS = (
    Target("lookup_16", "account lookup, 16 clients", "requests/s", 1.1, True, True, BOTH_SELECTS),
    Target("lookup_64", "account lookup, 64 clients", "requests/s", 1.1, True, True, BOTH_SELECTS),
    Target("processes", "account lookup by two processes, 16 clients each", "requests/s", 1.6, True, True,
           "one process, 32 clients"),
    Target("classes", "account lookup beside 12 reports and 4 stalled lists, 8 clients, p99", "ms", 3, True, False,
           "the same without them"),
    Target("list_200", "list of 200 users, 16 clients", "requests/s", 0.6, True, True, BOTH_SELECTS, 0.72),
    Target("long_total", "list of 100,000 users, total", "ms", 0.8, True, False, "psql \\copy to a file"),
    Target("long_first", "list of 100,000 users, first byte", "ms", 10, False, False),
    Target("long_growth", "list of 100,000 users, memory growth", "MB", 4, False, False),
    Target("long_peak", "list of 100,000 users, peak memory", "MB", 16, False, False),
    Target("long_four", "four lists of 100,000 users at once, total", "ms", 1.2, True, False, "four psql \\copy"),
    Target("export_csv", "100,000 users as CSV, total", "ms", 1.2, True, False, "psql \\copy ... CSV"),
    Target("export_ndjson", "100,000 users as NDJSON, total", "ms", 1.2, True, False, "psql \\copy ... CSV"),
    Target("deep_page", "a deep page by cursor, 1 client", "requests/s", 0.8, True, True, "the first page"),
    Target("statistics", "statistics of 100,000 users, 1,000,000 posts", "ms", 300, False, False),
    Target("statistics_limit", "the same, beside psql", "ms", 1.1, True, False, "psql, the same statement"),
    Target("insight_first", "scores of 100,000 users, 500,000 posts, first pass", "s", 20, False, False),
    Target("insight_lookups", "account lookup beside that pass, 8 clients, p99", "ms", 2, True, False,
           "the same without it"),
    Target("insight_page", "a page in the order of the score", "ms", 50, False, False),
    Target("insight_user", "the score of one user", "ms", 5, False, False),
    Target("insight_triage", "triage", "ms", 50, False, False),
    Target("insight_cohorts", "cohorts", "ms", 300, False, False),
    Target("insight_calibration", "calibration with 10,000 verdicts", "ms", 300, False, False),
    Target("insight_lag", "1,000 changed users are in the scores after", "s", 5, False, False),
    Target("refresh", "refresh, 16 clients", "requests/s", 0.75, True, True, "pgbench, the same statement and commit"),
    Target("login", "login, hash of 1,000,000 rounds", "ms", 1.1, True, False, "OpenSSL's PBKDF2 alone"),
    Target("idle", "idle memory, RSS", "MB", 8, False, False),
    Target("connection", "memory of an idle connection", "KB", 5, False, False),
    Target("start", "cold start to the first answer", "ms", 30, False, False),
    Target("console_triage", "console: 100 decisions by script", "s", 30, False, False),
    Target("console_key", "console: from key to painted next card, p95", "ms", 50, False, False),
    Target("console_end", "console: to the end of 100,000 rows", "ms", 1000, False, False),
    Target("console_frames", "console: frames while scrolling, p95", "ms", 18, False, False),
    Target("console_nodes", "console: most nodes while scrolling through 100,000 rows", "nodes", 2500, False, False),
    Target("console_tabs", "console: a change is in eight tabs after", "ms", 1000, False, False),
    Target("console_back", "console: back after the server was gone for 30 s", "s", 5, False, False),
)
