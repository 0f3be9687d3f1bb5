"""What is asked of each proxy. A workload's run() gives a Sample, or None where the proxy cannot do that work."""
import dataclasses
import json
import re
import socket
import ssl
import subprocess
import time

import websocket
from origin import BIG_BYTES, LOAD_CORE


@dataclasses.dataclass
class Sample:
    amount: float        # requests, gigabytes or tunnels
    seconds: float
    cpu: float           # seconds of the proxy and all its processes
    memory: int = 0      # bytes resident at the end
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    errors: int = 0
    later: float = 0.0   # as cpu: what it has put off
    extra: dict = dataclasses.field(default_factory=dict)


def pinned(*command):
    return ["taskset", "-c", str(LOAD_CORE), *command]


def run(command, **more):
    return subprocess.run(pinned(*command), capture_output=True, text=True, check=False, **more)


def settled(proxy, most=60):
    """The proxy's clock once it rests: what it has put off is work too."""
    deadline, last = time.monotonic() + most, proxy.cpu()
    while time.monotonic() < deadline:
        time.sleep(0.5)
        now = proxy.cpu()
        if now - last < 0.02:
            return now
        last = now
    return last


def measured(proxy, work):
    """Runs `work` between two readings of the proxy's clock; work() gives a Sample without what it has cost."""
    before = settled(proxy)
    sample = work()
    sample.cpu = proxy.cpu() - before
    sample.memory = proxy.memory()
    sample.later = settled(proxy) - before - sample.cpu
    return sample


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


class Requests:
    """wrk keeps 32 connections busy; `fresh` closes each after its request."""
    unit, per = "requests", "us/request"

    def __init__(self, name, path, method="GET", body=0, fresh=False, tls=False):
        self.name, self.path, self.method, self.body, self.fresh, self.tls = name, path, method, body, fresh, tls

    def run(self, proxy, origin, seconds):
        port = proxy.tls if self.tls else proxy.forward or proxy.reverse
        if not port:
            return None
        target = f"http://127.0.0.1:{origin.http}{self.path}" if port == proxy.forward else self.path
        fields = f'["Host"]="127.0.0.1:{origin.http}"' + (',["Connection"]="close"' if self.fresh else "")
        script = proxy.write("wrk.lua", f"""
local text
function init() text = wrk.format("{self.method}", "{target}", {{{fields}}}, {f'string.rep("x", {self.body})' if self.body else "nil"}) end
function request() return text end
""")
        url = f"{'https' if self.tls else 'http'}://127.0.0.1:{port}/"

        def load(duration):
            return run(["wrk", "-t1", "-c32", f"-d{duration}s", "--latency", "--timeout", "10s", "-s", script, url]).stdout

        load(1)  # what is made once is made now
        return measured(proxy, lambda: self.read(load(seconds)))

    @staticmethod
    def read(text):
        count, duration = re.search(r"(\d+) requests in ([\d.]+)s", text).groups()
        p50, p99 = (milliseconds(re.search(rf"{share}%\s+([\d.]+\w+)", text).group(1)) for share in (50, 99))
        bad = sum(int(number) for line in re.findall(r"(?:Non-2xx|Socket errors).*", text) for number in re.findall(r" (\d+)", line))
        return Sample(float(count), float(duration), 0.0, 0, p50, p99, bad)


class Transfer:
    """curl moves 512 MiB, several times."""
    unit, per = "GB", "CPU s/GB"

    def __init__(self, name, upload=False, tunnel=False):
        self.name, self.upload, self.tunnel = name, upload, tunnel

    def run(self, proxy, origin, seconds):
        command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}"]
        if self.tunnel:  # TLS, as tunnels are: what is HTTP inside one, Sluice takes for HTTP
            if not proxy.forward and not proxy.raw:
                return None
            url = f"https://127.0.0.1:{proxy.raw or origin.https}"
            command += ["-k", *(["-x", f"http://127.0.0.1:{proxy.forward}"] if proxy.forward else [])]
        elif proxy.forward:
            url = f"http://127.0.0.1:{origin.http}"
            command += ["-x", f"http://127.0.0.1:{proxy.forward}"]
        elif proxy.reverse:
            url = f"http://127.0.0.1:{proxy.reverse}"
        else:
            return None
        command += ["-T", f"{origin.folder}/big", url + "/sink"] if self.upload else [url + "/big"]

        def work():
            begin, rounds, errors = time.monotonic(), 0, 0
            while rounds == 0 or time.monotonic() - begin < seconds:
                done = run(command, timeout=180)
                errors += done.returncode != 0 or done.stdout not in ("200", "204")
                rounds += 1
            return Sample(rounds * BIG_BYTES / 1e9, time.monotonic() - begin, 0.0, errors=errors)

        try:
            return measured(proxy, work)
        except subprocess.TimeoutExpired:
            return None


class NewHosts:
    """Connections over intercepted TLS, each to a name that the proxy has never seen: it makes a certificate for each."""
    unit, per = "connections", "us/connection"
    made = 0  # names

    def __init__(self, name):
        self.name = name

    def run(self, proxy, origin, seconds):
        if not proxy.tls:
            return None
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

        def ask():
            NewHosts.made += 1
            name = f"h{NewHosts.made}.bench.test"
            request = f"GET /1k HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode()
            with socket.create_connection(("127.0.0.1", proxy.tls), timeout=10) as plain:
                with context.wrap_socket(plain, server_hostname=name) as secure:
                    secure.sendall(request)
                    return secure.recv(65536).startswith(b"HTTP/1.1 200 ")

        def work():
            times, errors, begin = [], 0, time.monotonic()
            while time.monotonic() - begin < seconds:
                before = time.monotonic()
                try:
                    errors += not ask()
                except OSError:
                    errors += 1
                times.append((time.monotonic() - before) * 1000)
            times.sort()
            return Sample(len(times), time.monotonic() - begin, 0.0, 0, times[len(times) // 2], times[len(times) * 99 // 100], errors)

        return measured(proxy, work)


class WebSocketEcho:
    """Clients that each send a message and wait for it to come back before the next."""
    unit, per = "messages", "us/message there and back"
    clients, payload = 16, b"x" * 100

    def __init__(self, name):
        self.name = name

    def run(self, proxy, origin, seconds):
        port = proxy.reverse or proxy.forward
        target = "/echo" if proxy.reverse else f"http://127.0.0.1:{origin.http}/echo"
        try:
            sockets = [websocket.connect(port, target, f"127.0.0.1:{origin.http}") for _ in range(self.clients)]
        except OSError:
            return None

        def work():
            begin = time.monotonic()
            times, errors = websocket.ping_pong(sockets, self.payload, seconds)
            return Sample(len(times), time.monotonic() - begin, 0.0, 0, times[len(times) // 2], times[len(times) * 99 // 100], errors)

        try:
            return measured(proxy, work)
        finally:
            for each in sockets:
                each.close()


class IdleTunnels:
    """Opens tunnels that nothing passes, and looks at what they cost."""
    unit, per = "tunnels", "us/tunnel to open"

    def __init__(self, name, count):
        self.name, self.count = name, count

    def run(self, proxy, origin, seconds):
        port = proxy.forward or (proxy.reverse if proxy.name == "HAProxy, TCP mode" else None)
        if not port:
            return None
        ask = f"CONNECT 127.0.0.1:{origin.http} HTTP/1.1\r\nHost: 127.0.0.1:{origin.http}\r\n\r\n".encode()
        empty = proxy.memory()
        held = []

        def work():
            begin, errors = time.monotonic(), 0
            for _ in range(self.count):
                tunnel = socket.create_connection(("127.0.0.1", port), timeout=10)
                held.append(tunnel)
                if port == proxy.forward:
                    tunnel.sendall(ask)
                    errors += b" 200 " not in tunnel.recv(4096)
            return Sample(self.count, time.monotonic() - begin, 0.0, errors=errors)

        try:
            sample = measured(proxy, work)
            idle = proxy.cpu()
            time.sleep(seconds)
            sample.extra = {"bytes_each": (proxy.memory() - empty) / self.count, "idle_cpu_share": (proxy.cpu() - idle) / seconds}
            return sample
        except OSError:
            return None
        finally:
            for tunnel in held:
                tunnel.close()


class Latency:
    """A request is due at a constant rate, evenly spread, a share of what the proxy can do; times are from when it was due. What is
    added is what asking the origin itself at that rate does not take."""
    unit, per = "requests", "us/request"
    clients = 32
    load = ""  # the program constant_rate

    def __init__(self, share):
        self.name, self.share = f"1 KB GET at {share:.0%} of its maximum", share

    def run(self, proxy, origin, seconds):
        if not proxy.reverse:
            return None
        url = f"http://127.0.0.1:{proxy.reverse}/1k"
        full = run(["wrk", "-t1", f"-c{self.clients}", "-d2s", url]).stdout
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", full).group(1)) * self.share

        def ask(port):
            begin = time.monotonic()
            found = json.loads(run([self.load, str(port), "/1k", str(rate), str(self.clients), str(seconds)]).stdout)
            return Sample(found["requests"], time.monotonic() - begin, 0.0, 0, found["p50_us"] / 1000, found["p99_us"] / 1000,
                          found["errors"])

        sample = measured(proxy, lambda: ask(proxy.reverse))
        plain = ask(origin.http)
        sample.extra = {"added p50 ms": sample.p50_ms - plain.p50_ms, "added p99 ms": sample.p99_ms - plain.p99_ms}
        return sample


def workloads(quick):
    every = [
        Requests("1 KB GET, keep-alive", "/1k"),
        Requests("64 KB GET, keep-alive", "/64k"),
        Requests("64 KB POST, keep-alive", "/sink", "POST", 65536),
        Requests("1 KB GET, a connection each", "/1k", fresh=True),
        Requests("1 KB GET over intercepted TLS, keep-alive", "/1k", tls=True),
        Requests("1 KB GET over intercepted TLS, a connection each", "/1k", fresh=True, tls=True),
        NewHosts("1 KB GET over intercepted TLS, a new host each"),
        WebSocketEcho("100-byte messages of WebSockets"),
        Transfer("512 MiB download"),
        Transfer("512 MiB upload", upload=True),
        Transfer("512 MiB through a tunnel", tunnel=True),
        Latency(0.5),
        IdleTunnels("idle tunnels", 500 if quick else 5000),
    ]
    return every if quick else every + [Latency(0.25), Latency(0.75)]
