"""Estimate of a replica under a steady load."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workload:
    """Requests that a replica answers at all times: each that ends is followed by another."""

    input: int
    """Tokens of a prompt, none of them in a prefix cache."""

    output: int
    """Tokens of an answer."""

    concurrency: int
    """Requests at once."""

    @property
    def context(self) -> int:
        return self.input + self.output


@dataclass(frozen=True, slots=True)
class Layout:
    """Parallelism of a replica."""

    tensor: int = 1
    pipeline: int = 1
    data: int = 1
    expert: bool = False

    @property
    def gpus(self) -> int:
        return self.tensor * self.pipeline * self.data


@dataclass(frozen=True, slots=True)
class Speed:
    """Speed of a replica, in seconds and tokens."""

    tokens_per_second: float
    """Output tokens of all its requests."""

    first_token: float
    """Seconds from a request to its first token."""

    between_tokens: float
    """Seconds from a token to the next."""

    release: str
    """Release of the engine whose kernels were measured."""

    @property
    def tokens_per_second_of_request(self) -> float:
        return 1 / self.between_tokens if self.between_tokens else 0.0


@dataclass(frozen=True, slots=True)
class NoData:
    """Reason for a missing estimate."""

    reason: str


@dataclass(frozen=True, slots=True)
class Target:
    """Speed that every request must have; None for any."""

    first_token: float | None = None
    """Seconds to the first token, at most."""

    tokens_per_second: float | None = None
    """Output tokens in a second of each request, at least."""

    def met_by(self, speed: Speed) -> bool:
        in_time = self.first_token is None or speed.first_token <= self.first_token
        least = self.tokens_per_second
        return in_time and (least is None or speed.tokens_per_second_of_request >= least)
