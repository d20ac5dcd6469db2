import contextlib
import shutil

import pytest

from setup.lib import cache, postgres
from setup.lib.messages import SetupError


@pytest.fixture
def cache_home(tmp_path, monkeypatch):
    """An empty cache of its own."""
    home = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return home


@contextlib.contextmanager
def private_cluster(home):
    """A private PostgreSQL cluster that is not made yet; removed in the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        found = postgres.newest(postgres.candidates())
        if not found:
            pytest.skip("no PostgreSQL server is installed")
        cluster = postgres.Cluster(*found)
        yield cluster
        with contextlib.suppress(SetupError):
            cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)
        shutil.rmtree(cluster.socket, ignore_errors=True)


@pytest.fixture
def cluster(tmp_path):
    """A cluster for a test that stops it, kills it or removes its cache."""
    with private_cluster(tmp_path / "cache") as cluster:
        yield cluster


@pytest.fixture(scope="package")
def shared_cluster(tmp_path_factory):
    home = tmp_path_factory.mktemp("shared") / "cache"
    with private_cluster(home) as cluster:
        yield home, cluster


@pytest.fixture
def server(shared_cluster, monkeypatch):
    """A running private server, without databases; its cache has no files of any."""
    home, cluster = shared_cluster
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    server = cluster.ensure()
    for (name,) in server.query(
        "SELECT datname FROM pg_database "
        "WHERE datname NOT IN ('postgres', 'template0', 'template1')"
    ):
        server.query(f"ALTER DATABASE {name} IS_TEMPLATE false")
        server.client("dropdb", name, failure="dropdb")
    shutil.rmtree(cache.root() / "data", ignore_errors=True)
    return server
