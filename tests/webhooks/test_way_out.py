"""A request goes to where its address says, and that is never inside."""

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from app.outbound import Courier, Door, Outcome, TargetError
from app.outbound.addresses import is_public
from tests.databases import Place
from tests.resources.service import running
from tests.webhooks.conftest import ENDPOINTS, Desk
from tests.webhooks.receiver import receiving

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.1.2.3 127.255.255.254 169.254.0.1
169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.31.196.1 192.52.193.1
192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.255 100.100.100.200 168.63.129.16 169.254.169.123 169.254.169.253 192.0.0.192
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b:1::1 100::1
2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1
2002:a9fe:a9fe::1 2620:4f:8000::1 3ffe::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1 ff02::1
ff02::2 ff0e::1 ::7f00:1 ::a9fe:a9fe ::ffff:0:7f00:1 ::ffff:100.100.100.200 64:ff9b::a9fe:a9fe 64:ff9b::c0a8:1
2001:0:7f00:1:: 2001:4:112::1 2001:30::1 2002:c0a8:1:: fd20:ce::254 fdff::1 fe80::5efe:7f00:1 ff01::1 ff05::1:3
""".split()  # noqa: SIM905 -- a table is easier to read so
OUTSIDE = """
1.1.1.1 168.63.129.15 168.63.129.17 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255
128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255
198.20.0.0 223.255.255.255 2001:200::1 2606:4700::1111 2a00:1450::1 2003::1
""".split()  # noqa: SIM905 -- as above
URLS = [
    *(f"{{scheme}}://{f'[{one}]' if ':' in one else one}:{{port}}/" for one in INSIDE),
    "{scheme}://2130706433:{port}/", "{scheme}://0x7f000001:{port}/", "{scheme}://0x7f.1:{port}/",
    "{scheme}://0177.0.0.1:{port}/", "{scheme}://127.1:{port}/", "{scheme}://127.0.1:{port}/", "{scheme}://0:{port}/",
    "{scheme}://017700000001:{port}/", "{scheme}://127.0.0.1.:{port}/", "{scheme}://①②⑦.⓪.⓪.①:{port}/",
    "{scheme}://\uff11\uff12\uff17.0.0.1:{port}/", "{scheme}://127。0。0。1:{port}/", "{scheme}://localhost:{port}/",
    "{scheme}://LOCALHOST:{port}/", "{scheme}://localhost.:{port}/", "{scheme}://a.localhost:{port}/",
    "{scheme}://printer.local:{port}/", "{scheme}://metadata.google.internal:{port}/", "{scheme}://router.lan:{port}/",
    "{scheme}://nas.home.arpa:{port}/", "{scheme}://intranet:{port}/", "{scheme}://a@127.0.0.1:{port}/",
    "{scheme}://example.com@127.0.0.1:{port}/", "{scheme}://127.0.0.1:{port}#@example.com/",
    "{scheme}://example.com:{port}\\@127.0.0.1:{port}/", "{scheme}://127.0.0.1:{port}\\.example.com/",
    "{scheme}:/127.0.0.1:{port}/", "{scheme}:127.0.0.1:{port}/", "//127.0.0.1:{port}/", "{scheme}:///127.0.0.1:{port}/",
    "{scheme}://%31%32%37.0.0.1:{port}/", "{scheme}://127.0.0.1%00.example.com:{port}/",
    "{scheme}://127.0.0.1 :{port}/",
    " {scheme}://127.0.0.1:{port}/", "{scheme}://127.0.0.1:{port}/\r\nX: y", "{scheme}://127.0.0.1:\t{port}/",
    "{scheme}://[::1%25lo]:{port}/", "{scheme}://[::ffff:7f00:1]:{port}/", "{scheme}://[0:0:0:0:0:0:0:1]:{port}/",
    "{scheme}://[127.0.0.1]:{port}/", "{scheme}://127.0.0.1:0{port}/",
    "{scheme}://127.0.0.1:{port}:443/", "ftp://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/_x", "file:///etc/passwd",
    "{scheme}://0251.0376.0251.0376:{port}/", "{scheme}://2852039166:{port}/", "{scheme}://0xA9FEA9FE:{port}/",
    "{scheme}://169.254.43518:{port}/", "{scheme}://①⑥⑨.②⑤④.①⑥⑨.②⑤④:{port}/", "{scheme}://[::ffff:a9fe:a9fe]:{port}/",
    "{scheme}://metadata:{port}/", "{scheme}://metadata.google.internal.:{port}/", "{scheme}://instance-data:{port}/",
    "{scheme}://kubernetes.default.svc:{port}/", "{scheme}://kubernetes.default.svc.cluster.local:{port}/",
    "{scheme}://host.docker.internal:{port}/", "{scheme}://a.localdomain:{port}/", "{scheme}://a.corp:{port}/",
    "{scheme}://a:b@example.com:80@127.0.0.1:{port}/", "{scheme}://127.0.0.1:{port}?@example.com/",
    "{scheme}://127.0.0.1%2f@example.com:{port}/", "{scheme}://ⓛocalhost:{port}/", "dict://127.0.0.1:{port}/",
    "{scheme}://127.0.0.1:99999/", "{scheme}://-a.example.com.:{port}/", "{scheme}://a..b.com:{port}/", "",
]  # fmt: skip


async def names(*answers: str) -> Sequence[str]:
    return answers


@contextmanager
def canary(host: str = "127.0.0.1") -> Iterator[tuple[int, list[Any]]]:
    """Somebody inside who listens, and counts who comes."""
    came: list[Any] = []
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        listener.settimeout(0.05)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                with suppress(TimeoutError):
                    came.append(listener.accept())

        thread = threading.Thread(target=listen)
        thread.start()
        yield listener.getsockname()[1], came
        time.sleep(0.1)
        done.set()
        thread.join()


def post(courier: Courier, url: str) -> Outcome:
    return post_each(courier, [url])[0]


def post_each(courier: Courier, urls: Iterable[str]) -> list[Outcome]:
    """Send the same to one address after the other."""
    try:
        return [asyncio.run(courier.post(url, {"webhook-id": "evt_1"}, b"{}", NOW)) for url in urls]
    finally:
        courier.close()


class Wire:
    """What is asked of the network by this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[Any] = []
        self._watch(monkeypatch, socket.socket, "connect")
        self._watch(monkeypatch, socket.socket, "connect_ex")
        self._watch(monkeypatch, socket.socket, "sendto")
        self._watch(monkeypatch, socket, "getaddrinfo")

    def _watch(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def watched(*args: Any, **how: Any) -> Any:
            self.asked.append((name, args))
            return real(*args, **how)

        monkeypatch.setattr(owner, name, watched)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


def test_the_table_is_long_enough() -> None:
    assert (len(set(URLS)), len(set(INSIDE))) == (len(URLS), len(INSIDE))
    assert len(URLS) >= 80


def test_whoever_watches_the_wire_sees_a_connection_that_is_made(wire: Wire) -> None:
    with receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "localhost")
        assert post(Courier(Door(insecure=True)), url).code == "2xx"

    assert [name for name, _ in wire.asked] == ["getaddrinfo", "connect"]


def test_no_address_that_leads_inside_is_ever_connected_to(wire: Wire) -> None:
    with canary("0.0.0.0") as (port, came), canary("::") as (port6, came6):  # noqa: S104 -- every way to this machine
        urls = [
            url.format(port=here, scheme=scheme)
            for url in URLS
            for here in (port, port6)
            for scheme in ("http", "https")
        ]
        outcomes = post_each(Courier(Door(ports=frozenset({port, port6, 443})), seconds=2), urls)

    assert {outcome.code for outcome in outcomes} == {"address_refused"}
    assert (came, came6, wire.asked) == ([], [], [])


def test_no_name_that_leads_inside_is_ever_connected_to(wire: Wire) -> None:
    asked = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        address = INSIDE[len(asked) - 1]
        return ["93.184.216.34", address] if len(asked) % 2 else [address]

    with canary("0.0.0.0") as (port, came):  # noqa: S104 -- every way to this machine
        courier = Courier(Door(ports=frozenset({port})), resolve=resolve, seconds=2)
        outcomes = post_each(courier, [f"https://a.b.com:{port}/"] * len(INSIDE))

    assert [outcome.code for outcome in outcomes] == ["address_refused"] * len(INSIDE)
    assert (asked, came, wire.asked) == (["a.b.com"] * len(INSIDE), [], [])


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_lies_just_outside_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_public_nor_is_it_when_plain_http_is_let_out(address: str) -> None:
    assert not is_public(address)
    here = address == "::1" or address.startswith("127.")
    assert Door(insecure=True).lets_out(address) == here


def test_a_name_that_changes_its_mind_is_asked_once_and_the_answer_holds() -> None:
    answers = ["127.0.0.1", "127.0.0.2"]

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return [answers.pop(0)]

    with receiving() as receiver, canary("127.0.0.2") as (_, came):
        url = receiver.url.replace("127.0.0.1", "hooks.clinic.com")
        outcome = post(Courier(Door(insecure=True), resolve=resolve, seconds=2), url)

    assert (outcome.code, answers, came) == ("2xx", ["127.0.0.2"], [])
    assert receiver.messages[0].headers["host"] == url.split("/")[2]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.clinic.com/", "scheme"),
        ("https://hooks.clinic.com:22/", "port"),
        ("https://hooks.clinic.com:70000/", "port"),
        ("https://u:p@hooks.clinic.com/", "form"),
        ("https://hooks.clinic.com/#a", "form"),
        ("https://93.184.216.34/", "name"),
        ("https://bücher.de/", "form"),
        (f"https://hooks.clinic.com/{'a' * 1_024}", "form"),
    ],
)
def test_an_address_is_refused_for_one_reason(url: str, reason: str) -> None:
    with pytest.raises(TargetError) as told:
        Door().read(url)
    assert told.value.reason == reason


@pytest.mark.parametrize(
    "url", ["https://hooks.clinic.com", "https://xn--bcher-kva.de:8443/a?b=c", "https://a.b.co.uk/"]
)
def test_a_plain_address_is_taken(url: str) -> None:
    assert Door().read(url).scheme == "https"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(status: int) -> None:
    with receiving() as receiver, canary() as (port, came):
        receiver.usual = (status, {"Location": f"http://127.0.0.1:{port}/"})
        outcome = post(Courier(Door(insecure=True)), receiver.url)

    assert (outcome.code, len(receiver.messages), came) == ("3xx", 1, [])


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver, canary() as (port, came):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        assert post(Courier(Door(insecure=True)), receiver.url).code == "2xx"

    assert came == []


def endless(out: Any) -> None:
    while True:
        out.write(b"a" * 65_536)


def drip(out: Any) -> None:
    while True:
        out.write(b"a")
        time.sleep(0.05)


def bomb(out: Any) -> None:
    out.write(gzip.compress(bytes(50_000_000)))


@pytest.mark.parametrize("after", [endless, drip, bomb])
def test_who_answers_without_end_is_hung_up_on_and_what_their_headers_said_holds(after: Any) -> None:
    with receiving(after=after) as receiver:
        receiver.usual = (200, {"Content-Encoding": "gzip"})
        began = time.monotonic()
        outcome = post(Courier(Door(insecure=True), seconds=5), receiver.url)
        assert time.monotonic() - began < 4

    assert outcome.code == "2xx"


def _raw(said: bytes, pause: float = 0.05) -> Any:
    """Somebody who says the same bytes over and over."""

    @contextmanager
    def listening() -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def answer() -> None:
                with suppress(OSError):
                    caller, _ = listener.accept()
                    with caller:
                        caller.sendall(b"HTTP/1.1 200 OK\r\n")
                        while True:
                            caller.sendall(said)
                            time.sleep(pause)

            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            yield listener.getsockname()[1]

    return listening()


def test_headers_that_never_end_end_with_the_time_for_an_attempt() -> None:
    with _raw(b"a") as port:
        began = time.monotonic()
        outcome = post(Courier(Door(insecure=True), seconds=1), f"http://127.0.0.1:{port}/")
        assert 0.9 < time.monotonic() - began < 2.5
    assert outcome.code == "timeout"


def test_headers_without_measure_break_the_connection() -> None:
    with _raw(b"X: " + b"a" * 60_000 + b"\r\n", 0) as port:
        assert post(Courier(Door(insecure=True), seconds=3), f"http://127.0.0.1:{port}/").code == "broken"


def test_why_there_was_no_answer_is_one_word() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with receiving() as plain:
        told = [
            post(Courier(Door(insecure=True)), f"http://127.0.0.1:{port}/"),
            post(Courier(Door(insecure=True)), plain.url.replace("http", "https")),
            post(Courier(Door(), resolve=lambda *_: names()), "https://hooks.clinic.com/"),
            post(Courier(Door()), "https://hooks.clinic.example/"),
        ]

    assert [outcome.code for outcome in told] == ["unreachable", "tls", "unresolved", "unresolved"]


SAID = {
    "http://hooks.clinic.com/": "Must begin with https:// so that nobody on the way can read or change what is sent.",
    "https://hooks.clinic.com:22/": "Must go to port 443 or 8443.",
    "https://10.0.0.1/": (
        "Must name a host by its full public name: no literal address, no number, no name of a local network."
    ),
    "https://a@hooks.clinic.com/": (
        "Must be an absolute address of at most 1024 characters, with a plain ASCII host name, and with neither a user "
        "name nor a fragment."
    ),
}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_endpoint_that_nothing_may_be_sent_to_is_refused_and_its_address_not_repeated(place: Place) -> None:
    with running(place.url) as service:
        for url, said in SAID.items():
            wanted = {"url": url, "types": ["visit.done"]}
            answer = service.web.post(ENDPOINTS, json=wanted, headers=service.ours.headers)
            assert answer.status_code == 422
            assert answer.json()["errors"] == [{"pointer": "/url", "code": "webhook_url", "message": said}]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_even_in_development_nothing_is_sent_to_other_private_networks(desk: Desk) -> None:
    desk.new_endpoint(url="http://10.0.0.1:8080/")
    desk.new_endpoint(url="http://169.254.169.254/latest/meta-data")
    desk.service.store(desk.service.ours)
    desk.work()
    assert {one["last_outcome"] for one in desk.call("GET").json()["items"]} == {"address_refused"}
