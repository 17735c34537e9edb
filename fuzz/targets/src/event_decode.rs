//! Any bytes as what is stored, and as a task token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::token::TaskToken;
use engine::{Execution, record};

use crate::text;

pub(crate) fn run(bytes: &[u8]) {
    if let Ok(events) = record::decode(bytes) {
        let written = record::encode(&events);
        assert_eq!(record::decode(&written).expect("what we write we read"), events);
    }
    if let Ok(execution) = Execution::from_snapshot(bytes) {
        let written = execution.to_snapshot();
        let again = Execution::from_snapshot(&written).expect("what we write we read");
        assert!(again == execution);
    }
    for text in [text::of(bytes), STANDARD.encode(bytes)] {
        if let Some(token) = TaskToken::parse(&text) {
            assert_eq!(TaskToken::parse(&token.to_string()), Some(token));
        }
    }
}
