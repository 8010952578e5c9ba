"""Reading the training table, and the memory of training on it. The table is Kaggle's
where LACUNA_KAGGLE names its folder, else a drawn one; its copy is in the page cache."""
import json
import os
import shutil
import statistics
import subprocess
import zipfile

from common import LACUNA, LOAD, NAMES, PRECISION, lacuna, paired, say, text_of, types

KAGGLE_ROWS = 7049
DRAWN_ROWS = 2000


def draw(folder):
    lacuna("synth", "--rows", DRAWN_ROWS, "--test-rows", 1, "--out", folder)
    with zipfile.ZipFile(os.path.join(folder, "training.zip"), "w",
                         zipfile.ZIP_DEFLATED) as archive:
        archive.write(os.path.join(folder, "training.csv"), "training.csv")


def copy(kaggle, folder):
    os.makedirs(folder)
    shutil.copy(os.path.join(kaggle, "training.zip"), folder)
    with zipfile.ZipFile(os.path.join(folder, "training.zip")) as archive:
        archive.extract("training.csv", folder)


def tables(b):
    """training.zip and training.csv, and whose they are."""
    folder = b.path("faces")
    kaggle = os.environ.get("LACUNA_KAGGLE")
    if not os.path.exists(folder):
        if kaggle:
            copy(kaggle, folder)
        else:
            say(f"drawing {DRAWN_ROWS} faces")
            draw(folder)
    names = (os.path.join(folder, name) for name in ("training.zip", "training.csv"))
    return *names, "Kaggle's" if kaggle else "drawn"


def load(path, times):
    """Median seconds of lacuna reading a table, and its rows."""
    run = json.loads(subprocess.run([LOAD, path, "training", str(times)], check=True, text=True,
                                    stdout=subprocess.PIPE).stdout)
    return statistics.median(run["seconds"]), run["rows"]


def pandas_turns(b, pandas, path, way):
    return paired(b.rounds, lambda: load(path, 3)[0],
                  lambda: pandas.ask("load", path=path, way=way)["seconds"])


def against_pandas(b, pandas, archive, table):
    for path, kind in ((archive, "zip"), (table, "CSV")):
        say(f"{pandas.name}, {kind}")
        ours, theirs, ratio = pandas_turns(b, pandas, path, "fromstring")
        b.report.least(f"against {pandas.name}, {kind}", ratio, 20,
                       f"{ratio:.1f} x; {theirs:.2f} s", "20 x", lacuna=ours, rival=theirs)
    ours, theirs, ratio = pandas_turns(b, pandas, table, "split")
    b.report.line("the same, CSV, cells taken apart by str.split",
                  f"{ratio:.1f} x; {theirs:.2f} s", lacuna=ours, rival=theirs)


def read(b):
    archive, table, whose = tables(b)
    seconds, rows = load(archive, 3 * b.rounds)
    limit = 1.2 * rows / KAGGLE_ROWS
    b.report.most(f"{whose} training.zip of {rows} rows to a ready data set", seconds, limit,
                  f"{seconds:.3f} s", f"{limit:.2f} s")
    seconds, _ = load(table, 3 * b.rounds)
    rate = os.path.getsize(table) / seconds
    b.report.least("the same from plain CSV", rate, 1e9,
                   f"{rate / 1e9:.2f} GB/s, {seconds:.3f} s", "1 GB/s", seconds=seconds)
    pandas = b.rival("rival_pandas.py")
    if not pandas:
        b.report.absent("the same in pandas")
        return
    against_pandas(b, pandas, archive, table)
    pandas.close()


# ---- Memory -----------------------------------------------------------------------------

def peak_memory(command):
    """Bytes resident at most while `command` ran."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_maxrss * 1024


def torch_memory(b, python, preset, dtype, batch):
    """Bytes resident at most in PyTorch's steps, in the thriftier layout. A process for each:
    memory at most never falls."""
    sizes = []
    for layout in b.layouts:
        torch = b.rival("rival_torch.py", python)
        torch.ask("train", text=text_of(preset), mode="eager", dtype=dtype, layout=layout,
                  batch=batch, steps=2)
        sizes.append(torch.close())
    return min(sizes)


def memory_of(b, preset, dtype, limit=None):
    _, table, whose = tables(b)
    ours = peak_memory([LACUNA, "train", "--data", table, "--out",
                        b.path(f"memory-{preset}-{dtype}"), "--preset", preset, "--epochs", "1",
                        *PRECISION[dtype]])
    batch = json.loads(lacuna("presets", preset))["batch"]
    what = f"memory of lacuna train, {preset}, {NAMES[dtype]}, batch {batch}, {whose} table"
    if limit:
        b.report.most(what, ours, limit, f"{ours / 1e9:.2f} GB", f"{limit / 1e9:.1f} GB")
    else:
        b.report.line(what, f"{ours / 1e9:.2f} GB", value=ours)
    for torch, _ in b.torches("memory of"):
        say(f"memory of {torch.name}, {preset}, {NAMES[dtype]}")
        theirs = torch_memory(b, torch.python, preset, dtype, batch)
        b.report.most(f"as a share of {torch.name}'s", ours / theirs, 0.5,
                      f"{ours / theirs:.0%} of {theirs / 1e9:.2f} GB", "50 %", rival=theirs)


def memory(b):
    memory_of(b, "paper", "f32", 1e9)
    for dtype in types():
        memory_of(b, "best", dtype)
