"""Views for separation training, the same to the bit as veery's own (include/veery/training/mixtures.hpp): slices
cut at random, brought to random levels, added up, with noise. Needs NumPy only.

    with h5py.File("recordings-train.h5") as index:
        audio = index["audio"]
        plan = Plan(rows=len(audio), samples_per_row=audio.shape[1], window_samples=160_000, seed=1)
        view = plan.make(read_rows(audio), epoch=0, view=17)  # view.audio, view.sources, view.rows

View i of epoch e depends on nothing but rows, options, e and i: any worker can make any view.
"""

import math
from dataclasses import dataclass, field

import numpy as np

ROW_ORDER, VIEW_ORDER, START, TARGET_PEAK, GAIN, NOISE_PRESENT, NOISE_ROW, NOISE_START, SNR = range(1, 10)
PHILOX_ROUNDS, FEISTEL_ROUNDS = 10, 12
LOW = 2**32 - 1
PEAK_FLOOR, SILENT_ENERGY = 0.01, 1e-16


def philox4x32_10(counter, key):
    """Salmon et al., SC 2011. Four 32-bit words of two of key and four of counter."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(PHILOX_ROUNDS):
        first, second = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (second >> 32) ^ c1 ^ k0, second & LOW, (first >> 32) ^ c3 ^ k1, first & LOW
        k0, k1 = (k0 + 0x9E3779B9) & LOW, (k1 + 0xBB67AE85) & LOW
    return c0, c1, c2, c3


@dataclass(frozen=True)
class EpochSeed:
    seed: int
    epoch: int

    def bits(self, purpose, index):
        """64 random bits."""
        words = philox4x32_10((index & LOW, index >> 32, self.epoch, purpose), (self.seed & LOW, self.seed >> 32))
        return words[0] + (words[1] << 32)

    def unit(self, purpose, index):
        """In [0, 1)."""
        return (self.bits(purpose, index) >> 11) * 2.0**-53

    def below(self, purpose, index, count):
        """In [0, count)."""
        return self.bits(purpose, index) * count >> 64

    def within(self, least_most, purpose, index):
        least, most = map(float, least_most)
        return least + (most - least) * self.unit(purpose, index)


def permuted(place, count, seed, purpose):
    """Where place goes in a permutation of 0 … count - 1: a Feistel network, gone through until it ends below count."""
    if not 0 <= place < count:
        raise IndexError(f"{place} of {count}")
    half = 3
    while 4**half < count:
        half += 1
    mask = 2**half - 1
    while True:
        left, right = place >> half, place & mask
        for number in range(FEISTEL_ROUNDS):
            left, right = right, left ^ (seed.bits(purpose, (number << 32) + right) & mask)
        place = (left << half) + right
        if place < count:
            return place


def factor_of_db(db):
    """10^(db / 20) by operations that are the same everywhere, which pow is not."""
    doublings = db * 0.16609640474436812
    whole = math.floor(doublings + 0.5)
    rest = (doublings - whole) * 0.6931471805599453
    total = 1.0
    for power in range(13, 0, -1):
        total = 1.0 + rest * total / power
    return math.ldexp(total, whole)


def perch_view_shares(mixin_probability):
    """What Perch's MixAudio(mixin_prob) means: that part of the rows goes in pairs."""
    return (1 - mixin_probability, mixin_probability / 2)


def count_views(rows, shares):
    """Views of 1, 2, … sources; what rounding loses is given back while rows last, the largest loss first."""
    weights = [math.floor(share / max(shares) * 2.0**32 + 0.5) for share in shares]
    divisor = sum(k * weight for k, weight in enumerate(weights, 1))
    counts = [rows * weight // divisor for weight in weights]
    lost = [rows * weight % divisor for weight in weights]
    rest = rows - sum(k * count for k, count in enumerate(counts, 1))
    for k in sorted(range(len(shares), 0, -1), key=lambda k: -lost[k - 1]):
        if lost[k - 1] and k <= rest:
            counts[k - 1] += 1
            rest -= k
    return counts


def batches_per_rank(views, batch_size, ranks=1):
    """Whole batches of an epoch, as many on every rank; the views left over come in other epochs."""
    return views // batch_size // ranks


def views_of_batch(batch, batch_size, rank=0, ranks=1):
    """The views of a rank's batch: the ranks' batches of one number lie side by side, as one batch on one rank would."""
    first = (batch * ranks + rank) * batch_size
    return range(first, first + batch_size)


def batch_of_step(step, views, batch_size, ranks=1):
    """(epoch, number of the batch), one epoch after the other."""
    return divmod(step, batches_per_rank(views, batch_size, ranks))


def joined_labels(annotation_label, rows):
    """Perch's maximum of labels: every class that one of the rows has, ascending. `annotation_label` of the shard or index."""
    return sorted({int(label) for row in rows for label in annotation_label[row] if label >= 0})


def read_rows(dataset):
    """A function from row number to float32 samples, of `audio` of a shard or a split's index file."""

    def read(row):
        samples = dataset[row]
        return samples if samples.dtype == np.float32 else samples.astype(np.float32) * np.float32(2**-15)

    return read


def cut(row, start, samples):
    """A window; zeros where there is no row under it."""
    window = np.zeros(samples, np.float32)
    piece = row[max(start, 0) :][: samples - max(-start, 0)]
    window[max(-start, 0) :][: len(piece)] = piece
    return window


def energy(samples):
    """Added up in float64 from the first to the last, as cumsum does and sum does not."""
    return float(np.cumsum(np.square(samples, dtype=np.float64))[-1])


@dataclass
class Source:
    row: int
    start: int
    target_peak: float | None
    gain_db: float | None


@dataclass
class Noise:
    row: int
    start: int
    snr_db: float


@dataclass
class View:
    rows: list = field(default_factory=list)
    audio: np.ndarray = None  # [sample]
    sources: np.ndarray = None  # [slot, sample]


@dataclass
class Plan:
    rows: int
    samples_per_row: int
    window_samples: int = 160_000
    seed: int = 0
    view_shares: tuple = (0, 1)  # how many views have 1, 2, … sources
    target_peak: tuple | None = (0.15, 0.25)
    peak_of_window: bool = False
    gain_db: tuple | None = None
    noise_probability: float = 0.0
    snr_db: tuple = (0, 40)
    noise_rows: int = 0
    noise_samples_per_row: int = 0

    def __post_init__(self):
        self.counts = count_views(self.rows, self.view_shares)
        self.slots = len(self.counts) + (self.noise_probability > 0)

    def __len__(self):
        """Views of an epoch."""
        return sum(self.counts)

    def view(self, epoch, view):
        """(sources, noise or None) of a view."""
        seed = EpochSeed(self.seed, epoch)
        place, first, sources = permuted(view, len(self), seed, VIEW_ORDER), 0, 1
        for count in self.counts:
            if place < count:
                break
            place, first, sources = place - count, first + count * sources, sources + 1
        places = range(first + place * sources, first + (place + 1) * sources)
        return [self._source(seed, place) for place in places], self._noise(seed, view)

    def make(self, read, epoch, view, read_noise=None):
        """`read` and `read_noise` give the float32 samples of a row."""
        sources, noise = self.view(epoch, view)
        made = View(sources=np.zeros((self.slots, self.window_samples), np.float32))
        made.audio = np.zeros(self.window_samples, np.float32)
        for slot, source in enumerate(sources):
            made.sources[slot] = self._make_source(source, read(source.row))
            made.audio += made.sources[slot]
            made.rows.append(source.row)
        if noise is not None:
            window = cut(read_noise(noise.row), noise.start, self.window_samples)
            made.sources[-1] = self._make_noise(noise, window, energy(made.audio))
            made.audio += made.sources[-1]
        return made

    def batch(self, read, epoch, views, read_noise=None):
        """(audio [view, sample], sources [view, slot, sample], rows) of several views."""
        made = [self.make(read, epoch, view, read_noise) for view in views]
        return np.stack([view.audio for view in made]), np.stack([view.sources for view in made]), [v.rows for v in made]

    def _source(self, seed, place):
        row = permuted(place, self.rows, seed, ROW_ORDER)
        peak = seed.within(self.target_peak, TARGET_PEAK, row) if self.target_peak else None
        gain = seed.within(self.gain_db, GAIN, row) if self.gain_db else None
        return Source(row, self._start(self.samples_per_row, seed, START, row), peak, gain)

    def _noise(self, seed, view):
        if seed.unit(NOISE_PRESENT, view) >= self.noise_probability:
            return None
        start = self._start(self.noise_samples_per_row, seed, NOISE_START, view)
        return Noise(seed.below(NOISE_ROW, view, self.noise_rows), start, seed.within(self.snr_db, SNR, view))

    def _start(self, samples_per_row, seed, purpose, index):
        room = samples_per_row - self.window_samples
        drawn = seed.below(purpose, index, abs(room) + 1)
        return -drawn if room < 0 else drawn

    def _make_source(self, source, row):
        window = cut(row, source.start, self.window_samples)
        factor = 1.0
        if source.target_peak is not None:
            peak = float(np.abs(window if self.peak_of_window else row).max())
            factor = source.target_peak / (peak + PEAK_FLOOR)
        if source.gain_db is not None:
            factor *= factor_of_db(source.gain_db)
        return window * np.float32(factor)

    def _make_noise(self, noise, window, heard):
        noisy, silent = energy(window), SILENT_ENERGY * self.window_samples
        if heard <= silent or noisy <= silent:
            return window
        return window * np.float32(math.sqrt(heard / noisy) * factor_of_db(-noise.snr_db))
