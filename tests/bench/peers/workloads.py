"""What is asked of each proxy. A workload's run() gives a Sample, or raises with a reason that a reader of the table understands."""
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
    exchanges: int = 0   # that succeeded, each of which a recorder should have
    memory: int = 0      # bytes resident at the end
    p50_ms: float | None = None
    p99_ms: float | None = None
    errors: int = 0
    later: float = 0.0   # as cpu: what it has put off
    rested: bool = True  # otherwise it has put off more
    recorded: dict | None = None  # Proxy.recording(), of this sample alone
    extra: dict = dataclasses.field(default_factory=dict)


def needs(is_there):
    if not is_there:
        raise RuntimeError("does not do this, as it is set up here")


def pinned(*command):
    return ["taskset", "-c", str(LOAD_CORE), *command]


def run(command, **more):
    return subprocess.run(pinned(*command), capture_output=True, text=True, check=False, **more)


def settled(proxy, most=120):
    """(The proxy's clock, whether it rests): what it has put off is work too, which it may do a little at a time."""
    deadline, last = time.monotonic() + most, proxy.cpu()
    while time.monotonic() < deadline:
        time.sleep(proxy.rest_seconds)
        now = proxy.cpu()
        if now - last < 0.02:
            return now, True
        last = now
    return last, False


def measured(proxy, work, after=None):
    """Runs `work` between two readings of the proxy's clock; work() gives a Sample without what it has cost. after(sample) is called
    before it is looked what has been recorded: it closes what would still be running."""
    settled(proxy)
    recorded, before = proxy.recording(), proxy.cpu()
    with proxy.around(proxy):
        sample = work()
        sample.cpu = proxy.cpu() - before
    if sample.exchanges <= 0:
        raise RuntimeError(f"no answer ({sample.errors} errors)")
    sample.memory = proxy.memory()
    clock, sample.rested = settled(proxy)
    sample.later = clock - before - sample.cpu
    if after:
        after(sample)
        settled(proxy)
    if recorded is not None:
        sample.recorded = {key: count - recorded[key] for key, count in proxy.recording().items()}
        sample.recorded["missing_bytes"] = proxy.missing_bytes()
    return sample


def summary(times, begin, errors, exchanges=None):
    """Of `times` in ms, each of one thing that went well."""
    times = sorted(times)
    if not times:
        raise RuntimeError(f"no answer ({errors} errors)")
    return Sample(len(times), time.monotonic() - begin, 0.0, len(times) if exchanges is None else exchanges,
                  p50_ms=times[len(times) // 2], p99_ms=times[len(times) * 99 // 100], errors=errors)


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
        needs(port)
        target = f"http://127.0.0.1:{origin.http}{self.path}" if port == proxy.forward else self.path
        fields = f'["Host"]="127.0.0.1:{origin.http}"' + (',["Connection"]="close"' if self.fresh else "")
        script = proxy.write("wrk.lua", f"""
local text
function init() text = wrk.format("{self.method}", "{target}", {{{fields}}}, {f'string.rep("x", {self.body})' if self.body else "nil"}) end
function request() return text end
""")
        url = f"{'https' if self.tls else 'http'}://127.0.0.1:{port}/"

        def load(duration):
            return run(["wrk", "-t1", "-c32", f"-d{duration}s", "--latency", "--timeout", "10s", "-s", script, url])

        load(1)  # what is made once is made now
        return measured(proxy, lambda: self.read(load(seconds)))

    @staticmethod
    def read(done):
        text = done.stdout
        if not (found := re.search(r"(\d+) requests in ([\d.]+)s", text)):
            raise RuntimeError(f"wrk: {done.stderr.strip()[:200] or 'says nothing'}")
        p50, p99 = (milliseconds(re.search(rf"{share}%\s+([\d.]+\w+)", text).group(1)) for share in (50, 99))
        refused = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", text)))
        broken = sum(int(number) for line in re.findall(r"Socket errors.*", text) for number in re.findall(r" (\d+)", line))
        count = int(found.group(1))
        return Sample(count, float(found.group(2)), 0.0, count - refused, p50_ms=p50, p99_ms=p99, errors=refused + broken)


class Transfer:
    """curl moves 512 MiB, several times."""
    unit, per, most = "GB", "CPU s/GB", 120

    def __init__(self, name, upload=False, tunnel=False, rate=None):
        self.name, self.upload, self.tunnel, self.rate = name, upload, tunnel, rate

    def run(self, proxy, origin, seconds):
        command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}"]
        if self.tunnel:  # TLS, as tunnels are: what is HTTP inside one, Sluice takes for HTTP
            needs(proxy.forward or proxy.raw)
            url = f"https://127.0.0.1:{proxy.raw or origin.https}"
            command += ["-k", *(["-x", f"http://127.0.0.1:{proxy.forward}"] if proxy.forward else [])]
        elif proxy.forward:
            url = f"http://127.0.0.1:{origin.http}"
            command += ["-x", f"http://127.0.0.1:{proxy.forward}"]
        elif proxy.reverse:
            url = f"http://127.0.0.1:{proxy.reverse}"
        else:
            needs(False)
        command += ["--limit-rate", self.rate] if self.rate else []
        command += ["-T", f"{origin.folder}/big", url + "/sink"] if self.upload else [url + "/big"]

        def work():
            begin, rounds = time.monotonic(), 0
            while rounds == 0 or time.monotonic() - begin < seconds:
                try:
                    done = run(command, timeout=self.most)
                except subprocess.TimeoutExpired as late:
                    raise RuntimeError(f"transfer {rounds + 1} not finished after {self.most} s") from late
                if done.returncode != 0 or done.stdout not in ("200", "204"):  # what then passed was not the file
                    raise RuntimeError(f"transfer {rounds + 1} failed: {done.stderr.strip() or 'answer ' + done.stdout}")
                rounds += 1
            return Sample(rounds * BIG_BYTES / 1e9, time.monotonic() - begin, 0.0, rounds)

        return measured(proxy, work)


class NewHosts:
    """Connections over intercepted TLS, each to a name that the proxy has never seen: it makes a certificate for each."""
    unit, per = "connections", "us/connection"
    made = 0  # names

    def __init__(self, name):
        self.name = name

    def run(self, proxy, origin, seconds):
        needs(proxy.tls)
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
                    is_good = ask()
                except OSError:
                    is_good = False
                if is_good:
                    times.append((time.monotonic() - before) * 1000)
                errors += not is_good
            return summary(times, begin, errors)

        return measured(proxy, work)


class WebSocketEcho:
    """Clients that each send a message and wait for it to come back before the next."""
    unit, per = "messages", "us/message there and back"
    clients, payload = 16, b"x" * 100

    def __init__(self, name):
        self.name = name

    def run(self, proxy, origin, seconds):
        port = proxy.reverse or proxy.forward
        needs(port)
        target = "/echo" if proxy.reverse else f"http://127.0.0.1:{origin.http}/echo"
        sockets = []

        def work():
            begin = time.monotonic()
            for _ in range(self.clients):
                sockets.append(websocket.connect(port, target, f"127.0.0.1:{origin.http}"))
            times, errors = websocket.ping_pong(sockets, self.payload, seconds)
            return summary(times, begin, errors, exchanges=self.clients)

        def close(*_):
            while sockets:
                sockets.pop().close()

        try:
            return measured(proxy, work, close)
        finally:
            close()


class IdleTunnels:
    """Opens tunnels that nothing passes, and looks at what they cost."""
    unit, per = "tunnels", "us/tunnel to open"

    def __init__(self, name, count):
        self.name, self.count = name, count

    def run(self, proxy, origin, seconds):
        port = proxy.forward or (proxy.reverse if proxy.name == "HAProxy, TCP mode" else None)
        needs(port)
        ask = f"CONNECT 127.0.0.1:{origin.http} HTTP/1.1\r\nHost: 127.0.0.1:{origin.http}\r\n\r\n".encode()
        empty = proxy.memory()
        held = []

        def work():
            begin, errors = time.monotonic(), 0
            try:
                for _ in range(self.count):
                    held.append(socket.create_connection(("127.0.0.1", port), timeout=10))
                    if port == proxy.forward:
                        held[-1].sendall(ask)
                        errors += b" 200 " not in held[-1].recv(4096)
            except OSError as error:
                raise RuntimeError(f"no answer after {len(held)} of {self.count} tunnels: {error}") from error
            return Sample(self.count, time.monotonic() - begin, 0.0, self.count - errors, errors=errors)

        def rest(sample):
            idle = proxy.cpu()
            time.sleep(seconds)
            sample.extra = {"bytes each": (proxy.memory() - empty) / self.count, "idle CPU share": (proxy.cpu() - idle) / seconds}
            close()

        def close():
            while held:
                held.pop().close()

        try:
            return measured(proxy, work, rest)
        finally:
            close()


class Latency:
    """A request is due at a constant rate, evenly spread, a share of what the proxy can do; times are from when it was due. What is
    added is what asking the origin itself at that rate does not take."""
    unit, per = "requests", "us/request"
    clients = 32
    load = ""  # the program constant_rate

    def __init__(self, share):
        self.name, self.share = f"1 KB GET at {share:.0%} of its maximum", share

    def run(self, proxy, origin, seconds):
        needs(proxy.reverse)
        url = f"http://127.0.0.1:{proxy.reverse}/1k"
        full = re.search(r"Requests/sec:\s+([\d.]+)", run(["wrk", "-t1", f"-c{self.clients}", "-d2s", url]).stdout)
        if not full or not float(full.group(1)):
            raise RuntimeError("no answer")
        rate = float(full.group(1)) * self.share

        def ask(port):
            begin = time.monotonic()
            found = json.loads(run([self.load, str(port), "/1k", str(rate), str(self.clients), str(seconds)]).stdout)
            return Sample(found["requests"], time.monotonic() - begin, 0.0, found["requests"], p50_ms=found["p50_us"] / 1000,
                          p99_ms=found["p99_us"] / 1000, errors=found["errors"])

        sample = measured(proxy, lambda: ask(proxy.reverse))
        plain = ask(origin.http)
        sample.extra = {"added p50 ms": sample.p50_ms - plain.p50_ms, "added p99 ms": sample.p99_ms - plain.p99_ms}
        return sample


def workloads():
    return [
        Requests("1 KB GET, keep-alive", "/1k"),
        Requests("64 KB GET, keep-alive", "/64k"),
        Requests("64 KB POST, keep-alive", "/sink", "POST", 65536),
        Requests("1 KB GET, a connection each", "/1k", fresh=True),
        Requests("1 KB GET over intercepted TLS, keep-alive", "/1k", tls=True),
        Requests("1 KB GET over intercepted TLS, a connection each", "/1k", fresh=True, tls=True),
        NewHosts("1 KB GET over intercepted TLS, a new host each"),
        WebSocketEcho("100-byte messages of WebSockets"),
        Transfer("512 MiB download"),
        Transfer("512 MiB download at 100 MiB/s", rate="100M"),  # a recorder that shares its core can take all of it
        Transfer("512 MiB upload", upload=True),
        Transfer("512 MiB through a tunnel", tunnel=True),
        Latency(0.25),
        Latency(0.5),
        Latency(0.75),
        IdleTunnels("idle tunnels", 5000),
    ]
