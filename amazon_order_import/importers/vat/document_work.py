"""Rows of Amazon's documents on their way, and what is looked up for them once."""

from dataclasses import dataclass

from ..row_importer import RowWork


@dataclass
class VatWork(RowWork):
    """A row of a VAT report on its way.

    ``line_key``: as ``key``, but counted among the rows of the same document only: a
    correction names the transaction of the invoice that it replaces, and may come in
    a file with it or without.
    """

    line_key: str = ""


@dataclass(frozen=True)
class VatLookups:
    """What the rows of a batch refer to, each found by one query.

    - ``currencies``: ``{name: res.currency}``
    - ``countries``: ``{code: res.country}``
    - ``marketplaces``: ``{Amazon's id or country code: amazon.marketplace}``
    - ``orders``: ``{Amazon order number: sale.order}``
    - ``documents``: ``{number: amazon.vat.document}``; those of the batch are added
    """

    currencies: dict
    countries: dict
    marketplaces: dict
    orders: dict
    documents: dict
