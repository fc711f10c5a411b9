"""Separates with the same network as veery, in eager PyTorch: channels first, with its own convolutions.

    python tdcn_torch.py FOLDER THREADS REPEATS

FOLDER is what separation_bench wrote. Prints one JSON object; fails where the stems differ from veery's.
"""

import torch
from torch.nn import functional

import tdcn_peer

EPSILON = 1e-3


class Network:
    """Learnable basis, norms over frames, consistency by predicted weights or by power."""

    def __init__(self, config, weights):
        self.config = config
        self.weights = {name: torch.from_numpy(values) for name, values in weights.items()}
        for name, values in self.weights.items():
            if name.endswith("depthwise.kernel"):
                self.weights[name] = values.T[:, None].contiguous()
            elif name.endswith("kernel") and name not in ("decoder.kernel", "mix_weights.kernel"):
                self.weights[name] = values.T[..., None].contiguous()
        self.weights["encoder.kernel"] = self.weights["encoder.kernel"].transpose(1, 2).contiguous()
        self.weights["decoder.kernel"] = self.weights["decoder.kernel"][:, None]

    def dense(self, name, values):
        values = functional.conv1d(values, self.weights[f"{name}.kernel"], self.weights[f"{name}.bias"])
        return values * self.weights[f"{name}.scale"]

    def activate(self, block, which, values):
        values = functional.prelu(values, self.weights[f"{block}.prelu{which}"])
        variance, mean = torch.var_mean(values, 2, correction=0, keepdim=True)
        gamma, beta = self.weights[f"{block}.norm{which}.gamma"], self.weights[f"{block}.norm{which}.beta"]
        return (values - mean) * (torch.rsqrt(variance + EPSILON) * gamma) + beta

    def block(self, number, values):
        name, weights = f"block_{number}", self.weights
        dilation = 2 ** (number % self.config["dilations"])
        values = functional.conv1d(values, weights[f"{name}.dense1.kernel"]) * weights[f"{name}.dense1.scale"]
        values = self.activate(name, 1, values)
        taps, bias = weights[f"{name}.depthwise.kernel"], weights[f"{name}.depthwise.bias"]
        values = functional.conv1d(values, taps, bias, padding=dilation, dilation=dilation, groups=len(taps))
        values = self.activate(name, 2, values)
        return functional.conv1d(values, weights[f"{name}.dense2.kernel"]) * weights[f"{name}.dense2.scale"]

    def separate(self, mixture):
        window, hop = self.config["window_samples"], self.config["hop_samples"]
        samples, sources = mixture.shape[1], self.config["sources"]
        wanted = (tdcn_peer.frame_count(self.config, samples) - 1) * hop + window
        padded = functional.pad(mixture, (0, wanted - samples))[:, None]
        coefficients = torch.relu(functional.conv1d(padded, self.weights["encoder.kernel"], stride=hop))
        core = tdcn_peer.run_core(self, coefficients)
        mask = torch.sigmoid(functional.conv1d(core, self.weights["mask.kernel"])).unflatten(1, (sources, -1))
        masked = (mask * coefficients[:, None]).flatten(0, 1)
        stems = functional.conv_transpose1d(masked, self.weights["decoder.kernel"], stride=hop)
        stems = stems.unflatten(0, (-1, sources))[:, :, 0, :samples]
        return stems + self.shares(core, stems)[..., None] * (mixture - stems.sum(1))[:, None]

    def shares(self, core, stems):
        if "mix_weights.kernel" in self.weights:
            return torch.softmax(core.mean(2) @ self.weights["mix_weights.kernel"], 1)
        power = (stems**2).mean(2) + self.config["magsq_floor"]
        return power / power.sum(1, keepdim=True)


def main():
    options = tdcn_peer.arguments()
    torch.set_num_threads(options.threads)
    config, weights, mixture = tdcn_peer.read_network(options.folder)
    network, mixture = Network(config, weights), torch.from_numpy(mixture)
    with torch.inference_mode():
        tdcn_peer.report(options.folder, lambda: network.separate(mixture), options.repeats)


if __name__ == "__main__":
    main()
