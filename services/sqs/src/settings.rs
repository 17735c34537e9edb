//! The attributes of a queue that its owner sets: their names, bounds and defaults.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>

use std::time::Duration;

use serde_json::{Value, json};

use crate::arn::QueueArn;
use crate::errors::Error;

/// What a queue has been told, with AWS's defaults for the rest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) visibility_timeout_seconds: u32,
    pub(crate) message_bytes_max: u32,
    pub(crate) retention_seconds: u32,
    pub(crate) delay_seconds: u32,
    pub(crate) wait_seconds: u32,
    pub(crate) policy: Option<String>,
    pub(crate) redrive: Option<Redrive>,
    pub(crate) redrive_allow: Option<RedriveAllow>,
    pub(crate) fifo: Option<Fifo>,
    kms_key: Option<String>,
    kms_reuse_seconds: Option<u32>,
    /// Encrypted by keys of the service. Kept and shown; the store encrypts nothing.
    is_managed_sse: bool,
}

/// Where messages go that were received too often.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Redrive {
    text: String,
    pub(crate) target: QueueArn,
    pub(crate) receives_max: u32,
}

/// Which queues may name this one as their dead-letter queue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RedriveAllow {
    text: String,
    permission: Permission,
}

#[derive(Clone, Debug, PartialEq)]
enum Permission {
    AllowAll,
    DenyAll,
    ByQueue(Vec<String>),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fifo {
    pub(crate) is_content_based: bool,
    /// Whether two groups may each have a message of one deduplication id.
    pub(crate) is_group_scope: bool,
    is_per_group_throughput: bool,
}

impl Settings {
    pub(crate) fn new(is_fifo: bool) -> Self {
        Settings {
            visibility_timeout_seconds: 30,
            message_bytes_max: 1_048_576,
            retention_seconds: 345_600,
            delay_seconds: 0,
            wait_seconds: 0,
            policy: None,
            redrive: None,
            redrive_allow: None,
            fifo: is_fifo.then(Fifo::default),
            kms_key: None,
            kms_reuse_seconds: None,
            is_managed_sse: true,
        }
    }

    pub(crate) fn retention(&self) -> Duration {
        Duration::from_secs(self.retention_seconds.into())
    }

    /// Changes the attribute of that name. An empty policy takes the policy away.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let some = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match name {
            "DelaySeconds" => self.delay_seconds = number("DelaySeconds", value, 0, 900)?,
            "MaximumMessageSize" => {
                self.message_bytes_max = number("MaximumMessageSize", value, 1_024, 1_048_576)?;
            }
            "MessageRetentionPeriod" => {
                self.retention_seconds = number("MessageRetentionPeriod", value, 60, 1_209_600)?;
            }
            "ReceiveMessageWaitTimeSeconds" => {
                self.wait_seconds = number("ReceiveMessageWaitTimeSeconds", value, 0, 20)?;
            }
            "VisibilityTimeout" => {
                self.visibility_timeout_seconds = number("VisibilityTimeout", value, 0, 43_200)?;
            }
            "Policy" => {
                let is_object = |text: &String| {
                    serde_json::from_str(text).is_ok_and(|it: Value| it.is_object())
                };
                self.policy = some();
                if !self.policy.as_ref().is_none_or(is_object) {
                    return Err(Error::InvalidAttributeValue("Policy"));
                }
            }
            "RedrivePolicy" => self.redrive = some().map(Redrive::parse).transpose()?,
            "RedriveAllowPolicy" => {
                self.redrive_allow = some().map(RedriveAllow::parse).transpose()?;
            }
            "KmsMasterKeyId" => {
                self.kms_key = some();
                self.is_managed_sse &= self.kms_key.is_none();
            }
            "KmsDataKeyReusePeriodSeconds" => {
                let seconds = number("KmsDataKeyReusePeriodSeconds", value, 60, 86_400)?;
                self.kms_reuse_seconds = Some(seconds);
            }
            "SqsManagedSseEnabled" => self.is_managed_sse = truth("SqsManagedSseEnabled", value)?,
            _ => return self.set_fifo(name, value),
        }
        Ok(())
    }

    fn set_fifo(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let unknown = || Error::InvalidAttributeName(name.to_owned());
        let fifo = self.fifo.as_mut().ok_or_else(unknown)?;
        let one_of = |parameter, no: &str, yes: &str| match value {
            _ if value == yes => Ok(true),
            _ if value == no => Ok(false),
            _ => Err(Error::InvalidAttributeValue(parameter)),
        };
        match name {
            // Said again, it changes nothing; a queue doesn't become another kind of queue.
            "FifoQueue" if value == "true" => {}
            "FifoQueue" => return Err(Error::InvalidAttributeValue("FifoQueue")),
            "ContentBasedDeduplication" => {
                fifo.is_content_based = truth("ContentBasedDeduplication", value)?;
            }
            "DeduplicationScope" => {
                fifo.is_group_scope = one_of("DeduplicationScope", "queue", "messageGroup")?;
            }
            "FifoThroughputLimit" => {
                fifo.is_per_group_throughput =
                    one_of("FifoThroughputLimit", "perQueue", "perMessageGroupId")?;
            }
            _ => return Err(unknown()),
        }
        Ok(())
    }

    /// What has to agree between attributes, once all of a request are set.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.fifo.as_ref().is_some_and(|it| it.is_per_group_throughput && !it.is_group_scope) {
            return Err(Error::InvalidParameter(
                "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup."
                    .to_owned(),
            ));
        }
        if self.kms_key.is_some() && self.is_managed_sse {
            return Err(Error::InvalidParameter(
                "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Every attribute that is set or has a default, by name.
    pub(crate) fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut shown = vec![
            ("DelaySeconds", self.delay_seconds.to_string()),
            ("MaximumMessageSize", self.message_bytes_max.to_string()),
            ("MessageRetentionPeriod", self.retention_seconds.to_string()),
            ("ReceiveMessageWaitTimeSeconds", self.wait_seconds.to_string()),
            ("VisibilityTimeout", self.visibility_timeout_seconds.to_string()),
        ];
        if let Some(fifo) = &self.fifo {
            let (scope, limit) = (fifo.is_group_scope, fifo.is_per_group_throughput);
            shown.extend([
                ("FifoQueue", "true".to_owned()),
                ("ContentBasedDeduplication", fifo.is_content_based.to_string()),
                ("DeduplicationScope", if scope { "messageGroup" } else { "queue" }.to_owned()),
                (
                    "FifoThroughputLimit",
                    if limit { "perMessageGroupId" } else { "perQueue" }.to_owned(),
                ),
            ]);
        }
        let redrive = self.redrive.as_ref().map(|redrive| redrive.text.clone());
        let redrive_allow = self.redrive_allow.as_ref().map(|allow| allow.text.clone());
        let optional = [
            ("Policy", self.policy.clone()),
            ("RedrivePolicy", redrive),
            ("RedriveAllowPolicy", redrive_allow),
            ("KmsMasterKeyId", self.kms_key.clone()),
            ("KmsDataKeyReusePeriodSeconds", self.kms_reuse_seconds.map(|it| it.to_string())),
        ];
        shown.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
        // After the key, which switches it off unless it is said.
        shown.push(("SqsManagedSseEnabled", self.is_managed_sse.to_string()));
        shown
    }
}

impl Redrive {
    fn parse(text: String) -> Result<Self, Error> {
        let refused = |reason: &str| Error::value("RedrivePolicy", &text, reason);
        let value: Value = serde_json::from_str(&text)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| refused("Redrive policy is not a valid JSON map."))?;
        let member = |name: &str| {
            let missing = || {
                refused(&format!("Redrive policy does not contain mandatory attribute: {name}."))
            };
            value.get(name).ok_or_else(missing)
        };
        let most = member("maxReceiveCount")?;
        let number = most.as_u64().or_else(|| most.as_str()?.parse().ok());
        let number = number.and_then(|number| u32::try_from(number).ok());
        let receives_max = number.filter(|number| (1..=1_000).contains(number)).ok_or_else(|| {
            refused(&format!(
                "Invalid value for maxReceiveCount: {}, valid values are from 1 to 1000 both inclusive.",
                most.to_string().trim_matches('"')
            ))
        })?;
        let target = member("deadLetterTargetArn")?.as_str().and_then(QueueArn::parse);
        let target = target.ok_or_else(|| refused("Invalid value for deadLetterTargetArn."))?;
        // AWS shows the count as a number, however it was written.
        let text = match most.is_string() {
            true => {
                json!({"deadLetterTargetArn": target.as_str(), "maxReceiveCount": receives_max})
                    .to_string()
            }
            false => text,
        };
        Ok(Redrive { target, receives_max, text })
    }

    /// Refuses a target of the policy.
    pub(crate) fn refuse(&self, reason: &str) -> Error {
        Error::value("RedrivePolicy", &self.text, reason)
    }
}

impl RedriveAllow {
    fn parse(text: String) -> Result<Self, Error> {
        let refused = |reason: &str| Error::value("RedriveAllowPolicy", &text, reason);
        let value: Value = serde_json::from_str(&text)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| refused("Redrive allow policy is not a valid JSON map."))?;
        let arns = value.get("sourceQueueArns").and_then(Value::as_array).map(|arns| {
            arns.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        });
        let permission = match (value.get("redrivePermission").and_then(Value::as_str), arns) {
            (Some("allowAll"), None) => Permission::AllowAll,
            (Some("denyAll"), None) => Permission::DenyAll,
            (Some("byQueue"), Some(arns)) if (1..=10).contains(&arns.len()) => {
                Permission::ByQueue(arns)
            }
            (Some("byQueue"), _) => {
                return Err(refused("sourceQueueArns must contain between 1 and 10 queue ARNs."));
            }
            (Some("allowAll" | "denyAll"), Some(_)) => {
                return Err(refused(
                    "sourceQueueArns can be specified only when redrivePermission is byQueue.",
                ));
            }
            (Some(_) | None, _) => return Err(refused("Invalid value for redrivePermission.")),
        };
        Ok(RedriveAllow { permission, text })
    }

    pub(crate) fn allows(&self, source: &QueueArn) -> bool {
        match &self.permission {
            Permission::AllowAll => true,
            Permission::DenyAll => false,
            Permission::ByQueue(arns) => arns.iter().any(|arn| arn == source.as_str()),
        }
    }
}

fn number(parameter: &'static str, value: &str, least: u32, most: u32) -> Result<u32, Error> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or(Error::InvalidAttributeValue(parameter))
}

fn truth(parameter: &'static str, value: &str) -> Result<bool, Error> {
    match value {
        _ if value.eq_ignore_ascii_case("true") => Ok(true),
        _ if value.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Error::InvalidAttributeValue(parameter)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: &str = "arn:aws:sqs:us-east-1:000000000000:dead";

    #[test]
    fn what_is_shown_can_be_set_again() {
        let mut settings = Settings::new(true);
        let redrive = format!(r#"{{"deadLetterTargetArn":"{TARGET}","maxReceiveCount":"3"}}"#);
        for (name, value) in [
            ("DelaySeconds", "5"),
            ("Policy", "{}"),
            ("RedrivePolicy", &redrive),
            ("RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#),
            ("KmsMasterKeyId", "alias/aws/sqs"),
            ("DeduplicationScope", "messageGroup"),
            ("FifoThroughputLimit", "perMessageGroupId"),
            ("ContentBasedDeduplication", "TRUE"),
        ] {
            settings.set(name, value).expect(name);
        }
        settings.check().expect("agrees");
        let shown = settings.attributes().into_iter().find(|(name, _)| *name == "RedrivePolicy");
        assert!(shown.expect("is shown").1.ends_with(r#""maxReceiveCount":3}"#));
        let mut again = Settings::new(true);
        for (name, value) in settings.attributes() {
            again.set(name, &value).expect(name);
        }
        assert_eq!(again, settings);
        assert_eq!(again.redrive.map(|redrive| redrive.receives_max), Some(3));
    }

    #[test]
    fn values_out_of_bounds_and_unknown_names_are_refused() {
        let refusal = |name: &str, value: &str| {
            Settings::new(false).set(name, value).expect_err("is refused").to_string()
        };
        assert_eq!(
            refusal("VisibilityTimeout", "43201"),
            "Invalid value for the parameter VisibilityTimeout."
        );
        assert_eq!(refusal("QueueArn", "x"), "Unknown Attribute QueueArn.");
        assert_eq!(refusal("FifoQueue", "false"), "Unknown Attribute FifoQueue.");
        let text = format!(r#"{{"deadLetterTargetArn":"{TARGET}","maxReceiveCount":0}}"#);
        assert_eq!(
            refusal("RedrivePolicy", &text),
            format!(
                "Value {text} for parameter RedrivePolicy is invalid. Reason: Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive."
            )
        );
    }
}
