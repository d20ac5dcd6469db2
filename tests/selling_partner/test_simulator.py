"""The client against the stand-in Amazon, whose log Amazon's models judge."""

import io
import json
from datetime import timedelta

import pytest
from selling_partner import Credentials, SellingPartnerClient, errors

from tests.shared import SHARED
from tests.simulator import Simulator
from tests.simulator.testing import START

MFN_EU = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
FBA_GENERAL = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL"
DE, FR = "A1PA6795UKMFR9", "A13V1IB3VIYZZH"


@pytest.fixture
def amazon():
    with Simulator(clock=START, rate_scale=0) as simulator:
        yield simulator


@pytest.fixture
def connect(amazon):
    clients = []

    def connect(key="eu", region="eu", **options):
        credentials = Credentials(
            f"amzn1.application-oa2-client.simulated-{key}",
            f"amzn1.oa2-cs.v1.simulated-{key}",
            f"Atzr|simulated-{key}",
        )
        url = options.pop("url", amazon.url)
        client = SellingPartnerClient(
            credentials,
            region,
            endpoint=url,
            lwa_endpoint=options.pop("lwa", amazon.url),
            timeout=(2, 5),
            **options,
        )
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.close()


def create(amazon, client, report_type=MFN_EU, days=20):
    now = amazon.clock.now()
    return client.create_report(
        report_type,
        [DE, FR],
        start=now - timedelta(days=days),
        end=now - timedelta(minutes=2),
        options={"ShowSalesChannel": "true"},
    )


def finish(client, report_id):
    for _ in range(10):
        report = client.get_report(report_id)
        if report.processing_status not in ("IN_QUEUE", "IN_PROGRESS"):
            return report
    raise AssertionError(f"{report} does not end")


def download(client, report, restricted=True):
    target = io.BytesIO()
    document = client.download_report_document(report.document_id, target, restricted)
    return document, target.getvalue()


def test_from_the_marketplaces_to_the_rows(amazon, connect):
    client = connect()
    places = {p.marketplace_id: p for p in client.get_marketplace_participations()}
    assert places[DE].country_code == "DE"
    assert places[DE].currency_code == "EUR"
    report = finish(client, create(amazon, client))
    assert report.processing_status == "DONE"
    document, content = download(client, report)
    assert document.size == len(content) > 1000
    header = content.decode(document.charset).splitlines()[0].split("\t")
    assert {"order-id", "order-item-id", "sales-channel"} <= set(header)


def test_pages_of_reports(amazon, connect):
    client = connect()
    ids = {create(amazon, client, RETURNS, days) for days in range(1, 106)}
    assert {report.report_id for report in client.get_reports([RETURNS])} == ids


def test_document_that_needs_no_restricted_token_may_be_asked_with_one(amazon, connect):
    client = connect()
    report = finish(client, create(amazon, client, FBA_GENERAL))
    assert download(client, report, restricted=True) == download(
        client, report, restricted=False
    )


def test_document_that_needs_a_restricted_token_is_not_given_without(amazon, connect):
    client = connect()
    report = finish(client, create(amazon, client))
    with pytest.raises(errors.SellingPartnerError) as caught:
        download(client, report, restricted=False)
    assert caught.value.operation == "getReportDocument"


def test_role_that_is_missing(amazon, connect):
    amazon.state.sellers["eu"].roles.clear()
    client = connect()
    with pytest.raises(errors.RoleMissingError):
        create(amazon, client)


def test_authorisation_that_was_revoked(amazon, connect):
    client = connect()
    client.get_marketplace_participations()
    amazon.state.sellers["eu"].revoked = True
    with pytest.raises(errors.AuthorizationError) as caught:
        connect().get_marketplace_participations()
    assert caught.value.reason == "invalid_grant"


def test_access_token_that_expired_at_amazon_first(amazon, connect):
    client = connect()
    client.get_marketplace_participations()
    amazon.clock.advance(4000)
    client.get_marketplace_participations()
    logins = [e for e in amazon.state.requests if e["operation"] == "token"]
    assert len(logins) == 2


def test_endpoint_of_another_region(amazon, connect):
    client = connect("na", "na", url=f"{amazon.url}/eu")
    with pytest.raises(errors.SellingPartnerError) as caught:
        client.get_marketplace_participations()
    assert caught.value.status == 403


@pytest.mark.parametrize(
    ("kind", "options", "kind_of_error"),
    [
        ("throttle", {}, errors.ThrottledError),
        ("throttle", {"html": True}, errors.ThrottledError),
        ("internal", {}, errors.UnavailableError),
        ("internal", {"html": True}, errors.UnavailableError),
        ("unavailable", {}, errors.UnavailableError),
        ("unavailable", {"html": True}, errors.UnavailableError),
        ("forbidden", {}, errors.RoleMissingError),
        ("non_json", {}, errors.AnswerError),
        ("drop", {}, errors.UnavailableError),
    ],
)
def test_faults_of_an_operation(amazon, connect, kind, options, kind_of_error):
    client = connect()
    amazon.state.faults.add(kind, {"operation": "createReport"}, **options)
    with pytest.raises(errors.SellingPartnerError) as caught:
        create(amazon, client)
    assert type(caught.value) is kind_of_error
    assert create(amazon, client)


@pytest.mark.parametrize(
    ("kind", "kind_of_error", "code"),
    [
        ("cut", errors.UnavailableError, "network"),
        ("truncated", errors.DocumentError, "truncated_gzip"),
        ("not_gzip", errors.DocumentError, "bad_gzip"),
        ("gzip_bomb", errors.DocumentError, "too_large"),
    ],
)
def test_faults_of_a_document(amazon, connect, kind, kind_of_error, code):
    client = connect(max_decompressed_bytes=5_000_000)
    report = finish(client, create(amazon, client))
    options = {"size_mb": 20} if kind == "gzip_bomb" else {}
    amazon.state.faults.add(kind, **options)
    with pytest.raises(errors.SellingPartnerError) as caught:
        download(client, report)
    assert type(caught.value) is kind_of_error
    assert caught.value.code == code
    assert download(client, report)[1]


def test_link_that_expired(amazon, connect):
    client = connect()
    report = finish(client, create(amazon, client))
    amazon.state.faults.add("expired_link")
    assert download(client, report)[1]


def test_quotas_of_the_simulator_are_those_of_the_ledger(connect):
    """The ledger says when the next call is allowed; so does Amazon."""
    with Simulator(rate_scale=1, history_days=0) as limited:
        limited.clock.freeze(True)
        client = connect(url=limited.url, lwa=limited.url)
        for _ in range(10):
            next(client.get_reports([MFN_EU]), None)
        with pytest.raises(errors.ThrottledError) as caught:
            next(client.get_reports([MFN_EU]), None)
        assert caught.value.seconds == pytest.approx(1 / 0.0222, rel=0.01)


@pytest.mark.skipif(
    not (SHARED / "samples").is_dir(),
    reason="Amazon's samples are not at ../shared/samples (or AMAZON_SHARED)",
)
def test_static_sandbox():
    """Amazon's own examples, asked for and read by the client."""
    pairs = SHARED / "samples/sandbox_static_pairs_reports_tokens.json"
    created = {
        (pair["operationId"], pair["status"]): pair
        for pair in json.loads(pairs.read_text(encoding="utf-8"))
    }
    with Simulator(sandbox=pairs, history_days=0) as sandbox:
        credentials = Credentials(
            "amzn1.application-oa2-client.simulated-eu",
            "amzn1.oa2-cs.v1.simulated-eu",
            "Atzr|simulated-eu",
        )
        with SellingPartnerClient(
            credentials, "eu", sandbox.url, sandbox.url, timeout=(2, 5)
        ) as client:
            report = client.get_report("ID323")
            sample = created["getReport", 200]["response"]
            assert report.report_id == sample["reportId"]
            assert report.created.isoformat() == "2024-03-10T13:47:20.677000+00:00"
            with pytest.raises(errors.DataError) as caught:
                client.get_report("badReportId1")
            assert caught.value.details == "Invalid input Invalid input"
            client.cancel_report("ID")
            assert client.get_report_schedule("ID323").period == "PT5M"
