//! Filters and conditions as expressions of DynamoDB.

use json::{Object, Value};

use crate::functions::dynamodb::to_dynamodb;
use crate::outcome::Failure;

#[derive(Default)]
struct Expression {
    names: Object,
    values: Object,
}

/// `{expression, expressionNames, expressionValues}` as JSON text.
///
/// Recorded: `(contains(#title,:title_contains))`, without the blank that AWS's documentation has, and
/// `(attribute_exists(#id)) AND (#version = :version_eq)` (reference/appsync §3.5).
/// Below `and`, `or` and `not` the names of values tell the way to them: `:or_0_title_contains`.
pub(super) fn expression(filter: &Value, what: &str) -> Result<Value, Failure> {
    let mut expression = Expression::default();
    let text = expression.terms(filter, "", what)?.join(" AND ");
    let document = Value::object([
        ("expression", Value::from(text)),
        ("expressionNames", expression.names.into()),
        ("expressionValues", expression.values.into()),
    ]);
    Ok(document.to_string().into())
}

impl Expression {
    /// What the members of a filter ask, which all has to hold: each in parentheses.
    fn terms(&mut self, filter: &Value, path: &str, what: &str) -> Result<Vec<String>, Failure> {
        let mut terms = Vec::new();
        for (name, value) in filter.entries() {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}_{name}") };
            match name {
                "and" | "or" => terms.extend(self.group(name, &value, &path, what)?),
                "not" => {
                    let inner = self.terms(&value, &path, what)?;
                    if !inner.is_empty() {
                        terms.push(format!("(NOT {})", enclosed(&inner, " AND ")));
                    }
                }
                field => terms.extend(self.field(field, &value, &path, what)?),
            }
        }
        Ok(terms)
    }

    /// The filters below `and` or `or`. One alone is what it is: DynamoDB refuses parentheses around parentheses.
    fn group(
        &mut self,
        name: &str,
        filters: &Value,
        path: &str,
        what: &str,
    ) -> Result<Vec<String>, Failure> {
        if filters.kind() != json::Kind::Array {
            return self.terms(filters, path, what);
        }
        let mut parts = Vec::new();
        for (place, filter) in filters.items().enumerate() {
            parts.push(self.terms(&filter, &format!("{path}_{place}"), what)?);
        }
        parts.retain(|terms| !terms.is_empty());
        if parts.len() < 2 {
            return Ok(parts.pop().unwrap_or_default());
        }
        let joiner = if name == "and" { " AND " } else { " OR " };
        let parts: Vec<String> = parts.iter().map(|terms| terms.join(" AND ")).collect();
        Ok(vec![enclosed(&parts, joiner)])
    }

    /// The conditions on one field, joined by AND, in parentheses.
    fn field(
        &mut self,
        field: &str,
        conditions: &Value,
        path: &str,
        what: &str,
    ) -> Result<Option<String>, Failure> {
        let mut terms = Vec::new();
        for (operator, operand) in conditions.entries() {
            terms.push(self.condition(field, operator, &operand, path, what)?);
        }
        if terms.is_empty() {
            return Ok(None);
        }
        self.names.insert(format!("#{field}"), field);
        Ok(Some(format!("({})", terms.join(" AND "))))
    }

    fn condition(
        &mut self,
        field: &str,
        operator: &str,
        operand: &Value,
        path: &str,
        what: &str,
    ) -> Result<String, Failure> {
        let name = format!("#{field}");
        let value = |this: &mut Self, suffix: &str, operand: &Value| {
            let key = format!(":{path}_{operator}{suffix}");
            this.values.insert(key.clone(), to_dynamodb(operand));
            key
        };
        let comparator = match operator {
            "eq" => "=",
            "ne" => "<>",
            "lt" => "<",
            "le" => "<=",
            "gt" => ">",
            "ge" => ">=",
            _ => "",
        };
        Ok(match operator {
            _ if !comparator.is_empty() => {
                format!("{name} {comparator} {}", value(self, "", operand))
            }
            "contains" => format!("contains({name},{})", value(self, "", operand)),
            "notContains" => format!("NOT contains({name},{})", value(self, "", operand)),
            "beginsWith" => format!("begins_with({name},{})", value(self, "", operand)),
            "between" => {
                let from = value(self, "_1", &operand.at(0).unwrap_or_default());
                let to = value(self, "_2", &operand.at(1).unwrap_or_default());
                format!("{name} BETWEEN {from} AND {to}")
            }
            "in" => {
                let keys: Vec<String> = operand
                    .items()
                    .enumerate()
                    .map(|(place, item)| value(self, &format!("_{place}"), &item))
                    .collect();
                format!("{name} IN ({})", keys.join(","))
            }
            "attributeExists" if operand.as_bool() == Some(false) => {
                format!("attribute_not_exists({name})")
            }
            "attributeExists" => format!("attribute_exists({name})"),
            "attributeType" => {
                format!("attribute_type({name},{})", value(self, "", &type_tag(operand)))
            }
            "size" => {
                let mut terms = Vec::new();
                for (operator, operand) in operand.entries() {
                    let path = format!("{path}_size");
                    let term = self.condition(field, operator, &operand, &path, what)?;
                    terms.push(term.replace(&name, &format!("size({name})")));
                }
                terms.join(" AND ")
            }
            _ => {
                let message = format!("Unsupported {what} operator: {operator}");
                return Err(Failure::fault(message));
            }
        })
    }
}

/// Several terms in parentheses; one has its own.
fn enclosed(terms: &[String], joiner: &str) -> String {
    match terms {
        [term] => term.clone(),
        terms => format!("({})", terms.join(joiner)),
    }
}

/// The tag of a type that the enumeration `ModelAttributeTypes` of Amplify names, or `@aws-appsync/utils`
/// (`DynamoDBAttributeTypeValues`, which has `boolean`); another text is a tag itself.
pub fn type_tag(name: &Value) -> Value {
    let tag = match name.as_str().unwrap_or_default() {
        "binary" => "B",
        "binarySet" => "BS",
        "bool" | "boolean" => "BOOL",
        "list" => "L",
        "map" => "M",
        "number" => "N",
        "numberSet" => "NS",
        "string" => "S",
        "stringSet" => "SS",
        "_null" => "NULL",
        tag => tag,
    };
    tag.into()
}
