//! The MD5 digests by which clients check that a message arrived whole.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation>

use md5::{Digest as _, Md5};

use crate::model::{Attribute, AttributeValue};

pub(crate) fn of_body(body: &str) -> String {
    hex(&Md5::digest(body))
}

/// Of attributes, which may stand in any order; there is none of no attributes.
pub(crate) fn of_attributes<'a>(
    attributes: impl IntoIterator<Item = &'a Attribute>,
) -> Option<String> {
    let mut attributes: Vec<&Attribute> = attributes.into_iter().collect();
    if attributes.is_empty() {
        return None;
    }
    attributes.sort_by(|a, b| a.name.cmp(&b.name));
    let mut digest = Md5::new();
    for Attribute { name, data_type, value } in attributes {
        counted(&mut digest, name.as_bytes());
        counted(&mut digest, data_type.as_bytes());
        digest.update(match value {
            AttributeValue::Text(_) => [1],
            AttributeValue::Binary(_) => [2],
        });
        counted(&mut digest, value.as_bytes());
    }
    Some(hex(&digest.finalize()))
}

/// Adds bytes behind their length.
fn counted(digest: &mut Md5, bytes: &[u8]) {
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_that_clients_compute() {
        assert_eq!(of_body("This is a test"), "ce114e4501d2f4e2dcea3e17b546f339");
        assert_eq!(of_attributes([]), None);
        let attribute = |name: &str, data_type: &str, value| Attribute {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            value,
        };
        // Computed with the algorithm of AWS's guide, in Python.
        let given = [
            attribute("b", "Binary", AttributeValue::Binary(vec![0, 1, 2])),
            attribute("a", "String", AttributeValue::Text("x".to_owned())),
        ];
        assert_eq!(of_attributes(&given).as_deref(), Some("c7b075151a8e2e09ccb36b393bdb284a"));
    }
}
