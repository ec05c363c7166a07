"""A generator of hostile clients: texts that ask for too much, and connections that behave badly."""

from __future__ import annotations

import http.client
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

import pyoxigraph as ox

from tests.support.attacks import Answer, Served, get_query, numbers

LINK = "<http://example.org/link>"
# What a hostile query may come to: an answer, or a refusal that says what is too much.
STATUSES = {200, 400, 403, 406, 408, 413, 422, 429, 503, 504, 507}
_NODES = 40


def data(count: int) -> list[ox.Quad]:
    """Numbers, and nodes that are all linked to each other."""
    graph, link = ox.NamedNode("http://example.org/g"), ox.NamedNode("http://example.org/link")
    nodes = [ox.NamedNode(f"http://example.org/n{number}") for number in range(_NODES)]
    links = [ox.Quad(one, link, other, graph) for one in nodes for other in nodes if one != other]
    long = ox.Quad(nodes[0], ox.NamedNode("http://example.org/text"), ox.Literal("a" * 5000 + "!"), graph)
    return [*numbers(count), *links, long]


def nesting(chance: random.Random) -> str:
    depth = chance.choice([60, 120, 130, 2500, 15_000])
    before, after = chance.choice(
        [("{", "}"), ("{{} UNION {", "}}"), ("OPTIONAL {", "}"), ("FILTER EXISTS {", "}")]
    )
    if len(before) * depth > 60_000:
        before, after = "{", "}"
    return f"SELECT * {{ {before * depth} ?s ?p ?o {after * depth} }}"


def brackets(chance: random.Random) -> str:
    depth = chance.choice([100, 127, 5000, 20_000])
    opening = chance.choice(["(", "!(", "-("])
    return f"ASK {{ FILTER({opening * depth}1{')' * depth}) }}"


def optionals(chance: random.Random) -> str:
    count = chance.choice([20, 63, 64, 400, 2000])
    pattern = chance.choice(["?a ?b ?c", "?s ?p ?x{}", "?x{} ?p ?o", "?s <http://example.org/p> ?x{}"])
    return (
        "SELECT * { ?s ?p ?o " + "".join(f"OPTIONAL {{ {pattern.format(n)} }} " for n in range(count)) + "}"
    )


def cross_product(chance: random.Random) -> str:
    count = chance.randint(2, 12)
    patterns = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(count))
    head = chance.choice(
        ["SELECT *", "SELECT (COUNT(*) AS ?n)", "SELECT DISTINCT ?s0 ?s1", "SELECT (SUM(?o0) AS ?n)"]
    )
    return f"{head} {{ {patterns} }}"


def chain(chance: random.Random) -> str:
    count = chance.randint(5, 60)
    patterns = " . ".join(f"?n{n} {LINK} ?n{n + 1}" for n in range(count))
    return f"SELECT (COUNT(*) AS ?n) {{ {patterns} }}"


def values(chance: random.Random) -> str:
    count = chance.choice([100, 1500, 3500])
    rows = " ".join(str(chance.randint(0, 10**6)) for _ in range(count))
    return f"SELECT * {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} VALUES ?c {{ 1 2 3 }} }}"


def regex(chance: random.Random) -> str:
    pattern = chance.choice(
        ["(a+)+$", "(a|aa)+$", "(.*)*b", "((a{0,100}){0,100}){0,100}", "(x+x+)+y", "a{1,10000}{1,10000}"]
    )
    return f"SELECT * {{ ?s ?p ?t . ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?t), STR(?c)), '{pattern}', 'i')) }}"


def path(chance: random.Random) -> str:
    step = chance.choice([f"{LINK}*", f"({LINK}|^{LINK})+", f"({LINK}/{LINK})*", "!<a:b>*", f"({LINK}*)*"])
    count = chance.randint(1, 6)
    return f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join([f'({step})'] * count)} ?b . ?b {step} ?c }}"


def sorting(chance: random.Random) -> str:
    patterns = "?a ?p ?x . ?b ?q ?y . ?c ?r ?z"
    end = chance.choice(
        ["ORDER BY DESC(CONCAT(STR(?x), STR(?y)))", "GROUP BY ?a ?x ?b ?y", "ORDER BY ?z ?y ?x LIMIT 1"]
    )
    head = "DISTINCT *" if "GROUP" not in end else "?a ?x (GROUP_CONCAT(STR(?z)) AS ?all)"
    return f"SELECT {head} {{ {patterns} }} {end}"


def construct(chance: random.Random) -> str:
    template = " . ".join(f"?a <a:p{n}> ?y . [] <a:q> [ <a:r> ?x ]" for n in range(chance.randint(1, 40)))
    return f"CONSTRUCT {{ {template} }} WHERE {{ ?a ?p ?x . ?b ?q ?y }}"


def doubling(chance: random.Random) -> str:
    start = chance.choice(["BIND('" + "a" * 100 + "' AS ?x0)", "?s <http://example.org/text> ?x0"])
    call = chance.choice(
        ["CONCAT({0},{0})", "REPLACE({0}, '.', '$0$0')", "CONCAT({0},STRAFTER({0},'a'),{0})"]
    )
    count = chance.randint(8, 40)
    steps = " ".join(f"BIND({call.format(f'?x{n}')} AS ?x{n + 1})" for n in range(count))
    shown = chance.choice([f"?x{count}", f"(STRLEN(?x{count}) AS ?n)"])
    return f"SELECT {shown} {{ {start} {steps} }}"


def operators(chance: random.Random) -> str:
    unit, count = chance.choice(
        [("1||", 10_000), ("1+", 900), ("!", 30_000), ("-", 900), ("1 IN (1,1) &&", 3000)]
    )
    return f"ASK {{ FILTER({unit * count}1) }}"


def unions(chance: random.Random) -> str:
    count = chance.choice([100, 240, 5000])
    return "SELECT * { " + "{ ?s ?p ?o } UNION " * count + "{} }"


def collections(chance: random.Random) -> str:
    item = chance.choice(["1", "()", "[]", "(1)"])
    return f"ASK {{ ?s ?p ({f' {item}' * chance.choice([50, 2000, 12_000])}) }}"


def conditions(chance: random.Random) -> str:
    unit = chance.choice(["(1)", "(?n)", " STR(1)"])
    return "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } HAVING" + unit * chance.choice([100, 900, 8000])


def noise(chance: random.Random) -> str:
    pieces = [
        "SELECT",
        "*",
        "{",
        "}",
        "?s",
        "<",
        ">",
        "'",
        '"""',
        "\\u0022",
        "#",
        "SERVICE",
        "(",
        ")",
        "||",
        "\n",
        "é",
        ".",
    ]
    return " ".join(chance.choices(pieces, k=chance.choice([10, 500, 8000])))


QUERIES: list[Callable[[random.Random], str]] = [
    nesting, brackets, optionals, cross_product, chain, values, regex, path, sorting, construct, doubling, operators,
    unions, collections, conditions, noise,
]  # fmt: skip

_POST = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
BIG = get_query("SELECT * { ?a ?p ?x . ?b ?q ?y }")


def abort(served: Served, client: str, chance: random.Random) -> None:
    """Asks, and goes away: at once, or in the middle of the answer."""
    with served.connect(client) as connection:
        connection.sendall(f"GET {BIG} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
        if chance.random() < 0.5:
            connection.recv(chance.choice([10, 5000]))


def slow_reader(served: Served, client: str, chance: random.Random) -> None:
    """Asks for much and takes little of it."""
    with served.connect(client) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET {BIG} HTTP/1.1\r\nHost: x\r\nAccept: application/xml\r\n\r\n".encode())
        for _ in range(chance.randint(2, 10)):
            connection.recv(100)
            time.sleep(0.1)


def slow_writer(served: Served, client: str, chance: random.Random) -> None:
    """Sends a request bit by bit, and not all of it."""
    text = f"{_POST}Content-Length: 500\r\n\r\nASK"
    with served.connect(client) as connection:
        for letter in text[: chance.randint(5, 110)]:
            connection.sendall(letter.encode())
            time.sleep(0.01)


def long_headers(served: Served, client: str, chance: random.Random) -> None:
    """Sends headers, or an address, without end."""
    start = chance.choice(
        ["GET /health HTTP/1.1\r\nX: ", "GET /sparql?query=", "GET / HTTP/1.1\r\n", "POST /"]
    )
    with served.connect(client) as connection:
        connection.sendall(start.encode())
        for _ in range(40):
            connection.sendall(chance.choice([b"a", b"a: b\r\n"]) * 10_000)


def pipelining(served: Served, client: str, chance: random.Random) -> None:
    """Sends many requests at once and takes no answer."""
    address = chance.choice(["/health", "/metrics", BIG])
    with served.connect(client) as connection:
        for _ in range(chance.choice([1, 10, 30])):
            connection.sendall(f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 300)


def broken_body(served: Served, client: str, chance: random.Random) -> None:
    """Sends a body that is not what its headers say."""
    ends = [
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "Transfer-Encoding: chunked\r\n\r\n-5\r\nASK{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nASK", "Content-Length: -1\r\n\r\nASK{}",
        "Content-Length: 5\r\nContent-Length: 7\r\n\r\nASK{}  ", "Content-Length: 3\r\n\r\nASK{}GARBAGE",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nASK",
        "Transfer-Encoding: chunked\r\n\r\n" + "1\r\nA\r\n" * 20_000, "Content-Length: 99999999999\r\n\r\nASK",
    ]  # fmt: skip
    with served.connect(client) as connection:
        connection.sendall((_POST + chance.choice(ends)).encode())
        connection.settimeout(1)
        connection.recv(1000)


CONNECTIONS = [abort, slow_reader, slow_writer, long_headers, pipelining, broken_body]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attack went: what it was, and its status (0: the connection was closed)."""

    name: str
    status: int
    answer: Answer | None = None


def attack(served: Served, client: str, number: int) -> Outcome:
    """One attack, always the same for the same number."""
    chance = random.Random(number)
    # Two of three are queries.
    if number % 3:
        make = QUERIES[number % len(QUERIES)]
        accept = chance.choice(["application/json", "text/csv", "application/xml", "text/turtle", "*/*"])
        name, answer = make.__name__, None
        try:
            answer = served.query(make(chance), accept, client=client, timeout=60)
        except (OSError, http.client.HTTPException):
            return Outcome(name, 0)
        return Outcome(name, answer.status, answer)
    behave = CONNECTIONS[number // 3 % len(CONNECTIONS)]
    try:
        behave(served, client, chance)
    except OSError:
        return Outcome(behave.__name__, 0)
    return Outcome(behave.__name__, 200)
