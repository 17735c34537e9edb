//! Task tokens: opaque to workers, and self-contained, so that finding the task needs no table.
//!
//! A token names its execution, its attempt and a secret that only the execution's events hold;
//! the execution that it names decides whether it is (still) good.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minicbor::{Decode, Encode};

use crate::event::Attempt;

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct TaskToken {
    #[n(0)]
    pub execution_arn: String,
    #[n(1)]
    pub attempt: Attempt,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub secret: [u8; 16],
}

impl TaskToken {
    /// `None` for what this server can't have issued.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        minicbor::decode(&bytes).ok()
    }
}

impl std::fmt::Display for TaskToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = minicbor::to_vec(self).expect("writing to memory succeeds");
        f.write_str(&STANDARD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_garbage_is_not() {
        let token =
            TaskToken { execution_arn: "arn:aws:states:::e".into(), attempt: 7, secret: [9; 16] };
        assert_eq!(TaskToken::parse(&token.to_string()), Some(token));
        assert_eq!(TaskToken::parse("not a token"), None);
        assert_eq!(TaskToken::parse("AAAA"), None);
    }
}
