"""Fetches the rivals: from PyPI into venv/bench/, and Debian's python3-torch.

PyPI's PyTorch for x86-64 is the CUDA build; with all it asks for it takes gigabytes. It
is installed without the CUDA packages here, and the libraries of theirs that it is linked
with are replaced by empty ones whose functions return "no device": processors alone are
compared.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, "venv", "bench")
PYTHON = os.path.join(VENV, "bin", "python")
DEBIAN_PYTHON = "/usr/bin/python3"

CUDA_PACKAGE = r"(nvidia|cuda|triton)"
CUDA_LIBRARY = re.compile(r"lib(cu|nv|nccl)")
CUDA_SYMBOL = re.compile(r"_*(cu|nv|nccl)")
NO_DEVICE = 100   # cudaErrorNoDevice

NEEDS = f"""
import importlib.metadata, re
for need in importlib.metadata.requires("torch"):
    if "extra" not in need and not re.match(r"{CUDA_PACKAGE}", need):
        print(need.partition(";")[0])
"""


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def pip(*arguments):
    subprocess.run([PYTHON, "-m", "pip", "install", "-q", "--upgrade",
                    "--no-warn-conflicts", *arguments], check=True)


def cuda_links(folder):
    """What the libraries in `folder` want of CUDA: the names of the libraries that they
    need, which of those each version of a symbol belongs to, and the symbols by version."""
    needed, home, symbols = set(), {}, {}
    for path in glob.glob(os.path.join(folder, "*.so")):
        source = None
        for line in output_of("objdump", "-p", path).splitlines():
            words = line.split()
            if words[:1] == ["NEEDED"] and CUDA_LIBRARY.match(words[1]):
                needed.add(words[1])
            elif words[:2] == ["required", "from"]:
                source = words[2].rstrip(":")
            elif source and len(words) == 4:
                home[words[3]] = source
        for line in output_of("nm", "-D", "--undefined-only", path).splitlines():
            name, _, version = line.split()[-1].partition("@")
            symbols.setdefault(version, set()).add(name)
    return needed, home, symbols


def write_stub(path, unversioned, versions):
    """A library of the given symbols, {version: names}, that all name one function."""
    names = sorted(unversioned.union(*versions.values()))
    text = "".join(f".globl {n}\n.type {n},@function\n{n}:\n" for n in names)
    text += f"mov ${NO_DEVICE},%eax\nret\n.section .note.GNU-stack,\"\",@progbits\n"
    script = "".join(f"{v} {{ {'; '.join(sorted(n))}; }};\n" for v, n in versions.items())
    with tempfile.TemporaryDirectory() as folder:
        source, map_file = os.path.join(folder, "stub.s"), os.path.join(folder, "stub.map")
        with open(source, "w") as file:
            file.write(text)
        with open(map_file, "w") as file:
            file.write(script)
        command = ["cc", "-shared", "-nostdlib", f"-Wl,-soname,{os.path.basename(path)}",
                   "-o", path, source]
        if versions:
            command.append(f"-Wl,--version-script={map_file}")
        subprocess.run(command, check=True)


def stub_cuda(folder):
    needed, home, symbols = cuda_links(folder)
    loose = {name for name in symbols.get("", ()) if CUDA_SYMBOL.match(name)}
    for number, soname in enumerate(sorted(needed)):
        versions = {v: names for v, names in symbols.items() if v and home.get(v) == soname}
        write_stub(os.path.join(folder, soname), loose if number == 0 else set(), versions)


def install_venv():
    if not os.path.exists(PYTHON):
        venv.create(VENV, with_pip=True)
    pip("--no-deps", "torch")
    pip(*output_of(PYTHON, "-c", NEEDS).split("\n")[:-1])
    pip("numpy", "onnx", "onnxruntime", "onnxscript", "pandas", "dlib-bin",
        "opencv-python-headless<5")   # 5 has no cascades
    for folder in glob.glob(os.path.join(VENV, "lib", "python*", "site-packages", "torch", "lib")):
        stub_cuda(folder)
    subprocess.run([PYTHON, "-c", "import torch, onnxruntime, pandas, dlib"], check=True)


def has_debian_torch():
    return subprocess.run([DEBIAN_PYTHON, "-c", "import torch"],
                          stderr=subprocess.DEVNULL).returncode == 0


def install_debian_torch():
    """With OpenBLAS: on the plain BLAS that it is content with, a step takes almost three times
    as long."""
    if not shutil.which("apt-get"):
        print("bench: no apt-get here: Debian's PyTorch is left out", file=sys.stderr)
        return
    if has_debian_torch() and glob.glob("/usr/lib/*/openblas-*/libblas.so.3"):
        return
    root = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run(root + ["apt-get", "update"], check=True)
    subprocess.run(root + ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y",
                           "--no-install-recommends", "python3-torch", "libopenblas0-pthread"],
                   check=True)


def install():
    install_venv()
    install_debian_torch()
