"""Amazon's OpenAPI (Swagger 2.0) models as checks of answers and requests.

``Models(shared).check_request(recorded)`` takes an entry of the simulator's
request log (``GET /_control/requests``), ``check_answer`` what came back. Both
raise ``ContractBroken`` with everything that is wrong. Objects are closed: a
property that the model does not name is an error.
"""

import json
import re
from copy import deepcopy
from dataclasses import dataclass

from jsonschema import Draft4Validator, FormatChecker

from tests.simulator.clock import parse_time

FILES = (
    "reports_2021-06-30.json",
    "feeds_2021-06-30.json",
    "orders_2026-01-01.json",
    "ordersV0.json",
    "sellers.json",
    "tokens_2021-03-01.json",
)
_REQUEST_ID, _RATE_LIMIT = "x-amzn-RequestId", "x-amzn-RateLimit-Limit"
_MAX_USER_AGENT = 500
_GRANTS = {
    "refresh_token": {"grant_type", "refresh_token", "client_id", "client_secret"},
    "authorization_code": {"grant_type", "code", "client_id", "client_secret"},
}
_formats = FormatChecker(formats=())


@_formats.checks("date-time", raises=ValueError)
def _is_date_time(value):
    return not isinstance(value, str) or bool(parse_time(value))


class ContractBroken(AssertionError):
    """A request or an answer that Amazon's model does not allow."""


@dataclass(frozen=True)
class Operation:
    """One operation of a model; ``pattern`` matches its path."""

    id: str
    method: str
    path: str
    pattern: re.Pattern
    parameters: tuple[dict, ...]
    responses: dict
    definitions: dict

    def schema(self, schema):
        """The schema, complete with the definitions it refers to."""
        return {**schema, "definitions": self.definitions}


class Models:
    """The operations of the Reports, Feeds, Orders, Sellers and Tokens models.

    :param spec: the folder with Amazon's model files (a ``Path``).
    """

    def __init__(self, spec):
        self.operations = {}
        for name in FILES:
            model = json.loads((spec / name).read_text(encoding="utf-8"))
            definitions = _closed(model["definitions"])
            for path, methods in model["paths"].items():
                shared = methods.get("parameters", [])
                for method, body in methods.items():
                    if method == "parameters" or body.get("deprecated"):
                        continue
                    operation = Operation(
                        body["operationId"],
                        method.upper(),
                        path,
                        _pattern(path),
                        tuple(shared + body.get("parameters", [])),
                        body["responses"],
                        definitions,
                    )
                    self.operations[operation.id] = operation

    def find(self, method, path):
        """The operation of a method and path; ContractBroken if there is none."""
        for operation in self.operations.values():
            if operation.method == method and operation.pattern.fullmatch(path):
                return operation
        raise ContractBroken(f"Amazon has no {method} {path}.")

    def check_request(self, recorded):
        """Checks one recorded request; returns its operation id."""
        if recorded["operation"] == "token":
            _raise(recorded, _token_problems(recorded))
            return "token"
        if recorded["operation"] in ("downloadDocument", "uploadDocument"):
            _raise(recorded, _link_problems(recorded))
            return recorded["operation"]
        operation = self.find(recorded["method"], recorded["path"])
        problems = _header_problems(recorded)
        problems += _query_problems(operation, recorded["query"])
        problems += _path_problems(operation, recorded["path"])
        problems += _body_problems(operation, recorded["body"])
        _raise(recorded, problems)
        return operation.id

    def check_answer(self, operation_id, status, headers, body):
        """Checks one answer (``body``: parsed JSON, None where it was empty)."""
        operation = self.operations[operation_id]
        response = operation.responses.get(str(status))
        if response is None:
            raise ContractBroken(f"{operation_id} never answers {status}.")
        problems = []
        if not headers.get(_REQUEST_ID):
            problems.append(f"no header {_REQUEST_ID}")
        limited = status < 300 and _RATE_LIMIT in response.get("headers", {})
        if limited and not float(headers.get(_RATE_LIMIT, 0)) > 0:
            problems.append(f"no header {_RATE_LIMIT}")
        if "schema" in response:
            problems += _problems(operation.schema(response["schema"]), body)
        elif body is not None:
            problems.append(f"a body where there is none: {body}")
        if problems:
            raise ContractBroken(f"{operation_id} {status}: " + "; ".join(problems))


def _closed(definitions):
    """A copy in which objects allow no properties but those they name."""
    definitions = deepcopy(definitions)
    for schema in definitions.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return definitions


def _pattern(path):
    parts = re.split(r"\{[^}]*\}", path)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def _raise(recorded, problems):
    if problems:
        called = f"{recorded['method']} {recorded['path']}"
        raise ContractBroken(f"{called}: " + "; ".join(problems))


def _problems(schema, value):
    validator = Draft4Validator(schema, format_checker=_formats)
    return [
        f"{'/'.join(str(step) for step in error.absolute_path) or 'body'}: "
        f"{error.message}"
        for error in validator.iter_errors(value)
    ]


def _header_problems(recorded):
    headers, problems = recorded["headers"], []
    agent = headers.get("user-agent", "")
    if not 0 < len(agent) < _MAX_USER_AGENT:
        problems.append("the user-agent header is missing or too long")
    if not headers.get("x-amz-access-token"):
        problems.append("no x-amz-access-token header")
    media_type = headers.get("content-type", "").partition(";")[0]
    if recorded["body"] is not None and media_type != "application/json":
        problems.append("a body that is not announced as application/json")
    return problems


def _query_problems(operation, query):
    known = {p["name"]: p for p in operation.parameters if p["in"] == "query"}
    problems = [f"unknown parameter {name}" for name in query if name not in known]
    for name, parameter in known.items():
        if name not in query:
            if parameter.get("required"):
                problems.append(f"the parameter {name} is missing")
            continue
        if len(query[name]) > 1:
            problems.append(f"the parameter {name} is repeated")
        problems += [
            f"{name}: {problem}"
            for problem in _problems(
                _without(parameter), _typed(parameter, query[name][0])
            )
        ]
    types = {"getReports": "reportTypes", "getFeeds": "feedTypes"}.get(operation.id)
    if types:
        # What Amazon says in words: by filters or by nextToken alone.
        if "nextToken" in query and len(query) > 1:
            problems.append("nextToken is not the only parameter")
        if not {"nextToken", types} & set(query):
            problems.append(f"neither {types} nor nextToken is given")
    return problems


def _path_problems(operation, path):
    return [
        f"the path has an unfilled {part}"
        for part in path.split("/")
        if part in ("None", "False", "") and part != path.split("/")[0]
    ]


def _body_problems(operation, body):
    parameter = next((p for p in operation.parameters if p["in"] == "body"), None)
    if parameter is None:
        return [] if body is None else ["a body where there is none"]
    if body is None:
        return ["the body is missing"] if parameter.get("required") else []
    return _problems(operation.schema(parameter["schema"]), body)


def _without(parameter):
    """A query parameter's own rules as a schema."""
    names = ("type", "items", "minItems", "maxItems", "minimum", "maximum")
    names += ("enum", "format")
    return {name: parameter[name] for name in names if name in parameter}


def _typed(parameter, text):
    """A query value as the model's type, as it is if it cannot be one."""
    if parameter["type"] == "array":
        return text.split(",")
    if parameter["type"] == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if parameter["type"] == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _token_problems(recorded):
    problems = []
    content_type = recorded["headers"].get("content-type", "").partition(";")[0]
    if content_type != "application/x-www-form-urlencoded":
        problems.append("Login with Amazon takes a form")
    if recorded["query"]:
        problems.append("secrets or parameters in the address")
    form = recorded["body"] or {}
    wanted = _GRANTS.get(form.get("grant_type"))
    if wanted is None:
        problems.append(f"grant_type {form.get('grant_type')!r}")
    elif set(form) - {"redirect_uri"} != wanted:
        problems.append(f"the form has {sorted(form)}, not {sorted(wanted)}")
    return problems


def _link_problems(recorded):
    return [
        f"the header {name} was sent to a document's link"
        for name in ("authorization", "x-amz-access-token")
        if name in recorded["headers"]
    ]
