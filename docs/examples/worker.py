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
RETRY = 5    # seconds after a failure, unless the server says how many
token = None


def post(path, body):
    """Until it is answered: what was done must be reported.  @return the answer, or None where it is 404 or 409"""
    global token
    while True:
        login = token is None
        headers = {"Content-Type": "application/json", **({} if login else {"Authorization": f"Bearer {token}"})}
        data = json.dumps(LOGIN if login else body).encode()
        try:
            request = urllib.request.Request(URL + ("/api/token/" if login else path), data, headers)
            with urllib.request.urlopen(request, timeout=60) as answer:
                read = json.load(answer)
            if not login:
                return read
            token = read["access"]
        except urllib.error.HTTPError as error:
            if error.code in (404, 409):  # too late: somebody else may have it now
                return None
            if error.code not in (401, 429, 503) or (login and error.code == 401):
                raise
            if error.code == 401:
                token = None  # it has expired
            else:
                time.sleep(int(error.headers.get("Retry-After") or RETRY))
        except OSError as error:
            print(error, file=sys.stderr, flush=True)
            time.sleep(RETRY)


def do(action):
    """Here a real worker would act.  @return (outcome, notes)"""
    print(f"{action['action_type']} @{action['handle']}: {action['cause'] or 'no cause given'}", flush=True)
    return "done", None


while True:
    claimed = post("/api/planned-actions/claim/", {"worker": f"example-{os.getpid()}", "limit": 1, "lease_seconds": LEASE})
    for one in claimed or []:
        outcome, notes = do(one)
        post(f"/api/planned-actions/{one['id']}/result/", {"lease": one["lease"], "outcome": outcome, "notes": notes})
    if not claimed:
        if "--once" in sys.argv:
            break
        time.sleep(IDLE)
