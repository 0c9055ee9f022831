"""Every route of the server with every place in it that a client can write to.

The targets are made of docs/openapi.json, which is made of the rows of the routes: a new route, parameter, header or member
of a body is attacked without a change here.  It needs an entry in EXAMPLES only when a value that fits its type is not
enough to get past the first check.  What the document does not say of a route is in SPECIAL.

Every segment of a path, every header and every member of a body is attacked on each route that has it.  So is every query
parameter, but for the filters of lists: they are more than five hundred, made of two things that are attacked one by
one.  The column of a field is written into the statement in one place, whatever the lookup, so every field of every
list is attacked once, without a lookup.  The condition of a lookup is made by its name and the type of its field, whichever
field it is, so every lookup is attacked once for each type.  A second list of the same rows is attacked by its path and
one filter.
"""
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from support.openapi import operations

PASSWORD = "a-password-for-the-scan"
LOGIN = {"username": "watchdxg", "password": PASSWORD}
JTI = "0123456789abcdef0123456789abcdef"
CLAIMS = {"jti": JTI, "user_id": "1"}
CLIENT = {"User-Agent": "scan", "X-Forwarded-For": "192.0.2.7", "X-Request-ID": "scan-1"}


def innermost(example):
    """@return the one element of a list, the one value of an object, or the example itself"""
    if isinstance(example, list):
        return example[0]
    return next(iter(example.values())) if isinstance(example, dict) else example


@dataclass(frozen=True)
class Target:
    """One request.  Each value is an example of what belongs there, and where a scanner puts something else."""
    verb: str
    path: str                                    # as the document has it
    segments: dict = field(default_factory=dict)  # of the path
    query: dict = field(default_factory=dict)
    body: dict = field(default_factory=dict)     # members of a JSON object; what a list or an object has, one thing, is attacked
    headers: dict = field(default_factory=dict)
    basic: dict = field(default_factory=dict)    # username, password of HTTP Basic
    claims: dict = field(default_factory=dict)   # of a token that is signed with the server's key
    claims_in: str = "Authorization"             # or the member of the body that the token goes into
    attacked: tuple = ()                         # names of what is attacked; empty: everything

    @property
    def fields(self):
        """Everything that a scanner writes to, by name."""
        examples = {**self.segments, **self.query, **self.body, **self.headers, **self.basic, **self.claims}
        return {name: innermost(value) for name, value in examples.items() if not self.attacked or name in self.attacked}

    @property
    def name(self):
        return f"{self.verb} {self.path} ({', '.join(self.fields)})"


# Examples by name, where one by type would be refused before it gets anywhere.  Passwords are wrong on purpose: the scan
# must not change its own.
EXAMPLES = {
    **LOGIN, "otp": "123456", "current_password": "not it", "new_password": "correct horse 7",
    "refresh": "a.b.c", "token": "a.b.c", "jti": JTI, "handle": "synka777", "file": "index.html",
    "cursor": "a.b", "limit": "5", "bom": "false", "page_size": "5", "offset": "0",
    "If-Match": "*", "If-None-Match": '"0"', "Last-Event-ID": "x1", "action_type": "block", "inactive": "false",
    "weights": {"wave": "0.5"}, "filter": "id=1", "until": (datetime.now(timezone.utc) + timedelta(days=9)).isoformat(),
}
# Members of one body that refuse each other: each gets a request of its own.
EXCLUSIVE = [("user_id", "user_ids", "filter")]
# Members that go with one of them alone.
OF_FILTER = ("dry_run", "expected_count")
# A member that goes with no other value of a verdict.
UNCLASSIFY, VALUES = "unclassify", ("harmful", "inactive", "notes", "sampled")
# Query parameters that are refused without another one.
COMPANIONS = {"cursor": "page_size"}
# What the document does not say: claims of tokens, HTTP Basic, and headers that are read of every request or written
# down with a session (behind a trusted proxy, so that both addresses reach the statement).
SPECIAL = [
    Target("POST", "/api/token/", body=LOGIN, headers=CLIENT, attacked=tuple(CLIENT)),
    Target("POST", "/api/token/refresh/", claims=CLAIMS, claims_in="refresh"),
    Target("POST", "/api/token/verify/", claims=CLAIMS, claims_in="token"),
    Target("POST", "/api/token/blacklist/", claims=CLAIMS, claims_in="refresh"),
    Target("PUT", "/api/preferences/", body={"theme": "dark"}),
    Target("PUT", "/admin/session/", headers={"Cookie": "wdx_session=a.b.c"}),
    Target("DELETE", "/admin/session/", headers={"Cookie": "wdx_session=a.b.c"}),
    Target("DELETE", "/api/sessions/", claims=CLAIMS),
    Target("GET", "/api/me/", claims=CLAIMS),
    Target("GET", "/api/me/", basic=LOGIN),
]


def type_of(schema):
    """@return what decides how a value is read: type, format, and whether only some values are allowed"""
    kind = schema.get("type", "string")
    return kind[0] if isinstance(kind, list) else kind, schema.get("format"), "enum" in schema


def value_for(schema):
    """@return an example by type alone, a list of one for an array"""
    kind, form, is_choice = type_of(schema)
    if kind == "array":
        return [value_for(schema["items"])]
    if is_choice:
        return str(schema["enum"][0])
    if kind == "string":
        return {"date": "2026-01-02", "date-time": "2026-01-02T03:04:05Z"}.get(form, "a")
    return {"integer": "1", "number": "0.5", "boolean": "true"}[kind]


def example(name, schema):
    if schema.get("format") == "date":  # a name may be one of a time elsewhere
        return value_for(schema)
    return EXAMPLES.get(name) or value_for(schema)


def in_place(operation, place, names=None):
    """@return examples of the parameters in `path`, `query` or `header`; of an array as many as it needs, in one text"""
    found = {}
    for parameter in operation.parameters:
        name, schema = parameter["name"], parameter["schema"]
        if parameter["in"] != place or (names is not None and name not in names):
            continue
        value = example(name, schema)
        found[name] = ",".join(value * schema.get("minItems", 1)) if isinstance(value, list) else value
    if "Idempotency-Key" in found:
        found["Idempotency-Key"] = f"scan-{operation.id}"   # one key goes with one request
    return found


def bodies(operation):
    """@return examples of its body, one for each way to fill it in"""
    whole = {name: example(name, schema) for name, schema in operation.body.items()}

    def without(body, *names):
        return {name: value for name, value in body.items() if name not in names}
    found = [whole]
    for names in EXCLUSIVE:
        given = [name for name in names if name in whole]
        if len(given) > 1:
            found = [without(whole, *(name for name in given if name != kept), *(() if kept == "filter" else OF_FILTER))
                     for kept in given]
    if UNCLASSIFY in whole:
        found = [without(found[0], *VALUES), *(without(body, UNCLASSIFY) for body in found)]
    return found


def targets_of_object(operation):
    """Of a route that is no list: one request with everything but headers, which could keep a body from being read, and
    one where only the headers are attacked."""
    segments, query, headers = (in_place(operation, place) for place in ("path", "query", "header"))
    found = []
    if segments or query or operation.body:
        found += [Target(operation.verb, operation.path, segments, query, body) for body in bodies(operation)]
    if headers:
        found.append(Target(operation.verb, operation.path, segments, query, bodies(operation)[0], headers,
                            attacked=tuple(headers)))
    if not found:
        found.append(Target(operation.verb, operation.path, headers={"Authorization": "Bearer a.b.c"}))
    return found


def filters_of_list(operation, known_rows, known_lookups):
    """@return the query parameters of a list that are attacked, see above"""
    schemas = {parameter["name"]: parameter["schema"] for parameter in operation.parameters if parameter["in"] == "query"}
    rows = str(operation.answer)
    if rows in known_rows:
        return [next(name for name in schemas if "__" in name)]
    known_rows.add(rows)
    chosen = []
    for name, schema in schemas.items():
        base, _, lookup = name.partition("__")
        kind = (lookup, type_of(schemas.get(base, schema)))
        if lookup and base in schemas and kind in known_lookups:
            continue
        known_lookups.add(kind)
        chosen.append(name)
    return chosen


def make_targets(of):
    """@return the targets of Operations, and SPECIAL"""
    targets, known_rows, known_lookups = [], set(), set()
    for operation in sorted(of, key=lambda one: one.path.count("{")):   # the plain list of some rows first
        if not operation.is_list:
            targets += targets_of_object(operation)
            continue
        segments = in_place(operation, "path")
        for name in filters_of_list(operation, known_rows, known_lookups):
            query = in_place(operation, "query", [name, COMPANIONS.get(name)])
            targets.append(Target(operation.verb, operation.path, segments, query, attacked=(*segments, name)))
    return targets + SPECIAL


TARGETS = make_targets(operations())
