"""Training steps: a fraction of the multiply-add peak, and a multiple of PyTorch's."""

from common import NAMES, has, lacuna_bench, paired, say
from rival import RivalError


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
    if not has("bf16"):
        b.report.line("the same in bf16", "this processor does not multiply bf16")
        return
    ours, theirs, ratio = paired(b.rounds, lambda: speed(b, "f32"), lambda: speed(b, "bf16"))
    b.report.least("the same in bf16", ratio, 1.6, f"{ratio:.2f} x, {theirs:.0f} images/s",
                   "1.6 x", float32=ours, bf16=theirs)


def speed(b, dtype):
    return lacuna_bench(steps=b.steps, dtype=dtype)["images_per_second"]


def batches(b):
    for model, batch in (("resnet", 32), ("resnet", 64), ("resnet", 128), ("cnn", 64),
                         ("cnn", 256)):
        run = median_run(b, model=model, batch=batch)
        what = f"training step, {model}, batch {batch}, float32"
        if batch == 64:
            b.report.least(what, run["fraction"], 0.65, speed_text(run), "65 %", run=run)
        else:
            b.report.line(what, speed_text(run), run=run)


# ---- PyTorch ----------------------------------------------------------------------------

def torch_speed(torch, how, steps):
    return how["batch"] / torch.ask("train", steps=steps, **how)["seconds"]


def best_of(b, torch, mode, dtype):
    """PyTorch's fastest layout and batch size, and the images a second of all tried."""
    tried = []
    failure = None
    for layout in b.layouts:
        for batch in b.batches:
            how = {"mode": mode, "dtype": dtype, "layout": layout, "batch": batch}
            try:
                tried.append((torch_speed(torch, how, b.trial_steps), how))
                say(f"  {layout}, batch {batch}: {tried[-1][0]:.0f} images/s")
            except RivalError as error:
                failure = error
    if not tried:
        raise failure
    return max(tried, key=lambda entry: entry[0])[1], tried


def compare(b, torch, mode, dtype, target):
    what = f"training against {torch.name}, {mode}, {NAMES[dtype]}"
    goal = f"{target:g} x"
    try:
        how, tried = best_of(b, torch, mode, dtype)
        best = f"({how['layout']}, batch {how['batch']})"
        theirs, ours, ratio = paired(b.rounds, lambda: torch_speed(torch, how, b.steps),
                                     lambda: speed(b, dtype))
        b.report.least(what, ratio, target, f"{ratio:.2f} x; {theirs:.0f} images/s {best}", goal,
                       lacuna=ours, rival=theirs, how=how, tried=tried)
    except RivalError as error:
        b.report.failed(what, error)


def rivals(b):
    for torch, targets in b.torches("training against"):
        for mode in torch.about["modes"]:
            for dtype in filter(has, ("f32", "bf16")):
                say(f"{torch.name}, {mode}, {NAMES[dtype]}")
                compare(b, torch, mode, dtype, targets[dtype])
