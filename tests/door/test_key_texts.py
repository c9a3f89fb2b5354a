import re
from collections import Counter

import pytest

from app.security import KeyText, Secrets, find_key, new_id, new_key, random_text, read_key

MASTER = b"a master secret of 32 characters"


@pytest.mark.parametrize(("kind", "short"), [("secret", "sk"), ("publishable", "pk")])
@pytest.mark.parametrize("world", ["live", "test"])
def test_a_key_says_what_it_is_for_and_is_long_enough_that_nobody_guesses_it(kind: str, short: str, world: str) -> None:
    text = new_key(kind, world).written()  # type: ignore[arg-type]

    assert re.fullmatch(f"sc_{short}_{world}_[0-9A-Za-z]{{12}}_[0-9A-Za-z]{{49}}", text)


def test_a_key_is_read_back_as_it_was_made() -> None:
    made = [new_key("secret", "live"), new_key("publishable", "test")]

    assert [read_key(key.written()) for key in made] == made


def test_a_key_with_one_character_mistyped_is_recognized_without_the_database() -> None:
    text = new_key("secret", "live").written()
    typed = [f"{text[:at]}{'x' if text[at] != 'x' else 'y'}{text[at + 1 :]}" for at in range(len(text))]

    assert [slip for slip in typed if read_key(slip)] == []


@pytest.mark.parametrize("text", ["", "sc_sk_live_", "Bearer", "sc_sk_live_" + "a" * 62, "\u0660" * 73])
def test_what_is_no_key_is_none(text: str) -> None:
    assert read_key(text) is None


def test_a_key_is_found_within_other_text_even_if_its_end_is_missing_a_character() -> None:
    key = new_key("secret", "live")

    assert find_key(f"api_key={key.written()}&x=1") == key.id
    assert find_key("api_key=nothing") is None


def test_a_key_is_not_shown_by_accident() -> None:
    key = new_key("secret", "live")

    assert repr(key) == f"KeyText({key.id})"
    assert key.secret not in str(key)


def test_only_the_right_secret_opens() -> None:
    secrets, key = Secrets(MASTER), new_key("secret", "live")
    digest = secrets.key_digest(key)

    assert secrets.is_key(key, digest)
    assert not secrets.is_key(KeyText(key.kind, key.world, key.id, new_key("secret", "live").secret), digest)
    assert not secrets.is_key(KeyText(key.kind, key.world, "key_000000000000", key.secret), digest)
    assert not secrets.is_key(key, None)


def test_what_is_kept_of_a_key_is_worth_nothing_without_the_master_secret() -> None:
    key = new_key("secret", "live")

    assert Secrets(MASTER).key_digest(key) != Secrets(MASTER[::-1]).key_digest(key)


def test_hashes_for_different_purposes_or_parts_are_different() -> None:
    secrets = Secrets(MASTER)
    hashes = [
        secrets.keyed_hash("client", "ab", "c"),
        secrets.keyed_hash("client", "a", "bc"),
        secrets.keyed_hash("client", "abc"),
        secrets.keyed_hash("reply", "ab", "c"),
    ]

    assert len(set(hashes)) == 4
    assert {len(one) for one in hashes} == {32}


def test_ids_are_random_to_the_last_character() -> None:
    ids = [new_id("rec") for _ in range(20_000)]

    assert len(set(ids)) == 20_000
    assert all(re.fullmatch("rec_[0-9A-Za-z]{22}", one) for one in ids)


def test_every_character_comes_up_about_as_often() -> None:
    counted = Counter("".join(random_text(62) for _ in range(1_000)))

    assert len(counted) == 62
    assert 800 < min(counted.values()) <= max(counted.values()) < 1_200
