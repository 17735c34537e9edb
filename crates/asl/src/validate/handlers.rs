//! `Retry` and `Catch`.

use std::sync::Arc;

use super::shape::Bounds;
use super::{Checker, Place, Subject};
use crate::failure::error_name;
use crate::program::{Catcher, QueryLanguage, Retrier};

const RETRIER_FIELDS: &[&str] = &[
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
];
const CATCHER_FIELDS: &[&str] =
    &["ErrorEquals", "Next", "ResultPath", "Output", "Assign", "Comment"];

/// 0 is accepted (badmintoncryer/cdk-preflight, numeric ranges).
const INTERVAL_SECONDS: Bounds = Bounds::new(0, 99_999_999);
const ATTEMPTS: Bounds = Bounds::new(0, 99_999_999);
/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
const DELAY_SECONDS: Bounds = Bounds::new(1, 31_622_400);

impl<'d> Checker<'d> {
    pub(super) fn retriers(&mut self, subject: &Subject<'d>) -> Vec<Retrier> {
        let handlers = self.handlers(subject, "Retry", RETRIER_FIELDS, &["ErrorEquals"]);
        handlers.into_iter().map(|(place, errors)| self.retrier(&place, errors)).collect()
    }

    pub(super) fn catchers(&mut self, subject: &Subject<'d>) -> Vec<Catcher> {
        let handlers = self.handlers(subject, "Catch", CATCHER_FIELDS, &["ErrorEquals", "Next"]);
        handlers
            .into_iter()
            .filter_map(|(place, errors)| self.catcher(subject, &place, errors))
            .collect()
    }

    /// What the elements of both have in common; the errors that each names.
    fn handlers(
        &mut self,
        subject: &Subject<'d>,
        name: &str,
        supported: &[&str],
        required: &[&str],
    ) -> Vec<(Place<'d>, Vec<Arc<str>>)> {
        let Some(list) = subject.place.field(name).filter(|list| self.array(list)) else {
            return Vec::new();
        };
        let places: Vec<Place<'d>> = list.items().collect();
        let last = places.len().saturating_sub(1);
        let mut handlers = Vec::new();
        for (index, place) in places.into_iter().enumerate() {
            if !self.object(&place) {
                continue;
            }
            self.supports_only(&place, supported);
            self.requires(&place, required);
            self.text(&place, "Comment");
            let errors = self.error_equals(&place, index == last);
            handlers.push((place, errors));
        }
        handlers
    }

    fn error_equals(&mut self, handler: &Place<'d>, is_last: bool) -> Vec<Arc<str>> {
        let Some(list) = handler.field("ErrorEquals").filter(|list| self.filled_array(list)) else {
            return Vec::new();
        };
        let mut errors: Vec<Arc<str>> = Vec::new();
        for item in list.items() {
            match item.node.as_str() {
                Some(name) => errors.push(name.into()),
                None => self.schema("Expected value of type String", &item),
            }
        }
        let has_wildcard = errors.iter().any(|name| &**name == error_name::ALL);
        if has_wildcard && (1 < errors.len() || !is_last) {
            self.schema("States.ALL must appear alone and at end of list", &list);
        }
        errors
    }

    fn retrier(&mut self, place: &Place<'d>, errors: Vec<Arc<str>>) -> Retrier {
        let interval = self.integer(place, "IntervalSeconds", INTERVAL_SECONDS);
        let attempts = self.integer(place, "MaxAttempts", ATTEMPTS);
        let delay_max = self.integer(place, "MaxDelaySeconds", DELAY_SECONDS);
        let interval = interval.unwrap_or(1);
        if let Some(field) = place.field("MaxDelaySeconds")
            && delay_max.is_some_and(|delay_max| delay_max <= interval)
        {
            self.schema("MaxDelaySeconds must be greater than IntervalSeconds", &field);
        }
        let jitter = self.choice_of(place, "JitterStrategy", &["NONE", "FULL"]);
        Retrier {
            errors,
            interval_seconds: interval.unsigned_abs(),
            attempts_max: attempts.unwrap_or(3).unsigned_abs(),
            backoff_rate: self.backoff_rate(place).unwrap_or(2.0),
            delay_seconds_max: delay_max.map(i64::unsigned_abs),
            full_jitter: jitter == Some("FULL"),
        }
    }

    fn backoff_rate(&mut self, retrier: &Place<'d>) -> Option<f64> {
        let field = retrier.field("BackoffRate")?;
        let Some(rate) = field.node.as_number().and_then(|digits| digits.parse::<f64>().ok())
        else {
            self.schema("Expected value of type Number", &field);
            return None;
        };
        if rate < 1.0 {
            self.schema("Minimum value is 1.0", &field);
            return None;
        }
        Some(rate)
    }

    fn catcher(
        &mut self,
        subject: &Subject<'d>,
        place: &Place<'d>,
        errors: Vec<Arc<str>>,
    ) -> Option<Catcher> {
        self.speaks(place, subject.language);
        let next = self.target(subject, place, "Next");
        let assign = self.assign(subject, place);
        let (mut result_path, mut output) = Default::default();
        match subject.language {
            QueryLanguage::JsonPath => result_path = self.result_path(place),
            QueryLanguage::Jsonata => output = self.template(subject, place, "Output"),
        }
        Some(Catcher { errors, next: next?, result_path, output, assign })
    }
}
