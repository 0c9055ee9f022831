"""A browser at the console, which does step by step what a test asks for (tests/browser/steps.mjs)."""
import json
import selectors
import shutil
import subprocess

from support.postgres import TESTS
from support.processes import dies_with_us
from support.tokens import mint

STEP_SECONDS = 300


def judge_once(server, user_id="1"):
    """Lets triage show nobody again who was judged already, which it does now and then.  @return the server"""
    answer = server.request("PUT", "/api/preferences/", mint(user_id=user_id), json={"agreement": {"on": False}})
    assert answer.status_code == 200, answer.text
    return server


class Console:
    """`console("judge", count=20, keys="his")` does a step and returns what it gives.

    @param step_seconds  how long a step may take
    """

    def __init__(self, step_seconds=STEP_SECONDS):
        self._step_seconds = step_seconds
        if not (TESTS / "browser/node_modules/axe-core").exists():
            raise RuntimeError("axe-core is missing: run `npm ci` in tests/browser, or ./test, which does it")
        self._process = subprocess.Popen([shutil.which("node"), "steps.mjs"], cwd=TESTS / "browser", text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=dies_with_us())

    def __call__(self, step, **arguments):
        self._process.stdin.write(json.dumps({"step": step, **arguments}) + "\n")
        self._process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            assert selector.select(self._step_seconds), f"{step} was not done within {self._step_seconds} s"
        line = self._process.stdout.readline()
        assert line, f"the browser ended in {step}"
        answer = json.loads(line)
        assert "error" not in answer, f"{step} {arguments}: {answer['error']}"
        return answer["result"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
