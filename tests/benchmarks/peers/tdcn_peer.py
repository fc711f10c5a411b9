"""What the peers of the separation network share: reading what separation_bench wrote, timing, comparing."""

import argparse
import json
import sys
import time
from pathlib import Path

import h5py
import numpy as np

MOST_DIFFERENT = 1e-4


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("threads", type=int)
    parser.add_argument("repeats", type=int)
    return parser.parse_args()


def read_network(folder):
    """The settings, the weights by name and the mixture [1, sample]."""
    with h5py.File(folder / "model.h5") as file:
        config = dict(file["config"].attrs)
        weights = {name: values[:] for name, values in file["weights"].items()}
    return config, weights, np.fromfile(folder / "mixture.f32", np.float32)[None]


def frame_count(config, samples):
    return 1 + -(-(samples - config["window_samples"]) // config["hop_samples"])


def skips_to(config, block):
    """The earlier blocks whose inputs are added to that of this one."""
    return range(0, block, config["dilations"]) if config["skips"] and block % config["dilations"] == 0 else ()


def run_core(network, values):
    """Input layer and blocks of a peer's `network`, which brings `config`, `dense` and `block`."""
    config = network.config
    values = network.dense("input", values)
    inputs = {}
    for number in range(config["dilations"] * config["repeats"]):
        for start in skips_to(config, number):
            values = values + network.dense(f"skip_{start}_to_{number}", inputs[start])
        if config["skips"] and number % config["dilations"] == 0:
            inputs[number] = values
        values = values + network.block(number, values)
    return values


def report(folder, separate, repeats):
    """Times `separate`, which returns stems [1, source, sample], and compares them with veery's."""
    stems = np.asarray(separate())
    wall_s = cpu_s = float("inf")
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        separate()
        wall_s, cpu_s = min(wall_s, time.perf_counter() - wall), min(cpu_s, time.process_time() - cpu)
    theirs = np.fromfile(folder / "stems.f32", np.float32).reshape(stems.shape)
    difference = float(np.abs(stems - theirs).max())
    print(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "difference": difference}))
    if not difference <= MOST_DIFFERENT:
        sys.exit(f"the stems differ from veery's by {difference}")
