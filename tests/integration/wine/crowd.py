#!/usr/bin/env python3
"""500 connections at once through sluiced.exe under Wine: no server answers before all of them have asked. Then the engine is
asked to stop and has to end in order. tests/run windows runs it, with the environment that program.py needs.

usage: crowd.py SLUICED    the program to start, as SLUICE_BIN_DIR has it
"""
import asyncio
import os
import signal
import sqlite3
import sys
import tempfile

CONNECTIONS = 500
PATIENCE_S = 120


def body_of(path: str) -> bytes:
    return (path.encode() + b"\n") * 1000


class Origin:
    """Answers /N with body_of('/N') once every client has asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.all_asked = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        self.asked += 1
        if self.asked == CONNECTIONS:
            self.all_asked.set()
        await self.all_asked.wait()
        body = body_of(path)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()


async def ask(proxy_port: int, origin_port: int, number: int) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy_port)
    writer.write(f"GET http://127.0.0.1:{origin_port}/{number} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read(-1)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.startswith(b"HTTP/1.1 200 ") and body == body_of(f"/{number}")


async def run(program: str, data_dir: str) -> str:
    """What is wrong; empty: nothing."""
    origin = Origin()
    server = await asyncio.start_server(origin.serve, "127.0.0.1", 0, backlog=CONNECTIONS)
    origin_port = server.sockets[0].getsockname()[1]
    engine = await asyncio.create_subprocess_exec(
        program, "--data-dir", data_dir, "--listen", "regular@127.0.0.1:0", stdout=asyncio.subprocess.PIPE)
    try:
        line = (await asyncio.wait_for(engine.stdout.readline(), PATIENCE_S)).decode()
        if not line.startswith("listening regular "):
            return f"the engine says {line!r}"
        proxy_port = int(line.rsplit(":", 1)[1])
        asking = [ask(proxy_port, origin_port, number) for number in range(CONNECTIONS)]
        right = await asyncio.wait_for(asyncio.gather(*asking), PATIENCE_S)
        if not all(right):
            return f"{right.count(False)} of {CONNECTIONS} answers are wrong"
        engine.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(engine.wait(), PATIENCE_S)
        if code != 0:
            return f"the engine ended with exit code {code}"
        # Wine's own end of a program that heeds no Ctrl-Break has exit code 0 too: what came last is in the history after an end in order.
        history = sqlite3.connect(os.path.join(data_dir, "history.db"))
        kept = history.execute("SELECT count(*) FROM exchange").fetchone()[0]
        history.close()
        return "" if kept == CONNECTIONS else f"{kept} of {CONNECTIONS} exchanges are in the history"
    except asyncio.TimeoutError:
        return f"after {PATIENCE_S} s: {origin.asked} of {CONNECTIONS} requests have reached the server"
    finally:
        if engine.returncode is None:
            engine.kill()
            await engine.wait()


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="sluice-crowd-", ignore_cleanup_errors=True) as data_dir:
        wrong = asyncio.run(run(sys.argv[1], os.path.join(data_dir, "data")))
    print(f"{CONNECTIONS} connections at once: {wrong or 'all served, and the engine ended in order'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
