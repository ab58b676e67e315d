"""The report on a project, for people: what it is, what was checked, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from fpgaml.report import checks
from fpgaml.report.console import NAME_WIDTH, clean, columns, line, shorten, title
from fpgaml.report.cosim import print_bulk, print_cosim
from fpgaml.report.estimate import print_estimate
from fpgaml.report.requantisation import print_requantisation
from fpgaml.report.synth import print_synthesis
from fpgaml.report.tflite import print_tflite, settings_line

FILES_SHOWN = 5

Json = Mapping[str, Any]


def print_report(
    console: Console,
    manifest: Json,
    results: Json,
    *,
    all_quantizers: bool = False,
    edited: Sequence[str] = (),
    made_now: bool = False,
) -> None:
    """Print what manifest.json and results.json say.

    Args:
        console: any width; 80 columns are enough.
        manifest, results: of one project, as `fpgaml.report.schema.validate` accepts them.
        all_quantizers: list every quantizer and every message, not only those that call for attention.
        edited: files that changed since the project was generated.
        made_now: whether the checks are of the files as they are now, the edited ones too.
    """
    _print_source(console, manifest)
    _print_ports(console, manifest, results)
    _print_checks(console, manifest, results)
    _print_layers(console, results)
    _print_approximations(console, manifest)
    _print_quantizers(console, results, all_quantizers)
    _print_physics(console, results)
    print_tflite(console, results)
    print_requantisation(console, results)
    print_estimate(console, manifest, results, all_layers=all_quantizers)
    for entry in results.get("cosim", []):
        print_cosim(console, entry)
    if "bulk" in results:
        print_bulk(console, results["bulk"])
    print_synthesis(console, results.get("synthesis", []))
    _print_messages(console, manifest, all_quantizers)
    _print_edited(console, edited)
    console.print()
    line(console, _verdict(results, edited, made_now), indent=0)


def _print_source(console: Console, manifest: Json) -> None:
    source, board, settings = manifest["source"], manifest["board"], manifest["settings"]
    clock = f"{board['clock_ns']:.6g} ns ({1e3 / board['clock_ns']:.6g} MHz)"
    place = f"{board['name']}, part {board['part']}, clock {clock}" + (f"\n{board['note']}" if board["note"] else "")
    rows = [
        (Text("model", "bold"), f"{source['file']}, {source['framework']}"),
        (Text("board", "bold"), place),
        (Text("project", "bold"), _settings(settings)),
    ]
    if settings["target"] == "tflite":  # a flatbuffer is for no board
        del rows[1]
    columns(console, rows, indent=0)


def _settings(settings: Json) -> str:
    if settings["target"] == "rtl":
        return _rtl_settings(settings)
    if settings["target"] == "tflite":
        return settings_line(settings)
    family = settings.get("backend_chosen_for", "")
    backend = f"{settings['backend']} (chosen for {family})" if family else settings["backend"]
    lines = [f"hls4ml {backend}, {settings['io']}, {_choice(settings)}"]
    lines += [f"layer {name}: {_choice(choice)}" for name, choice in settings["layers"].items()]
    return "\n".join(lines)


def _rtl_settings(settings: Json) -> str:
    language = {"verilog": "Verilog", "vhdl": "VHDL"}[settings["hdl"]]
    shell = f"{settings['shell']} shell"
    if settings["shell"] == "axis":
        beats = f"{settings['beat_in']} elements a beat in, {settings['beat_out']} out"
        shell += f" ({beats}, tag of {settings['tag_bits']} bits)"
    return f"{language}, fully unrolled, {shell}, top module {settings['top']}"


def _choice(choice: Json) -> str:
    strategy = f"{choice['strategy']} strategy".replace("_", " ") if choice["strategy"] else ""
    reuse = f"reuse factor {choice['reuse_factor']}" if choice["reuse_factor"] else ""
    return ", ".join(part for part in (strategy, reuse) if part)


def _print_ports(console: Console, manifest: Json, results: Json) -> None:
    title(console, "Ports")
    rows = []
    for direction, key in (("in", "inputs"), ("out", "outputs")):
        for port in manifest[key]:
            shape = " x ".join(map(str, port["shape"])) or "scalar"
            rows.append((direction, shorten(clean(port["name"])), shape, _type(port), _value(port, manifest)))
    columns(console, rows, ("", "tensor", "shape", "type", "raw value n is"))
    for entry in manifest["input_types"]:
        # The other reasons say where the type is from.
        origin = "type chosen from the data: " if entry["origin"] == "data" else ""
        line(console, f"{entry['name']}: {origin}{entry['reason']}")
    for entry in results["input_rounding"]:
        line(console, f"{entry['name']}: {_rounding(entry)} ({entry['kind']})")


def _value(port: Json, manifest: Json) -> str:
    """The real value of a raw one."""
    port = {**manifest.get("codings", {}).get(port["name"], {}), **port}
    if "scale" in port:
        return f"(n - {port['zero_point']}) * {port['scale']:.9g}".replace("- -", "+ ")
    return f"n * 2^{-port['fractional']}"


def _rounding(entry: Json) -> str:
    if not entry["changed"]:
        return f"holds each of the data's {entry['values']} values exactly"
    share = checks.percent(entry["changed"], entry["values"])
    return f"rounding to its type changes {share} of the data's values, by at most {entry['largest']:.4g}"


def _type(port: Json) -> str:
    """Without rounding and overflow: they do not change what a value means."""
    if "scale" in port:
        return f"int{port['width']}"
    stem = port.get("cpp", "ap_fixed" if port["signed"] else "ap_ufixed").split("<")[0]
    return f"{stem}<{port['width']},{port['width'] - port['fractional']}>" if stem.startswith("ap_") else port["cpp"]


def _print_checks(console: Console, manifest: Json, results: Json) -> None:
    kinds = checks.kinds_of(results["checks"])
    title(console, f"Checks ({', '.join(kinds)})" if kinds else "Checks")
    rows: list[tuple[str, Text, str]] = []
    for check in results["checks"]:
        kind = f" [{check['kind']}]" if len(kinds) > 1 else ""
        text = "\n".join(checks.describe(check, manifest["settings"].get("backend", "")))
        rows.append((check["name"] + kind, checks.label(check), text))
        if check["input_rounding"]:
            rows.append(("  input rounding", Text("APART", "yellow"), "\n".join(checks.describe_rounding(check))))
    columns(console, rows)
    if not rows:
        line(console, "none")


def _print_layers(console: Console, results: Json) -> None:
    for check in results["checks"]:
        if not check["layers"]:
            continue
        title(console, f"Layers: {check['name']} ({check['kind']})")
        rows = [
            (
                shorten(clean(checks.tensor(layer))),
                checks.layer_label(layer),
                checks.percent(layer["differing_values"], layer["values"]),
                f"{layer['largest_lsb']:.4g}",
                f"{layer['largest']:.4g}",
            )
            for layer in check["layers"]
        ]
        columns(console, rows, ("layer", "", "differing", "max LSB", "max error"), right=(2, 3, 4))


def _print_approximations(console: Console, manifest: Json) -> None:
    if not manifest["approximations"]:
        return
    title(console, "Approximations: the model keeps this in floating point, the Graph rounds it")
    rows: list[tuple[str, str]] = []
    last = None
    for each in manifest["approximations"]:
        rows.append((shorten(clean(each["layer"])) if each["layer"] != last else "", each["what"]))
        last = each["layer"]
    columns(console, rows)


def _print_quantizers(console: Console, results: Json, everything: bool) -> None:
    quantizers = results["quantizers"]
    if not quantizers:
        return
    kinds = ", ".join(checks.kinds_of(quantizers))
    seen = "on the data" if results["events"].get("data") else "on the test vectors; --data shows typical ranges"
    title(console, f"Quantizers ({kinds}, {seen})")
    shown = [each for each in quantizers if everything or each["remark"]]
    layers = [each["layer"] for each in quantizers]
    rows = [
        (
            # A layer with several quantizers: only the node tells them apart.
            shorten(clean(each["layer"] if layers.count(each["layer"]) == 1 else each["node"]), NAME_WIDTH - 4),
            each["quantizer"],
            f"{each['range_used']:.0%}",
            each["remark"] or "fine",
        )
        for each in shown
    ]
    columns(console, rows, ("quantizer", "type", "used", "remark"), right=(2,))
    fine = len(quantizers) - len(shown)
    if fine:
        others = "quantizers are" if fine > 1 else "quantizer is"
        line(console, f"{fine} {'more ' if shown else ''}{others} fine (--all lists every one)")


def _print_physics(console: Console, results: Json) -> None:
    areas = results["physics"].get("roc_auc")
    if not areas:
        return
    title(console, f"Physics ({results['physics']['kind']})")
    columns(console, [("ROC AUC", name, f"{area:.6f}") for name, area in areas.items()])


def _print_messages(console: Console, manifest: Json, everything: bool) -> None:
    messages = [text for text in manifest["messages"] if everything or "warning" in text.lower()]
    if messages:
        title(console, "The tools said" if manifest["settings"]["target"] != "hls" else "hls4ml said")
        for text in messages:
            line(console, text)


def _print_edited(console: Console, edited: Sequence[str]) -> None:
    if not edited:
        return
    title(console, f"Edited since the project was generated: {_files(len(edited))}")
    for name in edited[:FILES_SHOWN]:
        line(console, name)
    if len(edited) > FILES_SHOWN:
        line(console, f"and {len(edited) - FILES_SHOWN} more")


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _verdict(results: Json, edited: Sequence[str], made_now: bool) -> Text:
    """The last line; what was proved of other files is not claimed for these."""
    word, style = checks.VERDICTS[checks.verdict(results, () if made_now else edited)]
    reasons = "; ".join(checks.summary(check) for check in results["checks"]) or "nothing was checked"
    found = ", ".join(checks.kinds_of(results["checks"]))
    kinds = f" ({found})" if found else ""
    verdict = Text.assemble((word, style), f": {clean(reasons)}{kinds}")
    if edited and made_now:
        verdict.append(f". {_files(len(edited))} edited since the project was generated", "yellow")
    elif edited:
        advice = "`fpgaml verify` checks the project as it is now"
        verdict.append(f". {_files(len(edited))} edited since: {advice}", "yellow")
    return verdict
