"""The origin of every measurement: nginx on the load generators' core, with files in memory, and behind it, at /echo, a
WebSocket server that says what it hears."""
import os
import shutil
import subprocess
import sys
import tempfile

from proxies import free_port, wait_for_port

LOAD_CORE = 0
BIG_BYTES = 512 * 1024 * 1024


class Origin:
    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-bench-origin-", dir="/dev/shm")
        self.http, self.https, echo = free_port(), free_port(), free_port()
        self.certificate = os.path.join(self.folder, "certificate.pem")
        key = os.path.join(self.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", self.certificate, "-days", "2", "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1,DNS:*.bench.test"],
                       check=True, capture_output=True)
        for name, size in (("1k", 1024), ("64k", 65536), ("big", BIG_BYTES)):
            with open(os.path.join(self.folder, name), "wb") as file:
                for _ in range(0, size, 1024 * 1024):
                    file.write(os.urandom(min(size, 1024 * 1024)))
        config = os.path.join(self.folder, "nginx.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log stderr crit;{" user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 32768; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; client_max_body_size 0; sendfile on; open_file_cache max=16;
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/f;
  uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  server {{
    listen 127.0.0.1:{self.http} backlog=16384; listen 127.0.0.1:{self.https} ssl backlog=16384;
    ssl_certificate {self.certificate}; ssl_certificate_key {key}; ssl_session_cache shared:s:10m;
    root {self.folder};
    location = /sink {{ return 204; }}
    location = /echo {{
      proxy_pass http://127.0.0.1:{echo}; proxy_http_version 1.1; proxy_read_timeout 600s;
      proxy_set_header Upgrade websocket; proxy_set_header Connection upgrade;
    }}
  }}
}}
""")
        self.process = subprocess.Popen(["taskset", "-c", str(LOAD_CORE), "nginx", "-p", self.folder, "-e", "stderr", "-c", config],
                                        stdin=subprocess.DEVNULL)
        here = os.path.dirname(os.path.abspath(__file__))
        self.echo = subprocess.Popen(["taskset", "-c", str(LOAD_CORE), sys.executable, os.path.join(here, "websocket.py"), str(echo)],
                                     stdin=subprocess.DEVNULL)
        wait_for_port(self.http, self.process)
        wait_for_port(echo, self.echo)
        return self

    def __exit__(self, *_):
        for process in (self.process, self.echo):
            process.terminate()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
