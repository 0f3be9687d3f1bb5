"""What a run has found, as JSON: where and of what it was measured, and every sample. It is written after each workload, and when a run is
interrupted; the file of a former run is kept, under its time."""
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import re


def machine():
    cpu = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"cpu": cpu.group(1) if cpu else platform.machine(), "cores": os.cpu_count(), "kernel": platform.release(),
            "distribution": platform.freedesktop_os_release().get("PRETTY_NAME", "")}


class Results:
    def __init__(self, path, chosen, rounds, seconds):
        self.path = path
        self.header = {"machine": machine(), "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                       "versions": {kind.name: kind.version() for kind in chosen if kind.installed()},
                       "rounds": rounds, "seconds": seconds}
        self.workloads = {}
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if os.path.exists(path):
            stem, ending = os.path.splitext(path)
            os.rename(path, f"{stem}-{datetime.datetime.fromtimestamp(os.path.getmtime(path)):%Y%m%d-%H%M%S}{ending}")

    def summary(self):
        where = self.header["machine"]
        versions = "; ".join(dict.fromkeys(version for version in self.header["versions"].values() if version))
        return (f"{self.header['date']}, {where['cpu']}, {where['cores']} cores, Linux {where['kernel']}, {where['distribution']}; "
                f"{self.header['rounds']} x {self.header['seconds']} s\n{versions}")

    def add(self, workload, samples, troubles):
        self.workloads[workload.name] = {
            "unit": workload.unit, "per": workload.per,
            "samples": {name: [dataclasses.asdict(sample) for sample in found] for name, found in samples.items()},
            "failed": troubles}
        self.write()

    def write(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump({**self.header, "workloads": self.workloads}, file, indent=1)
        os.replace(self.path + ".new", self.path)
