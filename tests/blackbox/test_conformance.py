"""The conformance kit's cases, one test each, on the three generations of the core's schema.

One server per schema with the settings of the kit's README.  A case that asks for another type of
`users.created_at` than the schema has is not collected for it.
"""
from urllib.parse import urlsplit

import pytest

from conformance import run as kit
from support.postgres import TESTS
from support.server import SECRET, Server, migrate

KIT = str(TESTS / "conformance")
CREATED_AT = {"v1": "timestamptz", "v2": "timestamptz", "v3": "date"}
CASES = kit.load_cases(KIT)

# Cases of one schema share a server and a database, so they run in one worker.
COLLECTED = [
    pytest.param(schema, case, id=f"{schema}-{case['category']}-{case['name']}-{case['level']}",
                 marks=pytest.mark.xdist_group(f"conformance-{schema}"))
    for schema, created_at in CREATED_AT.items()
    for case in CASES
    if case.get("needs", created_at) == created_at
]


class Target:
    """The kit's view of one server: where it is, and its database."""

    def __init__(self, server, url):
        self.base = urlsplit(server.base_url)
        self.database = kit.Database(url, [KIT])


@pytest.fixture(scope="session")
def targets(cluster):
    """schema -> Target, each started when its first case runs."""
    started, servers = {}, []

    def target(schema):
        if schema not in started:
            url = cluster.create_database(schema)
            migrate(url)
            servers.append(Server(url, allowed_hosts="localhost", basic_auth="on",
                                  cors_allowed_origins="http://localhost:4200,http://127.0.0.1:4200"))
            started[schema] = Target(servers[-1], url)
        return started[schema]

    yield target
    for server in servers:
        server.stop()


@pytest.mark.parametrize("schema, case", COLLECTED)
def test_conformance(targets, schema, case):
    target = targets(schema)
    problems = kit.run_case(case, target.base, SECRET, target.database)
    assert not problems, "\n".join([case.get("note", ""), *problems])


@pytest.mark.parametrize("schema", [pytest.param(schema, marks=pytest.mark.xdist_group(f"conformance-{schema}"))
                                    for schema in CREATED_AT])
def test_the_kit_sees_the_type_that_the_cases_were_chosen_by(targets, schema):
    assert targets(schema).database.created_at == CREATED_AT[schema]
