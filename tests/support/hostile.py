"""Settings that a server, a database or a role may hand to whoever connects, each with a value that nobody expects."""
from urllib.parse import quote

from support.postgres import connect

# What changes how a statement is read, how its values are written, or whether it gets to its end.
SETTINGS = {
    "standard_conforming_strings": "off",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "backslash_quote": "off",
    "DateStyle": "SQL, DMY",
    "IntervalStyle": "sql_standard",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "xmloption": "document",
    "quote_all_identifiers": "on",
    "row_security": "off",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "statement_timeout": "500ms",
    "lock_timeout": "1ms",
    "idle_in_transaction_session_timeout": "100ms",
    "idle_session_timeout": "300ms",
    "exit_on_error": "on",
    "client_encoding": "LATIN1",
    "jit_above_cost": "0",
    "plan_cache_mode": "force_generic_plan",
    "enable_hashjoin": "off",
    "enable_indexscan": "off",
}
SERVER_ONLY = {"client_encoding"}  # PostgreSQL refuses it in its configuration, for it is the client's
TAME = {"standard_conforming_strings": "on", "transform_null_equals": "off", "array_nulls": "on", "DateStyle": "ISO",
        "extra_float_digits": "1", "bytea_output": "hex", "quote_all_identifiers": "off", "client_encoding": "UTF8",
        "default_transaction_isolation": "read committed", "default_transaction_read_only": "off",
        "statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0",
        "idle_session_timeout": "0", "exit_on_error": "off"}


def tame(url):
    """The same database for the tests' own statements, which count on PostgreSQL's defaults."""
    options = " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in TAME.items())
    return f"{url}{'&' if '?' in url else '?'}options={quote(options)}"


def of_server(cluster, settings):
    """@param settings  names of SETTINGS"""
    cluster.settings.update({name: SETTINGS[name] for name in settings if name not in SERVER_ONLY})
    cluster.restart()


def of_database(url, settings):
    _alter(url, f'DATABASE "{url.split("?")[0].rsplit("/", 1)[1]}"', settings)


def of_role(url, role, settings):
    _alter(url, f"ROLE {role}", settings)


def _alter(url, what, settings):
    connection = connect(tame(url))
    try:
        with connection.cursor() as cursor:
            for name in settings:
                cursor.execute(f"ALTER {what} SET {name} = '{SETTINGS[name]}'" if name != "DateStyle"
                               else f"ALTER {what} SET {name} = SQL, DMY")
    finally:
        connection.close()
