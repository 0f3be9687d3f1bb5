"""A workload's samples as a Markdown table, aligned so that it can be read in a terminal too."""
import statistics

LOSSES = (("cut_bodies", "bodies cut"), ("dropped", "exchanges dropped"), ("bad_records", "bad records"))


def number(value):
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def middle(values):
    """The median, and the range where there was more than one round; a dash where nothing was measured."""
    values = [value for value in values if value is not None]
    if not values:
        return "-"
    text, least, most = number(statistics.median(values)), number(min(values)), number(max(values))
    return text if least == most else f"{text} ({least}-{most})"


def recorded(samples):
    """Exchanges in the history against those that the load saw succeed, and all that was lost."""
    kept = [sample for sample in samples if sample.recorded]
    if not kept:
        return "-"
    text = f"{sum(sample.recorded['exchanges'] for sample in kept)} of {sum(sample.exchanges for sample in kept)}"
    lost = {key: sum(sample.recorded[key] for sample in kept) for key in kept[0].recorded}
    notes = [f"{words}: {lost[key]}" for key, words in LOSSES if lost[key]]
    if lost["refused_bytes"]:
        notes.append(f"bodies refused: {number(lost['refused_bytes'] / 1e6)} MB")
    if lost["missing_bytes"] > lost["refused_bytes"]:  # what nobody has counted
        notes.append(f"bodies not kept: {number(lost['missing_bytes'] / 1e6)} MB")
    return ", ".join([text, *notes])


def columns(workload, samples):
    """{heading: cell}"""
    scale = 1e6 if workload.per.startswith("us") else 1
    more = "" if all(s.rested for s in samples) else "over "
    cells = {
        workload.per: middle([s.cpu * scale / s.amount for s in samples]),
        "put off": more + middle([s.later * scale / s.amount for s in samples]),
        "with it": more + middle([(s.cpu + s.later) * scale / s.amount for s in samples]),
        f"{workload.unit}/s": middle([s.amount / s.seconds for s in samples]),
        "p50 ms": middle([s.p50_ms for s in samples]),
        "p99 ms": middle([s.p99_ms for s in samples]),
        "MiB": middle([s.memory / 2**20 for s in samples]),
        "errors": str(sum(s.errors for s in samples)),
    }
    for key in samples[0].extra:
        cells[key] = middle([s.extra[key] for s in samples])
    cells["recorded"] = recorded(samples)
    return cells


def aligned(rows):
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]])


def table(workload, samples, troubles):
    """`samples` and `troubles` by proxy: a proxy without samples has a row that says why, one that failed in some rounds says so."""
    rows = {name: columns(workload, found) for name, found in samples.items()}
    headings = list(next(iter(rows.values()), {}))
    if all(cells["recorded"] == "-" for cells in rows.values()):
        headings = [heading for heading in headings if heading != "recorded"]
    lines = [["proxy", *headings]]
    for name, cells in rows.items():
        failed = troubles.get(name, [])
        note = f" ({len(failed)} of {len(failed) + len(samples[name])} rounds failed: {failed[-1]})" if failed else ""
        lines.append([name + note, *(cells[heading] for heading in headings)])
    text = aligned(lines)
    for why in dict.fromkeys(failed[-1] for name, failed in troubles.items() if name not in samples):
        names = "; ".join(name for name, failed in troubles.items() if name not in samples and failed[-1] == why)
        text += f"\n| {names}: {why} |" + " |" * len(headings)
    return f"\n{workload.name}\n\n{text}"
