#!/usr/bin/env python3
"""sluice.exe under Wine shows what passes through a running sluiced.exe: some requests of curl are sent, and what the screen shows then
is written to a file. tests/run windows runs it, with the environment that program.py needs.

usage: window.py SLUICED SLUICE.exe PICTURE.png
"""
import collections
import http.server
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

WIDTH, HEIGHT = 1280, 800
PATIENCE_S = 180
REQUESTS = 30
COLOURS_MIN = 40  # a window with text has more, an empty screen has one


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"path": "%s", "answer": 42}' % self.path.encode()
        self.send_response(404 if "missing" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def screen_of(folder: str) -> list[bytes]:
    """The rows of what Xvfb shows, as RGB: it keeps an X window dump in a file."""
    with open(os.path.join(folder, "Xvfb_screen0"), "rb") as file:
        dump = file.read()
    fields = struct.unpack(">25I", dump[:100])
    header, width, height, per_line, colours = fields[0], fields[4], fields[5], fields[12], fields[19]
    start = header + colours * 12
    rows = []
    for y in range(height):
        line = dump[start + y * per_line:start + y * per_line + width * 4]  # blue, green, red, nothing
        row = bytearray(width * 3)
        row[0::3], row[1::3], row[2::3] = line[2::4], line[1::4], line[0::4]
        rows.append(bytes(row))
    return rows


def write_png(path: str, rows: list[bytes]) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def colours(rows: list[bytes]) -> int:
    return len(collections.Counter(row[x:x + 3] for row in rows[::2] for x in range(0, len(row), 6)))


def wait_for(what, until: float):
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.5)
    return None


def run(sluiced: str, program: str, picture: str, folder: str, started: list[subprocess.Popen]) -> str:
    """What is wrong; empty: nothing."""
    until = time.monotonic() + PATIENCE_S
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    read, write = os.pipe()
    started.append(subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", folder, "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL))
    os.close(write)
    display = os.read(read, 32).decode().strip()
    if not display:
        return "Xvfb does not start"

    data_dir = os.path.join(folder, "data")
    engine = subprocess.Popen([sluiced, "--data-dir", data_dir, "--listen", "regular@127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    started.append(engine)
    line = engine.stdout.readline()
    if not line.startswith("listening regular "):
        return f"the engine says {line!r}"
    proxy = "http://127.0.0.1:" + line.strip().rsplit(":", 1)[1]

    # A desktop of its own, which draws on this display whatever others of this Wine have.
    window = subprocess.Popen(
        [os.environ["SLUICE_WINE"], "explorer", f"/desktop=sluice,{WIDTH}x{HEIGHT}",
         program, "--attach-only", "--data-dir", data_dir],
        env={**os.environ, "DISPLAY": ":" + display})
    started.append(window)
    if wait_for(lambda: colours(screen_of(folder)) > COLOURS_MIN, until) is None:
        write_png(picture, screen_of(folder))
        return f"no window within {PATIENCE_S} s: see {picture}"
    before = screen_of(folder)
    for number in range(REQUESTS):
        path = f"/missing/{number}" if number % 7 == 3 else f"/items/{number}?page={number % 5}"
        url = f"http://127.0.0.1:{server.server_address[1]}{path}"
        if subprocess.run(["curl", "-qsS", "-o", os.devnull, "--noproxy", "", "-x", proxy, url], check=False).returncode != 0:
            return f"curl gets nothing from {url}"
    changed = wait_for(lambda: sum(a != b for a, b in zip(before, screen_of(folder))) > REQUESTS * 5, until)
    time.sleep(3)  # what it draws next is there too
    write_png(picture, screen_of(folder))
    if not changed:
        return f"the requests are not shown: see {picture}"
    if window.poll() is not None:
        return f"the window ended with exit code {window.returncode}"
    engine.send_signal(signal.SIGTERM)
    code = engine.wait(PATIENCE_S)
    return "" if code == 0 else f"the engine ended with exit code {code}"


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    os.makedirs(os.path.dirname(os.path.abspath(sys.argv[3])), exist_ok=True)
    folder = tempfile.mkdtemp(prefix="sluice-window-")
    started: list[subprocess.Popen] = []
    try:
        wrong = run(*sys.argv[1:], folder, started)
    finally:
        for process in reversed(started):
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"sluice.exe: {wrong or 'shows what passes: ' + sys.argv[3]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
