"""The proxies that are measured: how each is set up to do the same work with one worker, without a log."""
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
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not listen on port {port}")


class Proxy:
    """One running proxy. `forward` is its port for clients that ask for whole URLs and tunnels, `reverse` the one that
    stands for the origin, `tls` the one that does so over TLS with a certificate of its own, `raw` the one whose bytes go to the
    origin's TLS as they are; None where it has none."""

    name = ""
    program = ""

    def __init__(self, origin):
        self.origin = origin
        self.folder = tempfile.mkdtemp(prefix="sluice-bench-")
        self.forward = self.reverse = self.tls = self.raw = None
        self.process = None

    @classmethod
    def installed(cls):
        return shutil.which(cls.program) is not None

    def __enter__(self):
        self.prepare()
        command = ["taskset", "-c", str(PROXY_CORE), *self.command()]
        quiet = open(os.path.join(self.folder, "output"), "wb")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=quiet, stderr=quiet, cwd=self.folder)
        for port in (self.forward, self.reverse, self.tls, self.raw):
            if port:
                wait_for_port(port, self.process)
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


class Sluice(Proxy):
    program = "sluiced"
    options = ()
    binary = None  # where the build is

    @classmethod
    def installed(cls):
        return cls.binary is not None and os.access(cls.binary, os.X_OK)

    def prepare(self):
        self.forward, self.reverse, self.tls = free_port(), free_port(), free_port()

    def command(self):
        origin = self.origin
        return [self.binary, "--data-dir", os.path.join(self.folder, "data"), "--workers", "1", "--log-level", "error",
                "--listen", f"regular@127.0.0.1:{self.forward}",
                "--listen", f"reverse:http://127.0.0.1:{origin.http}@127.0.0.1:{self.reverse}",
                "--listen", f"reverse:https://127.0.0.1:{origin.https}@127.0.0.1:{self.tls}",
                "--upstream-ca", origin.certificate, *self.options]


class SluiceOff(Sluice):
    name = "Sluice, capture off"
    options = ("--capture", "off")


class SluiceTunnels(Sluice):
    name = "Sluice, nothing decrypted"
    options = ("--intercept", "off")


class SluiceFull(Sluice):
    name = "Sluice, full capture"


class SluiceHeads(Sluice):
    name = "Sluice, heads alone"
    options = ("--capture", "heads")


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

    def __enter__(self):
        self.reverse, self.tls, self.raw = self.origin.http, self.origin.https, self.origin.https
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu(self):
        return 0.0

    def memory(self):
        return 0
