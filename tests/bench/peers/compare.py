#!/usr/bin/env python3
"""Sluice beside what people use instead, in one run: each workload with each proxy in turn, several rounds, medians.

compare.py --sluiced build/bench/bin/sluiced [--quick] [--only TEXT] [--proxies TEXT,...] [--json FILE]

The origin and the load share one core, the proxy has another to itself. Prints a Markdown table for each workload: the
figure that a busy machine disturbs least is what a request or a gigabyte costs of CPU, of all of the proxy's processes."""
import argparse
import dataclasses
import json
import os
import resource
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import proxies  # noqa: E402
from origin import Origin  # noqa: E402
from workloads import Latency, workloads  # noqa: E402

EVERY = [proxies.Direct, proxies.SluiceOff, proxies.SluiceHeads, proxies.SluiceFull, proxies.SluiceTunnels, proxies.HAProxy,
         proxies.HAProxyTcp, proxies.HAProxySplice, proxies.Nginx, proxies.Squid,
         proxies.Tinyproxy, proxies.Privoxy, proxies.Mitmproxy, proxies.MitmproxyTls]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluiced", required=True, help="the program to measure")
    parser.add_argument("--quick", action="store_true", help="one round of two seconds instead of three of five")
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--proxies", default="", help="proxies whose name contains one of these, by commas")
    parser.add_argument("--json", help="all samples go into this file")
    return parser.parse_args()


def middle(samples, value):
    values = [value(sample) for sample in samples]
    return statistics.median(values), min(values), max(values)


def row(name, workload, samples):
    scale = 1e6 if workload.per.startswith("us") else 1
    cost, least, most = middle(samples, lambda s: s.cpu * scale / s.amount)
    rate = middle(samples, lambda s: s.amount / s.seconds)[0]
    memory = middle(samples, lambda s: s.memory)[0] / 2**20
    later = middle(samples, lambda s: s.later * scale / s.amount)[0]
    cells = [name, f"{cost:.2f} ({least:.2f} to {most:.2f})", f"{later:.2f}", f"{rate:.2f}" if rate < 100 else f"{rate:.0f}",
             f"{middle(samples, lambda s: s.p50_ms)[0]:.3f}", f"{middle(samples, lambda s: s.p99_ms)[0]:.3f}", f"{memory:.0f}",
             str(sum(sample.errors for sample in samples))]
    for key in samples[0].extra:
        cells.append(f"{key} {middle(samples, lambda s, key=key: s.extra[key])[0]:.4g}")
    return "| " + " | ".join(cells) + " |"


def measure(workload, chosen, origin, rounds, seconds):
    """{proxy's name: its samples}, the proxies in turn."""
    found = {}
    for _ in range(rounds):
        for kind in chosen:
            try:
                with kind(origin) as proxy:
                    sample = workload.run(proxy, origin, seconds)
            except (RuntimeError, AttributeError) as error:
                print(f"{kind.name}: {workload.name}: {error}", file=sys.stderr)
                continue
            if sample:
                found.setdefault(kind.name, []).append(sample)
    return found


def main():
    options = arguments()
    proxies.Sluice.binary = os.path.abspath(options.sluiced)
    Latency.load = os.path.join(os.path.dirname(proxies.Sluice.binary), "constant_rate")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    wanted = [name.strip().lower() for name in options.proxies.split(",") if name.strip()]
    chosen = [kind for kind in EVERY if not wanted or any(name in kind.name.lower() for name in wanted)]
    for kind in [kind for kind in chosen if not kind.installed()]:
        print(f"{kind.name} is not installed: left out", file=sys.stderr)
        chosen.remove(kind)
    rounds, seconds = (1, 2) if options.quick else (3, 5)
    everything = {}
    with Origin() as origin:
        for workload in workloads(options.quick):
            if options.only.lower() not in workload.name.lower():
                continue
            found = measure(workload, chosen, origin, rounds, seconds)
            everything[workload.name] = {name: [dataclasses.asdict(sample) for sample in samples] for name, samples in found.items()}
            print(f"\n{workload.name}\n\n| proxy | {workload.per} | put off | {workload.unit}/s | p50 ms | p99 ms | MiB | errors |\n"
                  "| --- | --- | --- | --- | --- | --- | --- | --- |")
            for name, samples in found.items():
                print(row(name, workload, samples), flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(everything, file, indent=1)


if __name__ == "__main__":
    main()
