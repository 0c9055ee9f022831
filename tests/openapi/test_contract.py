"""Every operation of the OpenAPI document, called with what it allows and with what it does not: the answer is always one
that the document describes, and never a fault of the server."""
import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from support.data import make_database, seed
from support.postgres import execute
from support.server import PROJECT, Server
from support.tokens import claims_of, mint

_spec = importlib.util.spec_from_file_location("contract", Path(__file__).with_name("contract.py"))
contract = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(contract)

pytestmark = pytest.mark.xdist_group("contract")
COMMITTED = contract.Document(json.loads((PROJECT / "docs/openapi.json").read_text()))
FEW = {"obtainToken", "changeMyPassword"}  # each call costs a password hash
EXAMPLES, EXAMPLES_OF_LISTS, FEW_EXAMPLES = 60, 200, 6
OPERATIONS = sorted(COMMITTED.operations)


@pytest.fixture(scope="module")
def server(cluster):
    url = make_database(cluster)
    seed(url, users=60, posts=180)
    execute(url, "INSERT INTO classification (user_id, harmful) SELECT id, id % 2 = 0 FROM users WHERE id < 20 "
                 "ON CONFLICT DO NOTHING")
    execute(url, "INSERT INTO actions (user_id, action_type) SELECT id, 'block' FROM users WHERE id < 20")
    with Server(url) as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    return contract.Client(server.port, mint())


@pytest.fixture(scope="module")
def document(client):
    """The live document."""
    request = contract.Request("GET", "/api/schema/")
    return contract.Document(json.loads(client.send(request).body))


def ids(server, table):
    return [row[0] for row in execute(server.url, f"SELECT {'user_id' if table == 'classification' else 'id'} "
                                                  f"FROM {table} ORDER BY 1")]


@pytest.fixture(scope="module")
def known(server):
    """Values that name something: path -> parameter -> value, and operation -> body.  What is deleted is the last one."""
    users, posts, actions, classified = (ids(server, table) for table in ("users", "posts", "actions", "classification"))

    def tokens():
        return server.login().json()

    def parameter(operation_id, path, name):
        if name == "id":
            rows = posts if path.startswith("/api/posts/") else actions if path.startswith("/api/actions/") else users
            rows = classified if "classification" in path else rows
            return rows[-1] if operation_id.startswith("destroy") else rows[0]
        if name == "jti":
            return claims_of(tokens()["refresh"])["jti"]
        return {"handle": "synka777", "file": "docs.js"}[name]

    bodies = {
        "obtainToken": lambda: {"username": "watchdxg", "password": "watchdxg"},
        "refreshToken": lambda: {"refresh": tokens()["refresh"]},
        "verifyToken": lambda: {"token": mint()},
        "blacklistToken": lambda: {"refresh": tokens()["refresh"]},
        "replaceClassification": lambda: {"harmful": True, "inactive": False},
        "updateClassification": lambda: {"notes": "seen"},
        "classifyMany": lambda: {"user_ids": users[:3], "harmful": True},
        "createActions": lambda: {"user_ids": users[:2], "action_type": "block"},
        "updateAction": lambda: {"notes": "done"},
    }
    return parameter, bodies


def test_the_live_document_is_the_committed_one(document):
    assert document.document == COMMITTED.document


@pytest.mark.parametrize("operation_id", [name for name in OPERATIONS if name != "changeMyPassword"])
def test_a_right_request_succeeds(document, client, known, operation_id):
    method, path, operation = document.operations[operation_id]
    parameter_of, bodies = known
    request = contract.Request(method, path)
    for parameter in document.parameters(operation):
        if parameter["in"] == "path":
            request.set(parameter, parameter_of(operation_id, path, parameter["name"]))
    if "requestBody" in operation:
        request.set_body(bodies[operation_id]())
    answer = client.send(request)
    assert answer.status < 300, (request, answer.body)
    document.check(operation, answer)


def draw_request(data, document, operation_id):
    """Some of the parameters and a body, each either as the document says or otherwise."""
    method, path, operation = document.operations[operation_id]
    request = contract.Request(method, path)
    parameters = document.parameters(operation)
    in_path = [parameter for parameter in parameters if parameter["in"] == "path"]
    others = [parameter for parameter in parameters if parameter["in"] != "path"]
    chosen = data.draw(st.lists(st.sampled_from(others), max_size=4, unique_by=lambda one: one["name"])) if others else []
    for parameter in in_path + chosen:
        right = document.values(parameter["schema"])
        if parameter["in"] == "path" and parameter["schema"]["type"] == "integer":
            right = st.one_of(st.integers(1, 10), right)
        value = data.draw(right if data.draw(st.integers(0, 3)) else contract.JUNK)
        request.set(parameter, value if value != "" or parameter["in"] != "path" else "-")
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        request.set_body(data.draw(document.values(schema) if data.draw(st.integers(0, 3)) else contract.JSON_JUNK))
    return request


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_answer_is_a_documented_one(document, client, operation_id):
    operation = document.operations[operation_id][2]
    is_list = "text/csv" in operation["responses"].get("200", {}).get("content", {})
    count = FEW_EXAMPLES if operation_id in FEW else EXAMPLES_OF_LISTS if is_list else EXAMPLES

    @settings(derandomize=True, database=None, deadline=None, max_examples=count, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(st.data())
    def call(data):
        request = draw_request(data, document, operation_id)
        answer = client.send(request)
        assert answer.status < 500, (request, answer.status, answer.body[:500])
        try:
            document.check(operation, answer)
        except AssertionError as fault:
            raise AssertionError(f"{request}: {answer.status} {answer.body[:500]}: {fault}") from fault
    call()


@pytest.mark.parametrize("operation_id", [name for name in OPERATIONS if COMMITTED.operations[name][1].startswith("/api/")])
def test_a_request_without_a_token_or_with_a_bad_accept_is_refused_as_documented(document, server, operation_id):
    method, path, operation = document.operations[operation_id]
    for parameter in document.parameters(operation):
        path = path.replace("{%s}" % parameter["name"], "1")
    nobody = contract.Client(server.port, "nobody")
    if operation.get("security") != []:
        answer = nobody.send(contract.Request(method, path))
        assert answer.status == 401
        document.check(operation, answer)
    request = contract.Request(method, path)
    request.headers["Accept"] = "image/x-nothing"
    answer = nobody.send(request)
    assert answer.status == 406
    document.check(operation, answer)
