//! Conditions of Choice rules: the 39 comparison operators, `And`, `Or`, `Not`, and JSONata.

use json::Value;

use crate::failure::Fault;
use crate::scope::Scope;
use crate::template::{Expression, Problem};

/// What makes a Choice rule match.
#[derive(Debug)]
pub enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Comparison),
    /// `Condition` of JSONata; must yield a boolean.
    Jsonata(Expression),
}

/// A `Variable` and its one operator.
#[derive(Debug)]
pub struct Comparison {
    variable: Expression,
    operator: Operator,
    operand: Value,
}

/// A comparison operator: `StringEquals`, `NumericLessThanPath`, `IsPresent` …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    name: &'static str,
}

/// What an operator's operand must be in the definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    String,
    Number,
    Boolean,
    /// A string that is an RFC 3339 timestamp.
    Timestamp,
    /// A string that is a reference path.
    Path,
}

impl Operator {
    /// All 39, in the order of the States Language specification.
    pub const ALL: &[Operator] = &[];

    pub fn from_name(name: &str) -> Option<Operator> {
        Operator::ALL.iter().find(|operator| operator.name == name).copied()
    }

    pub fn name(self) -> &'static str {
        self.name
    }

    pub fn operand(self) -> Operand {
        Operand::String
    }
}

impl Comparison {
    /// `location` is the slash path of the rule (`Choices[0]/And[1]`). The operand's type must have
    /// been checked against [`Operator::operand`]; paths are compiled here.
    pub fn compile(
        variable: &str,
        operator: Operator,
        operand: &Value,
        location: &str,
    ) -> Result<Comparison, Problem> {
        let language = crate::program::QueryLanguage::JsonPath;
        let variable = Expression::compile(variable, language, location)?;
        Ok(Comparison { variable, operator, operand: operand.clone() })
    }

    pub fn variable(&self) -> &Expression {
        &self.variable
    }

    pub fn operator(&self) -> Operator {
        self.operator
    }
}

impl Condition {
    pub fn matches(&self, scope: &Scope<'_>) -> Result<bool, Fault> {
        match self {
            Condition::Compare(comparison) => Ok(comparison.operand.is_null()),
            Condition::Jsonata(expression) => expression.evaluate(scope).map(|v| v == true.into()),
            Condition::Not(condition) => condition.matches(scope).map(|matched| !matched),
            Condition::And(_) | Condition::Or(_) => Ok(false),
        }
    }
}
