"""The services of compose.yaml without Docker: the server out of its image, by runc, and the PostgreSQL of this machine as
the image `postgres` starts it.  What they are told is what compose.yaml says.

scripts/container-test gives the process a network of its own, in which each service has an address.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg2
import requests
import yaml

from support.postgres import CORE_SCHEMAS, bin_dir, give_to_unprivileged, unprivileged, wait_until
from support.processes import dies_with_us
from support.server import PROJECT

ADDRESSES = {"psql_srvc": "10.89.0.2", "watchdxg_back": "10.89.0.3"}  # scripts/container-test has given them to `lo`
PASSWORD = "s3cret@with/odd:letters'%"
# What Docker gives a process of the image's user that nobody takes capabilities from.
DEFAULT_CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETUID"]
DOCKER_MOUNTS = [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
     "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
    {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777"]},
    {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
]
SECONDS = 60


class Image:
    """What scripts/container-test has built: its files, those of its base, and what it says about itself."""

    def __init__(self):
        folder = Path(os.environ["WDX_CONTAINER_TEST"])
        self.files, self.base = (Path((folder / name).read_text().strip()) for name in ("image.mount", "base.mount"))
        self.config = json.loads((folder / "image.json").read_text())["Docker"]["config"]
        self.user, self.group = map(int, self.config["User"].split(":"))


# What matters here of the scraper's own compose file.
SCRAPERS_COMPOSE = """
services:
  etl_srvc:
    build: ./src
    volumes: ["./.pg_password:/run/secrets/.pg_password:ro", "./src:/app"]
    depends_on: [psql_srvc]
  psql_srvc:
    image: postgres:16
    environment: ["POSTGRES_PASSWORD_FILE=/run/secrets/.pg_password"]
    ports: ["5432:5432"]
    volumes: ["./.pg_password:/run/secrets/.pg_password:ro", "pgdata:/var/lib/postgresql/data"]
volumes:
  pgdata:
"""


def lines_for_the_scrapers_compose_file():
    """Those of docs/container.md."""
    page = (PROJECT / "docs/container.md").read_text()
    [lines] = [block for block in re.findall(r"^```yaml\n(.*?)^```$", page, re.M | re.S) if "watchdxg_back:" in block]
    return lines


class Project:
    """A folder with our compose.yaml, or with the `scrapers` and the lines of docs/container.md, and the password; gone at
    the end, with what it started.  `mode` is the password's."""

    def __init__(self, image, scrapers=False, mode=0o644):
        self.image = image
        self.parent = Path(tempfile.mkdtemp(prefix="wdx-compose-", dir="/tmp"))
        self.parent.chmod(0o755)  # the database's user comes by
        self.folder = self.parent / ("watchdxg" if scrapers else "watchdxg-back")
        (self.parent / "watchdxg/src").mkdir(parents=True)
        (self.parent / "watchdxg-back").mkdir()
        if scrapers:
            (self.folder / "docker-compose.yml").write_text(SCRAPERS_COMPOSE)
            (self.folder / "docker-compose.override.yml").write_text(lines_for_the_scrapers_compose_file())
        else:
            shutil.copy(PROJECT / "compose.yaml", self.folder)
            shutil.copytree(PROJECT / "packaging/container", self.folder / "packaging/container")
        self.secret(".pg_password", PASSWORD + "\n", mode)
        self.compose = yaml.safe_load(subprocess.run(["docker-compose", "config"], cwd=self.folder, check=True,
                                                     stdout=subprocess.PIPE).stdout)
        self.hosts = self.folder / "hosts"
        self.hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{to} {name}\n" for name, to in ADDRESSES.items()))
        self._running = []

    def secret(self, name, text, mode=0o644):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def database(self):
        return self._started(Database(self))

    def server(self, **variables):
        return self._started(Server(self, (), variables))

    def run(self, *command, **variables):
        """`docker compose run --rm watchdxg_back ...`, to its end.  @return CompletedProcess with text output"""
        return Process(self, command, variables).run()

    def _started(self, service):
        self._running.append(service)
        return service

    def remove(self):
        for service in reversed(self._running):
            service.remove()
        shutil.rmtree(self.parent)

    def volume(self, name):
        """Where a named volume is: at first as the image has the folder, as Docker makes it."""
        path = self.folder / "volumes" / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            [target] = self.image.config["Volumes"]
            subprocess.run(["cp", "-a", f"{self.image.files}{target}", path], check=True)
        return path


def split_volume(text):
    source, target, *options = text.split(":")
    return source, target, options[0].split(",") if options else []


class Process:
    """One container of the service `watchdxg_back`.  `variables` are further ones of its environment, by their whole names."""

    def __init__(self, project, command, variables):
        self.project, self.image = project, project.image
        self.service = project.compose["services"]["watchdxg_back"]
        self.bundle = Path(tempfile.mkdtemp(prefix="bundle-", dir=project.folder))
        self.id = f"{project.parent.name}-{self.bundle.name}"
        (self.bundle / "config.json").write_text(json.dumps(self._specification(command, variables)))
        self._command = [*self._runc, "run", "--bundle", str(self.bundle), self.id]

    def run(self):
        return subprocess.run(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=SECONDS)

    @property
    def _runc(self):
        return ["runc", "--root", str(self.project.folder / "runc")]

    def _specification(self, command, variables):
        config, service = self.image.config, self.service
        environment = {**dict(line.split("=", 1) for line in config["Env"]), **service["environment"], **variables}
        capabilities = [] if service["cap_drop"] == ["ALL"] else DEFAULT_CAPABILITIES
        return {
            "ociVersion": "1.0.0",
            "process": {
                "terminal": False,
                "user": {"uid": self.image.user, "gid": self.image.group},
                "args": [*config["Entrypoint"], *(command or config["Cmd"])],
                "env": [f"{name}={value}" for name, value in environment.items()],
                "cwd": config["WorkingDir"],
                "capabilities": {"bounding": capabilities},
                "noNewPrivileges": "no-new-privileges:true" in service["security_opt"],
            },
            "root": {"path": str(self.image.files), "readonly": service["read_only"]},
            "hostname": "watchdxg_back",
            "mounts": DOCKER_MOUNTS + self._mounts(),
            "linux": {"namespaces": [{"type": name} for name in ("pid", "ipc", "uts", "mount")],
                      "maskedPaths": ["/proc/kcore", "/proc/keys", "/sys/firmware"],
                      "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]},
        }

    def _mounts(self):
        binds = [(self.project.hosts, "/etc/hosts", ["ro"])]
        for volume in self.service["volumes"]:
            source, target, options = split_volume(volume)
            binds.append((self.project.volume(source), target, options))
        for secret in self.service["secrets"]:
            file = self.project.compose["secrets"][secret["source"]]["file"]
            binds.append((file, f"/run/secrets/{secret['source']}", ["ro"]))
        mounts = [{"destination": target, "type": "tmpfs", "source": "tmpfs",
                   "options": ["nosuid", "nodev", "noexec", "mode=1777"]} for target in self.service["tmpfs"]]
        # The root cannot be written to, so runc makes the folder of the secrets in this.
        mounts.append({"destination": "/run", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]})
        return mounts + [{"destination": target, "type": "bind", "source": str(source), "options": ["rbind", *options]}
                         for source, target, options in binds]


class Server(Process):
    """The service `watchdxg_back`, started."""

    def __init__(self, project, command, variables):
        super().__init__(project, command, variables)
        self._log = self.bundle / "log"
        with open(self._log, "wb") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            preexec_fn=dies_with_us())

    # -- inside

    def execute(self, *command, stdin=None):
        """`docker compose exec -T`.  @return CompletedProcess with text output"""
        return subprocess.run([*self._runc, "exec", self.id, *command], input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=SECONDS)

    def healthcheck(self):
        kind, *command = self.service["healthcheck"]["test"]
        assert kind == "CMD"
        return self.execute(*command)

    @property
    def log(self):
        return self._log.read_text(errors="replace")

    def status(self):
        """/proc/PID/status of the server, as the machine sees it."""
        state = json.loads(subprocess.run([*self._runc, "state", self.id], check=True, stdout=subprocess.PIPE).stdout)
        lines = Path(f"/proc/{state['pid']}/status").read_text().splitlines()
        return {name: value.split() for name, value in (line.split(":", 1) for line in lines)}

    # -- HTTP, as a published port passes it on: from another address, with the name that the client wrote

    def request(self, method, path, token=None, **options):
        headers = {"Host": "localhost:8000", **({"Authorization": f"Bearer {token}"} if token else {})}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, f"http://{ADDRESSES['watchdxg_back']}:8000{path}", headers=headers, timeout=60,
                                   **options)

    def get(self, path, token=None):
        return self.request("GET", path, token)

    def answers(self, path, status):
        def answered():
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log}"
            try:
                return self.get(path).status_code == status
            except requests.ConnectionError:
                return False
        wait_until(answered, f"{path} to say {status}", SECONDS)

    # -- life

    def stop(self):
        """`docker compose stop`: SIGTERM, and SIGKILL after the service's patience.  @return the exit status"""
        subprocess.run([*self._runc, "kill", self.id, "TERM"], check=True)
        return self.process.wait(int(self.service["stop_grace_period"].rstrip("s")))

    def remove(self):
        subprocess.run([*self._runc, "delete", "--force", self.id], stderr=subprocess.DEVNULL)
        self.process.wait(SECONDS)
        print(self.log[-8000:])


class Database:
    """The service `psql_srvc`, initialised and started as docker-entrypoint.sh of the image `postgres` does it."""

    def __init__(self, project):
        service = project.compose["services"]["psql_srvc"]
        told = service["environment"]
        self.user = told.get("POSTGRES_USER", "postgres")
        name = told.get("POSTGRES_DB", self.user)
        self.password = Path(self._secret_of(project, told["POSTGRES_PASSWORD_FILE"])).read_text().rstrip("\n")
        self.root = Path(tempfile.mkdtemp(prefix="pg-", dir=project.folder))
        give_to_unprivileged(self.root)
        self._process = None
        self._initialise()
        self._start(listen="")
        if name != "postgres":
            self._psql("postgres", "--command", f'CREATE DATABASE "{name}"')
        for volume in service["volumes"]:
            source, target, _ = split_volume(volume)
            if target.startswith("/docker-entrypoint-initdb.d/"):
                self._psql(name, "--file", source)
        self._end()
        self._start(listen=ADDRESSES["psql_srvc"])

    @staticmethod
    def _secret_of(project, path):
        assert path.startswith("/run/secrets/")
        return project.compose["secrets"][path.rsplit("/", 1)[1]]["file"]

    def _initialise(self):
        password = self.root / "password"
        password.write_text(self.password)
        give_to_unprivileged(password)
        self._run("initdb", "-D", "data", "-U", self.user, "--pwfile=password", "-E", "UTF8", "--locale=C.UTF-8",
                  "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync")
        with open(self.root / "data/pg_hba.conf", "a") as rules:
            rules.write("host all all all scram-sha-256\n")

    def _run(self, program, *arguments, **variables):
        subprocess.run([str(bin_dir() / program), *arguments], cwd=self.root, check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "LC_ALL": "C.UTF-8", **variables}, **unprivileged())

    def _psql(self, database, *arguments):
        self._run("psql", "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--no-password", "--quiet", f"--host={self.root}",
                  f"--username={self.user}", f"--dbname={database}", *arguments, POSTGRES_PASSWORD=self.password)

    def _start(self, listen):
        with open(self.root / "log", "ab") as log:
            self._process = subprocess.Popen(
                [str(bin_dir() / "postgres"), "-D", "data", "-c", f"unix_socket_directories={self.root}", "-c",
                 f"listen_addresses={listen}", "-c", "timezone=UTC", "-c", "fsync=off"],
                stdout=log, stderr=log, cwd=self.root, preexec_fn=dies_with_us(), **unprivileged())
        ready = [str(bin_dir() / "pg_isready"), "--quiet", f"--host={self.root}"]
        wait_until(lambda: subprocess.run(ready).returncode == 0, "PostgreSQL", SECONDS, 0.1)

    def _end(self):
        if self._process:
            self._process.send_signal(signal.SIGINT)  # the image's STOPSIGNAL
            self._process.wait(SECONDS)
            self._process = None

    remove = _end

    def restart(self):
        self._end()
        self._start(listen=ADDRESSES["psql_srvc"])

    def connect(self, database="watchdxg", user="postgres"):
        """Over the network, with the password, as the scraper does."""
        connection = psycopg2.connect(host=ADDRESSES["psql_srvc"], dbname=database, user=user, password=self.password)
        connection.autocommit = True
        return connection

    def rows(self, sql):
        return run(self.connect(), sql)


def run(connection, *statements):
    """@return the rows of the last one, if it gives any"""
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def set_up_the_scraper(database):
    """What watchdxg-core does with `--setup`, step by step: what is there already it leaves, and a refusal ends it."""
    def there(sql):
        return run(database.connect("postgres"), sql)
    if not there("SELECT 1 FROM pg_database WHERE datname = 'watchdxg'"):
        run(database.connect("postgres"), "CREATE DATABASE watchdxg")
    if not there("SELECT 1 FROM pg_user WHERE usename = 'watchdxg'"):
        literal = database.password.replace("'", "''")
        run(database.connect("postgres"), f"CREATE ROLE watchdxg WITH LOGIN PASSWORD '{literal}'")
    run(database.connect(), "ALTER SCHEMA public OWNER TO watchdxg")
    run(database.connect(user="watchdxg"),
        "GRANT ALL PRIVILEGES ON DATABASE watchdxg TO watchdxg",
        "GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA public TO watchdxg",
        "GRANT ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA public TO watchdxg",
        (CORE_SCHEMAS / "v3.sql").read_text(),
        "INSERT INTO accounts (handle) VALUES ('operator') ON CONFLICT DO NOTHING")
