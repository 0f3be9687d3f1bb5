#!/usr/bin/env python3
"""As much of WebSockets (RFC 6455) as an echo needs. websocket.py PORT serves one on the loopback address."""
import base64
import hashlib
import os
import selectors
import socket
import sys
import time

MASK = b"\x11\x22\x33\x44"


def frame(payload, mask=b""):
    """A text message of less than 126 bytes; masked, as those of clients must be."""
    head = bytes([0x81, len(payload) | (0x80 if mask else 0)]) + mask
    return head + (bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)) if mask else payload)


def connect(port, target, host):
    """A connection that has switched to WebSockets. Raises OSError where that is refused."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    plain.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2x1aWNlIG1lYXN1cmVzIQ==\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = plain.recv(1)
        if not part:
            break
        answer += part
    if b" 101 " not in answer[:16]:
        plain.close()
        raise OSError(f"no WebSocket: {answer[:40]!r}")
    return plain


def ping_pong(sockets, payload, seconds):
    """Each sends a message when its last has come back. (Times in ms; how many came back wrong.)"""
    out, expected, times, errors = frame(payload, MASK), frame(payload), [], 0
    waiting = selectors.DefaultSelector()
    for each in sockets:
        waiting.register(each, selectors.EVENT_READ, [time.monotonic(), b""])
        each.sendall(out)
    end = time.monotonic() + seconds
    while time.monotonic() < end and waiting.get_map():
        for key, _ in waiting.select(1):
            came = key.data[1] + key.fileobj.recv(4096)
            now = time.monotonic()
            if came == expected:
                times.append((now - key.data[0]) * 1000)
                key.data[:] = now, b""
                key.fileobj.sendall(out)
            elif came and expected.startswith(came):
                key.data[1] = came
            else:
                errors += 1
                waiting.unregister(key.fileobj)
    return times, errors


def serve(port):
    """Says every message that comes, one frame each, back again."""
    waiting = selectors.DefaultSelector()
    with socket.create_server(("127.0.0.1", port)) as listener:
        waiting.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is listener:
                    waiting.register(listener.accept()[0], selectors.EVENT_READ, bytearray())
                elif not answer(key.fileobj, key.data):
                    waiting.unregister(key.fileobj)
                    key.fileobj.close()


def answer(connection, came):
    try:
        part = connection.recv(65536)
        came += part
        if came.startswith(b"GET "):
            if b"\r\n\r\n" not in came:
                return bool(part)
            key = next(line.split(b":", 1)[1].strip() for line in came.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
            accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            came.clear()
        while len(came) >= 6 and len(came) >= 6 + (came[1] & 0x7F):
            length, mask = came[1] & 0x7F, came[2:6]
            connection.sendall(frame(bytes(byte ^ mask[i % 4] for i, byte in enumerate(came[6:6 + length]))))
            del came[:6 + length]
        return bool(part)
    except (OSError, StopIteration):
        return False


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {os.path.basename(sys.argv[0])} PORT")
    try:
        serve(int(sys.argv[1]))
    except KeyboardInterrupt:
        pass
