"""Calls every operation of the OpenAPI document with what it allows and with what it does not allow: every answer is one
that the document describes, and none is a fault of the server."""
import importlib.util
import json
import time
from datetime import datetime, timedelta, timezone
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
FEW = {"obtainToken", "beginConsoleSession", "changeMyPassword", "beginSecondFactor", "removeSecondFactor"}  # each call costs a password hash
EXAMPLES, MANY_EXAMPLES, MOST_EXAMPLES, FEW_EXAMPLES = 60, 250, 500, 6
# Sent to every operation, whether its description has them or not: an operation that reads them must say so.
HEADERS = {
    "If-Match": ['"x"', "*", "W/*", ""],
    "If-None-Match": ['"x"', "*", "W/*", ""],
    "Idempotency-Key": ["one", "another", "not one"],
}
OF_HEADERS = {"304", "412", "422"}


@pytest.fixture(scope="module")
def database(cluster):
    url = make_database(cluster)
    seed(url, users=60, posts=180)
    execute(url, "INSERT INTO classification (user_id, harmful) SELECT id, id % 2 = 0 FROM users WHERE id < 20 "
                 "ON CONFLICT DO NOTHING")
    execute(url, "INSERT INTO actions (user_id, action_type) SELECT id, 'block' FROM users WHERE id < 20")
    return url


@pytest.fixture(scope="module")
def server(database):
    with Server(database) as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    return contract.Client(server.port, mint())


@pytest.fixture(scope="module")
def document(client):
    """The live document."""
    request = contract.Request("GET", "/api/schema/")
    return contract.Document(json.loads(client.send(request).body))


@pytest.fixture(scope="module")
def operations(document):
    """Their names.  Those that delete come last, so that the others find something."""
    return sorted(document.operations, key=lambda name: (name.startswith("destroy"), name))


def ids(server, table):
    return [row[0] for row in execute(server.url, f"SELECT {'user_id' if table == 'classification' else 'id'} "
                                                  f"FROM {table} ORDER BY 1")]


@pytest.fixture(scope="module")
def known(server):
    """Values that name something that exists: path -> parameter -> value, and operation -> body.  The last one gets deleted."""
    users, posts, actions, classified = (ids(server, table) for table in ("users", "posts", "actions", "classification"))

    def tokens():
        return server.login().json()

    def ask(method, path, body):
        return server.request(method, path, mint(), json=body)

    def planned():
        ask("POST", "/api/planned-actions/cancel/", {})
        ask("POST", "/api/planned-actions/", {"user_ids": users[:1], "action_type": f"planned {time.monotonic_ns()}"})
        return server.get("/api/planned-actions/?state=planned", token=mint()).json()[0]["id"]

    def claimed():
        planned()
        return ask("POST", "/api/planned-actions/claim/", {"worker": "contract"}).json()[0]

    def parameter(operation_id, path, name):
        if operation_id == "destroyExemption":
            ask("POST", "/api/exemptions/", {"handle": "synka777"})
        if path.startswith("/api/planned-actions/") and name == "id":
            if operation_id != "reportPlannedAction":
                return planned()
            attempt.update(claimed())
            return attempt["id"]
        if name == "id":
            rows = posts if path.startswith("/api/posts/") else actions if path.startswith("/api/actions/") else users
            rows = classified if "classification" in path else rows
            return rows[-1] if operation_id.startswith("destroy") else rows[0]
        if name == "edit_id":
            server.request("PUT", f"/api/users/{users[0]}/classification/", mint(), json={"harmful": True, "inactive": False})
            server.request("PUT", f"/api/users/{users[0]}/classification/", mint(), json={"harmful": False, "inactive": True})
            return server.get("/api/edits/", token=mint()).json()[0]["id"]
        if name == "jti":
            return claims_of(tokens()["refresh"])["jti"]
        return {"handle": "synka777", "file": "index.html", "since": "2026-01-01"}[name]

    attempt = {}
    bodies = {
        "obtainToken": lambda: {"username": "watchdxg", "password": "watchdxg"},
        "beginConsoleSession": lambda: {"username": "watchdxg", "password": "watchdxg"},
        "refreshToken": lambda: {"refresh": tokens()["refresh"]},
        "verifyToken": lambda: {"token": mint()},
        "blacklistToken": lambda: {"refresh": tokens()["refresh"]},
        "replaceClassification": lambda: {"harmful": True, "inactive": False},
        "updateClassification": lambda: {"notes": "seen"},
        "classifyMany": lambda: {"user_ids": users[:3], "harmful": True},
        "snoozeMany": lambda: {"user_ids": users[:3], "until": (datetime.now(timezone.utc) + timedelta(days=9)).isoformat()},
        "tryCalibration": lambda: {"bias": -2.5, "weights": {"wave": 2}},
        "replacePreferences": lambda: {"theme": "dark"},
        "beginSecondFactor": lambda: {"current_password": "watchdxg"},
        "confirmSecondFactor": lambda: {"otp": "not a code"},
        "removeSecondFactor": lambda: {"current_password": "watchdxg"},
        "createReport": lambda: {"user_ids": users[:2]},
        "createActions": lambda: {"user_ids": users[:2], "action_type": "block"},
        "updateAction": lambda: {"notes": "done"},
        "planActions": lambda: {"user_ids": users[:2], "action_type": "block"},
        "claimPlannedActions": lambda: {"worker": "contract"},
        "cancelPlannedActions": lambda: {},
        "cancelPlannedAction": lambda: {"state": "cancelled"},
        "reportPlannedAction": lambda: {"lease": attempt.get("lease", "none"), "outcome": "failed"},
        "createExemption": lambda: {"handle": "somebody"},
    }
    headers = {
        "refreshConsoleSession": lambda: {"Cookie": f"wdx_session={tokens()['refresh']}",
                                          "Content-Type": "application/json"},
    }
    return parameter, bodies, headers


def for_each(operations, check):
    """Runs a check of every operation, and reports all that failed."""
    faults = []
    for operation_id in operations:
        try:
            check(operation_id)
        except AssertionError as fault:
            faults.append(f"{operation_id}: {fault}")
    assert not faults, "\n\n".join(faults)


def call(document, client, operation_id, request):
    """Sends a request.  @return the answer, which is a documented one"""
    answer = client.send(request)
    try:
        assert answer.status < 500, "a fault of the server"
        document.check(document.operations[operation_id][2], answer)
    except AssertionError as fault:
        raise AssertionError(f"{request}: {answer.status} {answer.body[:500]}: {fault}") from fault
    return answer


def right_request(document, known, operation_id):
    method, path, operation = document.operations[operation_id]
    parameter_of, bodies, headers = known
    request = contract.Request(method, path)
    for parameter in document.parameters(operation):
        if parameter.get("required"):
            request.set(parameter, parameter_of(operation_id, path, parameter["name"]))
    if "requestBody" in operation:
        request.set_body(bodies[operation_id]())
    if operation_id in headers:
        request.headers.update(headers[operation_id]())
    return request


def test_the_live_document_is_the_committed_one(document):
    assert document.document == json.loads((PROJECT / "docs/openapi.json").read_text())


def test_a_right_request_succeeds(document, operations, client, known):
    def check(operation_id):
        answer = call(document, client, operation_id, right_request(document, known, operation_id))
        assert answer.status < 300, answer.body
    # Two would end the others' logins.
    for_each((name for name in operations if name not in ("changeMyPassword", "confirmSecondFactor")), check)


def test_a_write_that_the_database_forbids_is_refused_as_documented(document, operations, database, known):
    execute(database, "CREATE ROLE spectator LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO spectator;"
                      "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO spectator;"
                      "REVOKE INSERT, UPDATE, DELETE ON classification, actions FROM spectator", autocommit=False)
    writes = [name for name in operations if document.operations[name][0] != "GET"
              and document.operations[name][2]["tags"][0] in ("classifications", "actions") and name != "snoozeMany"]
    assert len(writes) == 7
    with Server(database.replace("wdx@", "spectator@")) as server:
        client = contract.Client(server.port, mint())

        def check(operation_id):
            answer = call(document, client, operation_id, right_request(document, known, operation_id))
            assert answer.status == 403, answer.body
        for_each(writes, check)


def test_as_many_orderings_as_documented(document, client):
    method, path, operation = document.operations["listUsers"]
    ordering = next(one for one in document.parameters(operation) if one["name"] == "ordering")
    names = [name for name in ordering["schema"]["items"]["enum"] if not name.startswith("-") and name != "id"]
    most = ordering["schema"]["maxItems"]
    for count, status in ((most, 200), (most + 1, 400)):
        request = contract.Request(method, path)
        request.set(ordering, names[:count])
        assert call(document, client, "listUsers", request).status == status


def draw_request(data, document, operation_id, right_path, right_body):
    """Some of the parameters and a body, each as the document says or not."""
    method, path, operation = document.operations[operation_id]
    request = contract.Request(method, path)
    parameters = document.parameters(operation)
    others = [parameter for parameter in parameters if parameter["in"] != "path" and parameter["name"] not in HEADERS]
    chosen = data.draw(st.lists(st.sampled_from(others), max_size=4, unique_by=lambda one: one["name"])) if others else []
    for parameter in [parameter for parameter in parameters if parameter["in"] == "path"] + chosen:
        right = document.values(parameter["schema"])
        if parameter["in"] == "path":
            right = st.one_of(st.just(right_path[parameter["name"]]), right)
            if parameter["schema"]["type"] == "integer":
                right = st.one_of(st.integers(1, 10), right)
        value = data.draw(right if data.draw(st.integers(0, 3)) else contract.JUNK)
        request.set(parameter, value if value != "" or parameter["in"] != "path" else "-")
    for name, values in HEADERS.items():
        value = data.draw(st.sampled_from([None] * len(values) + values))
        if value is not None:
            request.headers[name] = value
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        request.set_body(data.draw(st.one_of(document.values(schema), document.mutations(schema, right_body),
                                             contract.JSON_JUNK)))
    return request


def count_of_examples(operation_id, operation):
    if operation_id in FEW:
        return FEW_EXAMPLES
    is_list = "text/csv" in operation["responses"].get("200", {}).get("content", {})
    if {"412"} & set(operation["responses"]):
        return MOST_EXAMPLES  # it takes a right body beside the header
    has_much = is_list or "requestBody" in operation or OF_HEADERS & set(operation["responses"])
    return MANY_EXAMPLES if has_much else EXAMPLES


def test_every_answer_is_a_documented_one(document, operations, client, known):
    parameter_of, bodies, _ = known

    def check(operation_id):
        path, operation = document.operations[operation_id][1:]
        right_path = {parameter["name"]: parameter_of(operation_id, path, parameter["name"])
                      for parameter in document.parameters(operation) if parameter["in"] == "path"}
        right_body = bodies.get(operation_id, dict)()
        seen = set()

        @settings(derandomize=True, database=None, deadline=None, phases=[Phase.generate], report_multiple_bugs=False,
                  max_examples=count_of_examples(operation_id, operation), suppress_health_check=list(HealthCheck))
        @given(st.data())
        def call_many(data):
            request = draw_request(data, document, operation_id, right_path, right_body)
            seen.add(str(call(document, client, operation_id, request).status))
        call_many()
        # The other way round: what the document says about these headers does happen.
        never = OF_HEADERS & set(operation["responses"]) - seen
        assert not never, f"{never} never came"
    for_each(operations, check)


def test_a_request_without_a_token_or_with_a_bad_accept_is_refused_as_documented(document, operations, server):
    nobody = contract.Client(server.port, "nobody")

    def check(operation_id):
        method, path, operation = document.operations[operation_id]
        for parameter in document.parameters(operation):
            path = path.replace("{%s}" % parameter["name"], "1")
        if operation.get("security") != []:
            assert call(document, nobody, operation_id, contract.Request(method, path)).status == 401
        request = contract.Request(method, path)
        request.headers["Accept"] = "image/x-nothing"
        assert call(document, nobody, operation_id, request).status == 406
    for_each((name for name in operations if document.operations[name][1].startswith("/api/")), check)
