"""Clients of AppSync's WebSockets, as bare as they can be: what they send and hear is what the tests are about."""

import base64
import json
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from websockets.sync.client import connect

from freehold import REGION

SECONDS = 10


def signed(url, body, key="test", secret="test"):
    """The headers of a request to an API that is signed, though it is never sent."""
    request = AWSRequest("POST", url, data=body, headers={
        "accept": "application/json, text/javascript",
        "content-encoding": "amz-1.0",
        "content-type": "application/json; charset=UTF-8",
        "host": urllib.parse.urlsplit(url).netloc,
    })
    SigV4Auth(Credentials(key, secret), "appsync", REGION).add_auth(request)
    return {name.lower() if name == "Host" else name: value for name, value in request.headers.items()}


def base64url(headers):
    return base64.urlsafe_b64encode(json.dumps(headers).encode()).decode().rstrip("=")


class Socket:
    """A WebSocket that speaks JSON."""

    def __init__(self, url, protocol, headers=None, carrier="protocol"):
        self.url = url
        protocols, more = [protocol], {}
        if carrier == "protocol" and headers:
            protocols.append(f"header-{base64url(headers)}")
        elif carrier == "query":
            encoded = base64.b64encode(json.dumps(headers).encode()).decode()
            url += "?" + urllib.parse.urlencode({"header": encoded, "payload": "e30="})
        elif carrier == "headers":
            more = headers
        self.connection = connect(url, subprotocols=protocols, additional_headers=more, max_size=None, compression=None)
        self.socket = self.connection.__enter__()
        self.protocol = self.socket.subprotocol

    def say(self, **message):
        self.socket.send(json.dumps(message))

    def hear(self, timeout=SECONDS):
        return json.loads(self.socket.recv(timeout=timeout))

    def hears_nothing(self, seconds=0.3):
        try:
            heard = self.socket.recv(timeout=seconds)
        except TimeoutError:
            return True
        raise AssertionError(heard)

    def close(self):
        self.connection.__exit__(None, None, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Graphql(Socket):
    """A connection for subscriptions of GraphQL."""

    def __init__(self, api, headers=None, carrier="protocol", acknowledged=True):
        self.http_url = api.url
        self.headers = headers or {"host": urllib.parse.urlsplit(api.url).netloc, "x-api-key": api.key}
        super().__init__(api.described["uris"]["REALTIME"], "graphql-ws", self.headers, carrier)
        if acknowledged:
            self.say(type="connection_init")
            assert self.hear() == {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300000}}
            assert self.hear() == {"type": "ka"}

    def ask(self, id, query, variables=None, headers=None):
        data = json.dumps({"query": query, "variables": variables or {}})
        headers = headers(data) if callable(headers) else headers or self.headers
        self.say(id=id, type="start", payload={"data": data, "extensions": {"authorization": headers}})
        return self.hear()

    def start(self, id, query, variables=None, headers=None):
        assert self.ask(id, query, variables, headers) == {"type": "start_ack", "id": id}

    def error(self, id, query, variables=None, headers=None):
        answer = self.ask(id, query, variables, headers)
        assert answer["type"] == "error" and answer["id"] == id, answer
        return answer["payload"]["errors"]

    def data(self, id):
        answer = self.hear()
        assert answer["type"] == "data" and answer["id"] == id, answer
        return answer["payload"]["data"]


class Events(Socket):
    """A connection to an Event API."""

    def __init__(self, url, headers, acknowledged=True):
        self.headers = headers
        super().__init__(url, "aws-appsync-event-ws", headers)
        if acknowledged:
            self.say(type="connection_init")
            assert self.hear() == {"type": "connection_ack", "connectionTimeoutMs": 300000}
            assert self.hear() == {"type": "ka"}

    def ask(self, kind, id, headers=None, **members):
        self.say(type=kind, id=id, authorization=headers or self.headers, **members)
        return self.hear()

    def subscribe(self, id, channel, headers=None):
        assert self.ask("subscribe", id, headers, channel=channel) == {"type": "subscribe_success", "id": id}

    def event(self, id):
        answer = self.hear()
        assert answer["type"] == "data" and answer["id"] == id, answer
        return json.loads(answer["event"])
