"""The one border between the error tree and gRPC: a status plus an `ErrorDetail` in the trailing metadata.

An error that is not of the tree is our bug: it is logged once here and leaves as `internal`, without its text.
"""

from __future__ import annotations

import logging
from typing import NoReturn

import grpc

from workbench.api import (
    Cause,
    Conflict,
    Crashed,
    Exhausted,
    Figures,
    Internal,
    Location,
    Timeout,
    Unauthenticated,
    Unavailable,
    WorkbenchError,
)
from workbench.api.errors import by_code
from workbench.rpc.convert import from_message, to_message
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common

logger = logging.getLogger(__name__)
KEY = "plexspaces-error-bin"
TEXT_CHARACTERS = 4_000
TRACEBACK_CHARACTERS = 16_000
LOCATIONS = 20
STATUS_CHARACTERS = 500
INTERNAL_TEXT = "the node failed inside; its log says more"
STATUS = {
    "not_found": grpc.StatusCode.NOT_FOUND,
    "already_exists": grpc.StatusCode.ALREADY_EXISTS,
    "invalid": grpc.StatusCode.INVALID_ARGUMENT,
    "denied": grpc.StatusCode.PERMISSION_DENIED,
    "rejected": grpc.StatusCode.FAILED_PRECONDITION,
    "crashed": grpc.StatusCode.ABORTED,
    "timeout": grpc.StatusCode.DEADLINE_EXCEEDED,
    "exhausted": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "conflict": grpc.StatusCode.ABORTED,
    "unavailable": grpc.StatusCode.UNAVAILABLE,
    "unauthenticated": grpc.StatusCode.UNAUTHENTICATED,
    "nondeterministic": grpc.StatusCode.DATA_LOSS,
    "internal": grpc.StatusCode.INTERNAL,
}


def leave(context: grpc.ServicerContext, error: Exception, method: str) -> NoReturn:
    """End the call in hand with `error`."""
    if isinstance(error, grpc.RpcError):  # what a stream of requests raises whose caller went away
        error = Conflict("the caller went away")
    if not isinstance(error, WorkbenchError):
        logger.error("%s failed with an error that is not of the tree", method, exc_info=error)
        error = Internal(INTERNAL_TEXT)
    context.set_trailing_metadata(((KEY, detail(error).SerializeToString()),))
    context.abort(STATUS[error.code], error.message[:STATUS_CHARACTERS])
    raise AssertionError("abort returned")


def detail(error: WorkbenchError) -> common.ErrorDetail:
    """The whole of `error`, cut to what fits into metadata."""
    made = common.ErrorDetail(code=error.code, message=error.message[:TEXT_CHARACTERS], subject=error.subject)
    if error.figures is not None:
        made.figures.CopyFrom(to_message(error.figures, common.Figures))
    made.locations.extend(to_message(location, common.Location) for location in error.locations[:LOCATIONS])
    if isinstance(error, Crashed) and error.cause is not None:
        made.cause.CopyFrom(to_message(error.cause, common.Cause))
        made.cause.message = made.cause.message[:TEXT_CHARACTERS]
        made.cause.traceback = made.cause.traceback[-TRACEBACK_CHARACTERS:]
    if isinstance(error, Exhausted):
        made.limit, made.value = error.limit, error.value
        if error.used is not None:
            made.used = error.used
    return made


def arrive(error: grpc.RpcError, address: str) -> WorkbenchError:
    """The error of the tree that a failed call to `address` stands for."""
    if not isinstance(error, grpc.Call):
        return Internal(f"the call to {address} failed: {error}")
    for key, value in error.trailing_metadata() or ():
        if key == KEY and isinstance(value, bytes):
            return error_of(common.ErrorDetail.FromString(value))
    return _of_status(error.code(), error.details() or "", address)


def is_ours(error: grpc.Call) -> bool:
    """Whether a node said it, and not gRPC itself."""
    return any(key == KEY for key, _ in error.trailing_metadata() or ())


def error_of(made: common.ErrorDetail) -> WorkbenchError:
    error = _kind_of(made)
    error.subject, error.locations = made.subject, tuple(from_message(place, Location) for place in made.locations)
    return error


def _kind_of(made: common.ErrorDetail) -> WorkbenchError:
    kind = by_code(made.code)
    figures = from_message(made.figures, Figures) if made.HasField("figures") else None
    if kind is Crashed:
        cause = from_message(made.cause, Cause) if made.HasField("cause") else None
        return Crashed(made.message, cause=cause, figures=figures)
    if kind is Exhausted:
        used = made.used if made.HasField("used") else None
        return Exhausted(made.message, limit=made.limit, value=made.value, used=used, figures=figures)
    return kind(made.message, figures=figures)


def _of_status(status: grpc.StatusCode, text: str, address: str) -> WorkbenchError:
    """gRPC's own refusals, which carry no detail."""
    match status:
        case grpc.StatusCode.UNAVAILABLE:
            return Unavailable(f"no node answers at {address}: {text}")
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return Timeout(f"the node at {address} did not answer in time")
        case grpc.StatusCode.CANCELLED:
            return Conflict(f"the call to {address} was cancelled")
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return Exhausted(f"the message does not fit the connection to {address}: {text}", limit="message size")
        case grpc.StatusCode.UNAUTHENTICATED:
            return Unauthenticated(f"the node at {address} refused the token")
        case grpc.StatusCode.UNIMPLEMENTED:
            return Unavailable(f"the node at {address} does not offer this: {text}")
        case _:
            return Internal(f"the call to {address} failed: {status.name}: {text}")
