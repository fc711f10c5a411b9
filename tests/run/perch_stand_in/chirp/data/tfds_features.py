"""Stands in for Perch's module of this name, which pip can't install, written from its specification alone."""

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

FULL_SCALE = np.float32(32768)


class Int16AsFloatTensor(tfds.features.Audio):
    """Float32 in [-1, 1) that is stored as int16."""

    def __init__(self, *, shape, sample_rate, encoding="none", doc=None, file_format=None, dtype=None, lazy_decode=False):
        del file_format, dtype, lazy_decode
        super().__init__(shape=shape, dtype=np.float32, sample_rate=sample_rate, encoding=encoding, doc=doc)
        self._stored = tfds.features.Tensor(shape=shape, dtype=np.int16, encoding=encoding)

    def get_serialized_info(self):
        return self._stored.get_serialized_info()

    def encode_example(self, example_data):
        samples = np.asarray(example_data, dtype=np.float32)
        if samples.min() < -1 or samples.max() > 1 - 1 / FULL_SCALE:
            raise ValueError("samples have to be in [-1, 1)")
        return self._stored.encode_example(np.trunc(samples * FULL_SCALE).astype(np.int16))

    def decode_example(self, tfexample_data):
        return tf.cast(self._stored.decode_example(tfexample_data), tf.float32) / FULL_SCALE
