"""What stands in the environment or in files changes nothing, but for proxies."""

import io
import os
import subprocess
import sys

import pytest
import selling_partner
from selling_partner import network

from .scripted_amazon import Reply, ScriptedAmazon

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
REPORTS = "/reports/2021-06-30/reports"
VARIABLES = {
    "AWS_ENV": "production",
    "SP_API_AUTH_CACHE_SIZE": "many",
    "SP_API_AUTH_CACHE_TTL": "0",
    "SP_API_DEFAULT_MARKETPLACE": "JP",
    "SP_API_REFRESH_TOKEN": "Atzr|environment",
    "LWA_APP_ID": "environment",
    "LWA_CLIENT_SECRET": "environment",
    "SP_API_AWS_SECRET_ID": "environment",
}


def test_variables_of_the_library_count_for_nothing(amazon, make_client, monkeypatch):
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    amazon.on("GET", PARTICIPATIONS, Reply(json={"payload": []}))
    amazon.on("POST", REPORTS, Reply(202, json={"reportId": "R"}))
    client = make_client()
    client.get_marketplace_participations()
    client.create_report("T", ["A1PA6795UKMFR9"])
    assert "environment" not in str(amazon.received)
    assert "A1VC38T7YXB528" not in str(amazon.received), "the marketplace of Japan"


def test_import_survives_values_that_the_library_does_not_know():
    """AWS_ENV=production is common; the library's import fails on it."""
    folder = os.path.dirname(os.path.dirname(selling_partner.__file__))
    script = (
        "import os, selling_partner as s\n"
        "assert s.ENDPOINTS['eu'] == 'https://sellingpartnerapi-eu.amazon.com'\n"
        "print(os.environ['AWS_ENV'], os.environ['SP_API_DEFAULT_MARKETPLACE'])\n"
    )
    environment = {**os.environ, **VARIABLES, "PYTHONPATH": folder}
    environment["SP_API_DEFAULT_MARKETPLACE"] = "XX"
    result = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == "production XX\n"


def test_each_region_has_its_endpoint():
    for region in ("eu", "na", "fe"):
        credentials = selling_partner.Credentials("a", "b", "c")
        with selling_partner.SellingPartnerClient(credentials, region) as client:
            assert client._api.base_url == (
                f"https://sellingpartnerapi-{region}.amazon.com"
            )
            assert client._lwa.base_url == "https://api.amazon.com"


@pytest.fixture
def proxy():
    server = ScriptedAmazon()
    yield server
    server.close()


def test_proxy_of_the_environment_is_used_and_can_be_refused(
    proxy, make_client, monkeypatch
):
    """The API and the document, both through the same proxy."""
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    document = "/reports/2021-06-30/documents/D1"
    proxy.on("GET", document, Reply(json={"url": "http://sp-api.invalid/D1?x=y"}))
    proxy.on("GET", "/D1", Reply(body=b"content"))
    options = {
        "endpoint": "http://sp-api.invalid",
        "lwa_endpoint": "http://lwa.invalid",
    }
    target = io.BytesIO()
    make_client(**options).download_report_document("D1", target, False)
    assert target.getvalue() == b"content"
    assert [call.headers["host"] for call in proxy.received] == [
        "lwa.invalid",
        "sp-api.invalid",
        "sp-api.invalid",
    ]
    from .conftest import NetworkForbidden

    with pytest.raises(NetworkForbidden):
        make_client(**options, use_system_settings=False).get_report("R")
    monkeypatch.setenv("NO_PROXY", "lwa.invalid")
    with pytest.raises(NetworkForbidden):
        make_client(**options).get_report("R")


def test_loopback_is_never_asked_for_through_a_proxy(
    amazon, proxy, make_client, monkeypatch
):
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    amazon.on("GET", PARTICIPATIONS, Reply(json={"payload": []}))
    assert make_client().get_marketplace_participations() == []
    assert proxy.received == []


def test_proxy_of_an_unknown_kind_is_named(make_client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(selling_partner.errors.DataError, match="proxy"):
        make_client(endpoint="http://sp-api.invalid")


def test_certificates_of_the_environment(monkeypatch, tmp_path):
    bundle = tmp_path / "ca.pem"
    bundle.write_text("")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    ours = network.certificates_file()
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert network.certificates_file() == str(bundle)
    assert network.certificates_file(use_system_settings=False) == ours
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    assert network.certificates_file() == str(bundle)
