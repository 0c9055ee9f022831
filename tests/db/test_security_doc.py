"""docs/security.md names tests as its evidence, and the scan covers every route.  Both must stay true."""
import re

from scan.targets import TARGETS
from support.openapi import operations
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


def test_the_scan_attacks_every_route():
    routes = {(operation.verb, operation.path) for operation in operations()}
    assert len(routes) > 40 and {(target.verb, target.path) for target in TARGETS} == routes


def attacked(operation):
    """@return names of what the scan writes to in requests of an operation"""
    return {name for target in TARGETS if (target.verb, target.path) == (operation.verb, operation.path)
            for name in target.fields}


def test_the_scan_attacks_every_segment_header_and_member_of_a_body():
    for operation in operations():
        wanted = {*operation.names("path"), *operation.names("header"), *operation.body}
        assert wanted <= attacked(operation), operation.id


def test_the_scan_attacks_every_parameter_that_is_no_lookup():
    attacked_of_rows = {}
    for operation in operations():
        attacked_of_rows.setdefault(str(operation.answer), set()).update(attacked(operation))
    for operation in operations():
        wanted = {name for name in operation.names("query") if "__" not in name}
        # A second list of the same rows has the same parameters.
        known = attacked_of_rows[str(operation.answer)] if operation.is_list else attacked(operation)
        assert wanted <= known, operation.id


def test_the_scan_attacks_every_list_and_every_lookup():
    lists = [operation for operation in operations() if operation.is_list]
    assert len(lists) > 6
    lookups, attacked_lookups = set(), set()
    for operation in lists:
        assert any("__" in name or name in operation.names("query") for name in attacked(operation)), operation.id
        lookups |= {name.split("__")[1] for name in operation.names("query") if "__" in name}
        attacked_lookups |= {name.split("__")[1] for name in attacked(operation) if "__" in name}
    assert len(lookups) == 12 and attacked_lookups == lookups
