"""The services of a node that bring actors together: spawning, messages, the tuple space, queues and topics.

    spawn_actor         {"module_ref": "counter", "initial_state": "41"}         -> the child's id
    send_message        {"to": "…", "message_type": "add", "payload": "5"}       -> the message's id
    tuplespace_write    ["order", 7, "open"]
    tuplespace_read     ["order", {"typed": "int"}, {"any": true}]               -> the oldest match, or null
    send_to_queue       {"queue": "…", "message_type": "…", "payload": "…"}      -> the message's id
    receive_from_queue  {"queue": "…", "timeout_ms": 100}                        -> the message, or null
    publish_to_topic    {"topic": "…", "message_type": "…", "payload": "…"}      -> the message's id
    subscribe_to_topic  {"topic": "…", "filter": "…"}

A field of a pattern is a value, {"any": true}, {"typed": "int"} (text, int, float, bytes, boolean, null) or
{"predicate": ["<", 7]}. What was received is acknowledged; it is `{"message_type", "payload", "attempt"}`. Bytes are
{"base64": "…"}, as a field and as a payload. A subscriber gets the topic's messages as casts, of any type, and logs each.
What the host refuses is refused with its words. Grants: spawn, messaging, tuplespace, channels.
"""

import base64
import json
from types import NoneType

from plexspaces import GenEvent, GenServer, HostError, Reject, channels, host, tuplespace

TYPES = {"text": str, "int": int, "float": float, "bytes": bytes, "boolean": bool, "null": NoneType}


class ServiceDemo(GenEvent, GenServer):
    def handle_request(self, from_actor, message_type, payload):
        if message_type not in SERVICES:
            raise Reject(f"unknown message type {message_type}: send {', '.join(SERVICES)}")
        try:
            return SERVICES[message_type](parsed(payload))
        except (HostError, TypeError, ValueError) as error:
            raise Reject(f"{type(error).__name__}: {error}") from None

    def handle_event(self, from_actor, message_type, payload):
        if message_type in SERVICES:
            self.handle_request(from_actor, message_type, payload)
        else:
            print(f"{message_type} from {from_actor or 'outside'}: {payload}")


def parsed(payload):
    """The JSON of a payload."""
    try:
        return json.loads(payload)
    except ValueError as error:
        raise Reject(f"the payload is no JSON: {error}") from None


def settings(wanted, *needed):
    """What a message asks for, if it is an object with the names that are needed."""
    if not isinstance(wanted, dict):
        raise Reject(f"a JSON object with {', '.join(needed)} is needed, not {json.dumps(wanted)}")
    if missing := [name for name in needed if name not in wanted]:
        raise Reject(f"{', '.join(missing)} is missing in {json.dumps(wanted)}")
    return wanted


def written(value):
    """A value as JSON can write it."""
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def read(value):
    """A value of a tuple or a payload, as `written` makes it."""
    if isinstance(value, dict) and set(value) == {"base64"}:
        return base64.b64decode(value["base64"], validate=True)
    return value


def spawn_actor(wanted):
    wanted = settings(wanted, "module_ref")
    return host.spawn_actor(wanted["module_ref"], wanted.get("initial_state", ""))


def send_message(wanted):
    wanted = settings(wanted, "to", "message_type")
    return host.send_message(wanted["to"], wanted["message_type"], read(wanted.get("payload", "")))


def tuplespace_write(fields):
    if not isinstance(fields, list):
        raise Reject(f"a tuple is a JSON list of fields, not {json.dumps(fields)}")
    host.tuplespace_write([read(value) for value in fields])
    return ""


def tuplespace_read(pattern):
    if not isinstance(pattern, list):
        raise Reject(f"a pattern is a JSON list of fields, not {json.dumps(pattern)}")
    found = host.tuplespace_read([field(wanted) for wanted in pattern])
    return json.dumps(found and [written(value) for value in found])


def field(wanted):
    if not isinstance(read(wanted), dict):
        return read(wanted)
    if wanted == {"any": True}:
        return tuplespace.ANY
    if wanted.get("typed") in TYPES:
        return TYPES[wanted["typed"]]
    if isinstance(wanted.get("predicate"), list) and len(wanted["predicate"]) == 2:
        return tuplespace.where(*wanted["predicate"])
    raise Reject(
        f'a field of a pattern is a value, {{"any": true}}, {{"typed": one of {", ".join(TYPES)}}} or '
        f'{{"predicate": [operator, operand]}}, not {json.dumps(wanted)}'
    )


def send_to_queue(wanted):
    wanted = settings(wanted, "queue", "message_type")
    return host.send_to_queue(wanted["queue"], wanted["message_type"], read(wanted.get("payload", "")))


def receive_from_queue(wanted):
    wanted = settings(wanted, "queue")
    found = host.receive_from_queue(wanted["queue"], wanted.get("timeout_ms", 0))
    if found is None:
        return "null"
    told = {"message_type": found.message_type, "payload": written(found.payload), "attempt": found.attempt}
    reply = json.dumps(told)
    channels.ack(found)  # last: what fails before leaves the message in the queue
    return reply


def publish_to_topic(wanted):
    wanted = settings(wanted, "topic", "message_type")
    return host.publish_to_topic(wanted["topic"], wanted["message_type"], read(wanted.get("payload", "")))


def subscribe_to_topic(wanted):
    wanted = settings(wanted, "topic")
    channels.subscribe_to_topic(wanted["topic"], filter=wanted.get("filter"))
    return ""


SERVICES = {
    function.__name__: function
    for function in (
        spawn_actor,
        send_message,
        tuplespace_write,
        tuplespace_read,
        send_to_queue,
        receive_from_queue,
        publish_to_topic,
        subscribe_to_topic,
    )
}
