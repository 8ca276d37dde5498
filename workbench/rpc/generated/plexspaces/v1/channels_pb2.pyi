from workbench.rpc.generated.plexspaces.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QueueInfo(_message.Message):
    __slots__ = ("queue", "created", "visibility_ms", "max_attempts", "max_length", "dead_letter_queue", "waiting", "delayed", "leased", "receivers", "dead_letters", "oldest")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    DEAD_LETTER_QUEUE_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    DELAYED_FIELD_NUMBER: _ClassVar[int]
    LEASED_FIELD_NUMBER: _ClassVar[int]
    RECEIVERS_FIELD_NUMBER: _ClassVar[int]
    DEAD_LETTERS_FIELD_NUMBER: _ClassVar[int]
    OLDEST_FIELD_NUMBER: _ClassVar[int]
    queue: str
    created: float
    visibility_ms: int
    max_attempts: int
    max_length: int
    dead_letter_queue: str
    waiting: int
    delayed: int
    leased: int
    receivers: int
    dead_letters: int
    oldest: float
    def __init__(self, queue: _Optional[str] = ..., created: _Optional[float] = ..., visibility_ms: _Optional[int] = ..., max_attempts: _Optional[int] = ..., max_length: _Optional[int] = ..., dead_letter_queue: _Optional[str] = ..., waiting: _Optional[int] = ..., delayed: _Optional[int] = ..., leased: _Optional[int] = ..., receivers: _Optional[int] = ..., dead_letters: _Optional[int] = ..., oldest: _Optional[float] = ...) -> None: ...

class QueuedMessage(_message.Message):
    __slots__ = ("id", "queue", "state", "message_type", "payload", "size_bytes", "sent", "visible", "attempts", "sender", "holder", "lease_ends", "expires", "origin", "reason", "died", "whole", "headers")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SENT_FIELD_NUMBER: _ClassVar[int]
    VISIBLE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    LEASE_ENDS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DIED_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    id: str
    queue: str
    state: str
    message_type: str
    payload: _common_pb2.Payload
    size_bytes: int
    sent: float
    visible: float
    attempts: int
    sender: str
    holder: str
    lease_ends: float
    expires: float
    origin: str
    reason: str
    died: float
    whole: bool
    headers: _containers.ScalarMap[str, str]
    def __init__(self, id: _Optional[str] = ..., queue: _Optional[str] = ..., state: _Optional[str] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., size_bytes: _Optional[int] = ..., sent: _Optional[float] = ..., visible: _Optional[float] = ..., attempts: _Optional[int] = ..., sender: _Optional[str] = ..., holder: _Optional[str] = ..., lease_ends: _Optional[float] = ..., expires: _Optional[float] = ..., origin: _Optional[str] = ..., reason: _Optional[str] = ..., died: _Optional[float] = ..., whole: _Optional[bool] = ..., headers: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Delivery(_message.Message):
    __slots__ = ("id", "message", "queue", "message_type", "payload", "attempt", "sent", "lease_ends", "headers")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    SENT_FIELD_NUMBER: _ClassVar[int]
    LEASE_ENDS_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    id: str
    message: str
    queue: str
    message_type: str
    payload: _common_pb2.Payload
    attempt: int
    sent: float
    lease_ends: float
    headers: _containers.ScalarMap[str, str]
    def __init__(self, id: _Optional[str] = ..., message: _Optional[str] = ..., queue: _Optional[str] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., attempt: _Optional[int] = ..., sent: _Optional[float] = ..., lease_ends: _Optional[float] = ..., headers: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Subscriber(_message.Message):
    __slots__ = ("actor", "since", "delivered", "filter")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    actor: str
    since: float
    delivered: int
    filter: str
    def __init__(self, actor: _Optional[str] = ..., since: _Optional[float] = ..., delivered: _Optional[int] = ..., filter: _Optional[str] = ...) -> None: ...

class TopicInfo(_message.Message):
    __slots__ = ("topic", "published", "subscribers", "last")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBERS_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    topic: str
    published: int
    subscribers: _containers.RepeatedCompositeFieldContainer[Subscriber]
    last: float
    def __init__(self, topic: _Optional[str] = ..., published: _Optional[int] = ..., subscribers: _Optional[_Iterable[_Union[Subscriber, _Mapping]]] = ..., last: _Optional[float] = ...) -> None: ...

class Publication(_message.Message):
    __slots__ = ("seq", "time", "topic", "message_type", "payload", "size_bytes", "receivers", "failed", "author")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    RECEIVERS_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    seq: int
    time: float
    topic: str
    message_type: str
    payload: _common_pb2.Payload
    size_bytes: int
    receivers: int
    failed: int
    author: str
    def __init__(self, seq: _Optional[int] = ..., time: _Optional[float] = ..., topic: _Optional[str] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., size_bytes: _Optional[int] = ..., receivers: _Optional[int] = ..., failed: _Optional[int] = ..., author: _Optional[str] = ...) -> None: ...

class Headers(_message.Message):
    __slots__ = ("headers",)
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    headers: _containers.ScalarMap[str, str]
    def __init__(self, headers: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ChannelsQueuesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChannelsQueuesResponse(_message.Message):
    __slots__ = ("queues",)
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    queues: _containers.RepeatedCompositeFieldContainer[QueueInfo]
    def __init__(self, queues: _Optional[_Iterable[_Union[QueueInfo, _Mapping]]] = ...) -> None: ...

class ChannelsQueueRequest(_message.Message):
    __slots__ = ("queue",)
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    queue: str
    def __init__(self, queue: _Optional[str] = ...) -> None: ...

class ChannelsCreateQueueRequest(_message.Message):
    __slots__ = ("queue", "visibility_ms", "max_attempts", "max_length", "dead_letter_queue")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    DEAD_LETTER_QUEUE_FIELD_NUMBER: _ClassVar[int]
    queue: str
    visibility_ms: int
    max_attempts: int
    max_length: int
    dead_letter_queue: str
    def __init__(self, queue: _Optional[str] = ..., visibility_ms: _Optional[int] = ..., max_attempts: _Optional[int] = ..., max_length: _Optional[int] = ..., dead_letter_queue: _Optional[str] = ...) -> None: ...

class ChannelsCreateQueueResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChannelsDeleteQueueRequest(_message.Message):
    __slots__ = ("queue",)
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    queue: str
    def __init__(self, queue: _Optional[str] = ...) -> None: ...

class ChannelsDeleteQueueResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChannelsPurgeQueueRequest(_message.Message):
    __slots__ = ("queue",)
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    queue: str
    def __init__(self, queue: _Optional[str] = ...) -> None: ...

class ChannelsPurgeQueueResponse(_message.Message):
    __slots__ = ("removed",)
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    removed: int
    def __init__(self, removed: _Optional[int] = ...) -> None: ...

class ChannelsQueueDepthRequest(_message.Message):
    __slots__ = ("queue",)
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    queue: str
    def __init__(self, queue: _Optional[str] = ...) -> None: ...

class ChannelsQueueDepthResponse(_message.Message):
    __slots__ = ("depth",)
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    depth: int
    def __init__(self, depth: _Optional[int] = ...) -> None: ...

class ChannelsSendRequest(_message.Message):
    __slots__ = ("queue", "message_type", "payload", "delay_ms", "ttl_ms", "headers")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    DELAY_MS_FIELD_NUMBER: _ClassVar[int]
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    queue: str
    message_type: str
    payload: _common_pb2.Payload
    delay_ms: int
    ttl_ms: int
    headers: _containers.ScalarMap[str, str]
    def __init__(self, queue: _Optional[str] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., delay_ms: _Optional[int] = ..., ttl_ms: _Optional[int] = ..., headers: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ChannelsSendResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ...) -> None: ...

class ChannelsReceiveRequest(_message.Message):
    __slots__ = ("queue", "timeout_seconds")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    queue: str
    timeout_seconds: float
    def __init__(self, queue: _Optional[str] = ..., timeout_seconds: _Optional[float] = ...) -> None: ...

class ChannelsReceiveResponse(_message.Message):
    __slots__ = ("delivery",)
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: Delivery
    def __init__(self, delivery: _Optional[_Union[Delivery, _Mapping]] = ...) -> None: ...

class ChannelsAckRequest(_message.Message):
    __slots__ = ("delivery",)
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: str
    def __init__(self, delivery: _Optional[str] = ...) -> None: ...

class ChannelsAckResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChannelsNackRequest(_message.Message):
    __slots__ = ("delivery", "requeue")
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    REQUEUE_FIELD_NUMBER: _ClassVar[int]
    delivery: str
    requeue: bool
    def __init__(self, delivery: _Optional[str] = ..., requeue: _Optional[bool] = ...) -> None: ...

class ChannelsNackResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChannelsMessagesRequest(_message.Message):
    __slots__ = ("queue", "limit", "after")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    queue: str
    limit: int
    after: str
    def __init__(self, queue: _Optional[str] = ..., limit: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ChannelsMessagesResponse(_message.Message):
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[QueuedMessage]
    def __init__(self, messages: _Optional[_Iterable[_Union[QueuedMessage, _Mapping]]] = ...) -> None: ...

class ChannelsMessageRequest(_message.Message):
    __slots__ = ("queue", "message")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    queue: str
    message: str
    def __init__(self, queue: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ChannelsDeleteMessageRequest(_message.Message):
    __slots__ = ("queue", "message")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    queue: str
    message: str
    def __init__(self, queue: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ChannelsDeleteMessageResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChannelsRedriveRequest(_message.Message):
    __slots__ = ("queue", "messages")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    queue: str
    messages: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, queue: _Optional[str] = ..., messages: _Optional[_Iterable[str]] = ...) -> None: ...

class ChannelsRedriveResponse(_message.Message):
    __slots__ = ("moved",)
    MOVED_FIELD_NUMBER: _ClassVar[int]
    moved: int
    def __init__(self, moved: _Optional[int] = ...) -> None: ...

class ChannelsResendRequest(_message.Message):
    __slots__ = ("queue", "message", "message_type", "payload", "headers")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    queue: str
    message: str
    message_type: str
    payload: _common_pb2.Payload
    headers: Headers
    def __init__(self, queue: _Optional[str] = ..., message: _Optional[str] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ..., headers: _Optional[_Union[Headers, _Mapping]] = ...) -> None: ...

class ChannelsResendResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ...) -> None: ...

class ChannelsPublishRequest(_message.Message):
    __slots__ = ("topic", "message_type", "payload")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    topic: str
    message_type: str
    payload: _common_pb2.Payload
    def __init__(self, topic: _Optional[str] = ..., message_type: _Optional[str] = ..., payload: _Optional[_Union[_common_pb2.Payload, _Mapping]] = ...) -> None: ...

class ChannelsPublishResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ...) -> None: ...

class ChannelsTopicsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChannelsTopicsResponse(_message.Message):
    __slots__ = ("topics",)
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    topics: _containers.RepeatedCompositeFieldContainer[TopicInfo]
    def __init__(self, topics: _Optional[_Iterable[_Union[TopicInfo, _Mapping]]] = ...) -> None: ...

class ChannelsPublishedRequest(_message.Message):
    __slots__ = ("topic", "limit")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    topic: str
    limit: int
    def __init__(self, topic: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ChannelsPublishedResponse(_message.Message):
    __slots__ = ("publications",)
    PUBLICATIONS_FIELD_NUMBER: _ClassVar[int]
    publications: _containers.RepeatedCompositeFieldContainer[Publication]
    def __init__(self, publications: _Optional[_Iterable[_Union[Publication, _Mapping]]] = ...) -> None: ...
