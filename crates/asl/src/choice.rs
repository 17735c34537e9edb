//! Conditions of Choice rules: the 39 comparison operators, `And`, `Or`, `Not`, and JSONata.
//!
//! A value of another type than the operator compares never matches; a `Variable` that isn't there
//! fails the execution, unless the operator is `IsPresent`.

mod operator;
mod wildcard;

use std::cmp::Ordering;

use json::{Kind, Value};

pub use operator::{Operand, Operator};

use crate::failure::{Fault, error_name};
use crate::java;
use crate::scope::Scope;
use crate::template::{Expression, Problem};
use crate::timestamp::Instant;
use operator::{Family, Relation, Test, Type};
use wildcard::Wildcard;

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
    against: Against,
}

/// The right side of a comparison.
#[derive(Debug)]
enum Against {
    Value(Value),
    Wildcard(Wildcard),
    Path(Expression),
}

impl Condition {
    /// `And` and `Or` stop at the first that decides, so that what follows may be missing.
    pub fn matches(&self, scope: &Scope<'_>) -> Result<bool, Fault> {
        match self {
            Condition::And(conditions) => {
                for condition in conditions {
                    if !condition.matches(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Or(conditions) => {
                for condition in conditions {
                    if condition.matches(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Not(condition) => condition.matches(scope).map(|matched| !matched),
            Condition::Compare(comparison) => comparison.matches(scope),
            Condition::Jsonata(expression) => {
                let value = expression.evaluate_as(Kind::Bool, scope)?;
                Ok(value.as_bool() == Some(true))
            }
        }
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
        let path = |text: &str, field: &str| {
            Expression::json_path(text, &format!("{location}/{field}"), field)
        };
        let against = match (operator.operand(), operator.test(), operand.as_str()) {
            (Operand::Path, _, Some(text)) => Against::Path(path(text, operator.name())?),
            (_, Test::Matches, Some(text)) => Against::Wildcard(Wildcard::parse(text)),
            _ => Against::Value(operand.clone()),
        };
        Ok(Comparison { variable: path(variable, "Variable")?, operator, against })
    }

    pub fn variable(&self) -> &Expression {
        &self.variable
    }

    pub fn operator(&self) -> Operator {
        self.operator
    }

    fn matches(&self, scope: &Scope<'_>) -> Result<bool, Fault> {
        let found = self.variable.look_up(scope)?;
        if let (Test::Is(Type::Present), Against::Value(wanted)) =
            (self.operator.test(), &self.against)
        {
            return Ok(Some(found.is_ok()) == wanted.as_bool());
        }
        let value = found.map_err(|_| missing(&self.variable))?;
        Ok(match &self.against {
            Against::Wildcard(wildcard) => {
                value.as_str().is_some_and(|text| wildcard.matches(text))
            }
            Against::Value(operand) => holds(self.operator.test(), &value, operand),
            Against::Path(path) => {
                let operand = path.look_up(scope)?.map_err(|_| missing(path))?;
                holds(self.operator.test(), &value, &operand)
            }
        })
    }
}

/// Reported for many executions, `floci-io/floci` and others; the corpus is silent.
fn missing(path: &Expression) -> Fault {
    let path = path.source();
    Fault::new(
        error_name::RUNTIME,
        format!(
            "Invalid path '{path}': The choice state's condition path references an invalid value."
        ),
    )
}

fn holds(test: Test, value: &Value, operand: &Value) -> bool {
    match test {
        Test::Order(family, relation) => {
            order(family, value, operand).is_some_and(|order| is(relation, order))
        }
        Test::Is(wanted) => Some(is_of(wanted, value)) == operand.as_bool(),
        // A pattern is compiled, never compared.
        Test::Matches => false,
    }
}

fn is(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Equals => order.is_eq(),
        Relation::LessThan => order.is_lt(),
        Relation::GreaterThan => order.is_gt(),
        Relation::LessThanEquals => order.is_le(),
        Relation::GreaterThanEquals => order.is_ge(),
    }
}

/// `None` if either isn't of the family.
fn order(family: Family, value: &Value, operand: &Value) -> Option<Ordering> {
    match family {
        Family::String => Some(java::compare(value.as_str()?, operand.as_str()?)),
        Family::Numeric => value.as_number()?.partial_cmp(&operand.as_number()?),
        Family::Boolean => Some(value.as_bool()?.cmp(&operand.as_bool()?)),
        Family::Timestamp => {
            let instant = |value: &Value| value.as_str().and_then(Instant::parse);
            Some(instant(value)?.cmp(&instant(operand)?))
        }
    }
}

fn is_of(wanted: Type, value: &Value) -> bool {
    match wanted {
        Type::Null => value.is_null(),
        Type::Present => true,
        Type::Numeric => value.kind() == Kind::Number,
        Type::String => value.kind() == Kind::String,
        Type::Boolean => value.kind() == Kind::Bool,
        Type::Timestamp => value.as_str().and_then(Instant::parse).is_some(),
    }
}
