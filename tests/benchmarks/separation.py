"""The separation network on the processor, against the same network and weights in PyTorch and TensorFlow."""

import json

from programs import PEERS, peer_python, run

SECONDS = 5
BAR = 1.3  # times less CPU time than eager PyTorch
PEER_PROGRAMS = {"TensorFlow": "tdcn_tensorflow.py", "PyTorch": "tdcn_torch.py"}


def measure(bench):
    folder = bench.fresh("separation")
    folder.mkdir()
    if bench.quick:
        ours = separate(bench, "default", folder, 1, 0.2)
        bench.note("separation of 0.2 s", 0.2 / ours["cpu_s"], "× real time (CPU)")
    else:
        for network in ("default", "bird"):
            for threads in (1, 2):
                compare(bench, network, folder, threads)
    bench.fresh("separation")


def separate(bench, network, folder, threads, seconds):
    command = [bench.programs / "separation_bench", network, folder, threads, seconds, bench.repeats]
    return json.loads(run(*command).output)


def compare(bench, network, folder, threads):
    name = f"separation, {network}, {threads} thread{'s' if threads > 1 else ''}"
    ours = separate(bench, network, folder, threads, SECONDS)
    bench.note(f"{name}: CPU", SECONDS / ours["cpu_s"], "× real time (CPU)", detail=f"{ours['cpu_s']:.2f} s")
    bench.note(f"{name}: clock", SECONDS / ours["wall_s"], "× real time", detail=f"{ours['wall_s']:.2f} s")
    speed = ours["gflop"] / ours["products_cpu_s"]
    share = ours["products_cpu_s"] / ours["cpu_s"]
    detail = f"{ours['gflop'] / SECONDS:.1f} GFLOP a second of audio at {speed:.0f} GFLOP a second of CPU time"
    bench.note(f"{name}: matrix products alone", 100 * share, "% of CPU time", detail=detail)
    ratio = ours["composed_cpu_s"] / ours["cpu_s"]
    bench.note(f"{name}: composed operations", ratio, "× our CPU time", detail=f"{ours['composed_cpu_s']:.2f} s")
    ratio = ours["composed_step_cpu_s"] / ours["step_cpu_s"]
    bench.note(f"{name}: with gradients, composed", ratio, "× our CPU time", detail=f"{ours['step_cpu_s']:.2f} s ours")
    python = peer_python("requirements-separation.txt", "bench-separation-python")
    for peer, program in PEER_PROGRAMS.items():
        theirs = json.loads(run(python, PEERS / program, folder, threads, bench.repeats).output)
        detail = f"by the clock {theirs['wall_s'] / ours['wall_s']:.2f}, stems differ by {theirs['difference']:.1e}"
        bar = {"bar": BAR} if peer == "PyTorch" else {}
        bench.note(f"{name}: {peer}", theirs["cpu_s"] / ours["cpu_s"], "× less CPU time", detail=detail, **bar)
