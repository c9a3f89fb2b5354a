"""What a person may see or feel after a session, in words that a check-in uses and a protocol answers."""

from typing import Final

SIGNS: Final = (
    "redness", "warmth", "tightness", "itching", "puffiness", "flaking", "small_bruise", "new_spots", "rough_feel",
    "breathing_trouble", "swollen_face_or_tongue", "widespread_hives", "eye_pain", "vision_change", "gritty_eye",
    "fever", "spreading_redness", "pus", "painful_blister_group", "blisters", "weeping", "crusts", "bleeding",
    "strong_pain", "dark_patch", "pale_patch", "groove_or_streak", "bleeding_or_changing_spot", "lasting_cough",
    "low_mood", "appearance_distress", "self_harm_thoughts",
)  # fmt: skip
"""Every sign; one that is not among them is refused, so that none goes unjudged."""
