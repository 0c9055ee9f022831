"""What docs/openapi.json says of each operation.  Tests that must cover every route take their list from here; that the
document is what the program's routes say is shown by tests/openapi/test_openapi.py."""
import json
from dataclasses import dataclass

from support.server import PROJECT

FILE = PROJECT / "docs/openapi.json"


@dataclass(frozen=True)
class Operation:
    verb: str
    path: str          # a pattern: `{name}` stands for one segment
    id: str
    tags: list
    needs_token: bool
    parameters: list   # as in the document, without references
    body: dict         # schemas of the members of its JSON object, by name
    answer: dict       # schema of its JSON answer when all goes well; empty when there is none

    def names(self, place):
        """@return names of the parameters that are in `path`, `query` or `header`"""
        return [parameter["name"] for parameter in self.parameters if parameter["in"] == place]

    @property
    def is_list(self):
        """A list that takes lookups, such as `followers_count__gte`."""
        return any("__" in name for name in self.names("query"))


def operations():
    """@return the Operations of the committed document, in its order, without the probes"""
    document = json.loads(FILE.read_text())

    def resolve(part):
        while "$ref" in part:
            found = document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

    def json_schema(message):
        return message.get("content", {}).get("application/json", {}).get("schema", {})

    def body(operation):
        properties = resolve(json_schema(operation.get("requestBody", {}))).get("properties", {})
        return {name: resolve(schema) for name, schema in properties.items()}

    def answer(operation):
        return next((json_schema(resolve(response)) for status, response in operation["responses"].items()
                     if status.startswith("2")), {})

    return [Operation(verb=verb.upper(), path=path, id=operation["operationId"], tags=operation["tags"],
                      needs_token=operation.get("security", document["security"]) != [],
                      parameters=[resolve(parameter) for parameter in operation.get("parameters", [])],
                      body=body(operation), answer=answer(operation))
            for path, item in document["paths"].items() for verb, operation in item.items()
            if "probes" not in operation["tags"]]
