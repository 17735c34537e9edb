//! The rows.

use crate::machine::{Digest, MachineFacts};

impl MachineFacts {
    pub(crate) fn to_row(&self, definition: &Digest) -> Vec<u8> {
        let _ = definition;
        unimplemented!()
    }
}
