import ipaddress
import socket

import pytest
from selling_partner import Credentials, SellingPartnerClient

from .scripted_amazon import ScriptedAmazon

CREDENTIALS = Credentials(
    client_id="amzn1.application-oa2-client.one",
    client_secret="amzn1.oa2-cs.v1.secret-of-one",
    refresh_token="Atzr|refresh-of-one",
)


class NetworkForbidden(AssertionError):
    """A test reached for something that is not this machine."""


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    """Whatever library it goes through: no connection leaves this machine."""
    connect = socket.socket.connect
    getaddrinfo = socket.getaddrinfo

    def guarded_connect(self, address):
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and not ipaddress.ip_address(address[0]).is_loopback:
            raise NetworkForbidden(address)
        return connect(self, address)

    def guarded_getaddrinfo(host, *args, **kwargs):
        if host not in ("127.0.0.1", "localhost", "::1"):
            raise NetworkForbidden(host)
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def amazon():
    server = ScriptedAmazon()
    yield server
    server.close()


@pytest.fixture
def make_client(amazon):
    """Make clients of the scripted Amazon, closed after the test."""
    clients = []

    def make(credentials=CREDENTIALS, **options):
        options = {
            "endpoint": amazon.url,
            "lwa_endpoint": amazon.url,
            "timeout": (2, 2),
            **options,
        }
        client = SellingPartnerClient(credentials, "eu", **options)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client):
    return make_client()
