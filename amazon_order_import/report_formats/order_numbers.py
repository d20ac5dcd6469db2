"""What the number of an order tells."""

import re

#: Orders of other shops that Amazon only ships (multi-channel fulfilment).
MULTI_CHANNEL_ID = re.compile(r"S\d\d-", re.IGNORECASE)
