//! Who has signed a request.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use serde_json::json;
use service::{CallError, Caller, Ctx, Fetched, Gatekeeper, Outside, OutsideReply};

use crate::house::Room;

/// Lets everybody in as `ann`.
struct Ann;

impl Gatekeeper for Ann {
    fn admit(&self, ctx: &Ctx, _: &aws::sigv4::Request<'_>, _: &str) -> Result<Ctx, aws::Error> {
        Ok(ctx.follow_up(Caller { arn: "arn:aws:iam::000000000000:user/staff/ann".to_owned() }))
    }

    fn admit_form(&self, _: &Ctx, _: &aws::SignedForm, _: &str) -> Result<Ctx, aws::Error> {
        Err(aws::Error::unrecognized_client())
    }
}

/// An STS elsewhere, which knows the operator of the house alone.
struct OtherSts;

impl Outside for OtherSts {
    fn reaches(&self, service: &str) -> bool {
        service == "sts"
    }

    fn call<'a>(&'a self, _: Ctx, _: &'a str, _: &'a str, _: Bytes) -> OutsideReply<'a> {
        let told = json!({"UserId": "AIDAOPERATOR", "Account": "111111111111"});
        Box::pin(std::future::ready(Ok(Bytes::from(told.to_string()))))
    }

    fn fetch(&self, _: Request<Bytes>) -> Fetched<'_> {
        Box::pin(std::future::ready(Err(CallError::NoRoom("the web".to_owned()))))
    }
}

#[tokio::test]
async fn an_sts_outside_does_not_name_who_has_signed_here() {
    let room = Room::open().await;
    room.bus.connect_gatekeeper(Arc::new(Ann));
    room.bus.connect_outside(Arc::new(OtherSts));
    let settings = json!({"authenticationType": "AWS_IAM"});
    let (id, _) = room.api("type Query { me: String }", settings).await;
    room.field(&id, "Query.me", "$util.toJson($ctx.identity.username)").await;
    let (status, body) = room.ask_as(&id, "AWS4-HMAC-SHA256 Credential=any", "{me}").await;
    assert_eq!((status, &body), (200, &json!({"data": {"me": "ann"}})));
}
