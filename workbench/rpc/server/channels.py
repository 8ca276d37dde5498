"""Queues and topics over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Node, NotFound
from workbench.rpc.convert import batches, optional, payload_of, to_message
from workbench.rpc.generated.plexspaces.v1 import channels_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.waits import wait


class ChannelsService:
    """Service `Channels`."""

    long = frozenset({"Receive"})
    endless: frozenset[str] = frozenset()

    def queues(self, node: Node, _: pb.ChannelsQueuesRequest, __: Context) -> Iterator[pb.ChannelsQueuesResponse]:
        for batch in batches(to_message(queue, pb.QueueInfo) for queue in node.channels.queues()):
            yield pb.ChannelsQueuesResponse(queues=batch)

    def queue(self, node: Node, request: pb.ChannelsQueueRequest, _: Context) -> pb.QueueInfo:
        return to_message(node.channels.queue(request.queue), pb.QueueInfo)

    def create_queue(
        self, node: Node, request: pb.ChannelsCreateQueueRequest, _: Context
    ) -> pb.ChannelsCreateQueueResponse:
        node.channels.create_queue(
            request.queue,
            visibility_ms=request.visibility_ms,
            max_attempts=request.max_attempts,
            max_length=optional(request, "max_length"),
            dead_letter_queue=optional(request, "dead_letter_queue"),
        )
        return pb.ChannelsCreateQueueResponse()

    def delete_queue(
        self, node: Node, request: pb.ChannelsDeleteQueueRequest, _: Context
    ) -> pb.ChannelsDeleteQueueResponse:
        node.channels.delete_queue(request.queue)
        return pb.ChannelsDeleteQueueResponse()

    def purge_queue(
        self, node: Node, request: pb.ChannelsPurgeQueueRequest, _: Context
    ) -> pb.ChannelsPurgeQueueResponse:  # fmt: skip
        return pb.ChannelsPurgeQueueResponse(removed=node.channels.purge_queue(request.queue))

    def queue_depth(
        self, node: Node, request: pb.ChannelsQueueDepthRequest, _: Context
    ) -> pb.ChannelsQueueDepthResponse:  # fmt: skip
        return pb.ChannelsQueueDepthResponse(depth=node.channels.queue_depth(request.queue))

    def send(self, node: Node, request: pb.ChannelsSendRequest, _: Context) -> pb.ChannelsSendResponse:
        message = node.channels.send(
            request.queue,
            request.message_type,
            payload_of(request.payload),
            delay_ms=request.delay_ms,
            ttl_ms=optional(request, "ttl_ms"),
            headers=dict(request.headers),
        )
        return pb.ChannelsSendResponse(message=message)

    def receive(self, node: Node, request: pb.ChannelsReceiveRequest, context: Context) -> pb.ChannelsReceiveResponse:
        found = node.channels.receive(request.queue, timeout=wait(request.timeout_seconds))
        if found is not None and not context.is_active():
            self._returned(node, found.id)
        return pb.ChannelsReceiveResponse(delivery=None if found is None else to_message(found, pb.Delivery))

    def _returned(self, node: Node, delivery: str) -> None:
        """The caller has left while it waited: somebody else gets the message."""
        try:
            node.channels.nack(delivery)
        except NotFound:
            return  # its lease has ended meanwhile, and it is back

    def ack(self, node: Node, request: pb.ChannelsAckRequest, _: Context) -> pb.ChannelsAckResponse:
        node.channels.ack(request.delivery)
        return pb.ChannelsAckResponse()

    def nack(self, node: Node, request: pb.ChannelsNackRequest, _: Context) -> pb.ChannelsNackResponse:
        node.channels.nack(request.delivery, requeue=request.requeue)
        return pb.ChannelsNackResponse()

    def messages(
        self, node: Node, request: pb.ChannelsMessagesRequest, _: Context
    ) -> Iterator[pb.ChannelsMessagesResponse]:
        found = node.channels.messages(request.queue, limit=request.limit, after=request.after)
        for batch in batches(to_message(message, pb.QueuedMessage) for message in found):
            yield pb.ChannelsMessagesResponse(messages=batch)

    def message(self, node: Node, request: pb.ChannelsMessageRequest, _: Context) -> pb.QueuedMessage:
        return to_message(node.channels.message(request.queue, request.message), pb.QueuedMessage)

    def delete_message(
        self, node: Node, request: pb.ChannelsDeleteMessageRequest, _: Context
    ) -> pb.ChannelsDeleteMessageResponse:
        node.channels.delete_message(request.queue, request.message)
        return pb.ChannelsDeleteMessageResponse()

    def redrive(self, node: Node, request: pb.ChannelsRedriveRequest, _: Context) -> pb.ChannelsRedriveResponse:
        return pb.ChannelsRedriveResponse(moved=node.channels.redrive(request.queue, tuple(request.messages)))

    def resend(self, node: Node, request: pb.ChannelsResendRequest, _: Context) -> pb.ChannelsResendResponse:
        message = node.channels.resend(
            request.queue,
            request.message,
            message_type=optional(request, "message_type"),
            payload=payload_of(request.payload) if request.HasField("payload") else None,
            headers=dict(request.headers.headers) if request.HasField("headers") else None,
        )
        return pb.ChannelsResendResponse(message=message)

    def publish(self, node: Node, request: pb.ChannelsPublishRequest, _: Context) -> pb.ChannelsPublishResponse:
        message = node.channels.publish(request.topic, request.message_type, payload_of(request.payload))
        return pb.ChannelsPublishResponse(message=message)

    def topics(self, node: Node, _: pb.ChannelsTopicsRequest, __: Context) -> Iterator[pb.ChannelsTopicsResponse]:
        for batch in batches(to_message(topic, pb.TopicInfo) for topic in node.channels.topics()):
            yield pb.ChannelsTopicsResponse(topics=batch)

    def published(
        self, node: Node, request: pb.ChannelsPublishedRequest, _: Context
    ) -> Iterator[pb.ChannelsPublishedResponse]:
        found = node.channels.published(request.topic, limit=request.limit)
        for batch in batches(to_message(one, pb.Publication) for one in found):
            yield pb.ChannelsPublishedResponse(publications=batch)
