//! The checks of a message that is sent, and what it is made into.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::digest;
use crate::errors::Error;
use crate::model::{Attribute, AttributeValue, Message};
use crate::queue::Outgoing;
use crate::settings::Settings;
use crate::visit::{Visit, bounded, needed};
use crate::wire::MessageAttributeValue;

const TRACE_HEADER: &str = "AWSTraceHeader";
const TOKEN_LENGTH_MAX: usize = 128;
const ATTRIBUTE_NAME_LENGTH_MAX: usize = 256;

/// A message as a request or an entry of a batch has it.
pub(crate) struct Given {
    pub(crate) body: Option<String>,
    pub(crate) delay_seconds: Option<i32>,
    pub(crate) attributes: Option<BTreeMap<String, MessageAttributeValue>>,
    pub(crate) system_attributes: Option<BTreeMap<String, MessageAttributeValue>>,
    pub(crate) deduplication_id: Option<String>,
    pub(crate) group_id: Option<String>,
}

/// A message that may be sent, and the digests that its sender gets.
pub(crate) struct Checked {
    pub(crate) outgoing: Outgoing,
    pub(crate) body_digest: String,
    pub(crate) attributes_digest: Option<String>,
    pub(crate) system_attributes_digest: Option<String>,
}

impl Given {
    pub(crate) fn check(self, ctx: &Visit<'_>, settings: &Settings) -> Result<Checked, Error> {
        let body = needed(self.body.filter(|body| !body.is_empty()), "MessageBody")?;
        if !body.chars().all(is_allowed) {
            return Err(Error::InvalidMessageContents);
        }
        let attributes = self.attributes.unwrap_or_default();
        let most = ctx.limits().message_attributes_max;
        if most < attributes.len() {
            return Err(Error::InvalidParameter(format!(
                "Number of message attributes [{}] exceeds the allowed maximum [{most}].",
                attributes.len()
            )));
        }
        let attributes = attributes.into_iter().map(|(name, value)| attribute(name, value));
        let attributes = attributes.collect::<Result<Vec<_>, _>>()?;
        let trace_header = trace_header(self.system_attributes)?;
        let size = body.len() + attributes.iter().map(Attribute::size).sum::<usize>();
        let most = usize::try_from(settings.message_bytes_max).unwrap_or(usize::MAX);
        if most < size {
            return Err(Error::InvalidParameter(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
            )));
        }
        let group = checked_token("MessageGroupId", self.group_id)?;
        if settings.fifo.is_some() && group.is_none() {
            return Err(Error::MissingParameter("MessageGroupId"));
        }
        let deduplication_id = deduplication_id(settings, &body, self.deduplication_id)?;
        let delay_seconds = delay(settings, self.delay_seconds)?;
        let is_group_scope = settings.fifo.as_ref().is_some_and(|fifo| fifo.is_group_scope);
        let deduplication_key = deduplication_id.as_ref().map(|id| match &group {
            Some(group) if is_group_scope => format!("{group}\n{id}"),
            _ => id.clone(),
        });
        Ok(Checked {
            body_digest: digest::of_body(&body),
            attributes_digest: digest::of_attributes(&attributes),
            system_attributes_digest: digest::of_attributes(&trace_header),
            outgoing: Outgoing {
                group: group.map(Arc::from),
                delay_seconds,
                deduplication_key,
                message: Message {
                    id: ctx.house().uuid(),
                    body,
                    attributes,
                    deduplication_id,
                    sender_id: sender_id(ctx),
                    trace_header: trace_header.map(|header| match header.value {
                        AttributeValue::Text(text) => text,
                        AttributeValue::Binary(bytes) => STANDARD.encode(bytes),
                    }),
                    dead_letter_source: None,
                },
            },
        })
    }
}

/// The characters of XML 1.0.
fn is_allowed(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// AWS shows the caller's unique id, of which a house knows the end of the ARN; the root's is the account.
fn sender_id(ctx: &Visit<'_>) -> String {
    let arn = &ctx.request.caller().arn;
    match arn.rsplit(['/', ':']).next() {
        Some(name) if name != "root" => name.to_owned(),
        _ => ctx.request.account().to_owned(),
    }
}

fn delay(settings: &Settings, given: Option<i32>) -> Result<u32, Error> {
    let reason = "DelaySeconds must be >= 0 and <= 900.";
    match bounded(given, "DelaySeconds", 0, 900, reason)? {
        Some(seconds) if settings.fifo.is_some() && 0 < seconds => Err(Error::value(
            "DelaySeconds",
            seconds,
            "The request include parameter that is not valid for this queue type.",
        )),
        Some(seconds) if settings.fifo.is_none() => Ok(seconds),
        _ => Ok(settings.delay_seconds),
    }
}

fn deduplication_id(
    settings: &Settings,
    body: &str,
    given: Option<String>,
) -> Result<Option<String>, Error> {
    let given = checked_token("MessageDeduplicationId", given)?;
    match (&settings.fifo, given) {
        (Some(_), Some(id)) => Ok(Some(id)),
        (Some(fifo), None) if fifo.is_content_based => {
            let bytes = Sha256::digest(body);
            Ok(Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
        }
        (Some(_), None) => Err(Error::MissingDeduplicationId),
        (None, Some(id)) => Err(Error::value(
            "MessageDeduplicationId",
            id,
            "The request includes a parameter that is not valid for this queue type.",
        )),
        (None, None) => Ok(None),
    }
}

/// Letters, digits and punctuation, as ids of groups and deduplication are made of.
fn checked_token(name: &'static str, token: Option<String>) -> Result<Option<String>, Error> {
    let is_plain = |token: &String| {
        (1..=TOKEN_LENGTH_MAX).contains(&token.len())
            && token.bytes().all(|it| it.is_ascii_graphic())
    };
    match token {
        Some(token) if !is_plain(&token) => {
            let reason = format!(
                "{name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
            );
            Err(Error::value(name, token, reason))
        }
        token => Ok(token),
    }
}

fn trace_header(
    given: Option<BTreeMap<String, MessageAttributeValue>>,
) -> Result<Option<Attribute>, Error> {
    let mut header = None;
    for (name, value) in given.unwrap_or_default() {
        if name != TRACE_HEADER {
            return Err(Error::InvalidParameter(format!(
                "Message system attribute name '{name}' is invalid."
            )));
        }
        header = Some(attribute(name, value)?);
    }
    Ok(header)
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html>
fn attribute(name: String, given: MessageAttributeValue) -> Result<Attribute, Error> {
    let refused = |sentence: String| Err(Error::InvalidParameter(sentence));
    if !is_attribute_name(&name) {
        return refused(format!(
            "The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters."
        ));
    }
    let data_type = given.data_type.unwrap_or_default();
    let kind = data_type.split('.').next().unwrap_or_default();
    if !matches!(kind, "String" | "Number" | "Binary") {
        return refused(format!(
            "The type of message (user) attribute '{name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String."
        ));
    }
    let value = match (kind, given.string_value, given.binary_value) {
        ("Binary", None, Some(text)) => match STANDARD.decode(&text) {
            Ok(bytes) => AttributeValue::Binary(bytes),
            Err(_) => return refused(format!("The value of attribute '{name}' isn't base64.")),
        },
        ("String" | "Number", Some(text), None) => AttributeValue::Text(text),
        (_, None, None) => AttributeValue::Text(String::new()),
        _ => {
            let field = if kind == "Binary" { "Binary" } else { "String" };
            return refused(format!(
                "The message attribute '{name}' with type '{kind}' must use field '{field}'."
            ));
        }
    };
    if value.as_bytes().is_empty() {
        return refused(format!(
            "The message attribute '{name}' must contain a non-empty message attribute value for message attribute type '{kind}'."
        ));
    }
    if let (AttributeValue::Text(text), "Number") = (&value, kind)
        && text.trim().parse::<f64>().is_err()
    {
        return refused(format!("Can't cast the value of message attribute '{name}' to a number."));
    }
    Ok(Attribute { name, data_type, value })
}

fn is_attribute_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    (1..=ATTRIBUTE_NAME_LENGTH_MAX).contains(&name.len())
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it))
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && !lower.starts_with("aws.")
        && !lower.starts_with("amazon.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(data_type: &str, text: Option<&str>, binary: Option<&str>) -> MessageAttributeValue {
        MessageAttributeValue {
            string_value: text.map(str::to_owned),
            binary_value: binary.map(str::to_owned),
            string_list_values: None,
            binary_list_values: None,
            data_type: Some(data_type.to_owned()),
        }
    }

    #[test]
    fn attributes_have_a_value_of_their_type() {
        let check = |it| attribute("a".to_owned(), it).map_err(|error| error.to_string());
        assert!(check(value("Number.int", Some("1e3"), None)).is_ok());
        assert!(check(value("Binary.gif", None, Some("AAE="))).is_ok());
        let refusal = |it| check(it).expect_err("is refused");
        assert_eq!(
            refusal(value("String", None, Some("AAE="))),
            "The message attribute 'a' with type 'String' must use field 'String'."
        );
        assert_eq!(
            refusal(value("String", Some(""), None)),
            "The message attribute 'a' must contain a non-empty message attribute value for message attribute type 'String'."
        );
        assert!(refusal(value("Text", Some("a"), None)).contains("supported type prefixes"));
        assert!(refusal(value("Number", Some("one"), None)).contains("cast"));
    }

    #[test]
    fn names_of_attributes_are_plain_and_not_reserved() {
        for name in ["", ".a", "a.", "a..b", "AWS.a", "amazon.b", "a b"] {
            assert!(!is_attribute_name(name), "{name:?}");
        }
        assert!(is_attribute_name("a.b-c_1"));
    }
}
