"""Training steps: a fraction of the multiply-add peak, and a multiple of PyTorch's."""

from alike import alike
from common import NAMES, lacuna_bench, paired, say, text_of, types
from rival import RivalError

# Of each preset's own batch: the shares of peak, and how many times as fast as PyTorch. Tiles (AMX)
# multiply so fast that the memory is the limit: their share of peak has no target.
SHARES = {"first": {"f32": 0.60, "bf16": 0.45}, "fast": {"f32": 0.60, "bf16": 0.45},
          "best": {"f32": 0.90, "bf16": 0.75}}
TIMES = {"f32": 2.0, "bf16": 1.5}


def median_run(b, **how):
    """The run of `lacuna bench` whose fraction of peak is the median of the rounds."""
    runs = [lacuna_bench(steps=b.steps, **how) for _ in range(b.rounds)]
    return sorted(runs, key=lambda run: run["fraction"])[len(runs) // 2]


def speed_text(run):
    return (f"{run['fraction']:.1%} of {run['peak_flop_per_second'] / 1e9:.0f} GFLOP/s, "
            f"{run['images_per_second']:.0f} images/s")


def step(b):
    run = median_run(b)
    b.report.least("training step, resnet, batch 256, float32", run["fraction"], 0.75,
                   speed_text(run), "75 %", run=run)
    if "bf16" not in types():
        b.report.line("the same in bf16", "this processor does not multiply bf16")
        return
    ours, theirs, ratio = paired(b.rounds, lambda: speed(b, "paper", "f32"),
                                 lambda: speed(b, "paper", "bf16"))
    b.report.least("the same in bf16", ratio, 1.6, f"{ratio:.2f} x, {theirs:.0f} images/s",
                   "1.6 x", float32=ours, bf16=theirs)


def speed(b, preset, dtype):
    return lacuna_bench(preset, dtype, steps=b.steps)["images_per_second"]


def batches(b):
    for model, batch in (("resnet", 32), ("resnet", 64), ("resnet", 128), ("cnn", 64),
                         ("cnn", 256)):
        run = median_run(b, model=model, batch=batch)
        what = f"training step, {model}, batch {batch}, float32"
        if batch == 64:
            b.report.least(what, run["fraction"], 0.65, speed_text(run), "65 %", run=run)
        else:
            b.report.line(what, speed_text(run), run=run)


def presets(b):
    for preset, limits in SHARES.items():
        for dtype in types():
            run = median_run(b, preset=preset, dtype=dtype)
            limit = limits[dtype]
            what = f"training step, {preset}, batch {run['batch']}, {NAMES[dtype]}"
            if dtype == "bf16" and run["cpu"] == "amx":
                b.report.line(what, speed_text(run), run=run)
                continue
            b.report.least(what, run["fraction"], limit, speed_text(run), f"{100 * limit:.0f} %",
                           run=run)


# ---- PyTorch ----------------------------------------------------------------------------

def torch_speed(torch, text, how, steps):
    return how["batch"] / torch.ask("train", text=text, steps=steps, **how)["seconds"]


def best_of(b, torch, text, modes, dtype):
    """PyTorch's fastest mode, layout and batch size, and the images a second of all tried: the
    layouts at one batch size, and the other batch sizes in the faster layout."""
    tried, failures = [], []

    def attempt(mode, layout, batch):
        how = {"mode": mode, "dtype": dtype, "layout": layout, "batch": batch}
        try:
            tried.append((torch_speed(torch, text, how, b.trial_steps), how))
        except RivalError as error:
            failures.append(error)
            return 0
        say(f"  {mode}, {layout}, batch {batch}: {tried[-1][0]:.0f} images/s")
        return tried[-1][0]

    for mode in modes:
        layout = max(b.layouts, key=lambda layout: attempt(mode, layout, b.batches[0]))
        for batch in b.batches[1:]:
            attempt(mode, layout, batch)
    if not tried:
        raise failures[0]
    return max(tried, key=lambda entry: entry[0])[1], tried


def compare(b, torch, preset, modes, dtype, target):
    network = "" if preset == "paper" else f" {preset}"
    mode = modes[0] if len(modes) == 1 else "its best"
    what = f"training{network} against {torch.name}, {mode}, {NAMES[dtype]}"
    goal = f"{target:g} x"
    text = text_of(preset)
    say(what)
    try:
        how, tried = best_of(b, torch, text, modes, dtype)
        named = "" if len(modes) == 1 else f"{how['mode']}, "
        best = f"({named}{how['layout']}, batch {how['batch']})"
        theirs, ours, ratio = paired(b.rounds, lambda: torch_speed(torch, text, how, b.steps),
                                     lambda: speed(b, preset, dtype))
        b.report.least(what, ratio, target, f"{ratio:.2f} x; {theirs:.0f} images/s {best}", goal,
                       lacuna=ours, rival=theirs, how=how, tried=tried)
    except RivalError as error:
        b.report.failed(what, error)


def rivals(b):
    for torch, targets in b.torches("training against"):
        if not alike(b, torch, "paper"):
            continue
        for mode in torch.about["modes"]:
            for dtype in types():
                compare(b, torch, "paper", [mode], dtype, targets[dtype])


def preset_rivals(b):
    """The newest PyTorch alone, in whichever mode is the faster."""
    torch = b.rival("rival_torch.py")
    if not torch:
        b.report.absent("training presets against PyPI's PyTorch")
        return
    for preset in SHARES:
        if alike(b, torch, preset):
            for dtype in types():
                compare(b, torch, preset, torch.about["modes"], dtype, TIMES[dtype])
    torch.close()
