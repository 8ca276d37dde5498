"""A value behaves as a frozen dataclass with slots does; only its constructor is another."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest

from workbench.api import Envelope, Figures, Kind
from workbench.api.value import value


@value
class Point:
    """A place."""

    x: int
    y: int = 2
    names: tuple[str, ...] = field(default_factory=lambda: ("a", "b"))

    @property
    def sum(self) -> int:
        return self.x + self.y


@dataclass(frozen=True, slots=True)
class Model:
    x: int
    y: int = 2
    names: tuple[str, ...] = field(default_factory=lambda: ("a", "b"))


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, 5), {}),
    ((1, 5, ("c",)), {}),
    ((), {"x": 3}),
    ((4,), {"names": ()}),
    ((), {"y": 7, "x": 6, "names": ("z",)}),
]


@pytest.mark.parametrize(("arguments", "named"), CALLS)
def test_it_is_made_and_reads_as_its_model(arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    made, model = Point(*arguments, **named), Model(*arguments, **named)
    assert asdict(made) == asdict(model)
    assert repr(made) == repr(model).replace("Model", "Point")
    assert made == Point(*arguments, **named) and hash(made) == hash(Point(*arguments, **named))
    assert made != replace(made, x=99) and made != model


@pytest.mark.parametrize("wrong", [((), {}), ((1, 2, (), 4), {}), ((1,), {"z": 1})])
def test_what_its_model_refuses_it_refuses(wrong: tuple[Any, Any]) -> None:
    for kind in (Point, Model):
        with pytest.raises(TypeError):
            kind(*wrong[0], **wrong[1])


def test_it_cannot_be_changed_and_has_no_room_for_more() -> None:
    made = Point(1)
    for name in ("x", "other", "__class__"):
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, 3)
    with pytest.raises(FrozenInstanceError):
        del made.x
    assert not hasattr(made, "__dict__") and made.x == 1 and made.sum == 3


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
def test_copies_are_equal_and_frozen(again: Any) -> None:
    made = again(Point(1, 5))
    assert made == Point(1, 5) and type(made) is Point
    with pytest.raises(FrozenInstanceError):
        made.x = 2


def test_its_signature_names_and_documentation_stay() -> None:
    assert list(inspect.signature(Point).parameters) == ["x", "y", "names"]
    assert (Point.__name__, Point.__doc__, Point.__module__) == ("Point", "A place.", __name__)
    assert [each.name for each in fields(Envelope)][:3] == ["id", "kind", "type"]  # type: ignore[arg-type]
    assert Envelope("1", Kind.CALL, "x", "").headers == {} and Figures(1, 2, 3).fuel == 1
