"""IP addresses are cut to their networks before anything is stored."""

import ipaddress
import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.ingest import batches
from dagster_project.statements import statement
from tests.dagster_project.ingest.homes import line

V6 = st.lists(st.integers(0, 0xFFFF) | st.just(0), min_size=8, max_size=8).map(
    lambda groups: ipaddress.IPv6Address(":".join(f"{group:x}" for group in groups))
)


@pytest.fixture(scope="module")
def macros(tmp_path_factory):
    connection = duckdb.connect()
    connection.execute(statement(batches.PACKAGE, "network_macros"))
    yield connection
    connection.close()


def cut(macros, text):
    return macros.execute("select with_networks($text)", {"text": text}).fetchone()[0]


@settings(max_examples=200, deadline=None)
@given(address=V6, way=st.sampled_from(["compressed", "exploded"]))
def test_every_spelling_of_an_ipv6_address_becomes_its_48_bit_network(macros, address, way):
    held = json.loads(cut(macros, json.dumps({"ip": getattr(address, way).upper()})))
    network = ipaddress.ip_network(f"{address}/48", strict=False)
    assert ipaddress.ip_network(f"{held['ip']}/48") == network


@settings(max_examples=100, deadline=None)
@given(address=st.ip_addresses(v=4))
def test_an_ipv4_address_becomes_its_24_bit_network(macros, address):
    held = json.loads(cut(macros, f'{{"ip":"{address}"}}'))
    network = ipaddress.ip_network(f"{address}/24", strict=False)
    assert held["ip"] == str(network.network_address)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('{"ip" : " 203.0.113.7 ","x":1.50}', '{"ip":"203.0.113.0","x":1.50}'),
        ('{"ip":"203.0.113.7","to":{"ip":"::1"}}', '{"ip":"203.0.113.0","to":{"ip":"0:0:0::"}}'),
        ('{"ip":"64:ff9b::203.0.113.7"}', '{"ip":"64:ff9b:0::"}'),
        ('{"ip":"fe80::7:1%eth0"}', '{"ip":"fe80:0:0::"}'),
        # no address, so nobody can tell what of it to keep
        ('{"ip":"203.0.113.7, 198.51.100.9"}', '{"ip":null}'),
        ('{"ip":"203.0.113.7:443","x":"\\""}', '{"ip":null,"x":"\\""}'),
        ('{"ip":["203.0.113.7"],"x":{"ip":{"v4":"203.0.113.7"}}}', '{"ip":null,"x":{"ip":null}}'),
        ('{"ip":3405803783,"x":{"ip":34058}}', '{"ip":null,"x":{"ip":null}}'),
        # no key of that name
        ('{"x":"\\"ip\\":\\"203.0.113.7\\""}', '{"x":"\\"ip\\":\\"203.0.113.7\\""}'),
        ('{"x":"ip","y":["ip"],"skip":"203.0.113.7"}', None),
    ],
)
def test_only_what_stands_under_ip_changes(macros, text, held):
    assert cut(macros, text) == (held or text)


def test_nothing_stored_of_an_event_has_a_whole_address(home):
    given = {"ip": "203.0.113.77", "price": 1.50}
    landed = [
        line(1, context=given, properties=given, traits=given),
        line(2, context=given, type="unknown"),
        line(3, context=given)[:-1],
        b'{"ip":"203.0.113.77","x":"\xff"}',
    ]
    home.put("a.jsonl", b"\n".join(landed))
    home.ingest()
    ((context, properties, traits),) = home.rows(
        "select context, properties, traits from raw.events"
    )
    assert context == properties == traits == '{"ip":"203.0.113.0","price":1.5}'
    payloads = [x for (x,) in home.rows("select payload from raw.rejected_events order by line")]
    assert len(payloads) == 3
    assert all("203.0.113.0" in x and "203.0.113.77" not in x for x in payloads)


def test_the_landing_file_stays_as_it_came(home):
    given = line(1, context={"ip": "203.0.113.77"})
    name = home.put("a.jsonl", given)
    home.ingest()
    assert (home.landing / "shop" / name).read_bytes() == given


def test_an_address_among_the_traits_of_a_customer_is_cut(home):
    home.put("a.csv", b"customer_number,ip\n7,203.0.113.77", source="crm")
    home.ingest()
    assert home.rows("select traits from raw.customers") == [('{"ip":"203.0.113.0"}',)]
