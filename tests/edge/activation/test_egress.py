import ssl
from datetime import UTC, datetime

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.activation.egress import Guarded, client, is_public
from edge.activation.rows import Disabled, Unavailable
from tests.edge.activation.kinds.answering import answering

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # metadata of most clouds
        "100.100.100.200",  # metadata of Alibaba Cloud
        "192.0.0.192",  # metadata of Oracle Cloud
        "168.63.129.16",  # Azure's own services
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",  # metadata of Amazon
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",  # 169.254.169.254 behind NAT64
        "64:ff9b:1::a9fe:a9fe",  # NAT64 of a network's own
        "::7f00:1",  # 127.0.0.1 as an IPv6 address once could be written
        "fec0::1",
        "2002:7f00:0001::",  # 127.0.0.1 by 6to4
    ],
)
def test_an_address_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


def guarded(resolve, *, allow=False):
    """Return a client that tells where it would have connected."""
    connected = []

    def connect(request):
        connected.append((request.url.host, request.headers["host"], request.extensions))
        return httpx2.Response(200)

    transport = Guarded(httpx2.MockTransport(connect), allow, resolve)
    return httpx2.Client(transport=transport), connected


def test_the_connection_goes_to_the_address_that_was_checked_under_its_name():
    answers = iter([[PUBLIC], ["127.0.0.1"]])  # a name that changes its answer once it was checked
    asked = []

    def resolve(host, port):
        asked.append((host, port))
        return next(answers)

    way, connected = guarded(resolve)
    way.post("https://crm.example/in")

    assert asked == [("crm.example", 443)]
    ((address, host, extensions),) = connected
    assert (address, host, extensions["sni_hostname"]) == (PUBLIC, "crm.example", "crm.example")
    with pytest.raises(Disabled, match="private address"):
        way.post("https://crm.example/in")
    assert len(connected) == 1


@pytest.mark.parametrize("found", [["10.0.0.1"], [PUBLIC, "127.0.0.1"], ["::ffff:10.0.0.1"]])
def test_one_private_address_of_a_host_is_enough_to_refuse_it(found):
    way, connected = guarded(lambda *_: found)
    with pytest.raises(Disabled, match="private address"):
        way.post("https://crm.example")
    assert connected == []


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost",
        "https://127.0.0.1",
        "https://2130706433",  # 127.0.0.1 as one number
        "https://0x7f.1",
        "https://[::1]",
        "https://[::ffff:169.254.169.254]",
        "https://169.254.169.254/latest/meta-data",
    ],
)
def test_no_spelling_of_a_private_address_gets_out(url):
    with (
        client(allow_private_addresses=False) as way,
        pytest.raises((Disabled, Unavailable), match="private address|cannot be resolved"),
    ):
        way.get(url)


def test_what_is_not_encrypted_stays_inside():
    way, connected = guarded(lambda *_: [PUBLIC])
    with pytest.raises(Disabled, match="https://"):
        way.post("http://crm.example")
    assert connected == []


def test_a_private_address_that_is_allowed_is_reached():
    with answering() as place, client(allow_private_addresses=True) as way:
        assert way.post(place.url + "/in", content=b"{}").status_code == 200
        assert place.asked[0].headers["host"] == place.url.removeprefix("http://")


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with answering() as place, client(allow_private_addresses=True) as way:
        assert way.post(place.url, content=b"{}").status_code == 200


def test_the_next_address_is_tried_where_one_does_not_answer():
    tried = []

    def connect(request):
        tried.append(request.url.host)
        if len(tried) == 1:
            raise httpx2.ConnectError("refused")
        return httpx2.Response(200)

    transport = Guarded(httpx2.MockTransport(connect), False, lambda *_: [PUBLIC, "8.8.8.8"])
    with httpx2.Client(transport=transport) as way:
        assert way.post("https://crm.example").status_code == 200
    assert tried == [PUBLIC, "8.8.8.8"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return a file with a key and a certificate for crm.example, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "crm.example")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("crm.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "crm.pem"
    plain = serialization.NoEncryption()
    pkcs8, pem = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, pkcs8, plain) + signed.public_bytes(pem))
    return path


@pytest.mark.parametrize(("host", "is_trusted"), [("crm.example", True), ("other.example", False)])
def test_the_certificate_is_that_of_the_name_and_not_of_the_address(certificate, host, is_trusted):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    inner = httpx2.HTTPTransport(verify=ssl.create_default_context(cafile=certificate))
    transport = Guarded(inner, True, lambda *_: ["127.0.0.1"])
    with answering(tls) as place, httpx2.Client(transport=transport) as way:
        url = place.url.replace("127.0.0.1", host)
        if is_trusted:
            assert way.post(url, content=b"{}").status_code == 200
            assert place.asked[0].headers["host"].startswith("crm.example:")
        else:
            with pytest.raises(httpx2.ConnectError, match="not valid for 'other.example'"):
                way.post(url, content=b"{}")
            assert place.asked == []


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".example"])
def test_a_host_without_an_address_may_have_one_later(host):
    with (
        client(allow_private_addresses=False) as way,
        pytest.raises(Unavailable, match="cannot be resolved"),
    ):
        way.get(f"https://{host}")
