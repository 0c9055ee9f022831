"""docs/security.md names tests as its evidence, and the scan covers every route: neither may go stale."""
import re

from scan.targets import LISTS, TARGETS
from support.server import PROJECT

DOCUMENT = (PROJECT / "docs/security.md").read_text()
TABLE = re.findall(r"^\| (\d+\.\d+\.\d+\S*(?:, \S+)?) \| ([12]|1, 2) \| (.*)$", DOCUMENT, re.M)
UNIT_TESTS = {f"{suite}.{name}" for path in (PROJECT / "tests/unit").rglob("*.cpp")
              for suite, name in re.findall(r"^TEST\w*\((\w+),\s*(\w+)\)", path.read_text(), re.M)}


def test_named_pytest_tests_exist():
    named = set(re.findall(r"(tests/[\w/]+\.py)::(\w+)", DOCUMENT))
    missing = [f"{file}::{name}" for file, name in named
               if not (PROJECT / file).exists() or not re.search(rf"^def {name}\(", (PROJECT / file).read_text(), re.M)]
    assert len(named) > 50 and not missing, missing


def test_named_unit_tests_exist():
    named = set(re.findall(r"`([A-Z]\w+\.[A-Z]\w+)`", DOCUMENT))
    assert len(named) > 30 and not named - UNIT_TESTS, named - UNIT_TESTS


def test_every_requirement_says_how_it_is_met_and_what_shows_it():
    assert len(TABLE) > 100
    rows = re.findall(r"^\| \d+\.\d+\.\d+", DOCUMENT, re.M)
    assert len(rows) == len(TABLE), "a row without a level"
    for number, _, rest in TABLE:
        cells = [cell.strip() for cell in rest.strip("| ").split(" | ")]
        assert len(cells) == 3 and all(cells), number


def routes():
    source = (PROJECT / "src/api/routes.cpp").read_text()
    table = source[source.index("kRoutes{"):source.index("kMetadata{")]
    methods = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "del": "DELETE"}
    return {(methods[verb], path) for verb, path in re.findall(r'Route\{Verb::(\w+), "([^"]+)"', table)}


def test_the_scan_attacks_every_route():
    assert len(routes()) > 10 and {(target.verb, target.path) for target in TARGETS} == routes()


def test_the_scan_attacks_every_list_and_every_lookup():
    text = (PROJECT / "docs/api.md").read_text()
    text = text[text.index("## Lists"):]
    table = text[text.index("| fields | lookups |"):text.index("Posts, verdicts and actions can be filtered")]
    lookups = set(re.findall(r"`(\w+)`", table)) - {"true", "false", "before", "after"}
    assert len(lookups) == 12
    assert lookups == {name.split("__")[1] for filters in LISTS.values() for name in filters if "__" in name}
    assert {path for _, path in re.findall(r"`(GET) (/api/\w+/)`", text[:text.index("| want | say |")])} == set(LISTS)
