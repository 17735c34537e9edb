//! What a form's policy says may stand in it. How long its file may be `s3s` sees to, which reads it.
//!
//! The sentences are those that clients report.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use base::Timestamp;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde_json::Value;

/// Fields that no policy names.
const FREE: [&str; 5] = ["awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"];
const FREE_PREFIX: &str = "x-ignore-";

pub(super) struct Policy {
    expires_at: Timestamp,
    conditions: Vec<Condition>,
}

/// That a field is something, or begins with it.
struct Condition {
    is_prefix: bool,
    /// As it was written, and in small letters.
    name: String,
    field: String,
    value: String,
}

impl Policy {
    pub(super) fn parse(policy: &str) -> S3Result<Self> {
        let invalid = || s3_error!(InvalidPolicyDocument, "Invalid Policy: Invalid JSON.");
        let text = BASE64_STANDARD.decode(policy.trim()).map_err(|_| {
            s3_error!(InvalidPolicyDocument, "Invalid Policy: Invalid Base64 Encoding.")
        })?;
        let policy: Value = serde_json::from_slice(&text).map_err(|_| invalid())?;
        let expires_at = policy["expiration"].as_str().and_then(Timestamp::parse_rfc3339);
        let conditions = policy["conditions"].as_array().ok_or_else(invalid)?;
        Ok(Policy {
            expires_at: expires_at.ok_or_else(invalid)?,
            conditions: conditions.iter().flat_map(Condition::all_of).collect(),
        })
    }

    pub(super) fn check(
        &self,
        fields: &[(String, String)],
        bucket: &str,
        now: Timestamp,
    ) -> S3Result<()> {
        if self.expires_at <= now {
            return Err(denied("Policy expired."));
        }
        let value = |name: &str| match name {
            "bucket" => bucket,
            name => fields.iter().find(|(field, _)| field == name).map_or("", |(_, it)| &**it),
        };
        if let Some(failed) = self.conditions.iter().find(|it| !it.holds(value(&it.field))) {
            return Err(denied(&format!("Policy Condition failed: {failed}")));
        }
        let is_named = |name: &str| {
            FREE.contains(&name)
                || name.starts_with(FREE_PREFIX)
                || self.conditions.iter().any(|condition| condition.field == name)
        };
        let extra: Vec<&str> =
            fields.iter().map(|(name, _)| &**name).filter(|name| !is_named(name)).collect();
        match extra.is_empty() {
            true => Ok(()),
            false => Err(denied(&format!("Extra input fields: {}", extra.join(", ")))),
        }
    }
}

impl Condition {
    fn new(is_prefix: bool, name: &str, value: &Value) -> Self {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = name.trim_start_matches('$');
        Condition { is_prefix, name: name.to_owned(), field: name.to_ascii_lowercase(), value }
    }

    /// `{"acl": "private"}` or `["starts-with", "$key", "user/"]`.
    fn all_of(written: &Value) -> Vec<Self> {
        match written {
            Value::Object(pairs) => {
                pairs.iter().map(|(name, value)| Condition::new(false, name, value)).collect()
            }
            Value::Array(parts) => match &parts[..] {
                [Value::String(operator), Value::String(name), value] => {
                    let is_prefix = operator.eq_ignore_ascii_case("starts-with");
                    let is_known = is_prefix || operator.eq_ignore_ascii_case("eq");
                    is_known.then(|| Condition::new(is_prefix, name, value)).into_iter().collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn holds(&self, given: &str) -> bool {
        match self.is_prefix {
            true => given.starts_with(&self.value),
            false => given == self.value,
        }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let operator = if self.is_prefix { "starts-with" } else { "eq" };
        write!(f, "[\"{operator}\", \"${}\", \"{}\"]", self.name, self.value)
    }
}

fn denied(why: &str) -> S3Error {
    S3Error::with_message(S3ErrorCode::AccessDenied, format!("Invalid according to Policy: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &str, fields: &[(&str, &str)]) -> Result<(), String> {
        let policy = BASE64_STANDARD.encode(policy);
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let policy = Policy::parse(&policy).map_err(|error| error.to_string());
        let message = |error: S3Error| error.message().unwrap_or_default().to_owned();
        policy?.check(&fields, "bucket", Timestamp::from_millis(0)).map_err(message)
    }

    #[test]
    fn a_form_holds_what_its_policy_says_and_nothing_else() {
        let policy = r#"{"expiration": "2026-01-01T00:00:00.000Z", "conditions": [{"bucket": "bucket"},
            ["starts-with", "$Key", "up/"], ["eq", "$acl", "private"], ["content-length-range", 1, 10],
            {"success_action_status": 201}]}"#;
        let good = [
            ("key", "up/a"),
            ("acl", "private"),
            ("success_action_status", "201"),
            ("x-ignore-me", ""),
        ];
        assert_eq!(check(policy, &good), Ok(()));
        let refused = |name: &'static str, value: &'static str| {
            let mut fields: Vec<_> = good.into_iter().filter(|(given, _)| *given != name).collect();
            fields.push((name, value));
            check(policy, &fields).expect_err("is refused")
        };
        assert_eq!(
            refused("key", "a"),
            r#"Invalid according to Policy: Policy Condition failed: ["starts-with", "$Key", "up/"]"#
        );
        assert_eq!(
            refused("acl", "public-read"),
            r#"Invalid according to Policy: Policy Condition failed: ["eq", "$acl", "private"]"#
        );
        assert_eq!(
            refused("x-amz-meta-a", "1"),
            "Invalid according to Policy: Extra input fields: x-amz-meta-a"
        );
        let expired = policy.replace("2026", "1969");
        assert_eq!(
            check(&expired, &good),
            Err("Invalid according to Policy: Policy expired.".to_owned())
        );
    }
}
