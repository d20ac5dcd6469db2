"""What the seller ships, told to Amazon: parcels, carriers, and what Amazon makes of
them."""

from . import amazon_carrier_code
from . import amazon_shipment_carrier
from . import amazon_account
from . import amazon_shipment_confirmation
from . import amazon_shipment_confirmation_contents
from . import amazon_shipment_confirmation_gate
from . import amazon_shipment_confirmation_sending
from . import amazon_shipment_confirmation_reading
from . import stock_move
from . import stock_picking
from . import sale_order
from . import amazon_todo
