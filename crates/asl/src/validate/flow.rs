//! How data goes through a state: paths, templates and variables that many types share.

use super::state_type::StateType;
use super::{Checker, Place, Subject};
use crate::path::{ReferencePath, Root};
use crate::program::{Flow, QueryLanguage, ResultPath, Selection};

impl<'d> Checker<'d> {
    /// Fields that the state's type or language doesn't have are told of elsewhere; they aren't read.
    pub(super) fn flow(&mut self, subject: &Subject<'d>) -> Flow {
        let place = &subject.place;
        let mut flow = Flow { assign: self.assign(subject, place), ..Flow::default() };
        match subject.language {
            QueryLanguage::JsonPath => {
                flow.input_path = self.selection(subject, "InputPath");
                flow.output_path = self.selection(subject, "OutputPath");
                flow.result_path = self.result_path(place);
                flow.result_selector = self.template(subject, place, "ResultSelector");
                if subject.kind != StateType::Map {
                    flow.arguments = self.template(subject, place, "Parameters");
                }
            }
            QueryLanguage::Jsonata => {
                flow.arguments = self.template(subject, place, "Arguments");
                flow.output = self.template(subject, place, "Output");
            }
        }
        flow
    }

    fn selection(&mut self, subject: &Subject<'d>, name: &str) -> Selection {
        let Some(field) = subject.place.field(name) else { return Selection::Whole };
        if field.node.is_null() {
            return Selection::Nothing;
        }
        match self.path(subject, &subject.place, name) {
            Some(expression) if expression.source() != "$" => Selection::At(expression),
            _ => Selection::Whole,
        }
    }

    /// `ResultPath` of a state or a catcher.
    pub(super) fn result_path(&mut self, object: &Place<'d>) -> ResultPath {
        let Some(field) = object.field("ResultPath") else { return ResultPath::Replace };
        if field.node.is_null() {
            return ResultPath::Discard;
        }
        let Some(text) = self.text(object, "ResultPath") else { return ResultPath::Replace };
        if text == "$" {
            return ResultPath::Replace;
        }
        match ReferencePath::parse(text) {
            Ok(path) if *path.path().root() == Root::Data => ResultPath::At(path),
            Ok(_) | Err(_) => {
                self.not_a_reference(text, &field);
                ResultPath::Replace
            }
        }
    }
}
