"""The Selling Partner API as the addon uses it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO
from urllib.parse import quote

from .answers import read_answer
from .arguments import (
    check_period,
    given,
    identifier,
    identifiers,
    option_texts,
    require,
    time_text,
)
from .credentials import Credentials, LoginWithAmazon, lwa_base
from .documents import Downloader, Limits
from .errors import AuthorizationError, DataError
from .feed_calls import FeedCalls
from .library import (
    ReportsOperation,
    SellersOperation,
    TokensOperation,
    api_headers,
)
from .links import DOCUMENT_HOSTS, LinkExpired, Links, fresh_link_refused
from .network import DEFAULT_USER_AGENT, Call, Channel, Timeouts, parse_endpoint
from .order_calls import OrderCalls
from .pages import PAGE_SIZE, read_pages
from .records import (
    Document,
    Fields,
    Participation,
    Report,
    ReportSchedule,
    read_participation,
    read_report,
    read_schedule,
)
from .uploads import Uploader

ENDPOINTS = {
    "na": "https://sellingpartnerapi-na.amazon.com",
    "eu": "https://sellingpartnerapi-eu.amazon.com",
    "fe": "https://sellingpartnerapi-fe.amazon.com",
}
# The periods of Amazon's model, of which createReportSchedule takes no other.
SCHEDULE_PERIODS = (
    *("PT5M", "PT15M", "PT30M", "PT1H", "PT2H", "PT4H", "PT8H", "PT12H"),
    *("P1D", "P2D", "P3D", "PT84H", "P7D", "P14D", "P15D", "P18D", "P30D", "P1M"),
)
# A feed's processing report is a short text; it is held in memory.
MAX_FEED_RESULT_BYTES = 16 * 1024**2


class SellingPartnerClient(FeedCalls, OrderCalls):
    """One seller's authorisation in one region. A context manager; safe for threads.

    Nothing is retried but two things, once each: a call whose access token Amazon
    refuses, with a new token; a download or upload whose link has expired, with a new
    link.
    Nothing waits: a :class:`~.errors.RetryableError` says how long the caller should.

    Every method may raise :class:`~.errors.SellingPartnerError`: see there which.

    :param credentials: :class:`Credentials`
    :param region: ``eu``, ``na`` or ``fe``
    :param endpoint: base address used instead of Amazon's for the region: a sandbox, a
        proxy or a simulator. Over http, tokens travel in the clear: for tests only
    :param lwa_endpoint: the same for Login with Amazon
    :param timeout: seconds to connect, seconds without a byte
    :param user_agent: name and version of the application, under 500 characters
    :param max_document_bytes: of a document as it is sent
    :param max_decompressed_bytes: of a document as it is written
    :param document_hosts: domains under which document links are followed
    :param use_system_settings: whether the environment's proxy and certificate
        settings count; nothing else of the environment does
    :param on_call: is told every :class:`~.network.Call` to Amazon, after it was made
        and before its answer is judged, for whoever counts quotas; must not raise
    :param before_call: is told the operation before each call; may raise a
        :class:`~.errors.RetryableError` to keep it from being made
    """

    def __init__(
        self,
        credentials: Credentials,
        region: str,
        endpoint: str | None = None,
        lwa_endpoint: str | None = None,
        timeout: tuple[float, float] = (10, 60),
        user_agent: str = DEFAULT_USER_AGENT,
        max_document_bytes: int = 512 * 1024**2,
        max_decompressed_bytes: int = 2 * 1024**3,
        document_hosts: Sequence[str] = DOCUMENT_HOSTS,
        use_system_settings: bool = True,
        on_call: Callable[[Call], None] | None = None,
        before_call: Callable[[str], None] | None = None,
    ):
        require(region in ENDPOINTS, f"the region is {region!r}, not eu, na or fe")
        require(
            0 < len(user_agent) < 500
            and user_agent.isascii()
            and user_agent.isprintable(),
            "the user agent is not between 1 and 499 printable ASCII characters long",
        )
        require(
            all((credentials.client_id, credentials.client_secret))
            and credentials.refresh_token,
            "client identifier, client secret or refresh token is empty",
        )
        timeouts = Timeouts(*timeout)
        api_base = parse_endpoint(endpoint or ENDPOINTS[region], "SP-API endpoint")
        lwa = lwa_base(lwa_endpoint)
        self._user_agent = user_agent
        self._api = Channel(
            api_base, timeouts, use_system_settings, on_call, before_call
        )
        self._lwa = Channel(lwa, timeouts, use_system_settings, on_call)
        self._login = LoginWithAmazon(credentials, self._lwa, user_agent)
        links = Links(
            timeouts,
            user_agent,
            endpoint=api_base if endpoint else None,
            document_hosts=document_hosts,
            use_system_settings=use_system_settings,
        )
        self._max_document_bytes = max_document_bytes
        self._downloader = Downloader(
            Limits(max_document_bytes, max_decompressed_bytes), links
        )
        result_bytes = MAX_FEED_RESULT_BYTES
        self._result_downloader = Downloader(Limits(result_bytes, result_bytes), links)
        self._uploader = Uploader(links)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self):
        """Close the connections; the client cannot be used afterwards."""
        self._api.close()
        self._lwa.close()

    def get_marketplace_participations(self) -> list[Participation]:
        """Return the marketplaces of the account. Rate 0.016/s, burst 15."""
        operation = "getMarketplaceParticipations"
        sellers = SellersOperation(self._exchange, operation)
        answer = sellers.get_marketplace_participation()
        items = Fields(answer, answer.object(), "answer").list("payload")
        return [read_participation(answer, item) for item in items]

    def create_report(
        self,
        report_type: str,
        marketplace_ids: Sequence[str],
        start: datetime | None = None,
        end: datetime | None = None,
        options: Mapping[str, str] | None = None,
    ) -> str:
        """Ask for a report and return its id. Rate 0.0167/s (1 a minute), burst 15.

        :param marketplace_ids: 1 to 25
        :param start: aware; of the data, what it means depends on the type
        :param end: aware, not in the future
        :param options: Amazon's ``reportOptions``
        :raise RetryableError: with ``maybe_done`` the report may have been created:
            look with :meth:`get_reports` before asking again
        """
        check_period(start, end)
        body = {
            "reportType": identifier(report_type, "report type"),
            "marketplaceIds": identifiers(marketplace_ids, "marketplaces", 25),
            **given(dataStartTime=time_text(start), dataEndTime=time_text(end)),
            **given(reportOptions=option_texts(options)),
        }
        answer = self._reports("createReport").create_report(**body)
        return Fields(answer, answer.object(), "answer").text("reportId")

    def get_report(self, report_id: str) -> Report:
        """Return a report's state. Rate 2/s, burst 15."""
        operation = "getReport"
        answer = self._reports(operation).get_report(identifier(report_id, "report id"))
        report = read_report(answer, answer.object())
        if report.processing_status == "DONE" and not report.document_id:
            raise answer.error("says DONE without naming the document")
        return report

    def get_reports(
        self,
        report_types: Sequence[str],
        processing_statuses: Sequence[str] | None = None,
        marketplace_ids: Sequence[str] | None = None,
        created_since: datetime | None = None,
        created_until: datetime | None = None,
    ) -> Iterator[Report]:
        """Yield the reports that match, newest first, page by page (100 each).

        Each page is a call of its own: rate 0.0222/s (1 in 45 s), burst 10.

        :param report_types: 1 to 10
        :param marketplace_ids: at most 10; reports match by any of them
        :param created_since: aware; Amazon's default and limit is 90 days ago
        :param created_until: aware; default now
        """
        check_period(created_since, created_until)
        query = {
            "reportTypes": identifiers(report_types, "report types", 10),
            "pageSize": PAGE_SIZE,
            **given(
                processingStatuses=processing_statuses
                and identifiers(processing_statuses, "processing statuses", 5),
                marketplaceIds=marketplace_ids
                and identifiers(marketplace_ids, "marketplaces", 10),
                createdSince=time_text(created_since),
                createdUntil=time_text(created_until),
            ),
        }
        return read_pages(
            self._reports("getReports").get_reports, query, "reports", read_report
        )

    def cancel_report(self, report_id: str) -> None:
        """Cancel a report that is IN_QUEUE. Rate 0.0222/s, burst 10."""
        self._reports("cancelReport").cancel_report(identifier(report_id, "report id"))

    def get_report_schedules(self, report_types: Sequence[str]) -> list[ReportSchedule]:
        """Return the schedules of 1 to 10 types. Rate 0.0222/s, burst 10."""
        types = identifiers(report_types, "report types", 10)
        operation = "getReportSchedules"
        answer = self._reports(operation).get_report_schedules(reportTypes=types)
        items = Fields(answer, answer.object(), "answer").list("reportSchedules")
        return [read_schedule(answer, item) for item in items]

    def create_report_schedule(
        self,
        report_type: str,
        marketplace_ids: Sequence[str],
        period: str,
        next_creation: datetime | None = None,
        options: Mapping[str, str] | None = None,
    ) -> str:
        """Have a report made regularly and return the schedule's id.

        An existing schedule of the same type and marketplaces, maybe of another
        application, is cancelled by it. Rate 0.0222/s, burst 10.

        :param period: one of :data:`SCHEDULE_PERIODS`
        :param next_creation: aware; when the first one is made
        """
        require(period in SCHEDULE_PERIODS, f"{period!r} is no period Amazon offers")
        check_period(next_creation, None)
        body = {
            "reportType": identifier(report_type, "report type"),
            "marketplaceIds": identifiers(marketplace_ids, "marketplaces", 25),
            "period": period,
            **given(nextReportCreationTime=time_text(next_creation)),
            **given(reportOptions=option_texts(options)),
        }
        operation = "createReportSchedule"
        answer = self._reports(operation).create_report_schedule(**body)
        return Fields(answer, answer.object(), "answer").text("reportScheduleId")

    def get_report_schedule(self, schedule_id: str) -> ReportSchedule:
        """Return a schedule. Rate 0.0222/s, burst 10."""
        schedule_id = identifier(schedule_id, "schedule id")
        operation = "getReportSchedule"
        answer = self._reports(operation).get_report_schedule(schedule_id)
        return read_schedule(answer, answer.object())

    def cancel_report_schedule(self, schedule_id: str) -> None:
        """Cancel a schedule. Rate 0.0222/s, burst 10."""
        schedule_id = identifier(schedule_id, "schedule id")
        self._reports("cancelReportSchedule").cancel_report_schedule(schedule_id)

    def download_report_document(
        self, document_id: str, target: BinaryIO, restricted: bool
    ) -> Document:
        """Write a report's document to ``target``, decompressed, and describe it.

        Calls createRestrictedDataToken (if ``restricted``) and getReportDocument (rate
        0.0167/s, burst 15; twice if the first link has expired), then the link.

        When it fails, a ``target`` that can seek is cut back to where it was.

        :param target: file open for writing bytes
        :param restricted: whether the type holds personal data that Amazon gives for a
            restricted data token. Where Amazon refuses one for the document, the
            ordinary access token is used
        :raise DocumentError: the document cannot be taken; see its ``code``
        """
        document_id = identifier(document_id, "document id")
        link = None
        token = None
        if restricted:
            try:
                token = self._restricted_data_token(document_id)
                link = self._document_link(document_id, token)
            except DataError as error:
                if not _is_not_restricted(error):
                    raise
                token = None
        for _attempt in range(2):
            url, compression = link or self._document_link(document_id, token)
            link = None
            try:
                return self._downloader.download(url, compression, target)
            except LinkExpired:
                continue
        raise fresh_link_refused("download")

    def _restricted_data_token(self, document_id):
        # Amazon wants the exact path of the request that the token is for.
        path = f"/reports/2021-06-30/documents/{quote(document_id, safe='')}"
        resource = {"method": "GET", "path": path}
        operation = "createRestrictedDataToken"
        answer = TokensOperation(
            self._exchange, operation
        ).create_restricted_data_token(restrictedResources=[resource])
        fields = Fields(answer, answer.object(), "answer")
        return fields.token("restrictedDataToken")

    def _document_link(self, document_id, token):
        operation = "getReportDocument"
        answer = self._reports(operation, token).get_report_document(document_id)
        fields = Fields(answer, answer.object(), "answer")
        return fields.text("url"), fields.optional("compressionAlgorithm")

    def _reports(self, operation, token=None):
        return ReportsOperation(self._exchange, operation, token)

    def _exchange(self, operation, method, path, params, body, token):
        """Send a request, with a new access token if Amazon refuses the present one."""
        if token:
            return self._send(operation, method, path, params, body, token)
        token = self._login.access_token()
        try:
            return self._send(operation, method, path, params, body, token)
        except AuthorizationError:
            token = self._login.access_token(refused=token)
        return self._send(operation, method, path, params, body, token)

    def _send(self, operation, method, path, params, body, token):
        request = {"headers": api_headers(token, self._user_agent)}
        if params:
            request["params"] = params
        if body is not None:
            request["json"] = body
        raw = self._api.send(operation, method, path, **request)
        return read_answer(operation, raw)


def _is_not_restricted(error):
    """Whether Amazon says that a document is none for restricted data tokens."""
    details = (error.details or "").lower()
    return error.status == 400 and "unsupported document id" in details
