"""All codes, with text and next step: the one place that lists them."""

from types import MappingProxyType

from ..report_formats.problems import PROBLEMS
from .account import ACCOUNT
from .completeness import COMPLETENESS
from .fulfilment import FULFILMENT
from .invoicing import INVOICING
from .order import ORDER
from .privacy import PRIVACY
from .report import REPORT
from .report_end import REPORT_END
from .settlement import SETTLEMENT
from .shipping import SHIPPING
from .tax import TAX
from .template import FormatTemplate, Template
from .undo import UNDO
from .vat_data import VAT_DATA

#: Serves every domain.
_COMMON = {
    # Somebody else's words.
    "words": Template("%(text)s"),
    "lines": Template("%(lines)s"),
}
_FORMATS = {
    code: FormatTemplate(code, text, explain)
    for code, (text, explain) in PROBLEMS.items()
}
_PARTS = (
    _COMMON,
    _FORMATS,
    ACCOUNT,
    REPORT,
    REPORT_END,
    UNDO,
    ORDER,
    TAX,
    FULFILMENT,
    INVOICING,
    VAT_DATA,
    COMPLETENESS,
    SHIPPING,
    PRIVACY,
    SETTLEMENT,
)

#: ``{code: Template}``
CATALOG = MappingProxyType(
    {code: entry for part in _PARTS for code, entry in part.items()}
)
if len(CATALOG) != sum(map(len, _PARTS)):
    raise ValueError("Two messages have the same code.")
#: Reasons for which nobody has to do anything: a later report brings the rest.
BY_ITSELF = frozenset(
    entry.reason or code for code, entry in CATALOG.items() if entry.by_itself
)
