use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::DecodePem as _;
use x509_cert::der::referenced::OwnedToRef as _;

use crate::house::{Room, queue_arn, text};

const ENDPOINT: &str = "http://user:word@example.com/orders";

fn body(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).expect("a message is JSON")
}

fn header<'r>(request: &'r Request<Bytes>, name: &str) -> Option<&'r str> {
    request.headers().get(name).map(|value| value.to_str().expect("is a text"))
}

async fn subscribe(room: &Room, topic: &str, attributes: Value) -> Value {
    let body = json!({
        "TopicArn": topic, "Protocol": "http", "Endpoint": ENDPOINT, "Attributes": attributes,
    });
    let ctx = room.ctx().with_host(Some("localhost:8080"));
    room.ask_as(ctx, "Subscribe", body).await.expect("subscribes")
}

/// Subscribes and confirms: the ARN. One request has been sent then.
async fn confirmed(room: &Room, topic: &str, attributes: Value) -> String {
    subscribe(room, topic, attributes).await;
    let token = body(&room.fetched(1).await[0])["Token"].clone();
    let reply = room.call("ConfirmSubscription", json!({"TopicArn": topic, "Token": token})).await;
    text(&reply["SubscriptionArn"])
}

#[tokio::test]
async fn an_endpoint_gets_messages_once_it_has_confirmed() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let reply = subscribe(&room, &topic, json!({})).await;
    assert_eq!(reply["SubscriptionArn"], "pending confirmation");
    let question = room.fetched(1).await.remove(0);
    assert_eq!(header(&question, "x-amz-sns-message-type"), Some("SubscriptionConfirmation"));
    assert_eq!(header(&question, "x-amz-sns-subscription-arn"), None);
    assert_eq!(header(&question, "authorization"), Some("Basic dXNlcjp3b3Jk"));
    let asked = body(&question);
    let token = text(&asked["Token"]);
    let url =
        format!("http://localhost:8080/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}");
    assert_eq!(asked["SubscribeURL"], json!(url));

    room.call("Publish", json!({"TopicArn": topic, "Message": "too early"})).await;
    let listed = room.call("ListSubscriptions", json!({})).await;
    assert_eq!(listed["Subscriptions"][0]["SubscriptionArn"], "PendingConfirmation");
    let wrong = json!({"TopicArn": topic, "Token": "x"});
    assert_eq!(room.refusal("ConfirmSubscription", wrong).await.1, "Invalid parameter: Token");
    let confirm = json!({"TopicArn": topic, "Token": token});
    let arn = text(&room.call("ConfirmSubscription", confirm.clone()).await["SubscriptionArn"]);
    assert_eq!(room.call("ConfirmSubscription", confirm).await["SubscriptionArn"], json!(arn));

    room.call("Publish", json!({"TopicArn": topic, "Message": "hello"})).await;
    let message = room.fetched(2).await.remove(1);
    assert_eq!(message.uri(), ENDPOINT);
    assert_eq!(header(&message, "x-amz-sns-message-type"), Some("Notification"));
    assert_eq!(header(&message, "x-amz-sns-subscription-arn"), Some(&*arn));
    assert_eq!(header(&message, "x-amz-sns-topic-arn"), Some(&*topic));
    assert_eq!(header(&message, "content-type"), Some("text/plain; charset=UTF-8"));
    assert_eq!(body(&message)["Message"], "hello");
    assert_eq!(header(&message, "x-amz-sns-message-id"), body(&message)["MessageId"].as_str());
}

#[tokio::test]
async fn a_raw_message_is_the_body() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let policy = json!({"requestPolicy": {"headerContentType": "application/json"}}).to_string();
    let attributes = json!({"RawMessageDelivery": "true", "DeliveryPolicy": policy});
    confirmed(&room, &topic, attributes).await;
    room.call("Publish", json!({"TopicArn": topic, "Message": "{}"})).await;
    let message = room.fetched(2).await.remove(1);
    assert_eq!(message.body(), "{}");
    assert_eq!(header(&message, "x-amz-sns-rawdelivery"), Some("true"));
    assert_eq!(header(&message, "content-type"), Some("application/json"));
}

#[tokio::test]
async fn trouble_is_retried_by_the_policy_and_then_buried() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let retries = json!({"healthyRetryPolicy": {
        "numRetries": 2, "numNoDelayRetries": 2, "minDelayTarget": 1, "maxDelayTarget": 1,
    }});
    let redrive = json!({"deadLetterTargetArn": queue_arn("dead")}).to_string();
    let attributes = json!({
        "DeliveryPolicy": retries.to_string(), "RedrivePolicy": redrive, "RawMessageDelivery": "true",
    });
    confirmed(&room, &topic, attributes).await;
    room.answers(&[503, 429, 500]);
    room.call("Publish", json!({"TopicArn": topic, "Message": "hello"})).await;
    let dead = room.sent(1).await.remove(0);
    assert_eq!(dead["MessageBody"], "hello");
    room.fetched(4).await;

    room.answers(&[404]);
    room.call("Publish", json!({"TopicArn": topic, "Message": "nowhere"})).await;
    assert_eq!(room.sent(2).await[1]["MessageBody"], "nowhere", "a refusal isn't tried again");
    room.fetched(5).await;
}

#[tokio::test]
async fn an_endpoint_that_left_can_come_back() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    let arn = confirmed(&room, &topic, json!({})).await;
    room.call("Unsubscribe", json!({"SubscriptionArn": arn})).await;
    let question = room.fetched(2).await.remove(1);
    assert_eq!(header(&question, "x-amz-sns-message-type"), Some("UnsubscribeConfirmation"));
    let listed = room.call("ListSubscriptions", json!({})).await;
    assert_eq!(listed["Subscriptions"], json!([]));
    let token = body(&question)["Token"].clone();
    let confirm = json!({"TopicArn": topic, "Token": token});
    assert_eq!(room.call("ConfirmSubscription", confirm).await["SubscriptionArn"], json!(arn));
    room.call("Publish", json!({"TopicArn": topic, "Message": "again"})).await;
    assert_eq!(body(&room.fetched(3).await[2])["Message"], "again");
}

#[tokio::test]
async fn a_token_confirms_for_two_days() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    subscribe(&room, &topic, json!({})).await;
    let token = body(&room.fetched(1).await[0])["Token"].clone();
    room.pass(48 * 3_600);
    let confirm = json!({"TopicArn": topic, "Token": token});
    assert_eq!(room.refusal("ConfirmSubscription", confirm).await.1, "Invalid parameter: Token");
}

#[tokio::test]
async fn an_endpoint_has_an_address_of_its_protocol() {
    let room = Room::open().await;
    let topic = room.topic("orders", json!({})).await;
    for (protocol, endpoint) in [("https", ENDPOINT), ("http", "example.com"), ("http", "")] {
        let body = json!({"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint});
        let refused = room.refusal("Subscribe", body).await;
        assert_eq!(refused.1, "Invalid parameter: Endpoint must match the specified protocol");
    }
}

#[tokio::test]
async fn strangers_end_what_is_not_locked() {
    for (locks, is_ended) in [("false", true), ("true", false)] {
        let room = Room::open().await;
        let topic = room.topic("orders", json!({})).await;
        subscribe(&room, &topic, json!({})).await;
        let token = body(&room.fetched(1).await[0])["Token"].clone();
        let confirm = json!({
            "TopicArn": topic, "Token": token, "AuthenticateOnUnsubscribe": locks,
        });
        let arn = text(&room.call("ConfirmSubscription", confirm).await["SubscriptionArn"]);
        let ended =
            room.ask_as(room.stranger(), "Unsubscribe", json!({"SubscriptionArn": arn})).await;
        assert_eq!(ended.is_ok(), is_ended, "{ended:?}");
    }
}

/// The text that AWS says is signed, of what a message tells.
fn signed_text(message: &Value) -> String {
    let names = [
        "Message",
        "MessageId",
        "Subject",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ];
    let said = names.iter().filter_map(|name| Some((name, message[*name].as_str()?)));
    said.map(|(name, value)| format!("{name}\n{value}\n")).collect()
}

/// Checks a message as clients do: fetches the certificate that it names.
async fn check(room: &Room, message: &Value) {
    let url = text(&message["SigningCertURL"]);
    let path = url.strip_prefix("http://localhost:8080").expect("leads to the house");
    let certificate = room.visit(path).await.expect("is there");
    let certificate = Certificate::from_pem(&certificate).expect("is a certificate");
    let public = certificate.tbs_certificate.subject_public_key_info;
    let public: RsaPublicKey = public.owned_to_ref().try_into().expect("is an RSA key");
    let signature = STANDARD.decode(text(&message["Signature"])).expect("is base64");
    let said = signed_text(message);
    let holds = match text(&message["SignatureVersion"]).as_str() {
        "1" => public.verify(Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(&said), &signature),
        "2" => public.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&said), &signature),
        other => panic!("version {other}"),
    };
    holds.expect("the signature holds");
}

#[tokio::test]
async fn messages_are_signed_with_the_certificate_of_the_house() {
    for attributes in [json!({}), json!({"SignatureVersion": "2"})] {
        let room = Room::open().await;
        let topic = room.topic("orders", attributes).await;
        confirmed(&room, &topic, json!({})).await;
        let body = json!({"TopicArn": topic, "Message": "hello", "Subject": "a word"});
        room.call("Publish", body).await;
        room.call("Publish", json!({"TopicArn": topic, "Message": "no subject"})).await;
        for request in room.fetched(3).await {
            check(&room, &self::body(&request)).await;
        }
        assert_eq!(room.visit("/SimpleNotificationService-0.pem").await, None);
    }
}
