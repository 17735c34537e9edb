use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::constraint::{Measured, required};
use super::leaf::UNEXPECTED_LIST;
use super::{Path, Shape, Shown, Violations};

/// A map on the wire, from text to values that may be null.
#[derive(Clone, Debug, PartialEq)]
pub struct Map<W>(BTreeMap<String, Option<W>>);

impl<T: Shape> Shape for BTreeMap<String, T> {
    type Wire = Map<T::Wire>;

    fn from_wire(wire: Self::Wire, at: &Path<'_>, violations: &mut Violations) -> Option<Self> {
        let entries: Vec<Option<(String, T)>> = (wire.0.into_iter())
            .map(|(key, value)| {
                let value = required(value, &at.entry(&key), violations, |_| {})?;
                Some((key, value))
            })
            .collect();
        entries.into_iter().collect()
    }
}

impl<W> Measured for Map<W> {
    fn length(&self) -> usize {
        self.0.len()
    }
}

impl<W: Shown> Shown for Map<W> {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (key, value)) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            write!(f, "{key}=")?;
            match value {
                Some(value) => value.show(f)?,
                None => f.write_str("null")?,
            }
        }
        f.write_str("}")
    }
}

impl<'de, W: Deserialize<'de>> Deserialize<'de> for Map<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MapVisitor(PhantomData))
    }
}

struct MapVisitor<W>(PhantomData<W>);

impl<'de, W: Deserialize<'de>> Visitor<'de> for MapVisitor<W> {
    type Value = Map<W>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map<W>, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            entries.insert(key, value);
        }
        Ok(Map(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Map<W>, A::Error> {
        Err(A::Error::custom(UNEXPECTED_LIST))
    }
}
