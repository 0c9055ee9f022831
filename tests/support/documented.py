"""nginx and Caddy in front of a server, as docs/deployment.md configures them: the document itself is what runs."""
import os
import re
import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from support.postgres import free_port, wait_until
from support.processes import dies_with_us
from support.raw import RawConnection
from support.server import PROJECT
from support.tls import Certificate

HOST = "watch.example.com"   # the document's
NGINX = """
daemon off;
{user}
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{block}
}}
"""
# Ports and an authority of its own; `HOST` has no certificate that the world would believe.
CADDY = """
{{
    admin off
    local_certs
    skip_install_trust
    default_bind 127.0.0.1
    auto_https disable_redirects
    https_port {port}
    storage file_system {folder}/storage
}}
{block}
"""


def documented(section, number=0):
    """The first block of code of a section of docs/deployment.md, or another one."""
    text = (PROJECT / "docs/deployment.md").read_text()
    body = re.search(rf"^## {section}\n(.*?)^## ", text, re.M | re.S).group(1)
    return re.findall(r"(?:^    .*\n(?:^\n(?=    ))*)+", body, re.M)[number]


def replaced(text, changes):
    for old, new in changes.items():
        assert text.count(old) == 1, f"docs/deployment.md does not say {old!r} once"
        text = text.replace(old, new)
    return text


class Documented:
    """A proxy in front of `server` on a port of its own, until `stop()`; asked as a Server is.

    @param path    where nginx has the server, changed as the document says for a path
    @param others  more servers on the same database: nginx has all of them, and its limit of logins
    """

    host = HOST
    # What the document tells the server.
    settings = {"trusted_proxies": "127.0.0.1", "allowed_hosts": f"{HOST},localhost,127.0.0.1"}

    def __init__(self, kind, server, path="/", others=()):
        self.path, self.others = path, others
        self.server, self.url, self.port = server, server.url, free_port()
        self.base_url = f"https://{HOST}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"wdx-{kind}-", dir="/tmp"))
        command, self.authority = {"nginx": self._nginx, "caddy": self._caddy}[kind]()
        self._log = self.folder / "log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                             preexec_fn=dies_with_us(),
                                             env={**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": "",
                                                  "XDG_CONFIG_HOME": ""})
        try:
            wait_until(self._answers, f"{kind} to answer", 60)
        except BaseException:
            self.stop()
            raise

    def _nginx(self):
        certificate = Certificate(self.folder, names=[HOST])
        target = "http://watchdxg-back" if self.others else (
            f"http://127.0.0.1:{self.server.port}{'' if self.path == '/' else '/'}")
        block = replaced(documented("Behind nginx"), {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            f"/etc/ssl/{HOST}.pem": str(certificate.cert),
            f"/etc/ssl/private/{HOST}.key": str(certificate.key),
            "proxy_pass http://127.0.0.1:8000": f"proxy_pass {target}",
            "location /": f"location {self.path}"})
        if self.others:
            block = self._upstream() + block
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, block=block, user=user))
        return [program("nginx"), "-p", str(self.folder), "-e", "stderr", "-c", "nginx.conf"], certificate.cert

    def _upstream(self):
        servers, _, limit = (documented("Several processes", number) for number in range(3))
        return replaced(servers, {
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{self.server.port};",
            "server 127.0.0.1:8001;": " ".join(f"server 127.0.0.1:{other.port};" for other in self.others)}) + limit

    def _caddy(self):
        block = replaced(documented("Behind Caddy"), {"127.0.0.1:8000": f"127.0.0.1:{self.server.port}"})
        (self.folder / "Caddyfile").write_text(CADDY.format(folder=self.folder, port=self.port, block=block))
        return ([program("caddy"), "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
                self.folder / "storage/pki/authorities/local/root.crt")

    def _answers(self):
        assert self._process.poll() is None, self._log.read_text(errors="replace")
        try:
            return self.authority.exists() and self.get(f"{self.path}healthz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def stop(self):
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, **options):
        return RawConnection(self.port, tls=ssl.create_default_context(cafile=self.authority), server_name=HOST, **options)

    def request(self, method, path, token=None, **options):
        """As a client would that found the proxy by its name."""
        headers = {"Host": HOST, "Connection": "close", **options.pop("headers", {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        session = requests.Session()
        session.trust_env, session.verify = False, str(self.authority)
        session.mount("https://", ByName())
        return session.request(method, f"https://127.0.0.1:{self.port}{path}", headers=headers,
                               timeout=options.pop("timeout", 60), allow_redirects=False, **options)

    def get(self, path, token=None, **options):
        return self.request("GET", path, token, **options)

    def post(self, path, json=None, token=None, **options):
        return self.request("POST", path, token, json=json, **options)


class ByName(HTTPAdapter):
    """Connects to the address of the URL, and expects HOST there."""

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, server_hostname=HOST, assert_hostname=HOST, **options)


def program(name):
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, f"{name} is missing; scripts/setup --tests installs it"
    return found
