//! Holds a reply against what was recorded, by the rules of the corpus's README.

use serde_json::Value;

/// Words that stand for any value.
const ANY: [&str; 12] = [
    "datetime",
    "timestamp",
    "date",
    "start-date",
    "stop-date",
    "start-time",
    "entered-time",
    "creation-date",
    "activity_arn",
    "activity_name",
    "state_machine_name",
    "state_machine_alias_name",
];

#[derive(Default)]
pub(super) struct Comparison {
    pub(super) differences: Vec<String>,
}

impl Comparison {
    pub(super) fn compare(&mut self, key: &str, expected: &Value, got: &Value) {
        self.values(key, expected, got);
    }

    /// `expected` is boto3's sentence about an error.
    pub(super) fn compare_refusal(&mut self, key: &str, expected: &str, got: &Value) {
        let (code, message) = expected
            .strip_prefix("An error occurred (")
            .and_then(|rest| rest.split_once(") when calling the "))
            .and_then(|(code, rest)| Some((code, rest.split_once(" operation: ")?.1)))
            .expect("is boto3's sentence");
        self.values(&format!("{key}.Code"), &code.into(), &got["Error"]["Code"]);
        self.values(&format!("{key}.Message"), &message.into(), &got["Error"]["Message"]);
    }

    fn values(&mut self, path: &str, expected: &Value, got: &Value) {
        match (expected, got) {
            (Value::Object(_) | Value::Array(_), Value::String(text)) => {
                match serde_json::from_str(text) {
                    Ok(parsed) => self.values(path, expected, &parsed),
                    Err(_) => self.differs(path, expected, got),
                }
            }
            (Value::Object(expected), Value::Object(got)) => {
                for (key, value) in expected {
                    if key == "HTTPHeaders" || key == "RetryAttempts" {
                        continue;
                    }
                    self.values(
                        &format!("{path}.{key}"),
                        value,
                        got.get(key).unwrap_or(&Value::Null),
                    );
                }
                for (key, value) in got {
                    if !expected.contains_key(key) {
                        self.differs(&format!("{path}.{key}"), &Value::Null, value);
                    }
                }
            }
            (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
                for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                    self.values(&format!("{path}[{index}]"), expected, got);
                }
            }
            (Value::String(expected), got) if ANY.contains(&expected.as_str()) => {
                if got.is_null() {
                    self.differs(path, &expected.as_str().into(), got);
                }
            }
            (Value::String(expected_text), Value::String(got_text)) => {
                let same_json = || {
                    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
                    parse(expected_text).is_some_and(|value| parse(got_text) == Some(value))
                };
                if !is_like(expected_text, got_text) && !same_json() {
                    self.differs(path, expected, got);
                }
            }
            (Value::Number(expected_number), Value::Number(got_number)) => {
                if expected_number.as_f64() != got_number.as_f64() {
                    self.differs(path, expected, got);
                }
            }
            _ if expected == got => {}
            _ => self.differs(path, expected, got),
        }
    }

    fn differs(&mut self, path: &str, expected: &Value, got: &Value) {
        self.differences.push(format!("{path}: expected {expected}, got {got}"));
    }
}

/// Whether a text is `expected`, in which each `<placeholder>` stands for any text.
fn is_like(expected: &str, got: &str) -> bool {
    let expected = expected
        .replace("<partition>", "aws")
        .replace("<region>", "us-east-1")
        .replace("111111111111", "000000000000");
    let mut rest = got;
    let mut pieces = split(&expected).into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) => match rest.strip_prefix(text) {
                Some(after) => rest = after,
                None => return false,
            },
            Piece::Placeholder => {
                let mut next = rest.char_indices().skip(1).map(|(at, _)| at);
                let end = match pieces.peek() {
                    Some(Piece::Text(text)) => next.find(|at| rest[*at..].starts_with(text)),
                    Some(Piece::Placeholder) => next.next(),
                    None => (!rest.is_empty()).then_some(rest.len()),
                };
                let Some(end) = end else { return false };
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty()
}

enum Piece<'t> {
    Text(&'t str),
    Placeholder,
}

/// Splits at `<…>` and at the words for roles and names that recordings use without brackets.
fn split(expected: &str) -> Vec<Piece<'_>> {
    const BARE: [&str; 6] = [
        "snf_role_arn",
        "sfn_role_arn",
        "state_machine_alias_name",
        "state_machine_name",
        "activity_arn",
        "RequestId",
    ];
    let (mut pieces, mut rest) = (Vec::new(), expected);
    while !rest.is_empty() {
        let bracket = rest.find('<').filter(|at| rest[*at..].contains('>'));
        let bare = BARE.iter().filter_map(|word| Some((rest.find(word)?, word.len()))).min();
        let (start, end) = match (bracket, bare) {
            (Some(bracket), bare) if bare.is_none_or(|(at, _)| bracket < at) => {
                (bracket, bracket + rest[bracket..].find('>').expect("is closed") + 1)
            }
            (_, Some((at, length))) => {
                let mut end = at + length;
                if rest[end..].starts_with("_t") {
                    end += 3;
                }
                (at, end)
            }
            (_, None) => {
                pieces.push(Piece::Text(rest));
                break;
            }
        };
        if 0 < start {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(Piece::Placeholder);
        rest = &rest[end..];
    }
    pieces
}
