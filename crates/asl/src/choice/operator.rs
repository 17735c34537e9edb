//! The comparison operators, each once.

/// A comparison operator: `StringEquals`, `NumericLessThanPath`, `IsPresent` …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    name: &'static str,
    test: Test,
    operand: Operand,
}

/// What an operator's operand must be in the definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    String,
    Number,
    Boolean,
    /// A string that is an RFC 3339 timestamp.
    Timestamp,
    /// A string that is a path.
    Path,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Test {
    Order(Family, Relation),
    /// `StringMatches`.
    Matches,
    Is(Type),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Family {
    String,
    Numeric,
    Boolean,
    Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Relation {
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Type {
    Null,
    Present,
    Numeric,
    String,
    Boolean,
    Timestamp,
}

impl Operator {
    /// All 39.
    pub const ALL: &[Operator] = &{
        use Family::{Boolean, Numeric, String, Timestamp};
        use Relation::{Equals, GreaterThan, GreaterThanEquals, LessThan, LessThanEquals};
        [
            order("StringEquals", String, Equals),
            by_path("StringEqualsPath", String, Equals),
            order("StringLessThan", String, LessThan),
            by_path("StringLessThanPath", String, LessThan),
            order("StringGreaterThan", String, GreaterThan),
            by_path("StringGreaterThanPath", String, GreaterThan),
            order("StringLessThanEquals", String, LessThanEquals),
            by_path("StringLessThanEqualsPath", String, LessThanEquals),
            order("StringGreaterThanEquals", String, GreaterThanEquals),
            by_path("StringGreaterThanEqualsPath", String, GreaterThanEquals),
            Operator { name: "StringMatches", test: Test::Matches, operand: Operand::String },
            order("NumericEquals", Numeric, Equals),
            by_path("NumericEqualsPath", Numeric, Equals),
            order("NumericLessThan", Numeric, LessThan),
            by_path("NumericLessThanPath", Numeric, LessThan),
            order("NumericGreaterThan", Numeric, GreaterThan),
            by_path("NumericGreaterThanPath", Numeric, GreaterThan),
            order("NumericLessThanEquals", Numeric, LessThanEquals),
            by_path("NumericLessThanEqualsPath", Numeric, LessThanEquals),
            order("NumericGreaterThanEquals", Numeric, GreaterThanEquals),
            by_path("NumericGreaterThanEqualsPath", Numeric, GreaterThanEquals),
            order("BooleanEquals", Boolean, Equals),
            by_path("BooleanEqualsPath", Boolean, Equals),
            order("TimestampEquals", Timestamp, Equals),
            by_path("TimestampEqualsPath", Timestamp, Equals),
            order("TimestampLessThan", Timestamp, LessThan),
            by_path("TimestampLessThanPath", Timestamp, LessThan),
            order("TimestampGreaterThan", Timestamp, GreaterThan),
            by_path("TimestampGreaterThanPath", Timestamp, GreaterThan),
            order("TimestampLessThanEquals", Timestamp, LessThanEquals),
            by_path("TimestampLessThanEqualsPath", Timestamp, LessThanEquals),
            order("TimestampGreaterThanEquals", Timestamp, GreaterThanEquals),
            by_path("TimestampGreaterThanEqualsPath", Timestamp, GreaterThanEquals),
            is("IsNull", Type::Null),
            is("IsPresent", Type::Present),
            is("IsNumeric", Type::Numeric),
            is("IsString", Type::String),
            is("IsBoolean", Type::Boolean),
            is("IsTimestamp", Type::Timestamp),
        ]
    };

    pub fn from_name(name: &str) -> Option<Operator> {
        Operator::ALL.iter().find(|operator| operator.name == name).copied()
    }

    pub fn name(self) -> &'static str {
        self.name
    }

    pub fn operand(self) -> Operand {
        self.operand
    }

    pub(super) fn test(self) -> Test {
        self.test
    }
}

const fn order(name: &'static str, family: Family, relation: Relation) -> Operator {
    let operand = match family {
        Family::String => Operand::String,
        Family::Numeric => Operand::Number,
        Family::Boolean => Operand::Boolean,
        Family::Timestamp => Operand::Timestamp,
    };
    Operator { name, test: Test::Order(family, relation), operand }
}

const fn by_path(name: &'static str, family: Family, relation: Relation) -> Operator {
    Operator { name, test: Test::Order(family, relation), operand: Operand::Path }
}

const fn is(name: &'static str, wanted: Type) -> Operator {
    Operator { name, test: Test::Is(wanted), operand: Operand::Boolean }
}
