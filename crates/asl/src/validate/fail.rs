//! Fail: an error and a cause, each in one way.

use super::{Checker, Subject};
use crate::program::Fail;

impl<'d> Checker<'d> {
    pub(super) fn fail(&mut self, subject: &Subject<'d>) -> Fail {
        let place = &subject.place;
        self.one_way(place, "Error");
        self.one_way(place, "Cause");
        Fail {
            error: self.text_or_expression(subject, place, "Error"),
            cause: self.text_or_expression(subject, place, "Cause"),
        }
    }
}
