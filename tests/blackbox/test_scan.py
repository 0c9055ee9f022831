"""The requests of scripts/scan: their examples get past the checks that come first, so that a scan reaches what is behind."""
import http.client
import json
from urllib.parse import quote, urlencode

import pytest

from scan.gateway import Gateway
from scan.targets import TARGETS
from support.server import Server
from support.tokens import mint


@pytest.fixture(scope="module")
def gateway(database):
    with Server(database, basic_auth="on", trusted_proxies="127.0.0.1") as server:
        gateway = Gateway(TARGETS, server.port, mint("access"))
        yield gateway
        gateway.stop()


def ask(gateway, number, target):
    """@return status and body of the answer to the example of a target, sent as scanners send forms"""
    fields = urlencode(target.fields, quote_via=quote)
    connection = http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=60)
    if target.verb == "POST":
        connection.request("POST", f"/{number}/", fields, {"Content-Type": "application/x-www-form-urlencoded"})
    else:
        connection.request("GET", f"/{number}/?{fields}")
    answer = connection.getresponse()
    status, body = answer.status, answer.read()
    connection.close()
    return status, body


def test_no_example_is_refused_for_its_form(gateway):
    refused = {}
    for number, target in enumerate(TARGETS):
        status, body = ask(gateway, number, target)
        assert status < 500, (target.name, status, body)
        # A password that is wrong on purpose, a cohort that is not there, and tokens that an earlier request has used up.
        on_purpose = {"current_password", "cohort"} & set(target.fields)
        if status in (400, 405, 415) and not on_purpose and not target.claims:
            refused[target.name] = json.loads(body)
    assert not refused


def test_the_gateway_shows_a_form_for_every_target(gateway):
    connection = http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=60)
    connection.request("GET", "/")
    page = connection.getresponse().read().decode()
    connection.close()
    assert page.count("<form") == len(TARGETS)
