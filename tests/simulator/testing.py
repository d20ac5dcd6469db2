"""A plain caller of the simulator for tests: no retries, no cleverness."""

import csv
import gzip
import io
from datetime import datetime, timedelta, timezone

import requests

from .clock import api_time, parse_time

REPORTS = "/reports/2021-06-30/reports"
SCHEDULES = "/reports/2021-06-30/schedules"
DOCUMENTS = "/reports/2021-06-30/documents/"
FEEDS = "/feeds/2021-06-30/feeds"
FEED_DOCUMENTS = "/feeds/2021-06-30/documents"
TOKENS = "/tokens/2021-03-01/restrictedDataToken"
PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
MFN_EU = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
FBA_EU = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING"
FBA_GENERAL = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL"
VIDR = "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT"
VCR = "SC_VAT_TAX_REPORT"
FBA_RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
# The least that Amazon takes for a PDF file.
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DE, FR, US = "A1PA6795UKMFR9", "A13V1IB3VIYZZH", "ATVPDKIKX0DER"
#: Where the clock of a simulator begins whose tests need no real time: then its story
#: is the same at any hour of any day.
START = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
_CODECS = {"windows-31j": "cp932"}


def credentials(key):
    """The documented LWA form of the simulated seller ``key``."""
    return {
        "grant_type": "refresh_token",
        "refresh_token": f"Atzr|simulated-{key}",
        "client_id": f"amzn1.application-oa2-client.simulated-{key}",
        "client_secret": f"amzn1.oa2-cs.v1.simulated-{key}",
    }


class Caller:
    """Calls the selling-partner API as the seller ``key``."""

    def __init__(self, url, key="eu"):
        self.url = url
        self.key = key
        answer = requests.post(f"{url}/auth/o2/token", data=credentials(key))
        answer.raise_for_status()
        self.token = answer.json()["access_token"]

    def call(self, method, path, token=None, **options):
        """One request; returns the ``requests.Response`` whatever its status."""
        headers = {"x-amz-access-token": self.token if token is None else token}
        headers |= options.pop("headers", {})
        return requests.request(
            method, self.url + path, headers=headers, timeout=20, **options
        )

    def control(self, method, name, body=None, **query):
        answer = requests.request(
            method,
            f"{self.url}/_control/{name}",
            json=body,
            params=query,
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def specification(self, report_type=MFN_EU, days=25, **changes):
        """A createReport body for the last ``days`` until two minutes ago."""
        now = parse_time(self.control("GET", "clock")["now"])
        sellers = self.control("GET", "sellers")["sellers"]
        own = next(seller for seller in sellers if seller["key"] == self.key)
        body = {
            "reportType": report_type,
            "marketplaceIds": own["marketplace_ids"],
            "dataStartTime": api_time(now - timedelta(days=days)),
            "dataEndTime": api_time(now - timedelta(minutes=2)),
            "reportOptions": {"ShowSalesChannel": "true"},
        }
        body |= changes
        return {name: value for name, value in body.items() if value is not None}

    def create(self, report_type=MFN_EU, days=25, **changes):
        """The id of a new report."""
        answer = self.call(
            "POST", REPORTS, json=self.specification(report_type, days, **changes)
        )
        assert answer.status_code == 202, answer.text
        return answer.json()["reportId"]

    def status(self, report_id):
        return self.call("GET", f"{REPORTS}/{report_id}").json()["processingStatus"]

    def finish(self, report_id):
        """Looks at the report until it has ended; returns its last body."""
        for _ in range(10):
            body = self.call("GET", f"{REPORTS}/{report_id}").json()
            if body["processingStatus"] not in ("IN_QUEUE", "IN_PROGRESS"):
                return body
        raise AssertionError(f"The report {report_id} does not end: {body}")

    def restricted_token(self, document_id):
        answer = self.call(
            "POST",
            TOKENS,
            json={
                "restrictedResources": [
                    {"method": "GET", "path": DOCUMENTS + document_id}
                ]
            },
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["restrictedDataToken"]

    def link(self, document_id, restricted=True):
        """getReportDocument's body, by a restricted data token where needed."""
        token = self.restricted_token(document_id) if restricted else None
        answer = self.call("GET", DOCUMENTS + document_id, token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def table(self, report_type=MFN_EU, days=25, restricted=True, **changes):
        """The rows of a new report as dicts."""
        body = self.finish(self.create(report_type, days, **changes))
        link = self.link(body["reportDocumentId"], restricted)
        return read_table(link, requests.get(link["url"], timeout=60))


def read_table(link, answer):
    """Rows (dicts) of a downloaded flat file, decoded as its header says."""
    assert answer.status_code == 200, answer.text
    data = answer.content
    if link.get("compressionAlgorithm") == "GZIP":
        data = gzip.decompress(data)
    charset = answer.headers["Content-Type"].partition("charset=")[2]
    text = data.decode(_CODECS.get(charset, charset))
    if text.startswith("\ufeff"):
        return list(csv.DictReader(io.StringIO(text[1:], newline="")))
    lines = text.split("\r\n")
    header = lines[0].split("\t")
    return [
        dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:] if line
    ]
