#!/usr/bin/env python3
"""Sluice beside what people use instead, in one run: each workload with each proxy in turn, several rounds, medians.

compare.py --sluiced build/bench/bin/sluiced [--quick] [--rounds N] [--only TEXT] [--proxies TEXT,...] [--json FILE]
           [--profile DIR]

The origin and the load share one core, the proxy has another to itself. Prints a Markdown table for each workload: the
figure that a busy machine disturbs least is what a request or a gigabyte costs of CPU, of all of the proxy's processes."""
import argparse
import os
import resource
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import profiles  # noqa: E402
import proxies  # noqa: E402
from origin import Origin  # noqa: E402
from results import Results  # noqa: E402
from table import table  # noqa: E402
from workloads import Latency, workloads  # noqa: E402

EVERY = [proxies.Direct, proxies.SluiceOff, proxies.SluiceHeads, proxies.SluiceFull, proxies.SluiceTunnels, proxies.HAProxy,
         proxies.HAProxyTcp, proxies.HAProxySplice, proxies.Nginx, proxies.Squid,
         proxies.Tinyproxy, proxies.Privoxy, proxies.Mitmproxy, proxies.MitmproxyTls]
ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluiced", required=True, help="the program to measure; sluicectl lies beside it")
    parser.add_argument("--quick", action="store_true", help="one round of two seconds instead of three of five")
    parser.add_argument("--rounds", type=int, metavar="N", help="that many rounds instead")
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--proxies", default="", help="proxies whose name contains one of these, by commas")
    parser.add_argument("--json", default=os.path.join(ROOT, "build/bench/compare.json"),
                        help="all samples go into this file (default: build/bench/compare.json)")
    parser.add_argument("--profile", metavar="DIR", help="for each workload and Sluice, what perf and strace say of further samples")
    options = parser.parse_args()
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds: at least 1")
    return options


def reason(error):
    if isinstance(error, (TimeoutError, ConnectionError)):
        text = f"no answer: {error}"
    else:
        text = str(error) if isinstance(error, RuntimeError) else f"{type(error).__name__}: {error}"
    return " ".join(text.replace("|", "/").split())  # of a table's cell


def attempt(kind, workload, origin, seconds, around=None):
    """(sample, None), or (None, why there is none)."""
    proxy = kind(origin)
    try:
        with proxy:
            proxy.around = around or proxy.around
            try:
                return workload.run(proxy, origin, seconds), None
            except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as error:
                if proxy.process and proxy.process.poll() is not None:
                    raise RuntimeError(f"it ended with {proxy.process.returncode}: {reason(error)}") from error
                raise
    except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as error:
        return None, reason(error)


def measure(workload, chosen, origin, rounds, seconds, samples, troubles):
    """Fills {proxy's name: its samples} and {proxy's name: why there are none or fewer}, the proxies in turn. What gave nothing in the
    first round is not asked again: it may take minutes to fail."""
    for _ in range(rounds):
        for kind in [kind for kind in chosen if kind.name in samples or kind.name not in troubles]:
            sample, why = attempt(kind, workload, origin, seconds) if kind.installed() else (None, "not installed")
            if sample:
                samples.setdefault(kind.name, []).append(sample)
            else:
                troubles.setdefault(kind.name, []).append(why)


def profile(workload, kinds, origin, seconds, folder, tools):
    for kind in kinds:
        for tool in tools:
            report = profiles.path(folder, workload.name, kind.name, tool)
            why = attempt(kind, workload, origin, seconds if tool is profiles.perf else 1,
                          lambda proxy, tool=tool, report=report: tool(proxy.process.pid, report))[1]
            if why:
                print(f"no {os.path.basename(report)}: {why}", file=sys.stderr)


def compare(options, chosen, results, rounds, seconds):
    tools = profiles.installed() if options.profile else []
    with Origin() as origin:
        for workload in workloads():
            if options.only.lower() not in workload.name.lower():
                continue
            samples, troubles = {}, {}
            try:
                measure(workload, chosen, origin, rounds, seconds, samples, troubles)
            except BaseException:
                for kind in chosen:
                    troubles.setdefault(kind.name, []).append("interrupted")
                raise
            finally:
                results.add(workload, samples, troubles)
                print(table(workload, samples, troubles), flush=True)
            measurable = [kind for kind in chosen if issubclass(kind, proxies.Sluice) and kind.name in samples]
            profile(workload, measurable, origin, seconds, options.profile, tools)


def main():
    options = arguments()
    proxies.Sluice.binary = os.path.abspath(options.sluiced)
    Latency.load = os.path.join(os.path.dirname(proxies.Sluice.binary), "constant_rate")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped, and the samples are written
    wanted = [name.strip().lower() for name in options.proxies.split(",") if name.strip()]
    chosen = [kind for kind in EVERY if not wanted or any(name in kind.name.lower() for name in wanted)]
    rounds, seconds = (1, 2) if options.quick else (3, 5)
    rounds = options.rounds or rounds
    if options.profile:
        os.makedirs(options.profile, exist_ok=True)
    results = Results(options.json, chosen, rounds, seconds)
    print(results.summary())
    try:
        compare(options, chosen, results, rounds, seconds)
    except KeyboardInterrupt:
        sys.exit("interrupted")
    finally:
        print(f"\nAll samples: {os.path.relpath(results.path)}")


if __name__ == "__main__":
    main()
