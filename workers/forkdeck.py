"""The worker's end of a fork channel, for Python 3.8 and later: one file to copy, nothing but the standard library.

    import forkdeck

    for message in forkdeck.messages():          # ends when the parent closes the channel
        forkdeck.send({"got": message})          # from any thread

or, with the channel read in a thread of its own, which keeps the process alive as a listener does in Node:

    forkdeck.on_message(lambda message: forkdeck.send({"got": message}))

A message is any JSON value. Messages between runtimes (`{"cmd": "NODE_…"}`) never come. A socket that came along with a
message is handed out by `messages(handles=True)` and `on_message(function, handles=True)`; `send(message, handle=socket)`
passes one on. Importing takes the channel out of the environment and away from programs that the worker starts, and has
`print` write each line at once, as a log line.
"""

import array
import collections
import json
import os
import socket
import sys
import threading
import traceback

__all__ = ["NotForked", "connected", "disconnect", "messages", "on_message", "send"]

_WAIT = 24 * 24 * 3600  # seconds; the longest that Python knows, but for ever
_SENDS = 4  # how often a handle is sent in all when the parent says that it did not come, as Node does


class NotForked(SystemExit):
    """No parent opened a channel. Uncaught, it ends the program with its sentence and code 1."""


def messages(handles=False):
    """Yields each message until the parent closes the channel; with `handles` pairs of a message and a socket or None."""
    channel = _need()
    while True:
        received = channel.receive()
        if received is None:
            return
        message, handle = received
        if handles:
            yield message, handle
        else:
            _close(handle)
            yield message


def on_message(function, handles=False):
    """Calls `function(message)`, with `handles` `function(message, socket_or_none)`, for each message, in a new thread.

    The process lives until the channel is closed. An exception ends it with code 1, as in Node. Returns the thread.
    """
    pairs = messages(handles=True)
    _need()

    def run():
        try:
            for message, handle in pairs:
                if handles:
                    function(message, handle)
                else:
                    _close(handle)
                    function(message)
        except BaseException as error:  # the thread's end would be nobody's
            code = error.code if isinstance(error, SystemExit) else 1
            if not isinstance(error, SystemExit):
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 0 if code is None else 1)

    thread = threading.Thread(target=run, name="forkdeck")
    thread.start()
    return thread


def send(message, handle=None):
    """Sends one JSON value, and a socket with it; waits while the kernel's buffer is full. Any thread may.

    Returns whether there was anybody to take it: once the channel is closed it is False. NaN, bytes and whatever else is
    no JSON is a ValueError or TypeError. Half of a surrogate pair, which no strict reader accepts, becomes U+FFFD.
    """
    channel = _need()
    if handle is None:
        return channel.write(_encode(message))
    return channel.pass_on(message, handle)


def disconnect():
    """Closes the channel: iteration ends, `send` returns False. The process goes on."""
    if _channel is not None:
        _channel.close()


def connected():
    """Whether a parent listens. It is known to have gone only once something was read or sent."""
    return _channel is not None and _channel.is_open


class _Channel:
    def __init__(self, fd):
        os.set_inheritable(fd, False)
        self.socket = socket.socket(fileno=fd)
        self.socket.setblocking(True)
        self.is_open = True
        self._reading = threading.Lock()
        self._writing = threading.RLock()
        self._lines = collections.deque()  # whole ones, not yet handed out
        self._partial = []  # what came of the line after them
        self._descriptors = collections.deque()  # came, and the frames that they belong to not yet
        self._flights = collections.deque()  # sent, and not yet answered: frame, descriptor, sends left

    def receive(self):
        """The next message of the user's, with its handle; None at the end."""
        with self._reading:
            while self.is_open:
                while self._lines:
                    received = self._take(self._lines.popleft())
                    if received is not None:
                        return received
                self._read()
            return None

    def write(self, line):
        with self._writing:
            if not self.is_open:
                return False
            try:
                self.socket.sendall(line)
                return True
            except OSError:  # EPIPE: Python ignores the signal
                return False

    def pass_on(self, message, handle):
        frame = {"cmd": "NODE_HANDLE", "msg": message}
        frame.update(_type_of(handle))
        flight = [_encode(frame), os.dup(handle.fileno()), _SENDS]
        return self._fly(flight)

    def close(self):
        self.is_open = False
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes a thread that reads
        except OSError:
            pass  # the parent was faster

    def _fly(self, flight):
        """Sends a handle; its descriptor stays open until the answer, which some systems need."""
        line, descriptor, _ = flight
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        flight[2] -= 1
        with self._writing:
            try:
                sent = self.socket.sendmsg([line], rights) if self.is_open else 0
            except OSError:
                sent = 0
            if sent == 0 or not self.write(line[sent:]):
                os.close(descriptor)
                return False
            self._flights.append(flight)
            return True

    def _answered(self, has_come):
        with self._writing:
            if not self._flights:
                return
            flight = self._flights.popleft()
            if has_come or flight[2] == 0:
                os.close(flight[1])
            else:
                self._fly(flight)

    def _read(self):
        """Takes what one read brings: perhaps half a line, perhaps many, perhaps descriptors."""
        room = socket.CMSG_SPACE(16 * array.array("i").itemsize)
        try:
            data, control, _, _ = self.socket.recvmsg(1 << 16, room, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
        except OSError:  # ECONNRESET: the parent is gone, and left something unread
            data, control = b"", []
        for level, kind, rights in control:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors = array.array("i")
                descriptors.frombytes(rights[: len(rights) - len(rights) % descriptors.itemsize])
                self._descriptors.extend(descriptors)
        if not data:
            self.close()
            return
        *lines, rest = data.split(b"\n")
        if lines:
            self._lines.append(b"".join(self._partial) + lines[0])
            self._lines.extend(lines[1:])
            self._partial = []
        if rest:
            self._partial.append(rest)

    def _take(self, line):
        """The message of a line, with its handle; None where it is between runtimes."""
        message = json.loads(line.decode("utf-8", "replace"), parse_constant=_refuse)
        command = _command(message)
        if command == "NODE_HANDLE":
            return self._take_handle(message)
        if command in ("NODE_HANDLE_ACK", "NODE_HANDLE_NACK"):
            self._answered(command == "NODE_HANDLE_ACK")
        return None if command else (message, None)

    def _take_handle(self, frame):
        handle = None
        if self._descriptors:
            descriptor = self._descriptors.popleft()
            handle = _take_socket(descriptor)
        # Until it is answered the parent sends nothing else. Without its handle the message is not delivered, but sent again.
        self.write(_encode({"cmd": "NODE_HANDLE_ACK" if handle else "NODE_HANDLE_NACK"}))
        message = frame.get("msg")
        if handle is None or _command(message):
            _close(handle)
            return None
        return message, handle


def _take_socket(descriptor):
    os.set_inheritable(descriptor, False)
    handle = socket.socket(fileno=descriptor)
    if handle.type == socket.SOCK_STREAM and not handle.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        handle.setblocking(True)
    else:
        # Others may serve it too, and whether it blocks is the same for all: this one waits by itself.
        handle.settimeout(_WAIT)
    return handle


def _command(message):
    """The command of a message between runtimes, or None."""
    command = message.get("cmd") if isinstance(message, dict) else None
    is_internal = isinstance(command, str) and command.startswith("NODE_") and len(command) > 5
    return command if is_internal else None


def _encode(message):
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode() + b"\n"


def _refuse(word):
    raise ValueError(f"{word} is no JSON")


def _type_of(handle):
    """What a handle is called in its frame."""
    if handle.type == socket.SOCK_DGRAM:
        return {"type": "dgram.Socket", "dgramType": "udp6" if handle.family == socket.AF_INET6 else "udp4"}
    listens = handle.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    return {"type": "net.Server" if listens else "net.Socket"}


def _close(handle):
    if handle is not None:
        handle.close()


def _need():
    if _channel is None:
        name = os.path.basename(sys.argv[0] or "worker.py")
        raise NotForked(f"{name} has no channel to a parent: start it with `forkdeck run {name}`")
    return _channel


def _open():
    """Takes the channel over, so that no program that this one starts takes it for its own."""
    fd = os.environ.pop("NODE_CHANNEL_FD", None)
    mode = os.environ.pop("NODE_CHANNEL_SERIALIZATION_MODE", "json")
    if fd is None:
        return None
    if mode != "json":
        raise NotForked(f"forkdeck.py speaks JSON, and the channel is {mode}")
    try:
        channel = _Channel(int(fd))
    except (ValueError, OSError) as error:
        raise NotForked(f"NODE_CHANNEL_FD is {fd!r}, which is no open socket: {error}") from None
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(line_buffering=True)
    return channel


_channel = _open()
