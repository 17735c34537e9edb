//! Choice: rules, each with one condition and a target.

use super::{Checker, Place, Subject};
use crate::choice::{Comparison, Condition, Operand, Operator};
use crate::diagnostic::Code;
use crate::path::Path;
use crate::program::{Choice, ChoiceRule, QueryLanguage};
use crate::template::Expression;

/// What a rule decides by, in AWS's order (badmintoncryer/cdk-preflight, `pf-sfn-asl-choice-rules`).
const SELECTORS: &[&str] = &["And", "Or", "Not", "Variable", "Condition"];
/// What only a whole rule has, not one inside `And`, `Or` or `Not`.
const RULE_FIELDS: &[&str] = &["Next", "Assign", "Output"];
/// How deep `And`, `Or` and `Not` may nest; ours, so that rules fit on a small stack.
const NESTING_MAX: usize = 100;

impl<'d> Checker<'d> {
    pub(super) fn choice(&mut self, subject: &Subject<'d>) -> Option<Choice> {
        let place = &subject.place;
        self.requires(place, &["Choices"]);
        let default =
            place.has("Default").then(|| self.target(subject, place, "Default")).flatten();
        let choices = place.field("Choices")?;
        if !self.filled_array(&choices) {
            return None;
        }
        let rules = choices.items().filter_map(|rule| self.rule(subject, &rule)).collect();
        Some(Choice { rules, default })
    }

    fn rule(&mut self, subject: &Subject<'d>, rule: &Place<'d>) -> Option<ChoiceRule> {
        if !self.object(rule) {
            return None;
        }
        self.requires(rule, &["Next"]);
        self.speaks(rule, subject.language);
        let condition = match subject.language {
            QueryLanguage::JsonPath => self.condition(subject, rule, 0),
            QueryLanguage::Jsonata => self.jsonata_condition(subject, rule),
        };
        let next = self.target(subject, rule, "Next");
        let assign = self.assign(subject, rule);
        let output = match subject.language {
            QueryLanguage::JsonPath => None,
            QueryLanguage::Jsonata => self.template(subject, rule, "Output"),
        };
        Some(ChoiceRule { condition: condition?, next: next?, output, assign })
    }

    fn jsonata_condition(&mut self, subject: &Subject<'d>, rule: &Place<'d>) -> Option<Condition> {
        for (name, _) in rule.fields() {
            let is_of_rules = RULE_FIELDS.contains(&name) || SELECTORS.contains(&name);
            if name != "Comment" && !is_of_rules {
                self.unsupported(rule, name);
            }
        }
        let Some(field) = rule.field("Condition") else {
            self.requires(rule, &["Condition"]);
            return None;
        };
        if let Some(literal) = field.node.as_bool() {
            let text = format!("{{% {literal} %}}");
            return self.jsonata(subject, &field, &text).map(Condition::Jsonata);
        }
        let text = self.text(rule, "Condition")?;
        self.jsonata(subject, &field, text).map(Condition::Jsonata)
    }

    /// A JSONPath rule, or one inside `And`, `Or`, `Not`.
    fn condition(
        &mut self,
        subject: &Subject<'d>,
        rule: &Place<'d>,
        depth: usize,
    ) -> Option<Condition> {
        if !self.object(rule) {
            return None;
        }
        if depth == NESTING_MAX {
            self.report(Code::TooDeeplyNested, "The choice rules are too deeply nested", rule);
            return None;
        }
        for (name, _) in rule.fields() {
            let known = SELECTORS.contains(&name)
                || name == "Comment"
                || Operator::from_name(name).is_some()
                || (depth == 0 && RULE_FIELDS.contains(&name));
            if !known {
                self.unsupported(rule, name);
            }
        }
        let found: Vec<&str> =
            SELECTORS.iter().filter(|selector| rule.has(selector)).copied().collect();
        let [selector] = found[..] else {
            let list = SELECTORS.join(", ");
            let message =
                format!("The object must have only one of the following fields, [{list}]");
            self.schema(message, rule);
            return None;
        };
        let field = rule.field(selector)?;
        match selector {
            "Not" => {
                self.condition(subject, &field, depth + 1).map(|c| Condition::Not(Box::new(c)))
            }
            "Variable" => self.comparison(subject, rule).map(Condition::Compare),
            "And" | "Or" => {
                if !self.filled_array(&field) {
                    return None;
                }
                let conditions: Vec<_> =
                    field.items().map(|rule| self.condition(subject, &rule, depth + 1)).collect();
                let conditions: Vec<Condition> = conditions.into_iter().collect::<Option<_>>()?;
                let combine = if selector == "And" { Condition::And } else { Condition::Or };
                Some(combine(conditions))
            }
            _ => None,
        }
    }

    fn comparison(&mut self, subject: &Subject<'d>, rule: &Place<'d>) -> Option<Comparison> {
        let names: Vec<&str> = Operator::ALL.iter().map(|operator| operator.name()).collect();
        self.exactly_one(rule, &names);
        let variable = self.text(rule, "Variable");
        let place = rule.field("Variable")?;
        let variable = variable.filter(|text| self.choice_path(text, &place));
        let operator = Operator::ALL.iter().find(|operator| rule.has(operator.name())).copied()?;
        let operand = rule.field(operator.name())?;
        if !self.operand(subject, operator, &operand) {
            return None;
        }
        let value = self.definition.value(operand.node);
        match Comparison::compile(variable?, operator, &value, rule.in_state()) {
            Ok(comparison) => {
                self.note(subject, comparison.variable());
                Some(comparison)
            }
            Err(problem) => {
                self.problem(subject, problem);
                None
            }
        }
    }

    fn operand(&mut self, subject: &Subject<'d>, operator: Operator, operand: &Place<'d>) -> bool {
        let node = operand.node;
        let message = match operator.operand() {
            Operand::Path => {
                let Some(text) = node.as_str().filter(|text| self.choice_path(text, operand))
                else {
                    if node.as_str().is_none() {
                        self.schema("Expected value of type String", operand);
                    }
                    return false;
                };
                let language = QueryLanguage::JsonPath;
                if let Ok(path) = Expression::compile(text, language, operand.in_state()) {
                    self.note(subject, &path);
                }
                return true;
            }
            Operand::String if node.as_str().is_none() => "Expected value of type String",
            Operand::Number if node.as_number().is_none() => "Expected value of type Number",
            Operand::Boolean if node.as_bool().is_none() => "Expected value of type Boolean",
            Operand::Timestamp if node.as_str().is_none() => "Expected value of type String",
            Operand::Timestamp if node.as_str().is_some_and(|text| self.is_bad_timestamp(text)) => {
                "String does not match RFC3339 timestamp"
            }
            Operand::String | Operand::Number | Operand::Boolean | Operand::Timestamp => {
                return true;
            }
        };
        self.schema(message, operand);
        false
    }

    fn choice_path(&mut self, text: &str, place: &Place<'d>) -> bool {
        let good = text.starts_with('$') && Path::parse(text).is_ok();
        if !good {
            self.not_a_reference(text, place);
        }
        good
    }
}
