"""The door to wasmtime's C interface: short helpers without a release of the GIL, structures, and the version check.

The Python bindings release the GIL for every C function; for helpers of a few hundred nanoseconds the hand-over costs
more than the work and halves the throughput of two threads. Those go through `PyDLL` here. The call into a guest
(`call`) stays on the bindings' own `CDLL`, so that other threads run meanwhile.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_bool, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from importlib.metadata import version
from typing import Any

from wasmtime import _ffi

from workbench.api.errors import Unavailable

_SIGNS = (("s", "int"), ("u", "uint"))
TESTED = "50.0."
"""Structures and ownership rules below were tested with these versions; another one is refused."""

if not version("wasmtime").startswith(TESTED):
    raise Unavailable(
        f"this build was tested with wasmtime {TESTED}x, installed is {version('wasmtime')}: "
        f"install it with pip install 'wasmtime>=50,<51'"
    )


class _Spread(ctypes.Structure):
    """Strings, lists, records, tuples, enums and variants: a count, where the parts are, and a variant's value."""

    _fields_ = (("size", c_size_t), ("data", c_void_p), ("child", c_void_p))


class _Lent(ctypes.Structure):
    """The same with `data` as bytes of Python's, which live as long as the structure."""

    _fields_ = (("_size", c_size_t), ("lent", ctypes.c_char_p))


class _Of(ctypes.Union):
    _anonymous_ = ("_spread", "_lent")
    _fields_ = (
        *(("boolean", c_bool), ("character", c_uint32), ("f32", ctypes.c_float), ("f64", ctypes.c_double)),
        *((f"{sign}{bits}", getattr(ctypes, f"c_{kind}{bits}")) for bits in (8, 16, 32, 64) for sign, kind in _SIGNS),
        ("pointer", c_void_p),
        ("_spread", _Spread),
        ("_lent", _Lent),
    )


class Val(ctypes.Structure):
    """`wasmtime_component_val` with its unions laid flat: one look-up for a field instead of three.

    An option is its `pointer`, a result `boolean` and `data`, a resource its `pointer`.
    """

    _anonymous_ = ("of",)
    _fields_ = (("kind", c_uint8), ("of", _Of))


RecordEntry = _ffi.wasmtime_component_valrecord_entry_t
Func = _ffi.wasmtime_component_func_t
ComponentInstance = _ffi.wasmtime_component_instance_t
Name = _ffi.wasm_name_t
Callback = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t)
Destructor = _ffi.wasmtime_component_resource_destructor_t
CoreInstance = _ffi.wasmtime_instance_t
Extern = _ffi.wasmtime_extern_t
SLOT_BYTES = ctypes.sizeof(_ffi.wasmtime_val_raw_t)
Slot = ctypes.c_char * SLOT_BYTES
RawCallback = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_void_p, c_void_p, c_size_t)


class Slots(ctypes.Structure):
    """Parameters of a core function, and then its result in the first one."""

    _fields_ = (("first", c_uint64), ("_rest", c_uint8 * (6 * SLOT_BYTES - 8)))


VAL_BYTES = ctypes.sizeof(Val)
VALUE_OFFSET = Val.of.offset
NAME_BYTES = ctypes.sizeof(Name)
ENTRY_BYTES = ctypes.sizeof(RecordEntry)
_their = _ffi.wasmtime_component_val_t
assert (ctypes.sizeof(_their), _their.of.offset) == (VAL_BYTES, VALUE_OFFSET)

_short: Any = ctypes.PyDLL(_ffi.dll._name)


def _function(name: str, restype: Any, *argtypes: Any) -> Any:
    found = getattr(_short, name)
    found.restype, found.argtypes = restype, argtypes
    return found


val_delete = _function("wasmtime_component_val_delete", None, c_void_p)
val_new = _function("wasmtime_component_val_new", c_void_p, c_void_p)
list_new = _function("wasmtime_component_vallist_new_uninit", None, c_void_p, c_size_t)
tuple_new = _function("wasmtime_component_valtuple_new_uninit", None, c_void_p, c_size_t)
record_new = _function("wasmtime_component_valrecord_new_uninit", None, c_void_p, c_size_t)
bytes_new = _function("wasm_byte_vec_new", None, c_void_p, c_size_t, ctypes.c_char_p)
bytes_delete = _function("wasm_byte_vec_delete", None, c_void_p)
set_fuel = _function("wasmtime_context_set_fuel", c_void_p, c_void_p, c_uint64)
get_fuel = _function("wasmtime_context_get_fuel", c_void_p, c_void_p, c_void_p)
set_deadline = _function("wasmtime_context_set_epoch_deadline", None, c_void_p, c_uint64)
error_new = _function("wasmtime_error_new", c_void_p, ctypes.c_char_p)
error_delete = _function("wasmtime_error_delete", None, c_void_p)
error_message = _function("wasmtime_error_message", None, c_void_p, c_void_p)
any_to_host = _function("wasmtime_component_resource_any_to_host", c_void_p, c_void_p, c_void_p, c_void_p)
host_to_any = _function("wasmtime_component_resource_host_to_any", c_void_p, c_void_p, c_void_p, c_void_p)
host_new = _function("wasmtime_component_resource_host_new", c_void_p, c_bool, c_uint32, c_uint32)
host_rep = _function("wasmtime_component_resource_host_rep", c_uint32, c_void_p)
host_delete = _function("wasmtime_component_resource_host_delete", None, c_void_p)

store_new = _function("wasmtime_store_new", c_void_p, c_void_p, c_void_p, c_void_p)
store_context = _function("wasmtime_store_context", c_void_p, c_void_p)
store_limits = _function("wasmtime_store_limiter", None, c_void_p, c_int64, c_int64, c_int64, c_int64, c_int64)
component_function = _function(
    "wasmtime_component_instance_get_func", c_bool, c_void_p, c_void_p, c_void_p, POINTER(Func)
)
add_function = _function(
    "wasmtime_component_linker_instance_add_func",
    *(c_void_p, c_void_p, ctypes.c_char_p, c_size_t, Callback, c_void_p, c_void_p),
)
add_resource = _function(
    "wasmtime_component_linker_instance_add_resource",
    *(c_void_p, c_void_p, ctypes.c_char_p, c_size_t, c_void_p, Destructor, c_void_p, c_void_p),
)
core_export = _function("wasmtime_instance_export_get", c_bool, c_void_p, c_void_p, ctypes.c_char_p, c_size_t, c_void_p)
memory_data = _function("wasmtime_memory_data", c_void_p, c_void_p, c_void_p)
memory_size = _function("wasmtime_memory_data_size", c_size_t, c_void_p, c_void_p)
add_raw_function = _function(
    "wasmtime_linker_define_func_unchecked",
    *(c_void_p, c_void_p, ctypes.c_char_p, c_size_t, ctypes.c_char_p, c_size_t),
    *(c_void_p, RawCallback, c_void_p, c_void_p),
)
trap_new = _function("wasmtime_trap_new", c_void_p, ctypes.c_char_p, c_size_t)
trap_message = _function("wasm_trap_message", None, c_void_p, c_void_p)
trap_delete = _function("wasm_trap_delete", None, c_void_p)
wasi_new = _function("wasi_config_new", c_void_p)
wasi_delete = _function("wasi_config_delete", None, c_void_p)
wasi_preopen = _function("wasi_config_preopen_dir", c_bool, c_void_p, ctypes.c_char_p, ctypes.c_char_p, c_bool)
wasi_stdout = _function("wasi_config_set_stdout_file", c_bool, c_void_p, ctypes.c_char_p)
wasi_stderr = _function("wasi_config_set_stderr_file", c_bool, c_void_p, ctypes.c_char_p)
set_wasi = _function("wasmtime_context_set_wasi", c_void_p, c_void_p, c_void_p)
# For guest code of our own making alone, a few instructions long.
call_short = _function(
    "wasmtime_component_func_call", c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t
)

EpochCallback = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_void_p, POINTER(c_uint64), POINTER(c_uint8))
set_epoch_callback = _function(
    "wasmtime_store_epoch_deadline_callback", None, c_void_p, EpochCallback, c_void_p, c_void_p
)

# What follows may run guest code, or map and free memory: it releases the GIL. The library is opened once more, so that
# the types set here do not change what the bindings themselves call.
_long: Any = ctypes.CDLL(_ffi.dll._name)


def _releasing(name: str, restype: Any, *argtypes: Any) -> Any:
    found = getattr(_long, name)
    found.restype, found.argtypes = restype, argtypes
    return found


call = _releasing("wasmtime_component_func_call", c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t)
instantiate_component = _releasing(
    "wasmtime_component_linker_instantiate", c_void_p, c_void_p, c_void_p, c_void_p, c_void_p
)
call_raw = _releasing("wasmtime_func_call_unchecked", c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p)
instantiate_core = _releasing("wasmtime_instance_pre_instantiate", c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
store_delete = _releasing("wasmtime_store_delete", None, c_void_p)

WRITABLE = 0x200  # PyBUF_WRITE
view_of: Any = ctypes.pythonapi.PyMemoryView_FromMemory
view_of.restype, view_of.argtypes = ctypes.py_object, (c_void_p, ctypes.c_ssize_t, ctypes.c_int)


def take_message(error: int) -> str:
    """The text of a wasmtime error, which is freed."""
    text = Name()
    error_message(error, byref(text))
    found = ctypes.string_at(text.data, text.size).decode("utf-8", "replace")
    bytes_delete(byref(text))
    error_delete(error)
    return found


def take_trap(trap: int) -> str:
    """The text of a trap of a core module, which is freed."""
    text = Name()
    trap_message(trap, byref(text))
    found = ctypes.string_at(text.data, text.size).decode("utf-8", "replace").rstrip("\0")
    bytes_delete(byref(text))
    trap_delete(trap)
    return found
