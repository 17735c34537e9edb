//! Roles for whoever an identity provider vouches for.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use iam::Enforcement;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use service::{CallError, Caller, Ctx, Fetched, Outside, OutsideReply};

use crate::house::{Rooms, allow};

/// A key of nobody's, and its public half.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUiyL9g5p5HN85kSZmHlBsjs4Wt3P2muoLDwwzKqUMXKhRANCAAT4K41DPmHSP3FYR/VGU0mi0MsnJnDWwc4xvfrh1VTqxBUhUqPmQx3ypNcG/uUSuHPdv51z0AhvCcqOWVz4yTbO";
const X: &str = "-CuNQz5h0j9xWEf1RlNJotDLJyZw1sHOMb364dVU6sQ";
const Y: &str = "FSFSo-ZDHfKk1wb-5RK4c92_nXPQCG8Jyo5ZXPjJNs4";

const ISSUER: &str = "https://id.example.com/pool";
const ROLE: &str = "arn:aws:iam::000000000000:role/web";
const PROVIDER: &str = "arn:aws:iam::000000000000:oidc-provider/id.example.com/pool";

/// The provider's web server.
#[derive(Default)]
struct Provider {
    asked: Mutex<Vec<String>>,
}

impl Outside for Provider {
    fn reaches(&self, _: &str) -> bool {
        false
    }

    fn call<'a>(&'a self, _: Ctx, service: &'a str, _: &'a str, _: Bytes) -> OutsideReply<'a> {
        Box::pin(std::future::ready(Err(CallError::NoRoom(service.to_owned()))))
    }

    fn fetch(&self, request: Request<Bytes>) -> Fetched<'_> {
        let url = request.uri().to_string();
        let jwk = json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k1", "x": X, "y": Y});
        let body = match url.strip_prefix(ISSUER) {
            Some("/.well-known/openid-configuration") => {
                json!({"jwks_uri": format!("{ISSUER}/keys")})
            }
            Some("/keys") => json!({ "keys": [jwk] }),
            _ => panic!("asked for {url}"),
        };
        self.asked.lock().expect("nobody panicked").push(url);
        Box::pin(std::future::ready(Ok(Response::new(Bytes::from(body.to_string())))))
    }
}

/// A house with the provider, and a role that trusts who has a name of its own there.
async fn rooms(condition: Value) -> Rooms {
    let rooms = Rooms::open(Some(Enforcement::On)).await;
    rooms.bus.connect_outside(Arc::new(Provider::default()));
    let provider = json!({"Url": ISSUER, "ClientIDList": ["app", "other"]});
    rooms.iam("CreateOpenIDConnectProvider", &provider.to_string()).await;
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Federated": PROVIDER},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"], "Condition": condition,
    }});
    let role = json!({"RoleName": "web", "AssumeRolePolicyDocument": trust.to_string()});
    rooms.iam("CreateRole", &role.to_string()).await;
    let put = json!({"RoleName": "web", "PolicyName": "p", "PolicyDocument": allow("sqs:*", "*")});
    rooms.iam("PutRolePolicy", &put.to_string()).await;
    rooms
}

fn claims(rooms: &Rooms) -> Value {
    let now = rooms.house.now().as_millis() / 1000;
    json!({"iss": ISSUER, "sub": "alice", "aud": "app", "iat": now, "exp": now + 600})
}

fn signed(claims: &Value) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some("k1".to_owned());
    let key = EncodingKey::from_ec_der(&BASE64_STANDARD.decode(KEY).expect("base64"));
    encode(&header, claims, &key).expect("signs")
}

async fn assume(rooms: &Rooms, token: &str) -> Result<Value, aws::Error> {
    let nobody = Ctx::new(Arc::clone(&rooms.house), Caller::anonymous(), "0000-1111");
    let body = json!({"RoleArn": ROLE, "RoleSessionName": "app", "WebIdentityToken": token});
    rooms.call(nobody, "sts", "AssumeRoleWithWebIdentity", &body.to_string()).await
}

async fn refusal(rooms: &Rooms, token: &str) -> String {
    assume(rooms, token).await.expect_err("is refused").to_string()
}

#[tokio::test]
async fn whoever_has_a_token_gets_the_role_that_trusts_it() {
    let condition = json!({"StringEquals": {"id.example.com/pool:aud": "app"},
        "StringLike": {"id.example.com/pool:sub": "al*"}});
    let rooms = rooms(condition).await;
    let got = assume(&rooms, &signed(&claims(&rooms))).await.expect("is trusted");
    assert_eq!(got["SubjectFromWebIdentityToken"], "alice");
    assert_eq!((&got["Provider"], &got["Audience"]), (&json!(PROVIDER), &json!("app")));
    let session = "arn:aws:sts::000000000000:assumed-role/web/app";
    assert_eq!(got["AssumedRoleUser"]["Arn"], session);
    let token = got["Credentials"]["SessionToken"].as_str().expect("a text");
    let key = got["Credentials"]["AccessKeyId"].as_str().expect("a text");
    let bearer = rooms.iam.identities().bearer(key, Some(token), rooms.house.now());
    assert_eq!(bearer.expect("is known").caller.arn, session);

    for (claim, value) in [("sub", "bob"), ("aud", "other")] {
        let mut claims = claims(&rooms);
        claims[claim] = value.into();
        let refused = refusal(&rooms, &signed(&claims)).await;
        assert_eq!(
            refused,
            "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"
        );
    }
}

#[tokio::test]
async fn the_provider_gives_the_session_its_tags() {
    let rooms = rooms(json!({"StringEquals": {"aws:RequestTag/team": "blue"}})).await;
    let mut with_tags = claims(&rooms);
    with_tags["https://aws.amazon.com/tags"] =
        json!({"principal_tags": {"team": ["blue"]}, "transitive_tag_keys": ["team"]});
    assume(&rooms, &signed(&with_tags)).await.expect("has the tag");
    let refused = refusal(&rooms, &signed(&claims(&rooms))).await;
    assert!(refused.starts_with("AccessDenied"), "{refused}");
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused_as_aws_does() {
    let rooms = rooms(json!({})).await;
    let good = claims(&rooms);
    let with = |claim: &str, value: Value| {
        let mut claims = good.clone();
        claims[claim] = value;
        signed(&claims)
    };
    let invalid = "InvalidIdentityToken: ";
    let cases = [
        ("no token".to_owned(), format!("{invalid}The ID Token provided is not a valid JWT.")),
        (
            with("iss", json!("https://evil.example.com")),
            format!("{invalid}No OpenIDConnect provider found in your account for https://evil.example.com"),
        ),
        (
            with("iss", json!("http://id.example.com/pool")),
            format!("{invalid}No OpenIDConnect provider found in your account for http://"),
        ),
        (with("aud", json!("stranger")), format!("{invalid}Incorrect token audience")),
        (
            with("exp", json!(1_000)),
            "ExpiredTokenException: Token expired: current date/time 1700000000 must be before the expiration date/time 1000".to_owned(),
        ),
        (with("sub", Value::Null), "IDPRejectedClaim: Missing a required claim: sub".to_owned()),
    ];
    for (token, expected) in cases {
        let refused = refusal(&rooms, &token).await;
        assert!(refused.starts_with(&expected), "{refused}");
    }
    let signed = signed(&good);
    let (head, _) = signed.rsplit_once('.').expect("has a signature");
    let (_, other) = with("jti", json!(1))
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("has one");
    let refused = refusal(&rooms, &format!("{head}.{other}")).await;
    assert!(refused.starts_with(&format!("{invalid}The signature")), "{refused}");
    assume(&rooms, &signed).await.expect("is good");
}
