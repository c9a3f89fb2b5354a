"""The only way out to the network: requests to addresses that strangers name, made so that they lead nowhere inside."""

from app.outbound.courier import Courier, Outcome
from app.outbound.targets import Door, Target, TargetError

__all__ = ["Courier", "Door", "Outcome", "Target", "TargetError"]
