//! Templates, expressions, paths and typed values: compiled by `template` and `path`, reported here.

use std::collections::HashSet;

use super::shape::Bounds;
use super::{Checker, Place, Subject};
use crate::diagnostic::Code;
use crate::path::ReferencePath;
use crate::program::{Quantity, QueryLanguage, Text};
use crate::template::{Expression, Problem, Template};

/// What `ErrorPath` and `CausePath` may call.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html>
const TEXT_FUNCTIONS: &[&str] = &[
    "States.Format",
    "States.JsonToString",
    "States.ArrayGetItem",
    "States.Base64Encode",
    "States.Base64Decode",
    "States.Hash",
    "States.UUID",
];

/// Whether a string of a JSONata state is an expression rather than a text.
pub(super) fn is_expression(text: &str) -> bool {
    4 <= text.len() && text.starts_with("{%") && text.ends_with("%}")
}

impl<'d> Checker<'d> {
    /// A field that holds any JSON with expressions inside.
    pub(super) fn template(
        &mut self,
        subject: &Subject<'d>,
        object: &Place<'d>,
        name: &str,
    ) -> Option<Template> {
        let field = object.field(name)?;
        self.template_at(subject, &field)
    }

    pub(super) fn template_at(
        &mut self,
        subject: &Subject<'d>,
        field: &Place<'d>,
    ) -> Option<Template> {
        match subject.language {
            QueryLanguage::JsonPath => {
                self.suspicious_template(field);
                self.names_given_twice(field);
            }
            QueryLanguage::Jsonata => self.delimiters(field),
        }
        let value = self.definition.value(field.node);
        match Template::compile(&value, subject.language, field.in_state()) {
            Ok(template) => {
                template.expressions().for_each(|expression| self.note(subject, expression));
                Some(template)
            }
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.problem(subject, problem));
                None
            }
        }
    }

    /// Every string that opens like an expression closes like one, and the other way round.
    fn delimiters(&mut self, field: &Place<'d>) {
        let mut pending = vec![field.clone()];
        while let Some(place) = pending.pop() {
            if let Some(text) = place.node.as_str()
                && !is_expression(text)
                && (text.starts_with("{%") || text.ends_with("%}"))
            {
                self.schema("JSONata string must start with {% and end with %}", &place);
            }
            let inner = place.fields().map(|(_, inner)| inner).chain(place.items());
            pending.extend(inner.collect::<Vec<_>>().into_iter().rev());
        }
    }

    /// `"a"` and `"a.$"` would both become `a`.
    fn names_given_twice(&mut self, field: &Place<'d>) {
        let mut pending = vec![field.clone()];
        while let Some(place) = pending.pop() {
            let names: HashSet<&str> = place.fields().map(|(name, _)| name).collect();
            for (name, _) in place.fields() {
                if let Some(bare) = name.strip_suffix(".$")
                    && names.contains(bare)
                {
                    self.at_most_one(&place, &[bare, name]);
                }
            }
            let inner = place.fields().map(|(_, inner)| inner).chain(place.items());
            pending.extend(inner.collect::<Vec<_>>().into_iter().rev());
        }
    }

    /// The JSONata expression in a field that must hold one.
    pub(super) fn jsonata(
        &mut self,
        subject: &Subject<'d>,
        place: &Place<'d>,
        text: &str,
    ) -> Option<Expression> {
        if !is_expression(text) {
            self.schema("JSONata string must start with {% and end with %}", place);
            return None;
        }
        self.expression(subject, place, text)
    }

    fn expression(
        &mut self,
        subject: &Subject<'d>,
        place: &Place<'d>,
        text: &str,
    ) -> Option<Expression> {
        match Expression::compile(text, subject.language, place.in_state()) {
            Ok(expression) => {
                self.note(subject, &expression);
                Some(expression)
            }
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.problem(subject, problem));
                None
            }
        }
    }

    /// A path in a field whose name ends in `Path`.
    pub(super) fn path(
        &mut self,
        subject: &Subject<'d>,
        object: &Place<'d>,
        name: &str,
    ) -> Option<Expression> {
        self.path_or_call(subject, object, name, &[])
    }

    /// A path, or a call of one of a few intrinsic functions.
    fn path_or_call(
        &mut self,
        subject: &Subject<'d>,
        object: &Place<'d>,
        name: &str,
        functions: &[&str],
    ) -> Option<Expression> {
        let text = self.text(object, name)?;
        let field = object.field(name)?;
        let is_call = |text: &str| {
            functions.iter().any(|function| {
                text.strip_prefix(function).is_some_and(|rest| rest.starts_with('('))
            })
        };
        let expression = Expression::compile(text, QueryLanguage::JsonPath, field.in_state()).ok();
        let good = expression.filter(|good| good.path().is_some() || is_call(text));
        let good = good.filter(|good| self.is_stored || good.bad_escape().is_none());
        match &good {
            Some(expression) => self.note(subject, expression),
            None => self.schema("Value must be a valid JSONPath.", &field),
        }
        good
    }

    /// A path to one place.
    pub(super) fn reference(
        &mut self,
        subject: &Subject<'d>,
        object: &Place<'d>,
        name: &str,
    ) -> Option<Expression> {
        let expression = self.path(subject, object, name)?;
        if expression.path().is_some_and(|path| path.is_reference_path()) {
            return Some(expression);
        }
        let field = object.field(name)?;
        self.not_a_reference(expression.source(), &field);
        None
    }

    pub(super) fn not_a_reference(&mut self, text: &str, field: &Place<'d>) {
        let message = match ReferencePath::parse(text) {
            Err(error) => format!("Value is not a Reference Path: {}", error.message),
            Ok(_) => "Value is not a Reference Path".to_owned(),
        };
        self.schema(message, field);
    }

    /// A value and its `…Path` exclude each other.
    pub(super) fn one_way(&mut self, object: &Place<'d>, name: &str) {
        self.at_most_one(object, &[name, &format!("{name}Path")]);
    }

    /// A whole number that is given literally, by a `…Path`, or by JSONata.
    pub(super) fn quantity(
        &mut self,
        subject: &Subject<'d>,
        object: &Place<'d>,
        name: &str,
        bounds: Bounds,
    ) -> Option<Quantity> {
        let by_path = format!("{name}Path");
        if subject.language == QueryLanguage::JsonPath && object.has(&by_path) {
            return self.reference(subject, object, &by_path).map(Quantity::Computed);
        }
        let field = object.field(name)?;
        if let Some(expression) = self.computed(subject, &field) {
            return expression.map(Quantity::Computed);
        }
        self.integer_at(&field, bounds).map(|number| Quantity::Literal(number as f64))
    }

    /// The expression, if the field holds one: `Some(None)` if it holds a bad one.
    #[expect(clippy::option_option, reason = "a bad expression isn't a literal")]
    pub(super) fn computed(
        &mut self,
        subject: &Subject<'d>,
        field: &Place<'d>,
    ) -> Option<Option<Expression>> {
        let text = field.node.as_str()?;
        if subject.language == QueryLanguage::Jsonata && text.starts_with("{%") {
            return Some(self.jsonata(subject, field, text));
        }
        self.suspicious_literal(subject, field);
        None
    }

    /// A text that is given literally, by a `…Path`, or by JSONata.
    pub(super) fn text_or_expression(
        &mut self,
        subject: &Subject<'d>,
        object: &Place<'d>,
        name: &str,
    ) -> Option<Text> {
        let by_path = format!("{name}Path");
        if subject.language == QueryLanguage::JsonPath && object.has(&by_path) {
            let path = self.path_or_call(subject, object, &by_path, TEXT_FUNCTIONS);
            return path.map(Text::Computed);
        }
        let field = object.field(name)?;
        if let Some(expression) = self.computed(subject, &field) {
            return expression.map(Text::Computed);
        }
        self.text(object, name).map(|text| Text::Literal(text.into()))
    }

    pub(super) fn problem(&mut self, subject: &Subject<'d>, problem: Problem) {
        if self.has_told_enough() {
            return;
        }
        let place = subject.place.descend(&problem.location);
        let code = Code::of_expression(problem.code);
        let location = format!("{}/{}", subject.place.location(), problem.location);
        self.report_at(code, problem.message, Some(location), &place);
    }
}
