//! From a mutation to its subscribers: events by the fields' own names, shaped by each subscription.

use futures_util::FutureExt;
use graphql::{Document, Introspection, Limits, Request, Response, Schema, shape_event};
use json::Value;

use crate::world::{World, schema, value};

const CHAT: &str = r#"
    type Query { x: Int }
    type Mutation { say(text: String!): Message both: Thing }
    type Subscription { said(room: ID): Message @aws_subscribe(mutations: ["say"]) }
    type Message { id: ID! text: String! meta: AWSJSON by: User room: ID }
    type User { name: String }
    interface Thing { id: ID }
    type Cup implements Thing { id: ID size: Int }
    type Jar implements Thing { id: ID lid: String }
"#;

fn mutate(schema: &Schema, query: &str, world: &World) -> Response {
    let document = Document::parse(query).expect("it parses");
    assert_eq!(document.validate(schema, Introspection::Enabled), []);
    let (variables, limits) = (Value::NULL, Limits::default());
    let request = Request {
        schema,
        document: &document,
        operation_name: None,
        variables: &variables,
        limits: &limits,
        keeps_events: true,
    };
    graphql::execute(request, Value::NULL, world).now_or_never().expect("nothing waits")
}

fn shape(schema: &Schema, query: &str, event: Value) -> String {
    shape_for(&World::default(), schema, query, event)
}

fn shape_for(subscriber: &World, schema: &Schema, query: &str, event: Value) -> String {
    let document = Document::parse(query).expect("it parses");
    assert_eq!(document.validate(schema, Introspection::Enabled), []);
    let (variables, limits) = (Value::NULL, Limits::default());
    let request = Request {
        schema,
        document: &document,
        operation_name: None,
        variables: &variables,
        limits: &limits,
        keeps_events: false,
    };
    shape_event(request, event, subscriber).to_event_json()
}

#[test]
fn a_subscriber_gets_what_the_mutation_selected_under_its_own_names() {
    let schema = schema(CHAT);
    let world = World::default()
        .value("Mutation.say", r#"{"id":1,"text":"hi","meta":{"a":1},"by":{"name":"me"}}"#);
    let response = mutate(
        &schema,
        "mutation { sent: say(text: \"hi\") { key: id text meta by { who: name } } }",
        &world,
    );
    assert_eq!(response.events.len(), 1);
    assert_eq!(response.events[0].field, "say");
    let event = response.events[0].value.clone();
    assert_eq!(
        event.to_string(),
        r#"{"id":"1","text":"hi","meta":"{\"a\":1}","by":{"name":"me","__typename":"User"},"__typename":"Message"}"#
    );
    assert_eq!(
        shape(&schema, "subscription { said { __typename text m: meta by { name } room } }", event),
        r#"{"data":{"said":{"__typename":"Message","text":"hi","m":"{\"a\":1}","by":{"name":"me"},"room":null}}}"#
    );
}

#[test]
fn what_the_mutation_didnt_select_is_null_even_where_it_may_not_be() {
    let schema = schema(CHAT);
    let world = World::default().value("Mutation.say", r#"{"id":1,"text":"hi"}"#);
    let response = mutate(&schema, "mutation { say(text: \"hi\") { id } }", &world);
    let event = response.events[0].value.clone();
    // aws-amplify/docs#2796: the errors that such a subscriber gets.
    assert_eq!(
        shape(&schema, "subscription { said { id text } }", event),
        r#"{"data":{"said":null},"errors":[{"message":"Cannot return null for non-nullable type: 'String' within parent 'Message' (/said/text)","path":["said","text"]}]}"#
    );
}

#[test]
fn an_event_of_an_abstract_type_knows_its_object() {
    let schema = schema(CHAT);
    let world =
        World::default().value("Mutation.both", r#"{"__typename":"Jar","id":1,"lid":"red"}"#);
    let response = mutate(
        &schema,
        "mutation { both { id ... on Cup { size } ... on Jar { top: lid } } }",
        &world,
    );
    assert_eq!(response.events[0].value, value(r#"{"id":"1","lid":"red","__typename":"Jar"}"#));
}

#[test]
fn a_mutation_that_gave_nothing_has_no_event() {
    let response =
        mutate(&schema(CHAT), "mutation { say(text: \"hi\") { id } }", &World::default());
    assert_eq!(response.to_json(), r#"{"data":{"say":null}}"#);
    assert_eq!(response.events, []);
}

#[test]
fn a_subscriber_doesnt_see_what_isnt_for_him() {
    let event = value(r#"{"id":"1","text":"hi","room":"9"}"#);
    let subscriber = World::default().denying("Message.room");
    let shaped =
        shape_for(&subscriber, &schema(CHAT), "subscription { said { text room } }", event);
    assert_eq!(
        shaped,
        r#"{"data":{"said":{"text":"hi","room":null}},"errors":[{"path":["said","room"],"data":null,"errorType":"Unauthorized","errorInfo":null,"locations":[{"line":1,"column":28,"sourceName":null}],"message":"Not Authorized to access room on type Message"}]}"#
    );
}
