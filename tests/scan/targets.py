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
PAGES = {"limit": "5", "offset": "0", "page_size": "5", "cursor": "a.b", "ordering": "-id", "search": "crypto",
         "format": "json"}
LISTS = {
    "/api/accounts/": {"id": "1", "handle__icontains": "syn"},
    "/api/users/": {
        "account_id__in": "1,2", "followers_count__gte": "1", "created_at__lt": "2020-01-01", "bio__contains": "a",
        "handle__istartswith": "a", "username__iexact": "a", "last_updated__gt": "2020-01-01T00:00:00Z",
        "certified": "true", "featured_url__isnull": "true", "following_count__range": "1,9",
        "classification": "harmful,sane", "fields": "id,handle", "expand": "classification,signals",
        "risk__gte": "0.5"},
    "/api/posts/": {"account_id": "1", "text__icontains": "a", "timestamp__lte": "2090-01-01", "id__in": "1,2",
                    "repost": "true"},
    "/api/classifications/": {"harmful": "true", "notes__startswith": "a", "account_id__range": "1,9"},
    "/api/actions/": {"action_type": "block", "user_id": "1", "classification": "unclassified"},
    "/api/logs/": {
        "id": "1", "id__gt": "0", "user_id": "1", "time": "2026-01-02T03:04:05Z", "time__gte": "2020-01-01",
        "level": "info", "level__in": "info,warning", "event": "start", "event__in": "start,login",
        "operator": "watchdxg", "address__contains": "192", "request_id__startswith": "abc", "before__isnull": "true"},
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
    Target("GET", "/api/accounts/{handle}/stats/", segments={"handle": "synka777"}, query={"corrected": "true"}),
    Target("GET", "/api/accounts/{handle}/history/", segments={"handle": "synka777"},
           query={"from": "2026-01-01", "to": "2026-12-31"}),
    Target("GET", "/api/accounts/{handle}/changes/", segments={"handle": "synka777"}, query={"since": "2026-01-01"}),
    Target("GET", "/api/accounts/{handle}/calibration/", segments={"handle": "synka777"}),
    Target("GET", "/api/accounts/{handle}/cohorts/", segments={"handle": "synka777"}),
    Target("GET", "/api/accounts/{handle}/triage/", segments={"handle": "synka777"}, query={"limit": "5"}),
    Target("GET", "/api/accounts/{handle}/data-quality/", segments={"handle": "synka777"}),
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
    *(Target("GET", path, query={name: value}) for path, own in LISTS.items() for name, value in {**PAGES, **own}.items()),
    Target("GET", "/api/users/{id}/", segments={"id": "1"}),
    Target("GET", "/api/users/{id}/posts/", segments={"id": "1"}, query={"views__gte": "1"}),
    Target("GET", "/api/users/{id}/signals/", segments={"id": "1"}),
    Target("GET", "/api/users/{id}/report/", segments={"id": "1"}, query={"format": "json"}),
    Target("POST", "/api/reports/", query={"format": "json"}, body={"user_ids": [1]}),
    Target("GET", "/api/signals/"),
    Target("GET", "/api/posts/{id}/", segments={"id": "1"}),
    Target("GET", "/api/actions/{id}/", segments={"id": "1"}),
    Target("GET", "/api/events/", headers={"Last-Event-ID": "x1"}),
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
    Target("GET", "/api/schema/", headers={"Authorization": "Bearer a.b.c"}),
    Target("GET", "/api/docs/", headers={"If-None-Match": '"0123456789abcdef"'}),
    Target("GET", "/api/docs/{file}", segments={"file": "docs.js"}),
]
