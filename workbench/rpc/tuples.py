"""Tuples and patterns to messages of the wire and back."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import ANY, Invalid, Pattern, Tuple, TupleValue, Where
from workbench.api.tuplespace import KINDS, TYPES, PatternField
from workbench.rpc.convert import value, value_of
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.generated.plexspaces.v1 import tuplespace_pb2 as pb


def fields(values: Sequence[TupleValue]) -> pb.TupleFields:
    """The tuple as a message. What is no value of a tuple is refused here, since no message can hold it."""
    for each in values:
        if type(each) not in KINDS:
            raise Invalid(f"a field is a text, int, float, bytes, boolean or null, not {type(each).__name__}")
    return pb.TupleFields(values=map(_value, values))


def fields_of(message: pb.TupleFields) -> Tuple:
    return tuple(map(value_of, message.values))


def pattern(wanted: Pattern) -> pb.TuplePattern:
    return pb.TuplePattern(fields=map(_field, wanted))


def pattern_of(message: pb.TuplePattern) -> tuple[PatternField, ...]:
    return tuple(map(_field_of, message.fields))


def _value(field: TupleValue) -> common.Value:
    try:
        return value(field)
    except (ValueError, UnicodeEncodeError):
        raise Invalid(f"{str(field)[:40]!r} is no field: whole numbers have 64 bits, texts are Unicode") from None


def _field(field: PatternField) -> pb.TuplePatternField:
    if field is ANY:
        return pb.TuplePatternField()
    if isinstance(field, type):
        if field not in KINDS:
            raise Invalid(f"tuples have no fields of type {field.__name__}")
        return pb.TuplePatternField(typed=KINDS[field])
    if isinstance(field, Where):
        operand = list(field.operand) if isinstance(field.operand, tuple) else field.operand
        return pb.TuplePatternField(test=pb.TupleTest(operator=field.operator, operand=_value(operand)))  # type: ignore[arg-type]
    return pb.TuplePatternField(exact=fields([field]).values[0])  # type: ignore[list-item]  # a value, or refused


def _field_of(message: pb.TuplePatternField) -> PatternField:
    match message.WhichOneof("field"):
        case "exact":
            exact: PatternField = value_of(message.exact)
            return exact
        case "typed":
            if message.typed not in TYPES:
                raise Invalid(f"there is no type {message.typed[:40]!r}; there are {', '.join(TYPES)}")
            return TYPES[message.typed]
        case "test":
            operand = value_of(message.test.operand)
            return Where(message.test.operator, tuple(operand) if isinstance(operand, list) else operand)
    return ANY
