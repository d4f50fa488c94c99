"""Deterministic identity: who is the same person, by connected components with guard rails."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

TYPES = ("anonymous_id", "user_id", "email", "phone")
ANONYMOUS, USER, EMAIL, PHONE = range(4)
ID_DIGITS = 24
BLOCK, DIGEST = 64, 32  # bytes of SHA-256

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Resolution:
    """``identifiers``, one row each, and ``merges``, the log: both in order of arrival."""

    identifiers: pd.DataFrame
    merges: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Graph:
    """Identifiers as nodes 0, 1, … in order of arrival, and the pairs seen together as edges."""

    nodes: pd.DataFrame  # namespace, identifier, source, times
    kind: Integers  # of shape (n_nodes,): index into TYPES
    born: Integers  # of shape (n_nodes,): moment of arrival, dense
    low: Integers  # of shape (n_edges,): the end that arrived first
    high: Integers  # of shape (n_edges,): the other end
    seen: Integers  # of shape (n_edges,): moment of arrival, dense; ascending
    link: Integers  # of shape (n_edges,): row of the link


def resolve(
    links: pd.DataFrame,
    *,
    salt: bytes,
    contact_key: bytes,
    max_people: Mapping[str, int],
    guarded: Collection[str] = (),
) -> Resolution:
    """Assign every identifier to the customer it belongs to.

    An e-mail or phone seen with more than its limit of user ids ties nobody together and belongs to
    nobody. Then an anonymous id that ties together more people than its limit is a shared device: a
    customer of its own. The identifier of a component that arrived first gives the customer its id,
    so more data never changes an id, except that merged components go on under the older one.

    Parameters
    ----------
    links : DataFrame of shape (n_links, >= 13)
        Pairs of identifiers seen together, each pair once, in any order: ``namespace_a``,
        ``type_a``, ``identifier_a`` and the same of ``b`` (null where an identifier was seen
        alone), ``source``, ``first_file_number`` and ``first_line`` (arrival), ``first_seen_at``,
        ``last_seen_at``, ``first_received_at`` and ``events_loaded_at`` (UTC).
    salt : bytes
        Key of customer and visitor ids.
    contact_key : bytes
        Key of the hashes of e-mails and phones.
    max_people : mapping of str to int
        Limit by type: user ids of an ``email`` or ``phone``, people of an ``anonymous_id``.
    guarded : collection of str
        Names by ``guard`` of identifiers that tie nobody together, however few people are left of
        those who shared them.

    Returns
    -------
    Resolution
        ``identifiers`` with ``identifier_id`` (1, 2, … in order of arrival), ``group_id`` (that
        of the first identifier linked to it in any way, guarded ones included: what happens in
        one group changes nothing in another), ``customer_id`` (null for a guarded e-mail or
        phone), ``visitor_id``, ``identifier_hash``, ``is_guarded``, ``people_count``;
        ``merges`` with ``loser_customer_id``, ``customer_id``, ``group_id``, ``merged_at``,
        ``known_at`` and the arrival of the link that merged them.

    Raises
    ------
    ValueError
        If a type is unknown, or a limit is missing or below 1.
    """
    for name in ("anonymous_id", "email", "phone"):
        if max_people.get(name, 0) < 1:
            raise ValueError(f"max_people of {name} must be at least 1, got {max_people.get(name)}")
    graph = _graph(links)
    names = _names(graph)
    kept = _is_guarded(graph, names, salt, guarded)
    contact_guarded, user_counts = _guard_contacts(graph, max_people)
    contact_guarded |= kept & (graph.kind >= EMAIL)
    used = ~contact_guarded[graph.low] & ~contact_guarded[graph.high]
    device_guarded, person_counts = _guard_devices(graph, used, max_people["anonymous_id"])
    device_guarded |= kept & (graph.kind == ANONYMOUS)
    used &= ~device_guarded[graph.low] & ~device_guarded[graph.high]
    component = _components(len(graph.nodes), graph.low[used], graph.high[used])
    group = _components(len(graph.nodes), graph.low, graph.high) + 1
    firsts, position = np.unique(component, return_inverse=True)
    customers = np.array(_keyed(salt, names[firsts], "c"), dtype=object)[position]
    identifiers = graph.nodes.assign(
        identifier_id=np.arange(1, len(graph.nodes) + 1),
        group_id=group,
        identifier_type=np.array(TYPES, dtype=object)[graph.kind],
        customer_id=pd.Series(customers).mask(contact_guarded, None),
        visitor_id=_visitor_ids(graph, names, salt),
        identifier_hash=_contact_hashes(graph, contact_key),
        is_guarded=contact_guarded | device_guarded,
        people_count=np.where(graph.kind == ANONYMOUS, person_counts, user_counts),
    )
    return Resolution(identifiers, _merge_log(links, graph, used, group, names, salt))


def guard(identifiers: Sequence[tuple[str, str, str]], *, salt: bytes) -> list[str]:
    """Name identifiers that are to stay guarded, without saying which they are.

    Parameters
    ----------
    identifiers : sequence of (str, str, str)
        Namespace (empty for contacts), type and text.
    salt : bytes
        Key of customer and visitor ids.

    Returns
    -------
    list of str
        One name for each, 64 hexadecimal digits.
    """
    names = [f"guard|{'|'.join(identifier)}" for identifier in identifiers]
    return _keyed(salt, names, "", digits=2 * DIGEST)


def pseudonyms(
    identifiers: Sequence[tuple[str, str, str]], *, salt: bytes
) -> list[tuple[str, str]]:
    """Name identifiers that no resolution has seen, as one would if nothing tied them to others.

    Parameters
    ----------
    identifiers : sequence of (str, str, str)
        Namespace, type (``anonymous_id`` or ``user_id``) and text.
    salt : bytes
        Key of customer and visitor ids.

    Returns
    -------
    list of (str, str)
        ``visitor_id`` and ``customer_id`` of each.
    """
    names = ["|".join(identifier) for identifier in identifiers]
    visitors = _keyed(salt, [f"visitor|{name}" for name in names], "v")
    return list(zip(visitors, _keyed(salt, names, "c"), strict=True))


def _graph(links: pd.DataFrame) -> _Graph:
    paired = links["type_b"].notna().to_numpy()
    rows = np.concatenate([np.arange(len(links)), np.flatnonzero(paired)])
    kind = _kinds(links["type_a"], links.loc[paired, "type_b"])
    namespace, namespaces = pd.factorize(_both(links, "namespace", paired))
    text, texts = pd.factorize(_both(links, "identifier", paired))
    key = (text.astype(np.int64) * len(namespaces) + namespace) * len(TYPES) + kind
    node, keys = pd.factorize(key)
    files, lines = (links[name].to_numpy(np.int64) for name in ("first_file_number", "first_line"))
    moment = np.unique((files << 32) + lines, return_inverse=True)[1].astype(np.int64)

    first = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(first, node, moment[rows] * len(TYPES) + kind)
    name_of_text = np.asarray(texts, dtype=object)[keys // len(TYPES) // len(namespaces)]
    name_of_space = np.asarray(namespaces, dtype=object)[keys // len(TYPES) % len(namespaces)]
    order = _arrival_order(first, name_of_space, name_of_text)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    node = rank[node]

    edge_link = np.flatnonzero(paired)
    ends = np.column_stack([node[: len(links)][paired], node[len(links) :]])
    low, high = ends.min(axis=1), ends.max(axis=1)
    by_arrival = np.lexsort((high, low, moment[edge_link]))
    pair = (low * len(keys) + high)[by_arrival]
    kept = by_arrival[np.sort(np.unique(pair, return_index=True)[1])]
    return _Graph(
        nodes=_seen(links, rows, node, moment).assign(
            namespace=name_of_space[order], identifier=name_of_text[order]
        ),
        kind=keys[order] % len(TYPES),
        born=first[order] // len(TYPES),
        low=low[kept],
        high=high[kept],
        seen=moment[edge_link[kept]],
        link=edge_link[kept],
    )


def _kinds(type_a: pd.Series, type_b: pd.Series) -> Integers:
    types = pd.concat([type_a, type_b])
    kind = pd.Index(TYPES).get_indexer(types).astype(np.int64)
    if (kind < 0).any():
        raise ValueError(f"unknown identifier types: {sorted(set(types[kind < 0]))}")
    return kind


def _both(links: pd.DataFrame, column: str, paired: Flags) -> Objects:
    side_b = links.loc[paired, f"{column}_b"].to_numpy(object)
    return np.concatenate([links[f"{column}_a"].to_numpy(object), side_b])


def _arrival_order(first: Integers, spaces: Objects, texts: Objects) -> Integers:
    """Sort nodes by arrival and type, and by name the few that an alias brought at once."""
    order = np.argsort(first, kind="stable")
    same = np.flatnonzero(first[order][1:] == first[order][:-1])
    for start, stop in _runs(same):
        tied = order[start : stop + 2].tolist()
        order[start : stop + 2] = sorted(tied, key=lambda node: (spaces[node], texts[node]))
    return order


def _runs(positions: Integers) -> list[tuple[int, int]]:
    """Return first and last of each run of consecutive positions."""
    if not len(positions):
        return []
    breaks = np.flatnonzero(np.diff(positions) > 1)
    starts = positions[np.concatenate([[0], breaks + 1])]
    stops = positions[np.concatenate([breaks, [len(positions) - 1]])]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _seen(links: pd.DataFrame, rows: Integers, node: Integers, moment: Integers) -> pd.DataFrame:
    """Gather per node, in order of arrival, where and when it was seen."""
    sightings = links[["first_seen_at", "last_seen_at", "events_loaded_at"]].take(rows)
    seen = sightings.groupby(node, sort=True).agg(
        first_seen_at=("first_seen_at", "min"),
        last_seen_at=("last_seen_at", "max"),
        events_loaded_at=("events_loaded_at", "max"),
    )
    by_arrival = np.lexsort((moment[rows], node))
    starts = np.unique(node[by_arrival], return_index=True)[1]
    first_rows = rows[by_arrival[starts]]
    for column in ("source", "first_file_number", "first_line"):
        seen[column] = links[column].to_numpy()[first_rows]
    return seen.reset_index(drop=True)


def _guard_contacts(graph: _Graph, max_people: Mapping[str, int]) -> tuple[Flags, Integers]:
    """Flag e-mails and phones seen with more user ids than their limit, and count those."""
    limits = np.array([np.iinfo(np.int64).max] * 2 + [max_people["email"], max_people["phone"]])
    low, high = graph.low, graph.high
    counts = np.zeros(len(graph.nodes), dtype=np.int64)
    for contact, other in ((low, high), (high, low)):
        with_user = (graph.kind[contact] >= EMAIL) & (graph.kind[other] == USER)
        counts += np.bincount(contact[with_user], minlength=len(counts))
    return counts > limits[graph.kind], counts


def _is_guarded(graph: _Graph, names: Objects, salt: bytes, guarded: Collection[str]) -> Flags:
    """Flag identifiers that were shared by somebody who is gone."""
    if not guarded:
        return np.zeros(len(names), dtype=np.bool_)
    known = frozenset(guarded)
    named = _keyed(salt, [f"guard|{name}" for name in names], "", digits=2 * DIGEST)
    return np.array([name in known for name in named], dtype=np.bool_)


def _guard_devices(graph: _Graph, used: Flags, limit: int) -> tuple[Flags, Integers]:
    """Flag anonymous ids that tie together more people than the limit, and count those."""
    strong = used & (graph.kind[graph.low] != ANONYMOUS) & (graph.kind[graph.high] != ANONYMOUS)
    person = _components(len(graph.nodes), graph.low[strong], graph.high[strong])
    counts = np.zeros(len(graph.nodes), dtype=np.int64)
    is_device = graph.kind == ANONYMOUS
    ties = used & (is_device[graph.low] != is_device[graph.high])
    low, high = graph.low[ties], graph.high[ties]
    device, other = np.where(is_device[low], low, high), np.where(is_device[low], high, low)
    distinct = np.unique(device * len(counts) + person[other])
    counts += np.bincount(distinct // max(len(counts), 1), minlength=len(counts))
    return is_device & (counts > limit), counts


def _components(size: int, low: Integers, high: Integers) -> Integers:
    """Return for each node the first-arrived node of its component."""
    matrix = coo_array((np.ones(len(low), dtype=np.int8), (low, high)), shape=(size, size))
    label = connected_components(matrix, directed=False)[1]
    first_of_label = np.unique(label, return_index=True)[1]
    return np.asarray(first_of_label[label], dtype=np.int64)


def _merge_log(
    links: pd.DataFrame, graph: _Graph, used: Flags, group: Integers, names: Objects, salt: bytes
) -> pd.DataFrame:
    """Replay the links in order of arrival: a merge joins two components that both stood before."""
    losers, keepers, edges = _merges(graph, np.flatnonzero(used))
    log = links.take(graph.link[edges])
    return pd.DataFrame(
        {
            "loser_customer_id": _keyed(salt, names[losers], "c"),
            "customer_id": _keyed(salt, names[keepers], "c"),
            "group_id": group[keepers],
            "merged_at": log["first_seen_at"].to_numpy(),
            "known_at": log["first_received_at"].to_numpy(),
            "file_number": log["first_file_number"].to_numpy(),
            "line": log["first_line"].to_numpy(),
        }
    )


def _merges(graph: _Graph, used: Integers) -> tuple[Integers, Integers, Integers]:
    """Kruskal over the spanning forest; a root is the first-arrived node of its component."""
    size = len(graph.nodes)
    weights = coo_array(
        (np.arange(1, len(used) + 1), (graph.low[used], graph.high[used])), shape=(size, size)
    )
    forest = used[np.sort(minimum_spanning_tree(weights.tocsr()).data.astype(np.int64)) - 1]
    low, high, seen = graph.low[forest], graph.high[forest], graph.seen[forest]
    degree = np.bincount(np.concatenate([low, high]), minlength=size)
    # A leaf that arrives with its only link extends a component: it joins none and names none.
    leaves = (degree[high] == 1) & (graph.born[high] == seen)
    parent = list(range(size))
    born = graph.born.tolist()
    found: list[tuple[int, int, int]] = []
    for edge in np.flatnonzero(~leaves).tolist():
        one, other = _root(parent, int(low[edge])), _root(parent, int(high[edge]))
        keeper, loser = min(one, other), max(one, other)
        parent[loser] = keeper
        if born[loser] < seen[edge]:
            found.append((loser, keeper, int(forest[edge])))
    columns = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return columns[0], columns[1], columns[2]


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _names(graph: _Graph) -> Objects:
    """Return ``namespace|type|identifier`` of each node."""
    kinds = np.array(TYPES, dtype=object)[graph.kind]
    spaces, texts = (graph.nodes[name].to_numpy(object) for name in ("namespace", "identifier"))
    triples = zip(spaces, kinds, texts, strict=True)
    names = np.empty(len(kinds), dtype=object)
    names[:] = [f"{namespace}|{kind}|{identifier}" for namespace, kind, identifier in triples]
    return names


def _keyed(key: bytes, names: Iterable[str], prefix: str, digits: int = ID_DIGITS) -> list[str]:
    """HMAC-SHA256 of each name in hexadecimal digits; the key is hashed in once, for speed."""
    block = (key if len(key) <= BLOCK else hashlib.sha256(key).digest()).ljust(BLOCK, b"\0")
    copy_inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block)).copy
    copy_outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block)).copy
    keyed = []
    for name in names:
        inner, outer = copy_inner(), copy_outer()
        inner.update(name.encode())
        outer.update(inner.digest())
        keyed.append(prefix + outer.hexdigest()[:digits])
    return keyed


def _visitor_ids(graph: _Graph, names: Objects, salt: bytes) -> Objects:
    ids = np.full(len(names), None, dtype=object)
    visitors = graph.kind <= USER
    ids[visitors] = _keyed(salt, [f"visitor|{name}" for name in names[visitors]], "v")
    return ids


def _contact_hashes(graph: _Graph, contact_key: bytes) -> Objects:
    hashes = np.full(len(graph.kind), None, dtype=object)
    contacts = np.flatnonzero(graph.kind >= EMAIL)
    texts = graph.nodes["identifier"].to_numpy(object)[contacts]
    named = zip(graph.kind[contacts].tolist(), texts, strict=True)
    hashes[contacts] = _keyed(
        contact_key, [f"{TYPES[kind]}|{text}" for kind, text in named], "", digits=2 * DIGEST
    )
    return hashes
