"""The proxies that are measured: how each is set up to do the same work with one worker, without a log."""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

from processes import cpu_seconds, resident_bytes

PROXY_CORE = 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"does not start: it ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"does not listen on its port {port}")


class Proxy:
    """One running proxy. `forward` is its port for clients that ask for whole URLs and tunnels, `reverse` the one that
    stands for the origin, `tls` the one that does so over TLS with a certificate of its own, `raw` the one whose bytes go to the
    origin's TLS as they are; None where it has none."""

    name = ""
    program = ""
    asks_version = "-v"
    rest_seconds = 0.5  # when it has done nothing for so long, it rests

    def __init__(self, origin):
        self.origin = origin
        self.folder = tempfile.mkdtemp(prefix="sluice-bench-")
        self.forward = self.reverse = self.tls = self.raw = None
        self.process = None
        self.around = lambda proxy: contextlib.nullcontext()  # what else looks on while a workload is measured

    @classmethod
    def installed(cls):
        return shutil.which(cls.program) is not None

    @classmethod
    def version(cls):
        done = subprocess.run([cls.program, cls.asks_version], capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip().partition("\n")[0]

    def __enter__(self):
        self.prepare()
        command = ["taskset", "-c", str(PROXY_CORE), *self.command()]
        with open(os.path.join(self.folder, "output"), "wb") as quiet:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=quiet, stderr=quiet, cwd=self.folder)
        try:
            for port in (self.forward, self.reverse, self.tls, self.raw):
                if port:
                    wait_for_port(port, self.process)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def memory(self):
        return resident_bytes(self.process.pid)

    def recording(self):
        """Counts, since the start, of what it has recorded and what it could not; None where it records nothing."""
        return None


WHOLE_BODIES = ("--capture-size", "1GB")  # more than any body that is sent here


class Sluice(Proxy):
    program = "sluiced"
    asks_version = "--version"
    options = ()
    rest_seconds = 2  # the indexes wait for a burst to end, then take their time
    binary = None  # where the build is
    records = True

    @classmethod
    def installed(cls):
        return cls.binary is not None and os.access(cls.binary, os.X_OK)

    @classmethod
    def version(cls):
        return subprocess.run([cls.binary, cls.asks_version], capture_output=True, text=True, check=False).stdout.strip()

    def prepare(self):
        self.forward, self.reverse, self.tls = free_port(), free_port(), free_port()

    def command(self):
        origin = self.origin
        return [self.binary, "--data-dir", self.data(), "--workers", "1", "--log-level", "error",
                "--listen", f"regular@127.0.0.1:{self.forward}",
                "--listen", f"reverse:http://127.0.0.1:{origin.http}@127.0.0.1:{self.reverse}",
                "--listen", f"reverse:https://127.0.0.1:{origin.https}@127.0.0.1:{self.tls}",
                "--upstream-ca", origin.certificate, *self.options]

    def data(self):
        return os.path.join(self.folder, "data")

    def ask(self, *words):
        control = os.path.join(os.path.dirname(self.binary), "sluicectl")
        command = [control, "--data-dir", self.data(), "--json", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"sluicectl {words[0]}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def recording(self):
        if not self.records:
            return None
        status = self.ask("status")
        now = status["now"]
        return {"exchanges": status["exchanges"], "refused_bytes": now["refusedBodyBytes"], "cut_bodies": now["cutBodies"],
                "dropped": now["droppedExchanges"], "bad_records": now["badRecords"]}

    def missing_bytes(self):
        """Of bodies that passed and are not in the history, of its newest exchanges: of all of a sample whose bodies are big. What
        tunnels and WebSockets have passed is no body."""
        exchanges = [each for each in self.ask("list", "--limit", "1000") if each["kind"] == "http" and each["status"] != 101]
        bodies = [each[side] for each in exchanges for side in ("requestBody", "responseBody")]
        return sum(body["bytes"] - body["capturedBytes"] for body in bodies)


class SluiceOff(Sluice):
    name = "Sluice, capture off"
    options = ("--capture", "off")
    rest_seconds = Proxy.rest_seconds
    records = False


class SluiceTunnels(Sluice):
    name = "Sluice, nothing decrypted"
    options = ("--intercept", "off", *WHOLE_BODIES)


class SluiceFull(Sluice):
    name = "Sluice, full capture"
    options = WHOLE_BODIES


class SluiceHeads(Sluice):
    name = "Sluice, heads alone"
    options = ("--capture", "heads")

    def missing_bytes(self):
        return 0  # none was to be kept


class Nginx(Proxy):
    name = "nginx"
    program = "nginx"

    def prepare(self):
        self.reverse = free_port()
        self.config = self.write("nginx.conf", f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log stderr crit;{" user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 16384; }}
http {{
  access_log off; client_max_body_size 0; keepalive_requests 1000000000;
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/f;
  uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  upstream origin {{ server 127.0.0.1:{self.origin.http}; keepalive 64; keepalive_requests 1000000000; }}
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  server {{
    listen 127.0.0.1:{self.reverse};
    location / {{
      proxy_pass http://origin; proxy_http_version 1.1; proxy_request_buffering off;
      proxy_set_header Connection $connection_upgrade; proxy_set_header Upgrade $http_upgrade;
    }}
  }}
}}
""")

    def command(self):
        return ["nginx", "-p", self.folder, "-e", "stderr", "-c", self.config]


class HAProxy(Proxy):
    name = "HAProxy"
    program = "haproxy"
    mode = "http"
    more = ""

    def prepare(self):
        self.reverse = free_port()
        self.config = self.write("haproxy.cfg", f"""
global
  nbthread 1
  maxconn 8192
  maxpipes 64
defaults
  mode {self.mode}
  timeout connect 10s
  timeout client 600s
  timeout server 600s
  {"http-reuse always" if self.mode == "http" else ""}
frontend in
  bind 127.0.0.1:{self.reverse}
  default_backend origin
backend origin
  server origin 127.0.0.1:{self.origin.http}
{self.more}""")

    def command(self):
        return ["haproxy", "-db", "-q", "-f", self.config]


class HAProxyTcp(HAProxy):
    name = "HAProxy, TCP mode"
    mode = "tcp"
    options = ""

    def prepare(self):
        self.raw = free_port()
        self.more = f"""
frontend raw
  bind 127.0.0.1:{self.raw}
  default_backend raw
  {self.options}
backend raw
  {self.options}
  server origin 127.0.0.1:{self.origin.https}
"""
        super().prepare()


class HAProxySplice(HAProxyTcp):
    """With what its manual has for bulk, which is off unless asked for."""
    name = "HAProxy, TCP mode with splice"
    options = "option splice-auto"


class Squid(Proxy):
    name = "squid"
    program = "squid"

    def prepare(self):
        self.forward = free_port()
        os.chmod(self.folder, 0o777)
        self.config = self.write("squid.conf", f"""
http_port 127.0.0.1:{self.forward}
http_access allow all
cache deny all
access_log none
cache_log {self.folder}/cache.log
pid_filename {self.folder}/pid
coredump_dir {self.folder}
shutdown_lifetime 0 seconds
client_persistent_connections on
server_persistent_connections on
""")

    def command(self):
        return ["squid", "-N", "-f", self.config]


class Tinyproxy(Proxy):
    name = "tinyproxy"
    program = "tinyproxy"

    def prepare(self):
        self.forward = free_port()
        self.config = self.write("tinyproxy.conf", f"""
Port {self.forward}
Listen 127.0.0.1
Timeout 600
MaxClients 2000
LogLevel Critical
LogFile "{self.folder}/log"
""")

    def command(self):
        return ["tinyproxy", "-d", "-c", self.config]


class Privoxy(Proxy):
    name = "privoxy"
    program = "privoxy"
    asks_version = "--version"

    def prepare(self):
        self.forward = free_port()
        self.config = self.write("privoxy.conf", f"""
listen-address 127.0.0.1:{self.forward}
toggle 0
keep-alive-timeout 300
connection-sharing 1
max-client-connections 2000
logdir {self.folder}
confdir {self.folder}
""")

    def command(self):
        return ["privoxy", "--no-daemon", self.config]


class Mitmproxy(Proxy):
    name = "mitmproxy"
    program = "mitmdump"
    asks_version = "--version"

    def prepare(self):
        self.forward = free_port()

    def command(self):
        return ["mitmdump", "--quiet", "--listen-host", "127.0.0.1", "--listen-port", str(self.forward),
                "--set", f"confdir={self.folder}", "--set", f"ssl_verify_upstream_trusted_ca={self.origin.certificate}"]


class MitmproxyTls(Mitmproxy):
    name = "mitmproxy, reverse"

    def prepare(self):
        self.tls = free_port()

    def command(self):
        return ["mitmdump", "--quiet", "--listen-host", "127.0.0.1", "--listen-port", str(self.tls),
                "--mode", f"reverse:https://127.0.0.1:{self.origin.https}", "--set", f"confdir={self.folder}", "--ssl-insecure"]


class Direct(Proxy):
    """No proxy: what the load generator and the origin can do by themselves."""
    name = "direct"

    @classmethod
    def installed(cls):
        return True

    @classmethod
    def version(cls):
        return ""

    def __enter__(self):
        self.reverse, self.tls, self.raw = self.origin.http, self.origin.https, self.origin.https
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu(self):
        return 0.0

    def memory(self):
        return 0
