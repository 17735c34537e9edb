"""AppSync in real time: subscriptions over WebSockets and MQTT, and Event APIs, by bare clients."""

import contextlib
import json
import queue
import socket
import time
import urllib.parse

import paho.mqtt.client as mqtt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from freehold import ROLE, Server, wait_until
from live import Events, Graphql, base64url, signed
from test_appsync import Api, Issuer, echo, post  # noqa: F401, a fixture
from test_lambda import zipped

SCHEMA = """
type Message @aws_api_key @aws_iam { id: ID! room: ID text: String meta: Meta secret: String @aws_iam }
type Meta @aws_api_key @aws_iam { likes: Int tags: [String] }
type Query { x: Int }
type Mutation {
  say(room: ID, text: String, likes: Int, tags: [String]): Message @aws_api_key @aws_iam
  shout(text: String): Message
  expel(room: ID): Message
}
type Subscription {
  said(room: ID, text: String): Message @aws_subscribe(mutations: ["say", "shout"]) @aws_api_key @aws_iam
  filtered(filter: String): Message @aws_subscribe(mutations: ["say"])
  guarded(room: ID): Message @aws_subscribe(mutations: ["say"])
  never: Message @aws_subscribe(mutations: ["say"])
  internal: Message @aws_subscribe(mutations: ["say"]) @aws_iam
}
"""
SAY = """mutation Say($room: ID, $text: String, $likes: Int, $tags: [String]) {
  say(room: $room, text: $text, likes: $likes, tags: $tags) { id room text meta { likes tags } } }"""
MESSAGE = """{"id": "1", "room": $util.toJson($ctx.args.room), "text": $util.toJson($ctx.args.text), "secret": "s",
  "meta": {"likes": $util.toJson($ctx.args.likes), "tags": $util.toJson($ctx.args.tags)}}"""


def chat(server, *ways):
    more = [{"authenticationType": "AWS_IAM"}, *ways]
    schema = SCHEMA.replace("@aws_iam", "@aws_iam @aws_oidc") if ways else SCHEMA
    api = Api(server.client("appsync"), schema, additionalAuthenticationProviders=more)
    for mutation in ("say", "shout"):
        api.local(f"Mutation.{mutation}", MESSAGE)
    return api


@pytest.fixture
def api(server):
    return chat(server)


def say(api, **variables):
    return api.data(SAY, variables)["say"]


# The connection


@pytest.mark.parametrize("carrier", ["protocol", "query", "headers"])
def test_credentials_may_be_carried_in_three_ways(api, carrier):
    with Graphql(api, carrier=carrier) as live:
        assert live.protocol == "graphql-ws"
        live.start("1", "subscription { said { text } }")
        say(api, text="hi")
        assert live.data("1") == {"said": {"text": "hi"}}


def test_a_subscription_may_start_without_an_init(api):
    with Graphql(api, acknowledged=False) as live:
        live.start("1", "subscription { said { text } }")


@pytest.mark.parametrize("headers, message", [
    ({"host": "h", "x-api-key": "da2-wrong"}, "You are not authorized to make this call."),
    ({"host": "h"}, "Missing authorization header"),
])
def test_who_may_not_come_in_is_told_so_over_the_connection(api, headers, message):
    with Graphql(api, headers, acknowledged=False) as live:
        live.say(type="connection_init")
        error = {"errorType": "UnauthorizedException", "message": message, "errorCode": 401}
        assert live.hear() == {"type": "connection_error", "payload": {"errors": [error]}}
        with pytest.raises(ConnectionClosed):
            live.hear()


def test_the_subprotocol_is_required(api):
    with connect(api.described["uris"]["REALTIME"]) as live:
        live.send('{"type":"connection_init"}')
        heard = json.loads(live.recv(timeout=10))
        assert heard["type"] == "connection_error"
        assert heard["payload"]["errors"][0]["errorType"] == "NoProtocolError"


def test_no_connection_to_what_isnt_there(server, api):
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{server.url.replace('http', 'ws')}/appsync-api/none/graphql/realtime", subprotocols=["graphql-ws"])
    assert refused.value.response.status_code == 404


def test_one_connection_has_subscriptions_of_several_callers(api):
    query = "subscription { internal { text secret } }"
    with Graphql(api) as live:
        denied = live.error("1", query)
        message = "Not Authorized to access internal on type Subscription"
        assert denied == [{"errorType": "Unauthorized", "message": message}]
        live.start("2", query, headers=lambda data: signed(api.url, data))
        live.start("3", "subscription { said { text secret } }")
        mutation = json.dumps({"query": 'mutation { say(text: "a") { text secret } }'})
        status, body, _ = post(api.url, mutation.encode(), signed(api.url, mutation))
        assert status == 200, body
        heard = {answer["id"]: answer["payload"] for answer in (live.hear(), live.hear())}
        assert heard["2"] == {"data": {"internal": {"text": "a", "secret": "s"}}}
        # The fields of a type are for those whom its directives name, subscribers too.
        assert heard["3"]["data"] == {"said": {"text": "a", "secret": None}}
        assert heard["3"]["errors"][0]["message"] == "Not Authorized to access secret on type Message"


def test_a_signed_client_signs_its_connection_and_each_start(api):
    headers = signed(f"{api.url}/connect", "{}")
    with Graphql(api, headers) as live:
        live.start("1", "subscription { said { text } }", headers=lambda data: signed(api.url, data))
        missing = live.error("2", "subscription { said { text } }", headers={"host": "h"})
        assert missing == [{"errorType": "UnauthorizedException", "message": "Missing authorization header"}]


def test_what_isnt_supported_is_said(api):
    with Graphql(api) as live:
        for kind in ("query { x }", 'mutation { say(text: "a") { text } }'):
            error = live.error("1", kind)
            said = f"{kind.split()[0]} not supported through the realtime channel"
            assert error == [{"errorType": "UnsupportedOperation", "message": said}]
        live.socket.send("nonsense")
        unknown = {"errorType": "UnsupportedOperation", "message": "unknown not supported through the realtime channel"}
        assert live.hear() == {"type": "error", "payload": {"errors": [unknown]}}
        wrong = live.error("1", "subscription { said(filter: 1) { text } }")
        assert "Validation error of type UnknownArgument: Unknown field argument filter" in wrong[0]["message"]
        live.start("1", "subscription { said { text } }")
        assert live.error("1", "subscription { said { text } }")[0]["errorType"] == "DuplicatedOperationError"


def test_a_connection_has_a_hundred_subscriptions(api):
    with Graphql(api) as live:
        for number in range(100):
            live.start(str(number), "subscription { said { text } }")
        error = live.error("101", "subscription { said { text } }")
        assert error[0]["errorType"] == "MaxSubscriptionsReachedError"
        live.say(id="7", type="stop")
        assert live.hear() == {"type": "complete", "id": "7"}
        live.start("101", "subscription { said { text } }")


def test_frames_that_are_none_end_the_connection(api):
    with Graphql(api) as live:
        live.socket.send("a" * 300_000)
        with pytest.raises(ConnectionClosed) as closed:
            live.hear()
        assert closed.value.rcvd.code == 1009


# What subscribers hear


def test_a_subscriber_hears_what_the_mutation_selected_by_his_own_selections(api):
    with Graphql(api) as live:
        live.start("1", "subscription { said { key: id words: text meta { likes } } }")
        live.start("2", "subscription { said { id secret } }", headers=lambda data: signed(api.url, data))
        api.data('mutation { shout(text: "a") { text } }')
        heard = {answer["id"]: answer["payload"] for answer in (live.hear(), live.hear())}
        # amplify-cli#5542: what the mutation didn't select is null, even where it may not be.
        assert heard["1"]["data"] == {"said": None}
        assert "Cannot return null for non-nullable type: 'ID' within parent 'Message'" in heard["1"]["errors"][0]["message"]
        say(api, text="b", likes=3)
        heard = {answer["id"]: answer["payload"] for answer in (live.hear(), live.hear())}
        assert heard["1"] == {"data": {"said": {"key": "1", "words": "b", "meta": {"likes": 3}}}}
        assert heard["2"] == {"data": {"said": {"id": "1", "secret": None}}}


def test_arguments_filter_and_null_asks_for_null(api):
    with Graphql(api) as live:
        live.start("red", "subscription { said(room: \"red\") { text } }")
        live.start("none", "subscription S($room: ID) { said(room: $room) { text } }", {"room": None})
        live.start("all", "subscription S($room: ID) { said(room: $room) { text } }")
        say(api, room="red", text="a")
        assert {live.hear()["id"], live.hear()["id"]} == {"red", "all"}
        say(api, room=None, text="b")
        assert {live.hear()["id"], live.hear()["id"]} == {"none", "all"}
        # amplify-cli#4745: who filters by what the mutation didn't select hears nothing.
        api.data('mutation { say(room: "red", text: "c") { id text } }')
        assert {live.hear()["id"], live.hear()["id"]} == {"none", "all"}
        assert live.hears_nothing()


def test_a_stopped_subscription_is_silent(api):
    with Graphql(api) as live:
        live.start("1", "subscription { said { text } }")
        live.say(id="1", type="stop")
        assert live.hear() == {"type": "complete", "id": "1"}
        say(api, text="a")
        assert live.hears_nothing()


SLOW = """
import time

def handler(event, context):
    time.sleep({"slow": 0.5, "slower": 1.5}.get(event["arguments"]["room"], 0))
"""


def test_a_name_that_was_given_up_is_free_for_another_subscription(server, api):
    created = server.client("lambda").create_function(
        FunctionName="slow", Runtime="python3.13", Handler="index.handler", Role=ROLE, Code={"ZipFile": zipped({"index.py": SLOW})},
    )
    api.source("slow", "AWS_LAMBDA", serviceRoleArn=ROLE, lambdaConfig={"lambdaFunctionArn": created["FunctionArn"]})
    api.resolver("Subscription.guarded", "slow")
    with Graphql(api) as live:
        start = lambda room: live.say(id="1", type="start", payload={
            "data": json.dumps({"query": f'subscription {{ guarded(room: "{room}") {{ text }} }}'}),
            "extensions": {"authorization": live.headers},
        })
        start("slow")
        live.say(id="1", type="stop")
        assert live.hear() == {"type": "complete", "id": "1"}
        start("slower")
        assert live.hear() == {"type": "start_ack", "id": "1"}
        say(api, room="slow", text="a")
        say(api, room="slower", text="b")
        assert live.data("1") == {"guarded": {"text": "b"}}


def test_the_resolver_of_a_subscription_decides(api):
    refuse = '#if($ctx.args.room == "mine") null #else $util.unauthorized() #end'
    api.resolver("Subscription.guarded", "none", '{"version": "2018-05-29", "payload": null}', refuse)
    with Graphql(api) as live:
        live.start("1", 'subscription { guarded(room: "mine") { text room } }')
        denied = live.error("2", 'subscription { guarded(room: "yours") { text room } }')
        message = "Not Authorized to access guarded on type Subscription"
        assert denied == [{"errorType": "Unauthorized", "message": message}]


def test_a_filter_of_the_resolver_takes_the_place_of_arguments(api):
    template = """
      $extensions.setSubscriptionFilter($util.transform.toSubscriptionFilter($util.parseJson($ctx.args.filter)))
      null"""
    api.resolver("Subscription.filtered", "none", '{"version": "2018-05-29", "payload": null}', template)
    query = "subscription S($filter: String) { filtered(filter: $filter) { text } }"
    filters = {
        "liked": {"meta.likes": {"gt": 5}},
        "red or blue": {"or": [{"room": {"eq": "red"}}, {"room": {"eq": "blue"}}]},
        "begins": {"text": {"beginsWith": "he"}, "meta.likes": {"between": [1, 9]}},
        "tagged": {"meta.tags": {"contains": "x"}},
    }
    with Graphql(api) as live:
        for name, filter in filters.items():
            live.start(name, query, {"filter": json.dumps(filter)})

        def heard_of(**message):
            say(api, **message)
            live.say(id="?", type="stop")
            names = set()
            while (answer := live.hear())["type"] == "data":
                names.add(answer["id"])
            return names

        wait_until(lambda: heard_of(text="hello", likes=7) == {"liked", "begins"})
        wait_until(lambda: heard_of(text="a", room="blue") == {"red or blue"})
        wait_until(lambda: heard_of(text="a", tags=["x", "y"]) == {"tagged"})
        wait_until(lambda: heard_of(text="a") == set())


def test_a_mutation_ends_the_subscriptions_that_it_is_meant_to_end(api):
    api.resolver("Subscription.guarded", "none", '{"version": "2018-05-29", "payload": null}', """
      $extensions.setSubscriptionInvalidationFilter({"filterGroup": [{"filters": [
        {"fieldName": "room", "operator": "eq", "value": $ctx.args.room}]}]})
      null""")
    api.resolver("Mutation.expel", "none", '{"version": "2018-05-29", "payload": {"id": "1"}}', """
      $extensions.invalidateSubscriptions({"subscriptionField": "guarded", "payload": {"room": $ctx.args.room}})
      $util.toJson($ctx.result)""")
    with Graphql(api) as live:
        live.start("1", 'subscription { guarded(room: "red") { text room } }')
        live.start("2", 'subscription { guarded(room: "blue") { text room } }')
        api.data('mutation { expel(room: "red") { id } }')
        assert live.hear() == {"type": "complete", "id": "1"}
        say(api, room="red", text="a")
        say(api, room="blue", text="b")
        assert live.data("2") == {"guarded": {"text": "b", "room": "blue"}}
        assert live.hears_nothing()


def test_a_request_invalidates_at_most_five_times(api):
    api.resolver("Subscription.guarded", "none", '{"version": "2018-05-29", "payload": null}', """
      $extensions.setSubscriptionInvalidationFilter({"filterGroup": [{"filters": [
        {"fieldName": "room", "operator": "eq", "value": $ctx.args.room}]}]})
      null""")
    api.resolver("Mutation.expel", "none", '{"version": "2018-05-29", "payload": {"id": "1"}}', """
      #foreach($room in $ctx.args.room.split(","))
        $extensions.invalidateSubscriptions({"subscriptionField": "guarded", "payload": {"room": $room}})
      #end
      $util.toJson($ctx.result)""")
    with Graphql(api) as live:
        for room in "abcde":
            live.start(room, f'subscription {{ guarded(room: "{room}") {{ text }} }}')
        api.data('mutation { expel(room: "a,b,c,d,e,a,b") { id } }')
        assert {live.hear()["id"] for _ in range(5)} == set("abcde")
        body = api.ask('mutation { expel(room: "a,b,c,d,e,f") { id } }')[1]
        assert body["data"] == {"expel": None} and len(body["errors"]) == 1


# Bad clients


def test_subscribers_hear_that_the_server_stops():
    server = Server()
    try:
        api = chat(server)
        with Graphql(api) as live:
            live.start("1", "subscription { said { text } }")
            server.stop()
            with pytest.raises(ConnectionClosed) as closed:
                live.hear()
            assert closed.value.rcvd.code == 1001
    finally:
        server.close()
# MQTT


def over_mqtt(connection, version=mqtt.MQTTv31):
    """A client of MQTT that hears what its topics say, and whether it may connect."""
    place = urllib.parse.urlsplit(connection["url"])
    heard, answered = queue.Queue(), queue.Queue()
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, connection["client"], transport="websockets", protocol=version
    )
    client.ws_set_options(path=place.path, headers=lambda headers: {**headers, "Sec-WebSocket-Protocol": NAMES[version]})
    client.on_connect = lambda client, _, flags, reason, properties: answered.put(reason)
    client.on_subscribe = lambda client, _, id, reasons, properties: answered.put(reasons)
    client.on_message = lambda client, _, message: heard.put((message.topic, json.loads(message.payload)))
    client.connect(place.hostname, place.port, keepalive=60)
    client.loop_start()
    return client, heard, answered


NAMES = {mqtt.MQTTv31: "mqttv3.1", mqtt.MQTTv311: "mqtt"}


@pytest.mark.parametrize("version", [mqtt.MQTTv31, mqtt.MQTTv311])
def test_the_first_clients_hear_over_mqtt_what_they_have_selected(api, version):
    status, body, _ = api.ask("subscription { said(room: \"red\") { id words: text } }")
    assert status == 200 and body["data"] == {"said": None}
    subscription = body["extensions"]["subscription"]
    assert subscription["version"] == "1.0.0"
    topic = subscription["newSubscriptions"]["said"]["topic"]
    [connection] = subscription["mqttConnections"]
    assert connection["topics"] == [topic]
    client, heard, answered = over_mqtt(connection, version)
    try:
        assert answered.get(timeout=10) == 0
        client.subscribe([(topic, 0), ("another", 0)])
        assert [reason.is_failure for reason in answered.get(timeout=10)] == [False, True]
        say(api, room="blue", text="a")
        say(api, room="red", text="b")
        heard_topic, message = heard.get(timeout=10)
        assert heard_topic == topic
        assert message == {"data": {"said": {"id": "1", "words": "b"}}}
    finally:
        client.disconnect()
        client.loop_stop()


def test_nobody_hears_over_mqtt_what_he_may_not_see(api):
    _, body, _ = api.ask("subscription { said { text secret } }")
    subscription = body["extensions"]["subscription"]
    [connection] = subscription["mqttConnections"]
    client, heard, answered = over_mqtt(connection)
    try:
        assert answered.get(timeout=10) == 0
        client.subscribe(connection["topics"][0])
        answered.get(timeout=10)
        mutation = json.dumps({"query": 'mutation { say(text: "a") { id text secret } }'})
        status, said, _ = post(api.url, mutation.encode(), signed(api.url, mutation))
        assert status == 200 and said["data"]["say"]["secret"] == "s", said
        _, message = heard.get(timeout=10)
        assert message["data"] == {"said": {"text": "a", "secret": None}}
        assert message["errors"][0]["message"] == "Not Authorized to access secret on type Message"
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.parametrize("query", ["{ said { id } filtered { id } }", "{ a: said { id } b: said { id } }"])
def test_a_subscription_has_one_field_however_it_is_asked_for(api, query):
    message = "A subscription has one field."
    assert api.errors(f"subscription {query}")[0]["message"] == message
    with Graphql(api) as live:
        assert live.error("1", f"subscription {query}") == [{"errorType": "BadRequestException", "message": message}]


def test_nobody_listens_over_mqtt_who_wasnt_told_to(api):
    connection = {"url": api.url.replace("http", "ws").replace("/graphql", "/mqtt"), "client": "stranger"}
    client, _, answered = over_mqtt(connection)
    try:
        assert answered.get(timeout=10).is_failure
    finally:
        client.disconnect()
        client.loop_stop()


def test_a_subscription_over_http_that_may_not_be_is_an_error(api):
    errors = api.errors("subscription { internal { id } }")
    assert errors[0]["message"] == "Not Authorized to access internal on type Subscription"


# Event APIs


class EventApi:
    def __init__(self, appsync, namespaces=("chat",), **config):
        modes = [{"authType": "API_KEY"}]
        config = {
            "authProviders": [{"authType": "API_KEY"}, {"authType": "AWS_IAM"}],
            "connectionAuthModes": modes + [{"authType": "AWS_IAM"}],
            "defaultPublishAuthModes": modes,
            "defaultSubscribeAuthModes": modes,
            **config,
        }
        self.appsync = appsync
        created = appsync.create_api(name="live", eventConfig=config)["api"]
        self.id = created["apiId"]
        self.url = f"http://{created['dns']['HTTP']}/event"
        self.live_url = f"ws://{created['dns']['REALTIME']}/event/realtime"
        self.key = appsync.create_api_key(apiId=self.id)["apiKey"]["id"]
        self.headers = {"host": created["dns"]["HTTP"].split("/")[0], "x-api-key": self.key}
        for namespace in namespaces:
            self.namespace(namespace)

    def namespace(self, name, **more):
        return self.appsync.create_channel_namespace(apiId=self.id, name=name, **more)["channelNamespace"]

    def publish(self, channel, *events, headers=None):
        texts = [event if isinstance(event, str) else json.dumps(event) for event in events]
        return post(self.url, {"channel": channel, "events": texts}, headers or {"x-api-key": self.key})[:2]

    def connect(self, headers=None, **more):
        return Events(self.live_url, headers or self.headers, **more)


@pytest.fixture
def events(server):
    return EventApi(server.client("appsync"))


def test_events_reach_those_who_listen_to_their_channel_or_above_it(events):
    with events.connect() as live:
        live.subscribe("exact", "/chat/red")
        live.subscribe("all", "chat/*")
        live.subscribe("deep", "/chat/blue/*")
        status, body = events.publish("/chat/red", {"n": 1}, "[2, \"two\"]")
        assert status == 200 and body["failed"] == []
        assert [event["index"] for event in body["successful"]] == [0, 1]
        heard = [live.hear() for _ in range(4)]
        assert {(event["id"], event["event"]) for event in heard} == {
            (id, text) for id in ("exact", "all") for text in ('{"n":1}', '[2,"two"]')
        }
        events.publish("chat/blue/1/2", 3)
        assert {live.hear()["id"], live.hear()["id"]} == {"all", "deep"}
        assert live.ask("unsubscribe", "all") == {"type": "unsubscribe_success", "id": "all"}
        events.publish("/chat/green", 4)
        assert live.hears_nothing()


def test_a_request_publishes_five_events_of_240_kilobytes(events):
    # As many quotes as there can be, each of which is escaped once more where the event is a text.
    event = json.dumps([""] * 60 * 1024)
    assert 235 * 1024 < len(event) <= 240 * 1024
    with events.connect() as live, events.connect() as publisher:
        live.subscribe("1", "/chat/red")
        status, body = events.publish("/chat/red", *[event] * 5)
        assert status == 200 and len(body["successful"]) == 5
        assert publisher.ask("publish", "p", channel="/chat/red", events=[event] * 5)["type"] == "publish_success"
        for _ in range(10):
            assert live.event("1") == [""] * 60 * 1024
    assert events.publish("/chat/red", json.dumps("a" * 240 * 1024))[0] == 400


def test_events_are_published_over_websockets_too(events):
    with events.connect() as listener, events.connect() as publisher:
        listener.subscribe("1", "/chat/red")
        answer = publisher.ask("publish", "p", channel="/chat/red", events=['{"a":1}', '"b"'])
        assert answer["type"] == "publish_success" and answer["failed"] == []
        assert [event["index"] for event in answer["successful"]] == [0, 1]
        assert [listener.event("1"), listener.event("1")] == [{"a": 1}, "b"]


def test_what_is_no_publication_is_refused(events):
    for channel, texts in [("/chat/*", ["1"]), ("/none/a", ["1"]), ("/chat/a", ["1"] * 6), ("/chat/a", []), ("/chat/a", ["{"])]:
        status, body = events.publish(channel, *texts)
        assert status == 400 and body["errors"][0]["errorType"] == "BadRequestException", (channel, texts)
        with events.connect() as live:
            answer = live.ask("publish", "p", channel=channel, events=texts)
            assert answer["type"] == "publish_error" and answer["id"] == "p"
            assert answer["errors"] == body["errors"]
    assert events.publish("/chat/a", 1, headers={"x-api-key": "da2-wrong"})[0] == 401


def test_what_is_no_operation_is_refused(events):
    with events.connect() as live:
        live.subscribe("1", "/chat/a")
        assert live.ask("subscribe", "1", channel="/chat/b")["errors"][0]["errorType"] == "DuplicatedOperationError"
        unknown = live.ask("unsubscribe", "2")
        assert unknown["type"] == "unsubscribe_error" and unknown["errors"][0]["errorType"] == "UnknownOperationError"
        assert live.ask("subscribe", "a b", channel="/chat/b")["type"] == "subscribe_error"
        assert live.ask("subscribe", "3", channel="/*")["type"] == "subscribe_error"
        live.say(type="nonsense")
        assert live.hear()["type"] == "error"


def test_each_deed_has_its_own_ways_in(server):
    events = EventApi(server.client("appsync"))
    events.namespace("inner", publishAuthModes=[{"authType": "AWS_IAM"}], subscribeAuthModes=[{"authType": "AWS_IAM"}])
    with events.connect({"host": "h", "x-api-key": "da2-wrong"}, acknowledged=False) as live:
        live.say(type="connection_init")
        error = {"errorType": "UnauthorizedException", "message": "You are not authorized to make this call."}
        assert live.hear() == {"type": "connection_error", "errors": [error]}
    with events.connect(signed(events.url, "{}")) as live:
        assert live.ask("subscribe", "1", events.headers, channel="/inner/a")["type"] == "subscribe_error"
        body = json.dumps({"channel": "/inner/a"}, separators=(",", ":"))
        live.subscribe("2", "/inner/a", signed(events.url, body))
        assert events.publish("/inner/a", 1)[0] == 401
        texts = ["1"]
        body = json.dumps({"channel": "/inner/a", "events": texts}, separators=(",", ":"))
        answer = live.ask("publish", "3", signed(events.url, body), channel="/inner/a", events=texts)
        heard = {answer["type"], live.hear()["type"]}
        assert heard == {"publish_success", "data"}


HANDLER = """
class UnauthorizedException(Exception):
    pass

def handler(event, context):
    operation, channel = event["info"]["operation"], event["info"]["channel"]
    assert event["info"]["channelNamespace"] == {"name": channel["segments"][0]}
    assert event["request"]["headers"]["x-api-key"]
    if operation == "SUBSCRIBE":
        assert event["events"] is None
        return {"error": "not here"} if channel["path"].endswith("/closed") else None
    answers = []
    for given in event["events"]:
        payload = given["payload"]
        if payload == "drop":
            continue
        if payload == "strange":
            raise UnauthorizedException("not you")
        if payload == "fail":
            answers.append({"id": given["id"], "error": "no such thing"})
        else:
            answers.append({"id": given["id"], "payload": {"seen": payload}})
    if any(given["payload"] == "refuse" for given in event["events"]):
        return {"error": "refused"}
    return {"events": answers}
"""


def test_a_function_looks_at_events_and_subscribers(server):
    functions = server.client("lambda")
    created = functions.create_function(
        FunctionName="look", Runtime="python3.13", Handler="index.handler", Role=ROLE,
        Code={"ZipFile": zipped({"index.py": HANDLER})},
    )
    events = EventApi(server.client("appsync"), namespaces=())
    events.appsync.create_data_source(
        apiId=events.id, name="look", type="AWS_LAMBDA", serviceRoleArn=ROLE,
        lambdaConfig={"lambdaFunctionArn": created["FunctionArn"]},
    )
    handler = {"behavior": "DIRECT", "integration": {
        "dataSourceName": "look", "lambdaConfig": {"invokeType": "REQUEST_RESPONSE"},
    }}
    events.namespace("chat", handlerConfigs={"onPublish": handler, "onSubscribe": handler})
    with events.connect() as live:
        live.subscribe("1", "/chat/open")
        refused = live.ask("subscribe", "2", channel="/chat/closed")
        assert refused["type"] == "subscribe_error" and refused["errors"][0]["message"] == "not here"
        status, body = events.publish("/chat/open", '"a"', '"drop"', '"fail"')
        assert status == 200
        assert [event["index"] for event in body["successful"]] == [0, 1]
        assert [(event["index"], event["message"]) for event in body["failed"]] == [(2, "no such thing")]
        assert live.event("1") == {"seen": "a"}
        for payload, error_type, message in [
            ("refuse", "BadRequestException", "The handler has rejected the events."),
            ("strange", "UnauthorizedException", "not you"),
        ]:
            errors = [{"errorType": error_type, "message": message}]
            assert events.publish("/chat/open", json.dumps(payload)) == (403, {"errors": errors})
        assert live.hears_nothing()


REJECTING = """
import { util } from '@aws-appsync/utils';
export function onPublish(ctx) {
  const [event] = ctx.events;
  if (event.payload === 'error') util.error('not now');
  if (event.payload === 'unauthorized') util.unauthorized();
  if (event.payload === 'stranger') return [{ id: 'stranger', payload: 1 }];
  if (event.payload === 'null') return [null, event];
  return ctx.events;
}
export const onSubscribe = ctx => {
  if (ctx.info.channel.path !== '/strict/a') util.unauthorized();
};
"""


def test_who_is_rejected_by_a_handler_hears_it(events):
    events.namespace("strict", codeHandlers=REJECTING)
    with events.connect() as live:
        live.subscribe("1", "/strict/a")
        errors = [{"errorType": "Unauthorized", "message": "Unauthorized"}]
        assert live.ask("subscribe", "2", channel="/strict/b") == {"type": "subscribe_error", "id": "2", "errors": errors}
        for payload, status, error_type, message in [
            ("error", 403, "BadRequestException", "not now"),
            ("unauthorized", 401, "UnauthorizedException", "Unauthorized"),
            ("stranger", 403, "BadRequestException", 'The handler returned an event of an unknown id: "stranger".'),
        ]:
            errors = [{"errorType": error_type, "message": message}]
            assert events.publish("/strict/a", json.dumps(payload)) == (status, {"errors": errors})
            answer = live.ask("publish", "p", channel="/strict/a", events=[json.dumps(payload)])
            assert answer == {"type": "publish_error", "id": "p", "errors": errors}
        assert events.publish("/strict/a", '"null"')[0] == 200
        assert live.event("1") == "null"


def unread(events, channel):
    """A socket of a subscriber who has stopped reading."""
    place = urllib.parse.urlsplit(events.live_url)
    quiet = socket.create_connection((place.hostname, place.port))
    quiet.sendall(
        f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Protocol: aws-appsync-event-ws, header-{base64url(events.headers)}\r\n\r\n".encode()
    )
    text = json.dumps({"id": "1", "type": "subscribe", "channel": channel, "authorization": events.headers}).encode()
    quiet.sendall(b"\x81\xfe" + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text)
    heard = b""
    while b"subscribe_success" not in heard:
        heard += quiet.recv(4096)
    return quiet


def test_who_doesnt_read_is_cut_off_and_others_hear_all(events):
    slow = unread(events, "/chat/red")
    large = "x" * 100_000
    with events.connect() as quick:
        quick.subscribe("1", "/chat/red")
        for number in range(60):
            assert events.publish("/chat/red", *[[number, place, large] for place in range(5)])[0] == 200
            assert [quick.event("1")[:2] for _ in range(5)] == [[number, place] for place in range(5)]
    slow.settimeout(10)
    read = 0
    with contextlib.suppress(ConnectionResetError):
        while received := slow.recv(1 << 16):
            read += len(received)
    assert read < 60 * 5 * len(large), "it has heard all"
    slow.close()


def test_who_asks_without_listening_is_cut_off_too(events):
    busy = unread(events, "/chat/red")
    ping = b"\x89\xfd" + b"\0" * 4 + b"p" * 125
    busy.settimeout(0.5)
    with contextlib.suppress(TimeoutError):
        while True:
            busy.sendall(ping * 500)
    large = "x" * 100_000
    for _ in range(20):
        assert events.publish("/chat/red", *[[large]] * 5)[0] == 200

    def is_cut_off():
        try:
            busy.sendall(ping)
        except TimeoutError:
            return False
        except OSError:
            return True

    wait_until(is_cut_off)
    busy.close()


def test_what_has_begun_goes_on_when_the_token_expires(tmp_path, echo):
    issuer = Issuer(tmp_path)
    home = f"http://127.0.0.1:{echo.server_port}"
    echo.documents = {"/jwks.json": issuer.jwks, "/.well-known/openid-configuration": {"jwks_uri": f"{home}/jwks.json"}}
    server = Server()
    try:
        api = chat(server, {"authenticationType": "OPENID_CONNECT", "openIDConnectConfig": {"issuer": home}})
        now = int(time.time())
        token = issuer.token(iss=home, sub="x", aud="any", iat=now, exp=now + 3)
        query, expired = "subscription { said { text } }", "Token has expired."
        with Graphql(api, {"host": urllib.parse.urlsplit(api.url).netloc, "authorization": token}) as live:
            live.start("1", query)
            has_expired = lambda: api.ask("{x}", headers={"authorization": token})[1].get("errors", [{}])[0].get("message") == expired
            wait_until(has_expired)
            say(api, text="still here")
            assert live.data("1") == {"said": {"text": "still here"}}
            assert live.error("2", query)[0]["message"] == expired
    finally:
        server.close()


def test_who_publishes_too_often_is_told_so_where_rates_are_enforced(tmp_path):
    config = tmp_path / "freehold.toml"
    config.write_text("[limits]\nthrottling = true\n")
    server = Server(config=config)
    try:
        events = EventApi(server.client("appsync"))
        with events.connect() as live:
            for number in range(200):
                live.say(type="publish", id=str(number), channel="/chat/red", events=["1"], authorization=events.headers)
            answers = [live.hear() for _ in range(200)]
        refused = [answer for answer in answers if answer["type"] == "publish_error"]
        error = {"errorType": "LimitExceededError", "message": "Rate limit exceeded"}
        assert 25 <= len(answers) - len(refused) < 200 and all(answer["errors"] == [error] for answer in refused)
        assert events.publish("/chat/red", 1)[0] == 200, "the rate is that of a connection"
    finally:
        server.close()


def test_subscribers_connect_again_after_a_crash():
    server = Server()
    try:
        api = chat(server)
        query = "subscription { said { text } }"
        with Graphql(api) as live:
            live.start("1", query)
            server.kill()
            with pytest.raises(ConnectionClosed):
                live.hear()
        server.start()
        api.described = server.client("appsync").get_graphql_api(apiId=api.id)["graphqlApi"]
        api.url = api.described["uris"]["GRAPHQL"]
        with Graphql(api) as live:
            live.start("1", query)
            say(api, text="again")
            assert live.data("1") == {"said": {"text": "again"}}
    finally:
        server.close()
