//! The functions that are built in: one table, one file a family.

mod aggregate;
mod array;
mod boolean;
mod date_time;
mod encoding;
mod higher_order;
mod matching;
mod numeric;
mod object;
mod states;
mod string;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

pub(crate) use boolean::truthy;
pub(crate) use numeric::round;

use crate::Profile;
use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::function::Function;
use crate::signature::Signature;
use crate::value::{Kind, Value};

pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) signature: Signature,
    /// The arguments that higher-order functions hand over, as the reference implementation counts.
    pub(crate) arity: usize,
    pub(crate) run: Run,
    profile: Only,
}

pub(crate) type Run = fn(&mut Evaluator<'_>, &Arguments) -> Result<Value>;

/// In which profile a function exists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    Both,
    Plain,
    StepFunctions,
}

/// Name, signature, arity, what runs.
type Row = (&'static str, &'static str, usize, Run);

static BUILTINS: LazyLock<Vec<Builtin>> = LazyLock::new(|| {
    let rows = |rows: &[Row], profile| {
        let built = rows.iter().map(move |(name, signature, arity, run)| Builtin {
            name,
            signature: Signature::parse(signature).expect("signatures of ours are well-formed"),
            arity: *arity,
            run: *run,
            profile,
        });
        built.collect::<Vec<_>>()
    };
    [
        string::ROWS,
        matching::ROWS,
        encoding::ROWS,
        numeric::ROWS,
        aggregate::ROWS,
        boolean::ROWS,
        array::ROWS,
        object::ROWS,
        higher_order::ROWS,
        date_time::ROWS,
    ]
    .into_iter()
    .flat_map(|family| rows(family, Only::Both))
    .chain(rows(numeric::PLAIN_ROWS, Only::Plain))
    .chain(rows(states::ROWS, Only::StepFunctions))
    .collect()
});

type ByName = HashMap<&'static str, &'static Builtin>;

static PLAIN: LazyLock<ByName> = LazyLock::new(|| by_name(Only::Plain));
static STEP_FUNCTIONS: LazyLock<ByName> = LazyLock::new(|| by_name(Only::StepFunctions));

fn by_name(profile: Only) -> ByName {
    let within = |builtin: &&Builtin| [Only::Both, profile].contains(&builtin.profile);
    BUILTINS.iter().filter(within).map(|builtin| (builtin.name, builtin)).collect()
}

pub(crate) fn find(name: &str, profile: Profile) -> Option<&'static Builtin> {
    match profile {
        Profile::Plain => PLAIN.get(name).copied(),
        Profile::StepFunctions => STEP_FUNCTIONS.get(name).copied(),
    }
}

/// Arguments that fit the signature; those that are missing are undefined.
pub(crate) struct Arguments(pub(crate) Vec<Value>);

impl Arguments {
    pub(crate) fn value(&self, place: usize) -> &Value {
        const UNDEFINED: &Value = &Value::Undefined;
        self.0.get(place).unwrap_or(UNDEFINED)
    }

    pub(crate) fn text(&self, place: usize) -> Option<&str> {
        self.value(place).as_str()
    }

    /// A number that isn't infinite.
    pub(crate) fn number(&self, place: usize) -> Result<Option<f64>> {
        let value = self.value(place);
        if is_number(value)? { Ok(value.as_f64()) } else { Ok(None) }
    }

    pub(crate) fn function(&self, place: usize) -> Option<&Rc<Function>> {
        self.value(place).as_function()
    }
}

/// Whether the value is a number; infinite ones are out of range wherever one is asked for.
pub(crate) fn is_number(value: &Value) -> Result<bool> {
    if value.kind() != Kind::Number {
        return Ok(false);
    }
    match value.as_f64() {
        Some(number) if number.is_infinite() => Err(fault("D1001").value(value)),
        Some(number) => Ok(!number.is_nan()),
        None => Ok(false),
    }
}
