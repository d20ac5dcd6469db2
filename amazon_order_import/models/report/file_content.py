import hashlib

_CHUNK = 1 << 20


class FileContent:
    """The bytes of a temporary file, for ``ir.attachment``, which takes them in pieces.

    A report may have hundreds of megabytes, which no worker has to hold in memory.

    :param stream: seekable binary stream, open as long as the content is used
    """

    def __init__(self, stream):
        self._stream = stream
        stream.seek(0, 2)
        self._size = stream.tell()

    def __len__(self):
        return self._size

    def __getitem__(self, part):
        start, stop, _step = part.indices(self._size)
        self._stream.seek(start)
        return self._stream.read(max(0, stop - start))

    def chunks(self):
        self._stream.seek(0)
        while chunk := self._stream.read(_CHUNK):
            yield chunk


def hex_digest(algorithm, content):
    """Return the checksum of bytes or of a `FileContent`."""
    digest = hashlib.new(algorithm)
    for chunk in content.chunks() if isinstance(content, FileContent) else (content,):
        digest.update(chunk)
    return digest.hexdigest()
