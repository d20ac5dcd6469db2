"""What Amazon says of a parcel that it does not take: its words -> our reasons.

Source: reference/amazon-after-import.md 1.3 and 1.8. Amazon gives no list; whatever is
not known keeps its own words.
"""

import re

#: Amazon has nothing left to ship, or does not know the parcel.
ALREADY = "already"
_REASONS = (
    (r"PackageToUpdateNotFound|already (been )?fulfilled", ALREADY),
    (r"packageReferenceId", "reference"),
    (r"ISO 8601|ship ?date", "date"),
    (r"ship\+|FBM_SHIP_PLUS", "ship_plus"),
    (r"only be shipped from locations", "location"),
    (r"tracking (id|number).*(format|match)", "tracking"),
    (r"order ?item ?id.*invalid|getOrderItems", "item"),
    (r"cancel+ed", "cancelled"),
    (r"quantity", "quantity"),
    (r"carrier", "carrier"),
    (r"order.*(does not exist|not found|not associated)", "order"),
    (r"pending", "pending"),
)


def find_reason(words, status=None):
    """Return why Amazon refuses a parcel, as far as its words tell, else ``other``.

    :param str words: Amazon's own
    :param status: HTTP status of the answer
    """
    if status == 404:
        return "order"
    for pattern, reason in _REASONS:
        if re.search(pattern, words or "", re.IGNORECASE | re.DOTALL):
            return reason
    return "other"
