from datetime import timezone


def to_utc(moment):
    """Return an aware datetime as Odoo stores it: naive UTC; False for None."""
    if not moment:
        return False
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
