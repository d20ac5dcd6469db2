"""Errors as Amazon answers them."""

import json

from werkzeug.wrappers import Response


class ApiError(Exception):
    """An answer in the selling-partner API's error form."""

    def __init__(self, status, code, message, details=""):
        super().__init__(f"{status} {code}: {message} {details}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def response(self):
        error = {"code": self.code, "message": self.message, "details": self.details}
        return json_response({"errors": [error]}, self.status)


def json_response(body, status=200):
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    return Response(text, status, content_type="application/json")


def invalid_input(details, message="Invalid Input"):
    return ApiError(400, "InvalidInput", message, details)


def denied(details=""):
    message = "Access to requested resource is denied."
    return ApiError(403, "Unauthorized", message, details)


def not_found(details):
    message = "The requested resource doesn't exist."
    return ApiError(404, "NotFound", message, details)
