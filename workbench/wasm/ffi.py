"""The door to wasmtime's C interface: short helpers without a release of the GIL, structures, and the version check.

The Python bindings release the GIL for every C function; for helpers of a few hundred nanoseconds the hand-over costs
more than the work and halves the throughput of two threads. Those go through `PyDLL` here. The call into a guest
(`call`) stays on the bindings' own `CDLL`, so that other threads run meanwhile.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_bool, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from importlib.metadata import version
from typing import Any

from wasmtime import _ffi

from workbench.api.errors import Unavailable

TESTED = "50.0."
"""Structures and ownership rules below were tested with these versions; another one is refused."""

if not version("wasmtime").startswith(TESTED):
    raise Unavailable(
        f"this build was tested with wasmtime {TESTED}x, installed is {version('wasmtime')}: "
        f"install it with pip install 'wasmtime>=50,<51'"
    )

Val = _ffi.wasmtime_component_val_t
ValList = _ffi.wasmtime_component_vallist_t
RecordEntry = _ffi.wasmtime_component_valrecord_entry_t
Func = _ffi.wasmtime_component_func_t
Name = _ffi.wasm_name_t
Callback = _ffi.wasmtime_component_func_callback_t
Destructor = _ffi.wasmtime_component_resource_destructor_t
Finalizer = ctypes.CFUNCTYPE(None, c_void_p)
VAL_BYTES = ctypes.sizeof(Val)
VALUE_OFFSET = Val.of.offset

_short: Any = ctypes.PyDLL(_ffi.dll._name)


def _function(name: str, restype: Any, *argtypes: Any) -> Any:
    found = getattr(_short, name)
    found.restype, found.argtypes = restype, argtypes
    return found


val_delete = _function("wasmtime_component_val_delete", None, c_void_p)
val_new = _function("wasmtime_component_val_new", POINTER(Val), POINTER(Val))
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

# These may run guest code or free a whole store: they release the GIL.
call = _ffi.dll.wasmtime_component_func_call
call.restype = c_void_p
call.argtypes = (c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t)

EpochCallback = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_void_p, POINTER(c_uint64), POINTER(c_uint8))
set_epoch_callback = _ffi.dll.wasmtime_store_epoch_deadline_callback
set_epoch_callback.restype = None
set_epoch_callback.argtypes = (c_void_p, EpochCallback, c_void_p, c_void_p)


def take_message(error: int) -> str:
    """The text of a wasmtime error, which is freed."""
    text = Name()
    error_message(error, byref(text))
    found = ctypes.string_at(text.data, text.size).decode("utf-8", "replace")
    bytes_delete(byref(text))
    error_delete(error)
    return found
