"""The audio that benchmarks run on."""

import math
import random
import sys
import wave
from array import array

from programs import PROJECT

SHARED = PROJECT.parent / "shared"
REAL_MINUTE = SHARED / "audio" / "opensoundscape__1min.wav"
GOLDEN_HOUR = SHARED / "golden" / "peaks" / "long" / "opensoundscape__1min_x60.wav.json"
RATE = 32_000


def one_minute():
    """16-bit samples of a real minute where there is one, else of noise with chirps."""
    if REAL_MINUTE.exists():
        with wave.open(str(REAL_MINUTE)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
            return file.readframes(file.getnframes())
    noise = random.Random(1)
    samples = array("h", (round(noise.uniform(-330, 330)) for _ in range(60 * RATE)))
    for k in range(8):
        first, length = round((3 + 7.3 * k) * RATE), round((0.4 + 0.1 * (k % 5)) * RATE)
        for i in range(length):
            t = i / RATE
            tone = math.sin(2 * math.pi * (1500 + 400 * (k % 6) + 1500 * t) * t)
            samples[first + i] += round(6000 * math.sin(math.pi * i / length) ** 2 * tone)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def write_wav(path, minute, minutes):
    partial = path.with_suffix(".partial")
    with wave.open(str(partial), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.setnframes(len(minute) // 2 * minutes)
        for _ in range(minutes):
            file.writeframesraw(minute)
    partial.rename(path)
