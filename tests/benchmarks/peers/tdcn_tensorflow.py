"""Separates with the same network as veery, in TensorFlow's graph mode: channels last, as the original lays it out.

    python tdcn_tensorflow.py FOLDER THREADS REPEATS

FOLDER is what separation_bench wrote. Prints one JSON object; fails where the stems differ from veery's.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

import tdcn_peer

EPSILON = 1e-3


class Network:
    """Learnable basis, norms over frames, consistency by predicted weights or by power."""

    def __init__(self, config, weights):
        self.config = config
        self.weights = {name: tf.constant(values) for name, values in weights.items()}

    def dense(self, name, values):
        values = tf.matmul(values, self.weights[f"{name}.kernel"]) + self.weights[f"{name}.bias"]
        return values * self.weights[f"{name}.scale"]

    def activate(self, block, which, values):
        values = tf.nn.relu(values) - self.weights[f"{block}.prelu{which}"] * tf.nn.relu(-values)
        mean, variance = tf.nn.moments(values, 1, keepdims=True)
        gamma, beta = self.weights[f"{block}.norm{which}.gamma"], self.weights[f"{block}.norm{which}.beta"]
        return tf.nn.batch_normalization(values, mean, variance, beta, gamma, EPSILON)

    def block(self, number, values):
        name, weights = f"block_{number}", self.weights
        dilation = 2 ** (number % self.config["dilations"])
        values = tf.matmul(values, weights[f"{name}.dense1.kernel"]) * weights[f"{name}.dense1.scale"]
        values = self.activate(name, 1, values)
        taps = weights[f"{name}.depthwise.kernel"][:, None, :, None]
        strides = [1, 1, 1, 1]
        values = tf.nn.depthwise_conv2d(values[:, :, None], taps, strides, "SAME", dilations=[dilation, 1])[:, :, 0]
        values = self.activate(name, 2, values + weights[f"{name}.depthwise.bias"])
        return tf.matmul(values, weights[f"{name}.dense2.kernel"]) * weights[f"{name}.dense2.scale"]

    def separate(self, mixture):
        window, hop = int(self.config["window_samples"]), int(self.config["hop_samples"])
        samples, sources = mixture.shape[1], int(self.config["sources"])
        count = int(tdcn_peer.frame_count(self.config, samples))
        padded = tf.pad(mixture, [[0, 0], [0, (count - 1) * hop + window - samples]])
        coefficients = tf.nn.relu(tf.matmul(tf.signal.frame(padded, window, hop), self.weights["encoder.kernel"]))
        core = tdcn_peer.run_core(self, coefficients)
        mask = tf.sigmoid(tf.matmul(core, self.weights["mask.kernel"]))
        mask = tf.transpose(tf.reshape(mask, [1, count, sources, -1]), [0, 2, 1, 3])
        frames = tf.matmul(mask * coefficients[:, None], self.weights["decoder.kernel"])
        stems = tf.signal.overlap_and_add(frames, hop)[:, :, :samples]
        lacking = mixture - tf.reduce_sum(stems, 1)
        return stems + self.shares(core, stems)[..., None] * lacking[:, None]

    def shares(self, core, stems):
        if "mix_weights.kernel" in self.weights:
            return tf.nn.softmax(tf.matmul(tf.reduce_mean(core, 1), self.weights["mix_weights.kernel"]))
        power = tf.reduce_mean(stems**2, 2) + self.config["magsq_floor"]
        return power / tf.reduce_sum(power, 1, keepdims=True)


def main():
    options = tdcn_peer.arguments()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    config, weights, mixture = tdcn_peer.read_network(options.folder)
    network, mixture = Network(config, weights), tf.constant(mixture)
    separate = tf.function(network.separate)
    tdcn_peer.report(options.folder, lambda: separate(mixture).numpy(), options.repeats)


if __name__ == "__main__":
    main()
