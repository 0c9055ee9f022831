"""Every route of the server with every place in it that a client can write to.

tests/db/test_security_doc.py compares this with the route table in src/api/routes.cpp.
"""
from dataclasses import dataclass, field

PASSWORD = "a-password-for-the-scan"


@dataclass(frozen=True)
class Target:
    """One request.  Each value is an example of what belongs there, and where a scanner puts something else."""
    verb: str
    path: str                                    # a pattern of the route table
    segments: dict = field(default_factory=dict)  # of the path
    query: dict = field(default_factory=dict)
    body: dict = field(default_factory=dict)     # members of a JSON object
    headers: dict = field(default_factory=dict)
    basic: dict = field(default_factory=dict)    # username, password of HTTP Basic
    claims: dict = field(default_factory=dict)   # of a token that is signed with the server's key
    claims_in: str = "Authorization"             # or the member of the body that the token goes into

    @property
    def fields(self):
        """Everything that can be written to, by name."""
        return {**self.segments, **self.query, **self.body, **self.headers, **self.basic, **self.claims}

    @property
    def name(self):
        return f"{self.verb} {self.path} ({', '.join(self.fields)})"


LOGIN = {"username": "watchdxg", "password": PASSWORD}
JTI = "0123456789abcdef0123456789abcdef"
LOG_PARAMETERS = {
    "limit": "5", "offset": "0", "id": "1", "id__gt": "0", "id__gte": "0", "id__lt": "9000000", "id__lte": "9000000",
    "user_id": "1", "time": "2026-01-02T03:04:05Z", "time__gt": "2020-01-01", "time__gte": "2020-01-01",
    "time__lt": "2090-01-01", "time__lte": "2090-01-01", "level": "info", "level__in": "info,warning",
    "event": "start", "event__in": "start,login", "operator": "watchdxg", "address": "192.0.2.7",
    "request_id": "abc-1", "format": "json",
}
VERDICT = {"harmful": "true", "inactive": "false", "notes": "scan"}
ACTION = {"action_type": "block", "timestamp": "2026-01-02T03:04:05Z", "notes": "scan"}

TARGETS = [
    Target("POST", "/api/token/", body={**LOGIN, "otp": "123456"}),
    # Behind a trusted proxy, so that both headers reach the statement that records the session.
    Target("POST", "/api/token/", headers={"User-Agent": "scan", "X-Forwarded-For": "192.0.2.7",
                                           "X-Request-ID": "scan-1"}),
    Target("POST", "/api/token/refresh/", body={"refresh": "a.b.c"}),
    Target("POST", "/api/token/refresh/", claims={"jti": JTI, "user_id": "1"}, claims_in="refresh"),
    Target("POST", "/api/token/verify/", body={"token": "a.b.c"}),
    Target("POST", "/api/token/verify/", claims={"jti": JTI, "user_id": "1"}, claims_in="token"),
    Target("POST", "/api/token/blacklist/", body={"refresh": "a.b.c"}),
    Target("POST", "/api/token/blacklist/", claims={"jti": JTI, "user_id": "1"}, claims_in="refresh"),
    Target("GET", "/api/accounts/{handle}/", segments={"handle": "synka777"}),
    Target("GET", "/api/users/", query={"account_id": "1"}),
    Target("GET", "/api/users/", query={"format": "json"}),
    Target("GET", "/api/sessions/", headers={"Authorization": "Bearer a.b.c"}),
    Target("GET", "/api/sessions/{jti}/", segments={"jti": JTI}),
    Target("DELETE", "/api/sessions/{jti}/", segments={"jti": JTI}),
    Target("DELETE", "/api/sessions/", claims={"jti": JTI, "user_id": "1"}),
    Target("GET", "/api/me/", claims={"jti": JTI, "user_id": "1"}),
    Target("GET", "/api/me/", basic=LOGIN),
    Target("POST", "/api/me/password/", body={"current_password": "not it", "new_password": "correct horse 7",
                                              "otp": "123456"}),
    *(Target("GET", "/api/logs/", query={name: value}) for name, value in LOG_PARAMETERS.items()),
    Target("GET", "/api/users/{id}/classification/", segments={"id": "1"},
           headers={"If-Match": "*", "If-None-Match": '"0"'}),
    Target("PUT", "/api/users/{id}/classification/", segments={"id": "1"}, body=VERDICT),
    Target("PUT", "/api/users/{id}/classification/", body=VERDICT, segments={"id": "1"},
           headers={"If-Match": "*", "If-None-Match": '"0"', "Idempotency-Key": "scan-1"}),
    Target("PATCH", "/api/users/{id}/classification/", segments={"id": "1"}, body=VERDICT, headers={"If-Match": "*"}),
    Target("DELETE", "/api/users/{id}/classification/", segments={"id": "1"}, headers={"If-Match": "*"}),
    Target("POST", "/api/classifications/", body={"user_ids": "1", **VERDICT}),
    Target("POST", "/api/actions/", body={"user_id": "1", **ACTION}),
    Target("POST", "/api/actions/", body={"user_ids": "1", **ACTION}, headers={"Idempotency-Key": "scan-2"}),
    Target("PATCH", "/api/actions/{id}/", segments={"id": "1"}, body={"user_id": "1", **ACTION}),
    Target("DELETE", "/api/actions/{id}/", segments={"id": "1"}),
]
