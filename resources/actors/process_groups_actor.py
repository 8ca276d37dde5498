"""A member of groups: it joins and leaves them, publishes to all who are in one, and logs what it gets itself.

    join_group      a group, or {"group": "news", "topics": ["sport"]}   the group is made where there is none
    publish         {"group": "news", "message_type": "result", "payload": "3:1", "topic": "sport"}
                                                                         -> who got it, as a JSON list of ids
    leave_group     a group                                              takes the newest join back

Messages of the groups come as casts, of any type; each is logged. What the host refuses is refused with its words.
Grant: process-groups.
"""

import json

from plexspaces import GenEvent, GenServer, HostError, Reject, process_groups


class Member(GenEvent, GenServer):
    def handle_request(self, from_actor, message_type, payload):
        try:
            return self.answer(message_type, payload)
        except (HostError, TypeError, ValueError) as error:
            raise Reject(f"{type(error).__name__}: {error}") from None

    def answer(self, message_type, payload):
        if message_type == "join_group":
            wanted = settings(payload)
            process_groups.create(wanted["group"])
            process_groups.join(wanted["group"], wanted.get("topics", ()))
            return ""
        if message_type == "publish":
            wanted = settings(payload)
            message = wanted.get("message_type", "message"), wanted.get("payload", "")
            return json.dumps(process_groups.publish(wanted["group"], *message, topic=wanted.get("topic")))
        if message_type == "leave_group":
            process_groups.leave(settings(payload)["group"])
            return ""
        raise Reject(f"unknown message type {message_type}: send join_group, publish or leave_group")

    def handle_event(self, from_actor, message_type, payload):
        if message_type in ("join_group", "publish", "leave_group"):
            self.handle_request(from_actor, message_type, payload)
        else:
            print(f"{message_type} from {from_actor or 'outside'}: {payload}")


def settings(payload):
    """A name alone is the group."""
    if not isinstance(payload, str):
        raise Reject("the payload must be text, not bytes")
    if not payload.startswith("{"):
        return {"group": payload}
    try:
        wanted = json.loads(payload)
    except ValueError as error:
        raise Reject(f"the payload is no JSON: {error}") from None
    if "group" not in wanted:
        raise Reject(f"the group is missing in {payload}")
    return wanted
