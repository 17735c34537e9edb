//! Reference paths: names and indices only, so that they can be written to.

use json::{Kind, Value};

use crate::failure::{Fault, error_name};
use crate::path::step::Step;
use crate::path::walk::resolve;
use crate::path::{Path, PathError};

/// Where a `ResultPath` writes: names and indices from `$`.
#[derive(Clone, Debug)]
pub struct ReferencePath {
    path: Path,
}

impl ReferencePath {
    /// The messages are what AWS says after `Value is not a Reference Path: `, as far as known
    /// (aws-cloudformation/cfn-lint#4076, Stedi-Public-Archive/ts2asl#912).
    pub fn parse(text: &str) -> Result<ReferencePath, PathError> {
        if !text.starts_with('$') {
            let message = "Reference path didn't start with '$'".into();
            return Err(PathError { message, position: 0 });
        }
        let path = Path::parse(text)?;
        if path.is_reference_path() {
            return Ok(ReferencePath { path });
        }
        Err(PathError { message: "'[' must be followed by ' or '['".into(), position: 0 })
    }

    pub fn text(&self) -> &str {
        self.path.text()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `into` with `value` at this place. Missing objects on the way are made; an array is only
    /// written to where it has an item. Name and sentence of the failure as executions on AWS were reported
    /// to have them (qiita.com/tsubasaogawa/items/4fe341bdb6ae7d2fd8ee).
    pub fn write(&self, into: &Value, value: Value) -> Result<Value, Fault> {
        write(Some(into), self.path.steps(), value).ok_or_else(|| {
            let text = self.text();
            Fault::new(
                error_name::REFERENCE_PATH_CONFLICT,
                format!("Unable to apply ReferencePath {text} to input {into}"),
            )
        })
    }
}

fn write(into: Option<&Value>, steps: &[Step], value: Value) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(value);
    };
    match (step, into) {
        (Step::Name(name), None) => {
            let inner = write(None, rest, value)?;
            Some(Value::object([(name.text.clone(), inner)]))
        }
        (Step::Name(name), Some(object)) if object.kind() == Kind::Object => {
            let inner = write(object.get(&name.text).as_ref(), rest, value)?;
            Some(object.with(name.text.clone(), inner))
        }
        (Step::Index(index), Some(array)) if array.kind() == Kind::Array => {
            let place = resolve(*index, array.len())?;
            let inner = write(array.at(place).as_ref(), rest, value)?;
            let items = array.items().enumerate();
            Some(Value::array(items.map(|(i, item)| if i == place { inner.clone() } else { item })))
        }
        _ => None,
    }
}
