"""The console in Chromium, on the account of 100,000 users: what of its measures depends on speed."""
import statistics
import time

from harness.ground import OPERATOR, PASSWORD, serve
from support.console import Console, judge_once
from support.postgres import execute
from support.server import Server
from support.signals import up_to_date
from support.tokens import mint

SLOWDOWN = 4      # of the processor, by Chromium's own means
DECISIONS = 100
PAUSE = 200       # milliseconds from a card to the next key: 100 decisions then fit into 30 s
TABS = 8
GONE_SECONDS = 30
FRAME_PIXELS = 250
SCROLL_SECONDS = 1800  # through 100,000 rows, on a busy machine
SETTLE_SECONDS = 90  # by then the jobs of a start have begun: alerts and history look at each of a thousand accounts
QUIET_SECONDS = 5
USER = 1          # of the account
VERDICT = f"/api/users/{USER}/classification/"


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure_console(url, rounds, seconds):
    """@return values by the keys of targets.py, as lists of what each round gave, and notes"""
    with Console(SCROLL_SECONDS) as console:
        with serve(url) as server:
            judge_once(up_to_date(server))
            settle(url)
            result = {**triage(server, console, rounds), **long_list(server, console, rounds, seconds), **tabs(server, console, rounds)}
        return {**result, **outage(console, url)}


def settle(url):
    """Waits until the jobs of the start are over: an operator meets them once a day, not with every key."""
    time.sleep(SETTLE_SECONDS)
    quiet = 0
    while quiet < QUIET_SECONDS:
        (busy,), = execute(url, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()")
        quiet = 0 if busy else quiet + 1
        time.sleep(1)


def enter(server, console, **options):
    console("enter", url=server.base_url, username=OPERATOR, password=PASSWORD, **options)


def leave(console):
    seen = console("leave")
    if seen["violations"] or seen["foreign"] or seen["errors"]:
        raise RuntimeError(f"the console failed: {seen}")


def triage(server, console, rounds):
    longest, slowest = [], []
    for _ in range(rounds):
        (before,), = execute(server.url, "SELECT count(*) FROM classification")
        enter(server, console, slowdown=SLOWDOWN)
        console("open", path="triage")
        done = console("judge", count=DECISIONS, keys="his", pause=PAUSE)
        console("settled")
        leave(console)
        (after,), = execute(server.url, "SELECT count(*) FROM classification")
        if after - before != DECISIONS:
            raise RuntimeError(f"{after - before} of {DECISIONS} decisions arrived")
        longest.append(done["seconds"])
        slowest.append(percentile(done["times"], 0.95))
    return {"console_triage": (longest, f"all in the database; processor slowed {SLOWDOWN} x"),
            "console_key": (slowest, f"{DECISIONS} keys a round; median of the last {statistics.median(done['times']):.0f} ms")}


def long_list(server, console, rounds, seconds):
    enter(server, console)
    console("open", path="people")
    ends = [console("toTheEnd") for _ in range(2 * rounds + 1)][1:]
    console("open", path="people", fresh=True)
    frames = console("frames", seconds=2 * seconds, pixels=FRAME_PIXELS)
    leave(console)
    enter(server, console, width=2560, height=1440)
    console("open", path="people")
    seen = console("scrollThrough")
    leave(console)
    ids = [row for row, in execute(server.url, "SELECT id FROM users WHERE account_id = 1 ORDER BY id")]
    if sorted(seen["ids"]) != ids:
        raise RuntimeError(f"{len(set(seen['ids']))} of {len(ids)} users were seen in {len(seen['ids'])} rows")
    return {"console_end": (ends, f"{len(ids):,} rows"),
            "console_frames": ([percentile(frames, 0.95)], f"{len(frames)} frames of {FRAME_PIXELS} pixels each"),
            "console_nodes": ([seen["nodes"]], f"each of {len(ids):,} ids seen once, window of 2,560 x 1,440")}


def tabs(server, console, rounds):
    enter(server, console, tabs=TABS)
    console("openEverywhere", path=f"users/{USER}")
    console("shown", selector=".liveness", text="live")
    times = []
    for turn in range(2 * rounds):
        harmful = turn % 2 == 0
        word = "harmful" if harmful else "inactive"
        server.request("PUT", VERDICT, mint(), json={"harmful": not harmful, "inactive": harmful})
        console("shown", selector=".subject .badges .tag", text="inactive" if harmful else "harmful")
        console("watchFor", selector=".subject .badges .tag", text=word)
        begin = time.time()
        server.request("PUT", VERDICT, mint(), json={"harmful": harmful, "inactive": not harmful})
        times.append(max(console("appeared")) - begin * 1000)
    leave(console)
    return {"console_tabs": (times, f"{TABS} tabs")}


def outage(console, url):
    """The server is killed, and started again later on the same port."""
    server = serve(url)
    enter(server, console)
    console("open", path="triage")
    server.kill()
    server.discard()
    judged = console("judge", count=10, keys="his")["judged"]
    time.sleep(GONE_SECONDS)
    with Server(url, access_log="off", listen=f"127.0.0.1:{server.port}"):
        begin = time.perf_counter()
        console("shown", selector=".liveness", text="live")
        console("settled")
        back = time.perf_counter() - begin
        leave(console)
    handles = [handle[1:] for handle, _ in judged]
    (kept,), = execute(url, "SELECT count(*) FROM classification JOIN users ON id = user_id WHERE account_id = 1 AND handle = ANY(%s)", (handles,))
    if kept != len(judged):
        raise RuntimeError(f"{kept} of {len(judged)} decisions were kept")
    return {"console_back": ([back], f"live, and {len(judged)} decisions sent, after {GONE_SECONDS} s")}
