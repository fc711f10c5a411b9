"""Finds peaks with SciPy and JAX, as Perch's find_peaks_from_audio does: the reference for speed and memory.

    python perch_peaks.py FILE [--most-peaks N]

Written from a description of the algorithm, with the same public library calls: a short-time Fourier transform
of the whole file and the denoising in JAX (float32, on the CPU), then scipy.signal.find_peaks_cwt. FILE is
mono and already at the analysis rate. Prints one JSON object: the seconds of work (imports and reading the
file are not counted), the peak memory of the process, and the peaks, strongest first.
"""

import argparse
import json
import os
import resource
import time

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax.numpy as jnp
import jax.scipy.signal
import numpy as np
import scipy.signal
import soundfile

FRAMES_PER_SECOND = 100
WINDOW_S = 0.08
MEL_BANDS = 160
MEL_RANGE_HZ = (60.0, 10_000.0)
LOG_FLOOR = 0.01
LOG_SCALE = 0.1
NOISE_THRESHOLD = 0.75
CWT_WIDTHS = np.arange(50, 200, 15)  # frames: 0.5 s to 2 s
GATE_REACH = 30  # frames
GATE_OVER_MEAN = 1.5


def mel_weights(bins, rate):
    """HTK triangles, linear in mel with peak 1; the bin at 0 Hz has no weight."""

    def to_mel(hertz):
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    mel = to_mel(np.linspace(0.0, rate / 2, bins))[:, None]
    edges = np.linspace(*to_mel(MEL_RANGE_HZ), MEL_BANDS + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.maximum(0.0, np.minimum((mel - low) / (centre - low), (high - mel) / (high - centre)))
    weights[0] = 0.0
    return jnp.asarray(weights, jnp.float32)


def log_mel(audio, rate):
    window = int(WINDOW_S * rate)
    hop = rate // FRAMES_PER_SECOND
    _, _, spectrum = jax.scipy.signal.stft(
        audio, fs=rate, window="hann", nperseg=window, noverlap=window - hop, boundary="zeros", padded=True
    )
    magnitude = jnp.abs(spectrum.T) * (window / 2)
    mel = magnitude @ mel_weights(window // 2 + 1, rate)
    return LOG_SCALE * jnp.log(jnp.maximum(mel, LOG_FLOOR))


def denoise(rows):
    """What stands out of each band's own noise; the + 1 in the counts is part of the method."""
    mean = jnp.mean(rows, axis=0)
    is_noise = (rows - mean) < 2 * NOISE_THRESHOLD * jnp.std(rows, axis=0)
    count = jnp.sum(is_noise, axis=0) + 1
    noise_mean = jnp.sum(rows * is_noise, axis=0) / count
    noise_std = jnp.sqrt(jnp.sum(is_noise * (rows - noise_mean) ** 2, axis=0) / count)
    above = rows - noise_mean
    return jnp.where(above >= NOISE_THRESHOLD * noise_std, above, 0.0)


def find_peaks(audio, rate, most_peaks):
    energy = np.asarray(jnp.sum(denoise(log_mel(jnp.asarray(audio), rate)), axis=1))
    threshold = GATE_OVER_MEAN * energy.mean()
    frames = [
        frame
        for frame in scipy.signal.find_peaks_cwt(energy, CWT_WIDTHS)
        if energy[max(frame - GATE_REACH, 0) : frame + GATE_REACH].max() >= threshold
    ]
    positions = np.asarray(frames, np.float32) * np.float32(rate) / np.float32(FRAMES_PER_SECOND)
    ranked = sorted(zip(energy[frames].tolist(), positions.tolist()), reverse=True)
    return [int(position) for _, position in ranked[:most_peaks]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--most-peaks", type=int, default=5)
    options = parser.parse_args()
    audio, rate = soundfile.read(options.file, dtype="float32")
    wall, cpu = time.perf_counter(), time.process_time()
    peaks = find_peaks(audio, rate, options.most_peaks)
    report = {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "peaks": peaks,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
