#!/usr/bin/env python3
"""An example worker: asks watchdxg-back what to do, prints it, and reports it as done.  It does nothing on X.

    WATCHDXG_URL=http://localhost:8000 WATCHDXG_USERNAME=... WATCHDXG_PASSWORD=... python3 worker.py [--once]
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get("WATCHDXG_URL", "http://localhost:8000").rstrip("/")
LOGIN = {"username": os.environ.get("WATCHDXG_USERNAME"), "password": os.environ.get("WATCHDXG_PASSWORD")}
LEASE = 300  # seconds: longer than one action takes
IDLE = 30    # seconds between two looks when there is nothing to do


def post(path, body, token=None):
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def do(action):
    """Here a real worker would act.  @return (outcome, notes)"""
    print(f"{action['action_type']} @{action['handle']}: {action['cause'] or 'no cause given'}", flush=True)
    return "done", None


def work(token):
    """@return how many actions there were"""
    claim = {"worker": f"example-{os.getpid()}", "limit": 1, "lease_seconds": LEASE}
    claimed = post("/api/planned-actions/claim/", claim, token)
    for action in claimed:
        outcome, notes = do(action)
        try:
            result = {"lease": action["lease"], "outcome": outcome, "notes": notes}
            post(f"/api/planned-actions/{action['id']}/result/", result, token)
        except urllib.error.HTTPError as error:
            if error.code != 409:  # 409: too late, somebody else may have it now
                raise
    return len(claimed)


token, found = None, 0
while found or "--once" not in sys.argv or token is None:
    try:
        token = token or post("/api/token/", LOGIN)["access"]
        found = work(token)
    except (urllib.error.URLError, OSError) as error:
        print(error, file=sys.stderr, flush=True)
        found = 0
        if getattr(error, "code", None) == 401:
            token = None  # it has expired
    if not found and "--once" not in sys.argv:
        time.sleep(IDLE)
