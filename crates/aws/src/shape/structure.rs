//! What [`structures!`](crate::structures) expands to, as far as it needs no macro.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Shown;
use super::leaf::UNEXPECTED_LIST;

/// The wire form of a structure: reads members by name.
pub trait Fields<'de>: Default {
    /// Reads the value of the member called `name`; `false` if there is no such member.
    fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// Reads a JSON object into a structure's wire form. Members that the structure doesn't know are ignored, as AWS does.
pub struct StructureVisitor<W>(PhantomData<W>);

impl<W> Default for StructureVisitor<W> {
    fn default() -> Self {
        StructureVisitor(PhantomData)
    }
}

impl<'de, W: Fields<'de>> Visitor<'de> for StructureVisitor<W> {
    type Value = W;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a structure")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<W, A::Error> {
        let mut fields = W::default();
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if !fields.read(&name, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(fields)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<W, A::Error> {
        Err(A::Error::custom(UNEXPECTED_LIST))
    }
}

/// Writes `name=value` of a structure's text form, `Tag(key=a, value=b)`.
pub fn show_member<W: Shown>(
    f: &mut fmt::Formatter<'_>,
    first: &mut bool,
    name: &str,
    value: Option<&W>,
) -> fmt::Result {
    let Some(value) = value else {
        return Ok(());
    };
    if !std::mem::take(first) {
        f.write_str(", ")?;
    }
    write!(f, "{name}=")?;
    value.show(f)
}
