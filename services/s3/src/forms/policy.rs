//! What a form's policy says may stand in it.
//!
//! The sentences are those that clients report.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use std::ops::RangeInclusive;

use base::Timestamp;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde_json::Value;

/// Fields that no policy names.
const FREE: [&str; 5] = ["awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"];
const FREE_PREFIX: &str = "x-ignore-";

#[derive(Debug)]
pub(super) struct Policy {
    expires_at: Timestamp,
    conditions: Vec<Condition>,
    /// How many bytes a file may have, at least and at most.
    lengths: Vec<RangeInclusive<u64>>,
}

/// That a field is something, or begins with it.
#[derive(Debug)]
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
        let expires_at = expires_at.ok_or_else(invalid)?;
        let (mut conditions, mut lengths) = (Vec::new(), Vec::new());
        for written in policy["conditions"].as_array().ok_or_else(invalid)? {
            match length_range(written) {
                Some(range) => lengths.push(range),
                None => conditions.push(Condition::parse(written)?),
            }
        }
        Ok(Policy { expires_at, conditions, lengths })
    }

    pub(super) fn check_length(&self, bytes: u64) -> S3Result<()> {
        match self.lengths.iter().find(|range| !range.contains(&bytes)) {
            None => Ok(()),
            Some(range) if bytes < *range.start() => Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size"
            )),
            Some(_) => Err(s3_error!(
                EntityTooLarge,
                "Your proposed upload exceeds the maximum allowed size"
            )),
        }
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

    /// `{"acl": "private"}` or `["starts-with", "$key", "user/"]`. One that isn't understood may forbid something, so that
    /// nothing is taken by its policy.
    fn parse(written: &Value) -> S3Result<Self> {
        if let Some(pairs) = written.as_object() {
            return match pairs.iter().next().filter(|_| pairs.len() == 1) {
                Some((name, value)) => Ok(Condition::new(false, name, value)),
                None => Err(s3_error!(
                    InvalidPolicyDocument,
                    "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
                )),
            };
        }
        let parts = written.as_array().map(Vec::as_slice).unwrap_or_default();
        let [Value::String(operator), Value::String(name), value] = parts else {
            return Err(s3_error!(InvalidPolicyDocument, "Invalid Policy: Invalid condition."));
        };
        match operator.to_ascii_lowercase().as_str() {
            "eq" => Ok(Condition::new(false, name, value)),
            "starts-with" => Ok(Condition::new(true, name, value)),
            _ => Err(s3_error!(InvalidPolicyDocument, "Invalid Policy: Invalid condition.")),
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

/// `["content-length-range", 1, 10]`
fn length_range(written: &Value) -> Option<RangeInclusive<u64>> {
    let [Value::String(operator), least, most] = written.as_array()?.as_slice() else {
        return None;
    };
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let is_range = operator.eq_ignore_ascii_case("content-length-range");
    Some(number(least).filter(|_| is_range)?..=number(most)?)
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

    #[test]
    fn conditions_that_are_not_understood_let_nothing_in() {
        for condition in
            [r#"["gt", "$key", "a"]"#, r#"{"acl": "private", "key": "a"}"#, r#""key""#, "[]", "{}"]
        {
            let policy =
                format!(r#"{{"expiration": "2026-01-01T00:00:00Z", "conditions": [{condition}]}}"#);
            let refused = Policy::parse(&BASE64_STANDARD.encode(policy)).err();
            let code = refused.map(|error| error.code().as_str().to_owned());
            assert_eq!(code.as_deref(), Some("InvalidPolicyDocument"), "{condition}");
        }
    }

    #[test]
    fn a_file_is_as_long_as_its_policy_says() {
        let policy = r#"{"expiration": "2026-01-01T00:00:00Z", "conditions": [["content-length-range", 2, "3"]]}"#;
        let policy = Policy::parse(&BASE64_STANDARD.encode(policy)).expect("is a policy");
        let code = |bytes| policy.check_length(bytes).err().map(|it| it.code().as_str().to_owned());
        assert_eq!([2, 3].map(code), [None, None]);
        assert_eq!(code(1).as_deref(), Some("EntityTooSmall"));
        assert_eq!(code(4).as_deref(), Some("EntityTooLarge"));
    }
}
