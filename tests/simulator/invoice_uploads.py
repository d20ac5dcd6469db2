"""UPLOAD_VAT_INVOICE: what Amazon checks of an invoice that a seller uploads.

What is wrong with the shipment's figures is told in the VIDR report's
``invoice-status-description`` alone; what is wrong with the upload itself stands in
the feed's processing report too, as does everything for sellers without VIDR.

========================== ====== ==============================================
code                       source why an upload is refused
========================== ====== ==============================================
79509 FeatureNotAvailable  Amazon not opted for self-invoicing
79513                      Amazon metadata are missing
79525                      Amazon Amazon makes this seller's invoices itself
MarketplaceIDInputError    Amazon not exactly one marketplace, or without VAT
                                  service
all others                 own    as their text says
========================== ====== ==============================================
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from .world.orders import Order
from .world.transactions import SHIPMENT, Transaction
from .world.vat import VAT_MARKETPLACES, wants_invoice

FEED_TYPE = "UPLOAD_VAT_INVOICE"
_KEYS = (
    "orderid",
    "shippingid",
    "invoicenumber",
    "documenttype",
    "totalamount",
    "totalvatamount",
    "transactionid",
)
_AMOUNT = re.compile(r"-?\d+\.\d{2}")
_NUMBER = re.compile(r"[A-Za-z0-9,\\/\-_;:# ]{1,50}")
_DONE = ("Invoiced", "CreditNoted")


@dataclass
class Refusal(Exception):
    """``figures``: the upload is sound, but does not fit what Amazon knows."""

    code: str
    text: str
    figures: bool = False

    def __str__(self):
        return f"{self.code}: {self.text}"


@dataclass
class Upload:
    """An uploaded invoice, with what it was found to belong to."""

    seller_key: str
    feed_id: str
    created: datetime
    marketplace_ids: tuple[str, ...]
    options: dict[str, str]
    content_type: str
    content: bytes
    size: int = 0
    metadata: dict[str, str] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    order: Order | None = None
    accepted: bool | None = None
    refusal: Refusal | None = None

    def body(self):
        """As the control endpoint tells it."""
        return {
            "feed_id": self.feed_id,
            "marketplace_ids": list(self.marketplace_ids),
            "options": self.options,
            "metadata": self.metadata,
            "order_id": self.order.order_id if self.order else "",
            "transactions": [t.id for t in self.transactions],
            "content_type": self.content_type,
            "bytes": self.size,
            "accepted": self.accepted,
            "error": str(self.refusal) if self.refusal else "",
        }


def make(seller, feed_id, now, marketplace_ids, options, document):
    return Upload(
        seller.key,
        feed_id,
        now,
        marketplace_ids,
        options,
        document.content_type,
        document.data,
    )


def begin(state, seller, upload):
    """The upload is in work: its shipment, where it can be told, says so."""
    upload.metadata, upload.size = _metadata(upload.options), len(upload.content)
    upload.transactions, upload.order = _find(state, seller, upload)
    for transaction in upload.transactions:
        if transaction.status not in _DONE:
            transaction.status = (
                "CreditNoteProcessing" if transaction.credit else "InvoiceProcessing"
            )
            transaction.status_text = ""


def judge(state, seller, upload):
    """Accepts or refuses the upload; the result is written to its transactions."""
    try:
        _check_upload(seller, upload)
        _check_place(state, seller, upload)
        _check_figures(state, seller, upload)
    except Refusal as refusal:
        upload.accepted, upload.refusal = False, refusal
        for transaction in upload.transactions:
            if transaction.status not in _DONE:
                transaction.status, transaction.status_text = "", str(refusal)
        return
    upload.accepted = True
    for transaction in upload.transactions:
        transaction.status = "CreditNoted" if transaction.credit else "Invoiced"
        transaction.status_text = ""
        transaction.number = upload.metadata["invoicenumber"]


def abort(upload):
    """The feed came to no end: nothing has changed."""
    for transaction in upload.transactions:
        if transaction.status not in _DONE:
            transaction.status = ""


def summary(seller, upload):
    """The feed's processing report."""
    refusal = upload.refusal
    told = refusal and not (
        refusal.figures and upload.transactions and seller.vat_service == "vcs_lite"
    )
    lines = [
        "Feed Processing Summary:",
        "\tNumber of records processed\t\t1",
        f"\tNumber of records successful\t\t{0 if told else 1}",
        "",
        "original-record-number\tsku\terror-code\terror-type\terror-message",
    ]
    if told:
        code = refusal.code.partition(" ")[0]
        lines.append(f"1\t\t{code}\tError\t{refusal.text}")
    return "\n".join(lines) + "\n"


def _metadata(options):
    """Known keys in lower case without their prefix."""
    found = {}
    for key, value in options.items():
        prefix, _, name = key.lower().partition(":")
        if prefix == "metadata" and name in _KEYS:
            found[name] = value
    return found


def _find(state, seller, upload):
    """The transactions that the metadata name, and their order."""
    after_sales, metadata = state.market.after_sales(seller), upload.metadata
    credit = metadata.get("documenttype", "").lower() == "creditnote"
    order_id = metadata.get("orderid", "")
    if metadata.get("transactionid"):
        found = after_sales.by_id.get(metadata["transactionid"])
        found = [found] if found and found.credit == credit else []
    elif metadata.get("shippingid"):
        found = after_sales.by_shipment.get(metadata["shippingid"], [])
    else:
        found = after_sales.by_order.get(order_id, [])
    if not metadata.get("transactionid"):
        found = [] if credit else [t for t in found if t.kind == SHIPMENT]
    found = [t for t in found if t.original is None or t.kind != SHIPMENT]
    order = found[0].order if found else None
    now = state.clock.now()
    return [t for t in found if t.at <= now and not t.void], order


def _check_upload(seller, upload):
    if len(upload.marketplace_ids) != 1 or not VAT_MARKETPLACES.issuperset(
        upload.marketplace_ids
    ):
        raise Refusal(
            "MarketplaceIDInputError",
            "Exactly one marketplace must be specified; supported are Spain, UK, "
            "France, Germany, Italy, Netherlands, Poland, Sweden, Belgium, Ireland.",
        )
    metadata = upload.metadata
    if seller.vat_service == "vcs":
        shipment, order = metadata.get("shippingid"), metadata.get("orderid")
        raise Refusal(
            "79525",
            f"Amazon will generate invoice for shipmentId {shipment or 'N/A'}, "
            f"orderId {order or 'N/A'}",
        )
    if not seller.self_invoicing:
        raise Refusal(
            "79509 FeatureNotAvailable",
            "Invoice Upload API is in a closed beta. Contact Seller Support or your "
            "account manager if you want to use this feature.",
        )
    needed = ["invoicenumber"]
    if seller.vat_service == "vcs_lite":
        needed += ["totalamount", "totalvatamount"]
    missing = [name for name in needed if not metadata.get(name)]
    if missing or not (metadata.get("shippingid") or metadata.get("orderid")):
        raise Refusal(
            "79513",
            "Please provide metadata:shippingid or metadata:orderid,"
            "metadata:invoicenumber,metadata:totalamount,metadata:totalvatamount",
        )
    if upload.content_type.partition(";")[0].strip() != "application/pdf":
        raise Refusal("InvalidContentType", "The document must be application/pdf.")
    body = upload.content.rstrip()
    if not body.startswith(b"%PDF-") or not body.endswith(b"%%EOF"):
        raise Refusal("InvalidDocument", "The document is not a valid PDF file.")
    kind = metadata.get("documenttype", "Invoice").lower()
    if kind not in ("invoice", "creditnote"):
        raise Refusal("InvalidDocumentType", "Use Invoice or CreditNote.")
    if kind == "creditnote" and not metadata.get("transactionid"):
        raise Refusal("MissingTransactionId", "A credit note needs its TransactionId.")
    if not _NUMBER.fullmatch(metadata["invoicenumber"]):
        raise Refusal(
            "InvalidInvoiceNumber",
            "The invoice number has a character that is not allowed.",
        )


def _check_place(state, seller, upload):
    """Whether there is such a shipment, in this marketplace, on its way."""
    metadata = upload.metadata
    if upload.order is None:
        named = metadata.get("transactionid") or metadata.get("shippingid")
        raise Refusal(
            "NotFound", f"There is no {named or metadata['orderid']} to invoice."
        )
    order = upload.order
    if order.marketplace.id != upload.marketplace_ids[0]:
        raise Refusal(
            "MarketplaceMismatch",
            f"The order {order.order_id} belongs to another marketplace.",
        )
    if metadata.get("orderid") not in (None, "", order.order_id):
        raise Refusal("OrderMismatch", "The shipment belongs to another order.")
    if not upload.transactions:
        raise Refusal(
            "NotShipped", f"The order {order.order_id} has not been shipped yet."
        )


def _check_figures(state, seller, upload):
    metadata, transactions = upload.metadata, upload.transactions
    if any(t.status in _DONE for t in transactions):
        raise Refusal(
            "AlreadyInvoiced",
            f"There is a document for this shipment already: {transactions[0].number}.",
            figures=True,
        )
    number = metadata["invoicenumber"]
    if any(
        other.accepted and other.metadata.get("invoicenumber") == number
        for other in state.uploads
        if other.seller_key == seller.key
    ):
        raise Refusal(
            "DuplicateInvoiceNumber",
            f"The number {number} was used for another document.",
            figures=True,
        )
    amounts = [metadata.get(name) for name in ("totalamount", "totalvatamount")]
    for amount in filter(None, amounts):
        if not _AMOUNT.fullmatch(amount):
            raise Refusal(
                "InvalidAmount",
                f"{amount} is no amount with two decimals.",
                figures=True,
            )
    if seller.vat_service != "vcs_lite":
        return
    if not all(wants_invoice(t) for t in transactions):
        raise Refusal("NotFound", "There is nothing to invoice.", figures=True)
    total = sum(t.total() for t in transactions)
    tax = sum(t.tax() for t in transactions)
    wanted = [transactions[0].text(value) for value in (total, tax)]
    for name, given, right in zip(
        ("TotalAmount", "TotalVATAmount"), amounts, wanted, strict=True
    ):
        if _plain(given) != _plain(right):
            raise Refusal(
                f"{name}Mismatch",
                f"{name} {given} is not the amount of the shipment, {right}.",
                figures=True,
            )


def _plain(amount):
    return "0.00" if amount == "-0.00" else amount
