"""Errors that PostgreSQL reports only at COMMIT."""
import pytest

from support.postgres import execute
from support.tokens import mint

REFUSE_AT_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused at COMMIT'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON token_blacklist_outstandingtoken
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""
ROWS = """SELECT (SELECT count(*) FROM token_blacklist_outstandingtoken),
                 (SELECT count(*) FROM token_blacklist_blacklistedtoken)"""


@pytest.mark.parametrize("prepared", ["on", "off"])
def test_what_fails_at_commit_is_not_answered_200(fresh_database, start_server, prepared):
    """The pipeline's Sync commits: its error came after every statement's result, and was dropped; the client got
    tokens that were never stored."""
    server = start_server(fresh_database, prepared_statements=prepared)
    recorded, unknown = server.login().json()["refresh"], mint("refresh")
    execute(fresh_database, REFUSE_AT_COMMIT)
    for _ in range(3):
        assert server.login().status_code >= 500
        assert server.refresh(recorded).status_code >= 500
        assert server.refresh(unknown).status_code >= 500
    assert execute(fresh_database, ROWS) == [(1, 0)]

    execute(fresh_database, "DROP TRIGGER refuse ON token_blacklist_outstandingtoken")
    for token in (recorded, unknown):
        assert server.refresh(token).status_code == 200
        assert server.refresh(token).status_code == 401
    assert server.login().status_code == 200
