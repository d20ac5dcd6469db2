"""States that travel in the context of an environment and that no client can set.

A client of Odoo sends its context as JSON: of that, nothing is a `Trusted`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Trusted:
    """A value for the context that our own code has put there."""

    value: object = True


def get_trusted(env, name):
    """Return the value that our own code put into the context, else None.

    :param str name: key of the context
    """
    value = env.context.get(name)
    return value.value if isinstance(value, Trusted) else None
