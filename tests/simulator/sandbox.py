"""Amazon's static sandbox: fixed answers, chosen by the request's parameters.

The pairs are loaded from Amazon's own model (``../shared/samples``), each with
``operationId``, ``request.parameters``, ``status`` and ``response``.
"""

from .errors import ApiError, json_response


def answer(pairs, operation, path_arguments, query, body):
    """The answer of the pair that lists most of the request's parameters."""
    given = dict(path_arguments)
    given |= {name: query.get(name) for name in query}
    given["body"] = body
    fitting = [
        pair
        for pair in pairs
        if pair["operationId"] == operation and _fits(pair, given)
    ]
    if not fitting:
        raise ApiError(400, "InvalidInput", "Could not match input arguments")
    best = max(fitting, key=lambda pair: len(pair["request"]["parameters"]))
    return json_response(best["response"], best["status"])


def _fits(pair, given):
    for name, rule in pair["request"]["parameters"].items():
        wanted, value = rule["value"], given.get(name)
        if isinstance(wanted, list):
            value = value.split(",") if isinstance(value, str) else value
        if value != wanted:
            return False
    return True
