"""Queues and topics over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.api import Delivery, Payload, Publication, QueuedMessage, QueueInfo, TopicInfo
from workbench.api.channels import ATTEMPTS, VISIBILITY_MS
from workbench.api.messages import NO_HEADERS
from workbench.rpc.client.channel import MARGIN_SECONDS, Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import from_message
from workbench.rpc.convert import payload as content
from workbench.rpc.generated.plexspaces.v1 import channels_pb2 as pb


class RemoteChannels(Facet):
    """Facet `channels` of a remote node. The node ends every wait itself; the deadline here is a little later."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Channels"])

    def queues(self) -> Sequence[QueueInfo]:
        answers = self._stub.stream("Queues", pb.ChannelsQueuesRequest(), pb.ChannelsQueuesResponse)
        return [from_message(queue, QueueInfo) for answer in answers for queue in answer.queues]

    def queue(self, queue: str) -> QueueInfo:
        found = self._stub.call("Queue", pb.ChannelsQueueRequest(queue=queue), pb.QueueInfo)
        return from_message(found, QueueInfo)

    def create_queue(
        self,
        queue: str,
        *,
        visibility_ms: int = VISIBILITY_MS,
        max_attempts: int = ATTEMPTS,
        max_length: int | None = None,
        dead_letter_queue: str | None = None,
    ) -> None:
        request = pb.ChannelsCreateQueueRequest(
            queue=queue,
            visibility_ms=visibility_ms,
            max_attempts=max_attempts,
            max_length=max_length,
            dead_letter_queue=dead_letter_queue,
        )
        self._stub.call("CreateQueue", request, pb.ChannelsCreateQueueResponse)

    def delete_queue(self, queue: str) -> None:
        request = pb.ChannelsDeleteQueueRequest(queue=queue)
        self._stub.call("DeleteQueue", request, pb.ChannelsDeleteQueueResponse)

    def purge_queue(self, queue: str) -> int:
        request = pb.ChannelsPurgeQueueRequest(queue=queue)
        return self._stub.call("PurgeQueue", request, pb.ChannelsPurgeQueueResponse).removed

    def queue_depth(self, queue: str) -> int:
        request = pb.ChannelsQueueDepthRequest(queue=queue)
        return self._stub.call("QueueDepth", request, pb.ChannelsQueueDepthResponse).depth

    def send(
        self,
        queue: str,
        message_type: str,
        payload: Payload = "",
        *,
        delay_ms: int = 0,
        ttl_ms: int | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> str:
        request = pb.ChannelsSendRequest(
            queue=queue,
            message_type=message_type,
            payload=content(payload),
            delay_ms=delay_ms,
            ttl_ms=ttl_ms,
            headers=headers,
        )
        return self._stub.call("Send", request, pb.ChannelsSendResponse).message

    def receive(self, queue: str, *, timeout: float = 0.0) -> Delivery | None:
        request = pb.ChannelsReceiveRequest(queue=queue, timeout_seconds=timeout)
        seconds = max(0.0, timeout) + MARGIN_SECONDS
        found = self._stub.call("Receive", request, pb.ChannelsReceiveResponse, seconds=seconds)
        return from_message(found.delivery, Delivery) if found.HasField("delivery") else None

    def ack(self, delivery: str) -> None:
        self._stub.call("Ack", pb.ChannelsAckRequest(delivery=delivery), pb.ChannelsAckResponse)

    def nack(self, delivery: str, *, requeue: bool = True) -> None:
        request = pb.ChannelsNackRequest(delivery=delivery, requeue=requeue)
        self._stub.call("Nack", request, pb.ChannelsNackResponse)

    def messages(self, queue: str, *, limit: int = 1_000, after: str = "") -> Sequence[QueuedMessage]:
        request = pb.ChannelsMessagesRequest(queue=queue, limit=limit, after=after)
        answers = self._stub.stream("Messages", request, pb.ChannelsMessagesResponse)
        return [from_message(message, QueuedMessage) for answer in answers for message in answer.messages]

    def message(self, queue: str, message: str) -> QueuedMessage:
        request = pb.ChannelsMessageRequest(queue=queue, message=message)
        return from_message(self._stub.call("Message", request, pb.QueuedMessage), QueuedMessage)

    def delete_message(self, queue: str, message: str) -> None:
        request = pb.ChannelsDeleteMessageRequest(queue=queue, message=message)
        self._stub.call("DeleteMessage", request, pb.ChannelsDeleteMessageResponse)

    def redrive(self, queue: str, messages: Sequence[str] = ()) -> int:
        request = pb.ChannelsRedriveRequest(queue=queue, messages=messages)
        return self._stub.call("Redrive", request, pb.ChannelsRedriveResponse).moved

    def resend(
        self,
        queue: str,
        message: str,
        *,
        message_type: str | None = None,
        payload: Payload | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        request = pb.ChannelsResendRequest(
            queue=queue,
            message=message,
            message_type=message_type,
            payload=None if payload is None else content(payload),
            headers=None if headers is None else pb.Headers(headers=headers),
        )
        return self._stub.call("Resend", request, pb.ChannelsResendResponse).message

    def publish(self, topic: str, message_type: str, payload: Payload = "") -> str:
        request = pb.ChannelsPublishRequest(topic=topic, message_type=message_type, payload=content(payload))
        return self._stub.call("Publish", request, pb.ChannelsPublishResponse).message

    def topics(self) -> Sequence[TopicInfo]:
        answers = self._stub.stream("Topics", pb.ChannelsTopicsRequest(), pb.ChannelsTopicsResponse)
        return [from_message(topic, TopicInfo) for answer in answers for topic in answer.topics]

    def published(self, topic: str = "", *, limit: int = 200) -> Sequence[Publication]:
        request = pb.ChannelsPublishedRequest(topic=topic, limit=limit)
        answers = self._stub.stream("Published", request, pb.ChannelsPublishedResponse)
        return [from_message(one, Publication) for answer in answers for one in answer.publications]
