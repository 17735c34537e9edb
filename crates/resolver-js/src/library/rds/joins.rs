//! What a selection is joined with.
//!
//! Nobody has recorded what AWS writes; what each kind of join means is in its samples.
//! <https://github.com/aws-samples/aws-appsync-resolver-samples/tree/main/samples/rds>

use json::{Kind, Value};
use resolver::Failure;

use super::clauses::{columns, given, source};
use super::condition;
use super::dialect::{Dialect, Writer};

const KINDS: [(&str, &str); 13] = [
    ("join", "JOIN"),
    ("innerJoin", "INNER JOIN"),
    ("leftJoin", "LEFT JOIN"),
    ("leftOuterJoin", "LEFT OUTER JOIN"),
    ("rightJoin", "RIGHT JOIN"),
    ("rightOuterJoin", "RIGHT OUTER JOIN"),
    ("crossJoin", "CROSS JOIN"),
    ("joinNatural", "NATURAL JOIN"),
    ("innerJoinNatural", "NATURAL INNER JOIN"),
    ("leftJoinNatural", "NATURAL LEFT JOIN"),
    ("leftOuterJoinNatural", "NATURAL LEFT OUTER JOIN"),
    ("rightJoinNatural", "NATURAL RIGHT JOIN"),
    ("rightOuterJoinNatural", "NATURAL RIGHT OUTER JOIN"),
];
/// PostgreSQL alone has these.
const FULL_KINDS: [(&str, &str); 2] =
    [("fullOuterJoin", "FULL OUTER JOIN"), ("fullOuterJoinNatural", "NATURAL FULL OUTER JOIN")];

/// The joins of all kinds, in the order in which they were asked for.
pub(super) fn all(writer: &mut Writer, asked: &Value) -> Result<String, Failure> {
    let mut joins = Vec::new();
    for (kind, wanted) in asked.entries().filter(|(_, wanted)| !wanted.is_null()) {
        let known = KINDS.iter().chain(&FULL_KINDS).find(|(known, _)| *known == kind);
        let Some((_, words)) = known else { continue };
        let is_full = FULL_KINDS.iter().any(|(full, _)| *full == kind);
        if is_full && writer.dialect == Dialect::MySql {
            return Err(Failure::fault(format!("{kind} is not supported in MySQL.")));
        }
        if wanted.kind() != Kind::Array {
            return Err(Failure::fault(format!("{kind} expects an array.")));
        }
        for item in wanted.items() {
            if item.kind() != Kind::Object {
                return Err(Failure::fault(format!("{kind} item expected to be an object.")));
            }
            joins.push(format!("{words} {}", one(writer, &item)?));
        }
    }
    Ok(joins.join(" "))
}

fn one(writer: &mut Writer, item: &Value) -> Result<String, Failure> {
    let mut join = source(writer, item)?;
    if let Some(using) = given(item, "using") {
        if using.kind() != Kind::Array {
            return Err(Failure::fault("using expects an array."));
        }
        join += &format!(" USING ({})", columns(writer, &using)?);
    }
    let on = condition::place(writer, item, "on", "ON")?;
    if !on.is_empty() {
        join = format!("{join} {on}");
    }
    Ok(join)
}
