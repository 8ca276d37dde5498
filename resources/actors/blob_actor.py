"""Large values under a bucket and a key, written `bucket/key`: the bucket ends at the first slash.

    upload      {"blob": "reports/may.txt", "content": "…", "content_type": "text/plain", "metadata": {"by": "ada"}}
                {"blob": "…", "base64": "…"} for bytes           -> the SHA-256 of what is stored
    download    a blob                                           -> its content, text or bytes
    delete      a blob                                           -> true or false: whether it was there
    exists      a blob                                           -> true or false
    metadata    a blob                                           -> size, hash, content type and metadata, as JSON
    list        a bucket, or bucket/prefix                       -> the keys, as a JSON list
    copy        {"blob": "reports/may.txt", "to": "archive/2024/may.txt"}   -> the SHA-256

What the host refuses is refused with its words. Grant: blob.
"""

import base64
import json

from plexspaces import GenServer, HostError, Reject, blob


class Blob(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        try:
            return self.answer(message_type, payload)
        except (HostError, TypeError, ValueError) as error:
            raise Reject(f"{type(error).__name__}: {error}") from None

    def answer(self, message_type, payload):
        if message_type == "upload":
            return upload(settings(payload, "blob"))
        if message_type == "download":
            return blob.download(*address(payload))
        if message_type == "delete":
            return json.dumps(blob.delete(*address(payload)))
        if message_type == "exists":
            return json.dumps(blob.exists(*address(payload)))
        if message_type == "metadata":
            return json.dumps(described(blob.metadata(*address(payload))))
        if message_type == "list":
            if not isinstance(payload, str):
                raise Reject("a bucket is text, not bytes")
            bucket, _, prefix = payload.partition("/")
            return json.dumps([found.key for found in blob.list_blobs(bucket, prefix)])
        if message_type == "copy":
            wanted = settings(payload, "blob", "to")
            return blob.copy(*address(wanted["blob"]), *address(wanted["to"])).hash
        raise Reject(
            f"unknown message type {message_type}: send upload, download, delete, exists, metadata, list or copy"
        )


def upload(wanted):
    extras = {"content_type": wanted.get("content_type"), "metadata": wanted.get("metadata")}
    return blob.upload(*address(wanted["blob"]), content(wanted), **extras).hash


def content(wanted):
    return base64.b64decode(wanted["base64"], validate=True) if "base64" in wanted else wanted.get("content", "")


def settings(payload, *needed):
    try:
        wanted = json.loads(payload)
    except ValueError as error:
        raise Reject(f"the payload is no JSON: {error}") from None
    if not isinstance(wanted, dict):
        raise Reject(f"a JSON object with {', '.join(needed)} is needed, not {payload}")
    if missing := [name for name in needed if name not in wanted]:
        raise Reject(f"{', '.join(missing)} is missing in {payload}")
    return wanted


def address(path):
    if not isinstance(path, str):
        raise Reject(f"a blob is written bucket/key, not {path!r}")
    bucket, slash, key = path.partition("/")
    if not slash:
        raise Reject(f"a blob is written bucket/key, not {path!r}")
    return bucket, key


def described(found):
    return {
        "size": found.size,
        "hash": found.hash,
        "content_type": found.content_type,
        "metadata": dict(found.metadata),
    }
