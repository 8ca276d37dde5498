"""A server on this machine that speaks as much of S3's protocol as an object store needs. It checks no signatures.

Not S3: what it cannot show is how the service itself behaves under load, with faults and with its own limits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Bucket:
    """What the server holds: objects by path, and uploads that are not complete, by number and part."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.numbers = count(1)
        self.refuses = False
        """Whether every request is forbidden."""


class Server(ThreadingHTTPServer):
    """On a free port."""

    daemon_threads = True

    def __init__(self, bucket: Bucket) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bucket = bucket


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    @property
    def _bucket(self) -> Bucket:
        assert isinstance(self.server, Server)
        return self.server.bucket

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def _begin(self) -> tuple[str, dict[str, list[str]], bytes]:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        return unquote(parts.path), parse_qs(parts.query, keep_blank_values=True), body

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refused(self, status: int, code: str, message: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())

    def _forbidden(self) -> bool:
        if self._bucket.refuses:
            self._refused(403, "AccessDenied", "Access Denied.")
        return self._bucket.refuses

    def do_PUT(self) -> None:
        path, query, body = self._begin()
        if self._forbidden():
            return
        source = self.headers.get("x-amz-copy-source")
        if source is not None:
            found = self._bucket.objects.get("/" + unquote(source).lstrip("/"))
            if found is None:
                self._refused(404, "NoSuchKey", "The specified key does not exist.")
                return
            self._bucket.objects[path] = found
            self._answer(200, f'<CopyObjectResult xmlns="{SPACE}"><ETag>"e"</ETag></CopyObjectResult>'.encode())
            return
        if "uploadId" in query:
            self._bucket.uploads[query["uploadId"][0]][int(query["partNumber"][0])] = body
        else:
            self._bucket.objects[path] = body
        self._answer(200, ETag='"e"')

    def do_POST(self) -> None:
        path, query, body = self._begin()
        if self._forbidden():
            return
        if "delete" in query:
            keys = [each.text or "" for each in ElementTree.fromstring(body).iter() if each.tag.endswith("Key")]
            for key in keys:
                self._bucket.objects.pop(f"{path.rstrip('/')}/{key}", None)
            gone = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            self._answer(200, f'<DeleteResult xmlns="{SPACE}">{gone}</DeleteResult>'.encode())
        elif "uploads" in query:
            upload = f"u{next(self._bucket.numbers)}"
            self._bucket.uploads[upload] = {}
            made = f"<UploadId>{upload}</UploadId>"
            self._answer(200, f'<InitiateMultipartUploadResult xmlns="{SPACE}">{made}'
                              f"</InitiateMultipartUploadResult>".encode())  # fmt: skip
        else:
            parts = self._bucket.uploads.pop(query["uploadId"][0])
            self._bucket.objects[path] = b"".join(parts[number] for number in sorted(parts))
            self._answer(200, f'<CompleteMultipartUploadResult xmlns="{SPACE}"><ETag>"e"</ETag>'
                              f"</CompleteMultipartUploadResult>".encode())  # fmt: skip

    def do_DELETE(self) -> None:
        path, query, _ = self._begin()
        if "uploadId" in query:
            self._bucket.uploads.pop(query["uploadId"][0], None)
        else:
            self._bucket.objects.pop(path, None)
        self._answer(204)

    def do_GET(self) -> None:
        path, query, _ = self._begin()
        if self._forbidden():
            return
        if "list-type" in query:
            self._list(path, query.get("prefix", [""])[0])
            return
        data = self._bucket.objects.get(path)
        if data is None:
            self._refused(404, "NoSuchKey", "The specified key does not exist.")
            return
        wanted = self.headers.get("range", "").removeprefix("bytes=")
        first, _, last = wanted.partition("-")
        start, end = int(first or 0), min(int(last or len(data) - 1), len(data) - 1)
        if wanted and start >= len(data):
            self._refused(416, "InvalidRange", "The requested range is not satisfiable")
            return
        about = {"Last_Modified": "Thu, 01 Jan 2026 00:00:00 GMT", "ETag": '"e"'}
        if wanted:
            about["Content_Range"] = f"bytes {start}-{end}/{len(data)}"
        self._answer(206 if wanted else 200, data[start : end + 1], **about)

    do_HEAD = do_GET  # noqa: N815

    def _list(self, path: str, prefix: str) -> None:
        root = f"{path.rstrip('/')}/"
        keys = sorted(name.removeprefix(root) for name in self._bucket.objects if name.startswith(root + prefix))
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            f'<ETag>"e"</ETag><Size>{len(self._bucket.objects[root + key])}</Size></Contents>'
            for key in keys
        )
        self._answer(200, f'<ListBucketResult xmlns="{SPACE}"><IsTruncated>false</IsTruncated>{found}'
                          f"</ListBucketResult>".encode())  # fmt: skip


@contextmanager
def served() -> Iterator[tuple[str, Bucket]]:
    """Its address and what it holds, until the end."""
    bucket = Bucket()
    server = Server(bucket)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
