"""For the contract test: makes values from JSON Schemas and requests from operations, and checks answers."""
import http.client
import json
import re
from urllib.parse import quote

from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

LIST_MEDIA = ("application/json", "text/csv", "application/x-ndjson")
INTEGERS = {"int32": 2**31, "int64": 2**63}
FORMATS = FormatChecker(formats=())
FORMATS.checks("date")(lambda value: not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)))
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or bool(
    re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", value)))
FORMATS.checks("uri")(lambda value: not isinstance(value, str) or bool(re.fullmatch(r"https?://\S+", value)))

# What no sensible client sends.
JUNK = st.one_of(
    st.sampled_from(["", " ", "x", "-1", "0", "1e9", "9" * 30, "null", "true", "NaN", "\0", "a,b", ",", "1,", "2020-13-45",
                     "2020-01-01T25:00:00Z", "9999999-01-01", "' OR 1=1 --", "%s", "{}", "\u202e", "\U0001f600"]),
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=20))
JSON_JUNK = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(-2**70, 2**70), st.floats(allow_nan=False), JUNK),
                         lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(JUNK, inner, max_size=3)),
                         max_leaves=6)


class Document:
    """An OpenAPI document, and questions about it."""

    def __init__(self, document):
        self.document = document
        self._resolver = RefResolver("", document)
        self.operations = {operation["operationId"]: (method.upper(), path, operation)
                           for path, methods in document["paths"].items() for method, operation in methods.items()}

    def resolve(self, part):
        while "$ref" in part:
            part = self._resolver.resolve(part["$ref"])[1]
        return part

    def parameters(self, operation):
        return [self.resolve(parameter) for parameter in operation.get("parameters", [])]

    def values(self, schema):
        """A strategy of values that fit a schema.  Knows the subset of JSON Schema that the document uses."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return st.one_of([self.values(one) for one in schema["anyOf"]])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return st.one_of([self._values_of(kind, schema) for kind in kinds])

    def _values_of(self, kind, schema):
        if kind == "null":
            return st.none()
        if kind == "boolean":
            return st.booleans()
        if kind == "integer":
            end = INTEGERS.get(schema.get("format"), 2**31)
            least, most = schema.get("minimum", -end), schema.get("maximum", end - 1)
            return st.integers(least, min(most, least + 100)) | st.integers(least, most)
        if kind == "number":
            return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)
        if kind == "array":
            return st.lists(self.values(schema["items"]), min_size=schema.get("minItems", 0),
                            max_size=min(schema.get("maxItems", 4), 4))
        if kind == "object":
            required = set(schema.get("required", []))
            properties = {name: self.values(part) for name, part in schema.get("properties", {}).items()}
            return st.fixed_dictionaries({name: one for name, one in properties.items() if name in required},
                                         optional={name: one for name, one in properties.items() if name not in required})
        assert kind == "string", schema
        if schema.get("format") == "date":
            return st.dates().map(str)
        if schema.get("format") == "date-time":
            return st.datetimes().map(lambda value: value.isoformat() + "Z")
        return st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=max(schema.get("minLength", 0), 1),
                       max_size=min(schema.get("maxLength", 20), 20)).filter(str.strip)

    def mutations(self, schema, body):
        """A strategy of bodies: a right one in which one member is changed or missing."""
        @st.composite
        def mutation(draw):
            properties = sorted(self.resolve(schema).get("properties", {}).items())
            if not properties:   # an object of the client's own
                return {draw(JUNK): draw(JSON_JUNK)}
            name, part = draw(st.sampled_from(properties))
            rest = {other: value for other, value in body.items() if other != name}
            how = draw(st.sampled_from(["gone", "right", "junk"] + ["element"] * ("items" in part)))
            if how == "gone":
                return rest
            if how == "right":
                return {**rest, name: draw(self.values(part))}
            if how == "element":
                return {**rest, name: [*draw(st.lists(self.values(part["items"]), max_size=2)), draw(JSON_JUNK)]}
            return {**rest, name: draw(JSON_JUNK)}
        return mutation()

    def check(self, operation, answer):
        """Checks that an answer is one that the document allows for an operation."""
        assert str(answer.status) in operation["responses"], f"status {answer.status} is not documented"
        response = self.resolve(operation["responses"][str(answer.status)])
        for name, header in response.get("headers", {}).items():
            if self.resolve(header).get("required"):
                assert name in answer.headers, f"header {name} is missing"
        if "content" not in response:
            assert not answer.body, "a body where none is documented"
            return
        media = answer.headers["Content-Type"]
        described = next((content for known, content in response["content"].items()
                          if known in (media, media.split(";")[0], "*/*")), None)
        assert described, f"{media} is not documented"
        if media == "application/json":
            validator = Draft202012Validator(described["schema"], resolver=self._resolver, format_checker=FORMATS)
            faults = sorted(validator.iter_errors(json.loads(answer.body)), key=lambda fault: len(fault.path))
            assert not faults, faults[0].message[:500]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Client:
    """One connection that is kept open; http.client sends paths byte for byte."""

    def __init__(self, port, token):
        self._port, self._token, self._connection = port, token, None

    def send(self, request):
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Host": "localhost", "Authorization": f"Bearer {self._token}", "Sec-Fetch-Site": "same-origin",
                   **request.headers}
        self._connection.request(request.method, request.target, request.body, headers)
        response = self._connection.getresponse()
        is_endless = response.headers.get_content_type() == "text/event-stream"
        body = b"" if is_endless else response.read()
        if is_endless or response.headers.get("Connection") == "close":
            self._connection.close()
            self._connection = None
        return Answer(response.status, response.headers, body)


class Request:
    def __init__(self, method, path):
        self.method, self._path, self._query, self.headers, self.body = method, path, [], {}, None

    def set(self, parameter, value):
        """Puts a value in the place of a parameter."""
        if isinstance(value, list):
            value = ",".join(map(_text, value))
        value, name = _text(value), parameter["name"]
        if parameter["in"] == "path":
            self._path = self._path.replace("{%s}" % name, quote(value, safe=""))
        elif parameter["in"] == "query":
            self._query.append(f"{quote(name)}={quote(value, safe=',')}")
        else:
            self.headers[name] = re.sub(r"[^\x21-\x7e]", "?", value)

    def set_body(self, value):
        self.body = json.dumps(value)
        self.headers["Content-Type"] = "application/json"

    @property
    def target(self):
        return self._path + ("?" + "&".join(self._query) if self._query else "")

    def __repr__(self):
        return f"{self.method} {self.target} {self.headers} {self.body}"


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)
