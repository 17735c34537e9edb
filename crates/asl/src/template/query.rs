//! A JSONata expression: what it sees, and how its failures are told.

use json::{Object, Value};
use jsonata::{Call, Limits, Outcome, Profile};

use crate::scope::Scope;

#[derive(Debug)]
pub(super) struct Query {
    expression: jsonata::Expression,
}

impl Query {
    /// Codes and messages of [`Problem`](super::Problem)s if it doesn't compile.
    pub(super) fn compile(source: &str) -> Result<Query, Vec<(&'static str, String)>> {
        let expression = jsonata::Expression::compile(source, Profile::StepFunctions)
            .map_err(|error| vec![("INVALID_JSONATA_EXPRESSION", error.message)])?;
        let refused: Vec<(&'static str, String)> = expression
            .references()
            .refusals()
            .map(|message| ("UNSUPPORTED_JSONATA_EXPRESSION", message))
            .collect();
        if refused.is_empty() { Ok(Query { expression }) } else { Err(refused) }
    }

    pub(super) fn variables(&self) -> Vec<&str> {
        self.expression.references().variables.iter().map(String::as_str).collect()
    }

    pub(super) fn states_members(&self) -> Vec<&str> {
        self.expression.references().states.iter().map(String::as_str).collect()
    }

    /// The end of AWS's sentence if there is no value.
    pub(super) fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, String> {
        let bindings = |name: &str| match name {
            "states" => Some(self.states(scope)),
            _ => (scope.variables)(name),
        };
        let mut call = Call {
            input: None,
            bindings: &bindings,
            now: scope.now,
            entropy: &mut scope.entropy.borrow_mut(),
            limits: Limits { steps: Limits::AWS.steps.min(scope.budget.left()), ..Limits::AWS },
            steps: 0,
        };
        let outcome = self.expression.evaluate(&mut call);
        scope.budget.spend(call.steps);
        match outcome {
            Ok(Outcome::Value(value)) => Ok(value),
            Ok(Outcome::Undefined) => Err("returned nothing (undefined).".into()),
            Ok(Outcome::Unsupported(_)) => Err("returned an unsupported result type.".into()),
            Err(error) => Err(format!("threw an error during evaluation{}", error.sentence_end())),
        }
    }

    /// `$states`, with no more than the expression reads of it.
    fn states(&self, scope: &Scope<'_>) -> Value {
        let references = self.expression.references();
        let read = |member: &str| references.whole_states || references.states.contains(member);
        let mut states = Object::with_capacity(4);
        if read("input") {
            states.insert("input", scope.input.clone());
        }
        if let Some(result) = scope.result.filter(|_| read("result")) {
            states.insert("result", result.clone());
        }
        if let Some(error_output) = scope.error_output.filter(|_| read("errorOutput")) {
            states.insert("errorOutput", error_output.clone());
        }
        if read("context") {
            states.insert("context", (scope.context)());
        }
        states.into()
    }
}
