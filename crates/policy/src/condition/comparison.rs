//! How one value of a request is compared with one of a policy.

use std::cmp::Ordering;
use std::net::IpAddr;

use base::Timestamp;

use crate::context::Context;
use crate::pattern::Pattern;

/// A comparison, without its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// Letter by letter; also of Base64 texts, which stand for binary values.
    Text,
    TextInAnyCase,
    /// With wildcards.
    TextLike,
    Number(Order),
    Date(Order),
    Boolean,
    Address,
    Arn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn fits(self, ordering: Ordering) -> bool {
        match self {
            Order::Equal => ordering.is_eq(),
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
        }
    }

    fn parse(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "equals" => (Order::Equal, false),
            "notequals" => (Order::Equal, true),
            "lessthan" => (Order::Less, false),
            "lessthanequals" => (Order::LessOrEqual, false),
            "greaterthan" => (Order::Greater, false),
            "greaterthanequals" => (Order::GreaterOrEqual, false),
            _ => return None,
        })
    }
}

impl Comparison {
    /// The comparison of that name in lower case, and whether it is negated.
    pub(super) fn parse(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "stringequals" | "binaryequals" => (Comparison::Text, false),
            "stringnotequals" => (Comparison::Text, true),
            "stringequalsignorecase" => (Comparison::TextInAnyCase, false),
            "stringnotequalsignorecase" => (Comparison::TextInAnyCase, true),
            "stringlike" => (Comparison::TextLike, false),
            "stringnotlike" => (Comparison::TextLike, true),
            "bool" => (Comparison::Boolean, false),
            "ipaddress" => (Comparison::Address, false),
            "notipaddress" => (Comparison::Address, true),
            "arnequals" | "arnlike" => (Comparison::Arn, false),
            "arnnotequals" | "arnnotlike" => (Comparison::Arn, true),
            _ => {
                let number = name.strip_prefix("numeric").and_then(Order::parse);
                let date = || name.strip_prefix("date").and_then(Order::parse);
                return number
                    .map(|(order, negated)| (Comparison::Number(order), negated))
                    .or_else(|| date().map(|(order, negated)| (Comparison::Date(order), negated)));
            }
        })
    }

    /// Whether `*` and `?` in a value of the policy stand for others.
    pub(crate) fn has_wildcards(self) -> bool {
        matches!(self, Comparison::TextLike | Comparison::Arn)
    }

    pub(super) fn compares(self, given: &str, wanted: &Pattern, context: &Context) -> bool {
        let parsed = |fits: fn(Order, &str, &str) -> Option<bool>, order| {
            wanted.text(context).and_then(|wanted| fits(order, given, &wanted)).unwrap_or(false)
        };
        match self {
            Comparison::Text | Comparison::TextLike => wanted.matches(given, context),
            Comparison::TextInAnyCase | Comparison::Boolean => {
                wanted.matches_in_any_case(given, context)
            }
            Comparison::Arn => wanted.matches_arn(given, context),
            Comparison::Number(order) => parsed(compare_numbers, order),
            Comparison::Date(order) => parsed(compare_dates, order),
            Comparison::Address => {
                wanted.text(context).and_then(|wanted| is_within(given, &wanted)).unwrap_or(false)
            }
        }
    }
}

fn compare_numbers(order: Order, given: &str, wanted: &str) -> Option<bool> {
    let (given, wanted): (f64, f64) = (given.parse().ok()?, wanted.parse().ok()?);
    Some(order.fits(given.partial_cmp(&wanted)?))
}

fn compare_dates(order: Order, given: &str, wanted: &str) -> Option<bool> {
    Some(order.fits(date(given)?.cmp(&date(wanted)?)))
}

/// A W3C date of any precision from a day on, or seconds since 1970.
/// <https://www.w3.org/TR/NOTE-datetime>
fn date(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(1000).map(Timestamp::from_millis);
    }
    let day_only = !text.contains('T');
    let whole = if day_only { format!("{text}T00:00:00Z") } else { text.to_owned() };
    Timestamp::parse_rfc3339(&whole)
}

fn is_within(address: &str, network: &str) -> Option<bool> {
    let address: IpAddr = address.parse().ok()?;
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, Some(length.parse::<u32>().ok()?)),
        None => (network, None),
    };
    Some(match (address, base.parse::<IpAddr>().ok()?) {
        (IpAddr::V4(address), IpAddr::V4(base)) => {
            let rest = 32_u32.checked_sub(length.unwrap_or(32))?;
            let mask = u32::MAX.checked_shl(rest).unwrap_or(0);
            address.to_bits() & mask == base.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(base)) => {
            let rest = 128_u32.checked_sub(length.unwrap_or(128))?;
            let mask = u128::MAX.checked_shl(rest).unwrap_or(0);
            address.to_bits() & mask == base.to_bits() & mask
        }
        _ => false,
    })
}
