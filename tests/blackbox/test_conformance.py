"""The conformance kit's cases, one test each, on the three generations of the core's schema.

One server per schema with the settings of the kit's README; one more on the current schema, where the server, the
database and our role each hand a third of all hostile settings to every session.  A case that asks for another type of
`users.created_at` than the schema has is not collected for it.  A login reads no table of the core and costs a third of a
second of hashing: such cases run on the current schema, and among the hostile settings.
"""
import json
from urllib.parse import urlsplit

import pytest

from conformance import run as kit
from support import hostile
from support.data import make_database
from support.postgres import TESTS, PrivateCluster, execute, wait_until
from support.server import SECRET, Server

KIT = str(TESTS / "conformance")
CREATED_AT = {"v1": "timestamptz", "v2": "timestamptz", "v3": "date", "hostile": "date"}
CASES = kit.load_cases(KIT)

LOGINS = ("token_obtain", "passwords")


def runs_on(schema, case):
    if case.get("needs", CREATED_AT[schema]) != CREATED_AT[schema]:
        return False
    reads_core = any(table in step.get("target", "") for step in case["steps"] for table in ("users", "accounts"))
    return schema in ("v3", "hostile") or reads_core or case["category"] not in LOGINS


# Cases of one schema share a server and a database, so they run in one worker.
COLLECTED = [
    pytest.param(schema, case, id=f"{schema}-{case['category']}-{case['name']}-{case['level']}",
                 marks=pytest.mark.xdist_group(f"conformance-{schema}"))
    for schema in CREATED_AT
    for case in CASES
    if runs_on(schema, case)
]


def only_reads(case):
    """Nothing that the case does changes a row of the state; a Basic login may put a better hash in its place."""
    return all(step.get("method", "GET") in ("GET", "HEAD", "OPTIONS") and "sql" not in step
               and "basic" not in json.dumps(step).lower() for step in case["steps"])


class Database(kit.Database):
    """Fills the tables with a state unless they hold it still: most cases only read."""
    state = None

    def apply(self, state):
        if state != self.state:
            wait_until(lambda: self.is_applied(state), f"the state {state}")
            self.state = state

    def is_applied(self, state):
        """It empties all tables at once; what the server reads by itself may have locked them in another order."""
        try:
            super().apply(state)
        except RuntimeError as error:
            if "deadlock detected" not in str(error):
                raise
            return False
        return True


class Target:
    """The kit's view of one server: where it is, and its database."""

    def __init__(self, server, url):
        self.base = urlsplit(server.base_url)
        self.database = Database(url, [KIT])

    def run(self, case):
        problems = kit.run_case(case, self.base, SECRET, self.database)
        if not only_reads(case):
            self.database.state = None
        return problems


def make_hostile_database(cluster):
    """@return the URL for the server"""
    url = make_database(cluster, "v3", state=None)
    execute(url, "CREATE ROLE hostile SUPERUSER LOGIN")
    names = list(hostile.SETTINGS)
    hostile.of_role(url, "hostile", names[0::3])
    hostile.of_database(url, names[1::3])
    hostile.of_server(cluster, names[2::3])
    return url.replace("wdx@", "hostile@")


@pytest.fixture(scope="session")
def targets(cluster):
    """schema -> Target, each started when its first case runs."""
    started, servers, clusters = {}, [], []

    def target(schema):
        if schema not in started:
            if schema == "hostile":
                clusters.append(PrivateCluster().start())
                url = make_hostile_database(clusters[-1])
            else:
                url = make_database(cluster, schema, state=None)
            servers.append(Server(url, allowed_hosts="localhost", basic_auth="on",
                                  cors_allowed_origins="http://localhost:4200,http://127.0.0.1:4200"))
            started[schema] = Target(servers[-1], hostile.tame(url) if schema == "hostile" else url)
        return started[schema]

    yield target
    for server in servers:
        server.stop()
    for own in clusters:
        own.remove()


@pytest.mark.parametrize("schema, case", COLLECTED)
def test_conformance(targets, schema, case):
    problems = targets(schema).run(case)
    assert not problems, "\n".join([case.get("note", ""), *problems])


@pytest.mark.parametrize("schema", [pytest.param(schema, marks=pytest.mark.xdist_group(f"conformance-{schema}"))
                                    for schema in CREATED_AT])
def test_the_kit_sees_the_type_that_the_cases_were_chosen_by(targets, schema):
    assert targets(schema).database.created_at == CREATED_AT[schema]
