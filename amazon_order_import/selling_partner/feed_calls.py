"""The calls about feeds: documents that Amazon shall process."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from .arguments import (
    check_period,
    given,
    identifier,
    identifiers,
    option_texts,
    require,
    time_text,
)
from .library import FeedsOperation
from .links import LinkExpired, fresh_link_refused
from .pages import PAGE_SIZE, read_pages
from .records import Feed, Fields, read_feed


class FeedCalls:
    """The part of :class:`~.client.SellingPartnerClient` that is about feeds."""

    def upload_feed_document(self, content: bytes, content_type: str) -> str:
        """Give Amazon the document of a feed to come and return the document's id.

        Calls createFeedDocument (rate 0.5/s, burst 15; twice if the first link has
        expired), then the link. By itself the document does nothing.

        :param content_type: ``application/pdf``, ``text/tab-separated-values;
            charset=UTF-8``, ...: what the type of feed demands
        :raise DocumentError: the document cannot be given; see its ``code``
        """
        require(content, "the document to upload is empty")
        require(
            len(content) <= self._max_document_bytes,
            f"the document to upload has more than {self._max_document_bytes} bytes",
        )
        require(
            content_type.isascii() and content_type.isprintable() and content_type,
            f"{content_type!r} is no content type",
        )
        operation = "createFeedDocument"
        for _attempt in range(2):
            answer = self._feeds(operation).create_feed_document(None, content_type)
            fields = Fields(answer, answer.object(), "answer")
            document_id = fields.text("feedDocumentId")
            try:
                self._uploader.upload(fields.text("url"), content, content_type)
                return document_id
            except LinkExpired:
                continue
        raise fresh_link_refused("upload")

    def create_feed(
        self,
        feed_type: str,
        marketplace_ids: Sequence[str],
        feed_document_id: str,
        options: Mapping[str, str] | None = None,
    ) -> str:
        """Have Amazon process an uploaded document and return the feed's id.

        Rate 0.0083/s (1 in 2 minutes), burst 15.

        :param marketplace_ids: 1 to 25; some types take exactly one
        :param feed_document_id: as :meth:`upload_feed_document` returned it
        :param options: Amazon's ``feedOptions``
        :raise RetryableError: with ``maybe_done`` the feed may have been created: look
            with :meth:`get_feeds` before sending it again
        """
        document_id = identifier(feed_document_id, "feed document id")
        answer = self._feeds("createFeed").create_feed(
            identifier(feed_type, "feed type"),
            document_id,
            marketplaceIds=identifiers(marketplace_ids, "marketplaces", 25),
            **given(feedOptions=option_texts(options)),
        )
        return Fields(answer, answer.object(), "answer").text("feedId")

    def get_feed(self, feed_id: str) -> Feed:
        """Return a feed's state. Rate 2/s, burst 15."""
        answer = self._feeds("getFeed").get_feed(identifier(feed_id, "feed id"))
        return read_feed(answer, answer.object())

    def get_feeds(
        self,
        feed_types: Sequence[str],
        marketplace_ids: Sequence[str] | None = None,
        created_since: datetime | None = None,
        created_until: datetime | None = None,
    ) -> Iterator[Feed]:
        """Yield the feeds that match, newest first, page by page (100 each).

        Each page is a call of its own: rate 0.0222/s (1 in 45 s), burst 10.

        :param feed_types: 1 to 10
        :param marketplace_ids: at most 10; feeds match by any of them
        :param created_since: aware; Amazon's default and limit is 90 days ago
        :param created_until: aware; default now
        """
        check_period(created_since, created_until)
        query = {
            # Other than for reports, the library does not join lists here.
            "feedTypes": ",".join(identifiers(feed_types, "feed types", 10)),
            "pageSize": PAGE_SIZE,
            **given(
                marketplaceIds=marketplace_ids
                and ",".join(identifiers(marketplace_ids, "marketplaces", 10)),
                createdSince=time_text(created_since),
                createdUntil=time_text(created_until),
            ),
        }
        return read_pages(self._feeds("getFeeds").get_feeds, query, "feeds", read_feed)

    def download_feed_result(self, document_id: str) -> bytes:
        """Return a feed's processing report, decompressed.

        Calls getFeedDocument (rate 0.0222/s, burst 10; twice if the first link has
        expired), then the link.

        :param document_id: ``result_document_id`` of the feed
        :raise DocumentError: the document cannot be taken; see its ``code``
        """
        document_id = identifier(document_id, "document id")
        for _attempt in range(2):
            answer = self._feeds("getFeedDocument").get_feed_document(document_id)
            fields = Fields(answer, answer.object(), "answer")
            url, target = fields.text("url"), io.BytesIO()
            compression = fields.optional("compressionAlgorithm")
            try:
                self._result_downloader.download(url, compression, target)
                return target.getvalue()
            except LinkExpired:
                continue
        raise fresh_link_refused("download")

    def _feeds(self, operation):
        return FeedsOperation(self._exchange, operation)
