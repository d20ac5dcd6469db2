"""What the rows of settlements are, as Amazon documents them and files show them.

Source: reference/amazon-after-import.md 3.5 and 3.6.
"""

#: What a row is: its category and what that is called.
CATEGORIES = [
    ("sale", "Buyer's money"),
    ("commission", "Commission"),
    ("fulfilment", "FBA fulfilment"),
    ("storage", "FBA storage and handling"),
    ("shipping", "Shipping labels and transport"),
    ("advertising", "Advertising"),
    ("subscription", "Subscription"),
    ("fee", "Other fees"),
    ("reimbursement", "Reimbursement"),
    ("withheld", "Tax withheld from you"),
    ("loan", "Loan"),
    ("transfer", "Transfer to or from your bank"),
    ("balance", "Reserve or carried balance"),
]
#: Those that are no account of their own: receivables and the clearing account.
WITHOUT_ACCOUNT = ("sale", "balance")
#: ``{category: {chart: code of the account}}``
CHART_CODES = {
    "commission": {"de_skr03": "4760", "de_skr04": "6770"},
    "fulfilment": {"de_skr03": "4730", "de_skr04": "6740"},
    "storage": {"de_skr03": "4780", "de_skr04": "6780"},
    "shipping": {"de_skr03": "4730", "de_skr04": "6740"},
    "advertising": {"de_skr03": "4600", "de_skr04": "6600"},
    "subscription": {"de_skr03": "4900", "de_skr04": "6300"},
    "fee": {"de_skr03": "4900", "de_skr04": "6300"},
    "reimbursement": {"de_skr03": "2742", "de_skr04": "4970"},
    "loan": {"de_skr03": "1705", "de_skr04": "3560"},
}
#: ``{category: type of the account}`` for other charts
ACCOUNT_TYPES = {
    "reimbursement": "income_other",
    "withheld": "asset_current",
    "loan": "liability_current",
}

_BUYER = "itemprice itemwithheldtax promotion"
_FULFILMENT = """
    fbaperunitfulfillmentfee fbaperorderfulfillmentfee fbaweightbasedfee
    fbacustomerreturnperunitfee
"""


def _rules():
    """``(transaction type, amount type, description, category)``, the first counts."""
    yield "*", "itemwithheldtax", "tcs-*", "withheld"
    yield "*", "itemwithheldtax", "tds*", "withheld"
    for name in _BUYER.split():
        yield "*", name, "*", "sale"
    for name in _FULFILMENT.split():
        yield "*", "itemfees", name, "fulfilment"
    for name in ("commission", "refundcommission", "liquidationsbrokeragefee"):
        yield "*", "itemfees", name, "commission"
    # Takes back what the buyer paid Amazon for shipping and wrap.
    for name in ("shippingchargeback", "giftwrapchargeback", "codchargeback"):
        yield "*", "itemfees", name, "fulfilment"
    for name in ("shippinghb", "giftwrapcommission"):
        yield "*", "itemfees", name, "commission"
    for name in """
        fixedclosingfee variableclosingfee digitalservicesfee technologyfee
        salestaxcollectionfee highvolumelistingfee renewedprogramfee
        amazonexclusivesfee getpaidfasterfee paymentmethodfee costofpointsgranted
        costofpointsreturned
    """.split():
        yield "*", "itemfees", name, "fee"
    yield "*", "itemfees", "digital services fee", "fee"
    yield "*", "shipmentfees", "*", "fulfilment"
    yield "*", "orderfee*", "*", "fulfilment"
    yield "*", "cost of advertising", "*", "advertising"
    yield "*", "refund for advertiser", "*", "advertising"
    yield "*", "fba inventory reimbursement", "*", "reimbursement"
    yield from _fees()
    yield from _others()
    yield "debt adjustment", "*", "*debt adjustment*", "transfer"
    yield "*", "debt adjustment", "*", "transfer"


def _fees():
    for transaction in ("fbafees", "amazonfees"):
        yield transaction, "*partnered carrier*", "*", "shipping"
        yield transaction, "*inbound transportation*", "*", "shipping"
        yield transaction, "fba fulfil*ment fee*", "*", "fulfilment"
        yield transaction, "fba customer returns fee*", "*", "fulfilment"
    yield "fbafees", "fba *", "*", "storage"
    yield "fbafees", "inbound defect fee", "*", "storage"
    for name in (
        "coupon *",
        "deal *",
        "vine enrol*ment fee",
        "premium services fee",
        "eco-contribution*",
        "*epr pay on behalf*",
    ):
        yield "amazonfees", name, "*", "fee"
    for name in (
        "couponredemptionfee",
        "lightning deal fee",
        "vine enrollment fee",
        "sellerreviewenrollmentpayment",
        "grade and resell fees",
    ):
        yield name, "*", "*", "fee"
    yield "*", "mcf preferred pricing seller credit", "*", "fulfilment"


def _others():
    """Rows of other-transaction: the description tells what they are."""
    for category, names in {
        "balance": (
            "current reserve amount",
            "previous reserve amount balance",
            "payable to amazon",
        ),
        "transfer": (
            "successful charge",
            "transfer of funds unsuccessful*",
            "micro deposit",
        ),
        "subscription": ("subscription fee",),
        "storage": (
            "storage fee",
            "storagerenewalbilling",
            "disposalcomplete",
            "removalcomplete",
            "fba inbound placement service fee",
            "warehouseprep",
            "manual processing fee",
            "manual processing fee reimbursement",
            "prepfee_refund",
        ),
        "shipping": (
            "inbound transportation fee",
            "fbainboundtransportationfee",
            "fbainboundtransportationprogramfee",
            "shipping label purchase*",
            "label refund",
        ),
        "fee": (
            "paid services fee",
            "fee adjustment",
            "nonsubscriptionfeeadj",
            "miscadjustment",
            "re_evaluation",
            "balance adjustment",
        ),
        "reimbursement": (
            "safe-t reimbursement",
            "a2zguaranteerecovery",
            "buyerrecharge",
        ),
        "loan": ("amazon lending*", "*loan *"),
    }.items():
        for name in names:
            yield "*", "other-transaction", name, category
    for name in ("transfer", "micro deposit"):
        yield name, "*", "*", "transfer"
    yield "fee adjustment", "*", "*", "fee"
    yield "buyerrecharge", "*", "*", "reimbursement"
    yield "safe-t reimbursement", "*", "*", "reimbursement"
    yield "income tax charged", "*", "*", "withheld"


RULES = tuple(_rules())
