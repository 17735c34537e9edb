//! Wait: until when, in exactly one way.

use super::shape::Bounds;
use super::{Checker, Subject};
use crate::program::{Text, Wait, WaitUntil};
use crate::timestamp::Instant;

/// In AWS's order (badmintoncryer/cdk-preflight, `pf-sfn-asl-wait-timing`).
const WAYS: &[&str] = &["SecondsPath", "Seconds", "TimestampPath", "Timestamp"];
const SECONDS: Bounds = Bounds::new(0, 99_999_999);

impl<'d> Checker<'d> {
    pub(super) fn wait(&mut self, subject: &Subject<'d>) -> Option<Wait> {
        let place = &subject.place;
        self.exactly_one(place, WAYS);
        let until = if place.has("Seconds") || place.has("SecondsPath") {
            self.quantity(subject, place, "Seconds", SECONDS).map(WaitUntil::Seconds)
        } else {
            let timestamp = self.text_or_expression(subject, place, "Timestamp");
            if let (Some(Text::Literal(text)), Some(field)) = (&timestamp, place.field("Timestamp"))
                && self.is_bad_timestamp(text)
            {
                self.schema("String does not match RFC3339 timestamp", &field);
            }
            timestamp.map(WaitUntil::Timestamp)
        };
        let next = self.next(subject);
        Some(Wait { until: until?, next: next? })
    }

    /// Whether it isn't RFC 3339 with an upper-case `T`, and `Z` or an offset, as far as it can be
    /// read at run time. <https://states-language.net/#timestamps>
    pub(super) fn is_bad_timestamp(&self, text: &str) -> bool {
        let is_good = text.as_bytes().get(10) == Some(&b'T') && Instant::parse(text).is_some();
        !is_good && !self.is_stored
    }
}
