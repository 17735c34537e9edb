//! `ClientRequestToken`: a transaction that is asked for again within ten minutes is answered again, not done again.
//!
//! `dynoxide` remembers tokens in memory; ours are rows, written in the transaction that they stand for,
//! so that a request which is repeated after a crash is known too.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-apis-txwriteitems>

use bytes::Bytes;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::database::kept::{self, Earlier};
use crate::errors::Error;
use crate::operations::{Desk, written};

const TOKEN_LENGTH_MAX: usize = 36;

/// Runs a transaction, unless its token is known. Tokens are the same if what `member` holds is the same.
pub(crate) fn once(
    desk: &Desk<'_>,
    operation: &'static str,
    member: &str,
    body: &[u8],
    run: impl FnOnce() -> Result<Bytes, Error>,
) -> Result<Bytes, Error> {
    // What isn't JSON, or holds no token, is the operation's own to judge.
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return run();
    };
    let Some(token) = request.get("ClientRequestToken").and_then(Value::as_str) else {
        return run();
    };
    if token.is_empty() || TOKEN_LENGTH_MAX < token.chars().count() {
        return Err(Error::Validation(wrong_length(token)));
    }
    let asked = digest(request.get(member).unwrap_or(&Value::Null));
    let connection = desk.storage.conn();
    match kept::reply_to_token(connection, operation, token, desk.now)? {
        Some(earlier) if earlier.request == asked => Ok(again(&request, &earlier.reply)),
        Some(_) => Err(Error::IdempotentParameterMismatch),
        None => {
            let earlier = Earlier { request: asked, reply: run()? };
            kept::keep_token(connection, operation, token, &earlier, desk.now)?;
            Ok(earlier.reply)
        }
    }
}

fn wrong_length(token: &str) -> String {
    let bound = match token {
        "" => "greater than or equal to 1".to_owned(),
        _ => format!("less than or equal to {TOKEN_LENGTH_MAX}"),
    };
    format!(
        "1 validation error detected: Value '{token}' at 'clientRequestToken' failed to satisfy constraint: \
         Member must have length {bound}"
    )
}

/// The reply of before, as this request wants it: capacity is told to who asks for it.
fn again(request: &Value, reply: &Bytes) -> Bytes {
    let wants = request.get("ReturnConsumedCapacity").and_then(Value::as_str);
    if wants.is_some_and(|wants| wants != "NONE") {
        return reply.clone();
    }
    let mut reply: Value = serde_json::from_slice(reply).expect("a reply we wrote is JSON");
    if let Some(members) = reply.as_object_mut() {
        members.remove("ConsumedCapacity");
    }
    written(&reply)
}

/// The same for two requests that say the same, in whatever order their members stand.
fn digest(value: &Value) -> Vec<u8> {
    let mut hash = Sha256::new();
    feed(&mut hash, value);
    hash.finalize().to_vec()
}

fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            hash.update(format!("{{{}", members.len()));
            for (name, member) in members {
                hash.update(Value::from(name.as_str()).to_string());
                feed(hash, member);
            }
        }
        Value::Array(items) => {
            hash.update(format!("[{}:", items.len()));
            items.iter().for_each(|item| feed(hash, item));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            hash.update(value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_members_makes_no_other_request() {
        let one: Value = serde_json::from_str(r#"[{"a":1,"b":[2,"x"]}]"#).expect("JSON");
        let other: Value = serde_json::from_str(r#"[{"b":[2,"x"],"a":1}]"#).expect("JSON");
        assert_eq!(digest(&one), digest(&other));
    }

    #[test]
    fn what_differs_has_another_digest() {
        let digests: std::collections::BTreeSet<_> = [
            json!([1, 2]),
            json!([12]),
            json!([[1], 2]),
            json!("a"),
            json!({"a": 1}),
            json!(["a", 1]),
        ]
        .iter()
        .map(digest)
        .collect();
        assert_eq!(digests.len(), 6);
    }
}
