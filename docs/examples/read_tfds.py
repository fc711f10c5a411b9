"""Reads what `veery process --shards tfrecord` wrote as a tf.data.Dataset, with TFDS and no code of ours.

    python read_tfds.py OUT/tfds/recordings/1.0.0 train

Prints one line a row: file name, first sample in the recording, peak of the audio.
"""

import sys

import numpy as np
import tensorflow_datasets as tfds


def main():
    folder, split = sys.argv[1:]
    builder = tfds.builder_from_directory(folder)
    # For training: shuffle_files=True, then .shuffle(1000).batch(32).prefetch(2). split may be "train[:60%]".
    dataset = builder.as_dataset(split=split, read_config=tfds.ReadConfig(add_tfds_id=True))
    for row in dataset.as_numpy_iterator():
        audio = row["audio"]
        peak = np.abs(audio.astype(np.float64)).max() / (32768 if audio.dtype == np.int16 else 1)
        print(f"{row['filename'].decode()} {row['segment_start']} {peak:.4f}")


if __name__ == "__main__":
    main()
