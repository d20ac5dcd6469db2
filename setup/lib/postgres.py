"""A private PostgreSQL: the installed server's programs, a cluster of our own."""

import contextlib
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import cache, debian
from .messages import SetupError, step
from .processes import clean_environment, run

PROGRAMS = ("initdb", "pg_ctl", "postgres", "psql", "createdb", "dropdb")
OLDEST = 13
# Odoo refuses the database user "postgres".
ROLE = "odoo"
# Only names the socket: the server does not listen on TCP.
PORT = 5432
# PostgreSQL does not run as root. Its data then lie where its user may enter.
ROOT_FOLDER = Path("/var/lib") / cache.NAME
# The longest address of a Unix socket, less the file's own name.
LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{PORT}.lock")

SETTINGS = """
# Databases here are made for trying and testing, and can be made again: speed before
# safety against a power failure.
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 30min
shared_buffers = 256MB
max_connections = 200
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
"""


@dataclass(frozen=True)
class Server:
    """A running private server."""

    programs: Path
    socket: Path
    port: int = PORT

    def environment(self) -> dict[str, str]:
        """For PostgreSQL's client programs."""
        return clean_environment(
            PGHOST=str(self.socket), PGPORT=str(self.port), PGUSER=ROLE
        )

    def client(self, program: str, *arguments: str, failure: str) -> str:
        return run(
            [self.programs / program, *arguments],
            failure,
            environment=self.environment(),
            cwd="/",
        )

    def query(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """Rows of text. The caller quotes what it puts into ``sql``."""
        output = self.client(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--field-separator=\t",
            "--set=ON_ERROR_STOP=1",
            f"--command={sql}",
            database,
            failure="PostgreSQL refused a statement",
        )
        return [line.split("\t") for line in output.splitlines() if line]


def candidates() -> Iterable[Path]:
    """Folders that may hold a PostgreSQL server's programs."""
    with contextlib.suppress(SetupError):
        yield Path(run(["pg_config", "--bindir"], "no pg_config").strip())
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    yield from Path("/usr").glob("pgsql-*/bin")
    yield Path("/usr/local/pgsql/bin")
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def newest(folders: Iterable[Path]) -> tuple[int, Path] | None:
    """The newest complete server among folders of programs: (major version, folder)."""
    found = set()
    for folder in folders:
        if not all(os.access(folder / program, os.X_OK) for program in PROGRAMS):
            continue
        said = run([folder / "postgres", "--version"], f"{folder}/postgres fails")
        version = re.search(r"\d+", said)
        if version and int(version.group()) >= OLDEST:
            found.add((int(version.group()), folder))
    return max(found, default=None)


def _programs() -> tuple[int, Path]:
    found = newest(candidates())
    if not found:
        debian.install(["postgresql"], f"A PostgreSQL server ({OLDEST} or newer)")
        found = newest(candidates())
    if not found:
        raise SetupError(
            f"No PostgreSQL server {OLDEST} or newer was found, though Debian's "
            "package postgresql is installed.",
            "Put the folder of its programs (initdb, postgres, ...) on the PATH.",
        )
    return found


class Cluster:
    """Where a private server keeps its data, and as whom it runs."""

    def __init__(self, version: int, programs: Path):
        self.programs = programs
        self.user: pwd.struct_passwd | None = None
        if os.geteuid() == 0:
            self.user = _unprivileged_user()
            # Each cache has a cluster of its own: an empty cache is an empty start.
            self.folder = ROOT_FOLDER / f"{version}-{cache.digest(str(cache.root()))}"
        else:
            self.folder = cache.root() / "postgresql" / str(version)
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.socket = self.folder
        if len(str(self.socket)) > LONGEST_SOCKET_FOLDER:
            name = f"{cache.NAME}-{os.geteuid()}-{cache.digest(str(self.folder))}"
            self.socket = Path(tempfile.gettempdir()) / name

    def ensure(self) -> Server:
        """Starts the server unless it runs; makes its cluster first if need be."""
        server = Server(self.programs, self.socket)
        with cache.locked("postgresql"):
            self._belong_to_this_cache()
            if not (self.data / "PG_VERSION").exists():
                self._create()
            if not self._answers():
                self._private_folder(self.socket)
                self._forget_dead_server()
                self._start()
            self._have_role(server)
        return server

    def stop(self) -> None:
        """Ends the server, if it runs; its data stay."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w")

    def _belong_to_this_cache(self) -> None:
        """Removes the cluster of a cache that somebody has deleted since.

        Its databases lack their files (filestore), which were in that cache.
        """
        token = cache.root() / "postgresql" / f"{self.folder.name}.token"
        copy = self.folder / "token"
        if token.exists() and copy.exists() and token.read_text() == copy.read_text():
            return
        if self.data.exists():
            with contextlib.suppress(SetupError):
                self.stop()
            shutil.rmtree(self.data)
        self._private_folder(self.folder)
        token.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(secrets.token_hex(8))
        token.write_text(copy.read_text())

    def _private_folder(self, folder: Path) -> None:
        """Only the server's user (and root) may enter: whoever can, is trusted."""
        if not folder.parent.exists():
            folder.parent.mkdir(parents=True)
            # Whatever root's umask is: the server's user has to pass through.
            folder.parent.chmod(0o755)
        folder.mkdir(exist_ok=True, mode=0o700)
        owner = self.user.pw_uid if self.user else os.geteuid()
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        facts = folder.lstat()
        if folder.is_symlink() or facts.st_uid != owner or facts.st_mode & 0o077:
            raise SetupError(
                f"{folder} belongs to somebody else or lets others in.",
                f"Look at it and remove it: rm -r {folder}",
            )

    def _run(self, program: str, *arguments: str | Path) -> str:
        identity = {}
        if self.user:
            identity = {
                "user": self.user.pw_uid,
                "group": self.user.pw_gid,
                "extra_groups": [],
            }
        return run(
            [self.programs / program, *arguments],
            "The private PostgreSQL has a problem",
            f"Its log is {self.log}. It holds only databases made by setup/: to begin "
            f"anew, remove {self.folder}.",
            environment=clean_environment(HOME=str(self.folder), LC_ALL="C.UTF-8"),
            cwd=self.folder,
            # The server outlives this command and the terminal's Ctrl-C.
            start_new_session=True,
            **identity,
        )

    def _create(self) -> None:
        cache.need_space(1000, "PostgreSQL's data")
        with step("making a private PostgreSQL cluster"):
            shutil.rmtree(self.data, ignore_errors=True)
            draft = self.folder / "data.draft"
            shutil.rmtree(draft, ignore_errors=True)
            self._run(
                "initdb",
                f"--pgdata={draft}",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth-local=trust",
                "--auth-host=reject",
                "--no-sync",
            )
            with (draft / "postgresql.conf").open("a") as settings:
                settings.write(SETTINGS.format(port=PORT, socket=self.socket))
            draft.rename(self.data)

    def _answers(self) -> bool:
        done = subprocess.run(
            [self.programs / "psql", "-XAtc", "SELECT 1", "postgres"],
            env=clean_environment(
                PGHOST=str(self.socket),
                PGPORT=str(PORT),
                PGUSER="postgres",
                PGCONNECT_TIMEOUT="5",
            ),
            cwd="/",
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def _forget_dead_server(self) -> None:
        """Removes what a server that died without farewell has left behind.

        PostgreSQL refuses to start while the number in its pid file is any process of
        its user, which after a restart of the machine it easily is.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            pid = 0
        if pid and runs_server(pid, self.data):
            return
        for left in (pid_file, *self.socket.glob(f".s.PGSQL.{PORT}*")):
            left.unlink(missing_ok=True)

    def _start(self) -> None:
        if (self.data / "postmaster.pid").exists():
            # It runs, but does not answer: starting up or shutting down.
            for _ in range(60):
                time.sleep(0.5)
                if self._answers():
                    return
                if not (self.data / "postmaster.pid").exists():
                    break
        with step("starting the private PostgreSQL"):
            self._run(
                "pg_ctl", "start", "-D", self.data, "-l", self.log, "-w", "-t", "120"
            )

    def _have_role(self, server: Server) -> None:
        sql = (
            f"SELECT 'CREATE ROLE {ROLE} LOGIN CREATEDB' WHERE NOT EXISTS "
            f"(SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec"
        )
        run(
            [self.programs / "psql", "-XAtq", "--set=ON_ERROR_STOP=1", "postgres"],
            "The database role could not be made",
            environment=server.environment() | {"PGUSER": "postgres"},
            cwd="/",
            input=sql,
        )


def runs_server(pid: int, data: Path) -> bool:
    """Whether a process is a PostgreSQL server with its data in that folder."""
    try:
        working_folder = Path(f"/proc/{pid}/cwd").resolve(strict=True)
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return working_folder == data.resolve() or os.fsencode(data) in command


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SetupError(
        "PostgreSQL does not run as root, and there is neither a user postgres nor "
        "nobody to run it as.",
        "useradd --system postgres",
    )


def cluster() -> Cluster:
    """The private cluster of this cache, whether it exists yet or not."""
    return Cluster(*_programs())


def ensure() -> Server:
    """The private server, running."""
    return cluster().ensure()
