"""Attacks every route of a private server on loopback with sqlmap and wapiti; see scripts/scan."""
import argparse
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scan.gateway import ENDPOINT, Gateway           # noqa: E402
from scan.targets import PASSWORD, TARGETS           # noqa: E402
from support.data import make_database               # noqa: E402
from support.postgres import PrivateCluster, execute  # noqa: E402
from support.server import PROJECT, Server, run_command  # noqa: E402
from support.tokens import mint                      # noqa: E402

REPORTS = PROJECT / "build/scan"
# The routes are attacked through the gateway, and the server directly where names of paths and headers matter.  Left out:
# nikto (Debian ships no database for it), wapp (it fetches one, to name products), csrf and brute_login_form (they judge
# the forms, which belong to the gateway).
WAPITI_ROUTES = {"routes": "cookieflags,crlf,exec,file,htaccess,methods,permanentxss,redirect,shellshock,sql,ssrf,xss,xxe",
                 "blind": "blindsql"}
WAPITI_SERVER = "backup,buster,csp,http_headers"
# Findings that are not faults, by the text in wapiti's report; docs/security.md says why.
ACCEPTED = {
    "CSP is not set": "every answer is JSON with nosniff; there is no document to protect",
    "X-XSS-Protection is not set": "no browser of today has that filter",
    "Strict-Transport-Security is not set": "the scan speaks plain HTTP to localhost",
}


def say(text):
    print(f"scan: {text}", flush=True)


def version_of(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return re.search(r"\d+\.\d+(\.\d+)*", done.stdout).group(0)


def run_sqlmap(gateway, level, risk):
    """@return findings, and how many parameters were tested"""
    findings, tested, folder = [], 0, REPORTS / "sqlmap"
    for number, target in enumerate(TARGETS):
        fields = urlencode(target.fields, quote_via=quote)
        place = ["-u", f"{gateway.url}/{number}/", "--data", fields] if target.verb == "POST" else [
            "-u", f"{gateway.url}/{number}/?{fields}"]
        command = ["sqlmap", *place, "-p", ",".join(target.fields), "--batch", "--flush-session", "--dbms=PostgreSQL",
                   f"--level={level}", f"--risk={risk}", "--ignore-code=*", "--disable-coloring", "--skip-waf",
                   "--output-dir", str(folder / "sessions")]
        report = folder / f"{number:02}.txt"
        with open(report, "w") as out:
            out.write(f"{target.name}\n{' '.join(command)}\n")
            out.flush()
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=False)
        text = report.read_text(errors="replace")
        finished = len(re.findall(r"parameter '.*' does not seem to be injectable", text))
        tested += finished
        if "identified the following injection point" in text or "is vulnerable" in text:
            findings.append(f"sqlmap: {target.name}: see {report}")
        elif finished != len(target.fields):
            findings.append(f"sqlmap did not test all of {target.name}: see {report}")
        say(f"sqlmap {number + 1}/{len(TARGETS)} {target.name}")
    return findings, tested


def run_wapiti(url, endpoint, token, modules, name):
    """@return findings that are not accepted, and those that are"""
    report, folder = REPORTS / f"wapiti-{name}.json", REPORTS / f"wapiti-{name}"
    command = ["wapiti", "-u", url, "--scope", "folder", "-m", modules, "-l", "2", "-H", f"Authorization: Bearer {token}",
               "--endpoint", endpoint, "-t", "20", "--flush-session", "--no-bugreport", "-v", "1",
               "--store-session", str(folder), "--store-config", str(folder), "-f", "json", "-o", str(report)]
    with open(REPORTS / f"wapiti-{name}.txt", "w") as out:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=False)
    if not report.exists():
        return [f"wapiti did not finish: see {REPORTS / f'wapiti-{name}.txt'}"], []
    written, found, accepted = json.loads(report.read_text()), [], []
    for kind in ("vulnerabilities", "anomalies"):
        for category, entries in written[kind].items():
            for entry in entries:
                known = any(text in entry["info"] for text in ACCEPTED)
                (accepted if known else found).append(
                    f"wapiti: {category}: {entry['method']} {entry['path']}: {entry['info']}")
    say(f"wapiti ({name}) done")
    return found, accepted


def faults_of(server):
    """5xx answers and lines of level error in the server's own log."""
    lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    return [f"server: {json.dumps(line)}" for line in lines
            if line.get("status", 0) >= 500 or line["level"] in ("error", "critical")], len(lines)


def main():
    parser = argparse.ArgumentParser(prog="scripts/scan")
    parser.add_argument("--level", default="2", help="sqlmap's level, 1 to 5 (default 2)")
    parser.add_argument("--risk", default="2", help="sqlmap's risk, 1 to 3 (default 2)")
    options = parser.parse_args()

    shutil.rmtree(REPORTS, ignore_errors=True)
    (REPORTS / "sqlmap").mkdir(parents=True)
    cluster = PrivateCluster().start()
    try:
        database = make_database(cluster)
        done = run_command("changepassword", "--username", "watchdxg", "--password-stdin", url=database,
                           stdin=PASSWORD + "\n")
        assert done.returncode == 0, done.stderr
        execute(database, "DELETE FROM watchdxg_session_cutoff")   # our tokens say that they are older than that
        with Server(database, basic_auth="on", trusted_proxies="127.0.0.1", hash_threads=3,
                    log_format="json") as server:
            token = mint("access")   # of no session, so that the scanners cannot end it
            gateway = Gateway(TARGETS, server.port, token)
            try:
                def wapiti(url, modules, name):
                    return pool.submit(run_wapiti, url, gateway.url + ENDPOINT, token, modules, name)

                with ThreadPoolExecutor() as pool:   # requests that log in take longest
                    sqlmap = pool.submit(run_sqlmap, gateway, options.level, options.risk)
                    scans = [wapiti(f"{gateway.url}/", modules, name) for name, modules in WAPITI_ROUTES.items()]
                    at_server, accepted = wapiti(f"{server.base_url}/", WAPITI_SERVER, "server").result()
                    (at_parameters, tested), at_routes = sqlmap.result(), [found for scan in scans
                                                                           for found in scan.result()[0]]
            finally:
                gateway.stop()
            shutil.copy(server.folder / "stderr", REPORTS / "server.log")
            faults, lines = faults_of(server)
    finally:
        cluster.remove()

    findings = at_parameters + at_server + at_routes + faults
    if gateway.lured:
        findings.append(f"server: it fetched {gateway.lured} URLs that a scanner named")
    for line in accepted:
        say(f"accepted: {line}")
    for line in findings:
        say(line)
    say(f"sqlmap {version_of('sqlmap', '--version')} tested {tested} parameters of {len(TARGETS)} requests, "
        f"and so did wapiti {version_of('wapiti', '--version')}; {lines} lines of log; "
        f"{len(findings)} findings, {len(accepted)} accepted. Reports: {REPORTS}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
