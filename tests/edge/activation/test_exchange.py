import socket
import traceback
from email.utils import formatdate

import httpx2
import pytest

from edge.activation import exchange as exchanges
from edge.activation.egress import client
from edge.activation.exchange import exchange, retry_after
from edge.activation.rows import BatchRefused, Disabled, Unavailable
from tests.edge.activation.kinds.answering import answering

NOW = 1_614_265_330.0


def post(url, **headers):
    with client(allow_private_addresses=True) as way:
        return exchange(way, "POST", url, content=b"{}", headers=headers, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("status", "error", "is_certain"),
    [
        (400, BatchRefused, True),
        (413, BatchRefused, True),
        (422, BatchRefused, True),
        (401, Disabled, True),
        (403, Disabled, True),
        (404, Disabled, True),
        (410, Disabled, True),
        (405, Disabled, True),
        (301, Disabled, True),
        (308, Disabled, True),
        (302, Unavailable, True),
        (429, Unavailable, True),
        (425, Unavailable, True),
        (408, Unavailable, False),
        (409, Unavailable, False),
        (500, Unavailable, False),
        (502, Unavailable, False),
        (503, Unavailable, False),
        (504, Unavailable, False),
    ],
)
def test_each_status_has_one_meaning(status, error, is_certain):
    with answering() as place:
        place.answer(status)
        with pytest.raises(error, match=f"answered {status}") as refused:
            post(place.url)
    assert type(refused.value) is error
    assert refused.value.is_certain is is_certain


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_success_is_an_acknowledgement(status):
    with answering() as place:
        place.answer(status, b"")
        assert post(place.url).status == status


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        ("soon", None),
        ("-1", None),
        ("", None),
        ("Mon, 01 Jan 99999999999999 00:00:00 GMT", None),
        (None, None),
    ],
)
def test_the_time_to_wait_is_read_as_seconds_or_as_a_moment(value, seconds):
    assert retry_after(value, lambda: NOW) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_the_time_to_wait_is_handed_on(status):
    with answering() as place:
        place.answer(status, retry_after="7")
        with pytest.raises(Unavailable) as later:
            post(place.url)
    assert later.value.retry_after == 7.0


def test_nobody_there_is_certain():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable) as refused:
            post(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert refused.value.is_certain


def test_a_connection_that_broke_after_the_request_is_uncertain():
    with answering() as place:
        place.answer(None)
        with pytest.raises(Unavailable) as broken:
            post(place.url)
        assert len(place.asked) == 1
    assert not broken.value.is_certain


def test_no_answer_in_time_is_uncertain():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with client(allow_private_addresses=True) as way:
            way.timeout = httpx2.Timeout(0.05)
            with pytest.raises(Unavailable, match="ReadTimeout") as late:
                exchange(way, "POST", url, content=b"{}", headers={}, clock=lambda: NOW)
    assert not late.value.is_certain


def test_an_answer_without_end_is_not_read_to_it(monkeypatch):
    monkeypatch.setattr(exchanges, "ANSWER_BYTES", 1000)
    with answering() as place:
        place.answer(200, b"x" * 5_000_000)
        assert 1000 < len(post(place.url).body) < 5_000_000


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://[::"])
def test_what_is_no_address_is_disabled(url):
    with pytest.raises(Disabled):
        post(url)


@pytest.mark.parametrize("value", ["planted\r\nx: y", "pländ-planted-ł"])
def test_a_header_that_cannot_be_sent_is_disabled_and_not_quoted(value):
    with answering() as place:
        with pytest.raises(Disabled, match="a header cannot be sent") as refused:
            post(place.url, authorization=value)
        assert place.asked == []
    assert "planted" not in "".join(traceback.format_exception(refused.value))


def test_an_answer_that_says_it_is_compressed_and_is_not_is_uncertain():
    with answering() as place:
        place.answer(200, b"not gzip", content_encoding="gzip")
        with pytest.raises(Unavailable) as garbled:
            post(place.url)
    assert not garbled.value.is_certain
