"""Feeds API 2021-06-30, and the storage that documents are uploaded to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.wrappers import Response

from . import documents, feeds, shipment_feeds
from .errors import ApiError, denied, invalid_input, json_response, not_found
from .faults import UPLOAD_KINDS
from .invoice_uploads import FEED_TYPE
from .reports_api import (
    MAX_FILTER,
    STATUSES,
    allowed_marketplaces,
    page_of,
    query_list,
    text_map,
    time_of,
)
from .world.sellers import SHIPPING, TAX_INVOICING, TRACKING

LOOK_BACK = timedelta(days=90)
# feed type -> roles (any), regions
FEED_TYPES = {
    FEED_TYPE: ({TAX_INVOICING}, ("eu",)),
    shipment_feeds.FEED_TYPE: ({TRACKING, SHIPPING}, ("eu", "na", "fe")),
}


@dataclass
class UploadLink:
    document: feeds.FeedDocument
    signature: str
    expires_at: datetime


def create_feed_document(state, call):
    """createFeedDocument: an id, and a link that takes one document of a type."""
    content_type = call.body.get("contentType")
    if not isinstance(content_type, str) or not content_type:
        raise invalid_input("contentType is missing.")
    document = feeds.FeedDocument(
        feeds.new_document_id(state, call.seller), call.seller.key, content_type
    )
    state.feed_documents[call.seller.key, document.id] = document
    seconds = state.settings["link_seconds"]
    token, signature = state.opaque(), state.opaque(256)
    expires_at = state.clock.now() + timedelta(seconds=seconds)
    state.upload_links[token] = UploadLink(document, signature, expires_at)
    url = documents.link_url(call, token, signature, seconds)
    return json_response({"feedDocumentId": document.id, "url": url}, 201)


def upload(state, request, token):
    """PUT of a link: the content, under the type that the link was made for."""
    with state.lock:
        link = state.upload_links.get(token)
        refusal = documents.refuse_link(state, request, link)
        if refusal:
            return refusal
        fault = state.faults.take(
            UPLOAD_KINDS,
            operation="uploadDocument",
            seller=link.document.seller_key,
            method=request.method,
            path=request.path,
        )
        if fault:
            return documents.storage_error(403, "AccessDenied", "Request has expired")
        if request.headers.get("Content-Type") != link.document.content_type:
            return documents.signature_error()
        link.document.data = request.get_data()
    return Response("", 200)


def create_feed(state, call):
    """createFeed: 202 with the id; what is wrong inside shows later."""
    body, seller, now = call.body, call.seller, state.clock.now()
    feed_type = body.get("feedType")
    if not isinstance(feed_type, str) or not feed_type:
        raise invalid_input("feedType is missing.")
    if feed_type not in FEED_TYPES:
        raise invalid_input("", f"Invalid Feed Type {feed_type}")
    roles, regions = FEED_TYPES[feed_type]
    if seller.region not in regions or not seller.roles & roles:
        raise denied()
    marketplace_ids = allowed_marketplaces(seller, body.get("marketplaceIds"))
    options = text_map(body, "feedOptions")
    document_id = body.get("inputFeedDocumentId")
    document = state.feed_documents.get((seller.key, document_id))
    if document is None:
        raise invalid_input(f"There is no feed document {document_id}.")
    if document.data is None:
        raise invalid_input(f"Nothing was uploaded as feed document {document_id}.")
    pause = timedelta(seconds=state.settings["upload_seconds"])
    last = state.last_upload.get(seller.key) if feed_type == FEED_TYPE else None
    if last and now - last < pause:
        raise ApiError(
            429,
            "QuotaExceeded",
            "You exceeded your quota for the requested resource.",
        )
    if feed_type == FEED_TYPE:
        state.last_upload[seller.key] = now
    feed = feeds.create(state, seller, feed_type, marketplace_ids, options, document)
    return json_response({"feedId": feed.id}, 202)


def get_feed(state, call, feed_id):
    feed = _find(state, call.seller, feed_id)
    feeds.look_at(state, feed)
    return json_response(feed.body())


def cancel_feed(state, call, feed_id):
    """cancelFeed: only while the feed is in the queue."""
    feed = _find(state, call.seller, feed_id)
    if feed.status != "IN_QUEUE":
        raise invalid_input(f"The feed {feed_id} is {feed.status}.")
    feeds.cancel(state, feed)
    return json_response(None)


def get_feeds(state, call):
    """getFeeds: newest first, by filters or by nextToken alone."""
    return page_of(state, call, "feeds", _select)


def get_feed_document(state, call, feed_document_id):
    """getFeedDocument: a fresh link to a processing report."""
    document = state.feed_documents.get((call.seller.key, feed_document_id))
    if document is None or document.data is None:
        raise not_found(f"No feed document {feed_document_id}.")
    stored = documents.Document(
        document.id,
        document.seller_key,
        FEED_TYPE,
        False,
        document.data,
        "UTF-8",
        "",
        state.clock.now() + LOOK_BACK,
    )
    url = documents.new_link(state, call, stored)
    return json_response({"feedDocumentId": document.id, "url": url})


def _select(state, call):
    query, now = call.request.args, state.clock.now()
    types = query_list(query, "feedTypes", MAX_FILTER)
    if types is None:
        raise invalid_input("feedTypes or nextToken is required.")
    for name in types:
        if name not in FEED_TYPES:
            raise invalid_input("", f"Invalid Feed Type {name}")
    statuses = query_list(query, "processingStatuses")
    if statuses and not set(statuses) <= set(STATUSES):
        raise invalid_input("Invalid input in processing status")
    marketplaces = query_list(query, "marketplaceIds", MAX_FILTER)
    since = time_of(query, "createdSince") or now - LOOK_BACK
    until = time_of(query, "createdUntil") or now
    if since < now - LOOK_BACK:
        raise invalid_input("createdSince is more than 90 days ago.")
    found = [
        feed
        for feed in state.feeds.values()
        if feed.seller is call.seller
        and feed.type in types
        and since <= feed.created <= until
        and (not statuses or feed.status in statuses)
        and (not marketplaces or set(marketplaces) & set(feed.marketplace_ids))
    ]
    found.sort(key=lambda feed: (feed.created, feed.id), reverse=True)
    return found


def _find(state, seller, feed_id):
    feed = state.feeds.get((seller.key, feed_id))
    if feed is None or feed.is_over(state.clock.now()):
        raise not_found(f"No feed {feed_id}.")
    return feed
