"""Bad input and faults around AppSync: each gets AWS's answer, and the process goes on answering others."""

import base64
import hashlib
import hmac
import json
import pathlib
import socket
import subprocess
import threading
import time

import pytest

from freehold import Server, wait_until
from test_appsync import Api, Issuer, encode, post, refused
from test_faults import Endpoint, drip, endless, garbage, half, hang_up, reset, silence

DEEP = 50_000
WIDE = 20_000

SCHEMA = """
type Node { id: ID! next: Node many: [Node!] text(of: Anything): String }
input Anything { next: Anything many: [Anything!] text: String }
type Query { node: Node hello: String }
"""


@pytest.fixture
def api(server):
    api = Api(server.client("appsync"), SCHEMA)
    api.local("Query.hello", '"hi"')
    api.local("Query.node", '{"id": "1", "next": {"id": "2"}, "many": [{"id": "3"}, {"id": "4"}]}')
    return api


@pytest.fixture(autouse=True)
def others_are_answered(request):
    """While and after the test, a plain query is answered."""
    if "api" not in request.fixturenames:
        yield
        return
    api = request.getfixturevalue("api")
    over, answered = threading.Event(), []

    def ask():
        while not over.is_set():
            answered.append(api.data("{ hello }"))

    other = threading.Thread(target=ask)
    other.start()
    yield
    over.set()
    other.join(60)
    assert not other.is_alive() and answered and all(answer == {"hello": "hi"} for answer in answered)


def bomb(levels):
    """Fragments of which each asks for the next twice: 2^levels fields, if nobody counts."""
    fragments = [f"fragment F{i} on Node {{ a: next {{ ...F{i + 1} }} b: next {{ ...F{i + 1} }} }}" for i in range(levels)]
    return "{ node { ...F0 } } " + " ".join(fragments) + f" fragment F{levels} on Node {{ id }}"


@pytest.mark.parametrize(
    "query",
    [
        "{ node " + "{ next " * DEEP + "{ id }" + " }" * DEEP + " }",
        "{ node { text(of: " + "{next: " * DEEP + "{}" + "}" * DEEP + ") } }",
        "{ node { text(of: {many: " + "[" * DEEP + "]" * DEEP + "}) } }",
        "query Q($a: " + "[" * DEEP + "Int" + "]" * DEEP + ") { hello }",
        "{ ...A } fragment A on Query { hello ...B } fragment B on Query { ...A }",
        "{ " + "...A " * WIDE + "} fragment A on Query { nothing }",
        "{" * DEEP,
        "{ hello(" + "a: 1 " * WIDE + ") }",
        "{ hello " + "@include(if: true) " * WIDE + "}",
        '{ node { text(of: {text: "' + "\\u{1F600}" * 1000 + '"}) } }',
    ],
    ids=["deep", "deep object", "deep list", "deep type", "cycle", "spreads", "open", "arguments", "directives", "escapes"],
)
def test_a_hostile_query_is_an_error_of_its_own(api, query):
    status, body, _ = api.ask(query)
    assert status == 200 and body["data"] is None or status == 400, str(body)[:500]
    assert body["errors"] and all(error["message"] for error in body["errors"])
    assert len(json.dumps(body)) < 10_000_000


def test_fragments_that_multiply_end_at_the_limit_of_resolvers(api):
    api.local("Node.next", '{"id": "1"}')
    status, body, _ = api.ask(bomb(60))
    assert status == 200
    assert body["errors"][0]["errorType"] == "ResolverExecutionLimitReached", body["errors"][0]


def test_a_wide_query_is_answered_or_refused(api):
    status, body, _ = api.ask("{ " + " ".join(f"a{i}: hello" for i in range(WIDE)) + " }")
    assert status == 200
    # AppSync runs at most 10,000 resolvers for a request.
    assert body["errors"][0]["errorType"] == "ResolverExecutionLimitReached", body["errors"][0]


def test_a_document_of_10_megabytes_is_refused(api):
    query = "{ hello } # " + "x" * 10_000_000
    try:
        status, body, _ = api.ask(query)
    except (ConnectionError, OSError):
        return  # refused before it was read
    assert status in (400, 413) and body["errors"], (status, body)


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b'{"query": "\xff"}', b"[" * 100_000, b'{"query": ' + b'{"a":' * 100_000, b"\0"])
def test_what_is_no_json_is_refused(api, body):
    status, answer, _ = post(api.url, body, {"x-api-key": api.key})
    assert (status, answer) == refused(400, "MalformedHttpRequestException", "Unable to parse GraphQL query.")


def test_an_introspection_that_goes_in_circles_ends(api):
    fields = "fields { type { " * 100 + "name" + " } }" * 100
    status, body, _ = api.ask("{ __schema { types { " + fields + " } } }")
    assert status == 200
    assert body.get("errors") or body["data"]


def test_a_template_that_never_ends_is_cut(api):
    loop = "".join(f"#foreach($i{n} in [1..1000])" for n in range(4)) + "#set($x = 1)" + "#end" * 4
    api.appsync.update_resolver(
        apiId=api.id, typeName="Query", fieldName="node", dataSourceName="none",
        requestMappingTemplate=loop + '{"version": "2018-05-29", "payload": {}}', responseMappingTemplate="{}",
    )
    began = time.monotonic()
    errors = api.errors("{ node { id } }")
    assert errors[0]["errorType"] == "MappingTemplate", errors
    assert time.monotonic() - began < 35


def test_a_template_that_grows_without_bound_is_cut(api):
    grow = '#set($x = "0123456789")#foreach($i in [1..40])#set($x = "$x$x")#end'
    api.appsync.update_resolver(
        apiId=api.id, typeName="Query", fieldName="node", dataSourceName="none",
        requestMappingTemplate=grow + '{"version": "2018-05-29", "payload": {}}', responseMappingTemplate="{}",
    )
    errors = api.errors("{ node { id } }")
    assert errors[0]["errorType"] == "MappingTemplate", errors


QUICK = [reset, hang_up, garbage, half, endless]
LATE = [drip, silence]


@pytest.mark.parametrize("behaviors", [QUICK, LATE], ids=["quick", "late"])
def test_a_source_that_does_not_answer_is_an_error_of_its_field(server, behaviors):
    names = [behave.__name__ for behave in behaviors]
    api = Api(server.client("appsync"), "type Query { hello: String %s: String }" % ": String ".join(names))
    api.local("Query.hello", '"hi"')
    endpoints = []
    for behave in behaviors:
        endpoint = Endpoint()
        endpoints.append(endpoint)
        endpoint.behave = behave
        api.source(behave.__name__, "HTTP", httpConfig={"endpoint": endpoint.url})
        api.resolver(
            f"Query.{behave.__name__}", behave.__name__,
            '{"version": "2018-05-29", "method": "GET", "resourcePath": "/"}',
            '#if($ctx.error)$util.error($ctx.error.message, $ctx.error.type)#end"answered"',
        )
    status, body, _ = api.ask("{ hello " + " ".join(names) + " }")
    for endpoint in endpoints:
        endpoint.close()
    assert status == 200
    assert body["data"] == {"hello": "hi", **{name: None for name in names}}
    assert sorted(error["path"][0] for error in body["errors"]) == sorted(names)
    if behaviors is LATE:
        assert {error["errorType"] for error in body["errors"]} == {"Http:ExecutionTimeoutException"}, body
    assert all(error["message"] for error in body["errors"])


def test_forged_tokens_open_nothing(tmp_path):
    issuer = Issuer(tmp_path)
    keys = Endpoint()
    keys.behave = lambda connection, _: connection.sendall(json_answer(issuer.jwks))
    name = "https://issuer.example.com"
    config = tmp_path / "freehold.toml"
    config.write_text(f'[issuers."{name}"]\njwks_url = "{keys.url}/jwks.json"\n')
    server = Server(config=config)
    try:
        api = Api(server.client("appsync"), "type Query { hello: String }", authenticationType="OPENID_CONNECT",
                  openIDConnectConfig={"issuer": name, "clientId": "app"})
        api.local("Query.hello", '"hi"')
        ask = lambda token: api.ask("{ hello }", headers={"authorization": token})[0]
        now = int(time.time())
        claims = {"iss": name, "sub": "s", "aud": "app", "iat": now, "exp": now + 600}
        assert ask(issuer.token(**claims)) == 200

        def forged(algorithm, sign, claims=claims, **head):
            message = ".".join(encode(json.dumps(part).encode()) for part in [{"alg": algorithm, "kid": "k", **head}, claims])
            return f"{message}.{encode(sign(message.encode()))}"

        modulus = base64.urlsafe_b64decode(issuer.jwks["keys"][0]["n"] + "==")
        public = subprocess.run(["openssl", "rsa", "-in", issuer.key, "-pubout"], check=True, capture_output=True).stdout
        for token in [
            forged("none", lambda _: b""),
            forged("HS256", lambda message: hmac.digest(modulus, message, hashlib.sha256)),
            forged("HS256", lambda message: hmac.digest(public, message, hashlib.sha256)),
            forged("RS256", lambda _: b"\0" * 256),
            forged("RS256", lambda _: b"", jwk=issuer.jwks["keys"][0]),
            issuer.token(**{**claims, "exp": now - 1}),
            issuer.token(**{**claims, "nbf": now + 600}),
            issuer.token(**{**claims, "iss": "https://other.example.com"}),
            issuer.token(**{**claims, "aud": "other"}),
            issuer.token(**{k: v for k, v in claims.items() if k != "exp"}),
            "a.b.c",
            "." * 1000,
            encode(b"{" * 10_000) + "..",
        ]:
            assert ask(token) == 401, token[:80]
        assert ask(issuer.token(**claims)) == 200
    finally:
        server.close()
        keys.close()


def json_answer(document):
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def test_clients_that_go_away_leave_nothing_behind(server, api):
    port = int(server.url.rsplit(":", 1)[1])
    path = api.url.split(str(port), 1)[1]
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nx-api-key: {api.key}\r\nContent-Type: application/json\r\n"
    for _ in range(50):
        half_sent = socket.create_connection(("127.0.0.1", port))
        half_sent.sendall((head + "Content-Length: 1000\r\n\r\n{").encode())
        half_sent.close()
    files = lambda: len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))
    wait_until(lambda: files() < 60)
