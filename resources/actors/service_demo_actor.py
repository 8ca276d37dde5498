"""The services of a node that bring actors together: spawning, messages, the tuple space, queues and topics.

    spawn_actor         {"module_ref": "counter", "initial_state": "41"}         -> the child's id
    send_message        {"to": "…", "message_type": "add", "payload": "5"}       -> the message's id
    tuplespace_write    ["order", 7, "open"]
    tuplespace_read     ["order", {"typed": "int"}, {"any": true}]               -> the oldest match, or null
    send_to_queue       {"queue": "…", "message_type": "…", "payload": "…"}      -> the message's id
    receive_from_queue  {"queue": "…", "timeout_ms": 100}                        -> the message, or null
    publish_to_topic    {"topic": "…", "message_type": "…", "payload": "…"}      -> the message's id
    subscribe_to_topic  {"topic": "…", "filter": "…"}

A field of a pattern is a value, {"any": true}, {"typed": "int"} (text, int, float, boolean, null) or
{"predicate": ["<", 7]}. What was received is acknowledged; it is `{"message_type", "payload", "attempt"}`. A subscriber
gets the topic's messages as casts, of any type, and logs each. What the host refuses is refused with its words.
Grants: spawn, messaging, tuplespace, channels.
"""

import json
from types import NoneType

from plexspaces import GenEvent, GenServer, HostError, Reject, channels, host, tuplespace

TYPES = {"text": str, "int": int, "float": float, "boolean": bool, "null": NoneType}


class ServiceDemo(GenEvent, GenServer):
    def handle_request(self, from_actor, message_type, payload):
        if message_type not in SERVICES:
            raise Reject(f"unknown message type {message_type}: send {', '.join(SERVICES)}")
        try:
            return SERVICES[message_type](json.loads(payload))
        except (HostError, KeyError, TypeError, ValueError) as error:
            raise Reject(f"{type(error).__name__}: {error}") from None

    def handle_event(self, from_actor, message_type, payload):
        if message_type in SERVICES:
            self.handle_request(from_actor, message_type, payload)
        else:
            print(f"{message_type} from {from_actor or 'outside'}: {payload}")


def spawn_actor(wanted):
    return host.spawn_actor(wanted["module_ref"], wanted.get("initial_state", ""))


def send_message(wanted):
    return host.send_message(wanted["to"], wanted["message_type"], wanted.get("payload", ""))


def tuplespace_write(fields):
    host.tuplespace_write(fields)
    return ""


def tuplespace_read(pattern):
    if not isinstance(pattern, list):
        raise TypeError("a pattern is a list of fields")
    return json.dumps(host.tuplespace_read([field(written) for written in pattern]))


def field(written):
    if not isinstance(written, dict):
        return written
    if "typed" in written:
        return TYPES[written["typed"]]
    if "predicate" in written:
        return tuplespace.where(*written["predicate"])
    if written == {"any": True}:
        return tuplespace.ANY
    raise ValueError(f"a field of a pattern is a value, any, typed or predicate, not {json.dumps(written)}")


def send_to_queue(wanted):
    return host.send_to_queue(wanted["queue"], wanted["message_type"], wanted.get("payload", ""))


def receive_from_queue(wanted):
    found = host.receive_from_queue(wanted["queue"], wanted.get("timeout_ms", 0))
    if found is None:
        return "null"
    channels.ack(found)
    return json.dumps({"message_type": found.message_type, "payload": found.payload, "attempt": found.attempt})


def publish_to_topic(wanted):
    return host.publish_to_topic(wanted["topic"], wanted["message_type"], wanted.get("payload", ""))


def subscribe_to_topic(wanted):
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
