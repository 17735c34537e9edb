use json::Value;

use crate::wire::{InspectionData, InspectionErrorDetails};

/// What became of the data on its way through the state: each step that ran.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html>
#[derive(Clone, Debug, Default)]
pub(super) struct Inspection {
    /// As given, white space and all.
    pub(super) input: String,
    pub(super) after_arguments: Option<Value>,
    pub(super) after_input_path: Option<Value>,
    pub(super) after_parameters: Option<Value>,
    pub(super) result: Option<Value>,
    pub(super) after_result_selector: Option<Value>,
    pub(super) after_result_path: Option<Value>,
    pub(super) after_items_path: Option<Value>,
    pub(super) after_item_selector: Option<Value>,
    pub(super) tolerated_failure_count: Option<u64>,
    pub(super) tolerated_failure_percentage: Option<f64>,
    pub(super) max_concurrency: Option<u64>,
    pub(super) catch_index: Option<usize>,
    pub(super) retry_index: Option<usize>,
    pub(super) retry_backoff_seconds: Option<f64>,
}

impl Inspection {
    pub(super) fn to_wire(&self, variables: Option<Value>) -> InspectionData {
        let text = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
        InspectionData {
            input: Some(self.input.clone()),
            after_arguments: text(&self.after_arguments),
            after_input_path: text(&self.after_input_path),
            after_parameters: text(&self.after_parameters),
            result: text(&self.result),
            after_result_selector: text(&self.after_result_selector),
            after_result_path: text(&self.after_result_path),
            variables: text(&variables),
            error_details: self.error_details(),
            after_items_path: text(&self.after_items_path),
            after_item_selector: text(&self.after_item_selector),
            tolerated_failure_count: self.tolerated_failure_count.map(integer),
            tolerated_failure_percentage: self.tolerated_failure_percentage,
            max_concurrency: self.max_concurrency.map(integer),
        }
    }

    fn error_details(&self) -> Option<InspectionErrorDetails> {
        if self.catch_index.is_none() && self.retry_index.is_none() {
            return None;
        }
        let index = |index: Option<usize>| index.map(|index| integer(index as u64));
        Some(InspectionErrorDetails {
            catch_index: index(self.catch_index),
            retry_index: index(self.retry_index),
            retry_backoff_interval_seconds: self
                .retry_backoff_seconds
                .map(|seconds| integer(seconds.round() as u64)),
        })
    }
}

fn integer(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
