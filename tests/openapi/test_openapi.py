"""The OpenAPI document: the committed one is what the program prints, the table of routes is made of it, Spectral has no
complaint, and TypeScript compiles it."""
import json
import os
import subprocess

import pytest

from support.data import make_database
from support.openapi import FILE
from support.postgres import TESTS, execute
from support.server import PROJECT, Server, run_command
from support.tokens import mint

# What they share takes longer to make than they take: one worker makes it once.
pytestmark = pytest.mark.xdist_group("openapi")

FOLDER = TESTS / "openapi"
GENERATIONS = ["v1", "v2", "v3"]


def document(generation):
    done = run_command("openapi", "--core", generation)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_committed_document_is_todays():
    assert FILE.read_text() == document("v3"), \
        "regenerate it: build/release/watchdxg-back openapi > docs/openapi.json"


def test_the_committed_table_of_routes_is_made_of_it():
    run(str(PROJECT / "scripts/route-table"), "--check")


def test_a_route_is_declared_in_one_file():
    """Its pattern, quotes included, stands in one file of src: the handler's."""
    sources = {path: path.read_text(errors="replace") for path in (PROJECT / "src").rglob("*") if path.is_file()}
    patterns = json.loads(FILE.read_text())["paths"]
    places = {pattern: [str(path) for path, text in sources.items() if f'"{pattern}"' in text] for pattern in patterns}
    assert len(places) > 30
    assert not {pattern: files for pattern, files in places.items() if len(files) != 1}


def test_an_unknown_generation_is_refused():
    assert run_command("openapi", "--core", "v4").returncode == 2


@pytest.mark.parametrize("schema", GENERATIONS)
def test_the_server_serves_what_the_command_prints(cluster, schema):
    with Server(make_database(cluster, schema)) as server:
        answer = server.get("/api/schema/", mint())
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
        assert answer.json() == json.loads(document(schema))
        assert answer.text == server.get("/api/schema/", mint()).text


@pytest.mark.parametrize("table, key, path, component", [("posts", "id", "/api/posts/", "schemas/PostList"),
                                                         ("actions", "id", "/api/actions/", "schemas/Action"),
                                                         ("classification", "user_id", "/api/classifications/", "/Verdict")])
def test_a_table_without_its_key_is_left_out(cluster, table, key, path, component):
    url = make_database(cluster)
    execute(url, f"ALTER TABLE {table} DROP COLUMN {key} CASCADE")
    with Server(url) as server:
        answer = server.get("/api/schema/", mint())
    assert answer.status_code == 200
    for part in (path, component):
        assert part in document("v3") and part not in answer.text


def test_basic_is_advertised_where_it_is_on(database):
    with Server(database, basic_auth="true") as server:
        schemes = server.get("/api/schema/", mint()).json()["components"]["securitySchemes"]
    assert schemes["basic"] == {"type": "http", "scheme": "basic"}


def test_the_document_needs_a_token(server):
    assert server.get("/api/schema/").status_code == 401


@pytest.fixture
def documents(tmp_path):
    files = [tmp_path / f"{generation}.json" for generation in GENERATIONS]
    for file, generation in zip(files, GENERATIONS):
        file.write_text(document(generation))
    return files


def lint(*files):
    return subprocess.run([str(FOLDER / "node_modules/.bin/spectral"), "lint", "--ruleset", str(FOLDER / "ruleset.yaml"),
                           "--fail-severity", "hint", *map(str, files)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180)


def test_spectral_has_no_complaint(documents):
    done = lint(*documents)
    assert done.returncode == 0, done.stdout


def test_spectral_would_complain(documents):
    """Shows that the test above can fail."""
    broken = json.loads(documents[0].read_text())
    del broken["paths"]["/api/me/"]["get"]["operationId"]
    documents[0].write_text(json.dumps(broken))
    done = lint(documents[0])
    assert done.returncode == 1 and "operation-operationId" in done.stdout


@pytest.mark.parametrize("generation", GENERATIONS)
def test_typescript_types_compile(tmp_path, generation):
    file = tmp_path / "openapi.json"
    file.write_text(document(generation))
    types = tmp_path / "api.d.ts"
    run(str(PROJECT / "scripts/typescript-client"), "--output", str(types), str(file))
    assert "certified__isnull" in types.read_text() or generation == "v1"


def test_typescript_types_of_a_running_server(server, tmp_path):
    run(str(PROJECT / "scripts/typescript-client"), "--output", str(tmp_path / "api.d.ts"),
        f"{server.base_url}/api/schema/", env={**os.environ, "ACCESS": mint()})
