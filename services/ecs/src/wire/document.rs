use std::fmt;

use aws::Shape;
use aws::shape::{Path, Shown, Violations};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Any JSON: what is kept and shown as it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// The same, read as a structure of the model.
    pub(crate) fn read<T: Shape>(&self) -> Result<T, aws::Error> {
        aws::decode(self.0.to_string().as_bytes())
    }

    /// A text that was kept.
    pub(crate) fn of_row(text: &str) -> Result<Self, store::Error> {
        let value = serde_json::from_str(text);
        value.map(Document).map_err(|_| store::Error::Corrupt("a document of the ecs room"))
    }
}

impl Shape for Document {
    type Wire = Document;

    fn from_wire(wire: Document, _: &Path<'_>, _: &mut Violations) -> Option<Self> {
        Some(wire)
    }
}

impl Shown for Document {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
