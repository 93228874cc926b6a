"""Signatures, against the reference implementation of Standard Webhooks."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.domain.signature import secret_bytes, signed_headers


def key(byte: int, length: int = 32) -> str:
    return "whsec_" + base64.b64encode(bytes([byte]) * length).decode()


def test_the_published_example_of_the_specification():
    # Source: Standard Webhooks, spec/standard-webhooks.md, and the test vectors of its libraries
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(body=st.text(min_size=1, max_size=200).map(str.encode), byte=st.integers(0, 255))
def test_the_reference_library_accepts_what_we_sign(body, byte):
    headers = signed_headers("msg_1", int(time.time()), body, [key(byte)])
    Webhook(key(byte)).verify(body, headers, json_parse=False)  # raises if it does not


def test_while_a_key_is_rotated_the_old_and_the_new_one_verify():
    body = b'{"ticket_id":"t_1"}'
    headers = signed_headers("msg_1", int(time.time()), body, [key(2), key(1)])
    assert Webhook(key(1)).verify(body.decode(), headers) == {"ticket_id": "t_1"}
    assert Webhook(key(2)).verify(body.decode(), headers) == {"ticket_id": "t_1"}
    with pytest.raises(WebhookVerificationError):
        Webhook(key(3)).verify(body.decode(), headers)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp"])
def test_id_and_time_are_signed_too(changed):
    body, now_s = b"{}", int(time.time())
    headers = signed_headers("msg_1", now_s, body, [key(1)]) | {
        changed: "msg_2" if changed == "webhook-id" else str(now_s + 1)
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(key(1)).verify(body.decode(), headers)


def test_without_a_key_the_message_is_still_named_and_dated():
    assert signed_headers("msg_1", 7, b"{}", []) == {"webhook-id": "msg_1", "webhook-timestamp": "7"}


@pytest.mark.parametrize("length", [24, 64])
def test_keys_have_24_to_64_bytes(length):
    assert secret_bytes(key(7, length)) == b"\x07" * length


@pytest.mark.parametrize(
    "bad",
    ["", "whsec_", key(7, 23), key(7, 65), key(7)[6:], "whsec_***", "whsec_é" + key(7)[7:], "whsec_ " + key(7)[6:]],
)
def test_what_is_not_a_key_is_refused_and_not_quoted(bad):
    with pytest.raises(MissingSettingError) as refused:
        secret_bytes(bad)
    assert len(bad) < 10 or bad[6:] not in str(refused.value)
