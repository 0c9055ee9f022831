"""The kinds of work that reading is made of, each with the request that stands for it."""
from dataclasses import dataclass
from urllib.parse import urlencode

from support.tokens import mint

HANDLE, BIG_ACCOUNT, SMALL_ACCOUNT = "growth", 1, 2  # of growth_data.sql
PAGE = 50
FROM_END = 200  # rows behind the page that is called the end
USER = 450      # the same at every size; with 36 posts
WAVE = 14       # the first users are a wave
RARE = "zebrafish"  # in one biography of 500, and in one post of 2,500
NOBODY = "nobodyhasthis"
COMMON = "photographer"


@dataclass(frozen=True)
class Work:
    key: str
    name: str
    path: str
    is_file: bool = False  # a long answer, whose memory is measured


def users(**parameters):
    return "/api/users/?" + urlencode({"account_id": BIG_ACCOUNT, **parameters})


def page(**parameters):
    return users(page_size=PAGE, **parameters)


def cursor_of(server, **parameters):
    """The cursor behind the first page of the users that the parameters choose; the filters are no part of it."""
    answer = server.get("/api/users/?" + urlencode({"page_size": 1, **parameters}), mint(), timeout=600)
    following = answer.json()["next"]
    return following.split("cursor=", 1)[1].split("&", 1)[0] if following else None


def reads(server, size):
    """All works that only read, of a server whose scores are up to date; without those for which the data has no rows."""
    account = f"/api/accounts/{HANDLE}/"
    middle = size // 2 + 1
    token = mint()
    handle = server.get(f"/api/users/{middle}/", token).json()["handle"]
    cohorts = server.get(f"/api/users/?id__lte={WAVE}&fields=id,cohorts", token).json()[0]["cohorts"]
    end = cursor_of(server, id__gt=size - FROM_END)
    few = cursor_of(server, ordering="-followers_count", followers_count__lt=20)
    lowest = cursor_of(server, ordering="-risk", risk__lt=0.03)
    works = [
        Work("lookup", "account lookup", account),
        Work("frozen", "frozen list, all users", f"/api/users/?account_id={BIG_ACCOUNT}", True),
        Work("frozen_small", "frozen list, 200 users", f"/api/users/?account_id={SMALL_ACCOUNT}"),
        Work("page_number", "page by number, start", users(limit=PAGE)),
        Work("page_number_end", "page by number, end", users(limit=PAGE, offset=size - 200 - FROM_END)),
        Work("page_cursor", "page by cursor, start", page()),
        Work("page_cursor_end", "page by cursor, end", page(cursor=end)),
        Work("user", "one user", f"/api/users/{USER}/"),
        Work("user_posts", "posts of one user", f"/api/users/{USER}/posts/?page_size={PAGE}"),
        Work("user_signals", "score of one user", f"/api/users/{USER}/signals/"),
        Work("user_report", "report on one user", f"/api/users/{USER}/report/"),
        Work("filter_handle", "filter: handle", page(handle=handle)),
        Work("filter_iexact", "filter: handle in any case", page(handle__iexact=handle)),
        Work("filter_contains", "filter: bio contains a rare word", page(bio__contains=RARE)),
        Work("filter_icontains", "filter: bio contains it in any case", page(bio__icontains=RARE)),
        Work("filter_startswith", "filter: handle starts with", page(handle__startswith=handle[:-1])),
        Work("filter_istartswith", "filter: handle starts with, in any case", page(handle__istartswith=handle[:-1])),
        Work("filter_in", "filter: id in", page(id__in=f"{middle},{middle + 1},{size}")),
        Work("filter_isnull", "filter: bio is null", page(bio__isnull="true")),
        Work("filter_gte", "filter: many followers", page(followers_count__gte=100_000)),
        Work("filter_range", "filter: joined in a week", page(created_at__range="2015-01-01,2015-01-07")),
        Work("filter_time", "filter: updated since", page(last_updated__gte="2026-01-30T23:00:00Z")),
        Work("filter_boolean", "filter: certified", page(certified="true")),
        Work("filter_harmful", "filter: verdict harmful", page(classification="harmful")),
        Work("filter_unclassified", "filter: no verdict", page(classification="unclassified")),
        Work("filter_risk", "filter: score", page(risk__gte=0.3)),
        Work("filter_rank", "filter: rank", page(rank__gte=0.99)),
        Work("count_filter", "filter: rank, by number with count", users(limit=PAGE, rank__gte=0.99)),
        cohorts and Work("filter_cohort", "filter: cohort", page(cohort=cohorts[0])),
        Work("search_common", "search, common word", page(search=COMMON)),
        Work("search_rare", "search, rare word", page(search=RARE)),
        Work("search_nobody", "search, word of nobody", page(search=NOBODY)),
        Work("search_count", "search by number, with count", users(limit=PAGE, search=RARE)),
        Work("posts_search", "search in posts, rare word", f"/api/posts/?page_size={PAGE}&search={RARE}"),
        Work("posts_nobody", "search in posts, word of nobody", f"/api/posts/?page_size={PAGE}&search={NOBODY}"),
        Work("posts_account", "posts of an account, newest first",
             f"/api/posts/?page_size={PAGE}&account_id={BIG_ACCOUNT}&ordering=-timestamp"),
        Work("order_count", "order by followers, start", page(ordering="-followers_count")),
        few and Work("order_count_end", "order by followers, end", page(ordering="-followers_count", cursor=few)),
        Work("order_risk", "order by score, start", page(ordering="-risk")),
        lowest and Work("order_risk_end", "order by score, end", page(ordering="-risk", cursor=lowest)),
        Work("order_risk_signals", "order by score, with signals", page(ordering="-risk", expand="signals")),
        Work("verdicts", "list of verdicts", f"/api/classifications/?page_size={PAGE}&account_id={BIG_ACCOUNT}"),
        Work("triage", "triage", f"{account}triage/"),
        Work("triage_summary", "triage, summary", f"{account}triage/summary/"),
        Work("statistics", "statistics", f"{account}stats/"),
        Work("audience", "audience", f"{account}audience/"),
        Work("cohorts", "cohorts", f"{account}cohorts/"),
        Work("calibration", "calibration", f"{account}calibration/"),
        Work("quality", "data quality", f"{account}data-quality/"),
        Work("history", "history", f"{account}history/"),
        Work("changes", "changes", f"{account}changes/?since=2026-01-01"),
        Work("csv", "export as CSV", users(format="csv"), True),
        Work("ndjson", "export as NDJSON with verdicts", users(format="ndjson", expand="classification"), True),
    ]
    return [work for work in works if work]
