//! Which query language a state speaks, and the fields that only the other one has.

use super::Checker;
use super::place::Place;
use crate::program::QueryLanguage;

pub(super) const LANGUAGES: &[&str] = &["JSONPath", "JSONata"];

/// Fields, of states and of objects in them, that only JSONPath has.
const JSONPATH_ONLY: &[&str] = &[
    "InputPath",
    "OutputPath",
    "ResultPath",
    "Parameters",
    "ResultSelector",
    "Result",
    "ItemsPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "SecondsPath",
    "TimestampPath",
    "MaxConcurrencyPath",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCountPath",
    "MaxItemsPath",
    "MaxItemsPerBatchPath",
    "MaxInputBytesPerBatchPath",
    "ErrorPath",
    "CausePath",
    "Variable",
    "And",
    "Or",
    "Not",
];

const JSONATA_ONLY: &[&str] = &["Arguments", "Output", "Items", "Condition"];

pub(super) fn name(language: QueryLanguage) -> &'static str {
    match language {
        QueryLanguage::JsonPath => "JSONPath",
        QueryLanguage::Jsonata => "JSONata",
    }
}

impl<'d> Checker<'d> {
    /// The language that a machine or state declares, or inherits from the root machine. Anything but
    /// exactly `JSONPath` makes it JSONata (measured: floci-io/floci#2968).
    pub(super) fn language(
        &mut self,
        owner: &Place<'d>,
        inherited: QueryLanguage,
    ) -> QueryLanguage {
        if !owner.has("QueryLanguage") {
            return inherited;
        }
        match self.choice_of(owner, "QueryLanguage", LANGUAGES) {
            Some("JSONPath") => QueryLanguage::JsonPath,
            _ => QueryLanguage::Jsonata,
        }
    }

    /// Names the fields of the other language. AWS points at the object.
    pub(super) fn speaks(&mut self, object: &Place<'d>, language: QueryLanguage) {
        let (foreign, other) = match language {
            QueryLanguage::JsonPath => (JSONATA_ONLY, "JSONata"),
            QueryLanguage::Jsonata => (JSONPATH_ONLY, "JSONPath"),
        };
        for (field, _) in object.fields().filter(|(field, _)| foreign.contains(field)) {
            let message = format!(
                "The QueryLanguage is set to '{}', but field '{field}' is only supported for the '{other}' QueryLanguage",
                name(language)
            );
            self.schema(message, object);
        }
    }
}
