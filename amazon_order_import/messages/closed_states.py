from types import MappingProxyType

from ..report_formats.marking import mark as _
from .message import Term

#: Why an order, or lines of it, can no longer be changed: values of messages.
CLOSED_STATES = MappingProxyType(
    {
        "cancelled": Term(_("cancelled")),
        "locked": Term(_("locked")),
        "invoiced": Term(_("invoiced")),
        "delivered": Term(_("delivered")),
        "shipped": Term(_("shipped by Amazon")),
    }
)
