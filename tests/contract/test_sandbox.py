"""Amazon's static sandbox, replayed: all its pairs, by the same matching."""

import json

import pytest

from tests.simulator import Simulator
from tests.simulator.testing import REPORTS, Caller

PAIRS = "samples/sandbox_static_pairs_reports_tokens.json"
# What stands for "any other" where a pair of Amazon's lists no parameter.
OTHER = "AnyOther1"


@pytest.fixture(scope="module")
def pairs(shared):
    return json.loads((shared / PAIRS).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def caller(shared):
    with Simulator(sandbox=shared / PAIRS, history_days=0) as amazon:
        yield Caller(amazon.url, "eu")


def request_of(pair, models):
    """Method, path and options of the request that a pair describes."""
    operation = models.operations[pair["operationId"]]
    values = {
        name: rule["value"] for name, rule in pair["request"]["parameters"].items()
    }
    path, query, options = pair["path"], {}, {}
    for parameter in operation.parameters:
        name, value = parameter["name"], values.get(parameter["name"])
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", value or OTHER)
        elif parameter["in"] == "body":
            options["json"] = value
        elif value is not None:
            query[name] = ",".join(value) if isinstance(value, list) else value
    return pair["method"], path, {"params": query, **options}


def test_all_pairs_are_answered_as_amazon_does(models, pairs, caller):
    assert len(pairs) == 21
    for pair in pairs:
        method, path, options = request_of(pair, models)
        answer = caller.call(method, path, **options)
        body = answer.json() if answer.content else None
        assert (answer.status_code, body) == (pair["status"], pair["response"]), pair
        models.check_answer(
            pair["operationId"], answer.status_code, answer.headers, body
        )


def test_what_matches_no_pair_is_refused(caller):
    answer = caller.call("GET", REPORTS, params={"reportTypes": "OTHER"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "Could not match input arguments"


def test_the_sandbox_needs_a_token_too(caller):
    assert caller.call("GET", REPORTS, token="Atza|no").status_code == 403
